package adminpages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type peopleView struct {
	kit.Page
	Q           string
	All         bool
	Roles       []kit.Option
	Departments []kit.Option
	Rows        []personRow
	First, Next string
}

type personRow struct {
	URL, Name, Mail, Roles string
}

// people lists accounts.
func (p *pages) people(c kit.Context) error {
	var in struct {
		Q          string    `form:"q" max:"254"`
		Role       string    `form:"role" max:"40"`
		Department uuid.UUID `form:"department"`
		All        bool      `form:"all"`
		Before     uuid.UUID `form:"before"`
	}
	if err := accounts.May(kit.Actor(c), accounts.ManagePeople); err != nil {
		return err
	}
	if err := kit.Bind(c, &in); err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	ctx := c.Request().Context()
	list, more, err := p.Accounts.People(ctx, kit.Actor(c), accounts.PeopleFilter{
		Q: in.Q, Role: subject.Role(in.Role), Department: in.Department, All: in.All, Before: in.Before,
	})
	if err != nil {
		return err
	}
	v := peopleView{Page: page(c, "admin.people"), Q: in.Q, All: in.All}
	v.Roles = append([]kit.Option{{Label: v.T("admin.any")}}, roleOptions(v.Page, in.Role)...)
	departments, err := p.departmentOptions(c, in.Department.String())
	if err != nil {
		return err
	}
	v.Departments = append([]kit.Option{{Label: v.T("admin.any")}}, departments...)
	for _, a := range list {
		v.Rows = append(v.Rows, personRow{URL: personPath(a.ID), Name: nameOf(v.Page, a.Pseudonym, a.ID), Mail: a.Mail, Roles: roleNames(v.Page, a.Roles)})
	}
	query := c.QueryParams()
	if in.Before != uuid.Nil {
		v.First = with(query, "before", "")
	}
	if more {
		v.Next = with(query, "before", list[len(list)-1].ID.String())
	}
	return kit.Render(c, http.StatusOK, peoplePage(v))
}

// with is the page's own address with one value changed; "" takes it out.
func with(query url.Values, name, value string) string {
	q := url.Values{}
	for k, vs := range query {
		if k != name {
			q[k] = vs
		}
	}
	if value != "" {
		q.Set(name, value)
	}
	return "?" + q.Encode()
}

func personPath(id uuid.UUID) string { return "/desk/admin/people/" + id.String() }

// nameOf is how a person is called here: their function, or a part of their key.
func nameOf(p kit.Page, pseudonym string, id uuid.UUID) string {
	if pseudonym != "" {
		return pseudonym
	}
	text := id.String()
	return p.T("admin.person.nameless", "id", text[len(text)-6:])
}

func roleNames(p kit.Page, roles []subject.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = p.T("role." + string(r))
	}
	return strings.Join(names, ", ")
}

// roleOptions are the roles that can be granted.
func roleOptions(p kit.Page, on string) []kit.Option {
	var out []kit.Option
	for _, r := range subject.Roles() {
		if r != subject.Resident {
			out = append(out, kit.Option{Value: string(r), Label: p.T("role." + string(r)), Hint: p.T("role." + string(r) + ".does"), On: on == string(r)})
		}
	}
	return out
}

func (p *pages) departmentOptions(c kit.Context, on ...string) ([]kit.Option, error) {
	list, err := accounts.Departments(c.Request().Context(), p.DB)
	if err != nil {
		return nil, err
	}
	lang := kit.Loc(c).Lang()
	var out []kit.Option
	for _, d := range list {
		chosen := slices.Contains(on, d.ID.String())
		if d.Active || chosen {
			out = append(out, kit.Option{Value: d.ID.String(), Label: d.Name.In(lang), On: chosen})
		}
	}
	return out, nil
}

// grantInput is the part of a form that says a role and where it counts.
type grantInput struct {
	Role        string   `form:"role" max:"40"`
	Departments []string `form:"department" max:"40"`
	Categories  []string `form:"category" max:"40"`
	Districts   []string `form:"district" max:"64"`
	Reason      string   `form:"reason" max:"500"`
}

func (in *grantInput) limits() []accounts.GrantLimit {
	var out []accounts.GrantLimit
	for kind, refs := range map[accounts.LimitKind][]string{
		accounts.InDepartment: in.Departments, accounts.InCategory: in.Categories, accounts.InDistrict: in.Districts,
	} {
		for _, ref := range refs {
			out = append(out, accounts.GrantLimit{Kind: kind, Ref: ref})
		}
	}
	return out
}

// limitChoices are what a role can be limited to.
type limitChoices struct {
	Roles       []kit.Option
	Departments []kit.Option
	Categories  []kit.Option
	Districts   []kit.Option
}

