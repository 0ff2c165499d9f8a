package casework_test

import (
	"math"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

func TestParseQueueRefuses(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"state=lost", "due=never", "who=somebody", "near=1", "near=200,0", "bbox=1,2,3", "bbox=3,2,1,4", "from=gestern", "reopened=-1",
		"metoo=viele", "paused=2", "held=all", "object=lamp", "event=storm", "sort=due", "q=%ff", "m=100000000",
		"area=11.5_48.1~11.6_48.1", "area=11.5_48.1~11.6_48.2~11.6_48.1~11.5_48.2", "area=%7B%7D",
	} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := casework.ParseQueue(v, time.UTC); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// FuzzParseQueue: what is understood is written back as something that is
// understood the same.
func FuzzParseQueue(f *testing.F) {
	f.Add("state=all&status=received&who=nobody&due=late&q=Laterne&sort=new")
	f.Add("near=11.57,48.13&m=200&bbox=11,48,12,49&from=2026-03-14&to=2026-03-15")
	f.Add("area=11.5_48.1~11.7_48.1~11.6_48.2&sort=old")
	f.Add("team=a&team=b&category=x&group=y&district=5&metoo=3&held=any")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		first, err := casework.ParseQueue(v, time.UTC)
		if err != nil {
			return
		}
		again, err := casework.ParseQueue(first.Values(time.UTC), time.UTC)
		if err != nil || again.Values(time.UTC).Encode() != first.Values(time.UTC).Encode() {
			t.Errorf("%q became %q, then %q, %v", query, first.Values(time.UTC).Encode(), again.Values(time.UTC).Encode(), err)
		}
	})
}

func TestRoute(t *testing.T) {
	t.Parallel()
	at := func(x, y float64) *subject.Point { return &subject.Point{Lon: 11.5 + x/1000, Lat: 48.1 + y/1000} }
	for _, tt := range []struct {
		name   string
		start  *subject.Point
		points []*subject.Point
		want   []int
	}{
		{"nothing", nil, nil, nil},
		{"one", nil, []*subject.Point{at(1, 0)}, []int{0}},
		{"without a place last", nil, []*subject.Point{nil, at(1, 0), at(2, 0)}, []int{1, 2, 0}},
		{"nearest first", at(0, 0), []*subject.Point{at(3, 0), at(1, 0), at(2, 0)}, []int{1, 2, 0}},
		{"begins at the first", nil, []*subject.Point{at(5, 0), at(1, 0), at(4, 0), at(2, 0)}, []int{0, 2, 3, 1}},
	} {
		if got := casework.Route(tt.start, tt.points); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestRouteIsShort: on a circle the way goes around, not across.
func TestRouteIsShort(t *testing.T) {
	t.Parallel()
	const n = 24
	points := make([]*subject.Point, n)
	for i := range points {
		angle := float64(i*7%n) * 2 * math.Pi / n
		points[i] = &subject.Point{Lon: 11.5 + math.Cos(angle)/100, Lat: 48.1 + math.Sin(angle)/150}
	}
	order := casework.Route(nil, points)
	seen := slices.Clone(order)
	slices.Sort(seen)
	for i := range n {
		if seen[i] != i {
			t.Fatalf("%v does not visit each once", order)
		}
	}
	length := func(order []int) (sum float64) {
		for i := 1; i < len(order); i++ {
			a, b := points[order[i-1]], points[order[i]]
			sum += math.Hypot((a.Lon-b.Lon)*math.Cos(48.1*math.Pi/180), a.Lat-b.Lat)
		}
		return sum
	}
	as := make([]int, n)
	for i := range as {
		as[i] = i
	}
	if length(order) > length(as)/2 {
		t.Errorf("%f is not short against %f", length(order), length(as))
	}
}
