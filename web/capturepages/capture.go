package capturepages

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps are what the handlers need.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Geo        *geo.Service
	// Row is a report as a row of a list (reportpages.Row).
	Row func(loc *i18n.Localizer, i *reports.Item, now time.Time) kit.Row
}

type pages struct{ Deps }

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Geo == nil || deps.Row == nil {
		return errors.New("capturepages: something of the page is missing")
	}
	p := &pages{deps}
	r.GET("/desk/capture", p.show, kit.RequireSignIn)
	r.POST("/desk/capture", p.send, kit.RequireSignIn)
	return nil
}

// form is what the clerk has typed so far.
type form struct {
	Key      uuid.UUID `form:"key"`
	Do       string    `form:"do" max:"10"`
	Channel  string    `form:"channel" max:"20"`
	Text     string    `form:"text" lines:"true"`
	Address  string    `form:"address" max:"200"`
	Place    string    `form:"place" max:"60"` // the hit that was chosen: its index in the search
	Note     string    `form:"note" max:"300"`
	Category string    `form:"category" max:"40"`
	Asked    string    `form:"asked" max:"40"` // the category whose questions were shown
	Mail     string    `form:"mail" max:"254"`
	Release  bool      `form:"release"`
}

type view struct {
	kit.Page
	In         form
	Errors     kit.Errors
	Refused    *kit.ErrorText
	Ready      bool // kinds and places are proposed
	Channels   []kit.Option
	Kinds      []kit.Option
	All        []kit.Option
	Places     []kit.Option
	Questions  []question
	Duplicates []kit.Row
	Done       *done
}

// question is one question of the category as a field.
type question struct {
	kit.FieldProps

	Kind    categories.Type
	Options []kit.Option
}

// done is what the clerk reads out.
type done struct {
	Number, Code, Path string
	Spelled            []letter
	Released           bool
	Channel            string
}

func (p *pages) show(c kit.Context) error {
	if err := reports.MayCapture(kit.Actor(c)); err != nil {
		return err
	}
	return p.render(c, http.StatusOK, p.newView(c, form{Key: subject.NewID(), Channel: "phone"}))
}

func (p *pages) newView(c kit.Context, in form) *view {
	v := &view{Page: kit.NewPage(c, "talk.capture.title"), In: in}
	v.Nav, v.Robots = "desk", "noindex"
	if in.Key == uuid.Nil {
		v.In.Key = subject.NewID()
	}
	for _, ch := range reports.CaptureChannels() {
		v.Channels = append(v.Channels, kit.Option{Value: ch, Label: v.T("talk.capture.channel." + ch), On: ch == in.Channel})
	}
	return v
}

func (p *pages) render(c kit.Context, status int, v *view) error {
	kit.NoStore(c)
	return kit.Render(c, status, capturePage(v))
}

