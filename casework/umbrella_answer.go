package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// EventAnswer is one answer for all members of an event.
type EventAnswer struct {
	ID     uuid.UUID  `json:"-"`
	Event  uuid.UUID  `json:"-"`
	Status string     `json:"status,omitempty"` // the domain's word; "": only a step with the words
	Until  *time.Time `json:"until,omitempty"`  // of a status that needs a date
	Words  i18n.Text  `json:"words"`            // what residents read
	At     time.Time  `json:"-"`
	DoneAt *time.Time `json:"-"`
	Done   int        `json:"-"` // members that it has reached
	Left   int        `json:"-"` // members that are still to come
}

// EventReader is somebody who follows a member: a contact, the address behind
// it, and the language.
type EventReader struct {
	Contact uuid.UUID
	Address uuid.UUID // the contact that was confirmed; one per address
	Lang    string
}

// EventDomain gives the members of its kind an answer.
type EventDomain interface {
	// AnswerEvent gives one member the answer, in the caller's transaction, and
	// returns who follows it. reached is false for what is closed already. No mail
	// about it may leave: the event writes one to each address.
	AnswerEvent(ctx context.Context, tx pgx.Tx, e *Event, a EventAnswer, ref subject.Ref) (readers []EventReader, reached bool, err error)
	// NoteEvent writes on the timeline of a member that it belongs to the event.
	NoteEvent(ctx context.Context, tx pgx.Tx, e *Event, ref subject.Ref) error
}

// UmbrellaConfig makes an Umbrella.
type UmbrellaConfig struct {
	DB     db.DB
	Jobs   *jobs.Client
	Outbox interface {
		Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
	}
	Messages *i18n.Catalogue
	BaseURL  string
	Domains  map[subject.Kind]EventDomain
	Log      *slog.Logger
}

// Umbrella gives answers to whole events.
type Umbrella struct{ cfg UmbrellaConfig }

// NewUmbrella makes an Umbrella and registers its jobs.
func NewUmbrella(cfg UmbrellaConfig) (*Umbrella, error) {
	if cfg.DB == nil || cfg.Jobs == nil || cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" {
		return nil, errors.New("casework: umbrella needs database, jobs, outbox, messages and base url")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	u := &Umbrella{cfg}
	jobs.Register(cfg.Jobs, u.work)
	jobs.Periodic(cfg.Jobs, "umbrella_forget", 24*time.Hour, u.Forget)
	return u, nil
}

type eventAnswerArgs struct {
	Answer uuid.UUID `json:"answer"`
}

// Kind names the job.
func (eventAnswerArgs) Kind() string { return "event_answer" }

// maxEventWords is how long an answer may be.
const maxEventWords = 1000

// Answer gives all members of an event one answer. id makes it once: sent twice
// it is one answer. The members follow in batches; AnswersOf tells how far it is.
func (u *Umbrella) Answer(ctx context.Context, actor accounts.Actor, a EventAnswer) error {
	var wrong fault.Fields
	for _, lang := range []string{i18n.German, i18n.English} {
		a.Words[lang] = strings.TrimSpace(a.Words[lang])
		if n := utf8.RuneCountInString(a.Words[lang]); n == 0 || n > maxEventWords {
			wrong.Add("words_"+lang, "event.err.words", "max", maxEventWords)
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("answer event: %w", err)
	}
	return db.Transact(ctx, u.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayRoute(actor, RunEvents); err != nil {
			return err
		}
		if _, err := EventByID(ctx, tx, a.Event); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlAddEventAnswer, a.ID, a.Event, idOrNull(actor.Person), body)
		if err != nil {
			return fmt.Errorf("answer event: %w", err)
		}
		if tag.RowsAffected() == 0 { // the same form twice
			return nil
		}
		if err := u.cfg.Jobs.Insert(ctx, tx, eventAnswerArgs{a.ID}); err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "event.answer", Ref: subject.Ref{Kind: "event", ID: a.Event}, Fields: []string{"answer"}})
	})
}

const sqlAddEventAnswer = `
INSERT INTO umbrella_answers (id, event_id, made_by, answer)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO NOTHING`

// eventBatch is how many members a transaction reaches.
const eventBatch = 50

// work reaches the next members and leaves the rest to another job. A member is
// reached once, however often it runs.
func (u *Umbrella) work(ctx context.Context, args eventAnswerArgs) error {
	return db.Transact(ctx, u.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		var a EventAnswer
		var body []byte
		err := tx.QueryRow(ctx, sqlEventAnswerFor, args.Answer).Scan(&a.ID, &a.Event, &body, &a.DoneAt)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && a.DoneAt != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("answer of an event: %w", err)
		}
		if err := json.Unmarshal(body, &a); err != nil {
			return fmt.Errorf("answer of an event: %w", err)
		}
		e, err := EventByID(ctx, tx, a.Event)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlUnanswered, a.ID, a.Event, eventBatch)
		if err != nil {
			return fmt.Errorf("members of an event: %w", err)
		}
		refs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[subject.Ref])
		if err != nil {
			return fmt.Errorf("members of an event: %w", err)
		}
		for _, ref := range refs {
			if err := u.reach(ctx, tx, e, a, ref); err != nil {
				return err
			}
		}
		if len(refs) == eventBatch {
			return u.cfg.Jobs.Insert(ctx, tx, args)
		}
		_, err = tx.Exec(ctx, sqlEventAnswerDone, a.ID)
		return wrap("end of an answer", err)
	})
}

