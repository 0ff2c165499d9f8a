package radarpages

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func stepOn(list []step) int {
	return max(0, slices.IndexFunc(list, func(s step) bool { return s.On }))
}

func currentStep(on bool) templ.Attributes {
	if on {
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}

func sortAttrs(sort string) templ.Attributes {
	if sort == "" {
		return nil
	}
	return templ.Attributes{"aria-sort": sort}
}

func sortIcon(sort string) string {
	switch sort {
	case "ascending":
		return "up"
	case "descending":
		return "down"
	}
	return "sort"
}

func followNext(on bool) string {
	if on {
		return "0"
	}
	return "1"
}

func textLang(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

// rateID is the id of a choice; errors lead to the first.
func rateID(question string, i int) string {
	id := kit.FieldID("rate." + question)
	if i > 1 {
		id += "-" + strconv.Itoa(i)
	}
	return id
}

// rateLabel is what a choice is called aloud: "1 von 5, gar nicht".
func rateLabel(p kit.Page, q questionView, i int) string {
	switch i {
	case 1:
		return p.T("radar.rate.low", "word", q.Low)
	case 5:
		return p.T("radar.rate.high", "word", q.High)
	}
	return p.T("radar.rate.of", "value", i)
}

// plainHeads are the heads of a table that can't be sorted.
func plainHeads(list []head) []head {
	out := slices.Clone(list)
	for i := range out {
		out[i].URL, out[i].Sort = "", ""
	}
	return out
}

// helpTextID is the id of a text about a request: where something is wrong with
// it, the one that errors lead to.
func helpTextID(v deskEdit, request, name string) string {
	if v.wrong(request, name) != "" {
		return kit.FieldID(name)
	}
	return kit.FieldID(name) + "-" + request
}

// wrongIn tells whether something is wrong with a text in a language.
func (v deskEdit) wrongIn(l editLang) bool {
	return v.Wrong.For("results_"+l.Key)+v.Wrong.For("yearly_"+l.Key) != "" ||
		slices.ContainsFunc(l.Texts, func(t editText) bool { return v.Wrong.For(t.Name) != "" })
}

func resultsHint(p kit.Page, lang string) string {
	if lang == "de" {
		return p.T("radardesk.hint.results")
	}
	return p.T("radardesk.hint.results.other")
}

func firstEndHint(v deskEdit) string {
	if v.FirstEnd == "" {
		return ""
	}
	return v.T("radardesk.hint.first_end", "date", v.FirstEnd)
}

// freshKey is a form's key: it is the same measure or request, however often
// the form is sent.
func freshKey() string { return subject.NewID().String() }
