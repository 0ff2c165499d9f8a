package reports

import (
	"slices"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

func TestMechanicsAreWhole(t *testing.T) {
	t.Parallel()
	if len(Statuses()) != 13 || len(mechanics) != 13 {
		t.Fatalf("%d statuses, %d rows", len(Statuses()), len(mechanics))
	}
	for _, s := range Statuses() {
		m := s.Mechanics()
		for _, next := range m.Next {
			if !next.Known() || next == Withdrawn || next == Received || next == s {
				t.Errorf("%s may not lead to %s", s, next)
			}
		}
		if m.Open == (m.Clock == ClockEnds) {
			t.Errorf("%s: open %t with clock %s", s, m.Open, m.Clock)
		}
		if m.Open && m.Class != ClassOpen && m.Class != ClassWork {
			t.Errorf("%s is open but of class %s", s, m.Class)
		}
	}
	// every status but the first can be reached
	for _, s := range Statuses() {
		if s == Received || s == Withdrawn {
			continue
		}
		if !slices.ContainsFunc(Statuses(), func(from Status) bool { return from.MayBecome(s) }) {
			t.Errorf("nothing leads to %s", s)
		}
	}
}

func TestStatusWords(t *testing.T) {
	t.Parallel()
	c, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{i18n.German, i18n.English} {
		loc := c.For(lang)
		for _, s := range Statuses() {
			for _, part := range []string{".label", ".text", ".next", ".entry"} {
				if key := "status." + string(s) + part; !loc.Has(key) {
					t.Errorf("%s: no words for %s", lang, key)
				}
			}
		}
		for _, k := range StepKinds() {
			if !loc.Has("step."+string(k)+".label") || !loc.Has("step."+string(k)+".entry") {
				t.Errorf("%s: no words for step %s", lang, k)
			}
		}
	}
}

func TestChangeValidate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	soon, past := now.AddDate(0, 0, 3), now.AddDate(0, 0, -3)
	for _, tt := range []struct {
		name       string
		from       Status
		change     Change
		wantKind   fault.Kind // "": fine
		wantFields []string
	}{
		{name: "check", from: Received, change: Change{To: InReview}},
		{name: "not from here", from: Resolved, change: Change{To: InProgress}, wantKind: fault.Conflict},
		{name: "withdrawn is the reporter's", from: Received, change: Change{To: Withdrawn}, wantKind: fault.Conflict},
		{name: "question without anything", from: Received, change: Change{To: Waiting}, wantKind: fault.Invalid, wantFields: []string{"question", "until"}},
		{name: "question", from: Received, change: Change{To: Waiting, StatusParams: StatusParams{Question: "Wo?", Until: &soon}}},
		{name: "date in the past", from: Received, change: Change{To: Commissioned, StatusParams: StatusParams{Until: &past}}, wantKind: fault.Invalid, wantFields: []string{"until"}},
		{name: "resolved unseen", from: InProgress, change: Change{To: Resolved, StatusParams: StatusParams{Done: "Gemacht."}}, wantKind: fault.Invalid, wantFields: []string{"seen_by"}},
		{name: "seen by nobody known", from: InProgress, change: Change{To: Resolved, StatusParams: StatusParams{Done: "Gemacht.", SeenBy: "nachbar"}}, wantKind: fault.Invalid, wantFields: []string{"seen_by"}},
		{name: "resolved", from: InProgress, change: Change{To: Resolved, StatusParams: StatusParams{Done: "Gemacht.", SeenBy: "crew"}}},
		{name: "forwarded to nobody", from: Received, change: Change{To: Forwarded, StatusParams: StatusParams{How: "mail"}}, wantKind: fault.Invalid, wantFields: []string{"body", "until"}},
		{name: "no reason", from: Received, change: Change{To: NoAction}, wantKind: fault.Invalid, wantFields: []string{"reason"}},
		{name: "duplicate of nothing", from: Received, change: Change{To: Duplicate}, wantKind: fault.Invalid, wantFields: []string{"other"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.change.Validate(tt.from, now)
			if tt.wantKind == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f := fault.As(err)
			if f == nil || f.Kind != tt.wantKind {
				t.Fatalf("got %v, want %s", err, tt.wantKind)
			}
			var fields []string
			for _, x := range f.Fields {
				fields = append(fields, x.Name)
			}
			slices.Sort(fields)
			if tt.wantFields != nil && !slices.Equal(fields, tt.wantFields) {
				t.Errorf("fields %v, want %v", fields, tt.wantFields)
			}
		})
	}
}
