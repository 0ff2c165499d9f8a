// Package searchtest holds what every search.Index must do, and a source of
// invented things.
package searchtest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Team is the department of the invented things that are not public.
var Team = uuid.MustParse("0198a4c2-0000-7000-8000-000000000001") //nolint:gochecknoglobals // a constant

// Owner wrote one of them.
var Owner = uuid.MustParse("0198a4c2-0000-7000-8000-000000000002") //nolint:gochecknoglobals // a constant

// Things are the documents of the contract, by a short name.
func Things(now time.Time) map[string]search.Document {
	report := func(title, body string, days int, lon, lat float64, facets ...string) search.Document {
		at := now.AddDate(0, 0, -days)
		d := search.Document{
			Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": title, "en": title}, Body: body, Path: "/reports/x",
			At: &at, Audience: subject.Public, Point: &subject.Point{Lon: lon, Lat: lat}, Facets: map[string]string{},
		}
		for _, f := range facets {
			name, value, _ := strings.Cut(f, "=")
			d.Facets[name] = value
		}
		return d
	}
	m := map[string]search.Document{
		"lamp":       report("Laterne dunkel, Rosenheimer Straße", "Die Straßenlaterne vor Haus 12 flackert.", 1, 11.60, 48.12, "category=laterne", "status=open"),
		"lamp old":   report("Laterne dunkel, Balanstraße", "Seit Tagen aus.", 400, 11.70, 48.12, "category=laterne", "status=done"),
		"compound":   report("Licht aus, Tal", "Zwei Gehweglaternen sind kaputt.", 3, 11.58, 48.14, "category=licht", "status=open"),
		"bin":        report("Mülleimer voll, Karlsplatz", "Der Müll quillt über.", 5, 11.56, 48.14, "category=muell", "status=open"),
		"light":      report("Ampel gestört, Karlsplatz", "Die Fußgängerampel bleibt rot.", 2, 11.56, 48.14, "category=ampel", "status=work"),
		"pothole":    report("Schlagloch, Lindwurmstraße", "Ein tiefes Loch, Gefahr für Räder.", 8, 11.55, 48.13, "category=schlagloch", "status=open"),
		"english":    report("Spielplatz beschädigt, Hauptstraße", "The swing is broken.", 9, 11.50, 48.10, "category=spielplatz", "status=open"),
		"kind":       {Ref: subject.Ref{Kind: search.Category, ID: subject.NewID()}, Title: i18n.Text{"de": "Laterne dunkel oder beschädigt", "en": "Street light out"}, Keywords: "Licht Lampe Beleuchtung", Path: "/reports/new", Audience: subject.Public},
		"street":     {Ref: subject.Ref{Kind: search.Place, ID: subject.NewID()}, Title: i18n.Text{"de": "Rosenheimer Straße"}, Path: "/hier/Rosenheimer-Straße", Audience: subject.Public, Point: &subject.Point{Lon: 11.6, Lat: 48.12}},
		"page de":    {Ref: subject.Ref{Kind: search.Page, ID: search.KeyID(search.Page, "help")}, Lang: "de", Title: i18n.Text{"de": "Hilfe"}, Body: "So melden Sie einen Schaden. Die Adresse der Laterne steht am Mast.", Path: "/help", Audience: subject.Public},
		"page en":    {Ref: subject.Ref{Kind: search.Page, ID: search.KeyID(search.Page, "help")}, Lang: "en", Title: i18n.Text{"en": "Help"}, Body: "How to report a lamp.", Path: "/help", Audience: subject.Public},
		"held":       report("Ratten, Geheimgasse", "", 1, 11.57, 48.13),
		"with owner": report("Lärm, Geheimgasse", "", 1, 11.57, 48.13),
	}
	held, owned, lamp := m["held"], m["with owner"], m["lamp"]
	held.Audience, held.Department = subject.Department, Team
	owned.Audience, owned.Department, owned.Owners = subject.Owner, Team, []uuid.UUID{Owner}
	lamp.Number = "M-2026-7K3QX9"
	m["held"], m["with owner"], m["lamp"] = held, owned, lamp
	return m
}

// bench is an index with the things in it.
type bench struct {
	x      search.Index
	d      db.DB
	things map[string]search.Document
}

