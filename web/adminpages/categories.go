package adminpages

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

type categoriesView struct {
	kit.Page
	Groups []groupRow
}

type groupRow struct {
	Name string
	Rows []categoryRow
}

type categoryRow struct {
	URL, Name, Department, Publish, Target, Questions string
	Off                                               bool
}

const categoriesPath = "/desk/admin/categories"

func (p *pages) catalogue(c kit.Context) (*categories.Catalogue, error) {
	if err := accounts.May(kit.Actor(c), accounts.ManageDepartments); err != nil {
		return nil, err
	}
	return p.Categories.Catalogue(c.Request().Context())
}

// categories lists all by group, those that are switched off included.
func (p *pages) categories(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	v := categoriesView{Page: page(c, "admin.categories")}
	lang := v.Loc.Lang()
	for _, g := range all.Groups {
		row := groupRow{Name: g.Name.In(lang)}
		for _, k := range all.All() {
			if k.Group != g.Key {
				continue
			}
			d, _ := all.Department(k.Department)
			r := categoryRow{
				URL: categoriesPath + "/" + k.Key, Name: k.Name.In(lang), Department: d.Name.In(lang), Off: !k.Active,
				Publish: string(k.Publish), Target: v.T("admin.category.notarget"), Questions: v.T("admin.category.nquestions", "n", len(k.Questions)),
			}
			if n := k.TargetDays(); n > 0 {
				r.Target = v.T("admin.category.ndays", "n", n)
			}
			row.Rows = append(row.Rows, r)
		}
		v.Groups = append(v.Groups, row)
	}
	return kit.Render(c, http.StatusOK, categoriesPage(v))
}

// categoryInput is the form of a category without its questions.
type categoryInput struct {
	Was         string `form:"was" max:"64"`
	Do          string `form:"do" max:"20"`
	Key         string `form:"key" max:"40"`
	NameDE      string `form:"name_de" max:"200"`
	NameEN      string `form:"name_en" max:"200"`
	Group       string `form:"group" max:"40"`
	Department  string `form:"department" max:"40"`
	Publish     string `form:"publish" max:"1"`
	Photo       string `form:"photo" max:"1"`
	Days        int    `form:"days"`
	TargetOn    bool   `form:"target_on"`
	NearM       int    `form:"near_m"`
	NearDays    int    `form:"near_days"`
	WordsDE     string `form:"words_de" max:"2000"`
	WordsEN     string `form:"words_en" max:"2000"`
	KeepText    int    `form:"keep_text"`
	KeepPhoto   int    `form:"keep_photo"`
	KeepContact int    `form:"keep_contact"`
	Active      bool   `form:"active"`
}

func inputOf(k *categories.Category) categoryInput {
	return categoryInput{
		Was: k.Fingerprint(), Key: k.Key, NameDE: k.Name[i18n.German], NameEN: k.Name[i18n.English], Group: k.Group, Department: k.Department,
		Publish: string(k.Publish), Photo: string(k.Photo), Days: k.Days, TargetOn: k.TargetOn, NearM: k.NearM, NearDays: k.NearDays,
		WordsDE: strings.Join(k.Words[i18n.German], ", "), WordsEN: strings.Join(k.Words[i18n.English], ", "),
		KeepText: k.Retention.Text, KeepPhoto: k.Retention.Photo, KeepContact: k.Retention.Contact, Active: k.Active,
	}
}

// onto writes the form into a category; languages that it does not ask for stay.
func (in *categoryInput) onto(k *categories.Category) {
	k.Name = spoken(k.Name, in.NameDE, in.NameEN)
	k.Group, k.Department, k.Publish, k.Photo = in.Group, in.Department, categories.Publish(in.Publish), categories.Photo(in.Photo)
	k.Days, k.TargetOn, k.NearM, k.NearDays = in.Days, in.TargetOn, in.NearM, in.NearDays
	words := map[string][]string{}
	maps.Copy(words, k.Words)
	for lang, text := range map[string]string{i18n.German: in.WordsDE, i18n.English: in.WordsEN} {
		delete(words, lang)
		if list := commas(text); len(list) > 0 {
			words[lang] = list
		}
	}
	k.Words = words
	k.Retention = categories.Retention{Text: in.KeepText, Photo: in.KeepPhoto, Contact: in.KeepContact}
	k.Active = in.Active
}

// spoken is a text with other German and English words.
func spoken(t i18n.Text, de, en string) i18n.Text {
	out := i18n.Text{}
	maps.Copy(out, t)
	for lang, text := range map[string]string{i18n.German: de, i18n.English: en} {
		delete(out, lang)
		if text != "" {
			out[lang] = text
		}
	}
	return out
}

func commas(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

type categoryView struct {
	kit.Page
	Heading   string
	Action    string
	New       bool
	In        categoryInput
	Groups    []kit.Option
	Teams     []kit.Option
	Publish   []kit.Option
	Photos    []kit.Option
	Questions []questionRow
	Preview   templ.Component
	Conflict  bool
	Errors    kit.Errors
}

type questionRow struct {
	URL, Move, Key, Label, Type, When string
	First, Last                       bool
}

func (p *pages) newCategory(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	d := categories.DefaultRetention()
	in := categoryInput{Publish: "A", Photo: "o", Days: 5, TargetOn: true, KeepText: d.Text, KeepPhoto: d.Photo, KeepContact: d.Contact, Active: true}
	return p.renderCategory(c, http.StatusOK, all, &categories.Category{}, in, nil)
}

func (p *pages) category(c kit.Context) error {
	all, k, err := p.one(c)
	if err != nil {
		return err
	}
	return p.renderCategory(c, http.StatusOK, all, k, inputOf(k), nil)
}

// one is the category that the address names.
func (p *pages) one(c kit.Context) (*categories.Catalogue, *categories.Category, error) {
	all, err := p.catalogue(c)
	if err != nil {
		return nil, nil, err
	}
	k := all.ByKey(c.Param("key"))
	if k == nil {
		return nil, nil, fault.Missing("category")
	}
	return all, k, nil
}

func (p *pages) saveNewCategory(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	var in categoryInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		k := categories.Category{Key: in.Key}
		in.onto(&k)
		if k.Key == "" {
			k.Key = categories.KeyOf(in.NameDE, func(s string) bool { return all.ByKey(s) != nil })
		}
		if wrong = p.Categories.AddCategory(c.Request().Context(), kit.Actor(c), k); wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, categoriesPath+"/"+k.Key)
		}
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	return p.renderCategory(c, http.StatusUnprocessableEntity, all, &categories.Category{}, in, wrong)
}

