package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const tagPartners = "Partners"

// partner is an office without a desk.
type partner struct {
	ID         string   `json:"id" doc:"Of the partner, or of the department whose door is mail."`
	Name       names    `json:"name"`
	Mail       string   `json:"mail"`
	RemindDays int      `json:"remind_days" doc:"Working days until it is reminded."`
	Categories []string `json:"categories" nullable:"false" doc:"Keys: for these it is proposed first."`
	Active     bool     `json:"active"`
	Version    int      `json:"version,omitempty" doc:"To be sent with a change. Absent: a department."`
}

type partnerList struct {
	Partners []partner `json:"partners" nullable:"false"`
}

type newPartner struct {
	Name       twoTexts `json:"name"`
	Mail       string   `json:"mail" maxLength:"254"`
	RemindDays int      `json:"remind_days" minimum:"1" maximum:"60"`
	Categories []string `json:"categories,omitempty" nullable:"false" maxItems:"200" doc:"Keys."`
	Active     bool     `json:"active"`
	Version    int      `json:"version,omitempty" minimum:"1" doc:"As you read it: 409 when somebody has changed it since. Missing: not asked; a new one has none."`
}

// handover is a case in a partner's hands.
type handover struct {
	ID         string         `json:"id"`
	Partner    names          `json:"partner"`
	Need       string         `json:"need"`
	State      string         `json:"state" doc:"sent, question, taken, done, not_ours or revoked."`
	SentAt     string         `json:"sent_at" format:"date-time"`
	RemindAt   string         `json:"remind_at,omitempty" format:"date-time"`
	Reminded   int            `json:"reminded" doc:"How often."`
	AnsweredAt string         `json:"answered_at,omitempty" format:"date-time"`
	Words      []handoverWord `json:"words" nullable:"false" doc:"Oldest first."`
}

type handoverWord struct {
	From string `json:"from" doc:"partner or team."`
	Kind string `json:"kind"`
	Text string `json:"text,omitempty"`
	At   string `json:"at" format:"date-time"`
}

type handoverList struct {
	Handovers []handover  `json:"handovers" nullable:"false"`
	Orders    []crewOrder `json:"orders" nullable:"false" doc:"To firms and crews, by a route sheet."`
}

