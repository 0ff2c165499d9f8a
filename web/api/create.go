package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newReport is what somebody reports.
type newReport struct {
	Category string              `json:"category" minLength:"1" maxLength:"40" doc:"Key of the catalogue." example:"laterne"`
	Place    newPlace            `json:"place"`
	Text     string              `json:"text,omitempty" maxLength:"4000" doc:"What is the matter. Please no names, no number plates." example:"Die Laterne vor dem Kindergarten ist dunkel."`
	Language string              `json:"language,omitempty" enum:"de,en" doc:"Of the text, and of mails; absent: by Accept-Language."`
	Answers  map[string][]string `json:"answers,omitempty" maxProperties:"100" doc:"By the key of the question. Options by their keys, days as 2026-03-14."`
	Photos   []photoOf           `json:"photos,omitempty" nullable:"false" maxItems:"5" doc:"Uploaded before, by the same token."`
	Object   string              `json:"object,omitempty" maxLength:"40" doc:"Code of the object that it is about (getObject), within 100 m of the place." example:"7K3QX9AB"`
	Mail     string              `json:"mail,omitempty" maxLength:"254" doc:"For mails about what happens, never public. The address gets a mail first that asks whether it wants them." example:"anna@example.org"`
}

type newPlace struct {
	Lon     float64 `json:"lon" minimum:"-180" maximum:"180" doc:"Longitude in degrees, WGS 84." example:"11.5755"`
	Lat     float64 `json:"lat" minimum:"-90" maximum:"90" doc:"Latitude in degrees, WGS 84." example:"48.1374"`
	Address string  `json:"address,omitempty" maxLength:"200" doc:"As people say it; absent: the nearest one we know." example:"Marienplatz 8"`
	Note    string  `json:"note,omitempty" maxLength:"300" doc:"Where exactly. Only the team reads it." example:"vor dem Eingang"`
}

type photoOf struct {
	ID  uuid.UUID `json:"id" format:"uuid"`
	Alt string    `json:"alt,omitempty" maxLength:"300" doc:"What the photo shows, in words."`
}

// created is the receipt.
type created struct {
	Number      string    `json:"number" doc:"Public." example:"M-2026-7K3QX9"`
	AccessCode  string    `json:"access_code" doc:"Only for whoever reported it, and shown this once: with it the report can be read, added to, answered and withdrawn." example:"7K3Q-X9MA-2BCD"`
	Status      statusOf  `json:"status"`
	Publication string    `json:"publication" doc:"What becomes public, and when, in words."`
	Title       string    `json:"title" doc:"The public title, made by the system."`
	Department  namedPart `json:"department" doc:"The team in charge."`
	Links       links     `json:"links"`
}

// submission turns what was sent into what the domain takes.
func (n *newReport) submission(locale string) (reports.Submission, []reports.Picture) {
	sub := reports.Submission{
		Category: kit.Clean(n.Category, false), Text: kit.Clean(n.Text, true), Lang: n.Language, Channel: "api", Mail: kit.Clean(n.Mail, false),
		Place: reports.Place{
			Point:   subject.Point{Lon: n.Place.Lon, Lat: n.Place.Lat},
			Address: kit.Clean(n.Place.Address, false), Note: kit.Clean(n.Place.Note, false),
		},
		Answers: categories.Answers{},
	}
	if sub.Lang == "" {
		sub.Lang = i18n.German
		if locale == i18n.English {
			sub.Lang = i18n.English
		}
	}
	maps.Copy(sub.Answers, n.Answers)
	photos := make([]reports.Picture, len(n.Photos))
	for i, p := range n.Photos {
		photos[i] = reports.Picture{ID: p.ID, Alt: kit.Clean(p.Alt, false)}
	}
	return sub, photos
}

func (a *api) create() {
	type input struct {
		OnceParam
		Body newReport
	}
	type output struct {
		Location string `header:"Location" doc:"Where to read it."`
		Body     created
	}
	add(a, operation{Operation: huma.Operation{
		OperationID: "createReport", Method: http.MethodPost, Path: "/reports", Tags: []string{tagReport}, DefaultStatus: http.StatusCreated,
		Summary: "Send a report",
		Description: "No account and no token are needed, except for photos. Danger? Call the numbers of the stop that an option names; do not send a report. " +
			"The answer holds the access code: show it to the person, it can't be had again.",
	}, need: need{scope: accounts.ScopeWrite}, body: true, fails: []int{400, 409, 413, 415, 422, 429}},
		func(ctx context.Context, k *call, in *input) (*output, error) {
			if err := a.limit(ctx, k, accounts.RuleReport); err != nil {
				return nil, err
			}
			req, err := k.request("api.reports", in.Key, "", in.Body)
			if err != nil {
				return nil, err
			}
			now, err := a.now(ctx) // before the transaction: nothing in it takes another connection
			if err != nil {
				return nil, err
			}
			sub, photos := in.Body.submission(k.loc().Lang())
			if sub.Object, err = a.objectIn(ctx, in.Body.Object); err != nil {
				return nil, err
			}
			answer, err := a.Reports.SubmitOnce(ctx, k.actor(accounts.ScopeWrite), req, sub, photos, func(v *reports.View, r reports.Receipt) (idem.Answer, error) {
				body, err := a.receipt(ctx, k, v, r, now)
				if err != nil {
					return idem.Answer{}, err
				}
				return answerOf(http.StatusCreated, body.Links.Self, body)
			})
			if err != nil {
				return nil, err
			}
			out := &output{Location: answer.Location}
			return out, json.Unmarshal(answer.Body, &out.Body)
		})
}

func (a *api) receipt(ctx context.Context, k *call, v *reports.View, r reports.Receipt, now time.Time) (created, error) {
	status, err := a.statusOf(ctx, k, v, now)
	if err != nil {
		return created{}, err
	}
	lang := k.loc().Lang()
	return created{
		Number: v.Number.Format(subject.PrefixReport), AccessCode: r.Code, Status: status, Title: v.Title.In(lang),
		Publication: publication(k.loc(), v.Publish), Department: namedPart{Key: v.Department.Key, Name: v.Department.Name.In(lang)},
		Links: a.linksOf(v.Number),
	}, nil
}

// publication says in words what becomes public.
func publication(loc *i18n.Localizer, p categories.Publish) string {
	switch p {
	case categories.PublishAtOnce:
		return loc.T("wizard.public.a")
	case categories.PublishChecked:
		return loc.T("wizard.public.b")
	case categories.PublishPlace:
		return loc.T("wizard.public.c")
	case categories.PublishNever:
	}
	return loc.T("wizard.private")
}
