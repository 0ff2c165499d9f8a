package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/kit"
)

// TextParam names a text of the site.
type TextParam struct {
	Key  string `path:"key" maxLength:"60" doc:"As /desk/site names it." example:"page.impressum"`
	Lang string `query:"lang" enum:"de,en,de-x-leicht" default:"de" doc:"Of the text."`
}

type siteText struct {
	Body    string `json:"body" doc:"Empty: the program's own text is shown."`
	Version int    `json:"version" doc:"To be sent with a change."`
}

type newText struct {
	Body    string `json:"body" maxLength:"65536" doc:"Markdown without HTML. Empty: the program's own text."`
	Version int    `json:"version" minimum:"0" doc:"As you read it: 409 when there is a newer one."`
}

func (a *api) siteTexts() {
	reads(a, adminOp("getText", http.MethodGet, "/admin/texts/{key}", "Read a text of the site", "For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *TextParam) (siteText, error) {
			v, err := a.Site.LastText(ctx, actor, in.Key, in.Lang)
			return siteText{v.Body, v.Version}, err
		})
	type input struct {
		TextParam
		Body newText
	}
	setsUp(a, adminOp("putText", http.MethodPut, "/admin/texts/{key}", "Change a text of the site", "At once. Earlier versions are kept. For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			err := a.Site.SaveText(ctx, actor, in.Key, in.Lang, kit.Clean(in.Body.Body, true), in.Body.Version)
			return nothing{true}, renamed(err, map[string]string{"body": "/body"})
		})
}

// siteMessage stands above every page for a time.
type siteMessage struct {
	ID      string     `json:"id"`
	Kind    string     `json:"kind" doc:"storm, fault, holiday or info."`
	Text    translated `json:"text"`
	From    string     `json:"from" format:"date-time"`
	To      string     `json:"to" format:"date-time"`
	Version int        `json:"version"`
}

type siteMessages struct {
	Messages []siteMessage `json:"messages" nullable:"false" doc:"Those of now and later, then past ones."`
}

type newMessageAbove struct {
	Kind    string     `json:"kind" enum:"storm,fault,holiday,info"`
	Text    translated `json:"text"`
	From    time.Time  `json:"from"`
	To      time.Time  `json:"to"`
	Version int        `json:"version,omitempty" minimum:"0" doc:"Of the message as you read it; missing for a new one."`
}

func (n *newMessageAbove) message(id uuid.UUID) site.Message {
	return site.Message{ID: id, Kind: site.MessageKind(n.Kind), Text: n.Text.text(), From: n.From, To: n.To, Version: n.Version}
}

func (a *api) siteMessages() {
	reads(a, adminOp("listSiteMessages", http.MethodGet, "/admin/messages", "List the messages above the pages", "Of the hall and all others: storm, fault, holiday. For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (siteMessages, error) {
			list, err := a.Site.AllMessages(ctx, actor)
			out := siteMessages{Messages: make([]siteMessage, len(list))}
			for i, m := range list {
				out.Messages[i] = siteMessage{ID: m.ID.String(), Kind: string(m.Kind), Text: translatedOf(m.Text), From: stamp(m.From), To: stamp(m.To), Version: m.Version}
			}
			return out, err
		})
	type input struct {
		ThingParam
		Body newMessageAbove
	}
	setsUp(a, adminOp("putSiteMessage", http.MethodPut, "/admin/messages/{id}", "Put a message above the pages", "A new one under an id of yours (a UUID), or a change of one. For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			id, err := thing(in.ID, "message")
			if err != nil {
				return nothing{}, err
			}
			err = a.Site.PutMessage(ctx, actor, in.Body.message(id))
			return nothing{true}, renamed(err, map[string]string{"kind": "/kind", "text_de": "/text/de", "text_en": "/text/en", "from": "/from", "to": "/to"})
		})
	end := adminOp("endSiteMessage", http.MethodDelete, "/admin/messages/{id}", "Take a message down", "Now. One that has not begun is deleted. For admins and editors.")
	end.plain = true
	setsUp(a, end,
		func(ctx context.Context, _ *call, actor accounts.Actor, in *ThingParam) (nothing, error) {
			id, err := thing(in.ID, "message")
			if err != nil {
				return nothing{}, err
			}
			if _, err := a.Site.MessageByID(ctx, actor, id); err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Site.EndMessage(ctx, actor, id)
		})
}
