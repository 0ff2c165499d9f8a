package routingpages

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
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

// answerInput is one answer for all.
type answerInput struct {
	ID      uuid.UUID `form:"id"`
	Status  string    `form:"status" max:"20"`
	Until   string    `form:"until" max:"20"`
	WordsDE string    `form:"words_de" lines:"true" max:"2000"`
	WordsEN string    `form:"words_en" lines:"true" max:"2000"`
}

// eventStatuses are those that one answer can give; "" is only the words.
func eventStatuses() []reports.Status {
	return []reports.Status{"", reports.InReview, reports.Planned, reports.InProgress, reports.Resolved}
}

func (p *pages) deskEvent(c kit.Context) error {
	return p.showDeskEvent(c, http.StatusOK, answerInput{ID: newID()}, nil)
}

func (p *pages) showDeskEvent(c kit.Context, status int, in answerInput, wrong error) error {
	if err := casework.MayRoute(kit.Actor(c), casework.RunEvents); err != nil {
		return err
	}
	e, v, err := p.eventOf(c, func(*casework.Event) kit.Page { return deskPage(c, "event.desk.title") })
	if err != nil {
		return err
	}
	v.Desk, v.In, v.Wrong, v.AnswerID = true, in, kit.ErrorsOf(v.Page, wrong), in.ID.String()
	ids, err := casework.EventCandidates(c.Request().Context(), p.DB, subject.Report, e, 100)
	if err != nil {
		return err
	}
	v.Add = len(ids)
	for _, s := range eventStatuses() {
		o := kit.Option{Value: string(s), Label: v.T("event.answer.words_only"), On: in.Status == string(s)}
		if s != "" {
			o.Label = reports.StatusLabel(v.Loc, s, false)
		}
		v.Statuses = append(v.Statuses, o)
	}
	return kit.Render(c, status, eventPage(v))
}

