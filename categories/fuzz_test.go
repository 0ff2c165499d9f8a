package categories

import (
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever a form sends as answers of any category, the outcome holds only
// questions that were asked and options that exist, and reading its answers
// again gives the same.
func FuzzEvaluate(f *testing.F) {
	c := demoCatalogue(f)
	f.Add(uint(0), "q_art=eine&q_mast=17")
	f.Add(uint(3), "q_art=eine&q_art=alle&q_text=%00%ff")
	f.Add(uint(9), "q_zahl=-1e9&q_tag=31.02.2026&q_seit=2026-13-01")
	for i := range c.Categories { // its first options
		form := url.Values{}
		for _, q := range c.Categories[i].Questions {
			value := "3"
			if len(q.Options) > 0 {
				value = q.Options[0].Key
			}
			form.Add(InputName(q.Key), value)
		}
		f.Add(uint(i), form.Encode())
	}
	f.Fuzz(func(t *testing.T, which uint, form string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		k := &c.Categories[which%uint(len(c.Categories))]
		out, wrong := Evaluate(k, FromForm(values))
		again := Answers{}
		for _, a := range out.Answers {
			if !slices.Contains(out.Shown, a.Question) {
				t.Errorf("%s: answered without having been asked", a.Question)
			}
			again[a.Question] = a.Values
		}
		for _, w := range wrong {
			if w.Key == "" || w.Name == "" {
				t.Errorf("a wrong field without a name or a sentence: %+v", w)
			}
		}
		second, _ := Evaluate(k, again)
		if diff := cmp.Diff(out, second); diff != "" {
			t.Errorf("the answers as read mean something else (-first +second):\n%s", diff)
		}
	})
}
