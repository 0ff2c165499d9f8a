package casework

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// QueueFilter is what somebody looks at in the list of cases. The zero value is
// everything open that is theirs, what is due first on top.
type QueueFilter struct {
	State       string   // "" open, "closed", "all"
	Statuses    []string // of the domain
	Teams       []string // keys of departments
	Who         string   // "me", "nobody", or the uuid of a person (open cases only)
	Priority    string
	Groups      []string // keys of groups of categories
	Categories  []string // keys
	Districts   []string // refs
	BBox        *subject.BBox
	Area        []subject.Point // inside a drawn area: its corners
	Near        *subject.Point  // with Metres around it
	Metres      int
	Place       string // the address that Near was found by, for people
	Due         string // "today", "week", "late", "late3", "none"
	Paused      bool   // the clock stands
	Waiting     bool   // for an answer of the person who reported
	Answered    bool   // they wrote and nobody has acted since
	Held        string // "any", "text", "photo"
	Photo       string // "yes", "no"
	Channels    []string
	From, To    *time.Time // came in: from the beginning of a day, before that of another
	Since, Till *time.Time // changed
	Object      string     // "any", or the uuid of an object
	Reopened    int        // at least
	Objection   bool
	Fixed       bool   // people say that it is solved
	MeToo       int    // at least so many are concerned
	Notes       bool   // of the team
	Resubmit    string // "mine", "due": of mine, for today or earlier
	Moved       int    // between departments, at least so often
	Event       string // the uuid of an umbrella event
	Text        string
	Sort        string // "" due first, "new", "old"

	part bool // Text is a part of a word: see List
}

// QueueStates are the choices of State, in the order of a form.
func QueueStates() []string { return []string{"", "closed", "all"} }

// QueueDues are the choices of Due, in the order of a form.
func QueueDues() []string { return []string{"today", "week", "late", "late3", "none"} }

// QueueHelds are the choices of Held, in the order of a form.
func QueueHelds() []string { return []string{"any", "text", "photo"} }

// QueueSorts are the choices of Sort, in the order of a form.
func QueueSorts() []string { return []string{"", "new", "old"} }

// QueueChannels are the choices of Channels, in the order of a form.
func QueueChannels() []string { return []string{"web", "phone", "counter", "letter", "mail", "api"} }

// QueuePriorities are the choices of Priority, in the order of a form.
func QueuePriorities() []string { return []string{string(High), string(Normal)} }

const (
	maxFilterValues = 50
	maxFilterText   = 200
	maxMetres       = 20_000
	defaultMetres   = 200
	maxFilterArea   = 60 // corners: a view keeps them in its address
)

// ParseQueue reads a filter from the parameters of an address; those it does not
// know are other people's. What makes no sense is fault.BadRequest with the
// field's name.
func ParseQueue(v url.Values, zone *time.Location) (QueueFilter, error) {
	r := reader{v: v, zone: zone}
	f := QueueFilter{
		State:      r.one("state", QueueStates()...),
		Statuses:   r.words("status"),
		Teams:      r.words("team"),
		Who:        r.word("who"),
		Priority:   r.one("priority", QueuePriorities()...),
		Groups:     r.words("group"),
		Categories: r.words("category"),
		Districts:  r.words("district"),
		BBox:       r.bbox("bbox"),
		Area:       r.area("area"),
		Near:       r.point("near"),
		Metres:     r.number("m", maxMetres),
		Place:      r.text("at"),
		Due:        r.one("due", QueueDues()...),
		Paused:     r.yes("paused"),
		Waiting:    r.yes("waiting"),
		Answered:   r.yes("answered"),
		Held:       r.one("held", QueueHelds()...),
		Photo:      r.one("photo", "yes", "no"),
		Channels:   r.words("channel"),
		From:       r.day("from", 0),
		To:         r.day("to", 1),
		Since:      r.day("since", 0),
		Till:       r.day("till", 1),
		Object:     r.word("object"),
		Reopened:   r.number("reopened", 100),
		Objection:  r.yes("objection"),
		Fixed:      r.yes("fixed"),
		MeToo:      r.number("metoo", 1_000_000),
		Notes:      r.yes("notes"),
		Resubmit:   r.one("resubmit", "mine", "due"),
		Moved:      r.number("moved", 100),
		Event:      r.word("event"),
		Text:       r.text("q"),
		Sort:       r.one("sort", QueueSorts()...),
	}
	if f.Who != "" && f.Who != "me" && f.Who != "nobody" {
		r.uuid("who", f.Who)
		if f.State != "" { // what somebody has finished is a figure about a person
			r.wrong("state", errors.New("open cases only"))
		}
	}
	if f.Object != "" && f.Object != "any" {
		r.uuid("object", f.Object)
	}
	if f.Event != "" {
		r.uuid("event", f.Event)
	}
	if f.Near != nil && f.Metres == 0 {
		f.Metres = defaultMetres
	}
	if f.Near == nil {
		f.Metres = 0
	}
	if r.err != nil {
		return QueueFilter{}, r.err
	}
	return f, nil
}

