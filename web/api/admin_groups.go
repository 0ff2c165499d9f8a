package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// AdminGroup is a heading over categories; exported, as the ones below, for huma.
type AdminGroup struct {
	Name    translated `json:"name"`
	Version string     `json:"version,omitempty" maxLength:"64" doc:"Of the group as you read it: 409 when somebody has changed it since. Missing: a new one."`
}

type groupLine struct {
	Key     string `json:"key"`
	Offered int    `json:"offered" doc:"Categories in it that are offered; with none it can be removed."`
	AdminGroup
}

type groupLines struct {
	Groups []groupLine `json:"groups" nullable:"false" doc:"In their order."`
}

type groupMove struct {
	To string `json:"to" enum:"up,down"`
}

// easyText is a text in German, English and Leichte Sprache.
type easyText struct {
	DE   string `json:"de" minLength:"1" maxLength:"1200"`
	EN   string `json:"en" minLength:"1" maxLength:"1200"`
	Easy string `json:"de-x-leicht,omitempty" maxLength:"1200" doc:"Leichte Sprache."`
}

func (t easyText) text(lines bool) i18n.Text {
	out := i18n.Text{i18n.German: kit.Clean(t.DE, lines), i18n.English: kit.Clean(t.EN, lines)}
	if easy := kit.Clean(t.Easy, lines); easy != "" {
		out[i18n.Easy] = easy
	}
	return out
}

func easyTextOf(t i18n.Text) easyText {
	return easyText{DE: t[i18n.German], EN: t[i18n.English], Easy: t[i18n.Easy]}
}

// AdminStop is a page that comes before a report goes on.
type AdminStop struct {
	Hard    bool     `json:"hard" doc:"No report is taken: it is a case for the telephone."`
	Phone   []string `json:"phone,omitempty" nullable:"false" maxItems:"4" doc:"Numbers, the most urgent first."`
	Title   easyText `json:"title"`
	Text    easyText `json:"text"`
	Version string   `json:"version,omitempty" maxLength:"64" doc:"Of the page as you read it: 409 when somebody has changed it since. Missing: a new one."`
}

type stopLine struct {
	Key  string   `json:"key"`
	Used []string `json:"used" nullable:"false" doc:"What leads to it, in German: categories and signposts; with none it can be removed."`
	AdminStop
}

type stopLines struct {
	Stops []stopLine `json:"stop_pages" nullable:"false"`
}

func (a *api) adminCatalogue(ctx context.Context, actor accounts.Actor) (*categories.Catalogue, error) {
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return nil, err
	}
	return a.Categories.Catalogue(ctx)
}

func (a *api) groupSetup() {
	reads(a, adminOp("listGroups", http.MethodGet, "/admin/groups", "List the groups of categories", "For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (groupLines, error) {
			all, err := a.adminCatalogue(ctx, actor)
			if err != nil {
				return groupLines{}, err
			}
			out := groupLines{Groups: make([]groupLine, len(all.Groups))}
			for i := range all.Groups {
				g := &all.Groups[i]
				out.Groups[i] = groupLine{Key: g.Key, AdminGroup: AdminGroup{translatedOf(g.Name), g.Fingerprint()}}
				for j := range all.Categories {
					if all.Categories[j].Group == g.Key {
						out.Groups[i].Offered++
					}
				}
			}
			return out, nil
		})
	type putIn struct {
		SetupKeyParam
		Body AdminGroup
	}
	names := map[string]string{"name_de": "/name/de", "name_en": "/name/en", "key": "/key"}
	setsUp(a, adminOp("putGroup", http.MethodPut, "/admin/groups/{key}", "Add or change a group", "A new one comes last; one that was removed comes back under its key. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *putIn) (nothing, error) {
			onto := func(g *categories.Group) error { g.Name = besides(g.Name, in.Body.Name.text()); return nil }
			var err error
			if in.Body.Version == "" {
				g := categories.Group{Key: in.Key}
				_ = onto(&g)
				err = a.Categories.AddGroup(ctx, actor, g)
			} else {
				err = a.Categories.ChangeGroup(ctx, actor, in.Key, in.Body.Version, onto)
			}
			return nothing{err == nil}, renamed(err, names)
		})
	drop := adminOp("removeGroup", http.MethodDelete, "/admin/groups/{key}", "Remove a group", "409 while a category in it is offered. For admins.")
	drop.plain = true
	setsUp(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, in *SetupKeyParam) (nothing, error) {
		err := a.Categories.RemoveGroup(ctx, actor, in.Key)
		return nothing{err == nil}, err
	})
	type moveIn struct {
		SetupKeyParam
		Body groupMove
	}
	setsUp(a, adminOp("moveGroup", http.MethodPost, "/admin/groups/{key}/move", "Move a group", "By one place; at the end nothing changes. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *moveIn) (nothing, error) {
			err := a.Categories.MoveGroup(ctx, actor, in.Key, in.Body.To == "up")
			return nothing{err == nil}, err
		})
}

func (in *AdminStop) onto(s *categories.Stop) error {
	s.Title, s.Text, s.Tel, s.Hard = in.Title.text(false), in.Text.text(true), cleaned(in.Phone), in.Hard
	return nil
}

func (a *api) stopSetup() {
	reads(a, adminOp("listStopPages", http.MethodGet, "/admin/stop-pages", "List the stop pages", "What is shown before a report goes on, or in place of it. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (stopLines, error) {
			all, err := a.adminCatalogue(ctx, actor)
			if err != nil {
				return stopLines{}, err
			}
			out := stopLines{Stops: make([]stopLine, len(all.Stops))}
			for i := range all.Stops {
				s := &all.Stops[i]
				out.Stops[i] = stopLine{Key: s.Key, Used: append([]string{}, all.LeadTo(s.Key)...), AdminStop: AdminStop{
					Hard: s.Hard, Phone: append([]string{}, s.Tel...), Title: easyTextOf(s.Title), Text: easyTextOf(s.Text), Version: s.Fingerprint(),
				}}
			}
			return out, nil
		})
	type putIn struct {
		SetupKeyParam
		Body AdminStop
	}
	names := map[string]string{
		"title_de": "/title/de", "title_en": "/title/en", "title_de-x-leicht": "/title/de-x-leicht",
		"text_de": "/text/de", "text_en": "/text/en", "text_de-x-leicht": "/text/de-x-leicht", "tel": "/phone", "key": "/key",
	}
	setsUp(a, adminOp("putStopPage", http.MethodPut, "/admin/stop-pages/{key}", "Add or change a stop page", "Whoever is on it reads the new words at once. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *putIn) (nothing, error) {
			var err error
			if in.Body.Version == "" {
				s := categories.Stop{Key: in.Key}
				_ = in.Body.onto(&s)
				err = a.Categories.AddStop(ctx, actor, s)
			} else {
				err = a.Categories.ChangeStop(ctx, actor, in.Key, in.Body.Version, in.Body.onto)
			}
			return nothing{err == nil}, renamed(err, names)
		})
	drop := adminOp("removeStopPage", http.MethodDelete, "/admin/stop-pages/{key}", "Remove a stop page", "409 while an answer or a signpost leads to it. For admins.")
	drop.plain = true
	setsUp(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, in *SetupKeyParam) (nothing, error) {
		err := a.Categories.RemoveStop(ctx, actor, in.Key)
		return nothing{err == nil}, err
	})
}
