package minepages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// overviewRows is how many reports of each part the overview shows; the rest
// stands on the part's own page.
const overviewRows = 5

// draftText is how much of a draft's text a row shows, in signs.
const draftText = 120

type overview struct {
	kit.Page
	Parts  []part
	Drafts []draft
	// Only is the part that was asked for: its page has all of it.
	Only         reports.MinePart
	Newer, Older string
	Visitor      bool // a session of level L0: this device only
	Nobody       bool // not even a session
}

// part is a part of the reports with its heading.
type part struct {
	Key   reports.MinePart
	Title string
	Rows  []row
	Total int
	All   string // path of the rest; "" when all of it is here
	None  string // what stands there when there is nothing; "": the part is left out
}

// row is a report, with the team's question where one is open.
type row struct {
	kit.Row
	Question string
	Answer   string // path of the form that answers
}

// draft is an unfinished form.
type draft struct {
	Title, Said, URL, Delete string
}

// overview shows everything at a glance, or one part of it by pages.
func (p *pages) overview(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := overview{Page: page(c, "nav.mine"), Only: reports.MinePart(c.QueryParam("show"))}
	v.Nobody = actor.Person == uuid.Nil
	v.Visitor = !v.Nobody && actor.Level == accounts.L0
	if !slices.Contains(reports.MineParts(), v.Only) {
		v.Only = ""
	}
	if v.Only != "" {
		return p.onePart(c, v, now)
	}
	for _, key := range reports.MineParts() {
		list, err := p.Reports.MineOf(ctx, actor, key, reports.Page{Limit: overviewRows})
		if err != nil {
			return err
		}
		pt := p.part(&v, key, list, now)
		if len(pt.Rows) == 0 && pt.None == "" {
			continue
		}
		if list.Older != nil {
			pt.All = "/mine?show=" + string(key)
		}
		v.Parts = append(v.Parts, pt)
	}
	if v.Drafts, err = p.drafts(ctx, &v, actor, now); err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, overviewPage(v))
}

// onePart is the whole of one part, by pages.
func (p *pages) onePart(c kit.Context, v overview, now time.Time) error {
	var asked reports.Page
	var err error
	if asked.Before, err = reports.ParseCursor(c.QueryParam("before")); err != nil {
		return err
	}
	if asked.After, err = reports.ParseCursor(c.QueryParam("after")); err != nil {
		return err
	}
	list, err := p.Reports.MineOf(c.Request().Context(), kit.Actor(c), v.Only, asked)
	if err != nil {
		return err
	}
	pt := p.part(&v, v.Only, list, now)
	v.Title = pt.Title
	v.Parts = []part{pt}
	paged := func(name string, at *reports.Cursor) string {
		if at == nil {
			return ""
		}
		return "/mine?" + url.Values{"show": {string(v.Only)}, name: {at.String()}}.Encode()
	}
	v.Newer, v.Older = paged("after", list.Newer), paged("before", list.Older)
	return kit.Render(c, http.StatusOK, overviewPage(v))
}

func (p *pages) part(v *overview, key reports.MinePart, list reports.List, now time.Time) part {
	pt := part{Key: key, Total: list.Total, Title: v.T("mine.part." + string(key))}
	if key == reports.MineOpen || v.Only != "" {
		pt.None = v.T("mine.part." + string(key) + ".none")
	}
	for i := range list.Items {
		item := &list.Items[i]
		r := row{Row: p.Row(v.Loc, item, now)}
		r.Level = 3
		if item.Organisation != "" {
			r.Meta += " · " + v.T("mine.for", "name", item.Organisation)
		}
		if item.Visibility != reports.VisPublic {
			r.Meta += " · " + v.T("report.mine.hidden")
		}
		if r.Question = item.Params.Question; r.Question != "" {
			r.Answer = item.Path() + "#frage"
		}
		pt.Rows = append(pt.Rows, r)
	}
	return pt
}

func (p *pages) drafts(ctx context.Context, v *overview, actor accounts.Actor, now time.Time) ([]draft, error) {
	list, err := drafts.Mine(ctx, p.DB, actor, "")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []draft
	for _, d := range list {
		title, _ := drafts.Field[string](d, "text") // a field of another form shows as no text
		if title == "" {
			key, _ := drafts.Field[string](d, "category") // likewise
			if k := cat.ByKey(key); k != nil {
				title = k.Name.In(v.Loc.Lang())
			}
		}
		if title == "" {
			photos, err := attachments.ForDraft(ctx, p.DB, d.ID)
			if err != nil {
				return nil, err
			}
			if len(photos) == 0 {
				continue // nothing in it that anybody would miss
			}
			title = v.T("wizard.draft.photos_only")
		}
		id := d.ID.String()
		out = append(out, draft{
			Title: kit.Shorten(title, draftText), URL: "/reports/new/" + id, Delete: "/mine/drafts/" + id + "/delete",
			Said: v.T("mine.draft.said", "date", v.Loc.DateTime(d.UpdatedAt, now), "until", v.Loc.Date(d.ExpiresAt, now)),
		})
	}
	return out, nil
}

// deleteDraft deletes a draft with its photos. One that is gone already is no
// error: the button was pressed twice.
func (p *pages) deleteDraft(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("draft")
	}
	actor := kit.Actor(c)
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return p.Drafts.Delete(ctx, tx, actor, id)
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	kit.Flash(c, "success", "wizard.draft.deleted.title")
	return kit.Redirect(c, "/mine")
}