func (p *pages) answerEvent(c kit.Context) error {
	event, err := id(c)
	if err != nil {
		return err
	}
	var in answerInput
	wrong := kit.Bind(c, &in)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	a := casework.EventAnswer{ID: in.ID, Event: event, Words: i18n.Text{i18n.German: in.WordsDE, i18n.English: in.WordsEN}}
	if !slices.Contains(eventStatuses(), reports.Status(in.Status)) {
		wrong = fault.OnField("status", "field.choice")
	}
	a.Status = in.Status
	if wrong == nil {
		a.Until, wrong = p.until(c, in)
	}
	if wrong == nil {
		wrong = p.Umbrella.Answer(c.Request().Context(), kit.Actor(c), a)
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.showDeskEvent(c, http.StatusUnprocessableEntity, in, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "event.answered")
	return kit.Redirect(c, "/desk/events/"+event.String()+"#antworten")
}

// until is the date of an answer: what is planned needs one ahead.
func (p *pages) until(c kit.Context, in answerInput) (*time.Time, error) {
	if in.Until == "" {
		if in.Status == string(reports.Planned) {
			return nil, fault.OnField("until", "event.err.until")
		}
		return nil, nil //nolint:nilnil // most answers need none
	}
	day, err := time.ParseInLocation(time.DateOnly, in.Until, p.Zone)
	if err != nil {
		return nil, fault.OnField("until", "event.err.until").Because(err)
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return nil, err
	}
	day = day.Add(24*time.Hour - time.Second)
	if day.Before(now) {
		return nil, fault.OnField("until", "event.err.until")
	}
	return &day, nil
}

// eventInput is the form of an event.
type eventInput struct {
	Version    int      `form:"version"`
	TitleDE    string   `form:"title_de" max:"200"`
	TitleEN    string   `form:"title_en" max:"200"`
	TextDE     string   `form:"text_de" lines:"true" max:"4000"`
	TextEN     string   `form:"text_en" lines:"true" max:"4000"`
	Districts  []string `form:"districts"`
	Area       string   `form:"area" lines:"true" max:"20000"`
	Categories []string `form:"categories"`
	From       string   `form:"from" max:"20"`
	To         string   `form:"to" max:"20"`
}

type eventFormView struct {
	kit.Page
	In         eventInput
	Wrong      kit.Errors
	URL        string
	New        bool
	Districts  []kit.Option
	Categories []kit.Option
}

const minute = "2006-01-02T15:04" // as <input type="datetime-local"> writes it

func (p *pages) newEvent(c kit.Context) error {
	if err := casework.MayRoute(kit.Actor(c), casework.RunEvents); err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	return p.eventForm(c, http.StatusOK, newID(), eventInput{From: now.In(p.Zone).Format(minute)}, nil)
}

func (p *pages) editEvent(c kit.Context) error {
	if err := casework.MayRoute(kit.Actor(c), casework.RunEvents); err != nil {
		return err
	}
	n, err := id(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := casework.EventByID(ctx, p.DB, n)
	if err != nil {
		return err
	}
	in := eventInput{
		Version: e.Version, TitleDE: e.Title[i18n.German], TitleEN: e.Title[i18n.English], TextDE: e.Text[i18n.German], TextEN: e.Text[i18n.English],
		Districts: e.Districts, Area: casework.FormatArea(e.Area), From: e.From.In(p.Zone).Format(minute),
	}
	if e.To != nil {
		in.To = e.To.In(p.Zone).Format(minute)
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	for _, id := range e.Categories {
		if k := cat.ByID(id); k != nil {
			in.Categories = append(in.Categories, k.Key)
		}
	}
	return p.eventForm(c, http.StatusOK, n, in, nil)
}

func (p *pages) eventForm(c kit.Context, status int, event uuid.UUID, in eventInput, wrong error) error {
	v := eventFormView{Page: deskPage(c, "event.desk.title"), In: in, URL: "/desk/events/" + event.String() + "/edit", New: in.Version == 0}
	v.Wrong = kit.ErrorsOf(v.Page, wrong)
	names, err := p.names(c)
	if err != nil {
		return err
	}
	for _, ref := range sorted(names.districts) {
		v.Districts = append(v.Districts, kit.Option{Value: ref, Label: names.districts[ref], On: slices.Contains(in.Districts, ref)})
	}
	for _, key := range sorted(names.categories) {
		v.Categories = append(v.Categories, kit.Option{Value: key, Label: names.categories[key], On: slices.Contains(in.Categories, key)})
	}
	return kit.Render(c, status, eventFormPage(v))
}

func (p *pages) saveEvent(c kit.Context) error {
	actor := kit.Actor(c)
	if err := casework.MayRoute(actor, casework.RunEvents); err != nil {
		return err
	}
	n, err := id(c)
	if err != nil {
		return err
	}
	var in eventInput
	wrong := kit.Bind(c, &in)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	e, err := p.eventFrom(c, n, in)
	if wrong == nil {
		wrong = err
	}
	if wrong == nil {
		wrong = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error { return casework.PutEvent(ctx, tx, actor, e) })
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.eventForm(c, http.StatusUnprocessableEntity, n, in, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "event.saved")
	return kit.Redirect(c, "/desk"+e.Path())
}

func (p *pages) eventFrom(c kit.Context, n uuid.UUID, in eventInput) (casework.Event, error) {
	e := casework.Event{
		ID: n, Version: in.Version, Title: i18n.Text{i18n.German: in.TitleDE, i18n.English: in.TitleEN},
		Text: i18n.Text{i18n.German: in.TextDE, i18n.English: in.TextEN},
	}
	ctx := c.Request().Context()
	labels, err := p.Geo.Districts(ctx)
	if err != nil {
		return e, err
	}
	for _, l := range labels {
		if slices.Contains(in.Districts, l.Ref) {
			e.Districts = append(e.Districts, l.Ref)
		}
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return e, err
	}
	for _, key := range in.Categories {
		if k := cat.ByKey(key); k != nil {
			e.Categories = append(e.Categories, k.ID)
		}
	}
	if e.Area, err = casework.ParseArea(in.Area); err != nil {
		return e, err
	}
	if e.From, err = time.ParseInLocation(minute, in.From, p.Zone); err != nil {
		return e, fault.OnField("from", "event.err.from").Because(err)
	}
	if in.To != "" {
		to, err := time.ParseInLocation(minute, in.To, p.Zone)
		if err != nil {
			return e, fault.OnField("to", "event.err.to").Because(err)
		}
		e.To = &to
	}
	err = e.Validate()
	return e, err
}

func (p *pages) endEvent(c kit.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	if err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return casework.EndEvent(ctx, tx, kit.Actor(c), n)
	}); err != nil {
		return err
	}
	kit.Flash(c, "success", "event.ended")
	return kit.Redirect(c, "/desk/events/"+n.String())
}

func (p *pages) addMembers(c kit.Context) error {
	event, err := id(c)
	if err != nil {
		return err
	}
	n, err := p.Umbrella.AddMembers(c.Request().Context(), kit.Actor(c), subject.Report, event)
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "event.added", "n", n)
	return kit.Redirect(c, "/desk/events/"+event.String())
}
