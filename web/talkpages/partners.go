package talkpages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newPartner stands in the path in the place of an id.
const newPartner = "new"

type partnersView struct {
	kit.Page
	List []casework.Partner
}

type partnerView struct {
	kit.Page
	P          casework.Partner
	Days       string
	Categories []kit.Option
	Errors     kit.Errors
	Action     string
	Key        string // of a new one: its form sent twice makes one
}

func adminOnly(c kit.Context) error {
	if !kit.Actor(c).Has(subject.Admin) {
		return fault.New(fault.Forbidden, "err.403")
	}
	return nil
}

func (p *pages) partners(c kit.Context) error {
	if err := adminOnly(c); err != nil {
		return err
	}
	v := &partnersView{Page: kit.NewPage(c, "talk.partners.title")}
	v.Nav, v.Robots = "desk", "noindex"
	var err error
	if v.List, err = casework.Partners(c.Request().Context(), p.DB, true); err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, partnersPage(v))
}

// partnerOf is the partner in the path; "new" is an empty one.
func (p *pages) partnerOf(c kit.Context) (casework.Partner, error) {
	if c.Param("partner") == newPartner {
		return casework.Partner{Name: i18n.Text{}, RemindDays: 5, Active: true}, nil
	}
	id, err := uuid.Parse(c.Param("partner"))
	if err != nil {
		return casework.Partner{}, fault.Missing("partner")
	}
	list, err := casework.Partners(c.Request().Context(), p.DB, true)
	if err != nil {
		return casework.Partner{}, err
	}
	i := slices.IndexFunc(list, func(one casework.Partner) bool { return one.ID == id })
	if i < 0 {
		return casework.Partner{}, fault.Missing("partner")
	}
	return list[i], nil
}

func (p *pages) partner(c kit.Context) error {
	if err := adminOnly(c); err != nil {
		return err
	}
	one, err := p.partnerOf(c)
	if err != nil {
		return err
	}
	return p.renderPartner(c, http.StatusOK, one, nil)
}

func (p *pages) renderPartner(c kit.Context, status int, one casework.Partner, wrong error) error {
	cat, err := p.Categories.Catalogue(c.Request().Context())
	if err != nil {
		return err
	}
	v := &partnerView{Page: kit.NewPage(c, "talk.partner.edit"), P: one, Days: strconv.Itoa(one.RemindDays), Action: c.Request().URL.Path}
	if c.Param("partner") == newPartner {
		v.Key = cmp.Or(one.ID, subject.NewID()).String()
	}
	v.Nav, v.Robots = "desk", "noindex"
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	for _, k := range cat.Categories {
		v.Categories = append(v.Categories, kit.Option{Value: k.ID.String(), Label: k.Name.In(v.Loc.Lang()), On: slices.Contains(one.Categories, k.ID)})
	}
	kit.NoStore(c)
	return kit.Render(c, status, partnerPage(v))
}

func (p *pages) putPartner(c kit.Context) error {
	if err := adminOnly(c); err != nil {
		return err
	}
	one, err := p.partnerOf(c)
	if err != nil {
		return err
	}
	var in struct {
		German     string   `form:"name_de" max:"200"`
		English    string   `form:"name_en" max:"200"`
		Mail       string   `form:"mail" max:"300"`
		Days       int      `form:"remind_days"`
		Active     bool     `form:"active"`
		Categories []string `form:"category[]"`
		Key        string   `form:"key" max:"36"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return p.renderPartner(c, http.StatusUnprocessableEntity, one, err)
	}
	one.Name = i18n.Text{i18n.German: in.German, i18n.English: in.English}
	if key, err := uuid.Parse(in.Key); err == nil && c.Param("partner") == newPartner {
		one.ID = key
	}
	one.Mail, one.RemindDays, one.Active, one.Categories = in.Mail, in.Days, in.Active, nil
	for _, text := range in.Categories {
		if id, err := uuid.Parse(text); err == nil {
			one.Categories = append(one.Categories, id)
		}
	}
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, kit.Actor(c))
		if err != nil {
			return err
		}
		_, err = casework.PutPartner(ctx, tx, actor, one)
		return err
	})
	if fault.Is(err, fault.Invalid) {
		return p.renderPartner(c, http.StatusUnprocessableEntity, one, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "talk.partner.saved")
	return kit.Redirect(c, "/desk/partners")
}
