package adminpages

import (
	"context"
	"errors"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps are what the handlers need.
type Deps struct {
	DB         db.DB
	Accounts   *accounts.Service
	Categories *categories.Service
	Geo        *geo.Service
	Site       *site.Service
	Districts  *site.Districts
	Exports    *accounts.Exports
	// Preview is the questions of a category as residents see them.
	Preview func(p kit.Page, k *categories.Category) (templ.Component, error)
	// PreviewGroup and PreviewStop are the same of a group and of a stop page.
	PreviewGroup func(p kit.Page, g *categories.Group, offered []*categories.Category) templ.Component
	PreviewStop  func(p kit.Page, s *categories.Stop) templ.Component
	Messages     *i18n.Catalogue
	// Covered tells which reports the actor's roles reach (reports.Covered).
	Covered func(ctx context.Context, q db.Queryer, actor accounts.Actor, ids []uuid.UUID, roles ...subject.Role) (map[uuid.UUID]bool, error)
	// Adopt moves what a visitor began over to the person they become, in the
	// same transaction: whoever takes an invitation signs in.
	Adopt []func(ctx context.Context, tx pgx.Tx, visitor, person uuid.UUID) error
}

type pages struct{ Deps }

// Register adds the routes below /desk/admin, and the invitation's own.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Accounts == nil || deps.Categories == nil || deps.Geo == nil || deps.Messages == nil ||
		deps.Site == nil || deps.Districts == nil || deps.Exports == nil || deps.Preview == nil || deps.PreviewGroup == nil || deps.PreviewStop == nil || deps.Covered == nil {
		return errors.New("adminpages: something of the deps is missing")
	}
	p := &pages{deps}
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	get("/desk/admin", p.start)
	get("/desk/admin/people", p.people)
	get("/desk/admin/people/:id", p.person)
	post("/desk/admin/people/:id/grant", p.grant)
	post("/desk/admin/people/:id/revoke", p.revoke)
	post("/desk/admin/people/:id/factors", p.resetFactors)
	get("/desk/admin/invitations", p.invitations)
	get("/desk/admin/invitations/new", p.inviteForm)
	post("/desk/admin/invitations/new", p.invite)
	post("/desk/admin/invitations/:id/revoke", p.revokeInvitation)
	r.GET("/invitations/:token", p.showInvitation, kit.Secret)
	r.POST("/invitations/:token", p.takeInvitation, kit.Secret)
	get("/desk/admin/audit", p.audit)
	post("/desk/admin/audit/export", p.exportAudit)
	post("/desk/admin/audit/check", p.checkAudit)
	get(departmentsPath, p.departments)
	get(departmentsPath+"/new", p.newDepartment)
	post(departmentsPath+"/new", p.saveNewDepartment)
	get(departmentsPath+"/:key", p.department)
	post(departmentsPath+"/:key", p.saveDepartment)
	get(categoriesPath, p.categories)
	get(categoriesPath+"/new", p.newCategory)
	post(categoriesPath+"/new", p.saveNewCategory)
	get(categoriesPath+"/:key", p.category)
	post(categoriesPath+"/:key", p.saveCategory)
	get(categoriesPath+"/:key/questions/:question", p.question)
	post(categoriesPath+"/:key/questions/:question", p.saveQuestion)
	post(categoriesPath+"/:key/questions/:question/move", p.moveQuestion)
	get(groupsPath, p.groups)
	get(groupsPath+"/new", p.newGroup)
	post(groupsPath+"/new", p.saveNewGroup)
	get(groupsPath+"/:key", p.group)
	post(groupsPath+"/:key", p.saveGroup)
	post(groupsPath+"/:key/move", p.moveGroup)
	post(groupsPath+"/:key/remove", p.removeGroup)
	get(stopsPath, p.stops)
	get(stopsPath+"/new", p.newStop)
	post(stopsPath+"/new", p.saveNewStop)
	get(stopsPath+"/:key", p.stop)
	post(stopsPath+"/:key", p.saveStop)
	post(stopsPath+"/:key/remove", p.removeStop)
	get(calendarPath, p.calendar)
	post(calendarPath+"/add", p.addHoliday)
	post(calendarPath+"/remove", p.removeHoliday)
	post(calendarPath+"/fill", p.fillHolidays)
	post(calendarPath+"/hours", p.saveHours)
	get(districtsPath, p.districts)
	r.POST(districtsPath, p.uploadDistricts, kit.BodyLimit(uploadLimit), kit.RequireSignIn)
	get(districtsPath+"/:id", p.districtSet)
	post(districtsPath+"/:id/switch", p.switchDistricts)
	post(districtsPath+"/:id/discard", p.discardDistricts)
	get(exportsPath, p.exports)
	post(exportsPath, p.askExport)
	post(exportsPath+"/:id/decide", p.decideExport)
	post(exportsPath+"/:id/fetch", p.fetchExport)
	return nil
}

// page is a page of this folder: for nobody's search engine, kept nowhere.
func page(c kit.Context, title string) kit.Page {
	p := kit.NewPage(c, title)
	p.Nav, p.Robots = "desk", "noindex"
	kit.NoStore(c)
	return p
}
