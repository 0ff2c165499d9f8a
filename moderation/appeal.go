package moderation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Who appeals.
const (
	ByAuthor   = "author"
	ByNotifier = "notifier"
)

// Appeal is "Ich sehe das anders" about a decision.
type Appeal struct {
	ID        uuid.UUID
	Decision  uuid.UUID
	By        string
	Text      string
	FiledAt   time.Time
	Deadline  time.Time
	Outcome   Outcome // "": not decided yet
	Reasons   string
	DecidedAt *time.Time
	key       uuid.UUID
	flag      uuid.UUID
	lang      string
}

// Why is what the author of a content reads about a decision.
type Why struct {
	Decision    Decided
	Content     subject.Content // zero when it is gone
	Statement   string
	StatementAt time.Time
	Lang        string
	Appeal      *Appeal
	MayAppeal   bool
}

// Why is a decision for the author of its content: by session, by the access
// code that opened the thing, or by the link of the mail. For everybody else
// there is none.
func (s *Service) Why(ctx context.Context, actor accounts.Actor, puid string) (*Why, error) {
	d, err := scanDecision(s.db.QueryRow(ctx, sqlDecisionByPUID, puid))
	if err != nil {
		return nil, err
	}
	key, err := s.authorKey(ctx, s.db, actor, d)
	if err != nil {
		return nil, err
	}
	w := &Why{Decision: *d}
	err = s.db.QueryRow(ctx, sqlStatementOf, d.ID).Scan(&w.Statement, &w.Lang, &w.StatementAt, new(string))
	if errors.Is(err, pgx.ErrNoRows) { // "keep" takes nothing from its author
		return nil, fault.Missing("statement")
	}
	if err != nil {
		return nil, fmt.Errorf("load statement: %w", err)
	}
	if w.Content, err = s.content(ctx, s.db, d.Part, false); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	if w.Appeal, err = appealOf(ctx, s.db, d.ID, ByAuthor, key); err != nil {
		return nil, err
	}
	w.MayAppeal = w.Appeal == nil && d.appealable(now)
	return w, nil
}

// authorKey is under which an author appeals: the thing itself, whoever opened
// it as its author. fault.NotFound for whoever is none.
func (s *Service) authorKey(ctx context.Context, q db.Queryer, actor accounts.Actor, d *Decided) (uuid.UUID, error) {
	if actor.Person == uuid.Nil {
		return uuid.Nil, fault.Missing("decision")
	}
	t, err := s.target(d.Part.Kind)
	if err != nil {
		return uuid.Nil, err
	}
	mine, err := t.IsAuthor(ctx, q, d.Part.Ref, actor.Person)
	if err == nil && !mine {
		mine, err = db.Exists(ctx, q, sqlOpened, d.ID, actor.Person)
	}
	if err == nil && !mine && !actor.Is(d.Author) {
		err = fault.Missing("decision")
	}
	return d.Part.ID, err
}

// OpenWhy opens the decisions of a statement by the one-time link of its mail,
// for the actor's person, and gives the public id of one of them.
func (s *Service) OpenWhy(ctx context.Context, actor accounts.Actor, token string) (puid string, err error) {
	if actor.Person == uuid.Nil {
		return "", fault.New(fault.Unauthenticated, "err.session")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		t, err := accounts.UseToken(ctx, tx, purposeWhy, token)
		if err != nil {
			return err
		}
		d, err := decisionByID(ctx, tx, t.Target.Ref.ID)
		if err != nil {
			return accounts.LinkGone(purposeWhy)
		}
		puid = d.PUID
		_, err = tx.Exec(ctx, sqlOpenBatch, d.ID, actor.Person)
		return err
	})
	return puid, err
}

// PeekWhy looks at the link without using it; fault.Gone when it holds no longer.
func (s *Service) PeekWhy(ctx context.Context, token string) error {
	_, err := accounts.PeekToken(ctx, s.db, purposeWhy, token)
	return err
}

