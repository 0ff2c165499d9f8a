package reportpages

import (
	"encoding/json"
	"net/url"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo"
	"github.com/mitwirk/mitwirk/drafts"
)

// What the steps of the way to report make of any form can be kept as a draft,
// and comes back from it as it was.
func FuzzForm(f *testing.F) {
	cat, err := categories.Parse(demo.Catalogue)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("text=Die+Lampe+ist+dunkel&category=laterne&kindsearch=lampe&q_art=eine", `{}`)
	f.Add("note=neben+dem+Baum&sure=1&lon=11.5755&lat=48.1374&do=pii-remove", `{"text":"0176 1234567","mail":"a@b.example"}`)
	f.Add("text=%ff%00%0d%0a&lon=NaN&lat=1e999", `{"lon":1e308,"lat":"x","answers":{"laterne":{"art":[null]}},"accuracy":-1}`)
	f.Fuzz(func(t *testing.T, typed, kept string) {
		in, err := url.ParseQuery(typed)
		if err != nil {
			return
		}
		var body drafts.Body
		if json.Unmarshal([]byte(kept), &body) != nil {
			return
		}
		form := readForm(body)
		readWhat(cat, in, &form)
		readPlace(in, &form)
		readCheck(in, &form)
		if c := cat.ByKey(form.Category); c != nil {
			form.setAnswers(c, in)
		}
		if at, ok := coordinates(in); ok {
			form.setPlace(at, "", byMap)
		}
		for _, n := range []int{metres(in.Get("accuracy")), form.Accuracy} {
			if n < 0 && form.Accuracy == n && len(body["accuracy"]) == 0 {
				t.Errorf("%d metres", n)
			}
		}
		if !utf8.ValidString(form.Text) || !utf8.ValidString(form.Note) {
			t.Errorf("%q, %q can't be stored", form.Text, form.Note)
		}
		if form.placed() && !form.point().Valid() {
			t.Errorf("%v is no place", form.point())
		}
		stored, err := form.changes(&readEmpty)
		if err != nil {
			t.Fatalf("can't be kept: %v", err)
		}
		if again := readForm(stored); !reflect.DeepEqual(plainForm(again), plainForm(form)) {
			t.Errorf("kept as %s, comes back as %+v instead of %+v", stored, again, form)
		}
	})
}

var readEmpty = readForm(nil) //nolint:gochecknoglobals // a constant in all but name

// plainForm is a form without the difference between nothing and an empty list.
func plainForm(f form) form {
	if len(f.Answers) == 0 {
		f.Answers = nil
	}
	for key, answers := range f.Answers {
		for q, values := range answers {
			if len(values) == 0 {
				answers[q] = nil
			}
		}
		if len(answers) == 0 {
			f.Answers[key] = nil
		}
	}
	return f
}