// Values is the filter as parameters of an address. What is not set is left out,
// so that two filters that say the same have the same address.
func (f *QueueFilter) Values(zone *time.Location) url.Values {
	v := url.Values{}
	for key, one := range map[string]string{
		"state": f.State, "who": f.Who, "priority": f.Priority, "at": f.Place, "due": f.Due, "held": f.Held, "photo": f.Photo,
		"object": f.Object, "resubmit": f.Resubmit, "event": f.Event, "q": f.Text, "sort": f.Sort,
	} {
		if one != "" {
			v.Set(key, one)
		}
	}
	for key, many := range map[string][]string{
		"status": f.Statuses, "team": f.Teams, "group": f.Groups, "category": f.Categories, "district": f.Districts, "channel": f.Channels,
	} {
		if len(many) > 0 {
			v[key] = slices.Clone(many)
		}
	}
	for key, yes := range map[string]bool{
		"paused": f.Paused, "waiting": f.Waiting, "answered": f.Answered, "objection": f.Objection, "fixed": f.Fixed, "notes": f.Notes,
	} {
		if yes {
			v.Set(key, "1")
		}
	}
	for key, n := range map[string]int{"m": f.Metres, "reopened": f.Reopened, "metoo": f.MeToo, "moved": f.Moved} {
		if n > 0 {
			v.Set(key, strconv.Itoa(n))
		}
	}
	for key, at := range map[string]*time.Time{"from": f.From, "since": f.Since} {
		if at != nil {
			v.Set(key, at.In(zone).Format(time.DateOnly))
		}
	}
	for key, at := range map[string]*time.Time{"to": f.To, "till": f.Till} {
		if at != nil {
			v.Set(key, at.In(zone).AddDate(0, 0, -1).Format(time.DateOnly))
		}
	}
	if b := f.BBox; b != nil {
		v.Set("bbox", degree(b.West)+","+degree(b.South)+","+degree(b.East)+","+degree(b.North))
	}
	if len(f.Area) > 0 {
		v.Set("area", AreaParam(f.Area))
	}
	if p := f.Near; p != nil {
		v.Set("near", degree(p.Lon)+","+degree(p.Lat))
	}
	return v
}

