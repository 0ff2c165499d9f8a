package talkpages

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Access tells whether somebody is a side of a thing's dialogue; any error means
// that its files do not exist for them.
type Access func(ctx context.Context, actor accounts.Actor, id uuid.UUID) error

// Deps are what the handlers need.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Files      *casework.Files
	Access     map[subject.Kind]Access
}

type pages struct {
	Deps

	url func(path string) string
}

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Files == nil || deps.Access == nil {
		return errors.New("talkpages: something of the dialogue is missing")
	}
	p := &pages{deps, r.URL}
	r.GET("/files/:file", p.file)
	kit.ViewRoutes(r, "/files/:file", p.viewFile)
	const one = "/desk/reports/:number"
	r.GET(one+"/talk", p.show, kit.RequireSignIn)
	r.POST(one+"/talk", p.write, kit.BodyLimit(kit.TalkBody), kit.RequireSignIn)
	r.POST(one+"/talk/read", p.read, kit.RequireSignIn)
	r.POST(one+"/handover", p.handOver, kit.RequireSignIn)
	r.POST(one+"/handover/:handover/reply", p.reply, kit.RequireSignIn)
	r.POST(one+"/handover/:handover/revoke", p.revoke, kit.RequireSignIn)
	r.GET("/desk/route", p.routeForm, kit.RequireSignIn)
	r.POST("/desk/route", p.route, kit.RequireSignIn)
	r.GET("/desk/thanks", p.thanks, kit.RequireSignIn)
	r.GET("/desk/partners", p.partners, kit.RequireSignIn)
	r.GET("/desk/partners/:partner", p.partner, kit.RequireSignIn)
	r.POST("/desk/partners/:partner", p.putPartner, kit.RequireSignIn)
	return nil
}

// worksHere tells whether somebody has cases.
func worksHere(a accounts.Actor) error {
	if !a.Has(subject.Caseworker, subject.TeamLead) {
		return fault.New(fault.Forbidden, "err.403").With("why", "report.why.not_staff")
	}
	return nil
}

// file hands out one file of a dialogue.
func (p *pages) file(c kit.Context) error {
	f, err := p.fileOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	data, err := p.Files.Read(ctx, f)
	if err != nil {
		return err
	}
	return kit.SendFile(c, f, data)
}

// viewFile shows what is in a file of a dialogue.
func (p *pages) viewFile(c kit.Context) error {
	f, err := p.fileOf(c)
	if err != nil {
		return err
	}
	ctx, back := c.Request().Context(), kit.Crumb{Name: kit.NewPage(c, "preview.title").T("nav.home"), URL: "/"}
	cards, err := p.Reports.Describe(ctx, []uuid.UUID{f.Ref.ID})
	if err != nil {
		return err
	}
	if len(cards) == 1 {
		back.Name = cards[0].Number.Format(subject.PrefixReport)
		if back.URL = "/reports/" + back.Name; worksHere(kit.Actor(c)) == nil {
			back.URL = casePath(cards[0].Number)
		}
	}
	return kit.ShowPreview(c, f, back, func(ctx context.Context) (preview.Document, error) { return p.Files.Preview(ctx, f) })
}

// fileOf is the file that an address names, for a side of its dialogue.
func (p *pages) fileOf(c kit.Context) (casework.File, error) {
	none := fault.Missing("file")
	id, err := uuid.Parse(c.Param("file"))
	if err != nil || len(c.Param("file")) != 36 {
		return casework.File{}, none
	}
	ctx := c.Request().Context()
	f, err := casework.FileByID(ctx, p.DB, id)
	if err != nil {
		return f, err
	}
	may, ok := p.Access[f.Ref.Kind]
	if !ok {
		return f, none
	}
	if err := may(ctx, kit.Actor(c), f.Ref.ID); err != nil {
		if _, is := errors.AsType[*fault.Error](err); is {
			return f, none.Because(err)
		}
		return f, err
	}
	return f, nil
}
