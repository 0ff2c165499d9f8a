package adminpages

import (
	"net/http"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	districtsPath = "/desk/admin/districts"
	// uploadLimit lets a file of districts in.
	uploadLimit = 33 << 20
)

type districtsView struct {
	kit.Page
	Rows   []setRow
	Errors kit.Errors
}

type setRow struct {
	URL, Source, State, When string
	N                        int
	On                       bool
}

func (p *pages) districts(c kit.Context) error { return p.renderDistricts(c, http.StatusOK, nil) }

func (p *pages) renderDistricts(c kit.Context, status int, wrong error) error {
	sets, err := p.Districts.Sets(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	v := districtsView{Page: page(c, "admin.districts")}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	for _, s := range sets {
		r := setRow{URL: districtsPath + "/" + s.ID.String(), Source: s.Source, N: s.N, On: s.Active, State: v.T("admin.districts.waits"), When: v.Loc.DateTime(s.ImportedAt, now)}
		switch {
		case s.Active:
			r.State = v.T("admin.districts.active")
		case s.ActivatedAt != nil:
			r.State = v.T("admin.districts.was")
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, status, districtsPage(v))
}

// uploadDistricts takes a file as a set that is not in force yet.
func (p *pages) uploadDistricts(c kit.Context) error {
	if _, err := p.Districts.Sets(c.Request().Context(), kit.Actor(c)); err != nil { // whether they may at all
		return err
	}
	head, err := c.FormFile("file")
	if err != nil {
		return p.renderDistricts(c, http.StatusUnprocessableEntity, fault.OnField("file", "admin.districts.err.none"))
	}
	file, err := head.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	id, err := p.Districts.Upload(c.Request().Context(), kit.Actor(c), file, kit.Clean(filepath.Base(head.Filename), false))
	if fault.Is(err, fault.Invalid) {
		return p.renderDistricts(c, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, districtsPath+"/"+id.String())
}

type setView struct {
	kit.Page
	geo.SetPreview

	Path         string
	Lost, Gained string
}

func (p *pages) districtSet(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("set of districts")
	}
	set, err := p.Districts.Preview(c.Request().Context(), kit.Actor(c), id)
	if err != nil {
		return err
	}
	v := setView{Page: page(c, "admin.districts.set"), SetPreview: set, Path: districtsPath + "/" + id.String()}
	v.Title = set.Source
	v.Lost, v.Gained = v.Loc.Decimal(set.Lost, 2), v.Loc.Decimal(set.Gained, 2)
	return kit.Render(c, http.StatusOK, districtSetPage(v))
}

func (p *pages) switchDistricts(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("set of districts")
	}
	if err := p.Districts.Switch(c.Request().Context(), kit.Actor(c), id); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.districts.switched")
	return kit.Redirect(c, districtsPath)
}

func (p *pages) discardDistricts(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("set of districts")
	}
	if err := p.Districts.Discard(c.Request().Context(), kit.Actor(c), id); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.districts.discarded")
	return kit.Redirect(c, districtsPath)
}
