package partnerpages

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps are what the handlers need.
type Deps struct {
	DB      db.DB
	Reports *reports.Service
	Photos  *attachments.Service
}

type pages struct{ Deps }

const photoLimit = attachments.MaxBytes + 1<<20

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Photos == nil {
		return errors.New("partnerpages: something of the pages is missing")
	}
	p := &pages{deps}
	r.GET("/p/:token", p.partner)
	r.POST("/p/:token", p.answer, kit.BodyLimit(photoLimit))
	r.GET("/p/crew/:token", p.crew)
	r.POST("/p/crew/:token", p.done, kit.BodyLimit(photoLimit))
	return nil
}

// view is the page of a case for somebody outside.
type view struct {
	kit.Page
	C      *reports.PartnerCase
	Number string
	Name   string // of the partner or crew
	Now    time.Time
	Kind   string
	Text   string
	Errors kit.Errors
}

func (p *pages) viewOf(c kit.Context, pc *reports.PartnerCase, key string) (*view, error) {
	v := &view{Page: kit.NewPage(c, key), C: pc, Number: pc.View.Number.Format(subject.PrefixReport)}
	v.Robots = "noindex, nofollow"
	var err error
	v.Now, err = db.Now(c.Request().Context(), p.DB)
	kit.NoStore(c)
	c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address is the key
	return v, err
}

// open asks for the case of a token, within the limits of an address: who tries
// out links is slowed down.
func open(c kit.Context, get func() (*reports.PartnerCase, error)) (*reports.PartnerCase, error) {
	pc, err := get()
	if fault.Is(err, fault.Gone) || fault.Is(err, fault.NotFound) {
		if err := kit.Limit(c, accounts.RuleCode); err != nil {
			return nil, err
		}
		return nil, fault.New(fault.Gone, "talk.err.link").Because(err)
	}
	return pc, err
}

func (p *pages) partnerCase(c kit.Context) (*reports.PartnerCase, error) {
	return open(c, func() (*reports.PartnerCase, error) {
		return p.Reports.PartnerCase(c.Request().Context(), c.Param("token"))
	})
}

func (p *pages) partner(c kit.Context) error {
	pc, err := p.partnerCase(c)
	if err != nil {
		return err
	}
	return p.renderPartner(c, http.StatusOK, pc, "", "", nil)
}

func (p *pages) renderPartner(c kit.Context, status int, pc *reports.PartnerCase, kind, text string, wrong error) error {
	v, err := p.viewOf(c, pc, "talk.partner.page")
	if err != nil {
		return err
	}
	v.Name, v.Kind, v.Text = pc.Handover.Name.In(v.Loc.Lang()), kind, text
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	return kit.Render(c, status, partnerPage(v))
}

func (p *pages) answer(c kit.Context) error {
	pc, err := p.partnerCase(c)
	if err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	var in struct {
		Kind string `form:"kind" max:"20"`
		Text string `form:"text" lines:"true"`
	}
	err = kit.Bind(c, &in)
	a := reports.PartnerAnswer{Kind: in.Kind, Text: in.Text}
	if err == nil && in.Kind == reports.PartnerDone && !pc.Handover.State.Over() {
		a.Photo, err = p.photo(c)
	}
	if err == nil {
		err = p.Reports.AnswerAsPartner(c.Request().Context(), c.Param("token"), a)
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderPartner(c, http.StatusUnprocessableEntity, pc, in.Kind, in.Text, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "talk.partner.thanks")
	return kit.Redirect(c, "/p/"+c.Param("token"))
}

func (p *pages) crewCase(c kit.Context) (*reports.PartnerCase, error) {
	return open(c, func() (*reports.PartnerCase, error) {
		return p.Reports.CrewCase(c.Request().Context(), c.Param("token"))
	})
}

func (p *pages) crew(c kit.Context) error {
	pc, err := p.crewCase(c)
	if err != nil {
		return err
	}
	return p.renderCrew(c, http.StatusOK, pc, nil)
}

func (p *pages) renderCrew(c kit.Context, status int, pc *reports.PartnerCase, wrong error) error {
	v, err := p.viewOf(c, pc, "talk.crew.page")
	if err != nil {
		return err
	}
	v.Name = pc.Order.Crew
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	return kit.Render(c, status, crewPage(v))
}

func (p *pages) done(c kit.Context) error {
	pc, err := p.crewCase(c)
	if err != nil {
		return err
	}
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	var photo *reports.Upload
	if pc.Order.State == casework.OrderOpen {
		if photo, err = p.photo(c); fault.Is(err, fault.Invalid) {
			return p.renderCrew(c, http.StatusUnprocessableEntity, pc, err)
		}
	}
	if err == nil {
		err = p.Reports.CrewDone(c.Request().Context(), c.Param("token"), photo)
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, "/p/crew/"+c.Param("token"))
}

// photo is the photo that came with a form; nil for none.
func (p *pages) photo(c kit.Context) (*reports.Upload, error) {
	m := c.Request().MultipartForm
	if m == nil || len(m.File["photo"]) == 0 || m.File["photo"][0].Size == 0 {
		return nil, nil //nolint:nilnil // a photo need not come
	}
	if err := kit.Limit(c, accounts.RuleUpload); err != nil {
		return nil, err
	}
	f, err := m.File["photo"][0].Open()
	if err != nil {
		return nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	defer f.Close()
	ready, err := p.Photos.Prepare(c.Request().Context(), f)
	if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) {
		return nil, fault.OnField("photo", fault.As(err).Key).Because(err)
	}
	if err != nil {
		return nil, err
	}
	return &reports.Upload{Prepared: ready}, nil
}

// kinds are the answers to choose.
func (v *view) kinds() []kit.Option {
	list := make([]kit.Option, 0, 4)
	for _, k := range []string{reports.PartnerTaken, reports.PartnerDone, reports.PartnerNotOurs, reports.PartnerAsks} {
		if k == reports.PartnerTaken && v.C.Handover.State == casework.HandoverTaken {
			continue
		}
		list = append(list, kit.Option{Value: k, Label: v.T("talk.partner.kind." + k), Hint: v.T("talk.partner.kind." + k + ".hint"), On: v.Kind == k})
	}
	return list
}

// geoURI is the place in whatever program shows maps on the device (RFC 5870).
func geoURI(v *view) string {
	return fmt.Sprintf("geo:%.6f,%.6f", v.C.View.Point.Lat, v.C.View.Point.Lon)
}

func photoAttrs(v *view, capture string) templ.Attributes {
	a := templ.Attributes{}
	if capture != "" {
		a["capture"] = capture
	}
	if v.Errors.For("photo") != "" {
		a["aria-describedby"], a["aria-invalid"] = "f-photo-err", "true"
	}
	return a
}
