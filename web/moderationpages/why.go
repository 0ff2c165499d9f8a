package moderationpages

import (
	"net/http"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/web/kit"
)

type appealIn struct {
	Text string `form:"text" lines:"true" max:"4000"`
}

// appealView is "Ich sehe das anders": the form, or what became of it.
type appealView struct {
	Action  string
	May     bool
	Lead    string
	Text    string // typed
	Yours   string
	Waits   string
	Outcome string // of the decided appeal
	Said    string
	Reasons string
}

func (p *pages) appealView(page kit.Page, action string, a *moderation.Appeal, may bool, until time.Time, typed string) appealView {
	v := appealView{Action: action, May: may, Text: typed, Lead: page.T("why.appeal.lead", "date", page.Loc.Day(until))}
	if a == nil {
		return v
	}
	v.Yours = a.Text
	if a.Outcome == "" {
		v.Waits = page.T("why.appeal.waits", "date", page.Loc.Day(a.FiledAt), "until", page.Loc.Day(a.Deadline))
		return v
	}
	v.Said, v.Reasons = page.T("moderation.outcome.says."+string(a.Outcome)), a.Reasons
	if a.DecidedAt != nil {
		v.Outcome = page.T("why.appeal.outcome", "date", page.Loc.Day(*a.DecidedAt))
	}
	return v
}

type whyView struct {
	kit.Page
	W          *moderation.Why
	Paragraphs []string
	Appeal     appealView
	Errors     kit.Errors
	Refused    string
}

func (p *pages) why(c kit.Context) error { return p.renderWhy(c, http.StatusOK, "", nil) }

func (p *pages) renderWhy(c kit.Context, code int, typed string, wrong error) error {
	w, err := p.Moderation.Why(c.Request().Context(), kit.Actor(c), c.Param("puid"))
	if err != nil {
		return err
	}
	v := whyView{Page: kit.NewPage(c, "why.title"), W: w, Paragraphs: strings.Split(w.Statement, "\n\n")}
	v.Robots = "noindex"
	kit.NoStore(c)
	if wrong != nil {
		var ok bool
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			return wrong
		}
	}
	v.Appeal = p.appealView(v.Page, "/moderation/decisions/"+w.Decision.PUID+"/appeal", w.Appeal, w.MayAppeal, w.Decision.AppealUntil, typed)
	return kit.Render(c, code, whyPage(v))
}

func (p *pages) appeal(c kit.Context) error {
	var in appealIn
	err := kit.Bind(c, &in)
	if err == nil {
		err = p.Moderation.AppealAsAuthor(c.Request().Context(), kit.Actor(c), c.Param("puid"), in.Text, kit.Loc(c).Lang())
	}
	if err != nil {
		return p.renderWhy(c, status(err), in.Text, err)
	}
	return kit.Redirect(c, "/moderation/decisions/"+c.Param("puid"))
}

// askOpen is the page with the button: mail programs look at links by themselves.
func (p *pages) askOpen(c kit.Context) error {
	if err := p.Moderation.PeekWhy(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	page := kit.NewPage(c, "why.title")
	page.Robots = "noindex"
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, openPage(page, "/moderation/open/"+c.Param("token")))
}

func (p *pages) open(c kit.Context) error {
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	puid, err := p.Moderation.OpenWhy(c.Request().Context(), actor, c.Param("token"))
	if err != nil {
		return err
	}
	return kit.Redirect(c, "/moderation/decisions/"+puid)
}
