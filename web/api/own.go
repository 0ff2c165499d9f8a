package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
)

const tagOwn = "Own data"

// whoami is who calls.
type whoami struct {
	Visitor bool     `json:"visitor" doc:"Without an account: known by this token only."`
	Scopes  []string `json:"scopes" nullable:"false" doc:"Of the token."`
	Roles   []string `json:"roles" nullable:"false" doc:"That the person holds now and the token brings along."`
	Until   string   `json:"token_expires_at,omitempty" format:"date-time"`
}

type ownReports struct {
	Items []listed `json:"items" nullable:"false" doc:"Newest first."`
	Total int      `json:"total" doc:"Of the part, over all pages."`
	Older string   `json:"older,omitempty" doc:"before of the next page."`
	Newer string   `json:"newer,omitempty" doc:"after of the page before."`
}

type ownDraft struct {
	ID        string `json:"id"`
	Text      string `json:"text,omitempty"`
	Category  string `json:"category,omitempty"`
	UpdatedAt string `json:"updated_at" format:"date-time"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
	Page      string `json:"page" format:"uri" doc:"Where to go on with it."`
}

type ownDrafts struct {
	Drafts []ownDraft `json:"drafts" nullable:"false"`
}

type ownExport struct {
	MadeAt string            `json:"made_at" format:"date-time"`
	Person string            `json:"person"`
	Tables []json.RawMessage `json:"tables" nullable:"false" doc:"Every table with something about you: what each value is, why and how long it is kept."`
	Photos []ownPhoto        `json:"photos" nullable:"false" doc:"Without their bytes; the page /mine/data has an archive with them."`
}

type ownPhoto struct {
	ID  string `json:"id"`
	Alt string `json:"alt,omitempty"`
}

type ownToken struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes" nullable:"false"`
	CreatedAt string   `json:"created_at" format:"date-time"`
	ExpiresAt string   `json:"expires_at" format:"date-time"`
	SeenAt    string   `json:"seen_at,omitempty" format:"date-time"`
	RevokedAt string   `json:"revoked_at,omitempty" format:"date-time"`
	This      bool     `json:"this" doc:"The one of this request."`
}

type ownTokens struct {
	Tokens []ownToken `json:"tokens" nullable:"false"`
}

type ownSession struct {
	ID        string `json:"id"`
	Device    string `json:"device,omitempty" example:"Firefox, Windows"`
	CreatedAt string `json:"created_at" format:"date-time"`
	SeenAt    string `json:"seen_at" format:"date-time"`
	Until     string `json:"until" format:"date-time"`
}

type ownSessions struct {
	Sessions []ownSession `json:"sessions" nullable:"false"`
}

// ownOp makes an operation about whoever calls.
func ownOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagOwn, people: true, scope: accounts.ScopeOwnWrite, summary: summary, detail: detail}
	if method == http.MethodGet {
		o.scope = accounts.ScopeOwnRead
	}
	return o
}

func (a *api) own() {
	reads(a, ownOp("getMe", http.MethodGet, "/me", "Read who you are", "For visitors and personal tokens. The person behind a token is not named."),
		func(_ context.Context, k *call, actor accounts.Actor, _ *struct{}) (whoami, error) {
			out := whoami{Visitor: actor.Level == accounts.L0, Scopes: []string{}, Roles: []string{}}
			if t := k.bearer.Token; t != nil {
				for _, s := range t.Scopes {
					out.Scopes = append(out.Scopes, string(s))
				}
				out.Until = stamp(t.ExpiresAt)
			}
			for _, r := range actor.Roles {
				out.Roles = append(out.Roles, string(r))
			}
			return out, nil
		})
	type mineIn struct {
		Part   string `query:"part" enum:"asked,open,closed,followed" default:"open" doc:"asked: the team has asked you something. followed: others' reports that concern you."`
		Before string `query:"before" maxLength:"200" doc:"older of the page before."`
		After  string `query:"after" maxLength:"200" doc:"newer of the page after."`
		Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25" doc:"Reports on a page."`
	}
	reads(a, ownOp("listMyReports", http.MethodGet, "/me/reports", "List your reports", "On all devices, those that nobody else sees included."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *mineIn) (ownReports, error) {
			asked := reports.Page{Limit: in.Limit}
			var err error
			if asked.Before, err = reports.ParseCursor(in.Before); err != nil {
				return ownReports{}, fault.OnField("before", "api.field.cursor").Because(err)
			}
			if asked.After, err = reports.ParseCursor(in.After); err != nil {
				return ownReports{}, fault.OnField("after", "api.field.cursor").Because(err)
			}
			l, err := a.Reports.MineOf(ctx, actor, reports.MinePart(in.Part), asked)
			out := ownReports{Items: make([]listed, len(l.Items)), Total: l.Total}
			for i := range l.Items {
				out.Items[i] = a.listed(k, &l.Items[i])
			}
			if l.Older != nil {
				out.Older = l.Older.String()
			}
			if l.Newer != nil {
				out.Newer = l.Newer.String()
			}
			return out, err
		})
	a.ownDrafts()
	a.ownData()
	a.ownAccess()
}

