package search

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Search implements Index.
func (p *Postgres) Search(ctx context.Context, viewer subject.Viewer, q Query) (Found, error) {
	terms := parse(q.Text)
	if len(terms) == 0 {
		return byNumber(ctx, p.db, viewer, q, Found{})
	}
	tx, err := p.db.Begin(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("search: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it only read
	if err := understand(ctx, tx, terms); err != nil {
		return Found{}, err
	}
	found, err := p.run(ctx, tx, viewer, q, terms, false)
	if err != nil {
		return Found{}, err
	}
	if found.Total == 0 {
		if f, err := byNumber(ctx, tx, viewer, q, found); err != nil || f.Total > 0 {
			return f, err
		}
	}
	switch {
	case q.Exact:
	case found.Total == 0:
		better, ok, err := correct(ctx, tx, q.Text, terms)
		if err != nil {
			return Found{}, err
		}
		if ok {
			terms = parse(better)
			if err := understand(ctx, tx, terms); err != nil {
				return Found{}, err
			}
			if found, err = p.run(ctx, tx, viewer, q, terms, false); err != nil {
				return Found{}, err
			}
			found.Corrected = better
		}
		if found.Total == 0 && len(terms) > 1 {
			loose, err := p.run(ctx, tx, viewer, q, terms, true)
			if err != nil {
				return Found{}, err
			}
			if loose.Total > 0 {
				loose.Corrected, loose.Loose = found.Corrected, true
				found = loose
			}
		}
		if found.Total == 0 {
			found.Corrected = ""
		}
	default:
		if found.Meant, err = meant(ctx, tx, q.Text, terms); err != nil {
			return Found{}, err
		}
	}
	return found, nil
}

// byNumber finds the thing with a public number.
func byNumber(ctx context.Context, from db.Queryer, viewer subject.Viewer, q Query, none Found) (Found, error) {
	prefix, n, err := subject.ParseNumber(q.Text)
	if err != nil {
		return none, nil //nolint:nilerr // words, no number
	}
	var w db.Where
	w.And("d.number = ?", n.Format(prefix))
	w.And("(d.audience = 'public' OR " + ownOr(rights(&w, viewer, q.Groups)) + ")")
	rows, err := from.Query(ctx, "SELECT d.subject_kind, d.subject_id, d.lang, d.at FROM documents d\n"+w.SQL()+"\nLIMIT 1", w.Args()...)
	if err != nil {
		return none, fmt.Errorf("search: %w", err)
	}
	hits, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Match, err error) {
		m.Metres = -1
		err = row.Scan(&m.Kind, &m.ID, &m.Lang, &m.At)
		return m, err
	})
	if err != nil {
		return none, fmt.Errorf("search: %w", err)
	}
	return Found{Hits: hits, Total: len(hits)}, nil
}

// ownOr is a condition that may be missing: then nothing fits.
func ownOr(cond string) string { return cmp.Or(cond, "false") }

// rights is the condition under which a viewer may find a document d that is not
// public, the same as Document.MaySee; "" for whoever finds none. Each arm has an
// index.
func rights(w *db.Where, v subject.Viewer, groups []uuid.UUID) string {
	var either []string
	if v.Person != uuid.Nil {
		either = append(either, "d.owners && "+w.Arg(append([]uuid.UUID{v.Person}, groups...))+"::uuid[]")
	}
	for _, r := range remits(v) {
		all := []string{"d.department_id = ANY (" + w.Arg(r.Departments) + ")"}
		if len(r.Categories) > 0 {
			all = append(all, "d.category_id = ANY ("+w.Arg(r.Categories)+")")
		}
		if len(r.Districts) > 0 {
			all = append(all, "d.district_ref = ANY ("+w.Arg(r.Districts)+")")
		}
		either = append(either, "("+strings.Join(all, " AND ")+")")
	}
	if len(either) == 0 {
		return ""
	}
	return "(" + strings.Join(either, " OR ") + ")"
}

// part is one of the three parts that are searched apart, since each has its
// own index.
type part string

const (
	timeless part = "d.at IS NULL AND d.audience = 'public'"
	dated    part = "d.at IS NOT NULL AND d.audience = 'public'"
	closed   part = "d.audience <> 'public'"
)

// run searches all parts and puts what they give into one list.
func (p *Postgres) run(ctx context.Context, tx pgx.Tx, viewer subject.Viewer, q Query, terms []term, loose bool) (Found, error) {
	found := Found{Marks: newMarks(terms), Facets: map[string][]Count{}}
	all, exact := tsquery(terms, loose)
	if all == "" {
		return found, nil
	}
	s := search{p: p, tx: tx, viewer: viewer, q: q, all: all, exact: exact}
	list, err := s.direct(ctx, timeless)
	if err != nil {
		return found, err
	}
	hidden, cut, err := s.closed(ctx)
	if err != nil {
		return found, err
	}
	hits, more, err := s.dated(ctx, rarest(terms, loose))
	if err != nil {
		return found, err
	}
	list, more = append(append(list, hidden...), hits...), more || cut
	order(list, q.Sort)
	if len(list) > p.most && more {
		list = list[:p.most]
	}
	found.Total, found.More = len(list), more
	found.Facets = countFacets(list)
	from := min(max(q.Offset, 0), len(list))
	found.Hits = list[from:min(from+cmp.Or(q.Limit, 20), len(list))]
	return found, nil
}

