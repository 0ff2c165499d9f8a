package infopages

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// barrierInput is the form "report a barrier".
type barrierInput struct {
	ID      uuid.UUID `form:"id"`
	From    string    `form:"page" max:"300"`
	Text    string    `form:"text" lines:"true" max:"4000"`
	Contact string    `form:"contact" max:"200"`
}

type barrierView struct {
	kit.Page
	In     barrierInput
	Errors kit.Errors
}

// barrierForm is the empty form; ?seite= says where somebody comes from.
func (p *pages) barrierForm(c kit.Context) error {
	in := barrierInput{ID: subject.NewID()}
	if from, ok := kit.OwnPath(c.QueryParam("seite")); ok {
		in.From, _, _ = strings.Cut(from, "?") // the rest may hold what somebody searched for
	}
	return kit.Render(c, http.StatusOK, barrierPage(barrierView{Page: kit.NewPage(c, "info.barrier.title"), In: in}))
}

// reportBarrier stores it and leads to its number. Sent twice it is one.
func (p *pages) reportBarrier(c kit.Context) error {
	var in barrierInput
	err := kit.Bind(c, &in)
	if err == nil {
		err = kit.Limit(c, ruleFeedback)
	}
	var n subject.Number
	if err == nil {
		if in.ID == uuid.Nil {
			in.ID = subject.NewID()
		}
		n, err = p.Site.ReportBarrier(c.Request().Context(), site.Barrier{
			ID: in.ID, Page: in.From, Text: in.Text, Contact: in.Contact, Lang: kit.Loc(c).Lang(),
		})
	}
	if fault.Is(err, fault.Invalid) {
		page := kit.NewPage(c, "info.barrier.title")
		return kit.Render(c, http.StatusUnprocessableEntity, barrierPage(barrierView{Page: page, In: in, Errors: kit.ErrorsOf(page, err)}))
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, "/barrierefreiheit/melden/"+n.Format(site.PrefixBarrier))
}

type barrierStateView struct {
	kit.Page
	Number, When, Done string
}

// barrierState is what everybody with the number may know: that it has arrived,
// and whether it is done.
func (p *pages) barrierState(c kit.Context) error {
	n, ok := site.ParseBarrierNumber(c.Param("number"))
	if !ok {
		return fault.Missing("barrier")
	}
	at, done, err := p.Site.BarrierState(c.Request().Context(), n)
	if err != nil {
		return err
	}
	v := barrierStateView{Page: kit.NewPage(c, "info.barrier.thanks"), Number: n.Format(site.PrefixBarrier)}
	v.Robots = "noindex"
	v.When = v.T("info.barrier.arrived", "date", v.Loc.DateTime(at, at))
	if done != nil {
		v.Done = v.T("info.barrier.done", "date", v.Loc.Date(*done, *done))
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, barrierStatePage(v))
}
