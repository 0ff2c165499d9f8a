package reportpages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// askCode shows where to type number and access code.
func (p *showPages) askCode(c kit.Context) error {
	page := kit.NewPage(c, "report.open.title")
	return kit.Render(c, http.StatusOK, openPage(page, c.QueryParam("number"), nil))
}

// openByCode opens a report for whoever knows number and access code. A wrong
// pair is answered the same whether the number exists or not.
func (p *showPages) openByCode(c kit.Context) error {
	var in struct {
		Number string `form:"number" max:"40"`
		Code   string `form:"code" max:"40"`
	}
	err := kit.Bind(c, &in)
	if err == nil {
		if err := kit.Limit(c, accounts.RuleCode); err != nil {
			return err
		}
		var n subject.Number
		if n, err = p.open(c, in.Number, in.Code); err == nil {
			kit.Flash(c, "success", "report.open.done")
			return kit.Redirect(c, reportPath(n))
		}
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	page := kit.NewPage(c, "report.open.title")
	kit.NoStore(c)
	said := kit.Explain(c, err)
	return kit.Render(c, http.StatusUnprocessableEntity, openPage(page, in.Number, &said))
}

func (p *showPages) open(c kit.Context, number, code string) (subject.Number, error) {
	actor, err := kit.Visitor(c)
	if err != nil {
		return 0, err
	}
	return p.Reports.OpenByCode(c.Request().Context(), actor, number, code)
}

// askToken shows a button: a link in a mail is opened by programs that look at
// mails, and must not be used up by them.
func (p *showPages) askToken(c kit.Context) error {
	if _, err := accounts.PeekToken(c.Request().Context(), p.DB, accounts.PurposeOpen, c.Param("token")); err != nil {
		return err
	}
	page := kit.NewPage(c, "report.open.title")
	page.Robots = "noindex"
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, tokenPage(page, c.Request().URL.Path))
}

func (p *showPages) openByToken(c kit.Context) error {
	if err := kit.Limit(c, accounts.RuleCode); err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	n, err := p.Reports.OpenByToken(c.Request().Context(), actor, c.Param("token"))
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "report.open.done")
	return kit.Redirect(c, reportPath(n))
}

// mine lists what this session's person reported or opened with a code.
func (p *showPages) mine(c kit.Context) error {
	ctx := c.Request().Context()
	asked, err := readPage(c)
	if err != nil {
		return err
	}
	list, err := p.Reports.Mine(ctx, kit.Actor(c), asked)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	page := kit.NewPage(c, "report.mine.title")
	page.Robots = "noindex"
	v := mineView{Page: page, Newer: paged("/reports/mine", nil, "after", list.Newer), Older: paged("/reports/mine", nil, "before", list.Older)}
	for i := range list.Items {
		row := Row(page.Loc, &list.Items[i], now)
		if list.Items[i].Visibility != reports.VisPublic {
			row.Meta += " · " + page.T("report.mine.hidden")
		}
		v.Rows = append(v.Rows, row)
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, minePage(v))
}

type mineView struct {
	kit.Page
	Rows         []kit.Row
	Newer, Older string
}