// send proposes kinds and places first, and takes the report when both are
// there and Enter is pressed again.
func (p *pages) send(c kit.Context) error {
	actor, ctx := kit.Actor(c), c.Request().Context()
	if err := reports.MayCapture(actor); err != nil {
		return err
	}
	var in form
	bound := kit.Bind(c, &in)
	v := p.newView(c, in)
	hits, answers, err := p.propose(c, v)
	if err != nil {
		return err
	}
	if bound != nil {
		v.Errors = kit.ErrorsOf(v.Page, bound)
		return p.render(c, http.StatusUnprocessableEntity, v)
	}
	if in.Do != "save" || len(v.Errors) > 0 {
		return p.render(c, http.StatusOK, v)
	}
	if in.Asked != v.In.Category && len(v.Questions) > 0 { // its questions have not been seen yet
		return p.render(c, http.StatusOK, v)
	}
	hit := hits[v.chosen()]
	got, err := p.Reports.Capture(ctx, actor, v.In.Key, reports.Submission{
		Category: v.In.Category, Text: in.Text, Lang: i18n.German, Answers: answers, Mail: in.Mail, Channel: in.Channel,
		Place: reports.Place{Point: hit.Point, Address: addressOf(hit, in.Address), Note: in.Note},
	}, in.Release)
	if fault.Is(err, fault.Invalid) {
		if v.Errors = kit.ErrorsOf(v.Page, err); len(v.Errors) == 0 {
			said := kit.Explain(c, err)
			v.Refused = &said
		}
		return p.render(c, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	number := got.Number.Format(subject.PrefixReport)
	v.Done = &done{Number: number, Code: got.Code, Path: "/desk/reports/" + number, Spelled: spell(v.Lang, got.Code), Released: got.Released, Channel: in.Channel}
	return p.render(c, http.StatusOK, v)
}

// addressOf is the address that was found; a house number that the table does
// not know stays as it was said.
func addressOf(hit geo.Address, typed string) string {
	if hit.HouseNo == "" && strings.ContainsAny(typed, "0123456789") {
		return typed
	}
	return hit.Short()
}

// chosen is the index of the place that is on.
func (v *view) chosen() int {
	return max(0, slices.IndexFunc(v.Places, func(o kit.Option) bool { return o.On }))
}

// propose fills in what follows from text and address: likely kinds, places,
// the kind's questions, and what was reported there already.
func (p *pages) propose(c kit.Context, v *view) ([]geo.Address, categories.Answers, error) {
	ctx, loc := c.Request().Context(), v.Loc
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, nil, err
	}
	hits, err := p.Geo.SearchAddress(ctx, v.In.Address, nil, 5)
	if err != nil {
		return nil, nil, err
	}
	at, err := strconv.Atoi(cmp.Or(v.In.Place, "0"))
	if err != nil || at < 0 || at >= len(hits) {
		at = 0
	}
	var here *subject.Point
	if len(hits) > 0 {
		here = &hits[at].Point
	}
	likely, err := p.Categories.Suggest(ctx, v.In.Text, here)
	if err != nil {
		return nil, nil, err
	}
	if v.In.Category == "" && len(likely.Categories) > 0 {
		v.In.Category = likely.Categories[0].Category.Key
	}
	if v.In.Category == "" {
		v.In.Category = "sonstiges"
	}
	for _, l := range likely.Categories {
		v.Kinds = append(v.Kinds, kit.Option{Value: l.Category.Key, Label: l.Category.Name.In(loc.Lang()), On: l.Category.Key == v.In.Category})
	}
	for _, k := range cat.Categories {
		v.All = append(v.All, kit.Option{Value: k.Key, Label: k.Name.In(loc.Lang()), On: k.Key == v.In.Category})
	}
	for i, h := range hits {
		label := h.Short()
		if h.District.Name != "" {
			label += ", " + h.District.Name
		}
		v.Places = append(v.Places, kit.Option{Value: strconv.Itoa(i), Label: label, On: i == at})
	}
	if len(hits) == 0 {
		v.Errors = append(v.Errors, kit.FieldError{Name: "address", Text: loc.T("talk.capture.no_place")})
	}
	v.Ready = true
	k := cat.ByKey(v.In.Category)
	if k == nil {
		return hits, nil, nil
	}
	answers := p.answers(c, k)
	v.Questions = questionsOf(v, k, answers)
	if len(hits) > 0 {
		now, err := db.Now(ctx, p.DB)
		if err != nil {
			return nil, nil, err
		}
		near, err := p.Reports.Nearby(ctx, accounts.Actor{}, hits[at].Point, k.Key, v.In.Text)
		if err != nil {
			return nil, nil, err
		}
		for i := range near {
			row := p.Row(loc, &near[i], now)
			row.Level, row.Image = 3, ""
			v.Duplicates = append(v.Duplicates, row)
		}
	}
	return hits, answers, nil
}

// answers are the entries of the kind's questions.
func (p *pages) answers(c kit.Context, k *categories.Category) categories.Answers {
	a := categories.Answers{}
	for i := range k.Questions {
		key := k.Questions[i].Key
		for _, raw := range c.Request().PostForm[categories.InputName(key)] {
			if text := kit.Clean(raw, k.Questions[i].Type == categories.Long); text != "" && len(a[key]) < 20 {
				a[key] = append(a[key], text)
			}
		}
	}
	return a
}

// questionsOf are the questions that are to be asked with these answers.
func questionsOf(v *view, k *categories.Category, answers categories.Answers) []question {
	out, wrong := categories.Evaluate(k, answers)
	asked := v.In.Do == "save" && v.In.Asked == k.Key
	var list []question
	for i := range k.Questions {
		q := &k.Questions[i]
		if !slices.Contains(out.Shown, q.Key) {
			continue
		}
		one := question{Kind: q.Type, FieldProps: kit.FieldProps{
			Name: categories.InputName(q.Key), Label: q.Name.In(v.Loc.Lang()), Small: true, Optional: !q.Required, Required: q.Required,
		}}
		if len(answers[q.Key]) > 0 {
			one.Value = answers[q.Key][0]
		}
		for _, w := range wrong {
			if asked && (w.Name == one.Name || w.Name == q.Key) {
				one.Error = v.T(w.Key)
			}
		}
		if q.Type == categories.One || q.Type == categories.YesNo {
			one.Options = append(one.Options, kit.Option{Label: v.T("talk.capture.choose"), On: one.Value == ""})
		}
		for _, o := range q.Options {
			one.Options = append(one.Options, kit.Option{Value: o.Key, Label: o.Name.In(v.Loc.Lang()), On: slices.Contains(answers[q.Key], o.Key)})
		}
		list = append(list, one)
	}
	return list
}
