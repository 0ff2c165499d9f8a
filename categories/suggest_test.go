package categories

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
)

func keys(s Suggestions) []string {
	var list []string
	for _, one := range s.Categories {
		list = append(list, one.Category.Key)
	}
	return list
}

func posts(s Suggestions) []string {
	var list []string
	for _, one := range s.Signposts {
		list = append(list, one.Key)
	}
	return list
}

// TestSuggestSamples: the sample sentence of every category. The sentences are
// not part of the index; they are the catalogue's own idea of what people write.
func TestSuggestSamples(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	first, among, all := 0, 0, 0
	for _, k := range c.Categories {
		all++
		got := keys(c.Suggest(k.Sample.In(i18n.German), time.Time{}, search.Past{}))
		if len(got) > 0 && got[0] == k.Key {
			first++
		} else {
			t.Logf("%-16s %v  %s", k.Key, got, k.Sample.In(i18n.German))
		}
		if slices.Contains(got, k.Key) {
			among++
		}
	}
	t.Logf("of %d sample sentences %d first, %d among three", all, first, among)
	if among < 34 {
		t.Errorf("%d of %d among the three likeliest, want 34", among, all)
	}
	if first < 27 {
		t.Errorf("%d of %d the likeliest, want 27", first, all)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	for _, tt := range []struct {
		name, text string
		want       string // the first of the three
		word       string
	}{
		{"compound", "Die Straßenlaterne ist aus", "laterne", "Straßenlaterne"},
		{"compound the other way", "Das Licht brennt nicht", "laterne", "Licht"},
		{"transcribed umlaut", "Muelleimer laeuft ueber", "muelleimer", "Muelleimer"},
		{"no umlaut at all", "Schlaglocher", "schlagloch", "Schlaglocher"},
		{"ss for ß", "Strassenbeleuchtung kaputt", "laterne", "Strassenbeleuchtung"},
		{"a letter too few", "Schlaloch in der Straße", "schlagloch", "Schlaloch"},
		{"swapped letters", "Lateren dunkel", "laterne", ""},
		{"plural", "Ratten im Hof", "ratten", "Ratten"},
		{"capitals", "GRAFFITI AN DER WAND", "graffiti", "GRAFFITI"},
		{"English", "a deep pothole in the road", "schlagloch", "pothole"},
		{"English street light", "The street light is out", "laterne", ""},
		{"English bin", "The bin is full", "muelleimer", ""},
		{"English playground", "the swing on the playground is broken", "spielplatz", ""},
		{"a single word", "Scooter", "scooter", "Scooter"},
		{"a word with a dash", "E-Roller liegt quer", "scooter", ""},
		{"a fountain", "Trinkbrunnen defekt", "brunnen", "Trinkbrunnen"},
		{"a wish", "Zebrastreifen fehlt auf dem Schulweg", "queren", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := c.Suggest(tt.text, time.Time{}, search.Past{})
			if k := keys(got); len(k) == 0 || k[0] != tt.want {
				t.Fatalf("%q: got %v, want %s first", tt.text, k, tt.want)
			}
			if s := got.Categories[0]; tt.word != "" && s.Word != tt.word || s.Reason != "suggest.reason.word" {
				t.Errorf("because of %q (%s), want %q", s.Word, s.Reason, tt.word)
			}
		})
	}
}

func TestSuggestNothing(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	for _, text := range []string{"", "   ", "und der die das", "xyzzy", "👋", strings.Repeat("q", 5000), "Guten Tag"} {
		if got := c.Suggest(text, time.Time{}, search.Past{}); len(got.Categories) > 0 || len(got.Signposts) > 0 {
			t.Errorf("%.20q: got %v %v, want nothing", text, keys(got), posts(got))
		}
	}
}

func TestSuggestSeason(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	summer, winter := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	if got := keys(c.Suggest("Der Gehweg ist glatt, Schnee und Eis", summer, search.Past{})); slices.Contains(got, "winter") {
		t.Errorf("winter in summer: %v", got)
	}
	if got := keys(c.Suggest("Der Gehweg ist glatt, Schnee und Eis", winter, search.Past{})); got[0] != "winter" {
		t.Errorf("in winter: %v", got)
	}
}

