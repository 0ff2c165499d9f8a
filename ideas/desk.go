package ideas

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// DeskFilter is what somebody of the city looks at.
type DeskFilter struct {
	Due  string // "" what is open, "late", "who" (not said who decides), "goal" (reached), "all"
	Text string
	Call uuid.UUID
}

// DeskRow is one idea in the desk's list: what is due first on top.
type DeskRow struct {
	Item

	Team   string // name of the department, German
	Held   bool
	Say    bool // "Wer entscheidet?" is not answered
	Photos int  // that wait
}

// Desk lists the ideas of the actor's remits, what is due first on top.
func (s *Service) Desk(ctx context.Context, actor accounts.Actor, f DeskFilter) ([]DeskRow, error) {
	if err := MayDesk(actor); err != nil {
		return nil, err
	}
	w := &db.Where{}
	w.And("i.visibility IN ('public', 'held')")
	actor.Within(w, accounts.Columns{Department: "i.department_id", Category: "'00000000-0000-0000-0000-000000000000'::uuid", District: "i.district_ref"},
		subject.Caseworker, subject.TeamLead)
	switch f.Due {
	case "all":
	case "late":
		w.And("i.status IN ('open', 'checking', 'council') AND i.answer_by < mitwirk_now()")
	case "who":
		w.And("i.status IN ('open', 'checking', 'council') AND i.decides = ''")
	case "goal":
		w.And("i.reached_at IS NOT NULL AND i.status IN ('open', 'checking', 'council')")
	default:
		w.And("i.status IN ('open', 'checking', 'council')")
	}
	if f.Call != uuid.Nil {
		w.And("i.call_id = ?", f.Call)
	}
	if f.Text != "" {
		if prefix, n, err := subject.ParseNumber(f.Text); err == nil && prefix == subject.PrefixIdea {
			w.And("i.number = ?", int64(n))
		} else {
			w.And("i.tsv @@ websearch_to_tsquery('mitwirk_de', ?)", f.Text)
		}
	}
	rows, err := s.db.Query(ctx, sqlPartDesk+w.SQL()+"\nORDER BY (i.decides = '') DESC, i.answer_by NULLS LAST, i.id\nLIMIT 200", w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("desk of ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeskRow, error) {
		var r DeskRow
		var number int64
		var call *uuid.UUID
		err := row.Scan(&r.ID, &number, &call, &r.Topic, &r.Title, &r.Status, &r.District, &r.Supports, &r.Goal, &r.EndsAt, &r.AnswerBy, &r.CreatedAt,
			&r.Team, &r.Held, &r.Say, &r.Photos)
		r.Number, r.Call = subject.Number(number), orZero(call)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("desk of ideas: %w", err)
	}
	return list, nil
}

const sqlPartDesk = `
SELECT i.id, i.number, i.call_id, i.topic, i.title, i.status, i.district_ref, i.supports, i.goal, i.ends_at, i.answer_by, i.created_at,
       d.name ->> 'de', i.visibility = 'held', i.decides = '',
       (SELECT count(*)::int FROM attachments a WHERE a.subject_kind = 'idea' AND a.subject_id = i.id AND a.state = 'held')
FROM ideas i
JOIN departments d ON d.id = i.department_id
`

// NumbersOf tells the number of each public idea of a call by its id.
func (s *Service) NumbersOf(ctx context.Context, c *Call, each func(id string, n subject.Number)) error {
	rows, err := s.db.Query(ctx, sqlNumbersOf, c.ID)
	if err != nil {
		return fmt.Errorf("numbers of ideas: %w", err)
	}
	var id uuid.UUID
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		each(id.String(), subject.Number(n))
		return nil
	}); err != nil {
		return fmt.Errorf("numbers of ideas: %w", err)
	}
	return nil
}

const sqlNumbersOf = `SELECT id, number FROM ideas WHERE call_id = $1 AND visibility = 'public'`
