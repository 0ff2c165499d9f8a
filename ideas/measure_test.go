package ideas_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// programmes is the radar as ideas know it.
type programmes struct{ *radar.Service }

func measure(m *radar.Measure) ideas.Measure {
	return ideas.Measure{ID: m.ID, Number: m.Number, Title: m.Content.Title(), Path: m.Path()}
}

func (p programmes) Named(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]ideas.Measure, error) {
	list, err := p.Service.Named(ctx, q, ids)
	out := make([]ideas.Measure, len(list))
	for i := range list {
		out[i] = measure(&list[i])
	}
	return out, err
}

func (p programmes) Current(ctx context.Context, q db.Queryer, n subject.Number) (ideas.Measure, error) {
	m, err := p.Service.Current(ctx, q, n)
	if err != nil {
		return ideas.Measure{}, err
	}
	return measure(m), nil
}

func (p programmes) Edits(ctx context.Context, q db.Queryer, actor accounts.Actor, measure uuid.UUID) (bool, error) {
	return p.EditsMeasure(ctx, q, actor, measure)
}

// An idea belongs to a measure: its authors propose it, the city says it once,
// and nobody finds in the list of a measure what they may not see.
func TestMeasures(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	ctx := t.Context()
	s, p := radartest.New(t, c.Pool, 3)
	c.Ideas.UseMeasures(programmes{s})
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m, other := &st.Items[0].Measure, &st.Items[1].Measure
	anybody := accounts.Actor{}
	r, author := c.Create(t, func(sub *ideas.Submission) { sub.Measure = m.Number })
	lists := func(who accounts.Actor, want ...bool) {
		t.Helper()
		list, err := c.Ideas.OfMeasure(ctx, who, m.ID)
		if err != nil || len(list) != len(want) {
			t.Fatalf("%d ideas in the list, not %d: %v", len(list), len(want), err)
		}
		for k := range list {
			if list[k].Part != want[k] {
				t.Errorf("idea %d is part of it: %t", k, list[k].Part)
			}
		}
	}
	lists(anybody, false)
	if v := c.Idea(t, anybody, r.Number); len(v.Measures) != 1 || v.Measures[0].ID != m.ID || v.Measures[0].Part {
		t.Fatalf("%+v", v.Measures)
	}

	// who may say that it is part of one: who works on it, who edits the programme
	dep, err := accounts.DepartmentByID(ctx, c.Pool, c.Idea(t, author, r.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	clerk := c.Clerk(t, dep.Key)
	away := accountstest.Staff(t, c.Pool, subject.Caseworker, accountstest.Department(t, c.Pool).ID)
	for name, who := range map[string]accounts.Actor{"anybody": anybody, "its author": author, "a resident": accountstest.Resident(t, c.Pool), "another department": away} {
		if err := c.Ideas.LinkMeasure(ctx, who, r.Number, m.PublicNumber()); !fault.Is(err, fault.NotFound) {
			t.Errorf("linked by %s: %v", name, err)
		}
		if err := c.Ideas.UnlinkMeasure(ctx, who, r.Number, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("unlinked by %s: %v", name, err)
		}
	}
	if err := c.Ideas.LinkMeasure(ctx, clerk, r.Number, "R-2026-222222"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a measure that is none: %v", err)
	}
	editor := accountstest.Staff(t, c.Pool, subject.Editor)
	var wg sync.WaitGroup
	for i := range 16 {
		who := clerk
		if i%2 == 1 {
			who = editor
		}
		wg.Go(func() {
			if err := c.Ideas.LinkMeasure(ctx, who, r.Number, m.PublicNumber()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	lists(anybody, true)
	if err := c.Ideas.UnlinkMeasure(ctx, editor, r.Number, m.ID); err != nil {
		t.Fatal(err)
	}
	lists(anybody)
	if err := c.Ideas.LinkMeasure(ctx, clerk, r.Number, m.PublicNumber()); err != nil {
		t.Fatal(err)
	}
	lists(anybody, true)
	var told int
	if err := c.Pool.QueryRow(ctx, `SELECT count(*) FROM events WHERE type = 'idea.step_added' AND body ->> 'key' = 'idea.step.measure' AND body ->> 'idea' = $1::text`, r.Idea).Scan(&told); err != nil || told != 1 {
		t.Errorf("told %d times, %v", told, err)
	}

	// its status: the number becomes title, link and place in the list
	if err := c.Ideas.SetStatus(ctx, clerk, r.Number, ideas.Change{To: ideas.Linked, Params: ideas.Params{Measure: other.PublicNumber()}}); err != nil {
		t.Fatal(err)
	}
	v := c.Idea(t, anybody, r.Number)
	if v.Params.Measure != other.Content.In("de").Title || v.Params.Link != other.Path() || len(v.Measures) != 2 {
		t.Errorf("%+v, %+v", v.Params, v.Measures)
	}
	if err := c.Ideas.UnlinkMeasure(ctx, clerk, r.Number, other.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("its status says another thing: %v", err)
	}

	// what nobody may see is in no list; what only the city may see, in hers only
	set := func(sql string, args ...any) {
		t.Helper()
		if _, err := c.Pool.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, hidden := range []string{"held", "hidden"} {
		set(`UPDATE ideas SET visibility = $2 WHERE id = $1`, r.Idea, hidden)
		for _, who := range []accounts.Actor{anybody, author, clerk, editor} {
			lists(who)
		}
		if err := c.Ideas.LinkMeasure(ctx, clerk, r.Number, st.Items[2].PublicNumber()); err == nil {
			t.Errorf("a %s idea is linked", hidden)
		}
	}
	set(`UPDATE ideas SET visibility = 'public', status = 'withdrawn' WHERE id = $1`, r.Idea)
	lists(anybody)
	set(`UPDATE ideas SET status = 'open' WHERE id = $1`, r.Idea)
	lists(anybody, true)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-20, 5)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	set(`UPDATE calls SET audience = 'staff' WHERE id = $1`, call.ID)
	set(`UPDATE ideas SET call_id = $2 WHERE id = $1`, r.Idea, call.ID)
	lists(anybody)
	lists(author)
	lists(clerk, true)
	set(`UPDATE ideas SET call_id = NULL WHERE id = $1`, r.Idea)

	// a measure that nobody may see is on no idea's page
	set(`UPDATE programmes SET public = false WHERE id = $1`, p.ID)
	if v := c.Idea(t, anybody, r.Number); len(v.Measures) != 0 {
		t.Errorf("%+v", v.Measures)
	}
	if err := c.Ideas.LinkMeasure(ctx, clerk, r.Number, m.PublicNumber()); !fault.Is(err, fault.Invalid) {
		t.Errorf("linked to a measure that nobody may see: %v", err)
	}
}
