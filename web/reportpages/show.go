package reportpages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// typed is what somebody had entered in one of the page's forms when it could
// not be taken; the form shows it again.
type typed struct {
	Form   string // "follow", "add", "answer", "reopen", "object", "rate"
	Text   string
	Value  int // of "rate"
	Errors kit.Errors
}

// numberOf reads the number in the path. What is none answers as one that does
// not exist.
func numberOf(c kit.Context) (subject.Number, error) {
	n, ok := reportNumber(c.Param("number"))
	if !ok {
		return 0, fault.Missing("report")
	}
	return n, nil
}

// show is the page of a report; with ?fragment=timeline only what a live page
// takes over.
func (p *showPages) show(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	if spelled := n.Format(subject.PrefixReport); spelled != c.Param("number") {
		return kit.Redirect(c, "/reports/"+spelled)
	}
	return p.render(c, n, http.StatusOK, typed{})
}

func (p *showPages) render(c kit.Context, n subject.Number, status int, in typed) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	r, err := p.Reports.Get(ctx, actor, n)
	if err != nil {
		return p.gone(c, n, err)
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	page := kit.NewPage(c, "")
	v, err := p.viewOf(ctx, page, r, now)
	if err != nil {
		return err
	}
	v.In = in
	if err := p.moderated(ctx, v, actor); err != nil {
		return err
	}
	if v.Talk, err = p.Reports.Conversation(ctx, r); err != nil {
		return err
	}
	if p.Idea != nil && r.Visibility != reports.VisErased {
		if v.Idea, err = p.Idea(ctx, r.ID); err != nil {
			return err
		}
		v.MayIdea = v.Idea == nil && r.Actor.Owner
	}
	if c.QueryParam("fragment") == "timeline" {
		return kit.Render(c, status, showFragment(v))
	}
	near, err := p.Reports.Around(ctx, actor, r.Point, r.ID, nearby)
	if err != nil {
		return err
	}
	for i := range near {
		row := Row(page.Loc, &near[i], now)
		row.Level, row.Image = 3, "" // a narrow column
		v.Near = append(v.Near, row)
	}
	if status == http.StatusOK && r.Visibility == reports.VisPublic {
		kit.Public(c, keepPublic)
	}
	return kit.Render(c, status, showPage(v))
}

const nearby = 4

// showView is the page of a report in words.
type showView struct {
	kit.Page
	R          *reports.View
	Number     string
	Place      string // address and district
	Category   string
	Reported   string
	Status     kit.StatusProps
	Aim        aim
	Team       string
	Now        time.Time
	Near       []kit.Row
	In         typed
	Talk       reports.Conversation
	AnswerBy   string // deadline of the question to the reporter
	ReopenBy   string
	HeldNotice string // why the page is not public yet; "" when it is
	Stubs      []stubView
	Flag       bool // people may object to what they see
	Idea       *Became
	MayIdea    bool // its reporter can make an idea of it
}

// aim is the line under the status.
type aim struct {
	Shape, Line, History string
	Counted              bool // say how working days are counted
}

func (p *showPages) viewOf(ctx context.Context, page kit.Page, r *reports.View, now time.Time) (*showView, error) {
	loc := page.Loc
	v := &showView{Page: page, R: r, Now: now, Number: r.Number.Format(subject.PrefixReport)}
	v.Title = r.Title.In(loc.Lang())
	v.Nav = "map"
	v.Canonical = p.url(r.Path())
	v.Place = r.Address
	if r.DistrictName != "" {
		if v.Place != "" {
			v.Place += ", "
		}
		v.Place += r.DistrictName
	}
	if r.Category != nil {
		if name := r.Category.Name.In(loc.Lang()); !strings.HasPrefix(v.Title, name) { // most titles begin with it
			v.Category = name
		}
	}
	v.Reported = loc.T("report.reported", "date", loc.Day(r.CreatedAt))
	facts, err := p.Reports.Facts(ctx, r, loc.Lang(), now)
	if err != nil {
		return nil, err
	}
	said := reports.StatusSentence(loc, facts)
	v.Status = kit.StatusProps{
		Key: string(r.Status), Label: reports.StatusLabel(loc, r.Status, r.Quiet), Plain: said.Text, Next: nextOf(loc, facts, r, said.Next),
	}
	v.Team, v.Aim = facts.Team, aimOf(loc, r.Target, facts.Team, now)
	v.Description = v.Status.Label + ". " + said.Text
	if r.Actor.Answer && r.Params.Until != nil {
		v.AnswerBy = loc.T("report.answer.by", "date", loc.Date(*r.Params.Until, now))
	}
	if r.Actor.ReopenUntil != nil {
		v.ReopenBy = loc.Date(*r.Actor.ReopenUntil, now)
	}
	switch r.Visibility {
	case reports.VisPublic:
	case reports.VisPrivate:
		v.HeldNotice, v.Robots = loc.T("report.private"), "noindex"
	default:
		v.HeldNotice, v.Robots = loc.T("own.held"), "noindex"
	}
	return v, nil
}

