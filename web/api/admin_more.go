package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// auditLine is an entry of the audit log.
type auditLine struct {
	Seq    int64    `json:"seq"`
	At     string   `json:"at" format:"date-time"`
	Actor  string   `json:"actor,omitempty" doc:"Id; absent: the product itself."`
	Name   string   `json:"name,omitempty" doc:"Of the actor, as colleagues see it."`
	Action string   `json:"action" example:"role.grant"`
	Kind   string   `json:"kind,omitempty" doc:"What it is about."`
	Object string   `json:"object,omitempty"`
	Fields []string `json:"fields" nullable:"false" doc:"Names, never values."`
	Reason string   `json:"reason,omitempty"`
}

type auditList struct {
	Entries []auditLine `json:"entries" nullable:"false" doc:"The latest first."`
	Next    int64       `json:"next,omitempty" doc:"before of the next page."`
}

type auditQuery struct {
	Actor  string `query:"actor" maxLength:"40" doc:"Id of one person."`
	Action string `query:"action" maxLength:"60" doc:"role.grant, or its beginning: role."`
	Field  string `query:"field" maxLength:"60" doc:"Name of a field, or its beginning."`
	Kind   string `query:"kind" maxLength:"40" doc:"Of the object."`
	Object string `query:"object" maxLength:"40" doc:"Id of the object."`
	From   string `query:"from" format:"date" maxLength:"10" doc:"First day." example:"2026-03-01"`
	To     string `query:"to" format:"date" maxLength:"10" doc:"Last day." example:"2026-03-31"`
	Before int64  `query:"before" minimum:"0" doc:"next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"Entries on a page; with 1000 the whole log is taken out page by page."`
}

func (q *auditQuery) filter(zone *time.Location) (accounts.AuditFilter, error) {
	f := accounts.AuditFilter{Action: kit.Clean(q.Action, false), Field: kit.Clean(q.Field, false), Kind: subject.Kind(kit.Clean(q.Kind, false)), Before: q.Before, N: q.Limit}
	var err error
	if f.Actor, err = idIn(q.Actor, "actor"); err != nil {
		return f, err
	}
	if f.ID, err = idIn(q.Object, "object"); err != nil {
		return f, err
	}
	for _, d := range []struct {
		name, text string
		days       int
		to         *time.Time
	}{{"from", q.From, 0, &f.From}, {"to", q.To, 1, &f.To}} {
		if d.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, d.text, zone)
		if err != nil {
			return f, fault.OnField(d.name, "api.field.day").Because(err)
		}
		*d.to = day.AddDate(0, 0, d.days)
	}
	return f, nil
}

func (a *api) audit() {
	reads(a, adminOp("listAudit", http.MethodGet, "/admin/audit", "Read the audit log", "Who changed what, when and why; names of fields, never their values. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *auditQuery) (auditList, error) {
			f, err := in.filter(a.Zone)
			if err != nil {
				return auditList{}, err
			}
			list, more, err := accounts.AuditLines(ctx, a.DB, actor, f)
			out := auditList{Entries: make([]auditLine, len(list))}
			for i := range list {
				l := &list[i]
				line := auditLine{Seq: l.Seq, At: stamp(l.At), Name: l.Pseudonym, Action: l.Action, Kind: string(l.Kind), Fields: append([]string{}, l.Fields...), Reason: l.Reason}
				if l.Actor != nil {
					line.Actor = l.Actor.String()
				}
				if l.ID != nil {
					line.Object = l.ID.String()
				}
				out.Entries[i] = line
			}
			if more && len(list) > 0 {
				out.Next = list[len(list)-1].Seq
			}
			return out, err
		})
}

// auditChecked is what a walk along the audit log has found.
type auditChecked struct {
	Upto   int64 `json:"upto" doc:"Number of the last entry that was looked at."`
	Broken int64 `json:"broken,omitempty" doc:"Number of the first entry that is not what was written; absent: all is whole."`
}

type auditFileIn struct {
	Format string `json:"format" enum:"csv,json"`
	Actor  string `json:"actor,omitempty" maxLength:"40" doc:"Filters, as listAudit has them."`
	Action string `json:"action,omitempty" maxLength:"60"`
	Field  string `json:"field,omitempty" maxLength:"60"`
	Kind   string `json:"kind,omitempty" maxLength:"40"`
	Object string `json:"object,omitempty" maxLength:"40"`
	From   string `json:"from,omitempty" format:"date"`
	To     string `json:"to,omitempty" format:"date"`
}

type auditFile struct {
	File string `json:"file" doc:"CSV without formulas, or a JSON document; the same as the page's."`
	More bool   `json:"more" doc:"It is not all: take a shorter time."`
}

// auditFile is the export of the page, which is in the log itself.
func (a *api) auditFile() {
	type input struct{ Body auditFileIn }
	setsUp(a, adminOp("exportAudit", http.MethodPost, "/admin/audit/export", "Take the audit log out as a file", "The latest first. That it was taken out stands in the log. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (auditFile, error) {
			if err := accounts.May(actor, accounts.ReadAudit); err != nil { // before anything is said about the filter
				return auditFile{}, err
			}
			b := in.Body
			f, err := (&auditQuery{Actor: b.Actor, Action: b.Action, Field: b.Field, Kind: b.Kind, Object: b.Object, From: b.From, To: b.To}).filter(a.Zone)
			if err != nil {
				return auditFile{}, ownFields(err)
			}
			write := accounts.AuditCSV
			if b.Format == "json" {
				write = accounts.AuditJSON
			}
			var file bytes.Buffer
			row, end := write(&file)
			more, err := a.Accounts.ExportAudit(ctx, actor, f, row)
			if err == nil {
				err = end(more)
			}
			return auditFile{File: file.String(), More: more}, err
		})
}

