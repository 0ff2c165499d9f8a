package ideas

import (
	"context"
	"encoding/base64"
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
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Sort is an order of a list.
type Sort string

// The orders.
const (
	Random        Sort = ""          // stable per visitor: by Filter.Seed
	Newest        Sort = "new"       //
	MostSupported Sort = "supported" // most supports first
	Ending        Sort = "ending"    // what can be supported, ending soon first
	Near          Sort = "near"      // by distance from Filter.Near
)

// Sorts lists them in the order of a form.
func Sorts() []Sort { return []Sort{Random, Newest, MostSupported, Ending, Near} }

// Filter is what somebody looks at. The zero value is everything public.
type Filter struct {
	Call      string   // "", "box" for the open box, or the number of a call
	State     string   // "", "answered", "done", "open"
	Statuses  []string // finer than State
	Topics    []string
	Districts []string
	Text      string
	Near      *subject.Point
	Sort      Sort
	Seed      int64 // of Random

	call uuid.UUID
}

// States are the choices of State.
func States() []string { return []string{"", "open", "answered", "done"} }

// ParseFilter reads a filter from the parameters of an address. What makes no
// sense is fault.BadRequest.
func ParseFilter(v url.Values) (Filter, error) {
	bad := func(field string) error { return fault.New(fault.BadRequest, "err.400").Because(errors.New(field)) }
	f := Filter{Call: v.Get("call"), State: v.Get("state"), Text: strings.TrimSpace(v.Get("q")), Sort: Sort(v.Get("sort"))}
	if f.Call != "" && f.Call != "box" {
		prefix, n, err := subject.ParseNumber(f.Call)
		if err != nil || prefix != subject.PrefixCall {
			return f, bad("call")
		}
		f.Call = n.Format(subject.PrefixCall)
	}
	if !slices.Contains(States(), f.State) {
		return f, bad("state")
	}
	if !slices.Contains(Sorts(), f.Sort) {
		return f, bad("sort")
	}
	if !utf8.ValidString(f.Text) || utf8.RuneCountInString(f.Text) > 200 || strings.ContainsRune(f.Text, 0) {
		return f, bad("q")
	}
	for _, list := range []struct {
		name string
		to   *[]string
	}{{"status", &f.Statuses}, {"topic", &f.Topics}, {"district", &f.Districts}} {
		if len(v[list.name]) > 50 {
			return f, bad(list.name)
		}
		for _, w := range v[list.name] {
			if w = strings.TrimSpace(w); w == "" || slices.Contains(*list.to, w) {
				continue
			}
			if len(w) > 60 || !utf8.ValidString(w) || strings.ContainsRune(w, 0) || list.name == "status" && !Status(w).Known() {
				return f, bad(list.name)
			}
			*list.to = append(*list.to, w)
		}
		slices.Sort(*list.to)
	}
	if near := v.Get("near"); near != "" {
		lon, lat, ok := strings.Cut(near, ",")
		x, err1 := strconv.ParseFloat(lon, 64)
		y, err2 := strconv.ParseFloat(lat, 64)
		p := subject.Point{Lon: x, Lat: y}
		if !ok || err1 != nil || err2 != nil || math.IsInf(x, 0) || !p.Valid() {
			return f, bad("near")
		}
		f.Near = &p
	}
	if seed := v.Get("seed"); seed != "" {
		n, err := strconv.ParseInt(seed, 10, 64)
		if err != nil {
			return f, bad("seed")
		}
		f.Seed = n
	}
	return f, nil
}

// Values is the filter as parameters of an address, without what is not set.
func (f *Filter) Values() url.Values {
	v := url.Values{}
	for key, one := range map[string]string{"call": f.Call, "state": f.State, "q": f.Text, "sort": string(f.Sort)} {
		if one != "" {
			v.Set(key, one)
		}
	}
	for key, many := range map[string][]string{"status": f.Statuses, "topic": f.Topics, "district": f.Districts} {
		if len(many) > 0 {
			v[key] = slices.Clone(many)
		}
	}
	if f.Near != nil {
		v.Set("near", strconv.FormatFloat(f.Near.Lon, 'f', 5, 64)+","+strconv.FormatFloat(f.Near.Lat, 'f', 5, 64))
	}
	if f.Seed != 0 && f.Sort == Random {
		v.Set("seed", strconv.FormatInt(f.Seed, 10))
	}
	return v
}

// Item is one idea in a list.
type Item struct {
	ID        uuid.UUID
	Number    subject.Number
	Call      uuid.UUID
	Topic     string
	Title     string
	Excerpt   string
	Lang      string
	Status    Status
	StatusAt  time.Time
	Point     *subject.Point
	Address   string
	District  string
	Supports  int
	Comments  int
	Goal      int
	EndsAt    *time.Time
	AnswerBy  *time.Time
	Author    string // as shown; "": no name
	CreatedAt time.Time
	CostCents *int64
	Metres    int // with Near

	key float64
}

// Path is its page.
func (i *Item) Path() string { return Path(i.Number) }

// Page is a part of a list.
type Page struct {
	After string // cursor of the page before; "": the beginning
	Limit int    // 0: 20, at most 500
}

// List is a page of ideas.
type List struct {
	Items []Item
	Next  string // cursor; "" at the end
}

// visibleTo is what the actor may see in a list: the one predicate behind
// lists, counts, map and files. Within one call (or the open box) its caller has
// asked whether the actor may know of that call.
func visibleTo(w *db.Where, actor accounts.Actor, within bool) {
	w.And("i.visibility = 'public'")
	if !actor.System && !actor.IsStaff() && !within { // asked once per statement, not per idea
		w.And("(i.call_id IS NULL OR i.call_id <> ALL (ARRAY(SELECT c.id FROM calls c WHERE c.audience = 'staff')))")
	}
}

// where turns a filter into conditions; first are parameters that come before
// those of the conditions.
func (s *Service) where(ctx context.Context, actor accounts.Actor, f *Filter, first ...any) (*db.Where, error) {
	w := &db.Where{}
	for _, v := range first {
		w.Arg(v)
	}
	visibleTo(w, actor, f.Call != "")
	switch f.Call {
	case "":
	case "box":
		w.And("i.call_id IS NULL")
	default:
		if f.call == uuid.Nil {
			_, n, err := subject.ParseNumber(f.Call)
			if err != nil {
				return nil, fault.Missing("call")
			}
			if f.call, err = s.callFor(ctx, actor, n); err != nil {
				return nil, err
			}
		}
		w.And("i.call_id = ?", f.call)
	}
	switch f.State {
	case "answered":
		w.And("i.status = ANY (?)", answers())
	case "done":
		w.And("i.status = 'done'")
	case "open":
		w.And("i.status IN ('open', 'checking', 'council')")
	}
	if len(f.Statuses) > 0 {
		w.And("i.status = ANY (?)", f.Statuses)
	} else {
		w.And("i.status <> 'merged'")
	}
	if len(f.Topics) > 0 {
		w.And("i.topic = ANY (?)", f.Topics)
	}
	if len(f.Districts) > 0 {
		w.And("i.district_ref = ANY (?)", f.Districts)
	}
	if f.Text != "" {
		if prefix, n, err := subject.ParseNumber(f.Text); err == nil && prefix == subject.PrefixIdea {
			w.And("i.number = ?", int64(n))
		} else {
			w.And("i.tsv @@ websearch_to_tsquery('mitwirk_de', ?)", f.Text)
		}
	}
	return w, nil
}

// order is how a list is sorted: by a column (or what is computed), which an
// index has in this order; key is the same as a number, for the cursor, and from
// is a number of a cursor as the column has it.
type order struct {
	by, key, from string
	desc          bool
}

const (
	sqlPartEpoch = "extract(epoch FROM %s)::float8"
	sqlPartTime  = "to_timestamp(%s::float8)"
)

// orderBy says how a list is sorted, with what the list needs for it.
func orderBy(w *db.Where, f *Filter) order {
	switch f.Sort {
	case Newest:
		return order{by: "i.created_at", key: fmt.Sprintf(sqlPartEpoch, "i.created_at"), from: sqlPartTime, desc: true}
	case MostSupported:
		return order{by: "i.supports", key: "i.supports::float8", from: "%s::float8::integer", desc: true}
	case Ending:
		w.And("i.ends_at > mitwirk_now()")
		w.And("i.status IN ('open', 'checking')")
		return order{by: "i.ends_at", key: fmt.Sprintf(sqlPartEpoch, "i.ends_at"), from: sqlPartTime}
	case Near:
		if f.Near != nil {
			w.And("i.point IS NOT NULL")
			by := "ST_Distance(i.point::geography, ST_SetSRID(ST_MakePoint(" + w.Arg(f.Near.Lon) + ", " + w.Arg(f.Near.Lat) + "), 4326)::geography)"
			return order{by: by, key: by, from: "%s::float8"}
		}
	case Random:
	}
	// 52 bits: a float holds them exactly
	by := "(uuid_hash_extended(i.id, " + w.Arg(f.Seed) + ") & 4503599627370495)::float8"
	return order{by: by, key: by, from: "%s::float8"}
}

const (
	pageLimit = 20
	pageMost  = 500
)

// List is a page of the ideas that a filter finds. Everybody gets the same but
// the order at random.
func (s *Service) List(ctx context.Context, actor accounts.Actor, f Filter, p Page) (List, error) {
	w, err := s.where(ctx, actor, &f)
	if err != nil {
		return List{}, err
	}
	limit := p.Limit
	if limit <= 0 {
		limit = pageLimit
	}
	limit = min(limit, pageMost)
	o := orderBy(w, &f)
	dir, than := "", " > "
	if o.desc {
		dir, than = " DESC", " < "
	}
	if p.After != "" {
		at, id, err := parseCursor(p.After, f.Sort)
		if err != nil {
			return List{}, err
		}
		w.And("(" + o.by + ", i.id)" + than + "(" + fmt.Sprintf(o.from, w.Arg(at)) + ", " + w.Arg(id) + "::uuid)")
	}
	inner := "SELECT i.id, " + o.key + " AS sort_key\n  FROM ideas i\n  " + w.SQL() + "\n  ORDER BY " + o.by + dir + ", i.id" + dir + "\n  LIMIT " + w.Arg(limit+1)
	sql := sqlPartItem + "JOIN (" + inner + ") k ON k.id = i.id\n" + sqlPartItemJoins + "ORDER BY k.sort_key" + dir + ", i.id" + dir
	rows, err := s.db.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, w.Args()...)...)
	if err != nil {
		return List{}, fmt.Errorf("ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return List{}, fmt.Errorf("ideas: %w", err)
	}
	l := List{Items: list}
	if len(list) > limit {
		l.Items = list[:limit]
		last := l.Items[limit-1]
		l.Next = cursor(f.Sort, last.key, last.ID)
	}
	if f.Sort == Near && f.Near != nil {
		for i := range l.Items {
			l.Items[i].Metres = int(l.Items[i].key)
		}
	}
	return l, s.countComments(ctx, l.Items)
}

