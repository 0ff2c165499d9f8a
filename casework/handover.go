package casework

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
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// HandoverKind is the kind of thing that a partner's link is about.
const HandoverKind subject.Kind = "handover"

// PurposePartner is that of a partner's link. It may be opened as often as it is
// needed while the hand-over is not over.
const PurposePartner accounts.Purpose = "partner"

// PartnerTTL is how long a partner's link is good for.
const PartnerTTL = 60 * 24 * time.Hour

// HandoverState says how far a hand-over has come.
type HandoverState string

// The states of a hand-over.
const (
	HandoverSent     HandoverState = "sent"
	HandoverQuestion HandoverState = "question" // the partner asks something
	HandoverTaken    HandoverState = "taken"
	HandoverDone     HandoverState = "done"
	HandoverNotOurs  HandoverState = "not_ours"
	HandoverRevoked  HandoverState = "revoked"
)

// Over tells that nothing more is awaited.
func (s HandoverState) Over() bool {
	return s == HandoverDone || s == HandoverNotOurs || s == HandoverRevoked
}

// MaxNeed is how long words to and from partners may be, in characters.
const MaxNeed = 2000

// Handover is a case in a partner's hands.
type Handover struct {
	ID         uuid.UUID
	Ref        subject.Ref
	Partner    uuid.UUID
	Department uuid.UUID
	Name       i18n.Text
	Mail       string
	Need       string
	State      HandoverState
	RemindDays int
	RemindAt   *time.Time
	Reminded   int
	SentAt     time.Time
	AnsweredAt *time.Time
	ExpiresAt  time.Time
	Answers    []HandoverAnswer // oldest first; HandoversOf only
}

// HandoverAnswer is one word between the partner and the team.
type HandoverAnswer struct {
	Direction string // In: of the partner
	Kind      string // taken, done, not_ours, question, reply
	Text      string
	At        time.Time
}

// HandTo gives a case to a partner and returns what goes into the link's path.
// remindAt is when to remind first. A partner who has it already is Conflict.
func HandTo(ctx context.Context, tx pgx.Tx, ref subject.Ref, p Partner, need string, remindAt time.Time) (id uuid.UUID, token string, err error) {
	need = strings.TrimSpace(need)
	if utf8.RuneCountInString(need) > MaxNeed {
		return uuid.Nil, "", fault.OnField("need", "report.err.long")
	}
	id = subject.NewID()
	err = tx.QueryRow(ctx, sqlHandTo, id, string(ref.Kind), ref.ID, db.OrNull(p.ID), db.OrNull(p.Department), p.Name, p.Mail, need, p.RemindDays, remindAt, PartnerTTL.Seconds()).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, "", fault.New(fault.Conflict, "talk.err.handed")
	}
	if err != nil {
		return uuid.Nil, "", fmt.Errorf("hand over: %w", err)
	}
	token, err = PartnerToken(ctx, tx, id, PartnerTTL)
	return id, token, err
}

const sqlHandTo = `
INSERT INTO handovers (id, subject_kind, subject_id, partner_id, department_id, name, mail, need, remind_days, remind_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, mitwirk_now() + make_interval(secs => $11))
ON CONFLICT DO NOTHING
RETURNING id`

// PartnerToken makes one more link to the same hand-over: of those before only
// hashes are kept, so a reminder needs its own.
func PartnerToken(ctx context.Context, tx pgx.Tx, handover uuid.UUID, ttl time.Duration) (string, error) {
	return accounts.IssueToken(ctx, tx, PurposePartner, accounts.Target{Ref: subject.Ref{Kind: HandoverKind, ID: handover}}, ttl)
}

const sqlPartHandover = `
SELECT id, subject_kind, subject_id, coalesce(partner_id, '00000000-0000-0000-0000-000000000000'),
       coalesce(department_id, '00000000-0000-0000-0000-000000000000'), name, mail, need, state, remind_days, remind_at, reminded,
       sent_at, answered_at, expires_at
FROM handovers`

const (
	sqlHandover     = sqlPartHandover + ` WHERE id = $1`
	sqlHandoverLock = sqlPartHandover + ` WHERE id = $1 FOR UPDATE`
	sqlHandoversOf  = sqlPartHandover + ` WHERE subject_kind = $1 AND subject_id = $2 ORDER BY sent_at DESC, id DESC LIMIT 100`
)

func scanHandover(row pgx.CollectableRow) (Handover, error) {
	var h Handover
	return h, row.Scan(&h.ID, &h.Ref.Kind, &h.Ref.ID, &h.Partner, &h.Department, &h.Name, &h.Mail, &h.Need, &h.State, &h.RemindDays, &h.RemindAt,
		&h.Reminded, &h.SentAt, &h.AnsweredAt, &h.ExpiresAt)
}

// HandoverByToken finds what a partner's link is about, and locks it when it is
// to be answered. Gone for a link that is unknown, too old or was taken back.
func HandoverByToken(ctx context.Context, q db.Queryer, token string, lock bool) (Handover, error) {
	t, err := accounts.PeekToken(ctx, q, PurposePartner, token)
	if fault.Is(err, fault.Gone) || err == nil && t.Target.Ref.Kind != HandoverKind {
		return Handover{}, fault.New(fault.Gone, "talk.err.link").Because(err)
	}
	if err != nil {
		return Handover{}, err
	}
	return HandoverByID(ctx, q, t.Target.Ref.ID, lock)
}

