package adminpages

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

const groupsPath = "/desk/admin/groups"

type groupsView struct {
	kit.Page
	Rows []groupLine
}

type groupLine struct {
	URL, Name, Offered string
	First, Last        bool
}

// groupInput is the form of a group.
type groupInput struct {
	Was    string `form:"was" max:"64"`
	Do     string `form:"do" max:"20"`
	Key    string `form:"key" max:"40"`
	NameDE string `form:"name_de" max:"200"`
	NameEN string `form:"name_en" max:"200"`
}

func (in *groupInput) onto(g *categories.Group) { g.Name = spoken(g.Name, in.NameDE, in.NameEN) }

type groupView struct {
	kit.Page
	Heading, Action string
	New, Conflict   bool
	Removable       bool
	In              groupInput
	Preview         templ.Component
	Errors          kit.Errors
}

// groups lists the headings over the categories in their order.
func (p *pages) groups(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	v := groupsView{Page: page(c, "admin.groups")}
	for i, g := range all.Groups {
		v.Rows = append(v.Rows, groupLine{
			URL: groupsPath + "/" + g.Key, Name: g.Name.In(v.Loc.Lang()), Offered: v.T("admin.group.n", "n", len(offeredIn(all, g.Key))),
			First: i == 0, Last: i == len(all.Groups)-1,
		})
	}
	return kit.Render(c, http.StatusOK, groupsPage(v))
}

// offeredIn are the categories of a group that are in use, in or out of season.
func offeredIn(all *categories.Catalogue, group string) []*categories.Category {
	var out []*categories.Category
	for i := range all.Categories {
		if k := &all.Categories[i]; k.Group == group {
			out = append(out, k)
		}
	}
	return out
}

func (p *pages) oneGroup(c kit.Context) (*categories.Catalogue, categories.Group, error) {
	all, err := p.catalogue(c)
	if err != nil {
		return nil, categories.Group{}, err
	}
	g, ok := all.Group(c.Param("key"))
	if !ok {
		return nil, g, fault.Missing("group")
	}
	return all, g, nil
}

func (p *pages) newGroup(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	return p.renderGroup(c, http.StatusOK, all, categories.Group{}, groupInput{}, nil)
}

func (p *pages) group(c kit.Context) error {
	all, g, err := p.oneGroup(c)
	if err != nil {
		return err
	}
	in := groupInput{Was: g.Fingerprint(), Key: g.Key, NameDE: g.Name[i18n.German], NameEN: g.Name[i18n.English]}
	return p.renderGroup(c, http.StatusOK, all, g, in, nil)
}

func (p *pages) saveNewGroup(c kit.Context) error {
	all, err := p.catalogue(c)
	if err != nil {
		return err
	}
	var in groupInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		g := categories.Group{Key: in.Key}
		in.onto(&g)
		if g.Key == "" {
			g.Key = categories.KeyOf(in.NameDE, func(s string) bool { _, ok := all.Group(s); return ok })
		}
		if wrong = p.Categories.AddGroup(c.Request().Context(), kit.Actor(c), g); wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, groupsPath+"/"+g.Key)
		}
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	return p.renderGroup(c, http.StatusUnprocessableEntity, all, categories.Group{}, in, wrong)
}

// saveGroup saves, or shows again what was typed with the preview of it.
func (p *pages) saveGroup(c kit.Context) error {
	all, g, err := p.oneGroup(c)
	if err != nil {
		return err
	}
	var in groupInput
	wrong := kit.Bind(c, &in)
	if wrong == nil && in.Do != "preview" {
		wrong = p.Categories.ChangeGroup(c.Request().Context(), kit.Actor(c), g.Key, in.Was, func(g *categories.Group) error {
			in.onto(g)
			return nil
		})
		if wrong == nil {
			kit.Flash(c, "success", "admin.saved")
			return kit.Redirect(c, groupsPath+"/"+g.Key)
		}
	}
	status, again := typedAgain(wrong)
	if again != nil {
		return again
	}
	if status == http.StatusConflict {
		in.Was = g.Fingerprint()
	}
	typed := g
	in.onto(&typed)
	return p.renderGroup(c, status, all, typed, in, wrong)
}

// typedAgain is the status of a form that is shown again: a preview, a conflict
// or wrong entries. Any other error is handed back.
func typedAgain(wrong error) (status int, other error) {
	switch {
	case wrong == nil:
		return http.StatusOK, nil
	case fault.Is(wrong, fault.Conflict):
		return http.StatusConflict, nil
	case fault.Is(wrong, fault.Invalid):
		return http.StatusUnprocessableEntity, nil
	}
	return 0, wrong
}

func (p *pages) renderGroup(c kit.Context, status int, all *categories.Catalogue, g categories.Group, in groupInput, wrong error) error {
	v := groupView{Page: page(c, "admin.group.new"), In: in, New: g.Key == "", Action: groupsPath + "/new", Conflict: fault.Is(wrong, fault.Conflict)}
	v.Heading = v.Title
	if !v.New {
		stored, _ := all.Group(g.Key)
		v.Heading = stored.Name.In(v.Loc.Lang())
		v.Title, v.Action = v.Heading, groupsPath+"/"+g.Key
		offered := offeredIn(all, g.Key)
		v.Removable = len(offered) == 0
		v.Preview = p.PreviewGroup(v.Page, &g, offered)
		v.Scripts = append(v.Scripts, "admin-edit")
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	return kit.Render(c, status, groupPage(v))
}

func (p *pages) moveGroup(c kit.Context) error {
	_, g, err := p.oneGroup(c)
	if err != nil {
		return err
	}
	var in struct {
		To string `form:"to" max:"5"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := p.Categories.MoveGroup(c.Request().Context(), kit.Actor(c), g.Key, in.To == "up"); err != nil {
		return err
	}
	return kit.Redirect(c, groupsPath)
}

func (p *pages) removeGroup(c kit.Context) error {
	_, g, err := p.oneGroup(c)
	if err != nil {
		return err
	}
	if err := p.Categories.RemoveGroup(c.Request().Context(), kit.Actor(c), g.Key); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.group.removed")
	return kit.Redirect(c, groupsPath)
}