func (p *pages) choices(c kit.Context, page kit.Page, in *grantInput) (limitChoices, error) {
	ctx, lang := c.Request().Context(), page.Loc.Lang()
	out := limitChoices{Roles: roleOptions(page, in.Role)}
	var err error
	if out.Departments, err = p.departmentOptions(c, in.Departments...); err != nil {
		return out, err
	}
	catalogue, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return out, err
	}
	for _, k := range catalogue.Categories {
		out.Categories = append(out.Categories, kit.Option{Value: k.ID.String(), Label: k.Name.In(lang), On: slices.Contains(in.Categories, k.ID.String())})
	}
	districts, err := p.Geo.Districts(ctx)
	if err != nil {
		return out, err
	}
	for _, d := range districts {
		out.Districts = append(out.Districts, kit.Option{Value: d.Ref, Label: d.Ref + " " + d.Name, On: slices.Contains(in.Districts, d.Ref)})
	}
	return out, nil
}

// checkLimits refuses what is in no list: a role must not count at a place that
// does not exist.
func (l *limitChoices) checkLimits(in *grantInput) error {
	var wrong fault.Fields
	for _, one := range []struct {
		name    string
		chosen  []string
		options []kit.Option
	}{{"department", in.Departments, l.Departments}, {"category", in.Categories, l.Categories}, {"district", in.Districts, l.Districts}} {
		on := 0
		for _, o := range one.options {
			if o.On {
				on++
			}
		}
		if on < len(one.chosen) {
			wrong.Add(one.name, "field.choice")
		}
	}
	return wrong.Err()
}

type personView struct {
	kit.Page
	Name, Mail string
	Path       string
	Self       bool
	Grants     []grantRow
	In         grantInput
	Choices    limitChoices
	Log        string // address of what was done to this person
	Errors     kit.Errors
}

type grantRow struct {
	Role, Label string
	Limits      []string
}

func (p *pages) personView(c kit.Context, in grantInput, wrong error) (personView, error) {
	ctx := c.Request().Context()
	if err := accounts.May(kit.Actor(c), accounts.ManagePeople); err != nil {
		return personView{}, err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return personView{}, fault.Missing("person")
	}
	a, err := p.Accounts.Account(ctx, kit.Actor(c), id)
	if err != nil {
		return personView{}, err
	}
	v := personView{Page: page(c, "admin.person"), Mail: a.Mail, Path: personPath(id), In: in, Self: kit.Actor(c).Is(id)}
	v.Name = nameOf(v.Page, a.Pseudonym, a.ID)
	v.Title, v.Errors = v.Name, kit.ErrorsOf(v.Page, wrong)
	v.Log = "/desk/admin/audit?" + url.Values{"object": {"person/" + id.String()}}.Encode()
	if v.Choices, err = p.choices(c, v.Page, &in); err != nil {
		return v, err
	}
	grants, err := accounts.Grants(ctx, p.DB, id)
	if err != nil {
		return v, err
	}
	for _, g := range grants {
		row := grantRow{Role: string(g.Role), Label: v.T("role." + string(g.Role))}
		for _, l := range g.Limits {
			row.Limits = append(row.Limits, v.Choices.name(l))
		}
		v.Grants = append(v.Grants, row)
	}
	return v, nil
}

// name is what a limit is called; its key where it is in no list any more.
func (l *limitChoices) name(limit accounts.GrantLimit) string {
	for _, list := range map[accounts.LimitKind][]kit.Option{
		accounts.InDepartment: l.Departments, accounts.InCategory: l.Categories, accounts.InDistrict: l.Districts,
	}[limit.Kind] {
		if list.Value == limit.Ref {
			return list.Label
		}
	}
	return limit.Ref
}

func (p *pages) person(c kit.Context) error {
	v, err := p.personView(c, grantInput{}, nil)
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, personPage(v))
}

func (p *pages) grant(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManagePeople); err != nil {
		return err
	}
	var in grantInput
	wrong := kit.Bind(c, &in)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("person")
	}
	if wrong == nil {
		choices, err := p.choices(c, page(c, ""), &in)
		if err != nil {
			return err
		}
		wrong = choices.checkLimits(&in)
	}
	if wrong == nil {
		wrong = p.Accounts.SetGrant(c.Request().Context(), kit.Actor(c), id, subject.Role(in.Role), in.limits(), in.Reason)
	}
	if wrong == nil {
		kit.Flash(c, "success", "admin.grant.done")
		return kit.Redirect(c, personPath(id))
	}
	return p.personAgain(c, in, wrong)
}

func (p *pages) personAgain(c kit.Context, in grantInput, wrong error) error {
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	v, err := p.personView(c, in, wrong)
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusUnprocessableEntity, personPage(v))
}

func (p *pages) revoke(c kit.Context) error {
	var in struct {
		Role   string `form:"revoke" max:"40"`
		Reason string `form:"why" max:"500"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("person")
	}
	err = p.Accounts.DropGrant(c.Request().Context(), kit.Actor(c), id, subject.Role(in.Role), in.Reason)
	if fault.Is(err, fault.Invalid) { // the field of this form has a name of its own
		return p.personAgain(c, grantInput{}, fault.OnField("why-"+in.Role, "admin.err.reason"))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.revoke.done")
	if kit.Actor(c).Is(id) { // the session has ended with the role
		return kit.Redirect(c, "/")
	}
	return kit.Redirect(c, personPath(id))
}
