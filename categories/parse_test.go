package categories

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// demoFile is the demo city's catalogue.
func demoFile(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "demo", "catalogue.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func demoCatalogue(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Parse(demoFile(t))
	if err != nil {
		t.Fatalf("the demo's catalogue:\n%v", err)
	}
	return c
}

// sameCatalogue compares what a file can hold: not the ids of rows.
var sameCatalogue = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreUnexported(Catalogue{}),
	cmpopts.IgnoreFields(Department{}, "ID"),
	cmpopts.IgnoreFields(Group{}, "ID"),
	cmpopts.IgnoreFields(Category{}, "ID"),
	cmpopts.IgnoreFields(Question{}, "ID"),
	cmpopts.IgnoreFields(Signpost{}, "ID"),
}

func TestDemoCatalogue(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	questions, share := 0, 0
	var quiet, wishes, private []string
	for _, k := range c.Categories {
		share += k.Share
		for _, q := range k.Questions {
			if !q.Common {
				questions++
			}
		}
		if k.Quiet {
			quiet = append(quiet, k.Key)
		}
		if k.Wish {
			wishes = append(wishes, k.Key)
		}
		if k.Publish == PublishNever {
			private = append(private, k.Key)
		}
	}
	got := []int{len(c.Departments), len(c.Outside), len(c.Groups), len(c.Categories), questions, share, len(c.Stops), len(c.Signposts)}
	if want := []int{19, 7, 8, 36, 92, 1000, 19, 10}; !slices.Equal(got, want) {
		t.Errorf("departments, outside, groups, categories, questions, share, stops, signposts: %v, want %v", got, want)
	}
	if want := []string{"laerm", "ratten", "hygiene", "leerstand"}; !slices.Equal(quiet, want) {
		t.Errorf("quiet: %v", quiet)
	}
	if want := []string{"fehlt", "queren"}; !slices.Equal(wishes, want) {
		t.Errorf("wishes: %v", wishes)
	}
	if want := []string{"laerm", "ratten", "hygiene", "leerstand", "plakat"}; !slices.Equal(private, want) {
		t.Errorf("private: %v", private)
	}
	if c.Unknown().Key != "sonstiges" {
		t.Errorf("unknown: %s", c.Unknown().Key)
	}
	k := c.ByKey("laterne")
	q, _ := k.Question("zahl")
	if len(q.ShownIf) != 1 || q.ShownIf[0].Question != "art" || *q.Min != 2 || *q.Max != 99 {
		t.Errorf("laterne.zahl: %+v", q)
	}
	q, _ = k.Question("art")
	o, _ := q.Option("kabel")
	if want := (Effects{Stop: "strom", Prio: High, Days: 1}); o.Effects != want || !q.Required {
		t.Errorf("laterne.art: %+v, required %t", o, q.Required)
	}
	if o.Name.In(i18n.English) != "Cable or open hatch visible" {
		t.Errorf("english: %q", o.Name.In(i18n.English))
	}
}

func TestWriteRoundTrip(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	raw, err := Write(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(raw)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	if diff := cmp.Diff(c, again, sameCatalogue); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s", diff)
	}
}

// small is a catalogue that one test after the other breaks.
const small = `departments:
  bau: {de: Bau, en: Works, door: desk, does: Straßen, hours: "Mo-Fr 08:00-12:00"}
outside:
  privat: {de: Eigentümer, en: Owner, area: Grund, forward: none}
groups:
  weg: {de: Weg, en: Path}
common:
  gefahr: {type: one, de: Gefahr, en: Danger, opt: ["nein|Nein|No", "ja|Ja|Yes|stop=rufen,prio=high"]}
categories:
- key: loch
  group: weg
  de: Loch
  en: Hole
  dept: bau
  days: 5
  vis: A
  q:
  - {id: art, type: one, de: Was, en: What, opt: ["a|A|A|nr=privat", "b|B|B|route=bau,vis=P,days=2,kind=wunsch"]}
  - {id: zahl, type: number, when: "art=a|b", min: 1, max: 9, de: Wie viele, en: How many}
  - gefahr
stops:
  rufen: {hard: false, tel: ["112"], de: ["Rufen", "Jetzt"], en: ["Call", "Now"]}
signposts:
  gas: {words: [Gas], stop: rufen}
`