// countComments fills how many comments each idea has.
func (s *Service) countComments(ctx context.Context, items []Item) error {
	if s.talk == nil || len(items) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	n, err := s.talk.CountOf(ctx, s.db, subject.Idea, ids)
	if err != nil {
		return err
	}
	for i := range items {
		items[i].Comments = n[items[i].ID]
	}
	return nil
}

const (
	sqlPartItem = `
SELECT i.id, i.number, i.call_id, i.topic, i.title, left(i.text, 260), i.lang, i.status, i.status_at, i.point, i.address, i.district_ref,
       i.supports, i.goal, i.ends_at, i.answer_by, coalesce(a.shown_name, ''), i.created_at, i.cost_cents, k.sort_key
FROM ideas i
`
	sqlPartItemJoins = `
LEFT JOIN LATERAL (SELECT x.shown_name FROM idea_authors x WHERE x.idea_id = i.id AND x.shown_name <> '' ORDER BY x.founder DESC, x.since LIMIT 1) a ON true
`
)

func scanItem(row pgx.CollectableRow) (Item, error) {
	var i Item
	var number int64
	var call *uuid.UUID
	var point *gogeom.Point
	err := row.Scan(&i.ID, &number, &call, &i.Topic, &i.Title, &i.Excerpt, &i.Lang, &i.Status, &i.StatusAt, &point, &i.Address, &i.District,
		&i.Supports, &i.Goal, &i.EndsAt, &i.AnswerBy, &i.Author, &i.CreatedAt, &i.CostCents, &i.key)
	i.Number, i.Call, i.Point = subject.Number(number), orZero(call), pointOf(point)
	i.Excerpt = excerpt(oneLine(i.Excerpt), 160)
	return i, err
}

