package hallpages

import (
	"context"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// weekView is what was solved this week. Figures are words already.
type weekView struct {
	Span    string // "Montag, 16. bis …"
	Line    string // "Diese Woche gelöst: 3. Noch offen: 5."
	Figures []figure
	Topics  []topicRow
}

type figure struct{ Value, Label string }

type topicRow struct {
	Name, Solved, Days, Kept string
	Share                    string // width of the bar, 0 to 100; "" without targets
}

func (p *pages) week(ctx context.Context, page kit.Page) (weekView, error) {
	w, err := p.Reports.Week(ctx)
	if err != nil {
		return weekView{}, err
	}
	loc := page.Loc
	v := weekView{
		Span: page.T("hall.week.span", "from", loc.Date(w.Since, w.Now), "to", loc.DateTime(w.Now, w.Now)),
		Line: page.T("hall.solved", "n", loc.Int(w.Solved), "m", loc.Int(w.Open)),
	}
	if w.Solved == 0 {
		return v, nil // no figures of nothing
	}
	v.Figures = []figure{
		{loc.Int(w.Solved), page.T("hall.week.solved")}, {loc.Int(w.Came), page.T("hall.week.came")}, {loc.Decimal(w.Days, 1), page.T("hall.week.days")},
	}
	if w.Timed > 0 {
		v.Figures = append(v.Figures, figure{page.T("hall.week.percent", "p", percent(w.Kept, w.Timed)), page.T("hall.week.kept", "n", w.Timed-w.Kept)})
	}
	for _, t := range w.Topics {
		v.Topics = append(v.Topics, topic(page, t))
	}
	return v, nil
}

func topic(page kit.Page, t reports.Topic) topicRow {
	row := topicRow{Name: t.Name.In(page.Loc.Lang()), Solved: page.Loc.Int(t.Solved), Days: page.Loc.Decimal(t.Days, 1), Kept: page.T("hall.week.none")}
	if t.Timed > 0 {
		row.Share = page.Loc.Int(percent(t.Kept, t.Timed))
		row.Kept = page.T("hall.week.percent", "p", percent(t.Kept, t.Timed))
	}
	return row
}

// percent rounds down, so that only all of them are 100.
func percent(part, whole int) int { return part * 100 / whole }

// storyView is how a report went: true steps of one that was solved.
type storyView struct {
	Title, URL, Place string
	Steps             []kit.Step
}

// story is the newest report that is solved, if that was within two weeks.
func (p *pages) story(ctx context.Context, page kit.Page, now time.Time) (*storyView, error) {
	found, err := p.Reports.List(ctx, accounts.Actor{}, reports.Filter{Statuses: []reports.Status{reports.Resolved}}, reports.Page{Limit: 1})
	if err != nil || len(found.Items) == 0 || found.Items[0].StatusAt.Before(now.AddDate(0, 0, -14)) {
		return nil, err
	}
	list := &found.Items[0]
	loc := page.Loc
	v := &storyView{Title: list.Title.In(loc.Lang()), URL: list.Path(), Place: list.Address}
	add := func(shape, title string, at time.Time) {
		v.Steps = append(v.Steps, kit.Step{Shape: shape, Title: title, At: at.UTC().Format(time.RFC3339), When: loc.DateTime(at, now)})
	}
	add(string(reports.Received), page.T("hall.story.reported"), list.CreatedAt)
	add(string(reports.Resolved), reports.StatusLabel(loc, reports.Resolved, list.Quiet), list.StatusAt)
	return v, nil
}
