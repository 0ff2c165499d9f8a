package offlinepages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/web/kit"
)

// formView is the offline form with the kinds of report there are.
type formView struct {
	kit.Page
	Groups []group
	Max    int // photos
}

type group struct {
	Name    string
	Options []kit.Option
}

// form is one and the same for everybody, since browsers keep it: nobody is
// signed in on it.
func (p *pages) form(c kit.Context) error {
	page := kit.NewPage(c, "offline.title")
	page.Nav, page.Robots, page.Scripts = "report", "noindex", []string{"offline-form"}
	cat, err := p.Categories.Catalogue(c.Request().Context())
	if err != nil {
		return err
	}
	view := formView{Page: page, Max: attachments.MaxPhotos}
	for _, g := range cat.Groups {
		list := group{Name: g.Name.In(page.Loc.Lang())}
		for _, k := range cat.InGroup(g.Key, kit.Now(c).In(page.Loc.Zone())) {
			list.Options = append(list.Options, kit.Option{Value: k.Key, Label: k.Name.In(page.Loc.Lang())})
		}
		if len(list.Options) > 0 {
			view.Groups = append(view.Groups, list)
		}
	}
	return kit.Render(c, http.StatusOK, formPage(view))
}
