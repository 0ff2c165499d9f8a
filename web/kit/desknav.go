package kit

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/subject"
)

// deskArea is one area of the desk: the list that DeskNav shows from. Whoever
// adds an area adds one line to deskAreas; the label is a message key.
type deskArea struct {
	URL, Label string
	For        []subject.Role // who sees it in the bar; the page itself decides by its own policy
}

func deskAreas() []deskArea {
	works := []subject.Role{subject.Caseworker, subject.TeamLead}
	return []deskArea{
		{"/desk", "queue.area.cases", works},
		{"/desk/moderation", "modq.nav", []subject.Role{subject.Moderator}},
		{"/desk/votes", "votes.desk.title", []subject.Role{subject.Moderator}},
		{"/desk/complaints", "complaint.desk.title", works},
		{"/desk/resubmissions", "case.list.back", works},
		{"/desk/mentions", "case.list.mentions", works},
		{"/desk/templates", "case.list.templates", append([]subject.Role{subject.Editor, subject.Admin}, works...)},
		{"/desk/absences", "case.list.absences", works},
		{"/desk/capture", "talk.capture.title", []subject.Role{subject.Caseworker, subject.TeamLead}},
		{"/desk/route", "talk.route.title", []subject.Role{subject.Caseworker, subject.TeamLead}},
		{"/desk/thanks", "talk.thanks.title", []subject.Role{subject.Caseworker, subject.TeamLead}},
		{"/desk/partners", "talk.partners.title", []subject.Role{subject.Admin}},
		{"/desk/radar", "radardesk.title", []subject.Role{subject.Editor, subject.TeamLead, subject.Admin}},
		{"/desk/radar/inquiries", "inquiry.title", works}, // editors have it in the tabs of the programme
		{"/desk/ideas", "idea.desk.title", append([]subject.Role{subject.Editor}, works...)},
		{"/desk/calls", "idea.calls.title", []subject.Role{subject.TeamLead, subject.Editor}},
		// Add your area here, in the order in which a clerk needs it, one line each.
		{"/desk/events", "event.desk.title", []subject.Role{subject.TeamLead, subject.Admin}},
		{"/desk/statistics", "stats.desk.title", []subject.Role{subject.Caseworker, subject.TeamLead, subject.Analyst, subject.Admin}},
		{"/desk/council", "council.title", []subject.Role{subject.Council}},
		{"/desk/routing", "routing.title", []subject.Role{subject.TeamLead, subject.Admin}},
		{"/desk/deliveries", "deliveries.title", []subject.Role{subject.Admin}},
		{"/desk/admin", "admin.title", []subject.Role{subject.Admin, subject.TeamLead}},
		{"/desk/objects", "object.desk.title", append([]subject.Role{subject.Admin}, works...)},
		{"/desk/practice", "practice.title", append([]subject.Role{subject.Moderator}, works...)},
		{"/desk/site", "sitedesk.title", []subject.Role{subject.Editor, subject.Admin}},
	}
}

// NavItem is one link of a menu.
type NavItem struct {
	URL, Label string
	On         bool // this page belongs to it
}

// DeskNav lists the areas of the desk that somebody may use. The one that is on
// is the most exact beginning of the page's path; none, where that area is not in
// their menu. The layout shows it on every
// page whose Nav is "desk"; a page need not call it.
func DeskNav(p Page, actor accounts.Actor) []NavItem {
	var items []NavItem
	on, length := -1, 0
	for _, a := range deskAreas() {
		may := actor.Has(a.For...)
		if len(a.URL) > length && (p.Path == a.URL || strings.HasPrefix(p.Path, a.URL+"/")) {
			on, length = -1, len(a.URL)
			if may {
				on = len(items)
			}
		}
		if !may {
			continue
		}
		items = append(items, NavItem{URL: a.URL, Label: p.T(a.Label)})
	}
	if on >= 0 {
		items[on].On = true
	}
	return items
}

// DeskHome is where the desk begins for somebody: the first area of theirs, or
// "" for whoever has none.
func DeskHome(actor accounts.Actor) string {
	for _, a := range deskAreas() {
		if actor.Has(a.For...) {
			return a.URL
		}
	}
	return ""
}

func navOn(p Page, i NavItem) templ.Attributes {
	switch {
	case i.On && p.Path == i.URL:
		return templ.Attributes{"aria-current": "page"}
	case i.On:
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}