// saveCategory saves, or shows again what was typed with the preview of it.
func (p *pages) saveCategory(c kit.Context) error {
	all, k, err := p.one(c)
	if err != nil {
		return err
	}
	var in categoryInput
	wrong := kit.Bind(c, &in)
	if wrong == nil && in.Do != "preview" {
		wrong = p.Categories.ChangeCategory(c.Request().Context(), kit.Actor(c), k.Key, in.Was, func(k *categories.Category) error {
			in.onto(k)
			return nil
		})
		if wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, categoriesPath+"/"+k.Key)
		}
	}
	return p.categoryAgain(c, all, k, in, wrong)
}

func (p *pages) categoryAgain(c kit.Context, all *categories.Catalogue, k *categories.Category, in categoryInput, wrong error) error {
	typed := *k
	in.onto(&typed)
	switch {
	case wrong == nil:
		return p.renderCategory(c, http.StatusOK, all, &typed, in, nil)
	case fault.Is(wrong, fault.Conflict):
		in.Was = k.Fingerprint()
		return p.renderCategory(c, http.StatusConflict, all, &typed, in, wrong)
	case fault.Is(wrong, fault.Invalid):
		return p.renderCategory(c, http.StatusUnprocessableEntity, all, &typed, in, wrong)
	}
	return wrong
}

func (p *pages) renderCategory(c kit.Context, status int, all *categories.Catalogue, k *categories.Category, in categoryInput, wrong error) error {
	v := categoryView{Page: page(c, "admin.category.new"), In: in, New: k.Key == "", Action: categoriesPath + "/" + k.Key, Conflict: fault.Is(wrong, fault.Conflict)}
	lang := v.Loc.Lang()
	v.Heading = v.Title
	if v.New {
		v.Action = categoriesPath + "/new"
	} else {
		v.Heading = all.ByKey(k.Key).Name.In(lang)
		v.Title = v.Heading
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	for _, g := range all.Groups {
		v.Groups = append(v.Groups, kit.Option{Value: g.Key, Label: g.Name.In(lang), On: g.Key == in.Group})
	}
	for _, d := range all.Departments {
		v.Teams = append(v.Teams, kit.Option{Value: d.Key, Label: d.Name.In(lang), On: d.Key == in.Department})
	}
	for _, x := range []string{"A", "C", "B", "P"} {
		v.Publish = append(v.Publish, kit.Option{Value: x, Label: v.T("admin.publish." + x), On: in.Publish == x})
	}
	for _, x := range []string{"e", "o", "n"} {
		v.Photos = append(v.Photos, kit.Option{Value: x, Label: v.T("admin.photo." + x), On: in.Photo == x})
	}
	if !v.New {
		for i := range k.Questions {
			q := &k.Questions[i]
			path := v.Action + "/questions/" + q.Key
			v.Questions = append(v.Questions, questionRow{
				URL: path, Move: path + "/move", Key: q.Key, Label: q.Name.In(lang), Type: v.T("admin.type." + string(q.Type)),
				When: whenText(v.Page, k, q), First: i == 0, Last: i == len(k.Questions)-1,
			})
		}
		v.Scripts = append(v.Scripts, "admin-edit")
		var err error
		if v.Preview, err = p.Preview(v.Page, k); err != nil {
			return err
		}
	}
	return kit.Render(c, status, categoryPage(v))
}

// whenText says in words when a question is asked; "" for always.
func whenText(p kit.Page, k *categories.Category, q *categories.Question) string {
	lang := p.Loc.Lang()
	var parts []string
	for _, cond := range q.ShownIf {
		earlier, ok := k.Question(cond.Question)
		if !ok {
			continue
		}
		var answers []string
		for _, a := range cond.Any {
			if o, ok := earlier.Option(a); ok {
				answers = append(answers, o.Name.In(lang))
			}
		}
		parts = append(parts, p.T("admin.question.when", "question", earlier.Name.In(lang), "answers", strings.Join(answers, " / ")))
	}
	return strings.Join(parts, " ")
}

// moveQuestion puts a question one place up or down.
func (p *pages) moveQuestion(c kit.Context) error {
	_, k, err := p.one(c)
	if err != nil {
		return err
	}
	var in struct {
		Was string `form:"was" max:"64"`
		To  string `form:"to" max:"5"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	err = p.Categories.ChangeCategory(c.Request().Context(), kit.Actor(c), k.Key, in.Was, func(k *categories.Category) error {
		return k.MoveQuestion(c.Param("question"), in.To == "up")
	})
	if fault.Is(err, fault.Invalid) { // one question leans on the other
		kit.Flash(c, "warning", "admin.question.order")
		return kit.Redirect(c, categoriesPath+"/"+k.Key+"#fragen")
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, categoriesPath+"/"+k.Key+"#fragen")
}