func (u *Umbrella) reach(ctx context.Context, tx pgx.Tx, e *Event, a EventAnswer, ref subject.Ref) error {
	outcome := "skipped"
	if d := u.cfg.Domains[ref.Kind]; d != nil {
		readers, reached, err := d.AnswerEvent(ctx, tx, e, a, ref)
		if err != nil {
			return err
		}
		if reached {
			outcome = "done"
		}
		for _, r := range readers {
			tag, err := tx.Exec(ctx, sqlEventMailed, a.ID, r.Address)
			if err != nil {
				return fmt.Errorf("note mail of an event: %w", err)
			}
			if tag.RowsAffected() == 0 {
				continue // follows another member too
			}
			if err := u.write(ctx, tx, e, a, ref, r); err != nil {
				return err
			}
		}
	}
	_, err := tx.Exec(ctx, sqlEventReached, a.ID, string(ref.Kind), ref.ID, outcome)
	return wrap("note member of an event", err)
}

func (u *Umbrella) write(ctx context.Context, tx pgx.Tx, e *Event, a EventAnswer, ref subject.Ref, to EventReader) error {
	stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, accounts.Target{Contact: to.Contact, Ref: ref}, 0)
	if err != nil {
		return err
	}
	loc := u.cfg.Messages.For(to.Lang)
	title := e.Title.In(to.Lang)
	return u.cfg.Outbox.Queue(ctx, tx, mail.Message{
		ToContact: to.Contact, Kind: "report.status", About: ref, Lang: to.Lang,
		Subject: loc.T("mail.event.subject", "event", title), Lead: a.Words.In(to.Lang), Next: loc.T("mail.event.next", "event", title),
		Button: mail.Button{Label: loc.T("mail.event.button"), URL: u.cfg.BaseURL + e.Path()},
		Reason: loc.T("mail.event.reason", "event", title), StopURL: u.cfg.BaseURL + "/unsubscribe/" + stop,
	})
}

const (
	sqlEventAnswerFor = `SELECT id, event_id, answer, done_at FROM umbrella_answers WHERE id = $1 FOR UPDATE`
	sqlUnanswered     = `
SELECT m.subject_kind, m.subject_id
FROM umbrella_members m
WHERE m.event_id = $2
  AND NOT EXISTS (SELECT FROM umbrella_answered d WHERE d.answer_id = $1 AND d.subject_kind = m.subject_kind AND d.subject_id = m.subject_id)
ORDER BY m.subject_id
LIMIT $3`
	sqlEventReached    = `INSERT INTO umbrella_answered (answer_id, subject_kind, subject_id, outcome) VALUES ($1, $2, $3, $4)`
	sqlEventMailed     = `INSERT INTO umbrella_mailed (answer_id, contact_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlEventAnswerDone = `UPDATE umbrella_answers SET done_at = mitwirk_now() WHERE id = $1`
)

// AnswersOf lists the answers of an event, newest first. Everybody may read
// them; how far one is concerns the desk.
func AnswersOf(ctx context.Context, q db.Queryer, event uuid.UUID) ([]EventAnswer, error) {
	rows, err := q.Query(ctx, sqlAnswersOf, event)
	if err != nil {
		return nil, fmt.Errorf("answers of an event: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (EventAnswer, error) {
		a := EventAnswer{Event: event}
		var body []byte
		if err := row.Scan(&a.ID, &body, &a.At, &a.DoneAt, &a.Done, &a.Left); err != nil {
			return a, err
		}
		err := json.Unmarshal(body, &a)
		return a, err
	})
	return list, wrap("answers of an event", err)
}

const sqlAnswersOf = `
SELECT a.id, a.answer, a.at, a.done_at,
       (SELECT count(*)::int FROM umbrella_answered d WHERE d.answer_id = a.id AND d.outcome = 'done'),
       CASE WHEN a.done_at IS NOT NULL THEN 0 ELSE (
         SELECT count(*)::int FROM umbrella_members m
         WHERE m.event_id = a.event_id
           AND NOT EXISTS (SELECT FROM umbrella_answered d WHERE d.answer_id = a.id AND d.subject_kind = m.subject_kind AND d.subject_id = m.subject_id)) END
FROM umbrella_answers a
WHERE a.event_id = $1
ORDER BY a.at DESC, a.id DESC
LIMIT 50`

// AddMembers attaches cases of a kind that lie in an event and belong to none,
// up to a hundred at a time, and returns how many.
func (u *Umbrella) AddMembers(ctx context.Context, actor accounts.Actor, kind subject.Kind, event uuid.UUID) (n int, err error) {
	d := u.cfg.Domains[kind]
	if d == nil {
		return 0, fault.Missing("kind")
	}
	err = db.Transact(ctx, u.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayRoute(actor, RunEvents); err != nil {
			return err
		}
		e, err := EventByID(ctx, tx, event)
		if err != nil {
			return err
		}
		ids, err := EventCandidates(ctx, tx, kind, e, 100)
		if err != nil {
			return err
		}
		n = 0
		for _, id := range ids {
			ref := subject.Ref{Kind: kind, ID: id}
			_, added, err := Attach(ctx, tx, event, ref)
			if fault.Is(err, fault.Conflict) || err == nil && !added {
				continue // somebody was faster
			}
			if err != nil {
				return err
			}
			if err := d.NoteEvent(ctx, tx, e, ref); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