// rarest is how many documents have the rarest word that must stand there, at
// most.
func rarest(terms []term, loose bool) int64 {
	n := int64(-1)
	for i := range terms {
		t := &terms[i]
		switch {
		case !t.single() || len(t.forms) == 0:
		case loose:
			n = max(n, 0) + t.n
		case n < 0 || t.n < n:
			n = t.n
		}
	}
	if n < 0 {
		return math.MaxInt64 // a phrase only: nobody counts them
	}
	return n
}

// search is one run over the documents.
type search struct {
	p          *Postgres
	tx         pgx.Tx
	viewer     subject.Viewer
	q          Query
	all, exact string
}

// closed searches what is not public and the viewer's; more says that there is more
// than is ranked.
func (s *search) closed(ctx context.Context) (hits []Match, more bool, err error) {
	if s.viewer.Person == uuid.Nil && len(remits(s.viewer)) == 0 {
		return nil, false, nil
	}
	if hits, err = s.direct(ctx, closed); err != nil {
		return nil, false, err
	}
	if more = len(hits) > s.p.most; more {
		order(hits, s.q.Sort)
		hits = hits[:s.p.most]
	}
	if s.q.now != nil && len(hits) > 0 {
		hits, err = s.q.now(ctx, s.tx, hits)
	}
	return hits, more, err
}

// dated searches what has a time. Words that few documents have lead to all of
// them. Of a common word the newest (or nearest) are looked at first: when
// enough of them fit, nobody asks for the rest.
func (s *search) dated(ctx context.Context, rarest int64) (hits []Match, more bool, err error) {
	if rarest > int64(s.p.direct) {
		if hits, err = s.window(ctx); err != nil {
			return nil, false, err
		}
		if len(hits) > s.p.most {
			return hits[:s.p.most], true, nil
		}
		if _, err := s.tx.Exec(ctx, sqlByWords); err != nil {
			return nil, false, fmt.Errorf("search: %w", err)
		}
	}
	if hits, err = s.direct(ctx, dated); err != nil {
		return nil, false, err
	}
	if len(hits) > s.p.direct {
		return hits[:s.p.direct], true, nil
	}
	return hits, false, nil
}

// The planner takes words to be independent of each other: that few documents have
// two common ones together, or one without the other, it can't know, and would read the
// whole table (2.7 s of a million) where the index of words knows at once.
const sqlByWords = `SELECT set_config('enable_seqscan', 'off', true)`

// columns of a hit; $all and $exact are put in by the caller.
func (s *search) columns(w *db.Where) string {
	metres := "-1::float8"
	if s.q.Near != nil {
		metres = "coalesce(ST_DistanceSphere(d.point, ST_SetSRID(ST_MakePoint(" + w.Arg(s.q.Near.Lon) + ", " + w.Arg(s.q.Near.Lat) + "), 4326)), -1)"
	}
	rank := func(q string) string { return "ts_rank('{0.1, 0.3, 0.6, 1}', d.tsv, " + w.Arg(q) + "::tsquery, 1)" }
	return "d.subject_kind, d.subject_id, d.lang, d.at, d.facets, " + metres + ", (" + rank(s.all) + " + 2 * " + rank(s.exact) + ")::float8"
}

func (s *search) filter(w *db.Where) {
	w.And("d.lang IN ('', ?)", s.q.Lang)
	if len(s.q.Kinds) > 0 {
		kinds := make([]string, len(s.q.Kinds))
		for i, k := range s.q.Kinds {
			kinds[i] = string(k)
		}
		w.And("d.subject_kind = ANY (?)", kinds)
	}
	for _, name := range slices.Sorted(maps.Keys(s.q.Facets)) {
		if values := s.q.Facets[name]; len(values) > 0 {
			list := make([]string, len(values))
			for i, v := range values {
				list[i] = name + "=" + v
			}
			w.And("d.facets && ?::text[]", list)
		}
	}
	if s.q.Sort == ByDistance {
		w.And("d.point IS NOT NULL")
	}
	if s.q.Near != nil && s.q.Within > 0 {
		w.And("ST_DistanceSphere(d.point, ST_SetSRID(ST_MakePoint(?, ?), 4326)) <= ?", s.q.Near.Lon, s.q.Near.Lat, s.q.Within)
	}
}

