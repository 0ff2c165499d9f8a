package ideas

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
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

	Team   i18n.Text // name of the department
	Held   bool
	Say    bool // "Wer entscheidet?" is not answered
	Photos int  // that wait
	Files  int  // that wait and can be opened
}

// DeskList is a page of the desk's list.
type DeskList struct {
	Rows []DeskRow
	Next string // cursor of the next page; "" at the end
}

// Page sizes of the desk's list.
const (
	deskPage = 50
	deskMost = 100
)

// Desk lists the ideas of the actor's remits, what is due first on top, page by
// page. It fails with BadRequest for what is no cursor of this list.
func (s *Service) Desk(ctx context.Context, actor accounts.Actor, f DeskFilter, p Page) (DeskList, error) {
	if err := MayDesk(actor); err != nil {
		return DeskList{}, err
	}
	w := &db.Where{}
	w.And("i.visibility IN ('public', 'held')")
	actor.Within(w, accounts.Columns{Department: "i.department_id", Category: "'00000000-0000-0000-0000-000000000000'::uuid", District: "i.district_ref"},
		subject.Caseworker, subject.TeamLead)
	f.where(w)
	if p.After != "" {
		at, err := parseDeskCursor(p.After)
		if err != nil {
			return DeskList{}, err
		}
		w.And("(i.decides <> '', coalesce(i.answer_by, 'infinity'::timestamptz), i.id) > (?, coalesce(?::timestamptz, 'infinity'), ?)", at.said, at.by, at.id)
	}
	limit := min(max(p.Limit, 0), deskMost)
	if limit == 0 {
		limit = deskPage
	}
	rows, err := s.db.Query(ctx, sqlPartDesk+w.SQL()+"\nORDER BY (i.decides <> ''), coalesce(i.answer_by, 'infinity'::timestamptz), i.id\nLIMIT "+w.Arg(limit+1), w.Args()...)
	if err != nil {
		return DeskList{}, fmt.Errorf("desk of ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeskRow, error) {
		var r DeskRow
		var number int64
		var call *uuid.UUID
		err := row.Scan(&r.ID, &number, &call, &r.Topic, &r.Title, &r.Status, &r.District, &r.Supports, &r.Goal, &r.EndsAt, &r.AnswerBy, &r.CreatedAt,
			&r.Team, &r.Held, &r.Say, &r.Photos, &r.Files)
		r.Number, r.Call = subject.Number(number), orZero(call)
		return r, err
	})
	if err != nil {
		return DeskList{}, fmt.Errorf("desk of ideas: %w", err)
	}
	l := DeskList{Rows: list}
	if len(list) > limit {
		last := list[limit-1]
		l.Rows, l.Next = list[:limit], deskCursor{!last.Say, last.AnswerBy, last.ID}.String()
	}
	return l, nil
}

func (f *DeskFilter) where(w *db.Where) {
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
	if f.Text == "" {
		return
	}
	if prefix, n, err := subject.ParseNumber(f.Text); err == nil && prefix == subject.PrefixIdea {
		w.And("i.number = ?", int64(n))
	} else {
		w.And("i.tsv @@ websearch_to_tsquery('mitwirk_de', ?)", f.Text)
	}
}

// deskCursor is a place in the desk's list.
type deskCursor struct {
	said bool       // who decides is said
	by   *time.Time // nil: there is no date
	id   uuid.UUID
}

func (c deskCursor) String() string {
	by := ""
	if c.by != nil {
		by = c.by.UTC().Format(time.RFC3339Nano)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatBool(c.said) + "~" + by + "~" + c.id.String()))
}

func parseDeskCursor(text string) (deskCursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.Split(string(raw), "~")
	if err != nil || len(parts) != 3 {
		return deskCursor{}, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	var c deskCursor
	var errs [3]error
	c.said, errs[0] = strconv.ParseBool(parts[0])
	if parts[1] != "" {
		var by time.Time
		by, errs[1] = time.Parse(time.RFC3339Nano, parts[1])
		c.by = &by
		if by.Year() > 9999 || by.Year() < 1 {
			errs[1] = errors.Join(errs[1], errors.New("far away"))
		}
	}
	c.id, errs[2] = uuid.Parse(parts[2])
	if err := errors.Join(errs[:]...); err != nil {
		return deskCursor{}, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	return c, nil
}

const sqlPartDesk = `
SELECT i.id, i.number, i.call_id, i.topic, i.title, i.status, i.district_ref, i.supports, i.goal, i.ends_at, i.answer_by, i.created_at,
       d.name, i.visibility = 'held', i.decides = '',
       (SELECT count(*)::int FROM attachments a WHERE a.subject_kind = 'idea' AND a.subject_id = i.id AND a.state = 'held'),
       (SELECT count(*)::int FROM subject_files f WHERE f.subject_kind = 'idea' AND f.subject_id = i.id AND f.state = 'clean' AND NOT f.released)
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
