package adminpages

import (
	"net/http"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

const calendarPath = "/desk/admin/calendar"

type calendarView struct {
	kit.Page
	Year       categories.Year
	Rows       []dayRow
	Prev, Next string
	Day        string
	NameDE     string
	NameEN     string
	Hours      []hoursRow
	Errors     kit.Errors
}

type dayRow struct {
	Day, Text, Name string
	Law             bool
}

type dayInput struct {
	Year   int    `form:"year"`
	Day    string `form:"day" max:"10"`
	NameDE string `form:"name_de" max:"100"`
	NameEN string `form:"name_en" max:"100"`
}

// calendar shows a year's days without work and the city's hours.
func (p *pages) calendar(c kit.Context) error {
	return p.renderCalendar(c, http.StatusOK, dayInput{}, nil, nil)
}

func (p *pages) renderCalendar(c kit.Context, status int, in dayInput, hours *hoursInput, wrong error) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := calendarView{Page: page(c, "admin.calendar"), Day: in.Day, NameDE: in.NameDE, NameEN: in.NameEN}
	year := in.Year
	if n, err := strconv.Atoi(c.QueryParam("year")); err == nil {
		year = n
	}
	if year == 0 {
		year = now.In(v.Loc.Zone()).Year()
	}
	if v.Year, err = p.Categories.Holidays(ctx, actor, year); err != nil {
		if fault.Is(err, fault.Invalid) {
			return fault.Missing("year")
		}
		return err
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	v.Prev, v.Next = "?year="+strconv.Itoa(year-1), "?year="+strconv.Itoa(year+1)
	noon := time.Date(year, 1, 1, 12, 0, 0, 0, v.Loc.Zone())
	for _, h := range v.Year.Days {
		v.Rows = append(v.Rows, dayRow{
			Day: h.Day.Format(time.DateOnly), Text: v.Loc.Date(h.Day.Add(12*time.Hour), noon), Name: h.Name.In(v.Loc.Lang()), Law: !h.Own,
		})
	}
	city, err := p.Site.City(ctx)
	if err != nil {
		return err
	}
	if hours == nil {
		now, err := categories.ParseHours(city.OpeningHours)
		if err != nil {
			return err
		}
		if now.IsZero() {
			now = categories.DefaultHours()
		}
		typed := hoursOf(now)
		hours = &typed
	}
	v.Hours = hoursRows(v.Page, hours, v.Errors)
	return kit.Render(c, status, calendarPage(v))
}

func (p *pages) addHoliday(c kit.Context) error {
	var in dayInput
	if err := accounts.May(kit.Actor(c), accounts.ManageDepartments); err != nil {
		return err
	}
	wrong := kit.Bind(c, &in)
	var day time.Time
	if wrong == nil {
		var err error
		if day, err = time.Parse(time.DateOnly, in.Day); err != nil {
			wrong = fault.OnField("day", "questions.err.date")
		}
	}
	if wrong == nil {
		wrong = p.Categories.AddHoliday(c.Request().Context(), kit.Actor(c), day, spoken(i18n.Text{}, in.NameDE, in.NameEN))
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.renderCalendar(c, http.StatusUnprocessableEntity, in, nil, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "admin.saved")
	return kit.Redirect(c, calendarPath+"?year="+strconv.Itoa(day.Year()))
}

func (p *pages) removeHoliday(c kit.Context) error {
	day, err := time.Parse(time.DateOnly, c.FormValue("day"))
	if err != nil {
		return fault.Missing("holiday")
	}
	if err := p.Categories.RemoveHoliday(c.Request().Context(), kit.Actor(c), day); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.saved")
	return kit.Redirect(c, calendarPath+"?year="+strconv.Itoa(day.Year()))
}

func (p *pages) fillHolidays(c kit.Context) error {
	var in dayInput
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := p.Categories.FillHolidays(c.Request().Context(), kit.Actor(c), in.Year); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.holiday.filled")
	return kit.Redirect(c, calendarPath+"?year="+strconv.Itoa(in.Year))
}

func (p *pages) saveHours(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManageDepartments); err != nil {
		return err
	}
	var in hoursInput
	wrong := kit.Bind(c, &in)
	var hours categories.Hours
	if wrong == nil {
		hours, wrong = in.hours()
	}
	if wrong == nil && hours.IsZero() {
		wrong = fault.OnField("h_mo", "field.required")
	}
	if wrong == nil {
		wrong = p.Site.SetHours(c.Request().Context(), kit.Actor(c), hours.String())
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.renderCalendar(c, http.StatusUnprocessableEntity, dayInput{}, &in, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "admin.saved")
	return kit.Redirect(c, calendarPath)
}
