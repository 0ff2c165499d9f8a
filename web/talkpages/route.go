package talkpages

import (
	"net/http"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// routeView is the form of a route sheet, or the sheet itself: what its codes
// say is known this once, so it is printed at once.
type routeView struct {
	kit.Page
	Numbers string
	Crew    string
	Until   string
	Errors  kit.Errors
	Stops   []stop
	Made    string
}

type stop struct {
	I              int
	Number, Title  string
	Place, Text    string
	Address, Until string // of the page behind the code; good until
	QR             kit.QRCode
}

func (p *pages) routeForm(c kit.Context) error {
	if err := worksHere(kit.Actor(c)); err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	v := &routeView{Page: kit.NewPage(c, "talk.route.title"), Until: now.AddDate(0, 0, 1).Format(time.DateOnly)}
	// several are sent along from the list of the day
	v.Numbers = strings.Join(strings.Fields(kit.Clean(strings.Join(c.QueryParams()["number"], " "), false)), "\n")
	return p.renderRoute(c, http.StatusOK, v)
}

func (p *pages) renderRoute(c kit.Context, status int, v *routeView) error {
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	return kit.Render(c, status, routePage(v))
}

func (p *pages) route(c kit.Context) error {
	actor, ctx := kit.Actor(c), c.Request().Context()
	if err := worksHere(actor); err != nil {
		return err
	}
	var in struct {
		Numbers string `form:"number" lines:"true" max:"2000"`
		Crew    string `form:"crew" max:"200"`
		Until   string `form:"until" max:"10"`
	}
	err := kit.Bind(c, &in)
	v := &routeView{Page: kit.NewPage(c, "talk.route.title"), Numbers: in.Numbers, Crew: in.Crew, Until: in.Until}
	var numbers []subject.Number
	var until time.Time
	if err == nil {
		numbers, until, err = readRoute(in.Numbers, in.Until)
	}
	var stops []reports.Stop
	if err == nil {
		stops, err = p.Reports.Route(ctx, actor, in.Crew, until, numbers)
	}
	if fault.Is(err, fault.Invalid) {
		v.Errors = kit.ErrorsOf(v.Page, err)
		return p.renderRoute(c, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v.Made = v.Loc.DateTime(now, now)
	for i, s := range stops {
		one := stop{
			I: i + 1, Number: s.View.Number.Format(subject.PrefixReport), Title: s.View.Title.In(v.Loc.Lang()), Place: s.View.Address, Text: s.View.Text,
			Address: p.url("/p/crew/" + s.Token), Until: v.Loc.DateTime(s.Order.ExpiresAt, now),
		}
		if one.QR, err = kit.NewQR(one.Address); err != nil {
			return err
		}
		v.Stops = append(v.Stops, one)
	}
	return p.renderRoute(c, http.StatusOK, v)
}

// readRoute reads the numbers, one to a line or with blanks or commas between
// them, and the day.
func readRoute(text, day string) (numbers []subject.Number, until time.Time, err error) {
	var wrong fault.Fields
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ' ' || r == ',' || r == ';' }) {
		prefix, n, err := subject.ParseNumber(word)
		if err != nil || prefix != subject.PrefixReport {
			wrong.Add("number", "talk.err.route_one", "number", word)
			return nil, until, wrong.Err()
		}
		numbers = append(numbers, n)
	}
	if until, err = time.Parse(time.DateOnly, day); err != nil {
		return nil, until, fault.OnField("until", "report.err.until")
	}
	return numbers, until, nil
}
