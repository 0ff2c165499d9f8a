package adminpages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// mostRows is how many answers the form of a question takes.
const mostRows = 42

// questionForm is a question as it is typed. Rows without words are left out
// when it is saved.
type questionForm struct {
	Was      string `form:"was" max:"64"`
	Do       string `form:"do" max:"20"`
	Rows     int    `form:"rows"`
	Key      string `form:"qkey" max:"40"`
	Type     string `form:"type" max:"10"`
	LabelDE  string `form:"label_de" max:"400"`
	LabelEN  string `form:"label_en" max:"400"`
	Required bool   `form:"required"`
	TeamOnly bool   `form:"team_only"`
	Min      *int   `form:"min"`
	Max      *int   `form:"max"`

	Options []optionForm
	When    map[string][]string // question → answers
}

type optionForm struct {
	Key, DE, EN, Stop, Route, Publish, Body, Days string
	High, Wish                                    bool
}

func (o *optionForm) empty() bool { return o.DE == "" && o.EN == "" }

// formOf is the form of a question that is there.
func formOf(k *categories.Category, q categories.Question) questionForm {
	f := questionForm{
		Was: k.Fingerprint(), Key: q.Key, Type: string(q.Type), LabelDE: q.Name[i18n.German], LabelEN: q.Name[i18n.English],
		Required: q.Required, TeamOnly: q.TeamOnly, Min: q.Min, Max: q.Max, When: map[string][]string{},
	}
	for _, o := range q.Options {
		row := optionForm{
			Key: o.Key, DE: o.Name[i18n.German], EN: o.Name[i18n.English], Stop: o.Effects.Stop, Route: o.Effects.Route,
			Publish: string(o.Effects.Publish), Body: o.Effects.Body, High: o.Effects.Prio == categories.High, Wish: o.Effects.Wish,
		}
		if o.Effects.Days > 0 {
			row.Days = strconv.Itoa(o.Effects.Days)
		}
		f.Options = append(f.Options, row)
	}
	for _, c := range q.ShownIf {
		f.When[c.Question] = c.Any
	}
	f.Rows = len(f.Options)
	return f
}

// readQuestion reads the form; what is too long or no number is a fault, and the
// rest is there all the same.
func readQuestion(c kit.Context) (questionForm, error) {
	f := questionForm{When: map[string][]string{}}
	wrong := kit.Bind(c, &f)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return f, wrong
	}
	in := c.Request().PostForm
	f.Rows = min(max(f.Rows, 0), mostRows)
	for i := range f.Rows {
		get := func(name string) string { return short(in.Get(categories.OptionField(i, name))) }
		f.Options = append(f.Options, optionForm{
			Key: get("key"), DE: get("name_de"), EN: get("name_en"), Stop: get("stop"), Route: get("route"), Publish: get("publish"), Body: get("body"),
			Days: get("days"), High: get("high") != "", Wish: get("wish") != "",
		})
	}
	for name, values := range in {
		if question, ok := strings.CutPrefix(name, "when_"); ok && len(values) <= mostRows {
			for _, v := range values {
				f.When[short(question)] = append(f.When[short(question)], short(v))
			}
		}
	}
	f.arrange()
	return f, wrong
}

func short(text string) string {
	text = kit.Clean(text, false)
	if r := []rune(text); len(r) > 400 {
		return string(r[:400])
	}
	return text
}

// arrange does what a button of a row says: one up, down, or out.
func (f *questionForm) arrange() {
	what, no, ok := strings.Cut(f.Do, "-")
	i, err := strconv.Atoi(no)
	if !ok || err != nil || i < 0 || i >= len(f.Options) {
		return
	}
	switch {
	case what == "up" && i > 0:
		f.Options[i-1], f.Options[i] = f.Options[i], f.Options[i-1]
	case what == "down" && i+1 < len(f.Options):
		f.Options[i+1], f.Options[i] = f.Options[i], f.Options[i+1]
	case what == "out":
		f.Options = slices.Delete(f.Options, i, i+1)
	}
}

// chooses tells whether a type has answers to choose from.
func chooses(t string) bool {
	return t == string(categories.One) || t == string(categories.Several) || t == string(categories.YesNo)
}

// onto puts the question into the category: in the place of the one with the
// key, or at the end.
func (f *questionForm) onto(k *categories.Category) (at int) {
	at = slices.IndexFunc(k.Questions, func(q categories.Question) bool { return q.Key == f.Key })
	q := categories.Question{}
	if at >= 0 && f.Key != "" {
		q = k.Questions[at]
	} else {
		at = -1
		q.Key = categories.KeyOf(f.LabelDE, func(s string) bool { _, taken := k.Question(s); return taken })
	}
	q.Name, q.Type, q.Required, q.TeamOnly, q.Min, q.Max = spoken(q.Name, f.LabelDE, f.LabelEN), categories.Type(f.Type), f.Required, f.TeamOnly, nil, nil
	if q.Type == categories.Number {
		q.Min, q.Max = f.Min, f.Max
	}
	before := q.Options
	q.Options = nil
	if chooses(f.Type) {
		q.Options = f.options(before)
	}
	q.ShownIf = nil
	last := at
	if at < 0 {
		last = len(k.Questions)
	}
	for _, earlier := range k.Questions[:last] { // in the order of the questions
		if chosen := f.When[earlier.Key]; len(chosen) > 0 {
			q.ShownIf = append(q.ShownIf, categories.Condition{Question: earlier.Key, Any: chosen})
		}
	}
	k.Questions = slices.Clone(k.Questions)
	if at < 0 {
		k.Questions = append(k.Questions, q)
		return len(k.Questions) - 1
	}
	k.Questions[at] = q
	return at
}

