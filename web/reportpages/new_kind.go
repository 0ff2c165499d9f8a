package reportpages

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// unknownKind is the category of "Weiß ich nicht": a full way to the triage desk.
const unknownKind = "sonstiges"

// maxFrequent is how many of the most frequent kinds stand there.
const maxFrequent = 6

// maxTyped is how much of a text the suggestions look at.
const maxTyped = 2000

// readKind takes over a chosen category that exists, and what was searched.
func readKind(cat *categories.Catalogue, in url.Values, f *form) {
	if k := cat.ByKey(in.Get("category")); k != nil && k.Active {
		f.Category = k.Key
	}
	if _, sent := in["kindsearch"]; sent {
		f.Search = kit.Shorten(clean(in.Get("kindsearch"), false), 100)
	}
}

func (p *newPages) actKind(v *visit, in url.Values) (result, error) {
	// Enter pressed on a choice comes as the search, the form's first button
	fresh := v.form.Search != "" && v.form.Search != v.before.Search
	if in.Get("do") == "search" && (fresh || in.Get("category") == "" && in.Get("kindsearch") != "") {
		return result{stay: true, anchor: "#arten-treffer"}, nil
	}
	if v.category == nil {
		var res result
		res.wrong.Add("category", "wizard.kind.choose")
		return res, nil
	}
	if v.category.Key == unknownKind && v.form.Text == "" && len(v.photos) == 0 {
		return result{to: v.path(stepWhat) + "?need=1"}, nil
	}
	return result{}, nil
}

func (p *newPages) kindView(v *visit, f frame) (templ.Component, error) {
	view, err := p.kindProps(v, f)
	if err != nil {
		return nil, err
	}
	return kindPage(view), nil
}

func (p *newPages) kindProps(v *visit, f frame) (kindView, error) {
	view := kindView{frame: f, Search: v.form.Search, Searched: v.form.Search != ""}
	lang := v.loc.Lang()
	found, err := p.likely(v)
	if err != nil {
		return view, err
	}
	for _, s := range found.Signposts {
		view.Signposts = append(view.Signposts, v.signpost(s))
	}
	chosen := func(key string) bool { return key == v.form.Category }
	var shown []string // keys that stand above already
	option := func(k *categories.Category) kindOption {
		o := kindOption{Key: k.Key, Name: k.Name.In(lang), Icon: iconOf(k.Group), On: chosen(k.Key) && !slices.Contains(shown, k.Key)}
		shown = append(shown, k.Key)
		return o
	}
	if view.Searched {
		for _, k := range first(v.cat.Find(v.form.Search, v.local()), maxFrequent) {
			view.Hits = append(view.Hits, option(k))
		}
	}
	for _, s := range found.Categories {
		if s.Category.Key == unknownKind || slices.Contains(shown, s.Category.Key) {
			continue
		}
		o := option(s.Category)
		o.Reason = s.Message(v.loc)
		view.Likely = append(view.Likely, o)
	}
	if err := p.frequent(v, &view, option, &shown); err != nil {
		return view, err
	}
	for _, g := range v.cat.Groups {
		group := kindGroup{Key: g.Key, Name: g.Name.In(lang), Icon: iconOf(g.Key)}
		for _, k := range v.cat.InGroup(g.Key, v.local()) {
			if k.Key == unknownKind {
				continue
			}
			o := option(k)
			group.Open = group.Open || o.On
			group.Options = append(group.Options, o)
		}
		if len(group.Options) > 0 {
			view.Groups = append(view.Groups, group)
		}
	}
	view.Unknown = kindOption{Key: unknownKind, Name: v.loc.T("btn.unknown"), Icon: "question", On: chosen(unknownKind)}
	return view, nil
}

