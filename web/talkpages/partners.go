package talkpages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

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
	Version    string // of one that is there, as it was read
	Conflict   string // what somebody else was faster with; a sentence
	Theirs     []theirs
}

// theirs is what stands there now in the place of what was typed.
type theirs struct{ Name, Value string }

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

// stalePartner shows what was typed again, after somebody else was faster: with what
// they made of it, or as a form of a partner of its own.
func (p *pages) stalePartner(c kit.Context, one casework.Partner, wrong error) error {
	if c.Param("partner") == newPartner {
		one.ID = uuid.Nil
		return p.renderPartner(c, http.StatusConflict, one, wrong)
	}
	was, err := p.partnerOf(c)
	if err != nil {
		return err
	}
	now, err := p.differences(c, &was, &one)
	if err != nil {
		return err
	}
	one.Version = was.Version
	return p.renderPartner(c, http.StatusConflict, one, wrong, now...)
}

func (p *pages) renderPartner(c kit.Context, status int, one casework.Partner, wrong error, now ...theirs) error {
	cat, err := p.Categories.Catalogue(c.Request().Context())
	if err != nil {
		return err
	}
	v := &partnerView{Page: kit.NewPage(c, "talk.partner.edit"), P: one, Days: strconv.Itoa(one.RemindDays), Action: c.Request().URL.Path}
	if c.Param("partner") == newPartner {
		v.Key = cmp.Or(one.ID, subject.NewID()).String()
	} else {
		v.Version = strconv.Itoa(one.Version)
	}
	if fault.Is(wrong, fault.Conflict) {
		v.Conflict, v.Theirs = v.T(fault.As(wrong).Key), now
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
		Version    int      `form:"version"`
	}
	wrong := kit.Bind(c, &in) // what was typed is shown again
	one.Name = i18n.Text{i18n.German: in.German, i18n.English: in.English}
	isNew := c.Param("partner") == newPartner
	if key, err := uuid.Parse(in.Key); err == nil && isNew {
		one.ID = key
	}
	one.Version = cmp.Or(in.Version, -1) // a form without one is older than any
	one.Mail, one.RemindDays, one.Active, one.Categories = in.Mail, in.Days, in.Active, nil
	for _, text := range in.Categories {
		if id, err := uuid.Parse(text); err == nil {
			one.Categories = append(one.Categories, id)
		}
	}
	if wrong == nil {
		wrong = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
			actor, err := accounts.Renew(ctx, tx, kit.Actor(c))
			if err != nil {
				return err
			}
			if !isNew {
				return casework.ChangePartner(ctx, tx, actor, one)
			}
			_, err = casework.AddPartner(ctx, tx, actor, one)
			return err
		})
	}
	switch {
	case fault.Is(wrong, fault.Conflict):
		return p.stalePartner(c, one, wrong)
	case fault.Is(wrong, fault.Invalid):
		return p.renderPartner(c, http.StatusUnprocessableEntity, one, wrong)
	case wrong != nil:
		return wrong
	}
	kit.Flash(c, "success", "talk.partner.saved")
	return kit.Redirect(c, "/desk/partners")
}

// differences are the entries of a form that say something else than what is there now.
func (p *pages) differences(c kit.Context, was, typed *casework.Partner) ([]theirs, error) {
	cat, err := p.Categories.Catalogue(c.Request().Context())
	if err != nil {
		return nil, err
	}
	loc := kit.Loc(c)
	words := func(one *casework.Partner) []theirs {
		var kinds []string
		for _, k := range cat.Categories {
			if slices.Contains(one.Categories, k.ID) {
				kinds = append(kinds, k.Name.In(loc.Lang()))
			}
		}
		active := loc.T("talk.partner.off")
		if one.Active {
			active = loc.T("talk.partner.active")
		}
		return []theirs{
			{loc.T("talk.partner.name_de"), one.Name[i18n.German]},
			{loc.T("talk.partner.name_en"), one.Name[i18n.English]},
			{loc.T("talk.partner.mail"), one.Mail},
			{loc.T("talk.partner.days"), strconv.Itoa(one.RemindDays)},
			{loc.T("talk.partner.for"), cmp.Or(strings.Join(kinds, ", "), "–")},
			{loc.T("talk.partner.offered"), active},
		}
	}
	var list []theirs
	mine := words(typed)
	for i, row := range words(was) {
		if row.Value != strings.TrimSpace(mine[i].Value) {
			list = append(list, row)
		}
	}
	return list, nil
}
