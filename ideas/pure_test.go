package ideas

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

func TestStatusTable(t *testing.T) {
	t.Parallel()
	for _, s := range Statuses() {
		if !s.Known() || s.Shape() == "" {
			t.Errorf("%s has no row", s)
		}
		for _, next := range s.Next() {
			if !next.Known() || next == Withdrawn || next == Merged || next == s {
				t.Errorf("%s may become %s by staff", s, next)
			}
		}
		if s.Answered() && !s.IsClosed() {
			t.Errorf("%s is answered and goes on collecting", s)
		}
	}
}

// The phase is the city's, also where the clocks change.
func TestPhasesByTheCitysClock(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	end := day("2026-03-29") // a day of 23 hours
	c := Call{State: CallPublished, Spans: []Span{{Phase: Collect, From: day("2026-03-01"), To: &end}, {Phase: Support, From: day("2026-03-30")}}}
	for _, tt := range []struct {
		at   string
		want Phase
	}{
		{"2026-02-28T22:59:59Z", ""},
		{"2026-02-28T23:00:00Z", Collect},
		{"2026-03-29T21:59:59Z", Collect},
		{"2026-03-29T22:00:00Z", Support},
		{"2027-01-01T00:00:00Z", Support},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Now(at, zone); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.at, got, tt.want)
		}
	}
	if err := (&Call{Title: map[string]string{"de": "x"}, Kind: "ideas", Participation: "decision", Who: "all", Spans: []Span{{Phase: Collect, From: day("2026-04-01")}, {Phase: Check, From: day("2026-03-01")}}}).Validate(false); !fault.Is(err, fault.Invalid) {
		t.Errorf("out of order: %v", err)
	}
}