// auditCheck walks in pieces, each in a transaction of its own.
func (a *api) auditCheck() {
	check := adminOp("checkAudit", http.MethodPost, "/admin/audit/check", "Check that the audit log is whole", "Walks the whole chain of entries, as it is done each night. No body. For admins.")
	check.plain = true
	setsUp(a, check, func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (auditChecked, error) {
		c, err := a.Accounts.CheckAudit(ctx, actor)
		return auditChecked{Upto: c.Upto, Broken: c.Broken}, err
	})
}

// newExport asks for personal data of many people.
type newExport struct {
	Source     string `json:"source" enum:"cases"`
	Department string `json:"department" maxLength:"40" doc:"Key."`
	Contacts   bool   `json:"contacts,omitempty" doc:"Mail addresses too."`
	Reason     string `json:"reason" maxLength:"500"`
}

type exportRequest struct {
	ID        string `json:"id"`
	Source    string `json:"source"`
	Contacts  bool   `json:"contacts"`
	Reason    string `json:"reason"`
	Records   int    `json:"records"`
	State     string `json:"state" doc:"waiting, refused, ready, fetched or over."`
	AskedAt   string `json:"asked_at" format:"date-time"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
	Mine      bool   `json:"mine" doc:"You have asked: somebody else approves, you fetch."`
}

type exportRequests struct {
	Exports []exportRequest `json:"exports" nullable:"false" doc:"Yours, and those that you may decide."`
}

type exportFile struct {
	CSV string `json:"csv" doc:"The file. Formulas are neutralised; its first line says who took it out, when and why."`
}

// exportsFor is the service for whoever calls: only a token for what admins do
// uses their role.
func (a *api) exportsFor(k *call, s accounts.Scope) *accounts.Exports {
	if t := k.bearer.Token; t == nil || !t.Has(s) {
		return a.Exports.AsLead()
	}
	return a.Exports
}

// exports are for team leads and admins, who have them on the page too.
func (a *api) exports() {
	desk := func(id, method, path, summary, detail string) op {
		o := adminOp(id, method, path, summary, detail)
		o.scope = accounts.ScopeDeskWrite
		if method == http.MethodGet {
			o.scope = accounts.ScopeDeskRead
		}
		return o
	}
	reads(a, desk("listExports", http.MethodGet, "/admin/exports", "List the requests for bulk exports", "For team leads and admins."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (exportRequests, error) {
			list, err := a.exportsFor(k, accounts.ScopeAdminRead).List(ctx, actor)
			out := exportRequests{Exports: make([]exportRequest, len(list))}
			for i := range list {
				r := &list[i]
				out.Exports[i] = exportRequest{
					ID: r.ID.String(), Source: r.Source, Contacts: r.Contacts, Reason: r.Reason, Records: r.N, State: r.State(), AskedAt: stamp(r.AskedAt),
					ExpiresAt: stamp(r.ExpiresAt), Mine: actor.Is(r.AskedBy),
				}
			}
			return out, err
		})
	type askIn struct {
		OnceParam
		Body newExport
	}
	ask := desk("askExport", http.MethodPost, "/admin/exports", "Ask for a bulk export", "Of a department's cases, by its team lead. More than 50 records need a second person's yes.")
	ask.status = http.StatusCreated
	writes(a, ask, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *askIn) (itemID, error) {
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return itemID{}, err
		}
		d, ok := cat.Department(in.Body.Department)
		if !ok && actor.IsStaff() {
			return itemID{}, fault.OnField("/department", "report.err.department")
		}
		id, err := a.Exports.Within(tx).Ask(ctx, actor, accounts.ExportAsk{
			Source: in.Body.Source, Scope: accounts.ExportScope{Department: d.ID}, Contacts: in.Body.Contacts, Reason: kit.Clean(in.Body.Reason, true),
		})
		return itemID{id.String()}, err
	})
	type decideIn struct {
		ThingParam
		OnceParam
		Body yesOrNo
	}
	writes(a, desk("decideExport", http.MethodPost, "/admin/exports/{id}/decision", "Approve or refuse a bulk export", "Never by whoever asked for it. Who does it as an admin needs the scope admin:write, too."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *decideIn) (nothing, error) {
			id, err := thing(in.ID, "export")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.exportsFor(k, accounts.ScopeAdminWrite).Within(tx).Decide(ctx, actor, id, in.Body.Approve)
		})
	writes(a, desk("fetchExport", http.MethodPost, "/admin/exports/{id}/file", "Fetch a bulk export", "Once, within a day, by whoever asked for it. No body."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *ThingParam) (exportFile, error) {
			id, err := thing(in.ID, "export")
			if err != nil {
				return exportFile{}, err
			}
			file, err := a.Exports.Within(tx).Fetch(ctx, actor, id, k.loc().T)
			return exportFile{string(file)}, err
		})
}
