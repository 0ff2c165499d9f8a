package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
)

// op is an operation of the desk or of an account. What most of them have in
// common follows from its method, path and input.
type op struct {
	id, method, path string
	tag              string
	summary, detail  string
	scope            accounts.Scope
	people           bool          // also for visitors, who need no scope; never for systems
	open             bool          // also for the anonymous: the domain decides
	status           int           // 0: 200
	rule             accounts.Rule // "": RulePost for what changes something, none for what reads
	stale            bool          // reads only what is there to be read: 409
	hidden           bool          // to whom it does not belong it does not exist
	long             int64         // bytes of a body that may be larger than others
	plain            bool          // changes something, and nothing that is sent can be wrong: no 422
}

// ThingParam is exported, as the others, for huma.
type ThingParam struct {
	ID string `path:"id" maxLength:"40" doc:"As the list names it." example:"0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"`
}

// reply is an answer with nothing but a body.
type reply[O any] struct{ Body O }

// nothing is the answer of what only has to be done.
type nothing struct {
	Done bool `json:"done" doc:"Always true."`
}

func (p OnceParam) name() string { return p.Key }

// operation fills in what follows.
func (o op) operation(in reflect.Type) operation {
	writes := o.method != http.MethodGet
	var fails []int
	if strings.Contains(o.path, "{") || o.hidden {
		fails = append(fails, http.StatusNotFound)
	}
	_, body := in.FieldByName("Body")
	if body {
		fails = append(fails, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if writes || o.stale {
		fails = append(fails, http.StatusConflict)
	}
	if writes || o.rule != "" {
		fails = append(fails, http.StatusTooManyRequests)
	}
	if body || writes && !o.plain || hasQuery(in) {
		fails = append(fails, http.StatusUnprocessableEntity)
	}
	n := need{scope: o.scope, people: o.people, system: !o.people && !o.open}
	return operation{Operation: huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, DefaultStatus: o.status, Summary: o.summary, Description: o.detail,
		MaxBodyBytes: o.long,
	}, need: n, body: body, fails: slices.Compact(slices.Sorted(slices.Values(fails)))}
}

func hasQuery(in reflect.Type) bool {
	for f := range in.Fields() {
		if f.Tag.Get("query") != "" || f.Anonymous && f.Type.Kind() == reflect.Struct && hasQuery(f.Type) {
			return true
		}
	}
	return false
}

// reads adds an operation that changes nothing, or whose service has a
// transaction of its own.
func reads[I, O any](a *api, o op, do func(ctx context.Context, k *call, actor accounts.Actor, in *I) (O, error)) {
	add(a, o.operation(typeOf[I]()), func(ctx context.Context, k *call, in *I) (*reply[O], error) {
		if o.rule != "" {
			if err := a.limit(ctx, k, o.rule); err != nil {
				return nil, err
			}
		}
		body, err := do(ctx, k, k.actor(o.scope), in)
		return &reply[O]{body}, err
	})
}

// listReads is reads for a list that goes on: do also gives the Link header, made
// by nextLink.
func listReads[I, O any](a *api, o op, do func(ctx context.Context, k *call, actor accounts.Actor, in *I) (O, string, error)) {
	type output struct {
		Link string `header:"Link" doc:"Address of the next page (rel=\"next\"); absent on the last."`
		Body O
	}
	add(a, o.operation(typeOf[I]()), func(ctx context.Context, k *call, in *I) (*output, error) {
		body, link, err := do(ctx, k, k.actor(o.scope), in)
		return &output{Link: link, Body: body}, err
	})
}

// nextLink is the Link header for the next page.
func (a *api) nextLink(path string, values url.Values) string {
	return "<" + a.router.URL(Root+path+"?"+values.Encode()) + `>; rel="next"`
}

// writes adds an operation that changes something, in one transaction. Where its
// input has an Idempotency-Key, the same request gets the same answer and does
// nothing twice. What must not be waited for in the transaction an input does in
// its method before.
func writes[I, O any](a *api, o op, do func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *I) (O, error)) {
	if o.rule == "" {
		o.rule = accounts.RulePost
	}
	add(a, o.operation(typeOf[I]()), func(ctx context.Context, k *call, in *I) (*reply[O], error) {
		if err := a.limit(ctx, k, o.rule); err != nil {
			return nil, err
		}
		if p, ok := any(in).(interface {
			before(ctx context.Context, a *api, k *call, actor accounts.Actor) error
		}); ok {
			if err := p.before(ctx, a, k, k.actor(o.scope)); err != nil {
				return nil, err
			}
		}
		key := ""
		if p, ok := any(in).(interface{ name() string }); ok {
			key = p.name()
		}
		req, err := k.request("api."+o.id, key, k.c.Request().URL.Path, in)
		if err != nil {
			return nil, err
		}
		var out reply[O]
		err = db.Transact(ctx, a.DB, func(ctx context.Context, tx pgx.Tx) error {
			answer, err := idem.Do(ctx, tx, req.Route, req.Key, req.Hash, func() (idem.Answer, error) {
				body, err := do(ctx, tx, k, k.actor(o.scope), in)
				if err != nil {
					return idem.Answer{}, err
				}
				return answerOf(http.StatusOK, "", body)
			})
			if err != nil {
				return err
			}
			return json.Unmarshal(answer.Body, &out.Body)
		})
		return &out, err
	})
}

