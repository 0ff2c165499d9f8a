package casework

import (
	"context"
	"errors"
	"maps"
	"slices"
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

// Past gives the cases of the last weeks as they arrived, newest first, at
// most limit. Domains whose cases are routed implement it.
type Past interface {
	Arrivals(ctx context.Context, since time.Time, limit int) ([]PastArrival, error)
}

// PastArrival is a case that arrived before.
type PastArrival struct {
	Arrival

	Number subject.Number
	Title  i18n.Text
	Now    uuid.UUID // the department that has it at this moment
}

// The bounds of a dry run.
const (
	TryDays  = 30
	TryLimit = 20_000
)

// Trial is what a draft would have done with the cases of the last 30 days,
// beside what the rules in force do with them.
type Trial struct {
	State   RoutingState
	Cases   int  // that were looked at
	Bounded bool // there are more: only the newest TryLimit were looked at
	Changed int
	Counts  []TrialCount // per department, in the order of their keys
	Rules   []TrialRule  // of the draft: how many cases each decides
	List    []TrialCase  // a page of the changed ones, newest first
	Next    uuid.UUID    // the cursor of the next page; zero: none
}

// TrialCount is how many cases a department has with either set.
type TrialCount struct {
	Department Department
	Is, Would  int
}

// TrialRule is how many cases a rule of the draft decides.
type TrialRule struct {
	Rule Rule
	N    int
}

// TrialCase is a case that the draft sends elsewhere, or gives another priority,
// person or target.
type TrialCase struct {
	Number    subject.Number
	Title     i18n.Text
	Ref       subject.Ref
	At        time.Time
	Is, Would Placement
	Now       Department // that has it at this moment
}

// tryPage is how many changed cases a page lists.
const tryPage = 50

// Try compares the draft with the rules in force; nothing is changed. after is
// the cursor of the page before. It is Conflict when there is no draft.
func (r *Routing) Try(ctx context.Context, actor accounts.Actor, after uuid.UUID) (*Trial, error) {
	if err := MayRoute(actor, ChangeRouting); err != nil {
		return nil, err
	}
	if r.cfg.Past == nil {
		return nil, errors.New("casework: no past cases to try rules on")
	}
	st, err := routingState(ctx, r.cfg.DB, sqlRoutingState)
	if err != nil {
		return nil, err
	}
	if st.Draft == 0 {
		return nil, fault.New(fault.Conflict, "routing.err.no_draft")
	}
	live, err := loadRules(ctx, r.cfg.DB, Live)
	if err != nil {
		return nil, err
	}
	draft, err := loadRules(ctx, r.cfg.DB, Draft)
	if err != nil {
		return nil, err
	}
	w, err := r.world(ctx, r.cfg.DB, live, draft)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, r.cfg.DB)
	if err != nil {
		return nil, err
	}
	past, err := r.cfg.Past.Arrivals(ctx, now.AddDate(0, 0, -TryDays), TryLimit+1)
	if err != nil {
		return nil, err
	}
	t := compare(live, draft, w, past, after)
	t.State = st
	return t, nil
}

// compare is pure.
func compare(live, draft []Rule, w *World, past []PastArrival, after uuid.UUID) *Trial {
	t := &Trial{Bounded: len(past) > TryLimit}
	past = past[:min(len(past), TryLimit)]
	t.Cases = len(past)
	counts := map[uuid.UUID]*TrialCount{}
	count := func(id uuid.UUID) *TrialCount {
		if counts[id] == nil {
			counts[id] = &TrialCount{Department: w.Departments[id]}
		}
		return counts[id]
	}
	decided := map[uuid.UUID]int{}
	passed := after == uuid.Nil
	for i := range past {
		a := &past[i]
		is, _ := Place(live, w, &a.Arrival)
		would, _ := Place(draft, w, &a.Arrival)
		count(is.Department).Is++
		count(would.Department).Would++
		decided[would.Rule]++
		if is.Department == would.Department && is.Person == would.Person && is.Priority == would.Priority && is.Days == would.Days {
			passed = passed || a.Ref.ID == after
			continue
		}
		t.Changed++
		switch {
		case !passed:
			passed = a.Ref.ID == after
		case len(t.List) < tryPage:
			t.List = append(t.List, TrialCase{Number: a.Number, Title: a.Title, Ref: a.Ref, At: a.At, Is: is, Would: would, Now: w.Departments[a.Now]})
		case t.Next == uuid.Nil:
			t.Next = t.List[tryPage-1].Ref.ID
		}
	}
	for _, c := range slices.SortedFunc(maps.Values(counts), func(a, b *TrialCount) int {
		return strings.Compare(a.Department.Key, b.Department.Key)
	}) {
		t.Counts = append(t.Counts, *c)
	}
	for i := range draft {
		t.Rules = append(t.Rules, TrialRule{draft[i], decided[draft[i].ID]})
	}
	return t
}

// MarkTried notes that somebody has seen what the draft would do; then it may
// go live. Any later change of the draft asks for another look.
func (r *Routing) MarkTried(ctx context.Context, actor accounts.Actor, token string) error {
	return r.change(ctx, actor, token, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, st RoutingState) error {
		if st.Draft == 0 {
			return fault.New(fault.Conflict, "routing.err.no_draft")
		}
		_, err := tx.Exec(ctx, sqlTried)
		return wrap("note trial", err)
	})
}

const sqlTried = `UPDATE routing_state SET tried_version = draft_version`
