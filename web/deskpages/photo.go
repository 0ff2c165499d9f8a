package deskpages

import (
	"context"
	"mime/multipart"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// withPhoto prepares the photo that came with a form and calls use with it, or
// with nil when none came: the report takes it in the transaction of the step.
func (p *pages) withPhoto(v *visit, alt string, use func(photo *reports.Upload) error) error {
	file := sentPhoto(v.c)
	if file == nil {
		return use(nil)
	}
	if alt == "" {
		return fault.OnField("photo_alt", "desk.err.photo_alt")
	}
	if err := kit.Limit(v.c, accounts.RuleUpload); err != nil {
		return err
	}
	f, err := file.Open()
	if err != nil {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	defer f.Close()
	ready, err := p.Photos.Prepare(v.ctx, f)
	if err != nil {
		return err
	}
	if err := use(&reports.Upload{Prepared: ready, Alt: alt}); err != nil {
		return renamed(err, map[string]string{"alt": "photo_alt"})
	}
	return nil
}

func sentPhoto(c kit.Context) *multipart.FileHeader {
	m := c.Request().MultipartForm
	if m == nil || len(m.File["photo"]) == 0 || m.File["photo"][0].Size == 0 {
		return nil
	}
	return m.File["photo"][0]
}

type coverView struct {
	kit.Page
	Case   string
	Back   string
	Photo  reports.Photo
	Cover  kit.CoverProps
	Action string
	Errors kit.Errors
}

func (p *pages) coverForm(c kit.Context) error {
	v, ph, err := p.openPhoto(c)
	if err != nil {
		return err
	}
	rects, err := attachments.Covered(v.ctx, p.DB, ph.ID)
	if err != nil {
		return err
	}
	return p.renderCover(v, ph, http.StatusOK, kit.CoverRows(rects), nil)
}

func (p *pages) openPhoto(c kit.Context) (*visit, reports.Photo, error) {
	v, err := p.open(c)
	if err != nil {
		return nil, reports.Photo{}, err
	}
	ph, err := photoOf(v)
	if err == nil && !v.r.Actor.Release {
		err = refuse("report.why.no_release")
	}
	return v, ph, err
}

func (p *pages) renderCover(v *visit, ph reports.Photo, status int, rows []kit.CoverRow, wrong error) error {
	pg := kit.NewPage(v.c, "desk.cover.title")
	pg.Nav, pg.Robots, pg.Scripts = "desk", "noindex", []string{"desk-cover"}
	kit.NoStore(v.c)
	return kit.Render(v.c, status, coverPage(coverView{
		Page: pg, Case: v.n.Format(subject.PrefixReport), Back: v.path(), Photo: ph, Action: v.sub("photos/" + ph.ID.String()),
		Cover:  kit.CoverProps{Src: "/photos/" + ph.ID.String(), Alt: altOf(pg, ph, 1), Width: ph.Width, Height: ph.Height, Rows: rows},
		Errors: kit.ErrorsOf(pg, wrong),
	}))
}

func (p *pages) cover(c kit.Context) error {
	v, ph, err := p.openPhoto(c)
	if err != nil {
		return err
	}
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return p.renderCover(v, ph, http.StatusUnprocessableEntity, nil, err)
	}
	rows, rects, err := kit.ReadCover(c.Request().PostForm)
	if err != nil {
		return p.renderCover(v, ph, http.StatusUnprocessableEntity, rows, err)
	}
	err = db.Transact(v.ctx, p.DB, func(ctx context.Context, tx pgx.Tx) error {
		a, err := attachments.ByID(ctx, tx, ph.ID)
		if err != nil {
			return err
		}
		if a.Subject != (subject.Ref{Kind: subject.Report, ID: v.r.ID}) { // moved to another report meanwhile
			return fault.Missing("photo")
		}
		_, err = p.Photos.Redact(ctx, tx, v.actor, ph.ID, rects)
		return err
	})
	if fault.Is(err, fault.Invalid) {
		return p.renderCover(v, ph, http.StatusUnprocessableEntity, rows, fault.OnField("x", "desk.err.cover"))
	}
	if err != nil {
		return err
	}
	return done(v, "desk.done.cover", "n", len(rects))
}