type crewOrder struct {
	Crew      string `json:"crew"`
	State     string `json:"state"`
	MadeAt    string `json:"made_at" format:"date-time"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
}

type newHandover struct {
	Partner string `json:"partner" format:"uuid"`
	Need    string `json:"need" maxLength:"2000" doc:"What they should do. They see this, and what everybody sees of the report."`
}

type newReply struct {
	Text string `json:"text" minLength:"1" maxLength:"2000"`
}

type newRoute struct {
	Crew    string   `json:"crew" minLength:"1" maxLength:"100" example:"Elektro Huber"`
	Until   string   `json:"until" format:"date" doc:"By when it should be done."`
	Reports []string `json:"reports" nullable:"false" minItems:"1" maxItems:"40" doc:"Numbers, in the order of the route."`
}

type routeSheet struct {
	Stops []routeStop `json:"stops" nullable:"false"`
}

type routeStop struct {
	Number    string `json:"number"`
	Title     string `json:"title"`
	Address   string `json:"address,omitempty"`
	Place     place  `json:"place"`
	Link      string `json:"link" format:"uri" doc:"For the QR code: photo and done in two taps, without an account. Shown this once."`
	ExpiresAt string `json:"expires_at" format:"date-time"`
}

func partnerOf(cat *categories.Catalogue, p *casework.Partner) partner {
	out := partner{ID: p.ID.String(), Name: namesOf(p.Name), Mail: p.Mail, RemindDays: p.RemindDays, Categories: []string{}, Active: p.Active, Version: p.Version}
	if p.ID == uuid.Nil {
		out.ID = p.Department.String()
	}
	for _, id := range p.Categories {
		if c := cat.ByID(id); c != nil {
			out.Categories = append(out.Categories, c.Key)
		}
	}
	return out
}

func handoversOf(c *reports.Conversation) handoverList {
	out := handoverList{Handovers: make([]handover, len(c.Handovers)), Orders: make([]crewOrder, len(c.Orders))}
	for i := range c.Handovers {
		h := &c.Handovers[i]
		line := handover{
			ID: h.ID.String(), Partner: namesOf(h.Name), Need: h.Need, State: string(h.State), SentAt: stamp(h.SentAt), RemindAt: stampOf(h.RemindAt),
			Reminded: h.Reminded, AnsweredAt: stampOf(h.AnsweredAt), Words: []handoverWord{},
		}
		for _, w := range h.Answers {
			from := "team"
			if w.Direction == casework.In {
				from = "partner"
			}
			line.Words = append(line.Words, handoverWord{From: from, Kind: w.Kind, Text: w.Text, At: stamp(w.At)})
		}
		out.Handovers[i] = line
	}
	for i := range c.Orders {
		o := &c.Orders[i]
		out.Orders[i] = crewOrder{Crew: o.Crew, State: string(o.State), MadeAt: stamp(o.CreatedAt), ExpiresAt: stamp(o.ExpiresAt)}
	}
	return out
}

func (a *api) partners() {
	desk := func(id, method, path, summary, detail string) op {
		o := op{id: id, method: method, path: path, tag: tagPartners, scope: accounts.ScopeDeskWrite, summary: summary, detail: detail}
		if method == http.MethodGet {
			o.scope = accounts.ScopeDeskRead
		}
		return o
	}
	reads(a, desk("listPartners", http.MethodGet, "/partners", "List the partners without a desk", "And the departments whose door is mail. For those who work on cases."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (partnerList, error) {
			list, err := a.Reports.Partners(ctx, actor)
			if err != nil {
				return partnerList{}, err
			}
			cat, err := a.Categories.Catalogue(ctx)
			if err != nil {
				return partnerList{}, err
			}
			out := partnerList{Partners: make([]partner, len(list))}
			for i := range list {
				out.Partners[i] = partnerOf(cat, &list[i])
			}
			return out, nil
		})
	a.setPartners(desk)
	a.handovers(desk)

	type routeIn struct {
		OnceParam
		Body newRoute
	}
	route := desk("makeRouteSheet", http.MethodPost, "/route-sheets", "Make a route sheet for a firm or crew",
		"Each report gets a page behind a link, good for a day, and the status commissioned where it may. All or none.")
	route.status = http.StatusCreated
	writes(a, route, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *routeIn) (routeSheet, error) {
		until, err := time.ParseInLocation(time.DateOnly, in.Body.Until, a.Zone)
		if err != nil {
			return routeSheet{}, fault.OnField("/until", "api.field.day").Because(err)
		}
		numbers := make([]subject.Number, len(in.Body.Reports))
		for i, text := range in.Body.Reports {
			if numbers[i], err = number(text); err != nil {
				return routeSheet{}, fault.OnField("/reports", "report.err.other").Because(err)
			}
		}
		stops, err := a.Reports.Within(tx).Route(ctx, actor, kit.Clean(in.Body.Crew, false), until, numbers)
		out := routeSheet{Stops: make([]routeStop, len(stops))}
		for i := range stops {
			s := &stops[i]
			out.Stops[i] = routeStop{
				Number: s.View.Number.Format(subject.PrefixReport), Title: s.View.Title.In(k.loc().Lang()), Address: s.View.Address,
				Place: place{Lon: s.View.Point.Lon, Lat: s.View.Point.Lat, Address: s.View.Address}, Link: a.router.URL("/p/crew/" + s.Token), ExpiresAt: stamp(s.Order.ExpiresAt),
			}
		}
		return out, renamedTo(err, map[string]string{"number": "/reports"})
	})
}

func (a *api) setPartners(desk deskOp) {
	places := map[string]string{"name_de": "/name/de", "name_en": "/name/en"}
	read := func(ctx context.Context, b *newPartner, id uuid.UUID) (casework.Partner, error) {
		p := casework.Partner{ID: id, Name: b.Name.text(false), Mail: kit.Clean(b.Mail, false), RemindDays: b.RemindDays, Active: b.Active, Version: b.Version}
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return p, err
		}
		for _, key := range b.Categories {
			c := cat.ByKey(key)
			if c == nil {
				return p, fault.OnField("/categories", "report.err.category")
			}
			p.Categories = append(p.Categories, c.ID)
		}
		return p, nil
	}
	type addIn struct {
		OnceParam
		Body newPartner
	}
	add := desk("addPartner", http.MethodPost, "/partners", "Add a partner", "For admins.")
	add.scope, add.status = accounts.ScopeAdminWrite, http.StatusCreated
	writes(a, add, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *addIn) (itemID, error) {
		p, err := read(ctx, &in.Body, uuid.Nil)
		if err != nil {
			return itemID{}, err
		}
		made, err := casework.AddPartner(ctx, tx, actor, p)
		return itemID{made.String()}, renamedTo(err, places)
	})
	type putIn struct {
		ThingParam
		OnceParam
		Body newPartner
	}
	change := desk("changePartner", http.MethodPut, "/partners/{id}", "Change a partner", "Or switch it off. For admins. 409: somebody else was faster.")
	change.scope = accounts.ScopeAdminWrite
	writes(a, change, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *putIn) (itemID, error) {
		id, err := thing(in.ID, "partner")
		if err != nil {
			return itemID{}, err
		}
		p, err := read(ctx, &in.Body, id)
		if err != nil {
			return itemID{}, err
		}
		return itemID{id.String()}, renamedTo(casework.ChangePartner(ctx, tx, actor, p), places)
	})
}

func (a *api) handovers(desk deskOp) {
	reads(a, desk("listHandovers", http.MethodGet, "/reports/{number}/handovers", "Read how far a hand-over is", "To partners and crews. For the team in charge."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *NumberParam) (handoverList, error) {
			n, err := number(in.Number)
			if err != nil {
				return handoverList{}, err
			}
			v, err := a.Reports.Get(ctx, actor, n)
			if err != nil {
				return handoverList{}, err
			}
			if !v.Actor.Staff {
				return handoverList{}, fault.New(fault.Forbidden, "err.403").With("why", "report.why.not_staff")
			}
			c, err := a.Reports.Conversation(ctx, v)
			return handoversOf(&c), err
		})
	type handIn struct {
		NumberParam
		OnceParam
		Body newHandover
	}
	hand := desk("handOver", http.MethodPost, "/reports/{number}/handovers", "Hand a report over to a partner",
		"They get a mail with a link by which they answer, and are reminded. The public history says so; the report stays with its team.")
	hand.status = http.StatusCreated
	writes(a, hand, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *handIn) (nothing, error) {
		n, err := number(in.Number)
		if err != nil {
			return nothing{}, err
		}
		to, err := idIn(in.Body.Partner, "/partner")
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Reports.Within(tx).HandOver(ctx, actor, n, to, kit.Clean(in.Body.Need, true))
	})
	type replyIn struct {
		NumberParam
		ThingParam
		OnceParam
		Body newReply
	}
	reply := desk("replyToPartner", http.MethodPost, "/reports/{number}/handovers/{id}/replies", "Answer a partner's question", "The mail has a link of its own.")
	reply.status = http.StatusCreated
	writes(a, reply, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *replyIn) (nothing, error) {
		n, id, err := ofReport(in.Number, in.ID, "hand-over")
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Reports.Within(tx).ReplyPartner(ctx, actor, n, id, kit.Clean(in.Body.Text, true))
	})
	type revokeIn struct {
		NumberParam
		ThingParam
		OnceParam
	}
	writes(a, desk("revokeHandover", http.MethodDelete, "/reports/{number}/handovers/{id}", "Take a report back from a partner", "Its links open nothing more."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *revokeIn) (nothing, error) {
			n, id, err := ofReport(in.Number, in.ID, "hand-over")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Reports.Within(tx).RevokeHandover(ctx, actor, n, id)
		})
}

// ofReport reads a number and the id of something of that report.
func ofReport(text, id, what string) (subject.Number, uuid.UUID, error) {
	n, err := number(text)
	if err != nil {
		return 0, uuid.Nil, err
	}
	of, err := thing(id, what)
	return n, of, err
}