// options are the rows with words; those of yes and no are always two.
func (f *questionForm) options(before []categories.Option) []categories.Option {
	rows := f.Options
	if f.Type == string(categories.YesNo) {
		rows = yesNo(rows)
	}
	var out []categories.Option
	taken := func(key string) bool {
		return slices.ContainsFunc(out, func(o categories.Option) bool { return o.Key == key })
	}
	for i := range rows {
		r := &rows[i]
		if r.empty() {
			continue
		}
		key := r.Key
		if key == "" {
			key = categories.KeyOf(r.DE, func(s string) bool {
				return taken(s) || slices.ContainsFunc(rows, func(o optionForm) bool { return o.Key == s })
			})
		}
		var old i18n.Text
		for _, b := range before {
			if b.Key == key {
				old = b.Name
			}
		}
		o := categories.Option{Key: key, Name: spoken(old, r.DE, r.EN), Effects: categories.Effects{
			Stop: r.Stop, Route: r.Route, Publish: categories.Publish(r.Publish), Body: r.Body, Wish: r.Wish,
		}}
		if r.High {
			o.Effects.Prio = categories.High
		}
		if r.Days != "" {
			n, err := strconv.Atoi(r.Days)
			if err != nil {
				n = -1 // the check names it
			}
			o.Effects.Days = n
		}
		out = append(out, o)
	}
	return out
}

func yesNo(rows []optionForm) []optionForm {
	out := []optionForm{{Key: categories.Yes, DE: "Ja", EN: "Yes"}, {Key: categories.No, DE: "Nein", EN: "No"}}
	for i := range out {
		for _, r := range rows {
			if r.Key == out[i].Key {
				out[i] = r
				if r.empty() {
					out[i].DE, out[i].EN = []string{"Ja", "Nein"}[i], []string{"Yes", "No"}[i]
				}
			}
		}
	}
	return out
}

type questionView struct {
	kit.Page
	Category, CategoryURL string
	Action                string
	New                   bool
	In                    questionForm
	Types                 []kit.Option
	Rows                  []optionView
	When                  []whenView
	Choose, Numbers       bool
	Preview               templ.Component
	Conflict              bool
	Errors                kit.Errors
}

type optionView struct {
	optionForm

	I                             int
	Stops, Teams, Publics, Bodies []kit.Option
	Open                          bool // has effects, or an error in them
	Fixed                         bool // yes and no
}

type whenView struct {
	Name, Label string
	Options     []kit.Option
}

func (p *pages) question(c kit.Context) error {
	all, k, err := p.one(c)
	if err != nil {
		return err
	}
	key := c.Param("question")
	if key == "new" {
		return p.renderQuestion(c, http.StatusOK, all, k, questionForm{Was: k.Fingerprint(), Type: "one", When: map[string][]string{}}, nil)
	}
	q, ok := k.Question(key)
	if !ok {
		return fault.Missing("question")
	}
	return p.renderQuestion(c, http.StatusOK, all, k, formOf(k, q), nil)
}

// saveQuestion saves or takes out, or shows again what was typed with the preview
// of it: after a preview, another type, a button of a row, or a wrong entry.
func (p *pages) saveQuestion(c kit.Context) error {
	all, k, err := p.one(c)
	if err != nil {
		return err
	}
	f, wrong := readQuestion(c)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	f.Key = c.Param("question")
	if f.Key == "new" {
		f.Key = ""
	} else if _, ok := k.Question(f.Key); !ok {
		return fault.Missing("question")
	}
	if wrong == nil && (f.Do == "save" || f.Do == "out") {
		wrong = p.Categories.ChangeCategory(c.Request().Context(), kit.Actor(c), k.Key, f.Was, func(k *categories.Category) error {
			if f.Do == "out" {
				k.Questions = slices.DeleteFunc(k.Questions, func(q categories.Question) bool { return q.Key == f.Key })
				return leansOn(k, f.Key)
			}
			at := f.onto(k)
			return categories.CheckQuestion(all, k, at)
		})
		if wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, categoriesPath+"/"+k.Key+"#fragen")
		}
	}
	switch {
	case wrong == nil:
		return p.renderQuestion(c, http.StatusOK, all, k, f, nil)
	case fault.Is(wrong, fault.Conflict):
		f.Was = k.Fingerprint()
		return p.renderQuestion(c, http.StatusConflict, all, k, f, wrong)
	case fault.Is(wrong, fault.Invalid):
		return p.renderQuestion(c, http.StatusUnprocessableEntity, all, k, f, wrong)
	}
	return wrong
}