func degree(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Uncounted tells that the filter is about one other person: such a list has no
// count, because no figure about an employee may exist.
func (f *QueueFilter) Uncounted() bool { return f.Who != "" && f.Who != "me" && f.Who != "nobody" }

// reader reads parameters and keeps the first thing that is wrong.
type reader struct {
	v    url.Values
	zone *time.Location
	err  error
}

func (r *reader) wrong(field string, cause error) {
	if r.err != nil {
		return
	}
	e := fault.New(fault.BadRequest, "queue.err.filter").With("field", field).Because(cause)
	e.Fields = []fault.Field{{Name: field, Key: "queue.err.filter_value"}}
	r.err = e
}

func (r *reader) text(key string) string {
	t := strings.TrimSpace(r.v.Get(key))
	if !utf8.ValidString(t) || utf8.RuneCountInString(t) > maxFilterText || strings.ContainsRune(t, 0) {
		r.wrong(key, errors.New("too long or no text"))
		return ""
	}
	return t
}

func (r *reader) word(key string) string { return r.check(key, strings.TrimSpace(r.v.Get(key))) }

func (r *reader) check(key, w string) string {
	if len(w) > 60 || !utf8.ValidString(w) || strings.ContainsRune(w, 0) {
		r.wrong(key, errors.New("no key"))
		return ""
	}
	return w
}

func (r *reader) words(key string) []string {
	if len(r.v[key]) > maxFilterValues {
		r.wrong(key, errors.New("too many values"))
		return nil
	}
	var out []string
	for _, w := range r.v[key] {
		if w = r.check(key, strings.TrimSpace(w)); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return out
}

func (r *reader) one(key string, of ...string) string {
	w := r.word(key)
	if w != "" && !slices.Contains(of, w) {
		r.wrong(key, fmt.Errorf("%q", w))
		return ""
	}
	return w
}

func (r *reader) yes(key string) bool { return r.one(key, "1") == "1" }

func (r *reader) number(key string, most int) int {
	w := r.word(key)
	if w == "" {
		return 0
	}
	n, err := strconv.Atoi(w)
	if err != nil || n < 0 || n > most {
		r.wrong(key, errors.New("no number, or too large"))
		return 0
	}
	return n
}

func (r *reader) uuid(key, w string) {
	if id, err := uuid.Parse(w); err != nil || id.String() != w {
		r.wrong(key, errors.New("no id"))
	}
}

// day reads "2026-03-14" as the beginning of that day in the city, plus days.
func (r *reader) day(key string, plus int) *time.Time {
	w := r.word(key)
	if w == "" {
		return nil
	}
	at, err := time.ParseInLocation(time.DateOnly, w, r.zone)
	if err != nil || at.Year() < 1900 || at.Year() > 9000 {
		r.wrong(key, errors.New("no day"))
		return nil
	}
	at = at.AddDate(0, 0, plus)
	return &at
}

func (r *reader) degrees(key string, n int) []float64 {
	w := strings.TrimSpace(r.v.Get(key))
	if w == "" {
		return nil
	}
	parts := strings.Split(w, ",")
	if len(parts) != n || len(w) > 200 {
		r.wrong(key, fmt.Errorf("%d numbers expected", n))
		return nil
	}
	out := make([]float64, n)
	for i, p := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			r.wrong(key, fmt.Errorf("number %d", i+1))
			return nil
		}
		out[i] = x
	}
	return out
}

func (r *reader) bbox(key string) *subject.BBox {
	n := r.degrees(key, 4)
	if n == nil {
		return nil
	}
	b := subject.BBox{West: max(n[0], -180), South: max(n[1], -90), East: min(n[2], 180), North: min(n[3], 90)}
	if b.West >= b.East || b.South >= b.North {
		r.wrong(key, errors.New("nothing lies in it"))
		return nil
	}
	return &b
}

// area reads the corners of a drawn area in any form that ParseArea knows.
func (r *reader) area(key string) []subject.Point {
	const longest = 10_000
	text := r.v.Get(key)
	if len(text) > longest {
		r.wrong(key, errors.New("too long"))
		return nil
	}
	ring, err := ParseArea(text)
	if err == nil && len(ring) > maxFilterArea {
		err = errors.New("too many corners")
	}
	if err != nil {
		r.wrong(key, err)
		return nil
	}
	return ring
}

func (r *reader) point(key string) *subject.Point {
	n := r.degrees(key, 2)
	if n == nil {
		return nil
	}
	p := subject.Point{Lon: n[0], Lat: n[1]}
	if !p.Valid() {
		r.wrong(key, errors.New("not on earth"))
		return nil
	}
	return &p
}