// direct looks at every document of a part that has the words, at most one more
// than Direct: when there are more of what has a time, these are the newest.
func (s *search) direct(ctx context.Context, of part) ([]Match, error) {
	var w db.Where
	w.And(string(of))
	w.And("d.tsv @@ ?::tsquery", s.all)
	if of == closed {
		w.And(ownOr(rights(&w, s.viewer, s.q.Groups)))
	}
	s.filter(&w)
	if of == timeless { // few
		return s.read(ctx, "SELECT "+s.columns(&w)+"\nFROM documents d\n"+w.SQL()+"\nLIMIT "+w.Arg(s.p.direct), &w)
	}
	// The newest of them, by the index of words: a walk from the newest on would end nowhere when few fit.
	by := "d.at DESC NULLS LAST"
	if s.q.Sort == ByDistance && s.q.Near != nil {
		by = "d.point <-> ST_SetSRID(ST_MakePoint(" + w.Arg(s.q.Near.Lon) + ", " + w.Arg(s.q.Near.Lat) + "), 4326)"
	}
	sql := "WITH fits AS MATERIALIZED (SELECT d.ctid AS at_row, d.at, d.point FROM documents d\n" + w.SQL() + ")\n" +
		"SELECT " + s.columns(&w) + "\nFROM documents d\n" +
		"WHERE d.ctid = ANY (ARRAY(SELECT d.at_row FROM fits d ORDER BY " + by + " LIMIT " + w.Arg(s.p.direct+1) + "))"
	return s.read(ctx, sql, &w)
}

// window looks through the newest (or nearest) documents for the words, until
// it has one more than are ranked.
func (s *search) window(ctx context.Context) ([]Match, error) {
	var w db.Where
	size, by := s.p.window, "d.at DESC, d.subject_id DESC"
	from := "SELECT d.* FROM documents d WHERE " + string(dated)
	if s.q.Sort == ByDistance && s.q.Near != nil {
		size /= 4 // neighbours cost more to find
		by = "d.point <-> ST_SetSRID(ST_MakePoint(" + w.Arg(s.q.Near.Lon) + ", " + w.Arg(s.q.Near.Lat) + "), 4326)"
	}
	w.And("d.tsv @@ ?::tsquery", s.all)
	s.filter(&w)
	columns := s.columns(&w)
	sql := "SELECT " + columns + "\nFROM (" + from + "\nORDER BY " + by + "\nLIMIT " + w.Arg(size) + ") d\n" + w.SQL() + "\nLIMIT " + w.Arg(s.p.most+1)
	return s.read(ctx, sql, &w)
}

func (s *search) read(ctx context.Context, sql string, w *db.Where) ([]Match, error) {
	rows, err := s.tx.Query(ctx, sql, append([]any{planned}, w.Args()...)...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	var now time.Time
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Match, err error) {
		err = row.Scan(&m.Kind, &m.ID, &m.Lang, &m.At, &m.facets, &m.Metres, &m.Score)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if now, err = db.Now(ctx, s.tx); err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Score *= worth(&list[i], now)
	}
	return list, nil
}

// worth is what a hit counts beyond its words: what leads on comes before
// single reports, and what is new before what is old.
func worth(m *Match, now time.Time) float64 {
	switch m.Kind {
	case Category:
		return 2
	case Place, Page:
		return 1.4
	}
	if m.At == nil {
		return 1
	}
	const half = 180 * 24 * time.Hour
	return 0.5 + 0.5*math.Exp2(-float64(now.Sub(*m.At))/float64(half))
}

// order sorts hits; the id decides between equals, so that pages fit together.
func order(list []Match, by Sort) {
	newest := func(a, b Match) int {
		switch {
		case a.At == nil && b.At == nil:
			return 0
		case a.At == nil:
			return 1
		case b.At == nil:
			return -1
		}
		return b.At.Compare(*a.At)
	}
	slices.SortFunc(list, func(a, b Match) int {
		score := cmp.Compare(b.Score, a.Score)
		id := cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(b.ID.String(), a.ID.String()))
		switch by {
		case ByNewest:
			return cmp.Or(newest(a, b), score, id)
		case ByDistance:
			return cmp.Or(cmp.Compare(a.Metres, b.Metres), score, id)
		case ByRelevance:
		}
		return cmp.Or(score, newest(a, b), id)
	})
}

// countFacets counts what the hits have, the most frequent first.
func countFacets(list []Match) map[string][]Count {
	counts := map[string]map[string]int{}
	add := func(name, value string) {
		if counts[name] == nil {
			counts[name] = map[string]int{}
		}
		counts[name][value]++
	}
	for i := range list {
		add("kind", string(list[i].Kind))
		for _, f := range list[i].facets {
			if name, value, ok := strings.Cut(f, "="); ok {
				add(name, value)
			}
		}
	}
	out := make(map[string][]Count, len(counts))
	for name, values := range counts {
		for v, n := range values {
			out[name] = append(out[name], Count{v, n})
		}
		slices.SortFunc(out[name], func(a, b Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Value, b.Value)) })
	}
	return out
}