// Contract runs the suite. empty gives an empty index on a database that nobody
// else writes.
func Contract(t *testing.T, empty func(t *testing.T) (search.Index, db.DB)) {
	t.Helper()
	setup := func(t *testing.T) *bench {
		t.Helper()
		x, d := empty(t)
		now, err := db.Now(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{x: x, d: d, things: Things(now)}
		var all []search.Document
		for _, doc := range b.things {
			all = append(all, doc)
		}
		b.put(t, all...)
		return b
	}
	t.Run("words", func(t *testing.T) { t.Parallel(); words(t, setup(t)) })
	t.Run("corrections", func(t *testing.T) { t.Parallel(); corrections(t, setup(t)) })
	t.Run("rights", func(t *testing.T) { t.Parallel(); rights(t, setup(t)) })
	t.Run("filters and order", func(t *testing.T) { t.Parallel(); filters(t, setup(t)) })
	t.Run("changes", func(t *testing.T) { t.Parallel(); changes(t, setup(t)) })
	t.Run("proposals", func(t *testing.T) { t.Parallel(); proposals(t, setup(t)) })
	t.Run("many", func(t *testing.T) { t.Parallel(); many(t, setup(t)) })
}

func (b *bench) put(t *testing.T, docs ...search.Document) {
	t.Helper()
	if err := db.Transact(t.Context(), b.d, func(ctx context.Context, tx pgx.Tx) error { return b.x.Put(ctx, tx, docs) }); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) find(t *testing.T, q search.Query, v ...subject.Viewer) (names []string, f search.Found) {
	t.Helper()
	if q.Lang == "" {
		q.Lang = "de"
	}
	if q.Sort == "" {
		q.Sort = search.ByRelevance
	}
	f, err := b.x.Search(t.Context(), append(v, subject.Viewer{})[0], q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	for _, m := range f.Hits {
		name := "?"
		for n, d := range b.things {
			if d.Ref == m.Ref && d.Lang == m.Lang {
				name = n
			}
		}
		names = append(names, name)
	}
	return names, f
}

func words(t *testing.T, b *bench) {
	t.Helper()
	for _, tt := range []struct {
		name, text string
		want       []string // in any order
	}{
		{"a word and its compounds", "laterne", []string{"lamp", "lamp old", "compound", "kind", "page de"}},
		{"another form", "Laternen", []string{"lamp", "lamp old", "compound", "kind", "page de"}},
		{"a word that stands in compounds only", "Platz", []string{"bin", "light", "english"}},
		{"the compound alone", "Straßenlaterne", []string{"lamp"}},
		{"ss for ß", "strassenlaterne", []string{"lamp"}},
		{"umlaut", "Müll", []string{"bin"}},
		{"ue for ü", "muell", []string{"bin"}},
		{"no dots", "mull", []string{"bin"}},
		{"capitals", "SCHLAGLOCH", []string{"pothole"}},
		{"two words", "ampel karlsplatz", []string{"light"}},
		{"a filler between", "Laterne in der Rosenheimer", []string{"lamp"}},
		{"without", "karlsplatz -ampel", []string{"bin"}},
		{"a phrase", `"tiefes Loch"`, []string{"pothole"}},
		{"German quotes", "„tiefes Loch“", []string{"pothole"}},
		{"words apart are no phrase", `"Loch tiefes"`, nil},
		{"keywords", "Beleuchtung", []string{"kind"}},
		{"a number", "M-2026-7K3QX9", []string{"lamp"}},
		{"a number as people type it", "m 2026 7k3qx9", []string{"lamp"}},
		{"nothing", "", nil},
		{"fillers only", "in der und", nil},
		{"signs only", `-- "" ' & | ! :* (`, nil},
		{"signs that mean something to the database", `Karlsplatz' & !(Ampel:*) \`, []string{"light"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := b.find(t, search.Query{Text: tt.text, Exact: true})
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q: found %q, want %q", tt.text, got, tt.want)
			}
		})
	}
	if got, _ := b.find(t, search.Query{Text: "lamp", Lang: "en"}); !slices.Contains(got, "page en") || slices.Contains(got, "page de") {
		t.Errorf("in English: %q", got)
	}
	_, f := b.find(t, search.Query{Text: "laterne"})
	var marked []string
	for _, p := range f.Marks.Text("Die Straßenlaternen und die Ampel, Laterne!") {
		if p.Mark {
			marked = append(marked, p.Text)
		}
	}
	if !slices.Contains(marked, "Laterne") || slices.Contains(marked, "Ampel") {
		t.Errorf("marked %q", marked)
	}
}

func corrections(t *testing.T, b *bench) {
	t.Helper()
	for _, tt := range []struct{ name, text, want, corrected string }{
		{"swapped letters", "Latrene", "lamp", "Laterne"},
		{"a letter too few", "Schlaloch", "pothole", "Schlagloch"},
		{"a letter too many", "Mülleimmer", "bin", "Mülleimer"},
		{"in one of two words", "Karlsplatz Ampell", "light", "Karlsplatz Ampel"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, f := b.find(t, search.Query{Text: tt.text})
			if !slices.Contains(got, tt.want) || !strings.EqualFold(f.Corrected, tt.corrected) {
				t.Errorf("%q: found %q, searched %q", tt.text, got, f.Corrected)
			}
			if got, f := b.find(t, search.Query{Text: tt.text, Exact: true}); len(got) > 0 || f.Corrected != "" {
				t.Errorf("%q exactly: found %q", tt.text, got)
			}
		})
	}
	if got, f := b.find(t, search.Query{Text: "Xylophonbauer"}); len(got) > 0 || f.Corrected != "" {
		t.Errorf("an unknown word: %q, searched %q", got, f.Corrected)
	}
	if got, f := b.find(t, search.Query{Text: "Schlagloch Spielplatz"}); !f.Loose || len(got) != 2 {
		t.Errorf("no document has both: %q, loose %t", got, f.Loose)
	}
	if got, f := b.find(t, search.Query{Text: "Spielplatz Schlagloch Lindwurmstraße"}); !f.Loose || !slices.Equal(got, []string{"pothole", "english"}) {
		t.Errorf("what has more of the words comes first: %q, loose %t", got, f.Loose)
	}
	if got, f := b.find(t, search.Query{Text: "Spielplatz Schlagloch", Sort: search.ByNewest}); !f.Loose || !slices.Equal(got, []string{"pothole", "english"}) {
		t.Errorf("some of the words, newest: %q, loose %t", got, f.Loose)
	}
}

func rights(t *testing.T, b *bench) {
	t.Helper()
	staff := func(role subject.Role, department uuid.UUID) subject.Viewer {
		return subject.Viewer{Person: subject.NewID(), Roles: []subject.Role{role}, Departments: []uuid.UUID{department}}
	}
	limited := staff(subject.Caseworker, Team)
	limited.Remits = []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{Team}, Districts: []string{"7"}}}
	for _, tt := range []struct {
		name   string
		viewer subject.Viewer
		want   []string
	}{
		{"nobody", subject.Viewer{}, nil},
		{"somebody", subject.Viewer{Person: subject.NewID()}, nil},
		{"owner", subject.Viewer{Person: Owner}, []string{"with owner"}},
		{"clerk", staff(subject.Caseworker, Team), []string{"held", "with owner"}},
		{"lead", staff(subject.TeamLead, Team), []string{"held", "with owner"}},
		{"clerk elsewhere", staff(subject.Caseworker, subject.NewID()), nil},
		{"clerk of a district", limited, nil},
		{"moderator", staff(subject.Moderator, Team), nil},
		{"admin", subject.Viewer{Person: subject.NewID(), Roles: []subject.Role{subject.Admin}}, nil},
		{"clerk of nothing", subject.Viewer{Person: subject.NewID(), Roles: []subject.Role{subject.Caseworker}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, f := b.find(t, search.Query{Text: "Geheimgasse"}, tt.viewer)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) || f.Total != len(tt.want) {
				t.Errorf("found %q of %d, want %q", got, f.Total, tt.want)
			}
			for name, d := range b.things {
				if d.Audience != subject.Public && d.MaySee(tt.viewer) != slices.Contains(tt.want, name) {
					t.Errorf("%s: MaySee says otherwise", name)
				}
			}
		})
	}
	// what is not public teaches nobody its words
	if got, err := b.x.Suggest(t.Context(), "geheim", "de", 8); err != nil || len(got) > 0 {
		t.Errorf("proposals %v, %v", got, err)
	}
	if _, f := b.find(t, search.Query{Text: "Geheimgass"}); f.Corrected != "" || f.Meant != "" {
		t.Errorf("corrected to %q %q", f.Corrected, f.Meant)
	}
}

func filters(t *testing.T, b *bench) {
	t.Helper()
	got, _ := b.find(t, search.Query{Text: "laterne", Facets: map[string][]string{"category": {"laterne", "licht"}, "status": {"open"}}, Sort: search.ByNewest})
	if !slices.Equal(got, []string{"lamp", "compound"}) {
		t.Errorf("filtered: %q", got)
	}
	if got, _ := b.find(t, search.Query{Text: "laterne", Kinds: []subject.Kind{search.Category, search.Page}}); !slices.Equal(got, []string{"kind", "page de"}) {
		t.Errorf("kinds: %q", got)
	}
	if got, _ := b.find(t, search.Query{Text: "laterne", Kinds: []subject.Kind{subject.Report}, Sort: search.ByNewest}); !slices.Equal(got, []string{"lamp", "compound", "lamp old"}) {
		t.Errorf("newest: %q", got)
	}
	here := &subject.Point{Lon: 11.69, Lat: 48.12}
	got, f := b.find(t, search.Query{Text: "laterne", Sort: search.ByDistance, Near: here})
	if !slices.Equal(got, []string{"lamp old", "lamp", "compound"}) {
		t.Errorf("nearest: %q", got)
	}
	if m := f.Hits[0].Metres; m < 700 || m > 800 {
		t.Errorf("%.0f metres", m)
	}
	if got, _ := b.find(t, search.Query{Text: "laterne", Sort: search.ByNewest, Near: here, Within: 9000}); !slices.Equal(got, []string{"lamp", "compound", "lamp old"}) {
		t.Errorf("within 9 km: %q", got)
	}
	if got, _ := b.find(t, search.Query{Text: "laterne", Near: here, Within: 1000}); !slices.Equal(got, []string{"lamp old"}) {
		t.Errorf("within 1 km: %q", got)
	}
	if got, _ := b.find(t, search.Query{Text: "laterne"}); got[0] != "kind" {
		t.Errorf("by relevance: %q, want the kind first", got)
	}
	if got, _ := b.find(t, search.Query{Text: "Rosenheimer Straße"}); got[0] != "street" {
		t.Errorf("by relevance: %q, want the street first", got)
	}
	_, f = b.find(t, search.Query{Text: "laterne"})
	if f.Total != 5 || f.More || !slices.Contains(f.Facets["kind"], search.Count{Value: "report", N: 3}) || !slices.Contains(f.Facets["category"], search.Count{Value: "laterne", N: 2}) {
		t.Errorf("total %d, facets %v", f.Total, f.Facets)
	}
	first, _ := b.find(t, search.Query{Text: "laterne", Limit: 3})
	rest, _ := b.find(t, search.Query{Text: "laterne", Limit: 3, Offset: 3})
	whole, _ := b.find(t, search.Query{Text: "laterne"})
	if !slices.Equal(append(first, rest...), whole) {
		t.Errorf("pages %q and %q of %q", first, rest, whole)
	}
	if got, f := b.find(t, search.Query{Text: "laterne", Offset: 50}); len(got) != 0 || f.Total != 5 {
		t.Errorf("past the end: %q of %d", got, f.Total)
	}
}

func changes(t *testing.T, b *bench) {
	t.Helper()
	d := b.things["bin"]
	d.Title, d.Body = i18n.Text{"de": "Papierkorb voll, Karlsplatz"}, "Alles liegt herum."
	b.put(t, d)
	b.put(t, d) // twice
	if got, _ := b.find(t, search.Query{Text: "Papierkorb"}); !slices.Equal(got, []string{"bin"}) {
		t.Errorf("the new words: %q", got)
	}
	if got, f := b.find(t, search.Query{Text: "Mülleimer", Exact: true}); len(got) > 0 || f.Total > 0 {
		t.Errorf("the old words: %q", got)
	}
	if got, err := b.x.Suggest(t.Context(), "mülleim", "de", 8); err != nil || len(got) > 0 {
		t.Errorf("the old words are still proposed: %v, %v", got, err)
	}
	d.Audience, d.Department = subject.Department, Team
	b.put(t, d)
	if got, _ := b.find(t, search.Query{Text: "Papierkorb"}); len(got) > 0 {
		t.Errorf("no longer public: %q", got)
	}
	for range 2 {
		if err := db.Transact(t.Context(), b.d, func(ctx context.Context, tx pgx.Tx) error {
			return b.x.Delete(ctx, tx, []subject.Ref{b.things["light"].Ref, d.Ref})
		}); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := b.find(t, search.Query{Text: "Ampel"}); len(got) > 0 {
		t.Errorf("deleted: %q", got)
	}
	ids, err := b.x.IDs(t.Context(), subject.Report, uuid.Nil, 100)
	if err != nil || len(ids) != 7 || !slices.IsSortedFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }) {
		t.Errorf("ids %v, %v", ids, err)
	}
	// a word that is written alone only after the compounds with it
	for _, title := range []string{"Efeuzaun schief", "Zaun schief"} {
		b.put(t, search.Document{Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": title}, Path: "/reports/x", Audience: subject.Public})
		b.find(t, search.Query{Text: "Efeuzaun"}) // an index that is fed has heard of it
	}
	if _, f := b.find(t, search.Query{Text: "Zaun"}); f.Total != 2 {
		t.Errorf("%d with the word, want 2", f.Total)
	}
	// a word in the middle of a compound, and one before an ending
	b.put(t, search.Document{
		Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": "Holzbrettertisch wackelt"}, Path: "/reports/x", Audience: subject.Public,
	})
	for text, want := range map[string]int{"Bretter": 1, "Holzbrett": 1, "Brettertisch": 1, "olzbretter": 0, "Bretterzaun": 0} {
		if _, f := b.find(t, search.Query{Text: text, Exact: true}); f.Total != want {
			t.Errorf("%q: %d with the compound, want %d", text, f.Total, want)
		}
	}
	// a page that is no longer there in English
	b.put(t, b.things["page de"])
	if got, _ := b.find(t, search.Query{Text: "report", Lang: "en"}); slices.Contains(got, "page en") {
		t.Errorf("a language that is gone: %q", got)
	}
}

func proposals(t *testing.T, b *bench) {
	t.Helper()
	texts := func(text string) (out []string) {
		list, err := b.x.Suggest(t.Context(), text, "de", 8)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			out = append(out, string(p.Kind)+":"+p.Text)
		}
		return out
	}
	for _, tt := range []struct{ text, want string }{
		{"later", ":Laterne"},
		{"later", "category:Laterne dunkel oder beschädigt"},
		{"rosen", "place:Rosenheimer Straße"},
		{"Rosenheimer Str", "place:Rosenheimer Straße"},
		{"kaputte schlag", ":kaputte Schlagloch"},
		{"muel", ":Mülleimer"},
		{"latrene", ":Laterne"},
	} {
		if got := texts(tt.text); !slices.Contains(got, tt.want) {
			t.Errorf("%q: %q, want %q among them", tt.text, got, tt.want)
		}
	}
	for _, text := range []string{"", " ", "x", "%", "_", strings.Repeat("a ", 50)} {
		if got := texts(text); len(got) > 0 {
			t.Errorf("%q: %q, want nothing", text, got)
		}
	}
}

// many: of a word that very many have only some are ranked, and it says so.
func many(t *testing.T, b *bench) {
	t.Helper()
	now, err := db.Now(t.Context(), b.d)
	if err != nil {
		t.Fatal(err)
	}
	var docs []search.Document
	var newest subject.Ref
	for i := range 700 {
		at := now.Add(-time.Duration(i) * time.Hour)
		d := search.Document{
			Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": "Graffiti, Tal"}, Path: "/reports/x", At: &at, Audience: subject.Public,
			Point: &subject.Point{Lon: 11.5, Lat: 48.1}, Facets: map[string]string{"category": "graffiti"},
		}
		if i == 0 {
			newest = d.Ref
		}
		docs = append(docs, d)
	}
	b.put(t, docs...)
	for _, sort := range []search.Sort{search.ByRelevance, search.ByNewest} {
		_, f := b.find(t, search.Query{Text: "Graffiti", Sort: sort})
		if len(f.Hits) != 20 || f.Hits[0].Ref != newest || !f.More && f.Total != 700 {
			t.Errorf("%s: total %d, more %t, first %v, want %v", sort, f.Total, f.More, f.Hits[0].Ref, newest)
		}
	}
	// some of the words, of which one is in very many
	if _, f := b.find(t, search.Query{Text: "Graffiti Schlagloch"}); !f.Loose || len(f.Hits) != 20 || f.Total < 100 || f.Total < 701 && !f.More {
		t.Errorf("loose %t, %d of %d, more %t", f.Loose, len(f.Hits), f.Total, f.More)
	}
	// one wrote it in another way: that is found, and the usual way is offered
	at := now.Add(-time.Hour)
	b.put(t, search.Document{
		Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": "Grafiti, Markt"}, Path: "/reports/x", At: &at, Audience: subject.Public,
	})
	if _, f := b.find(t, search.Query{Text: "Grafiti"}); f.Total != 1 || f.Meant != "Graffiti" {
		t.Errorf("%d hits, meant %q", f.Total, f.Meant)
	}
	if _, f := b.find(t, search.Query{Text: "Grafiti", Exact: true}); f.Total != 1 || f.Meant != "" {
		t.Errorf("exactly: %d hits, meant %q", f.Total, f.Meant)
	}
	// a rare one among the many is found whatever way is taken
	if got, f := b.find(t, search.Query{Text: "Tal Gehweglaterne"}); !slices.Equal(got, []string{"compound"}) || f.More {
		t.Errorf("found %q, more %t", got, f.More)
	}
}
