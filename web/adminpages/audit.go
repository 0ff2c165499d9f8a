package adminpages

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// auditInput is the filter, in the address and in the form of an export.
type auditInput struct {
	Actor  string `form:"actor" max:"100"`
	Action string `form:"action" max:"60"`
	Object string `form:"object" max:"90"`
	Field  string `form:"field" max:"60"`
	From   string `form:"from" max:"10"`
	To     string `form:"to" max:"10"`
	Before int64  `form:"before"`
}

// systemActor is how a filter names the product itself.
const systemActor = "system"

func (in *auditInput) filter(zone *time.Location) (accounts.AuditFilter, error) {
	f := accounts.AuditFilter{Action: in.Action, Field: in.Field, Before: in.Before}
	var wrong fault.Fields
	if id, err := uuid.Parse(in.Actor); err == nil {
		f.Actor = id
	} else if in.Actor == systemActor {
		f.System = true
	} else {
		f.Name = in.Actor
	}
	var err error
	if f.Kind, f.ID, err = accounts.ParseAuditObject(in.Object); err != nil {
		wrong.Add("object", "admin.audit.err.object")
	}
	for _, d := range []struct {
		name, text string
		at         *time.Time
		plus       int
	}{{"from", in.From, &f.From, 0}, {"to", in.To, &f.To, 1}} {
		if d.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, d.text, zone)
		if err != nil {
			wrong.Add(d.name, "questions.err.date")
			continue
		}
		*d.at = day.AddDate(0, 0, d.plus)
	}
	return f, wrong.Err()
}

// values are the filter for an address or the hidden fields of a form.
func (in *auditInput) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"actor": in.Actor, "action": in.Action, "object": in.Object, "field": in.Field, "from": in.From, "to": in.To} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

type auditView struct {
	kit.Page
	In          auditInput
	Hidden      [][2]string
	Actions     []string
	Rows        []auditRow
	First, Next string
	Check       string // how far the chain was walked
	Broken      bool
	Errors      kit.Errors
}

type auditRow struct {
	Seq, When, Who, WhoURL, Action, About, AboutURL, Fields, Reason string
}

func (p *pages) audit(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if accounts.May(actor, accounts.ReadAudit) != nil { // not the whole of it
		return p.teamAudit(c)
	}
	v := auditView{Page: page(c, "admin.audit")}
	wrong := kit.Bind(c, &v.In)
	var f accounts.AuditFilter
	if wrong == nil {
		f, wrong = v.In.filter(v.Loc.Zone())
	}
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	if err := p.chain(c, &v, now); err != nil {
		return err
	}
	if v.Actions, err = accounts.AuditActions(ctx, p.DB, actor); err != nil {
		return err
	}
	values := v.In.values()
	for _, name := range []string{"actor", "action", "object", "field", "from", "to"} {
		v.Hidden = append(v.Hidden, [2]string{name, values.Get(name)})
	}
	status := http.StatusOK
	if wrong != nil {
		return kit.Render(c, http.StatusUnprocessableEntity, auditPage(v))
	}
	list, more, err := accounts.AuditLines(ctx, p.DB, actor, f)
	if err != nil {
		return err
	}
	for _, l := range list {
		v.Rows = append(v.Rows, auditRowOf(v.Page, l, now))
	}
	if v.In.Before > 0 {
		v.First = "?" + values.Encode()
	}
	if more {
		values.Set("before", strconv.FormatInt(list[len(list)-1].Seq, 10))
		v.Next = "?" + values.Encode()
	}
	return kit.Render(c, status, auditPage(v))
}

func (p *pages) chain(c kit.Context, v *auditView, now time.Time) error {
	check, ok, err := accounts.LastAuditCheck(c.Request().Context(), p.DB, kit.Actor(c))
	switch {
	case err != nil:
		return err
	case !ok:
		v.Check = v.T("admin.audit.unchecked")
	case check.Broken > 0:
		v.Broken, v.Check = true, v.T("admin.audit.broken", "seq", check.Broken, "when", v.Loc.DateTime(check.At, now))
	default:
		v.Check = v.T("admin.audit.whole", "seq", check.Upto, "when", v.Loc.DateTime(check.At, now))
	}
	return nil
}

func auditRowOf(p kit.Page, l accounts.AuditLine, now time.Time) auditRow {
	r := auditRow{
		Seq: strconv.FormatInt(l.Seq, 10), When: p.Loc.DateTime(l.At, now), Action: actionName(p, l.Action),
		Fields: strings.Join(l.Fields, ", "), Reason: l.Reason, Who: p.T("admin.audit.system"),
	}
	r.WhoURL = "?actor=" + systemActor
	if l.Actor != nil {
		r.Who, r.WhoURL = nameOf(p, l.Pseudonym, *l.Actor), "?actor="+l.Actor.String()
	}
	if l.Kind == "" {
		return r
	}
	r.About = string(l.Kind)
	if key := "admin.kind." + string(l.Kind); p.Loc.Has(key) {
		r.About = p.T(key)
	}
	r.AboutURL = "?object=" + url.QueryEscape(string(l.Kind))
	if l.ID != nil {
		short := l.ID.String()
		r.AboutURL += url.QueryEscape("/" + short)
		if l.About != "" {
			r.About += " " + l.About
		} else {
			r.About += " …" + short[len(short)-6:]
		}
	}
	return r
}

// actionName is the words for an act, or its key where it has none.
func actionName(p kit.Page, action string) string {
	if key := "admin.act." + action; p.Loc.Has(key) {
		return p.T(key)
	}
	return action
}

// exportAudit answers with the filtered list as a file; it is itself in the log.
func (p *pages) exportAudit(c kit.Context) error {
	var in struct {
		auditInput

		Format string `form:"format" max:"4"`
	}
	if err := accounts.May(kit.Actor(c), accounts.ReadAudit); err != nil {
		return err
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	in.Before = 0
	f, err := in.filter(kit.Loc(c).Zone())
	if err != nil {
		return err
	}
	write, kind, name := accounts.AuditCSV, "text/csv; charset=utf-8", "audit.csv"
	if in.Format == "json" {
		write, kind, name = accounts.AuditJSON, "application/json", "audit.json"
	}
	var file bytes.Buffer
	row, end := write(&file)
	more, err := p.Accounts.ExportAudit(c.Request().Context(), kit.Actor(c), f, row)
	if err != nil {
		return err
	}
	if err := end(more); err != nil {
		return err
	}
	kit.NoStore(c)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return kit.Send(c, http.StatusOK, kind, file.Bytes())
}

func (p *pages) checkAudit(c kit.Context) error {
	check, err := p.Accounts.CheckAudit(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	if check.Broken > 0 {
		kit.Flash(c, "danger", "admin.audit.check.broken", "seq", check.Broken)
	} else {
		kit.Flash(c, "success", "admin.audit.check.whole")
	}
	return kit.Redirect(c, "/desk/admin/audit")
}
