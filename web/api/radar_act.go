package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newRating answers the programme's questions about a measure.
type newRating struct {
	Answers map[string]string `json:"answers" maxProperties:"4" doc:"By the key of the question: 1 to 5, unknown, or none to take it back. Others stay as they were."`
}

func (n *newRating) answers() (map[string]int, error) {
	out := map[string]int{}
	for key, v := range n.Answers {
		switch v {
		case "unknown":
			out[key] = radar.Unknown
		case "none":
			out[key] = 0
		case "1", "2", "3", "4", "5":
			out[key], _ = strconv.Atoi(v)
		default:
			return nil, fault.OnField("/answers/"+key, "field.choice")
		}
	}
	if len(out) == 0 {
		return nil, fault.OnField("/answers", "field.required")
	}
	return out, nil
}

// takePart is an operation of visitors and people: a system has no voice.
func takePart(id, method, path, summary, detail string) op {
	return op{id: id, method: method, path: path, tag: tagProgrammes, people: true, scope: accounts.ScopeWrite, rule: accounts.RulePost, summary: summary, detail: detail}
}

func (a *api) actOnMeasures() {
	type rateIn struct {
		MeasureParam
		Body newRating
	}
	reads(a, takePart("rateMeasure", http.MethodPut, "/radar/measures/{number}/rating", "Rate a measure",
		"Once for each person, changed as often as you like. What is published changes in batches only, so that nobody's rating can be read from the difference. "+
			"409: it is no longer part of the programme."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *rateIn) (nothing, error) {
			n, err := in.parse()
			if err != nil {
				return nothing{}, err
			}
			answers, err := in.Body.answers()
			if err != nil {
				return nothing{}, err
			}
			err = a.Radar.Rate(ctx, actor, n, answers, accounts.AddressKey(kit.ClientIP(k.c)))
			if f := fault.As(err); f != nil && f.Kind == fault.Gone {
				err = fault.New(fault.Conflict, f.Key).Because(err)
			}
			return nothing{true}, err
		})
	a.followOps()
	a.helpOffers()
}

// followOps make the caller follow a measure, a field or a programme.
func (a *api) followOps() {
	for _, o := range []struct {
		on      bool
		method  string
		prefix  string
		summary string
		detail  string
	}{
		{true, http.MethodPut, "follow", "Follow", "News come as you wish (PUT /me/wishes). Once more changes nothing. No body."},
		{false, http.MethodDelete, "unfollow", "Stop following", "Once more changes nothing. No body."},
	} {
		reads(a, takePart(o.prefix+"Measure", o.method, "/radar/measures/{number}/follow", o.summary+" a measure", o.detail),
			func(ctx context.Context, _ *call, actor accounts.Actor, in *MeasureParam) (nothing, error) {
				n, err := in.parse()
				if err != nil {
					return nothing{}, err
				}
				m, _, err := a.Radar.Measure(ctx, accounts.Actor{}, n)
				if err != nil {
					return nothing{}, err
				}
				return nothing{true}, a.Radar.Follow(ctx, actor, m.Ref(), o.on)
			})
		reads(a, takePart(o.prefix+"Programme", o.method, "/radar/programmes/{slug}/follow", o.summary+" a programme", o.detail),
			func(ctx context.Context, _ *call, actor accounts.Actor, in *SlugParam) (nothing, error) {
				p, err := a.programmeNamed(ctx, in.Slug)
				if err != nil {
					return nothing{}, err
				}
				return nothing{true}, a.Radar.Follow(ctx, actor, p.Ref(), o.on)
			})
		reads(a, takePart(o.prefix+"Field", o.method, "/radar/fields/{id}/follow", o.summary+" a field of action", o.detail),
			func(ctx context.Context, _ *call, actor accounts.Actor, in *ThingParam) (nothing, error) {
				ref, err := a.fieldRef(ctx, in.ID)
				if err != nil {
					return nothing{}, err
				}
				return nothing{true}, a.Radar.Follow(ctx, actor, ref, o.on)
			})
	}
}

// fieldRef is a field of a public programme.
func (a *api) fieldRef(ctx context.Context, id string) (subject.Ref, error) {
	list, err := a.Radar.Programmes(ctx, accounts.Actor{})
	if err != nil {
		return subject.Ref{}, err
	}
	for i := range list {
		if j := slices.IndexFunc(list[i].Fields, func(f radar.Field) bool { return f.ID.String() == id }); j >= 0 {
			return list[i].Fields[j].Ref(), nil
		}
	}
	return subject.Ref{}, fault.Missing("field")
}

func (a *api) helpOffers() {
	type input struct {
		MeasureParam
		ThingParam
	}
	for _, o := range []struct {
		on                  bool
		id, method, summary string
	}{
		{true, "offerHelp", http.MethodPut, "Take part in what a measure asks for"},
		{false, "takeBackHelp", http.MethodDelete, "No longer take part"},
	} {
		op := takePart(o.id, o.method, "/radar/measures/{number}/help/{id}/offer", o.summary, "With an account: the city has to be able to write to you. 409: the day has passed. No body.")
		reads(a, op, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			n, err := in.parse()
			if err != nil {
				return nothing{}, err
			}
			id, err := thing(in.ID, "help request")
			if err != nil {
				return nothing{}, err
			}
			err = a.Radar.OfferHelp(ctx, actor, n, id, o.on)
			if f := fault.As(err); f != nil && f.Kind == fault.Gone {
				err = fault.New(fault.Conflict, f.Key).Because(err)
			}
			return nothing{true}, err
		})
	}
}
