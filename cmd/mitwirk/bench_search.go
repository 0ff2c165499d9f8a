package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// searchDocs is among how many documents the search must stay fast, searchMust
// in how many milliseconds 99 of 100 searches must be done.
const (
	searchDocs = 1_000_000
	searchMust = 100.0
	searchAim  = 30.0
)

type benchSearch struct {
	N     int `help:"How many documents." default:"1000000"`
	Times int `help:"How often each search is measured." default:"200"`
}

// Run fills a database with documents and measures searches of each kind, each
// compared with ranking all that has the words.
func (b *benchSearch) Run(ctx context.Context, g *Globals) error {
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		s := &searchBench{pool: pool, times: max(b.Times, 20), report: r, random: rand.New(rand.NewPCG(5, uint64(b.N)))} // the same documents in every run
		s.began = s.watch.Now()
		if err := s.fill(ctx, b.N); err != nil {
			return err
		}
		if err := s.measure(ctx); err != nil {
			return err
		}
		return s.reporting(ctx)
	})
}

type searchBench struct {
	pool   *pgxpool.Pool
	times  int
	report *bench.Report
	random *rand.Rand
	index  *search.Postgres
	rare   []string
	kinds  []uuid.UUID
	spots  []subject.Point // where much is reported
	watch  clock.System
	began  time.Time
}

// syllables make 60,000 further words, so that the vocabulary is as large as a
// city's; the rarer a word, the larger its number.
func syllables() []string {
	return []string{"bal", "der", "fin", "gro", "hum", "kas", "lor", "mel", "nau", "pir", "quo", "ras", "sel", "tun", "vor", "wim", "zan", "bre", "klo", "stu"}
}

func inventedWord(i int) string {
	s := syllables()
	n := len(s)
	return s[i%n] + s[i/n%n] + s[i/n/n%n] + s[(i/n/n/n+i)%n]
}

func (s *searchBench) sentence() string {
	frames := []string{
		"Seit einigen Tagen ist die Straßenlaterne dunkel und der Gehweg kaum zu sehen.", "Hier liegt Sperrmüll auf dem Gehweg, bitte abholen.",
		"Ein tiefes Schlagloch auf der Fahrbahn, gefährlich für Fahrräder.", "Die Ampel zeigt nur noch Rot, es gibt lange Staus.",
		"Der Mülleimer am Spielplatz quillt über.", "Ein Ast hängt über dem Radweg und könnte abbrechen.", "Das Schild ist verdreht, niemand erkennt die Richtung.",
		"Graffiti an der Hauswand der Schule.", "Die Bank im Park ist zerbrochen.", "Der Gully ist verstopft, bei Regen steht die Straße unter Wasser.",
	}
	var out strings.Builder
	out.WriteString(frames[s.random.IntN(len(frames))])
	for range 4 + s.random.IntN(6) { // words as seldom as people's own
		x := s.random.Float64()
		out.WriteString(" " + inventedWord(int(60_000*x*x*x)))
	}
	return out.String()
}

