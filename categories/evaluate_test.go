package categories

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// vector is a case that this package and web/islands/questions.ts must pass.
type vector struct {
	Name     string        `json:"name"`
	Category string        `json:"category"`
	Answers  Answers       `json:"answers"`
	Want     Outcome       `json:"want"`
	Errors   []vectorError `json:"errors"`
}

type vectorError struct {
	Name   string         `json:"name"`
	Key    string         `json:"key"`
	Params map[string]any `json:"params,omitempty"`
}

func evaluated(c *Category, a Answers) (Outcome, []vectorError) {
	out, wrong := Evaluate(c, a)
	list := []vectorError{}
	for _, f := range wrong {
		list = append(list, vectorError{f.Name, f.Key, f.Params})
	}
	return out, list
}

// asJSON makes numbers of parameters comparable with those of a file.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func vectorFile(name string) string { return filepath.Join("testdata", "questions", name) }

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(vectorFile(name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func writeGolden(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(vectorFile(name), []byte(content+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestForms keeps the rules that the browser's tests run on equal to the demo's
// catalogue.
func TestForms(t *testing.T) {
	t.Parallel()
	forms := map[string]Form{}
	for _, k := range demoCatalogue(t).Categories {
		forms[k.Key] = k.Form()
	}
	got := asJSON(t, forms)
	if *update {
		writeGolden(t, "forms.json", got)
	}
	want, err := os.ReadFile(vectorFile("forms.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), got); diff != "" {
		t.Errorf("forms.json is not what the catalogue says; run with -update (-want +got):\n%s", diff)
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	for _, file := range []string{"cases.json", "drawn.json"} {
		if *update && file == "drawn.json" {
			writeGolden(t, file, asJSON(t, drawn(t, c)))
		}
		var vectors []vector
		readVectors(t, file, &vectors)
		if len(vectors) == 0 {
			t.Errorf("%s is empty", file)
		}
		for _, v := range vectors {
			t.Run(v.Name, func(t *testing.T) {
				t.Parallel()
				k := c.ByKey(v.Category)
				if k == nil {
					t.Fatalf("no such category: %s", v.Category)
				}
				out, wrong := evaluated(k, v.Answers)
				if diff := cmp.Diff(asJSON(t, v.Want), asJSON(t, out)); diff != "" {
					t.Errorf("outcome (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(asJSON(t, v.Errors), asJSON(t, wrong)); diff != "" {
					t.Errorf("errors (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// drawn makes cases by chance: answers that exist, that do not, texts at the
// edges, questions that are not shown.
func drawn(t *testing.T, c *Catalogue) []vector {
	t.Helper()
	var list []vector
	gen := rapid.Custom(func(t *rapid.T) vector {
		k := rapid.SampledFrom(c.Categories).Draw(t, "category")
		return vector{Category: k.Key, Answers: answersOf(&k).Draw(t, "answers")}
	})
	for i := range 250 {
		v := gen.Example(i)
		v.Name = "drawn " + pad(i, 3)
		v.Want, v.Errors = evaluated(c.ByKey(v.Category), v.Answers)
		list = append(list, v)
	}
	return list
}

func answersOf(k *Category) *rapid.Generator[Answers] {
	return rapid.Custom(func(t *rapid.T) Answers {
		a := Answers{}
		for _, q := range k.Questions {
			var pool []string
			for _, o := range q.Options {
				pool = append(pool, o.Key)
			}
			most := 1
			switch q.Type {
			case Several:
				most = 3
			case Number:
				pool = []string{"0", "1", "2", "99", "100", "-3", "007", "3,5", "1234567890", "drei"}
			case Date:
				pool = []string{"2026-03-14", "14.3.2026", "14. 03. 2026", "2026-02-29", "2024-02-29", "31.4.2026", "1899-12-31", "gestern"}
			case Short, Long:
				pool = []string{"kurz", "  zwei\r\nZeilen \u00a0", "\x00\x1f", strings.Repeat("ä", 200), strings.Repeat("😀", 201), strings.Repeat("x", 2001)}
			default:
				pool = append(pool, "gibt-es-nicht")
			}
			if n := rapid.IntRange(0, most+1).Draw(t, "n"); n > 0 && rapid.IntRange(0, 3).Draw(t, "some") > 0 {
				a[q.Key] = rapid.SliceOfN(rapid.SampledFrom(pool), 1, max(1, min(n, most))).Draw(t, q.Key)
			}
		}
		if rapid.IntRange(0, 9).Draw(t, "foreign") == 0 {
			a["fremd"] = []string{"ja"}
		}
		return a
	})
}

// TestEvaluateProperties: what holds for any answers to any category.
func TestEvaluateProperties(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(c.Categories).Draw(t, "category")
		answers := answersOf(&k).Draw(t, "answers")
		out, wrong := Evaluate(&k, answers)
		if out.Publish.strictness() < k.Publish.strictness() {
			t.Fatalf("answers made %s more public than %s", out.Publish, k.Publish)
		}
		if _, ok := c.Department(out.Department); !ok {
			t.Fatalf("no such department: %s", out.Department)
		}
		for _, a := range out.Answers {
			q, ok := k.Question(a.Question)
			if !ok || q.Type == Notice || len(a.Values) == 0 || len(a.Values) > 1 && q.Type != Several {
				t.Fatalf("a wrong answer came through: %+v", a)
			}
		}
		// the answers that count lead to the same outcome again
		kept := Answers{}
		for _, a := range out.Answers {
			kept[a.Question] = a.Values
		}
		again, _ := Evaluate(&k, kept)
		if diff := cmp.Diff(out, again); diff != "" {
			t.Fatalf("kept answers lead elsewhere (-first +again):\n%s", diff)
		}
		for _, f := range wrong {
			if !strings.HasPrefix(f.Name, InputName("")) || !strings.HasPrefix(f.Key, "questions.err.") {
				t.Fatalf("odd field %+v", f)
			}
		}
	})
}

func TestTargetSwitchedOff(t *testing.T) {
	t.Parallel()
	k := *demoCatalogue(t).ByKey("radweg")
	k.TargetOn = false
	out, _ := Evaluate(&k, Answers{"art": {"scherben"}, "gefahr": {"ja"}})
	if out.Days != 0 {
		t.Errorf("a target of %d days, though it is switched off", out.Days)
	}
	if _, ok := out.Due(NewCalendar(CalendarConfig{}), time.Unix(0, 0)); ok {
		t.Error("a date, though there is no target")
	}
}

func TestRequired(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	got := map[string]string{}
	for _, k := range c.Categories {
		for _, q := range k.Questions {
			if q.Required {
				got[k.Key] += q.Key
			}
		}
	}
	want := map[string]string{
		"gehweg": "art", "radweg": "art", "gully": "art", "baustelle": "art", "laterne": "art", "ampel": "art", "schild": "art",
		"haltestelle": "was", "wildermuell": "was", "muelleimer": "art", "wertstoffinsel": "was", "strassenschmutz": "art",
		"baum": "art", "hecke": "was", "spielplatz": "art", "parkmoebel": "was", "brunnen": "art", "toilette": "art",
		"schrottrad": "was", "schrottauto": "was", "hygiene": "was", "gewaesser": "art", "leerstand": "art", "barriere": "was",
		"plakat": "art", "fehlt": "was", "queren": "was",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("required questions (-want +got):\n%s", diff)
	}
}

func TestFromForm(t *testing.T) {
	t.Parallel()
	got := FromForm(map[string][]string{"q_art": {"eine"}, "q_was": {"a", "b"}, "text": {"x"}, "csrf": {"y"}})
	if diff := cmp.Diff(Answers{"art": {"eine"}, "was": {"a", "b"}}, got); diff != "" {
		t.Error(diff)
	}
}
