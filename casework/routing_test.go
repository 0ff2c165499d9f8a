package casework_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// monday is one, at nine in the morning of a winter day.
var monday = time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant in all but name

func arrival() *casework.Arrival {
	return &casework.Arrival{
		Category: "laterne", Department: "bau-lic", Priority: casework.Normal, Days: 5, District: "05",
		Point: subject.Point{Lon: 11.58, Lat: 48.13}, Text: "Laterne dunkel\nNeben der Straßenbahn liegt Straßenglatteis.",
		Answers: map[string][]string{"art": {"eine"}}, At: monday, Channel: "web",
	}
}

func TestExpr(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, expr string
		want       bool
	}{
		{"category", `{"is":"category","in":["baum","laterne"]}`, true},
		{"another category", `{"is":"category","in":["baum"]}`, false},
		{"district", `{"is":"district","in":["05"]}`, true},
		{"inside an area", `{"is":"area","area":[{"lon":11.5,"lat":48.1},{"lon":11.6,"lat":48.1},{"lon":11.6,"lat":48.2},{"lon":11.5,"lat":48.2}]}`, true},
		{"beside an area", `{"is":"area","area":[{"lon":11.5,"lat":48.1},{"lon":11.55,"lat":48.1},{"lon":11.55,"lat":48.2}]}`, false},
		{"part of a compound", `{"is":"words","in":["Glatteis"]}`, true},
		{"another spelling", `{"is":"words","in":["STRASSENBAHN"]}`, true},
		{"a short word is a whole one", `{"is":"words","in":["Eis"]}`, false},
		{"two words", `{"is":"words","in":["laterne dunkel"]}`, true},
		{"answer", `{"is":"answer","question":"art","in":["eine"]}`, true},
		{"no such answer", `{"is":"answer","question":"farbe","in":["rot"]}`, false},
		{"weekday", `{"is":"weekday","in":["1","2"]}`, true},
		{"weekend", `{"is":"weekday","in":["6","7"]}`, false},
		{"hour", `{"is":"hour","from":"9","to":"10"}`, true},
		{"night over midnight", `{"is":"hour","from":"22","to":"6"}`, false},
		{"winter over New Year", `{"is":"season","from":"11-01","to":"03-31"}`, true},
		{"the last day counts", `{"is":"season","from":"01-01","to":"01-12"}`, true},
		{"summer", `{"is":"season","from":"06-01","to":"08-31"}`, false},
		{"priority", `{"is":"priority","in":["high"]}`, false},
		{"channel", `{"is":"channel","in":["web"]}`, true},
		{"all", `{"all":[{"is":"channel","in":["web"]},{"not":{"is":"priority","in":["high"]}}]}`, true},
		{"any", `{"any":[{"is":"channel","in":["phone"]},{"is":"district","in":["01"]}]}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, err := casework.ParseExpr([]byte(tt.expr))
			if err != nil {
				t.Fatal(err)
			}
			if got := e.Holds(arrival()); got != tt.want {
				t.Errorf("holds: %v", got)
			}
		})
	}
}

func TestExprRefuses(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		``, `{}`, `[]`, `{"is":"code","in":["x"]}`, `{"all":[]}`, `{"is":"category"}`, `{"is":"category","in":[""]}`,
		`{"is":"category","in":["a"],"from":"1"}`, `{"is":"weekday","in":["8"]}`, `{"is":"hour","from":"25","to":"3"}`,
		`{"is":"season","from":"02-30","to":"03-01"}`, `{"is":"words","in":["..."]}`, `{"is":"answer","in":["x"]}`,
		`{"all":[{"is":"category","in":["a"]}],"is":"category","in":["b"]}`, `{"is":"category","in":["a"]} {}`, `{"unknown":1}`,
		`{"not":{"not":{"not":{"not":{"not":{"not":{"is":"category","in":["a"]}}}}}}}`,
		`{"is":"area","area":[{"lon":11,"lat":48},{"lon":12,"lat":49},{"lon":12,"lat":48},{"lon":11,"lat":49}]}`, // its sides cross
		`{"is":"area","area":[{"lon":11,"lat":48},{"lon":12,"lat":49}]}`,
	} {
		if _, err := casework.ParseExpr([]byte(expr)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", expr, err)
		}
	}
}

// FuzzParseExpr: whatever is typed or sent, reading it and using it ends
// without harm, and what was read is read again the same.
func FuzzParseExpr(f *testing.F) {
	for _, s := range []string{
		`{"is":"category","in":["laterne"]}`, `{"all":[{"is":"hour","from":"22","to":"6"},{"not":{"is":"weekday","in":["7"]}}]}`,
		`{"is":"area","area":[{"lon":11,"lat":48},{"lon":12,"lat":48},{"lon":12,"lat":49}]}`, `{"is":"season","from":"12-31","to":"12-31"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := casework.ParseExpr(raw)
		if err != nil {
			return
		}
		want := e.Holds(arrival())
		again, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		back, err := casework.ParseExpr(again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if back.Holds(arrival()) != want {
			t.Errorf("%s says something else than %s", again, raw)
		}
	})
}

// TestParseArea: every way of saying an area says the same one.
func TestParseArea(t *testing.T) {
	t.Parallel()
	want := []subject.Point{{Lon: 11.5, Lat: 48.1}, {Lon: 11.6, Lat: 48.1}, {Lon: 11.6, Lat: 48.2}}
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"lines", "11.5, 48.1\r\n11.6, 48.1\n\n11.6 48.2", true},
		{"closed", "11.5,48.1;11.6,48.1;11.6,48.2;11.5,48.1", true},
		{"of an address", casework.AreaParam(want), true},
		{"a polygon", `{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1,520],[11.6,48.2],[11.5,48.1]]]}`, true},
		{"a feature", ` {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1],[11.6,48.2],[11.5,48.1]]]}}`, true},
		{"two corners", "11.5,48.1;11.6,48.1", false},
		{"sides cross", "0,0;1,1;1,0;0,1", false},
		{"off the earth", "0,0;1,0;1,200", false},
		{"with a hole", `{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}`, false},
		{"a line", `{"type":"LineString","coordinates":[[[0,0],[9,0],[9,9]]]}`, false},
		{"nothing in it", `{"type":"Polygon","coordinates":[[]]}`, false},
	} {
		got, err := casework.ParseArea(tt.text)
		if !tt.ok {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, %v", tt.name, got, err)
			}
			continue
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", tt.name, err, diff)
		}
	}
}

