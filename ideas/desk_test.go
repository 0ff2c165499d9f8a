package ideas_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The desk's list shows each idea once, page by page, what is due first on top:
// also where many are due at the same moment or never, and beyond 200.
func TestDeskPages(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	ctx := t.Context()
	const n = 230
	list := make([]ideas.Past, n)
	for i := range list {
		sub := ideastest.Submission()
		sub.Title = fmt.Sprint("Brunnen ", i)
		at := time.Now().AddDate(0, 0, -n+i)
		list[i] = ideas.Past{Submission: sub, Status: ideas.Open, At: at, StatusAt: at}
	}
	must(t, c.Ideas.Import(ctx, list))
	if _, err := c.Pool.Exec(ctx, `
WITH k AS (SELECT id, row_number() OVER (ORDER BY id) AS k FROM ideas)
UPDATE ideas i
SET decides = CASE WHEN k % 3 = 0 THEN '' ELSE 'city' END,
    answer_by = CASE WHEN k % 5 = 0 THEN NULL ELSE date_trunc('day', mitwirk_now()) + (k % 7) * interval '1 day' + interval '123456 microseconds' END
FROM k WHERE k.id = i.id`); err != nil {
		t.Fatal(err)
	}
	dep := c.Idea(t, accounts.System, numberOf(t, c)).Department
	clerk := accountstest.Staff(t, c.Pool, subject.Caseworker, dep)
	whole := func(f ideas.DeskFilter, limit int) []ideas.DeskRow {
		t.Helper()
		var rows []ideas.DeskRow
		seen := map[subject.Number]bool{}
		for p := (ideas.Page{Limit: limit}); ; {
			l, err := c.Ideas.Desk(ctx, clerk, f, p)
			must(t, err)
			for _, r := range l.Rows {
				if seen[r.Number] {
					t.Fatalf("%s twice", r.Title)
				}
				seen[r.Number] = true
			}
			rows = append(rows, l.Rows...)
			if l.Next == "" {
				return rows
			}
			if len(l.Rows) == 0 {
				t.Fatal("an empty page that is not the last")
			}
			p.After = l.Next
		}
	}
	far := time.Now().AddDate(100, 0, 0)
	for _, limit := range []int{0, 7, 100} {
		rows := whole(ideas.DeskFilter{}, limit)
		if len(rows) != n {
			t.Errorf("pages of %d: %d ideas", limit, len(rows))
		}
		for i := 1; i < len(rows); i++ {
			a, b := &rows[i-1], &rows[i]
			at := func(r *ideas.DeskRow) time.Time {
				if r.AnswerBy == nil {
					return far
				}
				return *r.AnswerBy
			}
			if !a.Say && b.Say || a.Say == b.Say && at(a).After(at(b)) {
				t.Fatalf("pages of %d: row %d is due before row %d", limit, i, i-1)
			}
		}
	}
	if rows := whole(ideas.DeskFilter{Due: "who"}, 10); len(rows) != n/3 {
		t.Errorf("%d wait for who decides", len(rows))
	}
	for _, after := range []string{"x", "dHJ1ZX5-", "dHJ1ZX5-eA", "!"} {
		if _, err := c.Ideas.Desk(ctx, clerk, ideas.DeskFilter{}, ideas.Page{After: after}); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%q: %v", after, err)
		}
	}
	away := accountstest.Staff(t, c.Pool, subject.Caseworker, accountstest.Department(t, c.Pool).ID)
	first, err := c.Ideas.Desk(ctx, clerk, ideas.DeskFilter{}, ideas.Page{})
	must(t, err)
	if l, err := c.Ideas.Desk(ctx, away, ideas.DeskFilter{}, ideas.Page{After: first.Next}); err != nil || len(l.Rows) != 0 {
		t.Errorf("another department reads on with the cursor: %d, %v", len(l.Rows), err)
	}
}

func numberOf(t *testing.T, c *ideastest.City) subject.Number {
	t.Helper()
	var n int64
	must(t, c.Pool.QueryRow(t.Context(), `SELECT number FROM ideas LIMIT 1`).Scan(&n))
	return subject.Number(n)
}