// The whole matrix of who may do what with an idea in which state.
func TestPolicy(t *testing.T) {
	t.Parallel()
	dep, me := uuid.New(), uuid.New()
	actors := map[string]accounts.Actor{
		"nobody": {}, "visitor": {Person: uuid.New()}, "author": {Person: me},
		"clerk":     {Person: uuid.New(), Departments: []uuid.UUID{dep}, Roles: []subject.Role{subject.Caseworker}},
		"elsewhere": {Person: uuid.New(), Departments: []uuid.UUID{uuid.New()}, Roles: []subject.Role{subject.Caseworker}},
		"moderator": {Person: uuid.New(), Roles: []subject.Role{subject.Moderator}},
	}
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	ends := now.Add(time.Hour)
	for _, tt := range []struct {
		name  string
		idea  Idea
		allow map[Action]string // who, all others may not
	}{
		{"open", Idea{Visibility: VisPublic, Status: Open, EndsAt: &ends}, map[Action]string{
			ActView: "nobody visitor author clerk elsewhere moderator", ActSupport: "nobody visitor author clerk elsewhere moderator",
			ActDiscuss: "nobody visitor author clerk elsewhere moderator", ActAmend: "nobody visitor author clerk elsewhere moderator",
			ActEdit: "author", ActWithdraw: "author", ActWork: "clerk",
		}},
		{"over", Idea{Visibility: VisPublic, Status: Open, EndsAt: &now}, map[Action]string{
			ActView: "nobody visitor author clerk elsewhere moderator", ActDiscuss: "nobody visitor author clerk elsewhere moderator",
			ActAmend: "nobody visitor author clerk elsewhere moderator", ActEdit: "author", ActWithdraw: "author", ActWork: "clerk",
		}},
		{"checked", Idea{Visibility: VisPublic, Status: Checking}, map[Action]string{
			ActView: "nobody visitor author clerk elsewhere moderator", ActDiscuss: "nobody visitor author clerk elsewhere moderator",
			ActAmend: "nobody visitor author clerk elsewhere moderator", ActWithdraw: "author", ActWork: "clerk",
		}},
		{"answered", Idea{Visibility: VisPublic, Status: Declined}, map[Action]string{
			ActView: "nobody visitor author clerk elsewhere moderator", ActDiscuss: "nobody visitor author clerk elsewhere moderator", ActWork: "clerk",
		}},
		{"held", Idea{Visibility: VisHeld, Status: Open, EndsAt: &ends}, map[Action]string{
			ActView: "author clerk moderator", ActEdit: "author", ActWithdraw: "author", ActWork: "clerk",
		}},
		{"hidden", Idea{Visibility: VisHidden, Status: Open, EndsAt: &ends}, map[Action]string{ActView: "author moderator"}},
		{"erased", Idea{Visibility: VisErased, Status: Open}, nil},
		{"of staff", Idea{Visibility: VisPublic, Status: Checking, Staff: true}, map[Action]string{
			ActView: "clerk elsewhere moderator", ActDiscuss: "clerk elsewhere moderator", ActAmend: "clerk elsewhere moderator", ActWork: "clerk",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, actor := range actors {
				i := tt.idea
				i.Department, i.IsAuthor = dep, name == "author"
				for _, a := range Actions() {
					want := strings.Contains(" "+tt.allow[a]+" ", " "+name+" ")
					if err := Allowed(actor, a, &i, nil, now, time.UTC); (err == nil) != want {
						t.Errorf("%s, %s: %v, want %t", name, a, err, want)
					}
				}
			}
		})
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, to, want string }{
		{"ein Brunnen am Platz", "zwei Brunnen am Platz", "-ein +zwei Brunnen am Platz"},
		{"", "neu", "+neu"},
		{"gleich", "gleich", "gleich"},
		{"a b c", "a c", "a -b c"},
	} {
		var got []string
		for _, p := range Diff(tt.from, tt.to) {
			got = append(got, map[string]string{"ins": "+", "del": "-"}[p.Op]+strings.TrimSpace(p.Text))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%q to %q: %q, want %q", tt.from, tt.to, s, tt.want)
		}
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("ein Text", "ein anderer Text\nmit Zeile")
	f.Fuzz(func(t *testing.T, a, b string) {
		var from, to strings.Builder
		for _, p := range Diff(a, b) {
			if p.Op != "ins" {
				from.WriteString(p.Text)
			}
			if p.Op != "del" {
				to.WriteString(p.Text)
			}
		}
		if from.String() != a || to.String() != b {
			t.Errorf("%q %q came back as %q %q", a, b, from.String(), to.String())
		}
	})
}

func FuzzReadShape(f *testing.F) {
	for _, s := range []string{
		`{"type":"Point","coordinates":[11.5,48.1]}`, `{"type":"LineString","coordinates":[[11,48],[12,49]]}`,
		`{"type":"Polygon","coordinates":[[[11,48],[12,48],[12,49],[11,48]]]}`, `{"type":"Point","coordinates":[1e999,0]}`, `[]`, ``,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean, on, err := readShape(text)
		if err != nil || clean == "" {
			return
		}
		if on == nil || !on.Valid() {
			t.Errorf("%q lies at %v", text, on)
		}
		if again, _, err := readShape(clean); err != nil || again != clean {
			t.Errorf("%q is not stable: %q, %v", clean, again, err)
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	f.Add("call=A-2026-7K3QX9&state=open&topic=gruen&near=11.5,48.1&sort=near&seed=5&q=baum")
	f.Add("sort=unsinn")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		one, err := ParseFilter(v)
		if err != nil {
			return
		}
		two, err := ParseFilter(one.Values())
		if err != nil || two.Values().Encode() != one.Values().Encode() {
			t.Errorf("%q is not stable: %v", query, err)
		}
	})
}

// Who may do what in a call that asks an eID: taking part needs a yes to this
// question that still counts, everything else needs none.
func TestTakesPart(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	quiet := &Call{Who: WhoProved, Proof: Proof{AgeFrom: 14}}
	talk := &Call{Who: WhoProved, Proof: Proof{AgeFrom: 14, Talk: true}}
	rule := quiet.Proof.Rule()
	if talk.Proof.Rule() != rule {
		t.Error("whether comments need it is no part of the question")
	}
	person := accounts.Actor{Person: uuid.New(), Level: accounts.L3}
	good := &Proved{Yes: true, Until: now.Add(time.Hour), rule: rule}
	all := "view support discuss amend edit withdraw work propose"
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		call  *Call
		p     *Proved
		may   string
	}{
		{"no call", person, nil, nil, all},
		{"a call for residents", person, &Call{Who: "residents"}, nil, all},
		{"nothing proved", person, quiet, nil, "view discuss edit withdraw work"},
		{"nothing proved, comments too", person, talk, nil, "view edit withdraw work"},
		{"a no", person, talk, &Proved{Until: now.Add(time.Hour), rule: rule}, "view edit withdraw work"},
		{"over", person, talk, &Proved{Yes: true, Until: now, rule: rule}, "view edit withdraw work"},
		{"another question", person, talk, &Proved{Yes: true, Until: now.Add(time.Hour), rule: "x"}, "view edit withdraw work"},
		{"a yes", person, talk, good, all},
		{"nobody", accounts.Actor{}, talk, nil, "view edit withdraw work"},
		{"a clerk", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}}, talk, nil, "view edit withdraw work"},
		{"the product", accounts.System, talk, nil, all},
	} {
		for _, a := range append(Actions(), ActPropose) {
			want := strings.Contains(" "+tt.may+" ", " "+string(a)+" ")
			if err := TakesPart(tt.actor, a, tt.call, tt.p, now); (err == nil) != want || err != nil && !NeedsProof(err) {
				t.Errorf("%s, %s: %v, want %t", tt.name, a, err, want)
			}
		}
	}
}
