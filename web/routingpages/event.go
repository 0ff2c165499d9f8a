package routingpages

import (
	"net/http"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// eventItem is an event in a list.
type eventItem struct {
	URL, Title, When, Members string
	Running                   bool
}

type eventsView struct {
	kit.Page
	List []eventItem
	Desk bool
}

func (p *pages) eventList(c kit.Context, page kit.Page, desk bool) (eventsView, error) {
	v := eventsView{Page: page, Desk: desk}
	ctx := c.Request().Context()
	list, err := casework.Events(ctx, p.DB)
	if err != nil {
		return v, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return v, err
	}
	for i := range list {
		e := &list[i]
		if !desk && now.Before(e.From) {
			continue // not begun
		}
		item := eventItem{URL: e.Path(), Title: e.Title.In(v.Lang), When: when(page, e, now), Members: v.T("event.members", "n", e.Members), Running: e.Running(now)}
		if desk {
			item.URL = "/desk" + e.Path()
		}
		v.List = append(v.List, item)
	}
	return v, nil
}

func when(p kit.Page, e *casework.Event, now time.Time) string {
	if e.To == nil {
		return p.T("event.since", "from", p.Loc.DateTime(e.From, now))
	}
	return p.T("event.when", "from", p.Loc.DateTime(e.From, now), "to", p.Loc.DateTime(*e.To, now))
}

func (p *pages) deskEvents(c kit.Context) error {
	if err := casework.MayRoute(kit.Actor(c), casework.RunEvents); err != nil {
		return err
	}
	v, err := p.eventList(c, deskPage(c, "event.desk.title"), true)
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, eventsPage(v))
}

func (p *pages) events(c kit.Context) error {
	v, err := p.eventList(c, kit.NewPage(c, "event.title"), false)
	if err != nil {
		return err
	}
	kit.Public(c, 5*time.Second)
	return kit.Render(c, http.StatusOK, eventsPage(v))
}

// eventView is an event, for the public or for the desk.
type eventView struct {
	kit.Page
	URL      string
	Title    string
	Text     string
	When     string
	Where    string
	Kinds    string
	Members  string
	Running  bool
	Answers  []eventAnswer
	Reports  []kit.Row
	Desk     bool
	Public   string
	Add      int // cases that could be attached
	In       answerInput
	Wrong    kit.Errors
	AnswerID string
	Statuses []kit.Option
}

type eventAnswer struct{ When, Status, Words, State string }

// shownReports is how many members the page lists.
const shownReports = 30

func (p *pages) eventOf(c kit.Context, page func(*casework.Event) kit.Page) (*casework.Event, eventView, error) {
	ctx := c.Request().Context()
	n, err := id(c)
	if err != nil {
		return nil, eventView{}, err
	}
	e, err := casework.EventByID(ctx, p.DB, n)
	if err != nil {
		return nil, eventView{}, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, eventView{}, err
	}
	v := eventView{
		Page: page(e), URL: "/desk" + e.Path(), Public: e.Path(), Running: e.Running(now),
	}
	v.Title, v.Text, v.When, v.Members = e.Title.In(v.Lang), e.Text.In(v.Lang), when(v.Page, e, now), v.T("event.members", "n", e.Members)
	names, err := p.names(c)
	if err != nil {
		return nil, v, err
	}
	v.Where = eventWhere(v.Page, names, e)
	if v.Kinds, err = p.eventKinds(c, v.Page, e); err != nil {
		return nil, v, err
	}
	answers, err := casework.AnswersOf(ctx, p.DB, e.ID)
	if err != nil {
		return nil, v, err
	}
	for i := range answers {
		a := &answers[i]
		row := eventAnswer{When: v.Loc.DateTime(a.At, now), Words: a.Words.In(v.Lang)}
		if a.Status != "" {
			row.Status = reports.StatusLabel(v.Loc, reports.Status(a.Status), false)
		}
		row.State = v.T("event.answer.done", "n", a.Done)
		if a.DoneAt == nil {
			row.State = v.T("event.answer.left", "n", a.Left)
		}
		v.Answers = append(v.Answers, row)
	}
	items, err := p.Reports.OfEvent(ctx, e.ID, shownReports)
	if err != nil {
		return nil, v, err
	}
	for i := range items {
		v.Reports = append(v.Reports, p.Row(v.Loc, &items[i], now))
	}
	return e, v, nil
}

func eventWhere(p kit.Page, n *names, e *casework.Event) string {
	list := make([]string, 0, len(e.Districts))
	for _, ref := range e.Districts {
		list = append(list, n.value(p, casework.TestDistrict, ref))
	}
	switch {
	case len(list) == 0 && len(e.Area) == 0:
		return p.T("event.where.city")
	case len(list) == 0:
		return p.T("event.where.area")
	}
	where := strings.Join(list, ", ")
	if len(e.Area) > 0 {
		where += ", " + p.T("event.where.area")
	}
	return where
}

func (p *pages) eventKinds(c kit.Context, page kit.Page, e *casework.Event) (string, error) {
	if len(e.Categories) == 0 {
		return page.T("event.kinds.all"), nil
	}
	cat, err := p.Categories.Catalogue(c.Request().Context())
	if err != nil {
		return "", err
	}
	var list []string
	for _, id := range e.Categories {
		if k := cat.ByID(id); k != nil {
			list = append(list, k.Name.In(page.Lang))
		}
	}
	return strings.Join(list, ", "), nil
}

func (p *pages) event(c kit.Context) error {
	e, v, err := p.eventOf(c, func(e *casework.Event) kit.Page {
		page := kit.NewPage(c, "event.title")
		page.Title, page.Nav = e.Title.In(page.Lang), "map"
		return page
	})
	if err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	if now.Before(e.From) { // not begun: nobody knows of it
		return fault.Missing("event")
	}
	kit.Public(c, 5*time.Second)
	return kit.Render(c, http.StatusOK, eventPage(v))
}
