package deskpages

import (
	"context"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

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

// coverRow is a part of a photo as the form has it: in per cent.
type coverRow struct{ X, Y, W, H string }

type coverView struct {
	kit.Page
	Case   string
	Back   string
	Photo  reports.Photo
	Rows   []coverRow
	Action string
	Errors kit.Errors
}

// spareRows are empty ones for people without script.
const spareRows = 3

func (p *pages) coverForm(c kit.Context) error {
	v, ph, err := p.openPhoto(c)
	if err != nil {
		return err
	}
	rects, err := attachments.Covered(v.ctx, p.DB, ph.ID)
	if err != nil {
		return err
	}
	rows := make([]coverRow, 0, len(rects)+spareRows)
	for _, r := range rects {
		rows = append(rows, coverRow{percent(r.X), percent(r.Y), percent(r.W), percent(r.H)})
	}
	return p.renderCover(v, ph, http.StatusOK, rows, nil)
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', -1, 64) }

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

func (p *pages) renderCover(v *visit, ph reports.Photo, status int, rows []coverRow, wrong error) error {
	for range spareRows {
		rows = append(rows, coverRow{})
	}
	pg := kit.NewPage(v.c, "desk.cover.title")
	pg.Nav, pg.Robots, pg.Scripts = "desk", "noindex", []string{"desk-cover"}
	kit.NoStore(v.c)
	return kit.Render(v.c, status, coverPage(coverView{
		Page: pg, Case: v.n.Format(subject.PrefixReport), Back: v.path(), Photo: ph, Rows: rows, Action: v.sub("photos/" + ph.ID.String()),
		Errors: kit.ErrorsOf(pg, wrong),
	}))
}

func (p *pages) cover(c kit.Context) error {
	v, ph, err := p.openPhoto(c)
	if err != nil {
		return err
	}
	var in struct {
		X []string `form:"x"`
		Y []string `form:"y"`
		W []string `form:"w"`
		H []string `form:"h"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return p.renderCover(v, ph, http.StatusUnprocessableEntity, nil, err)
	}
	// Bind leaves empty entries out, which would shift the columns against each other.
	form := c.Request().PostForm
	rows, rects, err := coverRows(form["x"], form["y"], form["w"], form["h"])
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

// coverRows reads the parts, one per row of four numbers in per cent. Rows
// without any number are left out.
func coverRows(x, y, w, h []string) ([]coverRow, []attachments.Rect, error) {
	n := max(len(x), len(y), len(w), len(h))
	if n > 60 {
		return nil, nil, fault.OnField("x", "photo.rects")
	}
	at := func(list []string, i int) string {
		if i < len(list) {
			return kit.Clean(list[i], false)
		}
		return ""
	}
	var rows []coverRow
	var rects []attachments.Rect
	var wrong error
	for i := range n {
		row := coverRow{at(x, i), at(y, i), at(w, i), at(h, i)}
		if row == (coverRow{}) {
			continue
		}
		rows = append(rows, row)
		var rect attachments.Rect
		for _, c := range []struct {
			text string
			to   *float64
		}{{row.X, &rect.X}, {row.Y, &rect.Y}, {row.W, &rect.W}, {row.H, &rect.H}} {
			share, err := strconv.ParseFloat(strings.Replace(c.text, ",", ".", 1), 64)
			if err != nil || share < 0 || share > 100 {
				wrong = fault.OnField("x", "desk.err.cover")
				continue
			}
			*c.to = share / 100
		}
		rect.W, rect.H = min(rect.W, 1-rect.X), min(rect.H, 1-rect.Y)
		rects = append(rects, rect)
	}
	return rows, rects, wrong
}
