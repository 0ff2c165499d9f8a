package minepages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// goes and stays are what the page says about an erasure; fields.yaml says the
// same to the program (erasure: stays), and a test compares what is left.
func goes() []string {
	return []string{"mine.erase.gone.account", "mine.erase.gone.texts", "mine.erase.gone.drafts", "mine.erase.gone.mails", "mine.erase.gone.private"}
}

func stays() []string {
	return []string{"mine.erase.stays.facts", "mine.erase.stays.org", "mine.erase.stays.votes", "mine.erase.stays.decisions", "mine.erase.stays.log", "mine.erase.stays.backup"}
}

func (p *pages) askErase(c kit.Context) error { return p.showErase(c, http.StatusOK, nil) }

func (p *pages) showErase(c kit.Context, status int, wrong error) error {
	v, err := p.dataView(c, "mine.erase.title", "/mine/erase")
	if err != nil {
		return err
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	var held []string
	for _, r := range kit.Actor(c).Roles {
		held = append(held, string(r))
	}
	return kit.Render(c, status, erasePage(v, held))
}

// erase notes the wish, which must be said once more; the browser is nobody's
// from here on.
func (p *pages) erase(c kit.Context) error {
	var in struct {
		Sure bool `form:"sure"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if !in.Sure {
		return p.showErase(c, http.StatusUnprocessableEntity, fault.OnField("sure", "mine.erase.err.sure"))
	}
	err := p.Data.Ask(c.Request().Context(), kit.Actor(c))
	if fault.Is(err, fault.Unauthenticated) {
		return p.signInAgain(c, "/mine/erase")
	}
	if err != nil {
		return err
	}
	kit.DropSession(c)
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	pg := page(c, "mine.erased.title")
	return kit.Render(c, http.StatusOK, erasedPage(pg))
}