func (a *api) ownDrafts() {
	reads(a, ownOp("listMyDrafts", http.MethodGet, "/me/drafts", "List your drafts", "Forms that you began and have not sent."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (ownDrafts, error) {
			list, err := drafts.Mine(ctx, a.DB, actor, "report")
			out := ownDrafts{Drafts: make([]ownDraft, len(list))}
			for i, d := range list {
				text, _ := drafts.Field[string](d, "text") // a field of another form shows as none
				category, _ := drafts.Field[string](d, "category")
				out.Drafts[i] = ownDraft{
					ID: d.ID.String(), Text: text, Category: category, UpdatedAt: stamp(d.UpdatedAt), ExpiresAt: stamp(d.ExpiresAt),
					Page: a.router.URL("/reports/new/" + d.ID.String()),
				}
			}
			return out, err
		})
	type dropIn struct {
		ThingParam
		OnceParam
	}
	writes(a, ownOp("deleteMyDraft", http.MethodDelete, "/me/drafts/{id}", "Delete a draft", "With its photos."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *dropIn) (nothing, error) {
			id, err := thing(in.ID, "draft")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Drafts.Delete(ctx, tx, actor, id)
		})
}

// ownData holds what a page does only after a fresh sign-in. A personal token is
// as fresh as its making, for which one was needed; a visitor's is all the proof
// there is, as on the page.
func (a *api) ownData() {
	export := ownOp("exportMyData", http.MethodGet, "/me/export", "Take your data along",
		"All that is kept about you. A personal token may for ten minutes after it was made, as the page asks for a fresh sign-in: 401 err.fresh afterwards.")
	export.rule = accounts.RuleFile
	reads(a, export, func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (ownExport, error) {
		e, err := a.Own.Export(ctx, actor, false)
		if err != nil {
			return ownExport{}, err
		}
		out := ownExport{MadeAt: stamp(e.MadeAt), Person: e.Person.String(), Tables: make([]json.RawMessage, len(e.Tables)), Photos: make([]ownPhoto, len(e.Photos))}
		for i := range e.Tables {
			if out.Tables[i], err = json.Marshal(e.Tables[i]); err != nil {
				return ownExport{}, fmt.Errorf("write export: %w", err)
			}
		}
		for i, p := range e.Photos {
			out.Photos[i] = ownPhoto{ID: p.ID.String(), Alt: p.Alt}
		}
		return out, nil
	})
	type eraseIn struct{ OnceParam }
	writes(a, ownOp("eraseMe", http.MethodPost, "/me/erasure", "Have everything about you deleted",
		"Ends your sessions and tokens at once and can't be taken back. Within ten minutes after the token was made, as for the export. "+
			"Not for those who work for the city: that account ends with the work. No body."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, _ *eraseIn) (nothing, error) {
			return nothing{true}, a.Own.Within(tx).Ask(ctx, actor)
		})
}

// ownAccess holds what else opens the account. A token makes no other: who gets
// hold of one must not be able to stay.
func (a *api) ownAccess() {
	reads(a, ownOp("listMyTokens", http.MethodGet, "/me/tokens", "List your personal tokens", "Without their secrets. New ones are made on the page, never by a token."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (ownTokens, error) {
			list, err := accounts.PersonalTokens(ctx, a.DB, actor)
			out := ownTokens{Tokens: make([]ownToken, len(list))}
			for i, t := range list {
				line := ownToken{
					ID: t.ID.String(), Name: t.Name, Scopes: []string{}, CreatedAt: stamp(t.CreatedAt), ExpiresAt: stamp(t.ExpiresAt), SeenAt: stampOf(t.SeenAt),
					RevokedAt: stampOf(t.RevokedAt), This: k.bearer.Token != nil && k.bearer.Token.ID == t.ID,
				}
				for _, s := range t.Scopes {
					line.Scopes = append(line.Scopes, string(s))
				}
				out.Tokens[i] = line
			}
			return out, err
		})
	type endIn struct {
		ThingParam
		OnceParam
	}
	writes(a, ownOp("revokeMyToken", http.MethodDelete, "/me/tokens/{id}", "End one of your tokens", "At once; also the one of this request."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *endIn) (nothing, error) {
			id, err := thing(in.ID, "api token")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, accounts.RevokePersonalToken(ctx, tx, actor, id)
		})
	reads(a, ownOp("listMySessions", http.MethodGet, "/me/sessions", "List your sessions", "Where you are signed in."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (ownSessions, error) {
			list, err := accounts.SessionsOf(ctx, a.DB, actor)
			out := ownSessions{Sessions: make([]ownSession, len(list))}
			for i, s := range list {
				out.Sessions[i] = ownSession{ID: s.ID.String(), Device: s.Device, CreatedAt: stamp(s.CreatedAt), SeenAt: stamp(s.SeenAt), Until: stamp(s.Until)}
			}
			return out, err
		})
	writes(a, ownOp("endMySession", http.MethodDelete, "/me/sessions/{id}", "End one of your sessions", "The device is signed out at once."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *endIn) (nothing, error) {
			id, err := thing(in.ID, "session")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, accounts.EndOneSession(ctx, tx, actor, id)
		})
}
