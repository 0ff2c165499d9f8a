package categories

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
)

// pastCatalogue is the demo's with ids, as the database has it.
func pastCatalogue(t *testing.T) *Catalogue {
	t.Helper()
	c := demoCatalogue(t)
	for i := range c.Categories {
		c.Categories[i].ID = uuid.New()
	}
	return c
}

// pastOf is a past of 100 reports of each of some categories.
func pastOf(c *Catalogue, keys ...string) search.Past {
	p := search.Past{Kinds: map[uuid.UUID]search.PastKind{}}
	for _, k := range keys {
		p.Kinds[c.ByKey(k).ID] = search.PastKind{Reports: 100, Texts: 100}
		p.Reports, p.Texts = p.Reports+100, p.Texts+100
	}
	return p
}

func said(c *Catalogue, typed string, in map[string]int) search.PastWord {
	w := search.PastWord{Typed: typed, In: map[uuid.UUID]int{}}
	for key, n := range in {
		w.In[c.ByKey(key).ID] = n
		w.N += n
	}
	return w
}

func TestSuggestPast(t *testing.T) {
	t.Parallel()
	c := pastCatalogue(t)
	kinds := []string{"laterne", "graffiti", "schlagloch", "wildermuell", "spielplatz", "ampel"}
	for _, tt := range []struct {
		name, text string
		words      []search.PastWord
		want       string // the first
		reason     string
		alike      int
		word       string
	}{
		{"a word that only people use", "Hier ist alles zappenduster", []search.PastWord{said(c, "zappenduster", map[string]int{"laterne": 38})}, "laterne", "suggest.reason.past", 38, "zappenduster"},
		{"a word that all use", "Bei uns daheim", []search.PastWord{said(c, "daheim", map[string]int{"laterne": 30, "graffiti": 30, "schlagloch": 30, "wildermuell": 30, "spielplatz": 30, "ampel": 30})}, "", "", 0, ""},
		{"few have it", "ein Krawuzikapuzi", []search.PastWord{said(c, "Krawuzikapuzi", map[string]int{"laterne": 2, "graffiti": 1})}, "", "", 0, ""},
		{"the past and the catalogue agree", "Laterne dunkel", []search.PastWord{said(c, "dunkel", map[string]int{"laterne": 60, "ampel": 5})}, "laterne", "suggest.reason.past", 60, "dunkel"},
		{"the catalogue alone", "Graffiti", nil, "graffiti", "suggest.reason.word", 0, "Graffiti"},
		{"the past knows better", "Der Pfosten am Spielplatz leuchtet nicht", []search.PastWord{
			said(c, "Pfosten", map[string]int{"laterne": 40, "spielplatz": 1}), said(c, "leuchtet", map[string]int{"laterne": 70}),
		}, "laterne", "suggest.reason.past", 70, "leuchtet"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := pastOf(c, kinds...)
			p.Words = tt.words
			got := c.Suggest(tt.text, time.Time{}, p).Categories
			if tt.want == "" {
				if len(got) > 0 && got[0].Reason == "suggest.reason.past" {
					t.Errorf("%s because of %q", got[0].Category.Key, got[0].Word)
				}
				return
			}
			if len(got) == 0 {
				t.Fatal("nothing")
			}
			if s := got[0]; s.Category.Key != tt.want || s.Reason != tt.reason || s.Alike != tt.alike || s.Word != tt.word {
				t.Errorf("%s: %s, %d with %q, want %s: %s, %d with %q", s.Category.Key, s.Reason, s.Alike, s.Word, tt.want, tt.reason, tt.alike, tt.word)
			}
		})
	}
}

func TestSuggestPlace(t *testing.T) {
	t.Parallel()
	c := pastCatalogue(t)
	near := func(p search.Past, in map[string]int) search.Past {
		for key, n := range in {
			k := p.Kinds[c.ByKey(key).ID]
			k.Near, k.NearWeight = n, float64(n)/2
			p.Kinds[c.ByKey(key).ID] = k
			p.Near, p.NearWeight = p.Near+n, p.NearWeight+k.NearWeight
		}
		return p
	}
	p := near(pastOf(c, "graffiti", "laterne", "spielplatz"), map[string]int{"graffiti": 30, "laterne": 6})
	got := c.Suggest("", time.Time{}, p)
	if k := keys(got); !slices.Equal(k, []string{"graffiti", "laterne"}) {
		t.Errorf("without a text: %v", k)
	}
	for _, s := range got.Categories {
		if s.Reason != "suggest.reason.near" || s.Word != "" || s.Alike == 0 {
			t.Errorf("reason %+v", s)
		}
	}
	if s := c.Suggest("Laterne dunkel", time.Time{}, p).Categories[0]; s.Category.Key != "laterne" || s.Word == "" {
		t.Errorf("word and place: %+v", s)
	}
	// the place brings in a kind that the words alone leave behind others
	plain := keys(c.Suggest("Scherben", time.Time{}, search.Past{}))
	here := keys(c.Suggest("Scherben", time.Time{}, near(pastOf(c, "graffiti", "laterne", "spielplatz"), map[string]int{"spielplatz": 20})))
	if slices.Contains(plain, "spielplatz") && plain[0] == "spielplatz" || !slices.Contains(here, "spielplatz") {
		t.Errorf("without the place %v, with it %v", plain, here)
	}
}

// TestReasons: what people read.
func TestReasons(t *testing.T) {
	t.Parallel()
	m, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	de, en := m.For(i18n.German), m.For(i18n.English)
	for _, tt := range []struct {
		s        Suggestion
		de, engl string
	}{
		{Suggestion{Reason: "suggest.reason.past", Word: "dunkel", Alike: 38}, "Wie 38 ähnliche Meldungen mit „dunkel“", `Like 38 similar reports with "dunkel"`},
		{Suggestion{Reason: "suggest.reason.near", Alike: 1}, "Wie 1 Meldung hier in der Nähe", "Like 1 report near here"},
		{Suggestion{Reason: "suggest.reason.near", Alike: 12}, "Wie 12 Meldungen hier in der Nähe", "Like 12 reports near here"},
	} {
		if got := tt.s.Message(de); got != tt.de {
			t.Errorf("%q, want %q", got, tt.de)
		}
		if got := tt.s.Message(en); got != tt.engl {
			t.Errorf("%q, want %q", got, tt.engl)
		}
	}
}