// HandoverByID loads a hand-over; Gone when it was taken back.
func HandoverByID(ctx context.Context, q db.Queryer, id uuid.UUID, lock bool) (Handover, error) {
	sql := sqlHandover
	if lock {
		sql = sqlHandoverLock
	}
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return Handover{}, fmt.Errorf("hand-over: %w", err)
	}
	h, err := pgx.CollectExactlyOneRow(rows, scanHandover)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && h.State == HandoverRevoked {
		return Handover{}, fault.New(fault.Gone, "talk.err.link")
	}
	return h, wrap("hand-over", err)
}

// HandoversOf lists the hand-overs of a case with what was said, newest first.
func HandoversOf(ctx context.Context, q db.Queryer, ref subject.Ref) ([]Handover, error) {
	rows, err := q.Query(ctx, sqlHandoversOf, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, fmt.Errorf("hand-overs: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanHandover)
	if err != nil {
		return nil, fmt.Errorf("hand-overs: %w", err)
	}
	for i := range list {
		if list[i].Answers, err = answersOf(ctx, q, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// answersOf lists what was said about one hand-over, oldest first.
func answersOf(ctx context.Context, q db.Queryer, handover uuid.UUID) ([]HandoverAnswer, error) {
	rows, err := q.Query(ctx, sqlHandoverAnswers, handover)
	if err != nil {
		return nil, fmt.Errorf("answers of a partner: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[HandoverAnswer])
	return list, wrap("answers of a partner", err)
}

const sqlHandoverAnswers = `SELECT direction, kind, text, at FROM handover_answers WHERE handover_id = $1 ORDER BY at, id LIMIT 100`

// WithAnswers fills in what was said about a hand-over.
func (h *Handover) WithAnswers(ctx context.Context, q db.Queryer) (err error) {
	h.Answers, err = answersOf(ctx, q, h.ID)
	return err
}

// NoteHandover stores a word about a hand-over with its new state; remindAt nil
// ends the reminders.
func NoteHandover(ctx context.Context, tx pgx.Tx, h *Handover, to HandoverState, a HandoverAnswer, remindAt *time.Time) error {
	if _, err := tx.Exec(ctx, sqlAddHandoverAnswer, subject.NewID(), h.ID, a.Direction, a.Kind, a.Text); err != nil {
		return fmt.Errorf("answer of a partner: %w", err)
	}
	h.State, h.RemindAt = to, remindAt
	_, err := tx.Exec(ctx, sqlSetHandover, h.ID, string(to), remindAt, a.Direction == In)
	return wrap("answer of a partner", err)
}

const (
	sqlAddHandoverAnswer = `INSERT INTO handover_answers (id, handover_id, direction, kind, text) VALUES ($1, $2, $3, $4, $5)`
	sqlSetHandover       = `
UPDATE handovers
SET state = $2, remind_at = $3, answered_at = CASE WHEN $4 THEN mitwirk_now() ELSE answered_at END
WHERE id = $1`
)

// Revoke takes a hand-over back: its links are worthless from then on. Again is
// no error; one that was answered for good stays as it is.
func Revoke(ctx context.Context, tx pgx.Tx, ref subject.Ref, id uuid.UUID) (Handover, error) {
	rows, err := tx.Query(ctx, sqlHandoverLock, id)
	if err != nil {
		return Handover{}, fmt.Errorf("take back: %w", err)
	}
	h, err := pgx.CollectExactlyOneRow(rows, scanHandover)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && h.Ref != ref {
		return Handover{}, fault.Missing("hand-over")
	}
	if err != nil || h.State.Over() {
		return h, wrap("take back", err)
	}
	h.State = HandoverRevoked
	_, err = tx.Exec(ctx, sqlSetHandover, id, string(HandoverRevoked), nil, false)
	return h, wrap("take back", err)
}

// Remindable locks and returns up to limit hand-overs that are to be reminded.
func Remindable(ctx context.Context, tx pgx.Tx, kind subject.Kind, limit int) ([]Handover, error) {
	rows, err := tx.Query(ctx, sqlRemindable, string(kind), limit)
	if err != nil {
		return nil, fmt.Errorf("partners to remind: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanHandover)
	return list, wrap("partners to remind", err)
}

const sqlRemindable = sqlPartHandover + `
WHERE remind_at <= mitwirk_now() AND subject_kind = $1 AND state IN ('sent', 'taken') AND expires_at > mitwirk_now()
ORDER BY remind_at
LIMIT $2
FOR UPDATE SKIP LOCKED`

// maxReminders is how often a partner is reminded; then it is the team's turn.
const maxReminders = 3

// Reminded notes a reminder; next is when the one after it is due.
func Reminded(ctx context.Context, tx pgx.Tx, h Handover, next time.Time) error {
	at := &next
	if h.Reminded+1 >= maxReminders {
		at = nil
	}
	_, err := tx.Exec(ctx, sqlReminded, h.ID, at)
	return wrap("remind", err)
}

const sqlReminded = `UPDATE handovers SET reminded = reminded + 1, remind_at = $2 WHERE id = $1`