// FuzzParseArea: what people type as corners is an area or a fault.
func FuzzParseArea(f *testing.F) {
	f.Add("11.5, 48.1\n11.6, 48.1\n11.6, 48.2")
	f.Add("11.5 48.1; 11.6 48.1; 11.6 48.2; 11.5 48.1")
	f.Add("11.5_48.1~11.6_48.1~11.6_48.2")
	f.Add(`{"type": "Polygon", "coordinates": [[[11.5, 48.1], [11.6, 48.1], [11.6, 48.2], [11.5, 48.1]]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		ring, err := casework.ParseArea(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		back, err := casework.ParseArea(casework.FormatArea(ring))
		if err != nil || len(back) != len(ring) {
			t.Errorf("%v becomes %v, %v", ring, back, err)
		}
	})
}

func world(departments ...casework.Department) *casework.World {
	w := &casework.World{Departments: map[uuid.UUID]casework.Department{}, Categories: map[string]bool{"laterne": true}, Districts: map[string]bool{"05": true}}
	for _, d := range departments {
		w.Departments[d.ID] = d
	}
	return w
}

func dep(key string, active bool) casework.Department {
	return casework.Department{ID: subject.NewID(), Key: key, Active: active}
}

func rule(to casework.Department, when casework.Expr) casework.Rule {
	return casework.Rule{ID: subject.NewID(), Name: "Regel", When: when, Department: to.ID, Active: true}
}

// TestPlace: the first rule that holds decides; a broken one is passed over and
// named; without any the category's department counts, and the front desk where
// that one is gone.
func TestPlace(t *testing.T) {
	t.Parallel()
	own, other, third, gone, front := dep("bau-lic", true), dep("awm", true), dep("kvr", true), dep("alt", false), dep(casework.TriageKey, true)
	lamps := casework.Expr{Is: casework.TestCategory, In: []string{"laterne"}}
	trees := casework.Expr{Is: casework.TestCategory, In: []string{"baum"}} // no category any more
	w := world(own, other, third, gone, front)
	off := rule(other, lamps)
	off.Active = false
	high := rule(third, lamps)
	high.Department, high.Priority, high.Days = uuid.Nil, casework.High, 2

	for _, tt := range []struct {
		name   string
		rules  []casework.Rule
		change func(*casework.Arrival)
		want   string
		broken int
		triage bool
	}{
		{name: "no rule", want: own.Key},
		{name: "first match", rules: []casework.Rule{rule(other, lamps), rule(third, lamps)}, want: other.Key},
		{name: "switched off", rules: []casework.Rule{off, rule(third, lamps)}, want: third.Key},
		{name: "department gone", rules: []casework.Rule{rule(gone, lamps), rule(third, lamps)}, want: third.Key, broken: 1},
		{name: "category gone", rules: []casework.Rule{rule(other, trees)}, want: own.Key, broken: 1},
		{name: "priority only", rules: []casework.Rule{high}, want: own.Key},
		{name: "the category leads nowhere", change: func(a *casework.Arrival) { a.Department = "alt" }, want: front.Key, triage: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := arrival()
			if tt.change != nil {
				tt.change(a)
			}
			p, broken := casework.Place(tt.rules, w, a)
			if p.DepartmentKey != tt.want || len(broken) != tt.broken || p.Triage != tt.triage {
				t.Errorf("%+v, broken %v", p, broken)
			}
		})
	}
	p, _ := casework.Place([]casework.Rule{high}, w, arrival())
	if p.Priority != casework.High || p.Days != 2 {
		t.Errorf("priority and target: %+v", p)
	}
}

// TestMayRoute is the matrix of who may do what with the rules.
func TestMayRoute(t *testing.T) {
	t.Parallel()
	all := []casework.RoutingAction{casework.SeeRouting, casework.ChangeRouting, casework.RunEvents, casework.SeeFigures}
	for _, tt := range []struct {
		role subject.Role
		want string // y yes, n forbidden, - unknown; in the order of all
	}{
		{subject.Resident, "----"},
		{subject.Council, "----"},
		{subject.Caseworker, "nnny"},
		{subject.TeamLead, "ynyy"},
		{subject.Moderator, "nnnn"},
		{subject.Editor, "nnnn"},
		{subject.Analyst, "nnny"},
		{subject.Admin, "yyyy"},
	} {
		for i, action := range all {
			err := casework.MayRoute(accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{tt.role}}, action)
			got := "y"
			if fault.Is(err, fault.Forbidden) {
				got = "n"
			} else if fault.Is(err, fault.NotFound) {
				got = "-"
			}
			if got != tt.want[i:i+1] {
				t.Errorf("%s, %s: %s", tt.role, action, got)
			}
		}
	}
	if err := casework.MayRoute(accounts.Actor{}, casework.SeeRouting); !fault.Is(err, fault.NotFound) {
		t.Errorf("anonymous: %v", err)
	}
}
