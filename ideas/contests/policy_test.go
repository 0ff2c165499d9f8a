package contests

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// kinds of answers of the policy.
const (
	yes    = "y"
	no     = "n" // a refusal with a reason
	hidden = "-" // as what does not exist
)

func answer(err error) string {
	switch {
	case err == nil:
		return yes
	case fault.Is(err, fault.NotFound):
		return hidden
	}
	return no
}

// TestPolicy asks every action as everybody who may stand somehow to a contest,
// in each of its times. A row is a stand, a sign an action in the order of
// Actions: set_up found jury vote | head read scores declare score write send.
func TestPolicy(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	phase := func(days int) time.Time { return today.AddDate(0, 0, days).Add(12 * time.Hour) }
	call := &ideas.Call{Kind: ideas.KindContest, State: ideas.CallPublished}
	for n, p := range []ideas.Phase{ideas.Collect, ideas.Check, ideas.Support} {
		day := today.AddDate(0, 0, n)
		call.Spans = append(call.Spans, ideas.Span{Phase: p, From: day, To: &day})
	}
	juror := uuid.New()
	stands := map[string]Stand{
		"anybody":    {},
		"known":      {Known: true},
		"member":     {Known: true, InTeam: true, Member: true},
		"lead":       {Known: true, InTeam: true, Member: true, Lead: true},
		"rival":      {Known: true, InTeam: true},
		"juror":      {Known: true, Juror: juror},
		"impartial":  {Known: true, Juror: juror, Declared: true},
		"conflicted": {Known: true, Juror: juror, Declared: true, Conflict: true},
		"office":     {Known: true, Office: true},
		"office+con": {Known: true, Office: true, Juror: juror, Declared: true, Conflict: true},
		"office+jur": {Known: true, Office: true, Juror: juror},
	}
	named := phase(1)
	for _, tc := range []struct {
		name  string
		at    time.Time
		named *time.Time
		entry Entry
		want  map[string]string
	}{
		{"draft while entries are collected", phase(0), nil, Entry{State: Draft}, map[string]string{
			"anybody": "-nnn-------", "known": "-yyn-------", "member": "-nnnyynnnyn", "lead": "-nnnyynnnyy", "rival": "-nnn-------",
			"juror": "-nnn-------", "impartial": "-nnn-------", "conflicted": "-nnn-------", "office": "ynyn-------", "office+con": "ynnn-------", "office+jur": "ynnn-------",
		}},
		{"sent, the jury scores", phase(1), nil, Entry{State: Sent}, map[string]string{
			"anybody": "-nnn-------", "known": "-nyn-------", "member": "-nnnyynnnnn", "lead": "-nnnyynnnnn", "rival": "-nnn-------",
			"juror": "-nnnynnynnn", "impartial": "-nnnyynyynn", "conflicted": "-nnnynnynnn", "office": "ynynyynnnnn", "office+con": "ynnnynnynnn", "office+jur": "ynnnynnynnn",
		}},
		{"sent, the scores are open", phase(2), nil, Entry{State: Sent}, map[string]string{
			"anybody": "-nnn-------", "known": "-nnn-------", "member": "-nnnyynnnnn", "lead": "-nnnyynnnnn", "rival": "-nnn-------",
			"juror": "-nnnynnynnn", "impartial": "-nnnyyyynnn", "conflicted": "-nnnynnynnn", "office": "ynnnyyynnnn", "office+con": "ynnnynnynnn", "office+jur": "ynnnynnynnn",
		}},
		{"a finalist", phase(2), &named, Entry{State: Sent, Stage: Finalist}, map[string]string{
			"anybody": "-nnyynnnnnn", "known": "-nnyynnnnnn", "member": "-nnyyynnnnn", "lead": "-nnyyynnnnn", "rival": "-nnyynnnnnn",
			"juror": "-nnyynnnnnn", "impartial": "-nnyyyynnnn", "conflicted": "-nnyynnnnnn", "office": "ynnyyyynnnn", "office+con": "ynnyynnnnnn", "office+jur": "ynnyynnnnnn",
		}},
		{"not in the final", phase(2), &named, Entry{State: Sent, Stage: Out}, map[string]string{
			"anybody": "-nny-------", "known": "-nny-------", "member": "-nnyyynnnnn", "lead": "-nnyyynnnnn", "rival": "-nny-------",
			"juror": "-nnyynnnnnn", "impartial": "-nnyyyynnnn", "conflicted": "-nnyynnnnnn", "office": "ynnyyyynnnn", "office+con": "ynnyynnnnnn", "office+jur": "ynnyynnnnnn",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := &Contest{Call: call, NamedAt: tc.named}
			for who, s := range stands {
				got := ""
				for n, a := range Actions() {
					e := &tc.entry
					if n < 4 {
						e = nil
					}
					got += answer(Allowed(a, c, e, s, tc.at, time.UTC))
				}
				if got != tc.want[who] {
					t.Errorf("%-10s %s, want %s", who, got, tc.want[who])
				}
			}
		})
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	s := spread([]Opinion{{Values: []int{10, 6}}, {Values: []int{4, 8}}}, 2)
	if s.N != 2 || s.Mean != 7 || s.Low != 6 || s.High != 8 || s.Deviation != 1 || s.By[0] != 7 || s.By[1] != 7 {
		t.Errorf("%+v", s)
	}
	if s := spread(nil, 2); s.N != 0 || s.Mean != 0 || s.Low != 0 {
		t.Errorf("nobody: %+v", s)
	}
}
