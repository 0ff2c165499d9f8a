package feedpages

import (
	"io"
	"strconv"

	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// heads are the columns, the same in every language: programs read them.
func heads() []string {
	return []string{
		"number", "title", "category_key", "category", "status_key", "status", "status_since", "reported", "target", "target_missed",
		"address", "district_ref", "district", "longitude", "latitude", "affected", "url",
	}
}

// csv is /reports.csv. With ?bom=1 it begins with the mark that spreadsheets
// need to read umlauts.
func (p *pages) csv(c kit.Context) error {
	a, err := p.read(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+a.loc.T("feed.file")+`.csv"`)
	return p.stream(&a, "csv", "text/csv; charset=utf-8; header=present", func(out io.Writer, x reports.Extract) error {
		if c.QueryParam("bom") == "1" {
			if _, err := io.WriteString(out, sheet.BOM); err != nil {
				return err
			}
		}
		w := sheet.NewWriter(out)
		if err := w.Row(heads()...); err != nil {
			return err
		}
		err := p.Reports.Walk(a.ctx, kit.Actor(c), a.filter, a.before, x.N, func(i *reports.Item) error {
			return w.Row(p.cells(&a, i)...)
		})
		if err != nil {
			return err
		}
		return w.Flush()
	})
}

func (p *pages) cells(a *asked, i *reports.Item) []string {
	target := ""
	if i.Due != nil {
		target = instant(*i.Due)
	}
	return []string{
		i.Number.Format(subject.PrefixReport), sheet.Text(i.Title.In(a.loc.Lang())), sheet.Text(i.CategoryKey), sheet.Text(a.category(i.CategoryKey)),
		string(i.Status), sheet.Text(reports.StatusLabel(a.loc, i.Status, i.Quiet)), instant(i.StatusAt), instant(i.CreatedAt), target, strconv.FormatBool(missed(a, i)),
		sheet.Text(i.Address), sheet.Text(i.DistrictRef), sheet.Text(a.districts[i.DistrictRef]),
		sheet.Number(i.Point.Lon, 6), sheet.Number(i.Point.Lat, 6), strconv.Itoa(i.MeToo), p.url(i.Path()),
	}
}

// missed is what the list says in words: the target has passed.
func missed(a *asked, i *reports.Item) bool {
	return i.Missed || i.Status.IsOpen() && i.Status != reports.Waiting && i.Due != nil && i.Due.Before(a.now)
}
