package adminpages

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

const stopsPath = "/desk/admin/stops"

type stopsView struct {
	kit.Page
	Rows []stopLine
}

type stopLine struct{ URL, Title, Ends, Tel, Used string }

// stopInput is the form of a stop page.
type stopInput struct {
	Was       string `form:"was" max:"64"`
	Do        string `form:"do" max:"20"`
	Key       string `form:"key" max:"40"`
	TitleDE   string `form:"title_de" max:"300"`
	TitleEN   string `form:"title_en" max:"300"`
	TitleEasy string `form:"title_de-x-leicht" max:"300"`
	TextDE    string `form:"text_de" max:"1200"`
	TextEN    string `form:"text_en" max:"1200"`
	TextEasy  string `form:"text_de-x-leicht" max:"1200"`
	Tel       string `form:"tel" max:"200"`
	Hard      bool   `form:"hard"`
}

func stopInputOf(s *categories.Stop) stopInput {
	return stopInput{
		Was: s.Fingerprint(), Key: s.Key, TitleDE: s.Title[i18n.German], TitleEN: s.Title[i18n.English], TitleEasy: s.Title[i18n.Easy],
		TextDE: s.Text[i18n.German], TextEN: s.Text[i18n.English], TextEasy: s.Text[i18n.Easy], Tel: strings.Join(s.Tel, ", "), Hard: s.Hard,
	}
}

func (in *stopInput) onto(s *categories.Stop) {
	s.Title, s.Text = spoken(s.Title, in.TitleDE, in.TitleEN), spoken(s.Text, in.TextDE, in.TextEN)
	for t, easy := range map[*i18n.Text]string{&s.Title: in.TitleEasy, &s.Text: in.TextEasy} {
		delete(*t, i18n.Easy)
		if easy != "" {
			(*t)[i18n.Easy] = easy
		}
	}
	s.Tel, s.Hard = commas(in.Tel), in.Hard
}

type stopView struct {
	kit.Page
	Heading, Action string
	New, Conflict   bool
	Used            []string
	In              stopInput
	Preview         templ.Component
	Errors          kit.Errors
}

// stops lists the pages that come before a report goes on.
func (p *pages) stops(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	v := stopsView{Page: page(c, "admin.stops")}
	for _, s := range all.Stops {
		line := stopLine{
			URL: stopsPath + "/" + s.Key, Title: s.Title.In(v.Loc.Lang()), Ends: v.T("admin.stop.goes"), Tel: strings.Join(s.Tel, ", "), Used: v.T("admin.stop.unused"),
		}
		if s.Hard {
			line.Ends = v.T("admin.stop.ends")
		}
		if used := all.LeadTo(s.Key); len(used) > 0 {
			line.Used = v.T("admin.stop.used", "list", strings.Join(used, ", "))
		}
		v.Rows = append(v.Rows, line)
	}
	return kit.Render(c, http.StatusOK, stopsPage(v))
}

func (p *pages) oneStop(c kit.Context) (*categories.Catalogue, categories.Stop, error) {
	all, err := p.catalogue(c)
	if err != nil {
		return nil, categories.Stop{}, err
	}
	s, ok := all.Stop(c.Param("key"))
	if !ok {
		return nil, s, fault.Missing("stop page")
	}
	return all, s, nil
}

func (p *pages) newStop(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	return p.renderStop(c, http.StatusOK, all, categories.Stop{}, stopInput{}, nil)
}

func (p *pages) stop(c kit.Context) error {
	all, s, err := p.oneStop(c)
	if err != nil {
		return err
	}
	return p.renderStop(c, http.StatusOK, all, s, stopInputOf(&s), nil)
}

func (p *pages) saveNewStop(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	var in stopInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		s := categories.Stop{Key: in.Key}
		in.onto(&s)
		if s.Key == "" {
			s.Key = categories.KeyOf(in.TitleDE, func(k string) bool { _, ok := all.Stop(k); return ok })
		}
		if wrong = p.Categories.AddStop(c.Request().Context(), kit.Actor(c), s); wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, stopsPath+"/"+s.Key)
		}
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	return p.renderStop(c, http.StatusUnprocessableEntity, all, categories.Stop{}, in, wrong)
}

// saveStop saves, or shows again what was typed with the preview of it.
func (p *pages) saveStop(c kit.Context) error {
	all, s, err := p.oneStop(c)
	if err != nil {
		return err
	}
	var in stopInput
	wrong := kit.Bind(c, &in)
	if wrong == nil && in.Do != "preview" {
		wrong = p.Categories.ChangeStop(c.Request().Context(), kit.Actor(c), s.Key, in.Was, func(s *categories.Stop) error {
			in.onto(s)
			return nil
		})
		if wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, stopsPath+"/"+s.Key)
		}
	}
	status, again := typedAgain(wrong)
	if again != nil {
		return again
	}
	if status == http.StatusConflict {
		in.Was = s.Fingerprint()
	}
	typed := s
	in.onto(&typed)
	return p.renderStop(c, status, all, typed, in, wrong)
}

func (p *pages) renderStop(c kit.Context, status int, all *categories.Catalogue, s categories.Stop, in stopInput, wrong error) error {
	v := stopView{Page: page(c, "admin.stop.new"), In: in, New: s.Key == "", Action: stopsPath + "/new", Conflict: fault.Is(wrong, fault.Conflict)}
	v.Heading = v.Title
	if !v.New {
		stored, _ := all.Stop(s.Key)
		v.Heading = stored.Title.In(v.Loc.Lang())
		v.Title, v.Action = v.Heading, stopsPath+"/"+s.Key
		v.Used = all.LeadTo(s.Key)
		v.Preview = p.PreviewStop(v.Page, &s)
		v.Scripts = append(v.Scripts, "admin-edit")
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	return kit.Render(c, status, stopEditPage(v))
}

func (p *pages) removeStop(c kit.Context) error {
	_, s, err := p.oneStop(c)
	if err != nil {
		return err
	}
	if err := p.Categories.RemoveStop(c.Request().Context(), kit.Actor(c), s.Key); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.stop.removed")
	return kit.Redirect(c, stopsPath)
}
