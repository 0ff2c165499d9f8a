package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// SearchBody is a search that is followed, as it is sent; it is exported for huma.
type SearchBody struct {
	Text     string   `json:"q" minLength:"1" maxLength:"200" doc:"Words, \"a phrase\", -not this; at least one word must stand there."`
	Kind     []string `json:"kind,omitempty" maxItems:"8" enum:"report,idea,call,measure,comment,category,place,page" doc:"None is every kind."`
	Category []string `json:"category,omitempty" maxItems:"50" doc:"Keys of categories; any of them."`
	Status   []string `json:"status,omitempty" maxItems:"4" enum:"open,work,done,other" doc:"Classes; any of them. Without one you hear of what is new, with one also of what gets that far."`
	District []string `json:"district,omitempty" maxItems:"50" doc:"Refs of districts; any of them."`
	Cadence  string   `json:"cadence" enum:"each,daily,weekly,never" doc:"How often a mail comes. never: the inbox only."`
}

type searchFollow struct {
	SearchBody

	ID   string `json:"id"`
	Feed string `json:"feed" format:"uri" doc:"Atom; whoever has the address may read it."`
}

type searchFollows struct {
	Searches []searchFollow `json:"searches" nullable:"false"`
}

// BrowserBody is what a browser gives to be told; it is exported for huma.
type BrowserBody struct {
	Endpoint string `json:"endpoint" maxLength:"1000" doc:"At the browser's push service: PushSubscription.endpoint. https only."`
	P256dh   string `json:"p256dh" maxLength:"100" doc:"PushSubscription.getKey(\"p256dh\") in base64url."`
	Auth     string `json:"auth" maxLength:"40" doc:"PushSubscription.getKey(\"auth\") in base64url."`
}

type browser struct {
	ID      string `json:"id"`
	Service string `json:"service" doc:"Host of its push service."`
	Since   string `json:"since" format:"date-time"`
}

type browserList struct {
	Key      string    `json:"key" doc:"applicationServerKey for PushManager.subscribe, in base64url."`
	Browsers []browser `json:"browsers" nullable:"false" doc:"Oldest first, at most 10."`
}

func (a *api) noticesMore() {
	a.searches()
	a.browsers()
}

func (a *api) searches() {
	reads(a, ownOp("listMySearches", http.MethodGet, "/me/searches", "List the searches that you follow", "Oldest first."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (searchFollows, error) {
			list, err := follows.Searches(ctx, a.DB, follows.Person, actor.Person)
			out := searchFollows{Searches: make([]searchFollow, len(list))}
			for i := range list {
				f := &list[i]
				b := SearchBody{Text: f.Text, Category: f.Facets["category"], Status: f.Facets["status"], District: f.Facets["district"], Cadence: string(f.Cadence)}
				for _, k := range f.Kinds {
					b.Kind = append(b.Kind, string(k))
				}
				out.Searches[i] = searchFollow{SearchBody: b, ID: f.ID.String(), Feed: a.router.URL("/alerts/" + f.ID.String() + "/feed.atom")}
			}
			return out, err
		})
	type followIn struct {
		OnceParam

		Body SearchBody
	}
	writes(a, ownOp("followSearch", http.MethodPost, "/me/searches", "Follow a search", "You hear of what it finds anew. Following the same again changes how often. At most 30."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *followIn) (madeFollow, error) {
			b := &in.Body
			saved := search.Saved{Text: b.Text, Facets: map[string][]string{"category": b.Category, "status": b.Status, "district": b.District}}
			for _, kind := range b.Kind {
				saved.Kinds = append(saved.Kinds, subject.Kind(kind))
			}
			id, err := follows.FollowSearch(ctx, tx, follows.SearchFollow{
				Saved: saved, Kind: follows.Person, Owner: actor.Person, Cadence: follows.Cadence(b.Cadence), Lang: i18n.Match(k.loc().Lang()),
			})
			return madeFollow{id.String()}, err
		})
	type cadenceIn struct {
		ThingParam
		OnceParam

		Body struct {
			Cadence string `json:"cadence" enum:"each,daily,weekly,never" doc:"How often a mail comes."`
		}
	}
	writes(a, ownOp("setMySearch", http.MethodPatch, "/me/searches/{id}", "Change how often a search is mailed", "never: the inbox only."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *cadenceIn) (nothing, error) {
			id, err := thing(in.ID, "follow")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, follows.SetCadence(ctx, tx, follows.Person, actor.Person, id, follows.Cadence(in.Body.Cadence))
		})
	type endIn struct {
		ThingParam
		OnceParam
	}
	writes(a, ownOp("endMySearch", http.MethodDelete, "/me/searches/{id}", "Follow a search no longer", "At once."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *endIn) (nothing, error) {
			id, err := thing(in.ID, "follow")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, follows.EndArea(ctx, tx, follows.Person, actor.Person, id)
		})
}

func (a *api) browsers() {
	reads(a, ownOp("listMyBrowsers", http.MethodGet, "/me/browsers", "List the browsers that tell you of news", "And the key that they subscribe with. What is pushed has no content."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (browserList, error) {
			key, err := a.Notices.PushKey(ctx)
			if err != nil {
				return browserList{}, err
			}
			list, err := a.Notices.Browsers(ctx, actor)
			out := browserList{Key: key, Browsers: make([]browser, len(list))}
			for i, b := range list {
				out.Browsers[i] = browser{ID: b.ID.String(), Service: b.Service, Since: stamp(b.At)}
			}
			return out, err
		})
	type addIn struct {
		OnceParam

		Body BrowserBody
	}
	writes(a, ownOp("addMyBrowser", http.MethodPost, "/me/browsers", "Have a browser tell you of news", "The same one again changes its keys. The eleventh takes the place of the oldest."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *addIn) (madeFollow, error) {
			id, err := a.Notices.Subscribe(ctx, tx, actor, notify.Subscription(in.Body), i18n.Match(k.loc().Lang()))
			return madeFollow{id.String()}, err
		})
	type dropIn struct {
		ThingParam
		OnceParam
	}
	writes(a, ownOp("dropMyBrowser", http.MethodDelete, "/me/browsers/{id}", "Have a browser tell you no more", "At once."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *dropIn) (nothing, error) {
			id, err := thing(in.ID, "browser")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Notices.Unsubscribe(ctx, tx, actor, id)
		})
}
