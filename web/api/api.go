package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Root is where the operations lie.
const Root = "/api/v1"

// Version is that of the document, not of the program.
const Version = "1.0.0"

// Deps are what the operations need.
type Deps struct {
	DB         db.DB
	Accounts   *accounts.Service
	Reports    *reports.Service
	Categories *categories.Service
	Photos     *attachments.Service
	Drafts     *drafts.Service
	Search     *search.Service // nil: no search
	Notices    *notify.Service
	Moderation *moderation.Service
	Routing    *casework.Routing
	Umbrella   *casework.Umbrella
	Files      *casework.Files
	Own        *owndata.Service
	Geo        *geo.Service
	Exports    *accounts.Exports
	Queue      *casework.Queue
	Site       *site.Service
	Districts  *site.Districts
	Films      *site.Films // nil: no folder of films
	Ideas      *ideas.Service
	Discussion *discussion.Service
	VotesTold  votes.Told // hears of decisions about held votes; nil: nobody
	Complaints *complaints.Service
	Radar      *radar.Service
	Practice   *practice.Service
	Papers     Papers  // cases as PDF
	Letters    Letters // mails that were given up
	Contests   *contests.Service
	Zone       *time.Location // of the city, for days; nil: UTC
}

// api is the operations of one router.
type api struct {
	Deps

	router *kit.Router
	huma   huma.API
	doc    *huma.OpenAPI
	raw    []byte           // the document
	large  map[string]int64 // method and path of what takes larger bodies than others
}

// Register adds the operations, the document and the reference page.
func Register(r *kit.Router, d Deps) error {
	if d.DB == nil || d.Accounts == nil || d.Reports == nil || d.Categories == nil || d.Photos == nil || d.Drafts == nil || d.Queue == nil {
		return errors.New("api: something of the deps is missing")
	}
	if d.Moderation == nil || d.Routing == nil || d.Umbrella == nil || d.Files == nil || d.Own == nil || d.Geo == nil || d.Notices == nil || d.Exports == nil {
		return errors.New("api: something of the desk is missing")
	}
	if d.Site == nil || d.Districts == nil {
		return errors.New("api: something of the city's set-up is missing")
	}
	if d.Complaints == nil || d.Radar == nil || d.Practice == nil {
		return errors.New("api: complaints, programmes or the practice mode is missing")
	}
	if d.Papers == nil || d.Letters == nil {
		return errors.New("api: the PDF of cases or the mails are missing")
	}
	if d.Ideas == nil || d.Discussion == nil || d.Contests == nil {
		return errors.New("api: something of ideas and discussions is missing")
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	a := &api{Deps: d, router: r, large: map[string]int64{}}
	group := r.Group(Root, a.begin)
	a.huma = humaecho.NewWithGroup(r.Echo, group, config())
	a.doc = a.huma.OpenAPI()
	a.categories()
	a.guesses()
	a.visitors()
	a.photos()
	a.create()
	a.list()
	a.show()
	a.act()
	a.status()
	a.desk()
	a.figures()
	a.events()
	if a.Search != nil {
		a.find()
	}
	a.casesOnDesk()
	a.besideCases()
	a.proposals()
	a.complaints()
	a.radar()
	a.practice()
	finish(a.doc)
	var err error
	if a.raw, err = json.MarshalIndent(a.doc, "", "  "); err != nil {
		return fmt.Errorf("api document: %w", err)
	}
	a.raw = append(a.raw, '\n')
	r.GET(Root+"/openapi.json", func(c kit.Context) error {
		return kit.Send(c, http.StatusOK, "application/vnd.oai.openapi+json;version=3.1", a.raw)
	})
	r.GET(referenceRoot, a.reference)
	r.GET(referenceRoot+"/:subject", a.referencePart)
	return nil
}

// config turns off all that huma would say by itself: pages, links, schemas.
func config() huma.Config {
	c := huma.DefaultConfig("Mitwirk", Version)
	c.DocsPath, c.OpenAPIPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{keepError}
	c.Info.Description = about
	c.Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	c.Servers = []*huma.Server{{URL: Root}}
	c.Tags = []*huma.Tag{
		{Name: tagCatalogue, Description: "What can be reported."},
		{Name: tagReport, Description: "Send a report with photos."},
		{Name: tagRead, Description: "Read what is public, and more with a code or a token."},
		{Name: tagAct, Description: "What people do with a report."},
		{Name: tagStaff, Description: "What the team in charge does."},
		{Name: tagDesk, Description: "The desk: lists of cases, one case with all that belongs to it, many at once. By a token with the scopes desk:read and desk:write."},
	}
	c.Tags = append(c.Tags, besideTags()...)
	c.Tags = append(c.Tags, proposalTags()...)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {
			Type: "http", Scheme: "bearer",
			Description: "A token of another system (mwt_…, made by `mitwirk admin token create`) or of a visitor (mwv_…, made by POST /visitors).",
		},
	}
	return c
}

// schemaName names what a measure says after its area: its parts have the names
// of other answers' parts.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() == reflect.TypeFor[radar.Content]().PkgPath() {
		return "Measure" + name
	}
	return name
}

const (
	tagCatalogue = "Catalogue"
	tagReport    = "Reporting"
	tagRead      = "Reading"
	tagAct       = "Taking part"
	tagStaff     = "Staff"
	tagDesk      = "Desk"
)

const about = `Report defects on the map, read what becomes of them, and take part.

**Who you are.** Without a token you are anonymous: you may read all that is public and send reports, within the limits of the web pages. ` +
	`A visitor's token (POST /visitors) makes you the same person again: it is needed for photos and for "affects me too". ` +
	`Other systems have a token with scopes. Cookies mean nothing here.

**Your own report.** Its number and its access code open it: send the code in the header Mitwirk-Access-Code.

**Languages.** Words come in German or English, by Accept-Language. Names in the catalogue come in all languages.

**Errors** are application/problem+json (RFC 9457). ` + "`title`" + ` and ` + "`detail`" + ` are for people, ` + "`code`" + ` is stable; ` + "`errors`" +
	` names each wrong entry and what to do. What you may not know of answers 404, exactly as a number that does not exist.

**Sent twice.** Give every POST that creates something an Idempotency-Key of your own, 16 to 200 characters, for example a UUID. ` +
	`The same request gets the same answer for a day; with another body it is 422, and 409 while the first one is still at work.`

// finish takes out what huma puts into every document and nobody gets.
func finish(doc *huma.OpenAPI) {
	for _, name := range []string{"ErrorModel", "ErrorDetail"} {
		delete(doc.Components.Schemas.Map(), name)
	}
}
