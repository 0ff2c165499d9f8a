package deskpages

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type todayView struct {
	kit.Page

	List      *casework.Shortlist
	Day       string // for addresses
	When      string
	Prev, Nxt string
	Stops     []stopRow
	Way       string // "4,2 km"; "" without one
	Done      string
	StartAt   string
	Wrong     string
}

type stopRow struct {
	No, Title, Place, Status, DueKind, Due, URL, Geo string
	Key                                              string // of the status' shape
	Done, Urgent                                     bool
}

// dayIn reads the day of the address; none is today.
func (p *pages) dayIn(c kit.Context) (day, today time.Time, err error) {
	if today, err = casework.Today(c.Request().Context(), p.DB, p.Queue.Zone()); err != nil {
		return day, today, err
	}
	text := c.QueryParam("day")
	if text == "" {
		return today, today, nil
	}
	if day, err = time.Parse(time.DateOnly, text); err != nil {
		return day, today, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	return day, today, nil
}

func todayPath(day time.Time) string {
	return "/desk/today?" + url.Values{"day": {day.Format(time.DateOnly)}}.Encode()
}

func (p *pages) today(c kit.Context) error {
	v, err := p.todayView(c)
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, todayPage(v))
}

func (p *pages) todayView(c kit.Context) (*todayView, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	day, today, err := p.dayIn(c)
	if err != nil {
		return nil, err
	}
	v := &todayView{Page: kit.NewPage(c, "queue.today.title"), Day: day.Format(time.DateOnly)}
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	if v.List, err = p.Queue.ShortlistOf(ctx, actor, day); err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	days, err := p.Categories.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	v.When, v.StartAt = v.Loc.Date(day.Add(12*time.Hour), today), v.List.StartAt
	if day.Equal(today) {
		v.When = v.T("queue.today.today", "day", v.When)
	}
	v.Prev, v.Nxt = todayPath(day.AddDate(0, 0, -1)), todayPath(day.AddDate(0, 0, 1))
	done := 0
	for _, s := range v.List.Stops {
		status := reports.Status(s.Status)
		r := stopRow{
			No: numberOf(s.Number), Title: s.Titles.In(v.Lang), Place: s.Place, Key: s.Status, Status: reports.StatusLabel(v.Loc, status, s.Quiet),
			URL: casePath(s.Number), Done: s.Done != nil, Urgent: s.Priority == casework.High,
		}
		r.DueKind, r.Due = dueOf(v.Loc, &s.Row, days, now)
		if s.Point != nil {
			r.Geo = "geo:" + degree(s.Point.Lat) + "," + degree(s.Point.Lon)
		}
		if r.Done {
			done++
		}
		v.Stops = append(v.Stops, r)
	}
	if v.List.Metres > 0 {
		v.Way = v.T("queue.today.way", "km", strconv.FormatFloat(float64(v.List.Metres)/1000, 'f', 1, 64))
	}
	v.Done = v.T("queue.today.done", "done", done, "n", len(v.Stops))
	return v, nil
}

func degree(x float64) string { return strconv.FormatFloat(x, 'f', 6, 64) }

// todayAdd puts selected cases of the list onto the list of a day.
func (p *pages) todayAdd(c kit.Context) error {
	var in bulkIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	l, err := p.readPlace(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	today, err := casework.Today(ctx, p.DB, p.Queue.Zone())
	if err != nil {
		return err
	}
	rows, _, err := p.Queue.Select(ctx, actor, l.QueueFilter, numbersIn(in.Cases), in.All)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		kit.Flash(c, "info", "queue.err.none")
		return kit.Redirect(c, l.path())
	}
	refs := make([]subject.Ref, len(rows))
	for i := range rows {
		refs[i] = rows[i].Ref
	}
	n, err := p.Queue.AddStops(ctx, actor, today, refs)
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "queue.today.added", "n", n)
	return kit.Redirect(c, todayPath(today))
}

// todayRoute puts the stops into the order of a short way.
func (p *pages) todayRoute(c kit.Context) error {
	var in struct {
		At string `form:"at"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	day, _, err := p.dayIn(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var start *subject.Point
	if in.At != "" {
		hits, err := p.Places.SearchAddress(ctx, in.At, nil, 1)
		if err != nil {
			return err
		}
		if len(hits) == 0 {
			v, err := p.todayView(c)
			if err != nil {
				return err
			}
			v.StartAt, v.Wrong = in.At, v.T("queue.err.address")
			return kit.Render(c, http.StatusUnprocessableEntity, todayPage(v))
		}
		start, in.At = &hits[0].Point, hits[0].Short()
	}
	if err := p.Queue.Arrange(ctx, kit.Actor(c), day, start, in.At); err != nil {
		return err
	}
	return kit.Redirect(c, todayPath(day))
}

// todayStop ticks a stop off, or takes it off the list.
func (p *pages) todayStop(c kit.Context) error {
	var in struct {
		Do string `form:"do"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	day, _, err := p.dayIn(c)
	if err != nil {
		return err
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	rows, _, err := p.Queue.Select(ctx, actor, casework.QueueFilter{}, []subject.Number{n}, false)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fault.Missing("stop")
	}
	switch in.Do {
	case "drop":
		err = p.Queue.DropStop(ctx, actor, day, rows[0].Ref)
	default:
		err = p.Queue.Tick(ctx, actor, day, rows[0].Ref, in.Do == "done")
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, todayPath(day)+"#stop-"+numberOf(n))
}

// todayCopy is the list as one file that is read without network: places and
// kinds, nothing about people.
func (p *pages) todayCopy(c kit.Context) error {
	v, err := p.todayView(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := todayFile(v).Render(c.Request().Context(), &out); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="tagesliste-`+v.Day+`.html"`)
	return kit.Send(c, http.StatusOK, "text/html; charset=utf-8", out.Bytes())
}
