package search_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// lesson is an index with reports of two kinds.
type lesson struct {
	d            db.DB
	x            *search.Postgres
	lamps, holes uuid.UUID
	now          time.Time
}

func newLesson(t *testing.T) *lesson {
	t.Helper()
	l := &lesson{d: dbtest.Tx(t), lamps: subject.NewID(), holes: subject.NewID()}
	var err error
	if l.x, err = search.NewPostgres(search.PostgresConfig{DB: l.d}); err != nil {
		t.Fatal(err)
	}
	if l.now, err = db.Now(t.Context(), l.d); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *lesson) report(category uuid.UUID, body string, lon float64) search.Document {
	at := l.now
	return search.Document{
		Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": "Laterne dunkel"}, Body: body, Path: "/x", At: &at,
		Audience: subject.Public, Category: category, Point: &subject.Point{Lon: lon, Lat: 48.1},
	}
}

func (l *lesson) put(t *testing.T, docs ...search.Document) {
	t.Helper()
	if err := db.Transact(t.Context(), l.d, func(ctx context.Context, tx pgx.Tx) error { return l.x.Put(ctx, tx, docs) }); err != nil {
		t.Fatal(err)
	}
}

// told is the past as one line: words with the number of lamps and holes.
func (l *lesson) told(t *testing.T, text string, at *subject.Point) string {
	t.Helper()
	p, err := search.PastOf(t.Context(), l.d, text, at)
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%d/%d %d/%d near %d/%d:", p.Kinds[l.lamps].Reports, p.Kinds[l.lamps].Texts, p.Kinds[l.holes].Reports, p.Kinds[l.holes].Texts, p.Kinds[l.lamps].Near, p.Kinds[l.holes].Near)
	for _, w := range p.Words {
		out += fmt.Sprintf(" %s=%d/%d", w.Typed, w.In[l.lamps], w.In[l.holes])
	}
	return out
}

func TestPast(t *testing.T) {
	t.Parallel()
	l := newLesson(t)
	if got := l.told(t, "Alles duster", nil); got != "0/0 0/0 near 0/0:" {
		t.Errorf("an empty city: %s", got)
	}
	var docs []search.Document
	for range 4 {
		docs = append(docs, l.report(l.lamps, "Hier ist es zappenduster, die Laterne flackert.", 11.5))
	}
	docs = append(docs, l.report(l.lamps, "", 11.5), l.report(l.holes, "Zappenduster und tief, Herr Sonderling weiß es.", 11.5), l.report(l.holes, "Tief", 11.9))
	l.put(t, docs...)
	want := "5/4 2/2 near 0/0: zappenduster=4/1 Straßenlaternen=4/0"
	if got := l.told(t, "Es ist zappenduster in den Straßenlaternen, Sonderling!", nil); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := l.told(t, "", &subject.Point{Lon: 11.5001, Lat: 48.1}); got != "5/4 2/2 near 5/1:" {
		t.Errorf("the place: %s", got)
	}
	l.put(t, docs...) // again: nothing counts twice
	if got := l.told(t, "zappenduster in den Straßenlaternen", nil); got != want {
		t.Errorf("again: %s, want %s", got, want)
	}
}

// TestPastForgets: hidden, changed, moved and deleted texts take their words
// with them, and nothing is left of the last one.
func TestPastForgets(t *testing.T) {
	t.Parallel()
	l := newLesson(t)
	var docs []search.Document
	for range 6 {
		docs = append(docs, l.report(l.lamps, "Hier ist es zappenduster.", 11.5))
	}
	l.put(t, docs...)
	hidden, moved, other, gone := docs[0], docs[1], docs[2], docs[3]
	hidden.Audience = subject.Owner
	moved.Category = l.holes
	other.Body = "Es flackert."
	l.put(t, hidden, moved, other)
	if err := db.Transact(t.Context(), l.d, func(ctx context.Context, tx pgx.Tx) error {
		return l.x.Delete(ctx, tx, []subject.Ref{gone.Ref})
	}); err != nil {
		t.Fatal(err)
	}
	if got, want := l.told(t, "zappenduster", nil), "3/3 1/1 near 0/0: zappenduster=2/1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := db.Transact(t.Context(), l.d, func(ctx context.Context, tx pgx.Tx) error {
		var refs []subject.Ref
		for i := range docs {
			refs = append(refs, docs[i].Ref)
		}
		return l.x.Delete(ctx, tx, refs)
	}); err != nil {
		t.Fatal(err)
	}
	var words int
	if err := l.d.QueryRow(t.Context(), `SELECT count(*) FROM category_words`).Scan(&words); err != nil || words != 0 {
		t.Errorf("%d words are left, %v", words, err)
	}
}

// TestPastIsDerived: what is kept bit by bit is what a count of all would give.
func TestPastIsDerived(t *testing.T) {
	t.Parallel()
	l := newLesson(t)
	bodies := []string{"", "Die Lampe ist aus.", "Tiefes Loch, Gefahr!", "Lampe und Loch", "Loch 12 voller Wasser"}
	kinds := []uuid.UUID{l.lamps, l.holes, uuid.Nil}
	docs := make([]search.Document, 30)
	for i := range docs {
		docs[i] = l.report(kinds[i%3], bodies[i%5], 11.5)
	}
	l.put(t, docs...)
	for i := range docs {
		switch i % 7 {
		case 0:
			docs[i].Body = bodies[(i+1)%5]
		case 1:
			docs[i].Category = kinds[(i+1)%3]
		case 2:
			docs[i].Audience = subject.Department
		case 3:
			docs[i].Facets = map[string]string{"status": "done"}
		}
	}
	l.put(t, docs...)
	const sqlKept = `SELECT word, category_id, n FROM category_words ORDER BY 1, 2`
	type row struct {
		Word string
		Kind uuid.UUID
		N    int
	}
	read := func(sql string) []row {
		rows, err := l.d.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	kept := read(sqlKept)
	if err := db.Transact(t.Context(), l.d, search.Relearn); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(sqlKept), kept); diff != "" {
		t.Errorf("kept otherwise than counted:\n%s", diff)
	}
}
