package deskpages

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// listLine is one case of a list beside the queue.
type listLine struct {
	URL, Title, Number string
	Shape, Status      string
	When, Who, Text    string
	Today              bool
}

type listView struct {
	kit.Page

	Heading, Lead, Empty string
	Lines                []listLine
}

// deskPage begins a page of the desk for people who work on cases.
func (p *pages) deskPage(c kit.Context, titleKey string) (kit.Page, error) {
	if !worksHere(kit.Actor(c)) {
		return kit.Page{}, refuse("desk.why.staff")
	}
	pg := kit.NewPage(c, "")
	pg.Title = pg.T(titleKey)
	pg.Nav, pg.Robots = "desk", "noindex"
	kit.NoStore(c)
	return pg, nil
}

func (p *pages) resubmissions(c kit.Context) error {
	pg, err := p.deskPage(c, "case.list.back")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	today := casework.DayOf(now, p.Messages.Zone())
	list, err := casework.Resubmissions(ctx, p.DB, kit.Actor(c), today)
	if err != nil {
		return err
	}
	v := listView{Page: pg, Heading: pg.T("case.list.back"), Lead: pg.T("case.list.back.lead"), Empty: pg.T("case.list.back.empty")}
	for _, r := range list {
		l := listLine{
			URL: casePath(r.Number), Title: r.Titles.In(pg.Lang), Number: r.Number.Format(subject.PrefixReport), Shape: r.Status,
			Status: reports.StatusLabel(pg.Loc, reports.Status(r.Status), r.Quiet), When: p.day(pg.Loc, r.On, now), Text: r.Note, Today: !r.On.After(today),
		}
		if r.For != "" {
			l.Who = pg.T("case.for", "name", r.For)
		}
		v.Lines = append(v.Lines, l)
	}
	return kit.Render(c, http.StatusOK, listPage(v))
}

func (p *pages) mentions(c kit.Context) error {
	pg, err := p.deskPage(c, "case.list.mentions")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	list, err := casework.MentionsOf(ctx, p.DB, kit.Actor(c))
	if err != nil {
		return err
	}
	v := listView{Page: pg, Heading: pg.T("case.list.mentions"), Lead: pg.T("case.list.mentions.lead"), Empty: pg.T("case.list.mentions.empty")}
	for _, m := range list {
		v.Lines = append(v.Lines, listLine{
			URL: casePath(m.Number) + "#n-" + m.ID.String(), Title: m.Titles.In(pg.Lang), Number: m.Number.Format(subject.PrefixReport),
			When: pg.Loc.DateTime(m.At, now), Who: cmp.Or(m.Name, pg.T("case.colleague")), Text: m.Text,
		})
	}
	return kit.Render(c, http.StatusOK, listPage(v))
}

// absenceLine is one absence in words.
type absenceLine struct {
	What string
	End  string // address that ends it; "" for those of others
}

type absenceView struct {
	kit.Page

	Lines            []absenceLine
	People           []kit.Option
	From, To, Deputy string
	Min              string
	errors           kit.Errors
	refused          string
}

func (p *pages) absences(c kit.Context) error {
	return p.showAbsences(c, http.StatusOK, absenceView{}, nil)
}

func (p *pages) showAbsences(c kit.Context, status int, v absenceView, wrong error) error {
	pg, err := p.deskPage(c, "case.list.absences")
	if err != nil {
		return err
	}
	v.Page = pg
	ctx, actor := c.Request().Context(), kit.Actor(c)
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	today := casework.DayOf(now, p.Messages.Zone())
	v.Min = today.Format(time.DateOnly)
	if wrong != nil {
		e := fault.As(wrong)
		status = kit.StatusOf(e.Kind)
		if e.Kind == fault.Invalid {
			v.errors = kit.ErrorsOf(pg, e)
		} else {
			v.refused = kit.Explain(c, e).Title
		}
	}
	list, err := casework.AbsencesOf(ctx, p.DB, actor.Person, today)
	if err != nil {
		return err
	}
	for _, a := range list {
		l := absenceLine{What: pg.T("case.absence.mine", "from", p.day(pg.Loc, a.From, now), "to", p.day(pg.Loc, a.To, now), "deputy", cmp.Or(a.DeputyName, pg.T("case.colleague")))}
		if actor.Is(a.Person) {
			l.End = "/desk/absences/" + a.From.Format(time.DateOnly) + "/end"
		} else {
			l.What = pg.T("case.absence.theirs", "from", p.day(pg.Loc, a.From, now), "to", p.day(pg.Loc, a.To, now), "name", cmp.Or(a.PersonName, pg.T("case.colleague")))
		}
		v.Lines = append(v.Lines, l)
	}
	v.People = []kit.Option{{Label: pg.T("case.absence.choose")}}
	seen := map[uuid.UUID]bool{actor.Person: true}
	for _, d := range actor.Departments {
		team, err := casework.Colleagues(ctx, p.DB, d)
		if err != nil {
			return err
		}
		for _, one := range team {
			if !seen[one.ID] {
				seen[one.ID] = true
				v.People = append(v.People, kit.Option{Value: one.ID.String(), Label: cmp.Or(one.Name, pg.T("case.colleague")), On: one.ID.String() == v.Deputy})
			}
		}
	}
	return kit.Render(c, status, absencePage(v))
}

// plainDay reads a day of a form as midnight UTC; the zero time for none.
func plainDay(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() > 2200 {
		return time.Time{}
	}
	return day
}

func (p *pages) setAbsence(c kit.Context) error {
	var in struct {
		From   string `form:"from" max:"20"`
		To     string `form:"to" max:"20"`
		Deputy string `form:"deputy" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	v := absenceView{From: in.From, To: in.To, Deputy: in.Deputy}
	deputy, _ := uuid.Parse(in.Deputy) // none is said by Validate
	a := casework.Absence{Person: kit.Actor(c).Person, From: plainDay(in.From), To: plainDay(in.To), Deputy: deputy}
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return casework.SetAbsence(ctx, tx, kit.Actor(c), a)
	})
	if e := fault.As(err); e != nil && (e.Kind == fault.Invalid || e.Kind == fault.Conflict) {
		return p.showAbsences(c, http.StatusUnprocessableEntity, v, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "case.done.absence")
	return kit.Redirect(c, "/desk/absences")
}

func (p *pages) endAbsence(c kit.Context) error {
	from := plainDay(c.Param("from"))
	if from.IsZero() {
		return fault.Missing("absence")
	}
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		today, err := casework.Today(ctx, tx, p.Messages.Zone())
		if err != nil {
			return err
		}
		return casework.EndAbsence(ctx, tx, kit.Actor(c), from, today)
	})
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "case.done.absence_end")
	return kit.Redirect(c, "/desk/absences")
}