// Counts is how many ideas a filter finds, by status; State and Statuses do not
// count.
func (s *Service) Counts(ctx context.Context, actor accounts.Actor, f Filter) (map[Status]int, error) {
	f.State, f.Statuses = "", nil
	w, err := s.where(ctx, actor, &f)
	if err != nil {
		return nil, err
	}
	key := countKey(actor, &f)
	if kept, ok := s.counted.get(key); ok {
		return kept, nil
	}
	asked := s.counted.generation()
	rows, err := s.db.Query(ctx, "SELECT i.status, count(*)::int FROM ideas i\n"+w.SQL()+"\nGROUP BY i.status", w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("count ideas: %w", err)
	}
	out := map[Status]int{}
	var st Status
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&st, &n}, func() error {
		out[st] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count ideas: %w", err)
	}
	s.counted.put(key, out, asked)
	return out, nil
}

func cursor(sort Sort, key float64, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(sort) + "~" + strconv.FormatFloat(key, 'g', -1, 64) + "~" + id.String()))
}

func parseCursor(text string, sort Sort) (float64, uuid.UUID, error) {
	bad := func(err error) (float64, uuid.UUID, error) {
		return 0, uuid.Nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return bad(err)
	}
	parts := strings.Split(string(raw), "~")
	if len(parts) != 3 || parts[0] != string(sort) {
		return bad(errors.New("no cursor of this list"))
	}
	at, err1 := strconv.ParseFloat(parts[1], 64)
	id, err2 := uuid.Parse(parts[2])
	if err := errors.Join(err1, err2); err != nil || math.IsNaN(at) || math.IsInf(at, 0) {
		return bad(errors.New("no cursor"))
	}
	return at, id, nil
}

// excerpt cuts a text after at most n characters, at a space where there is one.
func excerpt(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	cut := n
	for i := n; i > n/2; i-- {
		if runes[i] == ' ' {
			cut = i
			break
		}
	}
	return string(runes[:cut]) + " …"
}
