package councilpages

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// monthsBack is how many months a page offers beside the current one.
const monthsBack = 12

type indexView struct {
	kit.Page
	Districts []link
	Council   bool // the desk's page of the Bezirksausschuss
}

type link struct {
	Name, URL string
	List      string // path of the reports; on the desk's page
	On        bool
}

type sheetView struct {
	kit.Page
	Name      string // of the district
	Month     string // "März 2026"
	Until     string // where the month is not over: the day of now
	Months    []link
	Rows      []line
	Sum       line
	CSV, List string
	Share     string
}

// line is a row in words.
type line struct{ Name, New, Solved, Open, Late, Days string }

func (p *pages) index(c kit.Context) error {
	list, err := p.Geo.Districts(c.Request().Context())
	if err != nil {
		return err
	}
	v := indexView{Page: kit.NewPage(c, "council.districts")}
	v.Nav = "map"
	for _, d := range list {
		v.Districts = append(v.Districts, link{Name: d.Name, URL: path(d.Ref)})
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, indexPage(v))
}

// council is where members of a Bezirksausschuss find their districts.
func (p *pages) council(c kit.Context) error {
	actor := kit.Actor(c)
	if !actor.IsStaff() && !actor.Has(subject.Council) {
		if kit.SignedIn(c) {
			return fault.Missing("council")
		}
		kit.SetNext(c, "/desk/council")
		return kit.Redirect(c, "/login")
	}
	if err := accounts.May(actor, accounts.SeeCouncil); err != nil {
		return err
	}
	list, err := p.Geo.Districts(c.Request().Context())
	if err != nil {
		return err
	}
	only, all := actor.CouncilDistricts()
	v := indexView{Page: kit.NewPage(c, "council.title"), Council: true}
	v.Nav, v.Robots = "desk", "noindex"
	for _, d := range list {
		if all || slices.Contains(only, d.Ref) {
			v.Districts = append(v.Districts, link{Name: d.Name, URL: path(d.Ref), List: listOf(d.Ref)})
		}
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, indexPage(v))
}

func path(ref string) string { return "/districts/" + url.PathEscape(ref) }

func listOf(ref string) string { return "/reports?" + url.Values{"district": {ref}}.Encode() }

// asked is the district and the month of an address.
type asked struct {
	district geo.Label
	from, to time.Time
	now      time.Time
}

func (p *pages) read(c kit.Context) (a asked, err error) {
	ctx := c.Request().Context()
	ref, err := url.PathUnescape(c.Param("ref"))
	if err != nil || len(ref) > 40 {
		return a, fault.Missing("district")
	}
	d, ok, err := p.Geo.DistrictByRef(ctx, ref)
	if err != nil {
		return a, err
	}
	if !ok {
		return a, fault.Missing("district")
	}
	if a.now, err = db.Now(ctx, p.DB); err != nil {
		return a, err
	}
	a.district = d
	a.from, a.to, err = reports.SheetMonth(c.QueryParam("month"), a.now, p.Zone)
	return a, err
}

func (p *pages) month(c kit.Context) error {
	ctx := c.Request().Context()
	a, err := p.read(c)
	if err != nil {
		return err
	}
	v := sheetView{Page: kit.NewPage(c, ""), Name: a.district.Name}
	v.Month = v.Loc.Month(a.from)
	v.Title = v.T("council.sheet.title", "district", a.district.Name, "month", v.Month)
	v.Nav, v.List = "map", listOf(a.district.Ref)
	own := path(a.district.Ref)
	here := a.now.In(p.Zone)
	current := time.Date(here.Year(), here.Month(), 1, 0, 0, 0, 0, p.Zone)
	for i := range monthsBack + 1 {
		at := current.AddDate(0, -i, 0)
		v.Months = append(v.Months, link{Name: v.Loc.Month(at), URL: own + "?month=" + at.Format(reports.MonthForm), On: at.Equal(a.from)})
	}
	this := own + "?month=" + a.from.Format(reports.MonthForm)
	v.Canonical, v.Share = p.url(this), p.url(this)
	if a.to.After(a.now) {
		v.Until = v.T("council.until", "date", v.Loc.Day(a.now))
	}
	v.CSV = own + "/sheet.csv?month=" + a.from.Format(reports.MonthForm)
	if v.Rows, v.Sum, err = p.lines(ctx, &v.Page, a); err != nil {
		return err
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, sheetPage(v))
}

func (p *pages) lines(ctx context.Context, pg *kit.Page, a asked) (rows []line, sum line, err error) {
	s, err := p.Reports.SheetOf(ctx, a.district.Ref, a.from, a.to)
	if err != nil {
		return nil, line{}, err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, line{}, err
	}
	words := func(name string, r reports.SheetRow) line {
		l := line{
			Name: name, New: pg.Loc.Int(r.New), Solved: pg.Loc.Int(r.Solved), Open: pg.Loc.Int(r.Open), Late: pg.Loc.Int(r.Late), Days: "–",
		}
		if r.MedianDays != nil {
			l.Days = pg.Loc.Int(*r.MedianDays)
		}
		return l
	}
	for _, r := range s.Rows {
		name := r.Category
		if k := cat.ByKey(r.Category); k != nil {
			name = k.Name.In(pg.Loc.Lang())
		}
		rows = append(rows, words(name, r))
	}
	return rows, words(pg.T("council.sum"), s.Sum), nil
}

// csv is the same sheet for programs: heads and keys in every language alike.
func (p *pages) csv(c kit.Context) error {
	ctx := c.Request().Context()
	a, err := p.read(c)
	if err != nil {
		return err
	}
	s, err := p.Reports.SheetOf(ctx, a.district.Ref, a.from, a.to)
	if err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString(sheet.BOM)
	w := sheet.NewWriter(&out)
	if err := w.Row("district_ref", "district", "month", "category_key", "category", "new", "solved", "open", "late", "median_days"); err != nil {
		return err
	}
	lang := kit.NewPage(c, "").Loc.Lang()
	for _, r := range append(s.Rows, s.Sum) {
		name, days := "", ""
		if k := cat.ByKey(r.Category); k != nil {
			name = k.Name.In(lang)
		}
		if r.MedianDays != nil {
			days = strconv.Itoa(*r.MedianDays)
		}
		err := w.Row(sheet.Text(a.district.Ref), sheet.Text(a.district.Name), a.from.Format(reports.MonthForm), r.Category, sheet.Text(name),
			strconv.Itoa(r.New), strconv.Itoa(r.Solved), strconv.Itoa(r.Open), strconv.Itoa(r.Late), days)
		if err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="mitwirk-`+a.from.Format(reports.MonthForm)+`.csv"`)
	kit.Public(c, keepPublic)
	return kit.Send(c, http.StatusOK, "text/csv; charset=utf-8; header=present", out.Bytes())
}
