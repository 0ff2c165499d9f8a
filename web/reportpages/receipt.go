package reportpages

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// keptRoute names what the receipt page needs for a day beside number and code.
// It lies sealed in the store of idempotent answers, under the draft and the
// person that sent it.
const keptRoute = "reportpages.kept"

// keptParts is what "Noch etwas an diesem Ort melden" takes over.
type keptParts struct {
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
	Label    string  `json:"label"`
	Source   string  `json:"source"`
	District string  `json:"district"`
	Query    string  `json:"query"`
	Belongs  string  `json:"belongs"`
	Note     string  `json:"note"`
	Mail     string  `json:"mail"`
}

// remember keeps place and contact of a report that has just been sent.
func (p *newPages) remember(v *visit) error {
	f := v.form
	parts := keptParts{f.Lon, f.Lat, f.Label, f.Source, f.District, f.Query, f.Belongs, f.Note, f.Mail}
	return db.Transact(v.ctx(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return idem.Store(ctx, tx, keptRoute, v.draft.ID.String(), idem.Hash(v.actor.Person[:]), parts)
	})
}

// kept is what remember stored for this person; zero when the day is over.
func (p *newPages) kept(c kit.Context, draft uuid.UUID) (k keptParts, err error) {
	actor := kit.Actor(c)
	k, _, err = idem.Recall[keptParts](c.Request().Context(), p.DB, keptRoute, draft.String(), idem.Hash(actor.Person[:]))
	return k, err
}

// receipt shows number and access code: once the report has arrived, and again
// on reload, for a day and to this session only.
func (p *newPages) receipt(c kit.Context) error {
	draft, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return fault.Missing("receipt")
	}
	ctx, actor, loc := c.Request().Context(), kit.Actor(c), kit.Loc(c)
	got, ok, err := p.Reports.Resubmitted(ctx, actor, draft)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Missing("receipt")
	}
	report, err := p.Reports.Get(ctx, actor, got.Number)
	if err != nil {
		return err
	}
	kept, err := p.kept(c, draft)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	page := kit.NewPage(c, "receipt.title")
	page.Nav, page.Robots = "report", "noindex"
	view := receiptView{
		Page: page, Number: got.Number.Format(subject.PrefixReport), Code: got.Code, Open: report.Path(), Mail: kept.Mail != "",
		Address: p.url(report.Path()), QR: report.Path() + "/qr.svg", Printed: loc.Day(now),
		Again: pathOf(draft, "again"), Title: report.Title.In(loc.Lang()), Public: publicNotice(loc, report.Publish),
	}
	view.Passable = report.Visibility == reports.VisPublic
	facts, err := p.Reports.Facts(ctx, report, loc.Lang(), now)
	if err != nil {
		return err
	}
	said := reports.StatusSentence(loc, facts)
	view.Target = reports.TargetLine(loc, report.Target, facts.Team, now)
	view.Status = kit.StatusProps{
		Key: string(report.Status), Label: reports.StatusLabel(loc, report.Status, report.Quiet), Plain: said.Text, Next: said.Next,
	}
	kit.NoStore(c) // the code
	return kit.Render(c, http.StatusOK, receiptPage(view))
}

// again begins another report at the same place with the same contact.
func (p *newPages) again(c kit.Context) error {
	draft, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return fault.Missing("receipt")
	}
	k, err := p.kept(c, draft)
	if err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	f := form{
		Lon: k.Lon, Lat: k.Lat, Label: k.Label, Source: k.Source, District: k.District, Query: k.Query, Belongs: k.Belongs,
		Note: k.Note, Mail: k.Mail, Sure: true,
	}
	fields, err := drafts.Fields(&f)
	if err != nil {
		return err
	}
	id := subject.NewID()
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		_, err := drafts.Create(ctx, tx, actor, id, draftKind, fields)
		return err
	})
	if err != nil {
		return err
	}
	return kit.Redirect(c, pathOf(id, string(stepWhat)))
}

// join counts somebody among those concerned by a report that was there
// already, and ends the way: the draft goes.
func (p *newPages) join(v *visit, n subject.Number) (result, error) {
	if err := p.Reports.Join(v.ctx(), v.actor, n); err != nil {
		return result{}, err
	}
	err := db.Transact(v.ctx(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return p.Drafts.Delete(ctx, tx, v.actor, v.draft.ID)
	})
	if err != nil && !fault.Is(err, fault.NotFound) { // a second click: it is gone
		return result{}, err
	}
	return result{to: "/reports/new/joined/" + n.Format(subject.PrefixReport)}, nil
}

func (p *newPages) joined(c kit.Context) error {
	return p.joinedWith(c, http.StatusOK, func(*joinedView) {})
}

func (p *newPages) joinedWith(c kit.Context, status int, fill func(*joinedView)) error {
	n, ok := reportNumber(c.Param("number"))
	if !ok {
		return fault.Missing("report")
	}
	report, err := p.Reports.Get(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	page := kit.NewPage(c, "wizard.joined.title")
	page.Nav, page.Robots = "report", "noindex"
	view := joinedView{
		Page: page, Title: report.Title.In(page.Loc.Lang()), Number: n.Format(subject.PrefixReport), Open: report.Path(),
		Action: c.Request().URL.Path, Followed: c.QueryParam("followed") != "",
	}
	fill(&view)
	kit.NoStore(c)
	return kit.Render(c, status, joinedPage(view))
}

// follow orders mails about the report that somebody joined.
func (p *newPages) follow(c kit.Context) error {
	n, ok := reportNumber(c.Param("number"))
	if !ok {
		return fault.Missing("report")
	}
	in, err := values(c)
	if err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	mail := clean(in.Get("mail"), false)
	err = p.Reports.Follow(c.Request().Context(), actor, n, mail, mailLang(kit.Loc(c)))
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		return p.joinedWith(c, http.StatusUnprocessableEntity, func(v *joinedView) {
			v.Mail = mail
			v.Errors = kit.Errors{{Name: "mail", Text: v.T("wizard.contact.mail.wrong")}}
		})
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, c.Request().URL.Path+"?followed=1")
}

// reportNumber reads a public number of a report.
func reportNumber(text string) (subject.Number, bool) {
	prefix, n, err := subject.ParseNumber(text)
	return n, err == nil && prefix == subject.PrefixReport
}
