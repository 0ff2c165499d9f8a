package radarpages

import (
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

var noTally votes.Tally //nolint:gochecknoglobals // the zero value

// editForm is a measure as it stands in a form: lines as in tables.
type editForm struct {
	Field, Status, Stage          string
	Texts                         map[string]map[string]string // language, name
	Results, Yearly               map[string]string            // by language
	Estimate, Budget              string
	Start, End, FirstEnd, RealEnd string
	Lead, Partners, Contact       string
	Links, Districts, Tags, SDGs  string
	Remark                        string
	Version                       int
}

// columnsOf are the names of the form's other fields: those of tables.
func (f *editForm) columns() map[string]*string {
	return map[string]*string{
		"field": &f.Field, "status": &f.Status, "stage": &f.Stage, "estimate": &f.Estimate, "budget": &f.Budget, "start": &f.Start, "end": &f.End,
		"first_end": &f.FirstEnd, "real_end": &f.RealEnd, "lead": &f.Lead, "partners": &f.Partners, "contact": &f.Contact, "links": &f.Links,
		"districts": &f.Districts, "tags": &f.Tags, "sdgs": &f.SDGs,
	}
}

// formOf is a document as a form.
func formOf(c *radar.Content) editForm {
	cells := radar.Cells(c)
	f := editForm{Texts: map[string]map[string]string{}, Results: map[string]string{}, Yearly: map[string]string{}}
	for name, to := range f.columns() {
		*to = cells[name]
	}
	for _, lang := range radar.Languages() {
		f.Texts[lang] = map[string]string{}
		for _, name := range radar.TextNames() {
			f.Texts[lang][name] = cells[radar.Column(name, lang)]
		}
		f.Results[lang], f.Yearly[lang] = cells[radar.Column("results", lang)], cells[radar.Column("yearly", lang)]
	}
	return f
}

// readForm reads what was sent; names are those of radar.Column.
func readForm(c kit.Context) editForm {
	get := func(name string) string { return kit.Clean(c.FormValue(name), true) }
	f := editForm{Texts: map[string]map[string]string{}, Results: map[string]string{}, Yearly: map[string]string{}, Remark: get("remark")}
	f.Version, _ = strconv.Atoi(c.FormValue("version"))
	for name, to := range f.columns() {
		*to = get(name)
	}
	for _, lang := range radar.Languages() {
		f.Texts[lang] = map[string]string{}
		for _, name := range radar.TextNames() {
			f.Texts[lang][name] = get(name + "_" + lang)
		}
		f.Results[lang], f.Yearly[lang] = get("results_"+lang), get("yearly_"+lang)
	}
	return f
}

// content is the form as a document. What can't be read is a wrong field.
func (f *editForm) content() (*radar.Content, error) {
	cells := map[string]string{}
	for name, from := range f.columns() {
		cells[name] = *from
	}
	for _, lang := range radar.Languages() {
		for name, text := range f.Texts[lang] {
			cells[radar.Column(name, lang)] = text
		}
		cells[radar.Column("results", lang)], cells[radar.Column("yearly", lang)] = f.Results[lang], f.Yearly[lang]
	}
	c, bad := radar.FromCells(cells)
	var wrong fault.Fields
	for _, b := range bad {
		field := fault.Field{Name: strings.Replace(b.Column, "_leicht", "_de-x-leicht", 1), Key: b.Key, Params: b.Params}
		wrong = append(wrong, field)
	}
	return c, wrong.Err()
}
