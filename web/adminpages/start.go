package adminpages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// area is one thing that can be managed.
type area struct {
	URL, Title, Lead string // message keys
	roles            []subject.Role
}

func areas() []area {
	admin := []subject.Role{subject.Admin}
	return []area{
		{"/desk/admin/people", "admin.people", "admin.people.lead", admin},
		{"/desk/admin/invitations", "admin.invitations", "admin.invitations.lead", admin},
		{departmentsPath, "admin.departments", "admin.departments.lead", admin},
		{categoriesPath, "admin.categories", "admin.categories.lead", admin},
		{groupsPath, "admin.groups", "admin.groups.lead", admin},
		{stopsPath, "admin.stops", "admin.stops.lead", admin},
		{districtsPath, "admin.districts", "admin.districts.lead", admin},
		{calendarPath, "admin.calendar", "admin.calendar.lead", admin},
		{"/desk/site", "sitedesk.title", "admin.site.lead", []subject.Role{subject.Admin, subject.Editor}},
		{"/desk/admin/audit", "admin.audit", "admin.audit.lead", []subject.Role{subject.Admin, subject.TeamLead}},
		{exportsPath, "admin.exports", "admin.exports.lead", []subject.Role{subject.Admin, subject.TeamLead}},
	}
}

type startView struct {
	kit.Page
	Areas []area
}

// start lists what somebody may manage.
func (p *pages) start(c kit.Context) error {
	actor := kit.Actor(c)
	v := startView{Page: page(c, "admin.title")}
	for _, a := range areas() {
		if actor.Has(a.roles...) {
			v.Areas = append(v.Areas, a)
		}
	}
	if len(v.Areas) == 0 {
		if err := accounts.May(actor, accounts.ManagePeople); err != nil {
			return err
		}
		return fault.Missing("admin")
	}
	return kit.Render(c, http.StatusOK, startPage(v))
}
