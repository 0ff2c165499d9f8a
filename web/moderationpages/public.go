package moderationpages

import (
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/web/kit"
)

type registerWeek struct {
	Title string
	Rows  [][5]string
}

type registerView struct {
	kit.Page
	Weeks []registerWeek
}

func (p *pages) register(c kit.Context) error {
	list, err := p.Moderation.Register(c.Request().Context())
	if err != nil {
		return err
	}
	v := registerView{Page: kit.NewPage(c, "register.title")}
	var week time.Time
	for i, l := range list {
		if i == 0 || !l.Week.Equal(week) {
			week = l.Week
			v.Weeks = append(v.Weeks, registerWeek{Title: v.T("register.week", "date", v.Loc.Day(l.Week))})
		}
		w := &v.Weeks[len(v.Weeks)-1]
		w.Rows = append(w.Rows, registerRow(v.Loc, l))
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, registerPage(v))
}

func registerRow(loc *i18n.Localizer, l moderation.Line) [5]string {
	found := "register.found." + l.Source
	if l.Detected {
		found = "register.found.rule"
	}
	appeal := loc.T("register.appeal.none")
	if l.Appealed {
		appeal = loc.T("moderation.outcome." + string(l.Outcome))
	}
	return [5]string{loc.T("moderation.part." + string(l.Part)), loc.T("moderation.did." + string(l.Action)), groundOf(loc, l.RuleNo, l.Law), loc.T(found), appeal}
}

func groundOf(loc *i18n.Localizer, rule int, law bool) string {
	if law {
		return loc.T("moderation.law.short")
	}
	return moderation.RuleText(loc, rule)
}

type figuresView struct {
	kit.Page
	Period    string
	Running   bool
	Rows      [][2]string
	Median    string
	Published []publishedRow
}

type publishedRow struct{ Name, CSV, JSON, Sum string }

func (p *pages) figures(c kit.Context) error {
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	cal, err := p.Categories.Calendar(ctx)
	if err != nil {
		return err
	}
	f, err := p.Moderation.Figures(ctx, moderation.Period(now.In(cal.Zone())))
	if err != nil {
		return err
	}
	v := figuresView{Page: kit.NewPage(c, "figures.title"), Running: !f.Complete}
	v.Period = v.T("figures.period", "from", v.Loc.Day(f.From), "to", v.Loc.Day(f.To.AddDate(0, 0, -1)))
	for _, l := range f.List {
		v.Rows = append(v.Rows, [2]string{figureName(v.Loc, l), v.Loc.Int(l.N)})
	}
	if f.MedianH != nil {
		v.Median = v.T("figures.median", "h", v.Loc.Decimal(*f.MedianH, 1))
	}
	list, err := p.Moderation.Reports(ctx)
	if err != nil {
		return err
	}
	for _, r := range list {
		at := "/moderation/transparency/" + r.Period
		v.Published = append(v.Published, publishedRow{Name: r.Period, CSV: at + ".csv", JSON: at + ".json", Sum: v.T("figures.sum", "sum", hex.EncodeToString(r.SHA256))})
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, figuresPage(v))
}

// figureName says a figure in words.
func figureName(loc *i18n.Localizer, l moderation.Figure) string {
	name := loc.T("figures.part."+l.Part) + ", " + loc.T("figures."+l.Name)
	if l.Of == "" {
		return name
	}
	for _, prefix := range []string{"moderation.category.", "moderation.did.", "moderation.outcome.", "register.found.", "moderation.rule.", "figures.of."} {
		if loc.Has(prefix + l.Of) {
			return name + ": " + loc.T(prefix+l.Of)
		}
	}
	if l.Name == moderation.InMonth {
		if at, err := time.ParseInLocation(moderation.MonthForm, l.Of, loc.Zone()); err == nil {
			return name + ": " + loc.Month(at)
		}
	}
	words := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(l.Of, "STATEMENT_CATEGORY_"), "_", " "))
	return name + ": " + words
}

// report is a published report as CSV or JSON.
func (p *pages) report(c kit.Context) error {
	period, kind, ok := strings.Cut(c.Param("file"), ".")
	if !ok || kind != "csv" && kind != "json" {
		return fault.Missing("report")
	}
	r, err := p.Moderation.Report(c.Request().Context(), period)
	if err != nil {
		return err
	}
	kit.Public(c, keepPublic)
	if kind == "csv" {
		return kit.Send(c, http.StatusOK, "text/csv; charset=utf-8", []byte(r.CSV))
	}
	return kit.Send(c, http.StatusOK, "application/json; charset=utf-8", []byte(r.JSON))
}