// AppealAsAuthor files "Ich sehe das anders" of the author. A second one is
// Conflict; one that comes too late is Forbidden.
func (s *Service) AppealAsAuthor(ctx context.Context, actor accounts.Actor, puid, text, lang string) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		d, err := scanDecision(tx.QueryRow(ctx, sqlDecisionByPUID, puid))
		if err != nil {
			return err
		}
		key, err := s.authorKey(ctx, tx, actor, d)
		if err != nil {
			return err
		}
		return s.appeal(ctx, tx, actor, d, Appeal{By: ByAuthor, key: key, Text: text, lang: lang})
	})
}

// AppealAsNotifier is the same by whoever had sent the notice.
func (s *Service) AppealAsNotifier(ctx context.Context, actor accounts.Actor, n subject.Number, text, lang string) error {
	f, err := s.FlagByNumber(ctx, actor, n)
	if err != nil {
		return err
	}
	if f.Decision == nil {
		return fault.New(fault.Conflict, "moderation.err.undecided")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return s.appeal(ctx, tx, actor, f.Decision, Appeal{By: ByNotifier, key: f.ID, flag: f.ID, Text: text, lang: lang})
	})
}

func (s *Service) appeal(ctx context.Context, tx pgx.Tx, actor accounts.Actor, d *Decided, a Appeal) error {
	a.Text = strings.TrimSpace(a.Text)
	if n := utf8.RuneCountInString(a.Text); n == 0 {
		return fault.OnField("text", "moderation.err.appeal")
	} else if n > MaxExplanation {
		var wrong fault.Fields
		wrong.Add("text", "field.too_long", "n", MaxExplanation)
		return wrong.Err()
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	if !d.appealable(now) {
		return fault.New(fault.Forbidden, "moderation.err.too_late")
	}
	tag, err := tx.Exec(ctx, sqlInsertAppeal, subject.NewID(), d.ID, a.By, a.key, db.OrNull(actor.Person), db.OrNull(a.flag), a.Text, a.lang,
		now.AddDate(0, 0, appealDays), d.DecidedBy, db.OrNull(d.SecondBy))
	if err != nil {
		return fmt.Errorf("insert appeal: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "moderation.err.appealed")
	}
	return nil
}

// Hearing is an appeal as moderators see it.
type Hearing struct {
	Appeal

	Of      Decided
	Content subject.Content
	Gone    bool   // the content is no longer there
	Why     string // why the actor may not decide it; "" when they may
}

// Appeals lists those that wait, by their date.
func (s *Service) Appeals(ctx context.Context, actor accounts.Actor) ([]Hearing, error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	list, err := appealsWhere(ctx, s.db, sqlOpenAppeals)
	if err != nil {
		return nil, err
	}
	out := make([]Hearing, 0, len(list))
	for _, a := range list {
		h, err := s.hearing(ctx, s.db, actor, a, false)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// AppealByID is one appeal for moderators.
func (s *Service) AppealByID(ctx context.Context, actor accounts.Actor, id uuid.UUID) (*Hearing, error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	a, err := oneAppeal(ctx, s.db, sqlAppeal, id)
	if err != nil {
		return nil, err
	}
	h, err := s.hearing(ctx, s.db, actor, *a, false)
	return &h, err
}

func (s *Service) hearing(ctx context.Context, q db.Queryer, actor accounts.Actor, a Appeal, lock bool) (Hearing, error) {
	h := Hearing{Appeal: a}
	d, err := decisionByID(ctx, q, a.Decision)
	if err != nil {
		return h, err
	}
	h.Of = *d
	h.Content, err = s.content(ctx, q, d.Part, lock)
	if fault.Is(err, fault.NotFound) {
		h.Content, h.Gone, err = subject.Content{Part: d.Part}, true, nil
	}
	if err != nil {
		return h, err
	}
	cs, err := s.caseOf(ctx, q, actor, d.Item, h.Content)
	if err != nil {
		return h, err
	}
	if err := MayHear(actor, cs, d.DecidedBy, d.SecondBy); err != nil {
		if h.Why, _ = fault.As(err).Params["why"].(string); h.Why == "" {
			return h, err
		}
		h.Content.Text, h.Content.Around, h.Content.Photos = "", "", nil // what somebody may not decide is not theirs to read here
	}
	return h, nil
}

// DecideAppeal decides an appeal: not by those who decided first (a constraint
// says so as well). Reversed for an author brings the content back exactly as
// it was; partly, and reversed for a notifier, put it into the queue again for
// a new decision. The author is told, and whoever had flagged it.
func (s *Service) DecideAppeal(ctx context.Context, actor accounts.Actor, id uuid.UUID, outcome Outcome, reasons string) error {
	reasons = strings.TrimSpace(reasons)
	var wrong fault.Fields
	if outcome != Upheld && outcome != Partly && outcome != Reversed && outcome != Inadmissible {
		wrong.Add("outcome", "moderation.err.outcome")
	}
	if reasons == "" {
		wrong.Add("reasons", "moderation.err.reason")
	} else if utf8.RuneCountInString(reasons) > maxReason {
		wrong.Add("reasons", "field.too_long", "n", maxReason)
	}
	if err := MayModerate(actor); err != nil {
		return err
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayModerate(actor); err != nil {
			return err
		}
		a, err := oneAppeal(ctx, tx, sqlLockAppeal, id)
		if err != nil {
			return err
		}
		if a.Outcome != "" {
			return fault.New(fault.Conflict, "moderation.err.stale")
		}
		if _, err := scanDecision(tx.QueryRow(ctx, sqlLockDecision, a.Decision)); err != nil {
			return err
		}
		h, err := s.hearing(ctx, tx, actor, *a, true)
		if err != nil {
			return err
		}
		if h.Why != "" {
			return refuse(h.Why)
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		restored, err := s.follow(ctx, tx, actor, h, outcome, reasons, now)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlDecideAppeal, id, actor.Person, outcome, reasons, restored); err != nil {
			return fmt.Errorf("decide appeal: %w", err)
		}
		if err := s.tellAppeal(ctx, tx, h, outcome, reasons); err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.appeal", Ref: h.Of.Part.Ref, Fields: []string{string(outcome)}})
	})
}

// follow does what follows from the outcome and tells whether something came back.
func (s *Service) follow(ctx context.Context, tx pgx.Tx, actor accounts.Actor, h Hearing, outcome Outcome, reasons string, now time.Time) (bool, error) {
	if h.Gone || outcome == Upheld || outcome == Inadmissible {
		return false, nil
	}
	if h.By == ByNotifier || outcome == Partly {
		_, err := openItem(ctx, tx, h.Of.Part, Personal)
		return false, err
	}
	it, err := itemByID(ctx, tx, h.Of.Item, true)
	if err != nil {
		return false, err
	}
	t, err := s.target(h.Of.Part.Kind)
	if err != nil {
		return false, err
	}
	d := h.Of
	d.ID, d.Batch, d.Action, d.Ground, d.RuleNo, d.LegalGround, d.Label = subject.NewID(), subject.NewID(), Restore, "", 0, "", ""
	d.PUID, d.Explanation, d.Facts, d.DecidedBy, d.SecondBy, d.At, d.AskedAt = "mw-"+d.ID.String(), reasons, "", actor.Person, uuid.Nil, now, h.FiledAt
	d.Version, d.Hash, d.End, d.AppealUntil = h.Content.Version, h.Content.Hash, nil, now.AddDate(0, AppealMonths, 0)
	if err := insertDecision(ctx, tx, &d, it, h.Content); err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, sqlReverse, h.Of.ID, d.ID); err != nil {
		return false, fmt.Errorf("reverse: %w", err)
	}
	back := true
	switch h.Of.Action {
	case Hide:
		err = t.Restore(ctx, tx, h.Of.Part)
	case Redact:
		if h.Of.Part.Part == subject.Photo {
			back, err = s.uncover(ctx, tx, actor, t, h)
		} else {
			err = t.Restore(ctx, tx, h.Of.Part)
		}
	case Restrict:
		_, err = tx.Exec(ctx, sqlEndRestriction, h.Of.Item, h.Of.Author)
	case Keep, Label, Restore:
	}
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, sqlItemDone, it.ID, ""); err != nil {
		return false, fmt.Errorf("close item: %w", err)
	}
	flags, err := flagsOfDecision(ctx, tx, h.Of.ID)
	if err != nil {
		return false, err
	}
	return back, s.state(ctx, tx, d.Batch, []judged{{content: h.Content, d: d, flags: flags}})
}

const (
	sqlPartAppeal = `
SELECT id, decision_id, by_whom, text, filed_at, deadline, coalesce(outcome, ''), reasons, decided_at, appellant_key, flag_id, lang
FROM appeals`
	sqlAppeal       = sqlPartAppeal + ` WHERE id = $1`
	sqlLockAppeal   = sqlAppeal + ` FOR UPDATE`
	sqlAppealOf     = sqlPartAppeal + ` WHERE decision_id = $1 AND by_whom = $2 AND appellant_key = $3`
	sqlOpenAppeals  = sqlPartAppeal + ` WHERE outcome IS NULL ORDER BY deadline, id LIMIT 100`
	sqlInsertAppeal = `
INSERT INTO appeals (id, decision_id, by_whom, appellant_key, person_id, flag_id, text, lang, deadline, first_by, first_second)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT ON CONSTRAINT appeals_once DO NOTHING`
	sqlDecideAppeal = `
UPDATE appeals
SET handler = $2, outcome = $3, reasons = $4, decided_at = mitwirk_now(), informed_at = mitwirk_now(),
    restored_at = CASE WHEN $5 THEN mitwirk_now() END
WHERE id = $1`
	sqlOpened    = `SELECT EXISTS (SELECT FROM mod_openers WHERE subject_id = $1 AND person_id = $2)`
	sqlOpenBatch = `
INSERT INTO mod_openers (subject_id, person_id)
SELECT o.decision_id, $2
FROM statement_decisions d
JOIN statements s ON s.id = d.statement_id AND s.recipient = 'author'
JOIN statement_decisions o ON o.statement_id = s.id
WHERE d.decision_id = $1
ON CONFLICT DO NOTHING`
	sqlFlagsOfDecision = `
SELECT id, number, ground, category, explanation, legal_ref, notifier_kind, name, life_threat, received_at,
       person_id, contact_id, lang, content_hash
FROM flags
WHERE decision_id = $1
ORDER BY received_at, id`
)

func scanAppeal(row pgx.CollectableRow) (Appeal, error) {
	var a Appeal
	var flag *uuid.UUID
	err := row.Scan(&a.ID, &a.Decision, &a.By, &a.Text, &a.FiledAt, &a.Deadline, &a.Outcome, &a.Reasons, &a.DecidedAt, &a.key, &flag, &a.lang)
	a.flag = zero(flag)
	return a, err
}

func appealsWhere(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Appeal, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("appeals: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanAppeal)
	if err != nil {
		return nil, fmt.Errorf("appeals: %w", err)
	}
	return list, nil
}

func oneAppeal(ctx context.Context, q db.Queryer, sql string, args ...any) (*Appeal, error) {
	list, err := appealsWhere(ctx, q, sql, args...)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("appeal")
	}
	return &list[0], nil
}

// appealOf is the appeal that somebody has filed, or nil.
func appealOf(ctx context.Context, q db.Queryer, decision uuid.UUID, by string, key uuid.UUID) (*Appeal, error) {
	a, err := oneAppeal(ctx, q, sqlAppealOf, decision, by, key)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // not filed is an answer here
	}
	return a, err
}
