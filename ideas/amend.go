package ideas

import (
	"context"
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

// Amendment is another wording that somebody proposes.
type Amendment struct {
	ID        uuid.UUID
	Title     string
	Text      string
	Why       string
	State     string // "open", "accepted", "rejected", "withdrawn"
	Answer    string
	At        time.Time
	DecidedAt *time.Time
	Edition   int
	Mine      bool
	WasTitle  string // of the edition it was made from
	WasText   string
}

// maxOpenAmendments of one person per idea.
const maxOpenAmendments = 3

// Propose proposes another wording of somebody else's idea.
func (s *Service) Propose(ctx context.Context, actor accounts.Actor, n subject.Number, e Edit) error {
	e.Title, e.Text, e.Why = oneLine(e.Title), strings.TrimSpace(e.Text), strings.TrimSpace(e.Why)
	var wrong fault.Fields
	checkWords(&wrong, e.Title, e.Text)
	if e.Why == "" {
		wrong.Add("why", "idea.err.why")
	} else if over := utf8.RuneCountInString(e.Why) - MaxWhy; over > 0 {
		wrong.Add("why", "idea.err.long", "over", over, "max", MaxWhy)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.session")
	}
	return s.change(ctx, actor, n, ActAmend, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, c *Call, now time.Time) error {
		if i.IsAuthor {
			return fault.New(fault.Conflict, "idea.err.amend_own")
		}
		if err := Entitled(ctx, tx, actor, ActAmend, c, now); err != nil {
			return err
		}
		if e.Title == i.Title && e.Text == i.Text {
			return fault.OnField("text", "idea.err.amend_same")
		}
		many, err := db.Exists(ctx, tx, sqlManyAmendments, i.ID, actor.Person, maxOpenAmendments)
		if err != nil {
			return err
		}
		if many {
			return fault.New(fault.Conflict, "idea.err.amend_many")
		}
		if same, err := db.Exists(ctx, tx, sqlSameAmendment, i.ID, actor.Person, e.Title, e.Text); err != nil || same { // pressed twice
			return err
		}
		if held, err := s.wouldHold(ctx, tx, actor, i, e.Title+"\n"+e.Text+"\n"+e.Why, now); err != nil || held {
			return err
		}
		if _, err := tx.Exec(ctx, sqlInsertAmendment, subject.NewID(), i.ID, actor.Person, i.Edition, e.Title, e.Text, e.Why); err != nil {
			return fmt.Errorf("insert amendment: %w", err)
		}
		return s.step(ctx, tx, i, "idea.step.amendment", nil, "", uuid.Nil)
	})
}

// wouldHold asks the gate about words that belong to somebody else's idea: what
// a rule holds is refused, since the idea itself must not wait for it.
func (s *Service) wouldHold(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, words string, now time.Time) (bool, error) {
	if s.gate == nil || actor.System {
		return false, nil
	}
	inner, err := tx.Begin(ctx) // what the gate notes about the idea is not kept
	if err != nil {
		return false, fmt.Errorf("ask gate: %w", err)
	}
	held, err := s.gate.Arrived(ctx, inner, actor, i, words, now)
	if rerr := inner.Rollback(ctx); rerr != nil && err == nil {
		err = fmt.Errorf("ask gate: %w", rerr)
	}
	if err != nil {
		return false, err
	}
	if held {
		return true, fault.OnField("text", "idea.err.amend_rule")
	}
	return false, nil
}

const (
	sqlManyAmendments  = `SELECT count(*) >= $3 FROM amendments WHERE idea_id = $1 AND person_id = $2 AND state = 'open'`
	sqlSameAmendment   = `SELECT EXISTS (SELECT FROM amendments WHERE idea_id = $1 AND person_id = $2 AND title = $3 AND text = $4 AND state = 'open')`
	sqlInsertAmendment = `INSERT INTO amendments (id, idea_id, person_id, edition, title, text, why) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// DecideAmendment is an author's yes or no. A yes makes it the idea's words,
// unless those have changed since it was made.
func (s *Service) DecideAmendment(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID, yes bool, answer string) error {
	answer = strings.TrimSpace(answer)
	if over := utf8.RuneCountInString(answer) - MaxWhy; over > 0 {
		var f fault.Fields
		f.Add("answer", "idea.err.long", "over", over, "max", MaxWhy)
		return f.Err()
	}
	return s.change(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, now time.Time) error {
		list, err := amendmentsOf(ctx, tx, i.ID, actor.Person)
		if err != nil {
			return err
		}
		for _, a := range list {
			if a.ID != id {
				continue
			}
			if a.State != "open" {
				return nil
			}
			state := "rejected"
			if yes {
				state = "accepted"
				if a.Edition != i.Edition {
					return fault.New(fault.Conflict, "idea.err.amend_old")
				}
			}
			if _, err := tx.Exec(ctx, sqlDecideAmendment, id, state, answer); err != nil {
				return fmt.Errorf("decide amendment: %w", err)
			}
			if !yes {
				return s.step(ctx, tx, i, "idea.step.amendment_no", nil, "", uuid.Nil)
			}
			return s.reword(ctx, tx, actor, i, a.Title, a.Text, "amendment", a.Why, now)
		}
		return fault.Missing("amendment")
	})
}

// WithdrawAmendment takes one's own proposal back.
func (s *Service) WithdrawAmendment(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) error {
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		tag, err := tx.Exec(ctx, sqlTakeAmendment, id, i.ID, actor.Person)
		if err != nil {
			return fmt.Errorf("withdraw amendment: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.Missing("amendment")
		}
		return nil
	})
}

const (
	sqlDecideAmendment = `UPDATE amendments SET state = $2, answer = $3, decided_at = mitwirk_now() WHERE id = $1`
	sqlTakeAmendment   = `
UPDATE amendments SET state = 'withdrawn', decided_at = mitwirk_now()
WHERE id = $1 AND idea_id = $2 AND person_id = $3 AND state IN ('open', 'withdrawn')`
)

func amendmentsOf(ctx context.Context, q db.Queryer, idea, person uuid.UUID) ([]Amendment, error) {
	rows, err := q.Query(ctx, sqlAmendments, idea, db.OrNull(person))
	if err != nil {
		return nil, fmt.Errorf("amendments: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Amendment])
	if err != nil {
		return nil, fmt.Errorf("amendments: %w", err)
	}
	return list, nil
}

const sqlAmendments = `
SELECT a.id, a.title, a.text, a.why, a.state, a.answer, a.at, a.decided_at, a.edition, a.person_id IS NOT DISTINCT FROM $2 AND $2 IS NOT NULL,
       v.title, v.text
FROM amendments a
JOIN idea_versions v ON v.idea_id = a.idea_id AND v.n = a.edition
WHERE a.idea_id = $1 AND a.state <> 'hidden'
ORDER BY a.state <> 'open', a.at DESC, a.id DESC
LIMIT 50`