func TestParseProblems(t *testing.T) {
	t.Parallel()
	if _, err := Parse([]byte(small)); err != nil {
		t.Fatalf("the small catalogue must be right:\n%v", err)
	}
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown key at the top", "groups:\n", "colours: {}\ngroups:\n", "line 5: colours: unknown key"},
		{"unknown key of a category", "  days: 5\n", "  tage: 5\n", "line 15: categories.loch.tage: unknown key"},
		{"duplicate key", "  days: 5\n", "  days: 5\n  days: 6\n", "line 16: categories.loch.days: stands here twice"},
		{"duplicate category", "stops:\n", "- {key: loch, group: weg, de: L, en: H, dept: bau, vis: A}\nstops:\n", "line 21: categories.loch: stands here twice"},
		{"duplicate question", "  - gefahr\n", "  - gefahr\n  - gefahr\n", "categories.loch.q.gefahr: stands here twice"},
		{"duplicate option", `"b|B|B|route`, `"a|B|B|route`, "opt.a: stands here twice"},
		{"no such group", "group: weg", "group: wald", "line 10: categories.loch.group: no such group: wald"},
		{"no such department", "dept: bau", "dept: bu", "line 10: categories.loch.dept: no such department: bu"},
		{"dangling route", "route=bau", "route=bu", "line 18: categories.loch.q.art.b: no such department: bu"},
		{"dangling stop", "stop=rufen", "stop=ruf", "line 20: categories.loch.q.gefahr.ja: no such stop page: ruf"},
		{"dangling body", "nr=privat", "nr=bahn", "no such outside body: bahn"},
		{"dangling signpost", "stop: rufen", "stop: ruf", "signposts.gas.stop: no such stop page: ruf"},
		{"dangling common question", "  - gefahr\n", "  - gefar\n", "line 20: categories.loch.q: no such common question: gefar"},
		{"when a question that is not there", "art=a|b", "was=a", "line 19: categories.loch.q.zahl.when: no earlier question: was"},
		{"when an answer that is not there", "art=a|b", "art=c", "the question art has no answer c"},
		{"when depends on itself", "art=a|b", "zahl=a", "no earlier question: zahl"},
		{"when is no condition", "art=a|b", "art", "must be question=answer"},
		{"unknown effect", "prio=high", "color=red", `unknown effect: "color"`},
		{"effect twice", "route=bau,vis=P", "route=bau,route=bau", "the effect route stands here twice"},
		{"wrong value of an effect", "vis=P", "vis=X", `the effect vis can't be "X"`},
		{"days of an effect", "days=2", "days=0", `the effect days can't be "0"`},
		{"low priority", "prio=high", "prio=low", `the effect prio can't be "low"`},
		{"option without English", `"nein|Nein|No"`, `"nein|Nein"`, "key|German|English|effects"},
		{"wrong type", "type: number", "type: numbr", `"numbr" is none of`},
		{"wrong visibility", "vis: A", "vis: D", `"D" is none of P, A, B, C`},
		{"missing name", "  en: Hole\n", "", "categories.loch.en: is missing"},
		{"days as text", "days: 5", `days: "5"`, "must be a whole number from 1 to 999"},
		{"number as name", "de: Loch", "de: 12", "must be a text (put it in quotes)"},
		{"min above max", "min: 1, max: 9", "min: 9, max: 1", "min is larger than max"},
		{"a key that is no key", "key: loch", "key: Loch", `"Loch" is no key`},
		{"opening hours", "Mo-Fr 08:00-12:00", "Mo-Fr 12:00-08:00", "departments.bau.hours: opening hours are written like"},
		{"telephone", `tel: ["112"]`, `tel: ["eins"]`, `"eins" is no telephone number`},
		{"anchor", "  weg: {de: Weg, en: Path}", "  weg: &x {de: Weg, en: Path}", "anchors and aliases"},
		{"two documents", "departments:\n", "---\na: b\n---\ndepartments:\n", "more than one document"},
		{"no list", "  q:\n", "  words: Loch\n  q:\n", "categories.loch.words: must be a list"},
		{"bad yaml", "groups:\n", "groups: [\n", "line "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(small, tt.old) == 0 {
				t.Fatalf("%q is not in the small catalogue", tt.old)
			}
			_, err := Parse([]byte(strings.Replace(small, tt.old, tt.new, 1)))
			if _, ok := errors.AsType[FileErrors](err); !ok {
				t.Fatalf("got %v, want problems", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got:\n%v\nwant %q", err, tt.want)
			}
		})
	}
}

func TestParseNamesEveryProblem(t *testing.T) {
	t.Parallel()
	broken := strings.NewReplacer("group: weg", "group: wald", "prio=high", "prio=low", "vis: A", "vis: D").Replace(small)
	_, err := Parse([]byte(broken))
	problems, ok := errors.AsType[FileErrors](err)
	if !ok || len(problems) != 3 {
		t.Fatalf("got %v, want three problems", err)
	}
	if !slices.IsSortedFunc(problems, func(a, b Problem) int { return a.Line - b.Line }) {
		t.Errorf("not in the order of the lines: %v", problems)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("categories: []"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("categories:\n- {key: a, when: \"x=\"}"))
	f.Add([]byte(strings.Replace(small, `"a|A|A|nr=privat"`, `{id: a, de: "x|y", en: "z", de-x-leicht: "w", do: "days=3"}`, 1)))
	f.Add([]byte(strings.Replace(small, "days: 5", "words: {de: [a], en: [b]}\n  season: 11-01..03-31\n  retention: {text: 5}\n  target: false", 1)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Parse(raw)
		if err != nil {
			return
		}
		out, err := Write(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(out)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(c, again, sameCatalogue); diff != "" {
			t.Errorf("written and read again (-want +got):\n%s\n%s", diff, out)
		}
	})
}