// leansOn refuses to take out a question that a later one waits for.
func leansOn(k *categories.Category, key string) error {
	for _, q := range k.Questions {
		for _, cond := range q.ShownIf {
			if cond.Question == key {
				var wrong fault.Fields
				wrong.Add("type", "admin.err.leans", "question", q.Name.In(i18n.German))
				return wrong.Err()
			}
		}
	}
	return nil
}

func (p *pages) renderQuestion(c kit.Context, status int, all *categories.Catalogue, k *categories.Category, f questionForm, wrong error) error {
	v := questionView{Page: page(c, "admin.question.new"), In: f, New: f.Key == "", Category: k.Name.In(kit.Loc(c).Lang()), CategoryURL: categoriesPath + "/" + k.Key, Conflict: fault.Is(wrong, fault.Conflict)}
	v.Action = v.CategoryURL + "/questions/" + f.Key
	if v.New {
		v.Action = v.CategoryURL + "/questions/new"
	} else {
		q, _ := k.Question(f.Key)
		v.Title = q.Name.In(v.Loc.Lang())
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	for _, t := range []categories.Type{categories.One, categories.Several, categories.YesNo, categories.Short, categories.Long, categories.Number, categories.Date, categories.Notice} {
		v.Types = append(v.Types, kit.Option{Value: string(t), Label: v.T("admin.type." + string(t)), On: f.Type == string(t)})
	}
	v.Choose, v.Numbers = chooses(f.Type), f.Type == string(categories.Number)
	v.rows(all, f)
	v.when(k, f)
	typed := *k
	f.onto(&typed)
	v.Scripts = append(v.Scripts, "admin-edit")
	var err error
	if v.Preview, err = p.Preview(v.Page, &typed); err != nil {
		return err
	}
	return kit.Render(c, status, questionPage(v))
}

// rows are the answers and two empty ones below.
func (v *questionView) rows(all *categories.Catalogue, f questionForm) {
	if !v.Choose {
		return
	}
	rows := slices.Clone(f.Options)
	fixed := f.Type == string(categories.YesNo)
	if fixed {
		rows = yesNo(rows)
	} else {
		for blank := 0; blank < 2 && len(rows) < mostRows; blank++ {
			if blank == 0 && len(rows) > 0 && rows[len(rows)-1].empty() {
				continue
			}
			rows = append(rows, optionForm{})
		}
	}
	lang := v.Loc.Lang()
	pick := func(on string, list [][2]string) []kit.Option {
		out := []kit.Option{{Label: v.T("admin.effect.none")}}
		for _, x := range list {
			out = append(out, kit.Option{Value: x[0], Label: x[1], On: x[0] == on})
		}
		return out
	}
	var stops, teams, bodies, publics [][2]string
	for _, s := range all.Stops {
		stops = append(stops, [2]string{s.Key, s.Title.In(lang)})
	}
	for _, d := range all.Departments {
		teams = append(teams, [2]string{d.Key, d.Name.In(lang)})
	}
	for _, b := range all.Outside {
		bodies = append(bodies, [2]string{b.Key, b.Name.In(lang)})
	}
	for _, x := range []string{"A", "C", "B", "P"} {
		publics = append(publics, [2]string{x, v.T("admin.publish." + x)})
	}
	for i, r := range rows {
		o := optionView{optionForm: r, I: i, Stops: pick(r.Stop, stops), Teams: pick(r.Route, teams), Publics: pick(r.Publish, publics), Bodies: pick(r.Body, bodies), Fixed: fixed}
		o.Open = r.Stop != "" || r.Route != "" || r.Publish != "" || r.Body != "" || r.Days != "" || r.High || r.Wish
		v.Rows = append(v.Rows, o)
	}
	v.In.Rows = len(rows)
}

// when are the earlier questions with answers.
func (v *questionView) when(k *categories.Category, f questionForm) {
	lang := v.Loc.Lang()
	for _, q := range k.Questions {
		if q.Key == f.Key {
			return
		}
		if len(q.Options) == 0 {
			continue
		}
		w := whenView{Name: "when_" + q.Key, Label: q.Name.In(lang)}
		for _, o := range q.Options {
			w.Options = append(w.Options, kit.Option{Value: o.Key, Label: o.Name.In(lang), On: slices.Contains(f.When[q.Key], o.Key)})
		}
		v.When = append(v.When, w)
	}
}

// effectError tells whether something in the folded part of a row is wrong.
func (v *questionView) effectError(i int) bool {
	for _, name := range []string{"stop", "route", "publish", "body", "days"} {
		if v.Errors.For(categories.OptionField(i, name)) != "" {
			return true
		}
	}
	return false
}

func optionField(i int, name string) string { return categories.OptionField(i, name) }

func numberText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
