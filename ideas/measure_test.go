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

// A merge carries the measures of the idea that goes to the one that stays, and
// its undo leaves both exactly as they were.
func TestMergeCarriesMeasures(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	ctx := t.Context()
	s, p := radartest.New(t, c.Pool, 4)
	c.Ideas.UseMeasures(programmes{s})
	st, err := s.Now(ctx, p)
	must(t, err)
	m := make([]*radar.Measure, 4)
	for i := range m {
		m[i] = &st.Items[i].Measure
	}
	// the one that goes: proposed to 0, part of 1 and of 2; the one that stays: proposed to 1, part of 2
	from, authorA := c.Create(t, func(sub *ideas.Submission) { sub.Measure = m[0].Number })
	into, authorB := c.Create(t, func(sub *ideas.Submission) { sub.Measure = m[1].Number })
	dep, err := accounts.DepartmentByID(ctx, c.Pool, c.Idea(t, authorA, from.Number).Department)
	must(t, err)
	clerk := c.Clerk(t, dep.Key)
	for _, i := range []int{1, 2} {
		must(t, c.Ideas.LinkMeasure(ctx, clerk, from.Number, m[i].PublicNumber()))
	}
	must(t, c.Ideas.LinkMeasure(ctx, clerk, into.Number, m[2].PublicNumber()))
	rows := func() string {
		t.Helper()
		var all string
		must(t, c.Pool.QueryRow(ctx, `SELECT coalesce(string_agg(concat_ws(' ', from_id, to_id, relation, made_by, at), E'\n' ORDER BY from_id, to_id, relation), '') FROM links WHERE from_kind = 'idea'`).Scan(&all))
		return all
	}
	told := func(n subject.Number) (k int) {
		t.Helper()
		must(t, c.Pool.QueryRow(ctx, `SELECT count(*) FROM events e JOIN ideas i ON i.id::text = e.body ->> 'idea' WHERE e.type = 'idea.step_added' AND e.body ->> 'key' = 'idea.step.measure' AND i.number = $1`, int64(n)).Scan(&k))
		return k
	}
	merge := func() {
		t.Helper()
		must(t, c.Ideas.AskMerge(ctx, clerk, from.Number, into.Number, "Beide wollen dasselbe."))
		must(t, c.Ideas.AnswerMerge(ctx, authorA, from.Number, 0, true))
		must(t, c.Ideas.AnswerMerge(ctx, authorB, into.Number, 0, true))
	}
	has := func(want map[int]bool) { // of the one that stays: measure -> part
		t.Helper()
		list := c.Idea(t, accounts.Actor{}, into.Number).Measures
		if len(list) != len(want) {
			t.Errorf("%d measures, not %d", len(list), len(want))
		}
		for i, part := range want {
			found := false
			for _, have := range list {
				found = found || have.ID == m[i].ID && have.Part == part
			}
			if !found {
				t.Errorf("measure %d, part %t, is not among %+v", i, part, list)
			}
			there, err := c.Ideas.OfMeasure(ctx, accounts.Actor{}, m[i].ID)
			if err != nil || len(there) != 1 || there[0].Number != into.Number || there[0].Part != part {
				t.Errorf("the list of measure %d: %+v, %v", i, there, err)
			}
		}
	}
	before := rows()
	merge()
	has(map[int]bool{0: false, 1: true, 2: true})
	if n := told(into.Number); n != 2 { // of 2 by the clerk, of 1 by the merge
		t.Errorf("told %d times", n)
	}
	must(t, c.Ideas.UndoMerge(ctx, clerk, from.Number))
	if after := rows(); after != before {
		t.Errorf("undone:\n%s\nwas:\n%s", after, before)
	}
	if list, err := c.Ideas.OfMeasure(ctx, accounts.Actor{}, m[0].ID); err != nil || len(list) != 1 || list[0].Number != from.Number {
		t.Errorf("%+v, %v", list, err)
	}

	// again: what the city says of the one that stays since then is not undone
	merge()
	must(t, c.Ideas.UnlinkMeasure(ctx, clerk, into.Number, m[0].ID))
	must(t, c.Ideas.LinkMeasure(ctx, clerk, into.Number, m[3].PublicNumber()))
	must(t, c.Ideas.SetStatus(ctx, clerk, into.Number, ideas.Change{To: ideas.Linked, Params: ideas.Params{Measure: m[1].PublicNumber()}}))
	must(t, c.Ideas.UndoMerge(ctx, clerk, from.Number))
	v := c.Idea(t, accounts.Actor{}, into.Number)
	if len(v.Measures) != 3 || v.Status != ideas.Linked {
		t.Errorf("%s, %+v", v.Status, v.Measures)
	}
	for _, have := range v.Measures {
		if !have.Part || have.ID == m[0].ID {
			t.Errorf("%+v", have)
		}
	}
	if n := told(into.Number); n != 3 { // of 3 now; of 1 a second time nobody hears
		t.Errorf("told %d times", n)
	}
}