func TestSignposts(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"Es riecht nach Gas", []string{"notruf"}},
		{"In der Rosengasse ist ein Loch", nil},
		{"Gasse dunkel", nil},
		{"Ein Falschparker steht auf dem Radweg", []string{"falschparker"}},
		{"die Einfahrt ist zugeparkt", []string{"falschparker"}},
		{"Ein Mensch liegt auf der Parkbank", []string{"obdachlos"}},
		{"Ein Müllsack liegt auf der Parkbank", nil},
		{"Die Nachbarn sind so laut", []string{"nachbarn"}},
		{"Nachbar hat eine Hecke", nil},
		{"Der Hund bellt jede Nacht", []string{"nachbarn"}},
		{"Stromausfal in der ganzen Straße", []string{"versorgung"}},
		{"Personalausweis abholen", []string{"dienste"}},
		{"Bussgeldbescheid", []string{"bescheid"}},
		{"Verbrannter Container", nil},
		{"Ich wurde diskriminiert", []string{"schutz"}},
	} {
		if got := posts(c.Suggest(tt.text, time.Time{}, search.Past{})); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %v, want %v", tt.text, got, tt.want)
		}
	}
	// the sentences of real reports lead nowhere else
	for _, k := range c.Categories {
		if got := posts(c.Suggest(k.Sample.In(i18n.German), time.Time{}, search.Past{})); len(got) > 0 {
			t.Errorf("%s: %q leads to %v", k.Key, k.Sample.In(i18n.German), got)
		}
	}
}

func TestSignpostSentences(t *testing.T) {
	t.Parallel()
	s := Signpost{Body: i18n.Text{"de": "Erst das. Hier steht es: {link}. Dann das."}}
	if before, _, has := s.Sentences("de"); before != "Erst das. Dann das." || has {
		t.Errorf("without a link: %q %t", before, has)
	}
	s.Link = Link{URL: "https://example.org/", Label: i18n.Text{"de": "Seite"}}
	if before, after, has := s.Sentences("de"); before != "Erst das. Hier steht es: " || after != ". Dann das." || !has {
		t.Errorf("with a link: %q %q %t", before, after, has)
	}
	for _, s := range demoCatalogue(t).Signposts {
		if s.Stop == "" && strings.Contains(s.Body.In("de"), "{") != (s.Link.URL != "") {
			t.Errorf("%s: a link without a place for it, or the other way", s.Key)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	found := c.Find("Baum", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	if len(found) == 0 || found[0].Key != "baum" {
		t.Errorf("found %v", found)
	}
	if found := c.Find("", time.Time{}); len(found) != 0 {
		t.Errorf("nothing typed: found %d", len(found))
	}
}

func TestTypos(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"laterne", "laterne", 0},
		{"latrne", "laterne", 1},
		{"laterene", "laterne", 1},
		{"latenre", "laterne", 1},
		{"latenrr", "laterne", 2},
		{"", "ab", 2},
		{"abc", "xyz", 3}, // more than the limit
		{"ab", "abcdef", 3},
	} {
		if got := search.Typos(tt.a, tt.b, 2); got != tt.want {
			t.Errorf("typos(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"Straße", "strasse"},
		{"MÜLL", "mull"},
		{"Muell", "mull"},
		{"Mu\u0308ll", "mull"},
		{"Café", "cafe"},
	} {
		if got := fold(tt.in); got != tt.want {
			t.Errorf("fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	c := demoCatalogue(f)
	f.Add("Die Laterne ist dunkel")
	f.Add("U-Bahn--Aufzug -")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		if got := c.Suggest(text, time.Time{}, search.Past{}); len(got.Categories) > 3 {
			t.Errorf("%d suggestions", len(got.Categories))
		}
	})
}

func BenchmarkSuggest(b *testing.B) {
	c := demoCatalogue(b)
	for b.Loop() {
		c.Suggest("Die Straßenlaterne vor dem Kindergarten ist seit drei Tagen dunkel und der Gehweg ist glatt", time.Time{}, search.Past{})
	}
}
