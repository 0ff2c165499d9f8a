package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
)

type inboxNotice struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Title  string `json:"title"`
	Why    string `json:"why" enum:"own,followed,area,search" doc:"own: it is yours. area: it lies in an area that you follow. search: a search that you follow finds it."`
	What   string `json:"what" enum:"new,status,step,message"`
	Says   string `json:"says" doc:"What happened, in words."`
	At     string `json:"at" format:"date-time"`
	ReadAt string `json:"read_at,omitempty" format:"date-time"`
	Page   string `json:"page" format:"uri"`
}

type inboxList struct {
	Notices []inboxNotice `json:"notices" nullable:"false" doc:"Newest first."`
	Unread  int           `json:"unread" doc:"Of the whole inbox, counted up to 99."`
	Older   string        `json:"older,omitempty" doc:"before of the next page."`
}

type inboxRead struct {
	Read int `json:"read" doc:"How many were unread."`
}

// AreaBody is an area as it is sent; it is exported for huma.
type AreaBody struct {
	District string       `json:"district,omitempty" maxLength:"20" doc:"Its number. At most one of district, centre and corners; none is the whole city."`
	Centre   *[2]float64  `json:"centre,omitempty" doc:"Longitude and latitude, degrees of WGS 84."`
	Radius   int          `json:"radius,omitempty" minimum:"50" maximum:"20000" doc:"Around the centre, metres."`
	Corners  [][2]float64 `json:"corners,omitempty" maxItems:"200" doc:"Of a drawn area, each longitude and latitude."`
	Category string       `json:"category,omitempty" maxLength:"40" doc:"Its key; none is every kind."`
	News     string       `json:"news" enum:"all,new,done" doc:"new: new reports. done: what was solved."`
	Cadence  string       `json:"cadence" enum:"each,daily,weekly,never" doc:"How often a mail comes. never: the inbox only."`
}

type areaFollow struct {
	AreaBody

	ID   string `json:"id"`
	Feed string `json:"feed" format:"uri" doc:"Atom; whoever has the address may read it."`
}

type areaList struct {
	Areas []areaFollow `json:"areas" nullable:"false"`
}

type mutedThing struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Title string `json:"title"`
	Page  string `json:"page" format:"uri"`
}

type mutedList struct {
	Muted []mutedThing `json:"muted" nullable:"false"`
}

type madeFollow struct {
	ID string `json:"id"`
}

// WishBody is how often mails come; it is exported for huma.
type WishBody struct {
	Own       string `json:"own" enum:"each,daily,weekly,never" doc:"News about your reports and ideas."`
	Followed  string `json:"followed" enum:"each,daily,weekly,never" doc:"News about reports, ideas and measures that you follow."`
	Comments  string `json:"comments,omitempty" enum:"each,daily,weekly,never" doc:"Answers to you and new comments in discussions. Left out: as it was."`
	QuietFrom int    `json:"quiet_from" minimum:"0" maximum:"1439" doc:"Minute of the city's day from which no mail comes; the same as quiet_to: none are quiet."`
	QuietTo   int    `json:"quiet_to" minimum:"0" maximum:"1439" doc:"Minute of the day at which mails come again; may lie on the next day."`
}