// besideCases adds what is done on the desk and with an account beside the cases
// themselves.
func (a *api) besideCases() {
	a.flags()
	a.rulings()
	a.transparency()
	a.moderationDesk()
	a.talk()
	a.capture()
	a.partners()
	a.routing()
	a.runEvents()
	a.own()
	a.notices()
	a.noticesMore()
	a.admin()
	a.citySetup()
	a.organisations()
	a.places()
}

// places is what is about the city itself: what stands in the street, districts,
// where reports gather.
func (a *api) places() {
	a.objects()
	a.districtOps()
	a.placeFigures()
	a.takeMore()
	a.voices()
}

func besideTags() []*huma.Tag {
	return []*huma.Tag{
		{Name: tagDialogue, Description: "What the team and whoever reported write to each other."},
		{Name: tagCapture, Description: "Reports for people on the phone, at the counter or by letter."},
		{Name: tagPartners, Description: "Offices without a desk, firms and crews."},
		{Name: tagModeration, Description: "Notices, decisions with reasons, appeals, and what the public is told of them."},
		{Name: tagRouting, Description: "Where new cases go, and big events."},
		{Name: tagAdmin, Description: "People, roles, invitations, the audit log, and exports by two people."},
		{Name: tagComplaints, Description: "The private door: complaints, praise, questions and requests, each answered by a date."},
		{Name: tagComplaintsDesk, Description: "By personal tokens with the scopes complaints:read and complaints:write: a complaint is read by people, never by a system."},
		{Name: tagProgrammes, Description: "What the city plans: programmes, measures, releases, ratings."},
		{Name: tagProgrammesDesk, Description: "Drafts, review by a second person, releases, files."},
		{Name: tagPractice, Description: "Invented cases to learn the desk with."},
		{Name: tagPlaces, Description: "What stands in the street, the districts with their months, and where reports gather."},
		{Name: tagOwn, Description: "What is yours: reports, drafts, data, tokens and sessions."},
	}
}

// thing reads an id of a path. What is none is not found.
func thing(text, what string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil || len(text) != 36 {
		return uuid.Nil, fault.Missing(what).Because(err)
	}
	return id, nil
}

// idIn reads an id of a body; "" is none.
func idIn(text, field string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.OnField(field, "api.field.id").Because(err)
	}
	return id, nil
}

// idText is an id in an answer; "" for none.
func idText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