// nextOf is "Wie geht es weiter?". A day that has passed is not announced once
// more: the page says that it takes longer.
func nextOf(loc *i18n.Localizer, f reports.Facts, r *reports.View, next string) string {
	var by *time.Time
	switch r.Status {
	case reports.Received, reports.InReview:
		by = f.ReadBy
	case reports.Waiting, reports.Planned, reports.Commissioned, reports.Forwarded:
		by = r.Params.Until
	case reports.InProgress, reports.Reopened:
		by = f.Due
	case reports.Resolved:
		if r.Actor.Reopen && r.Actor.Owner {
			return loc.T("report.next.reopen", "date", loc.NearDate(*r.Actor.ReopenUntil, f.Now))
		}
		if by = f.ReopenUntil; by != nil && by.Before(f.Now) {
			return loc.T("report.next.closed")
		}
	case reports.NoAction:
		if by = f.ReopenUntil; by != nil && by.Before(f.Now) {
			return loc.T("report.next.closed")
		}
	}
	if by != nil && by.Before(f.Now) {
		return loc.T("report.next.late")
	}
	return next
}

func aimOf(loc *i18n.Localizer, t reports.Target, team string, now time.Time) aim {
	a := aim{Shape: "clock", Line: reports.TargetLine(loc, t, team, now), History: reports.HistoryLine(loc, t.History)}
	switch t.State {
	case reports.TargetMissed, reports.TargetMissedNew, reports.TargetLate:
		a.Shape = "late"
	case reports.TargetKept:
		a.Shape = "ok"
	case reports.TargetSet:
		if t.DaysLeft <= 1 {
			a.Shape = "soon"
		}
	}
	a.Counted = a.Line != "" && t.State != reports.TargetNone && t.State != reports.TargetStopped
	return a
}

// field is what a form shows again after it could not be taken.
func (v *showView) field(form string) (value, wrong string) {
	if v.In.Form != form {
		return "", ""
	}
	return v.In.Text, v.In.Errors.For(form)
}

// wrong are the errors for the summary on top.
func (v *showView) wrong() kit.Errors { return v.In.Errors }

// concerned says how many people are concerned, where nobody can press.
func (v *showView) concerned() string {
	if v.R.MeToo == 0 {
		return ""
	}
	return v.T("report.concerned", "n", v.R.MeToo)
}

// step is a row of the history.
func (v *showView) step(s *reports.TimelineStep) kit.Step {
	row := kit.Step{
		ID: "schritt-" + s.ID.String(), Shape: "step", Title: reports.StepTitle(v.Loc, s, v.R.Quiet),
		At: s.At.Format(time.RFC3339), When: v.Loc.DateTime(s.At, v.Now),
	}
	if s.Status != "" {
		row.Shape = string(s.Status)
	}
	if s.Department != nil {
		row.Who = s.Department.Name.In(v.Loc.Lang())
	}
	return row
}

// limited says who sees a step that is not for everybody.
func (v *showView) limited(a subject.Audience) string {
	switch a {
	case subject.Public:
		return ""
	case subject.Owner:
		return v.T("own.held")
	}
	return v.T("report.step.team")
}

// textNotice says why there is no text.
func (v *showView) textNotice() string {
	switch {
	case v.R.Actor.SeeHeld || v.R.Visibility != reports.VisPublic:
		return ""
	case v.R.Publish == "C":
		return v.T("report.text.never")
	case v.R.TextState == reports.TextHeld:
		return v.T("report.text.held")
	case v.R.TextState == reports.TextWithheld:
		return v.T("report.text.withheld")
	}
	return ""
}

// textMark marks words and pictures that only their author and the team see.
func (v *showView) textMark() string {
	if v.R.Actor.SeeHeld && v.R.Text != "" && v.R.TextState != reports.TextReleased {
		if v.R.Publish == "C" || v.R.TextState == reports.TextWithheld {
			return v.T("report.text.team")
		}
		return v.T("own.held")
	}
	return ""
}

func (v *showView) photo(ph *reports.Photo) kit.Photo {
	at := "/photos/" + ph.ID.String()
	out := kit.Photo{URL: at + "/small", Large: at, Alt: ph.Alt, Width: ph.Width, Height: ph.Height}
	if ph.Held {
		out.Note = v.T("own.held")
	}
	return out
}

// message names a turn of the dialogue.
func (v *showView) path(last string) string { return v.R.Path() + "/" + last }

func (v *showView) crumbs() []kit.Crumb {
	way := []kit.Crumb{{Name: v.T("nav.map"), URL: "/map"}}
	if v.R.DistrictRef != "" && v.R.DistrictName != "" {
		way = append(way, kit.Crumb{Name: v.R.DistrictName, URL: "/map?" + url.Values{"district": {v.R.DistrictRef}}.Encode()})
	}
	return append(way, kit.Crumb{Name: v.Number})
}

func numberText(l *reports.Link) string { return l.Number.Format(subject.PrefixReport) }
