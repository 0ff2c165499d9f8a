package i18n

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"
)

func added() fstest.MapFS {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"all.tr.toml": file(`
"language.name" = "Türkçe"
"date.months" = "Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık"
"date.weekdays" = "Pazar,Pazartesi,Salı,Çarşamba,Perşembe,Cuma,Cumartesi"
"date.today" = "bugün"
"nav.report" = "Bildir"
"nav.map" = "{{.broken"
"no.such.key" = "?"
["ui.errors"]
one = "1 hata"
`),
		"nav.ar.toml": file(`
"nav.report" = "أبلغ"
["ui.errors"]
zero = "صفر"
other = "{{.n}}"
`),
		"own.de.toml": file(`"nav.home" = "Anfang"`),
	}
}

func TestAddedLanguages(t *testing.T) {
	t.Parallel()
	c, err := Load(Config{Added: added()})
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, l := range c.Languages() {
		tags = append(tags, l.Tag)
	}
	if want := []string{German, Easy, English, "tr", "ar"}; !slices.Equal(tags, want) {
		t.Errorf("languages %v, want %v", tags, want)
	}
	tr, _ := c.Language("tr")
	ar, _ := c.Language("ar")
	if tr.Name != "Türkçe" || tr.Dir != "ltr" || ar.Dir != "rtl" || ar.Name == "" {
		t.Errorf("%+v %+v", tr, ar)
	}
	l := c.For("tr")
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ name, got, want string }{
		{"own", l.T("nav.report"), "Bildir"},
		{"missing: English", l.T("nav.help"), "Help"},
		{"broken: English", l.T("nav.map"), "Map and list"},
		{"date", l.Date(at, at), "Cumartesi 14 Mart"},
		{"today", l.NearDate(at, at), "bugün"},
		{"tomorrow", l.NearDate(at.AddDate(0, 0, 1), at), "tomorrow"},
		{"a plural form it lacks", l.T("ui.errors", "n", 3), "Please check 3 entries."},
		{"other words of the operator", c.For(German).T("nav.home"), "Anfang"},
		{"and their easy variant", c.For(Easy).T("nav.home"), "Anfang"},
		{"query", c.Match("TR", "en"), "tr"},
		{"browser", c.Match("", "tr-TR,de;q=0.5"), "tr"},
		{"not there", c.Match("", "fr-FR,en;q=0.5"), "en"},
		{"unknown", c.For("fr").Lang(), German},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	missing, unknown := c.Missing("tr")
	if !slices.Contains(missing, "nav.help") || slices.Contains(missing, "nav.report") || !slices.Equal(unknown, []string{"no.such.key"}) {
		t.Errorf("missing %d, unknown %v", len(missing), unknown)
	}
	if missing, _ := c.Missing(English); len(missing) > 0 {
		t.Errorf("English lacks %v", missing)
	}
}

func TestWrongCatalogues(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nolanguage.toml":   `"a" = "b"`,
		"all.!!.toml":       `"a" = "b"`,
		"all.tr.toml":       `"a" = `,
		"all.fr.toml":       `"language.dir" = "up"`,
		"all.es.toml":       `"date.months" = "enero"`,
		"all.de.extra.toml": `"a" = "b"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Load(Config{Added: fstest.MapFS{name: {Data: []byte(text)}}}); err == nil {
				t.Error("taken")
			}
		})
	}
}

// TestEasyKeys: Leichte Sprache says only what German says too.
func TestEasyKeys(t *testing.T) {
	t.Parallel()
	c, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, unknown := c.Missing(Easy); len(unknown) > 0 {
		t.Errorf("there is no German text for %v", unknown)
	}
	if c.Match("", "de-x-leicht") != Easy || c.Match("", "de-DE") != German {
		t.Error("Leichte Sprache is chosen, German is not it")
	}
}

func FuzzCatalogue(f *testing.F) {
	f.Add("all.tr.toml", `"nav.report" = "Bildir"`)
	f.Add("all.ar.toml", "[\"ui.errors\"]\nother = \"{{.n}}\"")
	f.Add("all.de.toml", `"nav.report" = "{{.n}"`)
	own := fstest.MapFS{ // the product's own, all of them, would take a second for each input
		"ui.de.toml":          {Data: []byte("\"nav.report\" = \"Melden\"\n[\"ui.errors\"]\none = \"{{.n}} Fehler\"\nother = \"{{.n}} Fehler\"")},
		"ui.en.toml":          {Data: []byte("\"nav.report\" = \"Report\"\n[\"ui.errors\"]\none = \"{{.n}} error\"\nother = \"{{.n}} errors\"")},
		"ui.de-x-leicht.toml": {Data: []byte(`"nav.report" = "Etwas melden"`)},
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		c := empty(nil)
		if err := c.read(own, ".", true); err != nil {
			t.Fatal(err)
		}
		if c.read(fstest.MapFS{name: {Data: []byte(text)}}, ".", false) != nil || c.settle() != nil {
			return
		}
		for _, l := range c.Languages() {
			loc := c.For(l.Tag)
			if loc.T("ui.errors", "n", 2) == "" || loc.T("nav.report") == "" {
				t.Errorf("%s says nothing", l.Tag)
			}
		}
	})
}
