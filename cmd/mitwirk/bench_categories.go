package main

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// benchCategories tells how often the guess which category a report belongs to
// is right, on reports that it has not learned from.
type benchCategories struct {
	Size string `help:"Demo city: small or large." default:"small" enum:"small,large"`
	File string `help:"A list of real reports instead of the demo city: CSV (or .csv.gz) with the columns category, lat, lon and, where it has them, text, location and first_seen_at_timestamp." type:"existingfile"`
}

// Run learns from the older four fifths and asks about the newest fifth.
func (b *benchCategories) Run(ctx context.Context, g *Globals) error {
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		var e exam
		var err error
		name := "categories.demo"
		if b.File != "" {
			name = "categories.file"
			e, err = examOfFile(b.File)
		} else {
			e, err = examOfDemo(ctx, pool, b.Size)
		}
		if err != nil {
			return err
		}
		return e.sit(ctx, pool, r, name)
	})
}

// exam is reports with the category that they belong to, oldest first.
type exam struct {
	cat  *categories.Catalogue
	docs []search.Document
}

// examOfDemo is the demo city's public reports whose text is released.
func examOfDemo(ctx context.Context, pool *pgxpool.Pool, size string) (exam, error) {
	settings := config.Settings{Store: config.Store{FilesURL: "mem://"}, Server: config.Server{Timezone: defaultZone, BaseURL: "http://localhost"}}
	a, err := app.New(ctx, app.Config{Settings: settings, Pool: pool, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return exam{}, err
	}
	if err := a.FillDemo(ctx, size, func(s string) { fmt.Fprintln(os.Stderr, s) }); err != nil {
		return exam{}, err
	}
	var e exam
	if e.cat, err = a.Categories().Catalogue(ctx); err != nil {
		return e, err
	}
	source := a.Reports().Findable()
	for after := uuid.Nil; ; {
		ids, err := source.IDs(ctx, pool, after, 500)
		if err != nil {
			return e, err
		}
		if len(ids) == 0 {
			break
		}
		docs, err := source.Documents(ctx, pool, ids)
		if err != nil {
			return e, err
		}
		for i := range docs {
			if docs[i].Audience == subject.Public && docs[i].Body != "" {
				e.docs = append(e.docs, docs[i])
			}
		}
		after = ids[len(ids)-1]
	}
	slices.SortFunc(e.docs, func(a, b search.Document) int { return a.At.Compare(*b.At) })
	return e, nil
}

// sameWithin is how long one report may stand in a list that is read again and
// again: the same kind at the same place within that time is the same report.
const sameWithin = 7 * 24 * time.Hour

// examOfFile reads a city's public list. Its kinds become a catalogue that has
// names only; what has no place in degrees is left out.
func examOfFile(name string) (exam, error) {
	f, err := os.Open(name)
	if err != nil {
		return exam{}, fmt.Errorf("bench: %w", err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return exam{}, fmt.Errorf("bench: %w", err)
		}
		defer func() { _ = z.Close() }()
		in = z
	}
	return readExam(in)
}

func readExam(in io.Reader) (exam, error) {
	r := csv.NewReader(in)
	head, err := r.Read()
	if err != nil {
		return exam{}, fmt.Errorf("bench: %w", err)
	}
	column := func(row []string, name string) string {
		if i := slices.Index(head, name); i >= 0 && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	if !slices.Contains(head, "category") || !slices.Contains(head, "lat") || !slices.Contains(head, "lon") {
		return exam{}, errors.New("bench: the file needs the columns category, lat and lon")
	}
	e := exam{cat: &categories.Catalogue{}}
	ids, last := map[string]uuid.UUID{}, map[string]time.Time{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return e, fmt.Errorf("bench: %w", err)
		}
		kind := column(row, "category")
		lat, errLat := strconv.ParseFloat(column(row, "lat"), 64)
		lon, errLon := strconv.ParseFloat(column(row, "lon"), 64)
		at, errAt := time.Parse("2006-01-02T15:04:05", column(row, "first_seen_at_timestamp"))
		point := subject.Point{Lon: lon, Lat: lat}
		if kind == "" || errLat != nil || errLon != nil || !point.Valid() {
			continue
		}
		if errAt != nil { // in the order of the file
			at = time.Unix(int64(len(e.docs)), 0).UTC()
		} else {
			key := kind + column(row, "lat") + column(row, "lon")
			before, seen := last[key]
			last[key] = at
			if seen && at.Sub(before) <= sameWithin {
				continue
			}
		}
		if _, ok := ids[kind]; !ok {
			ids[kind] = subject.NewID()
			e.cat.Categories = append(e.cat.Categories, categories.Category{ID: ids[kind], Key: kind, Name: i18n.Text{i18n.German: kind}, Active: true})
		}
		e.docs = append(e.docs, search.Document{
			Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{i18n.German: kind}, Body: column(row, "text"), Keywords: column(row, "location"),
			Path: "/x", Point: &point, At: &at, Audience: subject.Public, Category: ids[kind],
		})
	}
	e.cat.Prepare()
	slices.SortStableFunc(e.docs, func(a, b search.Document) int { return a.At.Compare(*b.At) })
	return e, nil
}

// score is how many of n answers had the right category first, and among three.
type score struct{ n, first, three int }

func (s *score) add(want uuid.UUID, got []uuid.UUID) {
	s.n++
	switch at := slices.Index(got, want); {
	case at == 0:
		s.first++
		s.three++
	case at > 0 && at < 3:
		s.three++
	}
}

func percent(part, of int) float64 { return 100 * float64(part) / float64(max(of, 1)) }

// sit learns and asks. Figures are in per cent; "against" is what the
// catalogue's own words alone reach, and the most frequent categories.
func (e *exam) sit(ctx context.Context, pool *pgxpool.Pool, r *bench.Report, name string) error {
	const fifth = 5
	cut := len(e.docs) - len(e.docs)/fifth
	if cut == len(e.docs) {
		return errors.New("bench: too few reports")
	}
	index, err := search.NewPostgres(search.PostgresConfig{DB: pool})
	if err != nil {
		return err
	}
	counts := map[uuid.UUID]int{}
	for part := range slices.Chunk(e.docs[:cut], 1000) {
		if err := db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error { return index.Put(ctx, tx, part) }); err != nil {
			return err
		}
		for i := range part {
			counts[part[i].Category]++
		}
	}
	if _, err := pool.Exec(ctx, sqlBenchAnalyze); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	var frequent []uuid.UUID
	for id := range counts {
		frequent = append(frequent, id)
	}
	slices.SortFunc(frequent, func(a, b uuid.UUID) int { return counts[b] - counts[a] })
	var learned, words, often, text score
	for i := cut; i < len(e.docs); i++ {
		d := &e.docs[i]
		past, err := search.PastOf(ctx, pool, d.Body, d.Point)
		if err != nil {
			return err
		}
		unplaced, err := search.PastOf(ctx, pool, d.Body, nil)
		if err != nil {
			return err
		}
		learned.add(d.Category, guesses(e.cat.Suggest(d.Body, *d.At, past)))
		text.add(d.Category, guesses(e.cat.Suggest(d.Body, *d.At, unplaced)))
		words.add(d.Category, guesses(e.cat.Suggest(d.Body, *d.At, search.Past{})))
		often.add(d.Category, frequent)
	}
	fmt.Fprintf(os.Stderr, "%d reports, asked about the newest %d\n", len(e.docs), learned.n)
	for _, f := range []struct {
		name    string
		value   int
		against int
	}{
		{"first", learned.first, words.first},
		{"among_three", learned.three, words.three},
		{"without_place.first", text.first, words.first},
		{"without_place.among_three", text.three, words.three},
		{"against_frequent.first", learned.first, often.first},
		{"against_frequent.among_three", learned.three, often.three},
	} {
		against := percent(f.against, learned.n)
		if err := r.Add(bench.Figure{Name: name + "." + f.name, Value: percent(f.value, learned.n), Unit: "%", Against: &against, N: learned.n}); err != nil {
			return err
		}
	}
	return nil
}

func guesses(s categories.Suggestions) []uuid.UUID {
	ids := make([]uuid.UUID, len(s.Categories))
	for i := range s.Categories {
		ids[i] = s.Categories[i].Category.ID
	}
	return ids
}

const sqlBenchAnalyze = `ANALYZE documents`
