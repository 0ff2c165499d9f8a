package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const tagCapture = "Capture"

// newCapture is a report that somebody takes for somebody else.
type newCapture struct {
	Channel string    `json:"channel" enum:"phone,counter,letter" doc:"How it reached the city."`
	Release bool      `json:"release,omitempty" doc:"Make the text public at once, where you work on that kind of report."`
	Report  newReport `json:"report"`
}

type captured struct {
	Number     string `json:"number" example:"M-2026-7K3QX9"`
	AccessCode string `json:"access_code" doc:"For whoever reported it, and shown this once: read it out or print it."`
	Released   bool   `json:"released" doc:"The text is public."`
	Links      links  `json:"links"`
}

func (a *api) capture() {
	type input struct {
		OnceParam
		Body newCapture
	}
	// not in a transaction of ours: the service looks the place up before it begins one
	reads(a, op{
		id: "captureReport", method: http.MethodPost, path: "/captures", tag: tagCapture, scope: accounts.ScopeDeskWrite, status: http.StatusCreated,
		rule:    accounts.RulePost,
		summary: "Take a report for somebody",
		detail:  "On the phone, at the counter or from a letter, by those who work on cases. It belongs to whoever has the access code, never to you.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *input) (captured, error) {
		key := subject.NewID()
		if in.Key != "" { // the same key of the same person is the same report
			key = uuid.NewSHA1(actor.Person, []byte(in.Key))
		}
		sub, photos := in.Body.Report.submission(k.loc().Lang())
		if len(photos) > 0 {
			return captured{}, fault.OnField("/report/photos", "api.err.photo")
		}
		sub.Channel = in.Body.Channel
		var err error
		if sub.Object, err = a.objectIn(ctx, in.Body.Report.Object); err != nil {
			return captured{}, within(err, "/report")
		}
		c, err := a.Reports.Capture(ctx, actor, key, sub, in.Body.Release)
		if err != nil {
			return captured{}, within(err, "/report")
		}
		return captured{Number: c.Number.Format(subject.PrefixReport), AccessCode: c.Code, Released: c.Released, Links: a.linksOf(c.Number)}, nil
	})
}

// within says that wrong entries lie in a part of the body.
func within(err error, at string) error {
	err = inBody(err)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return err
	}
	e := *f
	e.Fields = append(fault.Fields{}, f.Fields...)
	for i, field := range e.Fields {
		if field.Name != "/channel" {
			e.Fields[i].Name = at + field.Name
		}
	}
	return &e
}
