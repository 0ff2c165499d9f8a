package complaintpages

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

type learnView struct {
	kit.Page
	List                []complaints.Learning
	Topics, Departments []kit.Option
	De, En              string
	Errors              kit.Errors
	Names               complaints.TopicList
}

func (p *pages) learnings(c kit.Context) error {
	return p.renderLearnings(c, http.StatusOK, learnView{})
}

func (p *pages) renderLearnings(c kit.Context, status int, v learnView) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v.Page = p.deskPage(c, "complaint.learn.desk")
	var err error
	if v.List, err = p.Complaints.LearningsOf(ctx, actor); err != nil {
		return err
	}
	if v.Names, err = p.Complaints.Topics(ctx); err != nil {
		return err
	}
	for _, t := range v.Names {
		if t.Active {
			v.Topics = append(v.Topics, kit.Option{Value: t.Key, Label: t.Name.In(v.Loc.Lang())})
		}
	}
	mine := complaints.Departments(actor)
	all, err := accounts.Departments(ctx, p.DB)
	if err != nil {
		return err
	}
	for _, d := range all {
		for _, id := range mine {
			if id == d.ID {
				v.Departments = append(v.Departments, kit.Option{Value: d.Key, Label: d.Name.In(v.Loc.Lang())})
			}
		}
	}
	return kit.Render(c, status, learnPage(v))
}

func (p *pages) writeLearning(c kit.Context) error {
	var in struct {
		De         string `form:"text_de" lines:"true" max:"2000"`
		En         string `form:"text_en" lines:"true" max:"2000"`
		Topic      string `form:"topic"`
		Department string `form:"department"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	_, err := p.Complaints.WriteLearning(c.Request().Context(), kit.Actor(c), in.Department, in.Topic, i18n.Text{i18n.German: in.De, i18n.English: in.En})
	if fault.Is(err, fault.Invalid) {
		return p.renderLearnings(c, http.StatusUnprocessableEntity, learnView{De: in.De, En: in.En, Errors: kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err)})
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "complaint.desk.done")
	return kit.Redirect(c, "/desk/complaints/notes")
}

func (p *pages) publishLearning(c kit.Context) error {
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("learning")
	}
	if err := p.Complaints.PublishLearning(c.Request().Context(), kit.Actor(c), id, in.On); err != nil {
		return err
	}
	kit.Flash(c, "success", "complaint.desk.done")
	return kit.Redirect(c, "/desk/complaints/notes")
}

type setupView struct {
	kit.Page
	Rules       []complaints.Rule
	Topics      complaints.TopicList
	Departments []accounts.Department
	Errors      kit.Errors
}

func (v setupView) departments(on string) []kit.Option {
	list := []kit.Option{{Label: v.T("complaint.setup.front")}}
	for _, d := range v.Departments {
		if d.Active && d.Door == "desk" {
			list = append(list, kit.Option{Value: d.Key, Label: d.Name.In(v.Loc.Lang()), On: d.Key == on})
		}
	}
	return list
}

func (p *pages) setup(c kit.Context) error { return p.renderSetup(c, http.StatusOK, nil) }

func (p *pages) renderSetup(c kit.Context, status int, wrong kit.Errors) error {
	if err := complaints.MaySetUp(kit.Actor(c)); err != nil {
		return err
	}
	ctx := c.Request().Context()
	v := setupView{Page: p.deskPage(c, "complaint.setup.title"), Errors: wrong}
	var err error
	if v.Rules, err = p.Complaints.Rules(ctx); err != nil {
		return err
	}
	if v.Topics, err = p.Complaints.Topics(ctx); err != nil {
		return err
	}
	if v.Departments, err = accounts.Departments(ctx, p.DB); err != nil {
		return err
	}
	return kit.Render(c, status, setupPage(v))
}

func (p *pages) setRule(c kit.Context) error {
	var in struct {
		Interim int `form:"interim_days"`
		Answer  int `form:"answer_days"`
		Review  int `form:"review_days"`
		Keep    int `form:"keep_days"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	return p.setUp(c, p.Complaints.SetRule(c.Request().Context(), kit.Actor(c), complaints.Rule{
		Kind: complaints.Kind(c.Param("kind")), InterimDays: in.Interim, AnswerDays: in.Answer, ReviewDays: in.Review, KeepDays: in.Keep,
	}))
}

func (p *pages) setTopic(c kit.Context) error {
	var in struct {
		Department string `form:"department"`
		FourEyes   bool   `form:"four_eyes"`
		Active     bool   `form:"active"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	return p.setUp(c, p.Complaints.SetTopic(c.Request().Context(), kit.Actor(c), complaints.Topic{
		Key: c.Param("key"), Department: in.Department, FourEyes: in.FourEyes, Active: in.Active,
	}))
}

func (p *pages) setUp(c kit.Context, err error) error {
	if fault.Is(err, fault.Invalid) {
		return p.renderSetup(c, http.StatusUnprocessableEntity, kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "complaint.desk.done")
	return kit.Redirect(c, "/desk/complaints/setup")
}
