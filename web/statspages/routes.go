package statspages

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/kept"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Categories *categories.Service
	Geo        interface {
		Districts(ctx context.Context) ([]geo.Label, error)
	}
	Centre kit.Centre // where maps open; may be nil
	Zone   *time.Location
}

type pages struct {
	Deps
	figures   *kept.Kept[question, []casework.FigureRow]
	streets   *kept.Kept[streetsKey, []casework.StreetFigure]
	recurring *kept.Kept[string, []casework.RecurringPlace] // of the whole city, by the day up to which they count
}

// keepFor is how long figures are given again: counting a million cases takes its time.
const (
	keepFor     = 10 * time.Minute
	keepFigures = 200
)

// remember makes the stores of what was counted.
func (p *pages) remember() (err error) {
	if p.figures, err = kept.New[question, []casework.FigureRow](kept.Config{For: keepFor, Most: keepFigures}); err != nil {
		return err
	}
	if p.streets, err = kept.New[streetsKey, []casework.StreetFigure](kept.Config{For: keepFor, Most: keepStreets}); err != nil {
		return err
	}
	p.recurring, err = kept.New[string, []casework.RecurringPlace](kept.Config{For: keepFor, Most: keepRecurring})
	return err
}

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Categories == nil || deps.Geo == nil {
		return errors.New("statspages: something of the pages is missing")
	}
	if deps.Zone == nil {
		deps.Zone = time.UTC
	}
	p := &pages{Deps: deps}
	if err := p.remember(); err != nil {
		return err
	}
	r.GET("/statistics", p.show(false))
	r.GET("/statistics.csv", p.file(false, csvFile))
	r.GET("/statistics.xlsx", p.file(false, xlsxFile))
	r.GET("/statistics/streets.json", p.streetLines(false))
	r.GET("/desk/statistics", p.show(true), kit.RequireSignIn)
	r.GET("/desk/statistics/streets.json", p.streetLines(true), kit.RequireSignIn)
	r.GET("/desk/statistics.csv", p.file(true, csvFile), kit.RequireSignIn)
	r.GET("/desk/statistics.xlsx", p.file(true, xlsxFile), kit.RequireSignIn)
	return nil
}

// question is what was asked for, as a key: days, not moments.
type question struct {
	By         casework.By
	From, To   string
	Category   string // key
	District   string // ref
	Department string // key
}

// ask reads the question of an address. What makes no sense is a fault.
func (p *pages) ask(c kit.Context) (question, casework.FigureFilter, error) {
	q := question{
		By: casework.By(c.QueryParam("by")), From: c.QueryParam("from"), To: c.QueryParam("to"),
		Category: c.QueryParam("category"), District: c.QueryParam("district"), Department: c.QueryParam("department"),
	}
	f := casework.FigureFilter{Zone: p.Zone.String()}
	if !slices.Contains(casework.Bys(), q.By) {
		if q.By != "" {
			return q, f, fault.New(fault.BadRequest, "stats.err.by")
		}
		q.By = casework.ByMonth
	}
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return q, f, err
	}
	today := now.In(p.Zone)
	if q.To == "" {
		q.To = today.Format(time.DateOnly)
	}
	if q.From == "" {
		q.From = time.Date(today.Year(), today.Month()-11, 1, 0, 0, 0, 0, p.Zone).Format(time.DateOnly)
	}
	var wrong fault.Fields
	if f.From, err = time.ParseInLocation(time.DateOnly, q.From, p.Zone); err != nil || f.From.Year() < 2000 {
		wrong.Add("from", "stats.err.day")
	}
	if f.To, err = time.ParseInLocation(time.DateOnly, q.To, p.Zone); err != nil || f.To.Year() > 2200 {
		wrong.Add("to", "stats.err.day")
	}
	f.To = f.To.AddDate(0, 0, 1)
	if wrong == nil && (!f.To.After(f.From) || f.To.Sub(f.From) > 5*366*24*time.Hour) {
		wrong.Add("from", "stats.err.time")
	}
	if err := p.place(ctx, q, &f, &wrong); err != nil {
		return q, f, err
	}
	return q, f, wrong.Err()
}

// place reads what figures are limited to.
func (p *pages) place(ctx context.Context, q question, f *casework.FigureFilter, wrong *fault.Fields) error {
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	if q.Category != "" {
		if k := cat.ByKey(q.Category); k != nil {
			f.Category = k.ID
		} else {
			wrong.Add("category", "field.choice")
		}
	}
	if q.Department != "" {
		if d, ok := cat.Department(q.Department); ok {
			f.Department = d.ID
		} else {
			wrong.Add("department", "field.choice")
		}
	}
	if q.District != "" {
		labels, err := p.Geo.Districts(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(labels, func(l geo.Label) bool { return l.Ref == q.District }) {
			wrong.Add("district", "field.choice")
		}
		f.District = q.District
	}
	return nil
}

// names are the words for the keys of rows.
func (p *pages) names(ctx context.Context, lang string) (func(page kit.Page, by casework.By, key string) string, error) {
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	labels, err := p.Geo.Districts(ctx)
	if err != nil {
		return nil, err
	}
	return func(page kit.Page, by casework.By, key string) string {
		switch by {
		case casework.ByCategory:
			if id, err := uuid.Parse(key); err == nil {
				if k := cat.ByID(id); k != nil {
					return k.Name.In(lang)
				}
			}
		case casework.ByDepartment:
			if id, err := uuid.Parse(key); err == nil {
				if d, ok := cat.DepartmentByID(id); ok {
					return d.Name.In(lang)
				}
			}
		case casework.ByDistrict:
			for _, l := range labels {
				if l.Ref == key {
					return l.Name
				}
			}
			if key != "" {
				return key
			}
		case casework.ByStatus:
			if page.Loc.Has("status." + key + ".label") {
				return page.T("status." + key + ".label")
			}
		case casework.ByMonth:
			if at, err := time.ParseInLocation("2006-01", key, p.Zone); err == nil {
				return page.Loc.Month(at)
			}
		}
		return page.T("stats.unknown")
	}, nil
}