// likely are the suggestions for the text and the place, if it is known already.
func (p *newPages) likely(v *visit) (categories.Suggestions, error) {
	text := v.form.Text
	if r := []rune(text); len(r) > maxTyped {
		text = string(r[:maxTyped])
	}
	var at *subject.Point
	if v.form.placed() {
		here := v.form.point()
		at = &here
	}
	if text == "" && at == nil {
		return categories.Suggestions{}, nil
	}
	return p.Categories.Suggest(v.ctx(), text, at)
}

// frequent adds what is reported most that does not stand there yet.
func (p *newPages) frequent(v *visit, view *kindView, option func(*categories.Category) kindOption, shown *[]string) error {
	view.Here = v.form.placed()
	at := v.form.point()
	near := &at
	if !view.Here {
		near = nil
	}
	keys, err := p.Reports.Frequent(v.ctx(), near)
	if err != nil {
		return err
	}
	for _, key := range append(keys, v.byShare()...) { // in a young city what the catalogue thinks is frequent
		if len(view.Frequent) == maxFrequent {
			break
		}
		k := v.cat.ByKey(key)
		if k == nil || !k.Active || !k.Season.Holds(v.local()) || key == unknownKind || slices.Contains(*shown, key) {
			continue
		}
		view.Frequent = append(view.Frequent, option(k))
	}
	return nil
}

func (v *visit) byShare() []string {
	list := slices.Clone(v.cat.Categories)
	slices.SortStableFunc(list, func(a, b categories.Category) int { return b.Share - a.Share })
	var keys []string
	for _, k := range list {
		keys = append(keys, k.Key)
	}
	return keys
}

func first[T any](list []T, n int) []T { return list[:min(len(list), n)] }

// signpost is the short answer to what is no report. Its door to another part
// of the product is left out as long as that part does not exist; the one to
// the report is this page.
func (v *visit) signpost(s categories.Signpost) signpost {
	lang := v.loc.Lang()
	if s.Stop != "" {
		stop, ok := v.cat.Stop(s.Stop)
		if ok {
			return signpost{Title: stop.Title.In(lang), Before: stop.Text.In(lang), Tel: stop.Tel}
		}
	}
	var out signpost
	var link bool
	if out.Before, out.After, link = s.Sentences(lang); link {
		out.Link = &linkTo{s.Link.URL, s.Link.Label.In(lang)}
	}
	return out
}

// iconOf draws a group of categories.
func iconOf(group string) string {
	switch group {
	case "weg":
		return "hole"
	case "licht":
		return "lamp"
	case "sauber":
		return "bin"
	case "gruen":
		return "tree"
	case "fahr":
		return "bike"
	case "umwelt":
		return "horn"
	case "haus":
		return "home"
	}
	return "dots"
}

// suggest is the fragment that script asks for while people type. It stores
// nothing.
func (p *newPages) suggest(c kit.Context) error {
	v := &visit{c: c, loc: kit.Loc(c), actor: kit.Actor(c)}
	q, err := values(c)
	if err != nil {
		return err
	}
	if v.now, err = db.Now(v.ctx(), p.DB); err != nil {
		return err
	}
	if v.cat, err = p.Categories.Catalogue(v.ctx()); err != nil {
		return err
	}
	v.form.Text = clean(q.Get("text"), true)
	v.form.Category = clean(q.Get("category"), false)
	if at, ok := coordinates(q); ok {
		v.form.setPlace(at, "", byMap)
	}
	found, err := p.likely(v)
	if err != nil {
		return err
	}
	view := kindView{frame: frame{Page: kit.NewPage(c, "")}}
	for _, s := range found.Signposts {
		view.Signposts = append(view.Signposts, v.signpost(s))
	}
	for _, s := range found.Categories {
		if s.Category.Key != unknownKind && s.Word != "" {
			view.Likely = append(view.Likely, kindOption{
				Key: s.Category.Key, Name: s.Category.Name.In(v.loc.Lang()), Icon: iconOf(s.Category.Group),
				Reason: s.Message(v.loc), On: s.Category.Key == v.form.Category,
			})
		}
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, suggestions(view))
}