func (a *api) notices() {
	type inboxIn struct {
		Before string `query:"before" maxLength:"40" doc:"older of the page before."`
		Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"25" doc:"Notices on a page."`
	}
	reads(a, ownOp("listMyNotices", http.MethodGet, "/me/notices", "Read your inbox", "What happened to your reports, to those you follow, and in your areas. What you may no longer know of is left out."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *inboxIn) (inboxList, error) {
			before := uuid.Nil
			if in.Before != "" {
				var err error
				if before, err = uuid.Parse(in.Before); err != nil {
					return inboxList{}, fault.OnField("before", "api.field.cursor").Because(err)
				}
			}
			p, err := a.Notices.Inbox(ctx, actor, k.loc(), before, in.Limit)
			out := inboxList{Notices: make([]inboxNotice, len(p.Notices)), Unread: p.Unread}
			for i := range p.Notices {
				n := &p.Notices[i]
				out.Notices[i] = inboxNotice{
					ID: n.ID.String(), Number: n.Card.Number.Format(subject.PrefixOf(n.Card.Kind)), Title: n.Card.Title, Why: string(n.Kind), What: string(n.What),
					Says: n.Says, At: stamp(n.At), ReadAt: stampOf(n.ReadAt), Page: a.router.URL(n.Card.Path),
				}
			}
			if p.Older != uuid.Nil {
				out.Older = p.Older.String()
			}
			return out, err
		})
	type oneIn struct {
		ThingParam
		OnceParam
	}
	writes(a, ownOp("readMyNotice", http.MethodPut, "/me/notices/{id}/read", "Mark a notice as read", "On all your devices. No body."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *oneIn) (nothing, error) {
			id, err := thing(in.ID, "notice")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Notices.MarkRead(ctx, tx, actor, id)
		})
	type allIn struct{ OnceParam }
	writes(a, ownOp("readMyNotices", http.MethodPut, "/me/notices/read", "Mark all notices as read", "On all your devices. No body."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, _ *allIn) (inboxRead, error) {
			n, err := a.Notices.MarkAllRead(ctx, tx, actor, uuid.Nil)
			return inboxRead{n}, err
		})
	a.noticeWishes()
	a.areas()
}

func (a *api) noticeWishes() {
	reads(a, ownOp("getMyWishes", http.MethodGet, "/me/wishes", "Read how often mails come to you", "Areas have a cadence each."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (WishBody, error) {
			w, err := a.Notices.WishesOf(ctx, actor)
			return WishBody{Own: string(w.Own), Followed: string(w.Followed), Comments: string(w.Comments), QuietFrom: w.Quiet.From, QuietTo: w.Quiet.To}, err
		})
	type wishIn struct {
		OnceParam

		Body WishBody
	}
	writes(a, ownOp("setMyWishes", http.MethodPut, "/me/wishes", "Choose how often mails come to you", "And when none come. Your inbox has everything at once all the same."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *wishIn) (nothing, error) {
			w := notify.Wishes{
				Own: follows.Cadence(in.Body.Own), Followed: follows.Cadence(in.Body.Followed), Comments: follows.Cadence(in.Body.Comments),
				Quiet: notify.Quiet{From: in.Body.QuietFrom, To: in.Body.QuietTo},
			}
			return nothing{true}, a.Notices.SetWishes(ctx, tx, actor, w)
		})
	reads(a, ownOp("listMyMuted", http.MethodGet, "/me/muted", "List what you have ended the mails about", "Newest first; what you may no longer know of is left out."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (mutedList, error) {
			cards, err := a.Notices.Muted(ctx, actor, k.loc().Lang())
			out := mutedList{Muted: make([]mutedThing, len(cards))}
			for i := range cards {
				c := &cards[i]
				out.Muted[i] = mutedThing{Kind: string(c.Kind), ID: c.ID.String(), Title: c.Title, Page: a.router.URL(c.Path)}
			}
			return out, err
		})
	type muteIn struct {
		OnceParam

		Kind string `path:"kind" maxLength:"20" doc:"As the list has it."`
		ID   string `path:"id" maxLength:"40" doc:"As the list has it."`
	}
	writes(a, ownOp("endMyMute", http.MethodDelete, "/me/muted/{kind}/{id}", "Follow something again whose mails you had ended", "Where you had not, nothing changes."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *muteIn) (nothing, error) {
			id, err := thing(in.ID, "notice")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Notices.Unmute(ctx, tx, actor, subject.Ref{Kind: subject.Kind(in.Kind), ID: id})
		})
}

func (a *api) areas() {
	reads(a, ownOp("listMyAreas", http.MethodGet, "/me/areas", "List the areas that you follow", "Oldest first."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (areaList, error) {
			list, err := follows.Areas(ctx, a.DB, follows.Person, actor.Person)
			if err != nil {
				return areaList{}, err
			}
			cat, err := a.Categories.Catalogue(ctx)
			out := areaList{Areas: make([]areaFollow, len(list))}
			for i := range list {
				f := &list[i]
				b := AreaBody{District: f.District, Radius: f.Radius, News: string(f.News), Cadence: string(f.Cadence)}
				if f.Centre != nil {
					b.Centre = &[2]float64{f.Centre.Lon, f.Centre.Lat}
				}
				for _, p := range f.Ring {
					b.Corners = append(b.Corners, [2]float64{p.Lon, p.Lat})
				}
				if c := cat.ByID(f.Category); err == nil && c != nil {
					b.Category = c.Key
				}
				out.Areas[i] = areaFollow{AreaBody: b, ID: f.ID.String(), Feed: a.router.URL("/alerts/" + f.ID.String() + "/feed.atom")}
			}
			return out, err
		})
	type followIn struct {
		OnceParam

		Body AreaBody
	}
	follow := ownOp("followArea", http.MethodPost, "/me/areas", "Follow an area", "Place, kind and news in any combination; following the same again changes how often. At most 30.")
	writes(a, follow, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *followIn) (madeFollow, error) {
		area, err := a.areaOf(ctx, in.Body)
		if err != nil {
			return madeFollow{}, err
		}
		id, err := follows.FollowArea(ctx, tx, follows.AreaFollow{
			Area: area, Kind: follows.Person, Owner: actor.Person, Cadence: follows.Cadence(in.Body.Cadence), Lang: i18n.Match(k.loc().Lang()),
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
	writes(a, ownOp("setMyArea", http.MethodPatch, "/me/areas/{id}", "Change how often an area is mailed", "never: the inbox only."),
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
	writes(a, ownOp("endMyArea", http.MethodDelete, "/me/areas/{id}", "Follow an area no longer", "At once."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *endIn) (nothing, error) {
			id, err := thing(in.ID, "follow")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, follows.EndArea(ctx, tx, follows.Person, actor.Person, id)
		})
}

// areaOf reads an area; what does not exist is a fault on its field.
func (a *api) areaOf(ctx context.Context, in AreaBody) (follows.Area, error) {
	out := follows.Area{District: in.District, Radius: in.Radius, News: follows.News(in.News)}
	if in.Centre != nil {
		out.Centre = &subject.Point{Lon: in.Centre[0], Lat: in.Centre[1]}
	}
	for _, c := range in.Corners {
		out.Ring = append(out.Ring, subject.Point{Lon: c[0], Lat: c[1]})
	}
	if len(out.Ring) > 0 {
		ring, err := casework.ParseArea(casework.FormatArea(out.Ring)) // crossing sides, too many corners
		if err != nil {
			return out, err
		}
		out.Ring = ring
	}
	if in.District != "" {
		if _, ok, err := a.Geo.DistrictByRef(ctx, in.District); err != nil || !ok {
			if err != nil {
				return out, err
			}
			return out, fault.OnField("district", "alert.err.district")
		}
	}
	if in.Category != "" {
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return out, err
		}
		c := cat.ByKey(in.Category)
		if c == nil || !c.Active {
			return out, fault.OnField("category", "field.choice")
		}
		out.Category = c.ID
	}
	return out, nil
}