// fill makes n reports of six years, 120 kinds, 3,000 streets and 14 pages.
func (s *searchBench) fill(ctx context.Context, n int) (err error) {
	began, err := db.Now(ctx, s.pool)
	if err != nil {
		return err
	}
	if s.index, err = search.NewPostgres(search.PostgresConfig{DB: s.pool, Bulk: true}); err != nil {
		return err
	}
	for range 120 {
		s.kinds = append(s.kinds, subject.NewID())
	}
	for range 4000 {
		s.spots = append(s.spots, s.anywhere())
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	defer conn.Release()
	for _, set := range []string{`SET statement_timeout = 0`, `SET idle_in_transaction_session_timeout = 0`, `SET maintenance_work_mem = '256MB'`, `SET synchronous_commit = off`} {
		if _, err := conn.Exec(ctx, set); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	indexes, err := dropIndexesOf(ctx, conn, "documents")
	if err != nil {
		return err
	}
	put := func(docs []search.Document) error {
		return db.Transact(ctx, conn, func(ctx context.Context, tx pgx.Tx) error { return s.index.Put(ctx, tx, docs) })
	}
	var fixed []search.Document
	for i := range 3120 {
		d := search.Document{Ref: subject.Ref{Kind: search.Place, ID: subject.NewID()}, Title: i18n.Text{"de": s.street(i) + " " + strconv.Itoa(i)}, Path: "/hier/x", Audience: subject.Public}
		if i < 120 {
			d.Kind, d.Title, d.Path = search.Category, i18n.Text{"de": deskKinds()[i%12] + " " + inventedWord(i)}, "/reports/new"
		}
		fixed = append(fixed, d)
	}
	if err := put(fixed); err != nil {
		return err
	}
	const part, said = 5_000, 50_000
	for from := 0; from < n; from += part {
		if from%said == 0 {
			s.say("%d of %d documents", from, n)
		}
		docs := make([]search.Document, min(part, n-from))
		for i := range docs {
			docs[i] = s.document(began)
		}
		if err := put(docs); err != nil {
			return err
		}
	}
	for _, sql := range append(indexes, `VACUUM ANALYZE documents`, `VACUUM ANALYZE vocabulary`) {
		s.say("%s", sql)
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	if err := s.fillReports(ctx, conn); err != nil {
		return err
	}
	for i := range 40 {
		s.rare = append(s.rare, inventedWord(30_000+i*700))
	}
	s.say("%d documents are there", n)
	return nil
}

// say tells on the error output how far the filling is: it takes minutes.
func (s *searchBench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%5s  "+format+"\n", append([]any{s.watch.Now().Sub(s.began).Round(time.Second)}, args...)...)
}

func (s *searchBench) street(i int) string {
	streets := deskStreets()
	return streets[i%len(streets)] + " Straße"
}

func (s *searchBench) document(now time.Time) search.Document {
	r := s.random
	at := now.Add(-time.Duration(r.Int64N(int64(6 * 365 * 24 * time.Hour))))
	kind := r.IntN(120)
	what := deskKinds()[kind%12]
	title := what + ", " + s.street(int(22*r.Float64()*r.Float64())) + " " + strconv.Itoa(r.IntN(200))
	return search.Document{
		Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": title, "en": title}, Body: s.sentence(), Path: "/reports/x", At: &at,
		Audience: subject.Public, Point: s.place(), Category: s.kinds[kind],
		Facets: map[string]string{"category": "kind-" + strconv.Itoa(kind), "status": []string{"open", "work", "done"}[r.IntN(3)], "district": strconv.Itoa(1 + r.IntN(25))},
	}
}

func (s *searchBench) anywhere() subject.Point {
	return subject.Point{Lon: 11.36 + s.random.Float64()*0.36, Lat: 48.06 + s.random.Float64()*0.19}
}

// place: nearly half of all reports are about few spots, the first ones by far
// the most.
func (s *searchBench) place() *subject.Point {
	if s.random.IntN(100) >= 45 {
		at := s.anywhere()
		return &at
	}
	x := s.random.Float64()
	at := s.spots[int(x*x*x*float64(len(s.spots)))]
	at.Lon, at.Lat = at.Lon+s.random.NormFloat64()*0.0002, at.Lat+s.random.NormFloat64()*0.00015
	return &at
}

func (s *searchBench) measure(ctx context.Context) error {
	i := 0
	next := func(list []string) string { i++; return list[i%len(list)] }
	find := func(q search.Query) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			q.Lang = "de"
			if q.Sort == "" {
				q.Sort = search.ByRelevance
			}
			_, err := s.index.Search(ctx, subject.Viewer{}, q)
			return err
		}
	}
	each := func(list []string, change func(q *search.Query)) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			q := search.Query{Text: next(list)}
			if change != nil {
				change(&q)
			}
			return find(q)(ctx)
		}
	}
	common := []string{"laterne", "Straße", "Gehweg", "Müll", "bitte", "Schlagloch"}
	here := &subject.Point{Lon: 11.5755, Lat: 48.1374}
	words := []string{"la", "later", "schlag", "rosenh", "mül", "ampel ge", "strassenl", "gr"}
	wrong := []string{"Latrene", "Schlaglch", "Mülleimmer", "Grafiti", "Rosenheimmer", "Spilplatz"}
	for _, m := range []struct {
		name string
		do   func(ctx context.Context) error
	}{
		{"search.rare", each(s.rare, nil)},
		{"search.common", each(common, nil)},
		{"search.common_newest", each(common, func(q *search.Query) { q.Sort = search.ByNewest })},
		{"search.common_nearest", each(common, func(q *search.Query) { q.Sort, q.Near = search.ByDistance, here })},
		{"search.common_filtered", each(common, func(q *search.Query) { q.Facets = map[string][]string{"district": {"7"}, "status": {"open"}} })},
		{"search.two_common", each([]string{"laterne Leopold", "Gehweg Müll", "Straße dunkel", "Ampel Rot"}, nil)},
		{"search.never_together", each([]string{"Straßenlaterne Sperrmüll", "Ampel Hauswand", "Gully Spielplatz"}, nil)},
		{"search.common_and_rare", func(ctx context.Context) error { return find(search.Query{Text: "laterne " + next(s.rare)})(ctx) }},
		{"search.misspelt", each(wrong, nil)},
		{"search.phrase", each([]string{`"quillt über"`, `"tiefes Schlagloch"`}, nil)},
		{"search.without", each([]string{"Gehweg -Sperrmüll", "laterne -dunkel"}, nil)},
		{"search.nothing", each([]string{"Xylophonqwertz", "zzzzyyyyxxxx"}, nil)},
		{"search.suggestions", func(ctx context.Context) error {
			_, err := s.index.Suggest(ctx, next(words), "de", 8)
			return err
		}},
	} {
		if err := s.figure(ctx, m.name, m.do); err != nil {
			return err
		}
	}
	return nil
}
