package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// deskMeasure is a measure on the desk.
type deskMeasure struct {
	Number     string   `json:"number"`
	No         int      `json:"no"`
	Programme  string   `json:"programme"`
	Title      string   `json:"title"`
	Visibility string   `json:"visibility" enum:"draft,public,past"`
	Version    int      `json:"version" doc:"Of what is public; 0: nothing yet."`
	Edit       *newEdit `json:"edit,omitempty" doc:"The change on its way."`
	Page       string   `json:"page" format:"uri"`
}

// newEdit is a change of a measure on its way.
type newEdit struct {
	State     string         `json:"state" enum:"draft,review,approved"`
	Version   int            `json:"version" doc:"Send it along with what you do to it: 409 when somebody was faster."`
	Content   *radar.Content `json:"content,omitempty" doc:"Missing in lists."`
	Remark    string         `json:"remark,omitempty"`
	PublishAt string         `json:"publish_at,omitempty" format:"date-time"`
	Changes   []string       `json:"changes,omitempty" nullable:"false" doc:"Names of what is different from what is public."`
	MayReview bool           `json:"may_review" doc:"Not your own."`
}

type deskMeasures struct {
	Measures []deskMeasure `json:"measures" nullable:"false" doc:"By number in the chart, drafts included."`
}

// measureDraft is a document with a word about it.
type measureDraft struct {
	Version int           `json:"version,omitempty" minimum:"0" doc:"Of the change as you read it; 0: there was none."`
	Content radar.Content `json:"content" doc:"All of it: as in JSON files."`
	Remark  string        `json:"remark,omitempty" maxLength:"2000" doc:"For the second person."`
}

func radarDeskOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagProgrammesDesk, scope: accounts.ScopeDeskWrite, rule: accounts.RulePost, summary: summary, detail: detail, hidden: true}
	if method == http.MethodGet {
		o.scope, o.rule = accounts.ScopeDeskRead, ""
	}
	return o
}

// onDeskMeasure is a measure for those who see drafts.
func (a *api) onDeskMeasure(ctx context.Context, actor accounts.Actor, p MeasureParam) (*radar.Measure, *radar.Programme, error) {
	n, err := p.parse()
	if err == nil {
		err = radar.May(actor, radar.ActDesk, uuid.Nil)
	}
	if err != nil {
		return nil, nil, err
	}
	return a.Radar.Measure(ctx, actor, n)
}

func (a *api) deskMeasureOf(lang string, actor accounts.Actor, p *radar.Programme, m *radar.Measure, e *radar.Edit, whole bool) deskMeasure {
	out := deskMeasure{
		Number: m.PublicNumber(), No: m.No, Programme: p.Slug, Title: m.Content.In(lang).Title, Visibility: m.Visibility, Version: m.Version, Page: a.router.URL("/desk" + m.Path()),
	}
	if e == nil {
		return out
	}
	out.Title = e.Content.In(lang).Title
	out.Edit = &newEdit{
		State: string(e.State), Version: e.Version, Remark: e.Remark, PublishAt: stampOf(e.PublishAt), MayReview: radar.May(actor, radar.ActReview, e.ProposedBy) == nil,
	}
	if whole {
		out.Edit.Content = &e.Content
		if m.Version > 0 {
			out.Edit.Changes = radar.Differences(&m.Content, &e.Content)
		}
	}
	return out
}

// oneOnDesk reads a measure as it is now, after something was done to it.
func (a *api) oneOnDesk(ctx context.Context, k *call, actor accounts.Actor, in MeasureParam) (deskMeasure, error) {
	m, p, err := a.onDeskMeasure(ctx, actor, in)
	if err != nil {
		return deskMeasure{}, err
	}
	e, open, err := a.Radar.OpenEdit(ctx, actor, m.ID)
	if err != nil || !open {
		return a.deskMeasureOf(k.loc().Lang(), actor, p, m, nil, true), err
	}
	return a.deskMeasureOf(k.loc().Lang(), actor, p, m, &e, true), nil
}

func (a *api) editMeasures() {
	reads(a, radarDeskOp("listDeskMeasures", http.MethodGet, "/desk/radar/programmes/{slug}/measures", "List the measures of a programme with their drafts", "For editors and team leads."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *SlugParam) (deskMeasures, error) {
			p, err := a.deskProgramme(ctx, actor, in.Slug)
			if err != nil {
				return deskMeasures{}, err
			}
			all, err := a.Radar.All(ctx, actor, p)
			if err != nil {
				return deskMeasures{}, err
			}
			edits, err := a.Radar.Edits(ctx, actor, p)
			open := map[uuid.UUID]*radar.Edit{}
			for i := range edits {
				open[edits[i].Measure] = &edits[i]
			}
			out := deskMeasures{Measures: make([]deskMeasure, len(all))}
			for i := range all {
				out.Measures[i] = a.deskMeasureOf(k.loc().Lang(), actor, p, &all[i], open[all[i].ID], false)
			}
			return out, err
		})
	reads(a, radarDeskOp("getDeskMeasure", http.MethodGet, "/desk/radar/measures/{number}", "Read a measure with the change on its way", "For editors and team leads."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *MeasureParam) (deskMeasure, error) {
			return a.oneOnDesk(ctx, k, actor, *in)
		})
	reads(a, radarDeskOp("previewMeasure", http.MethodGet, "/desk/radar/measures/{number}/preview", "See where a change would put a measure",
		"The marks of the chart as they would stand with the change on its way. Nothing of it is public. For editors and team leads."), a.previewMeasure)
	type createIn struct {
		SlugParam
		OnceParam
		Body measureDraft
	}
	create := radarDeskOp("createMeasure", http.MethodPost, "/desk/radar/programmes/{slug}/measures", "Draft a new measure",
		"Only the desk sees it until a second person has let it be published. Sent again with the same key, it is the same measure.")
	create.status, create.long = http.StatusCreated, 1<<20
	reads(a, create, func(ctx context.Context, k *call, actor accounts.Actor, in *createIn) (deskMeasure, error) {
		p, err := a.deskProgramme(ctx, actor, in.Slug)
		if err != nil {
			return deskMeasure{}, err
		}
		content, err := a.placed(ctx, actor, &in.Body)
		if err != nil {
			return deskMeasure{}, inContent(err)
		}
		m, err := a.Radar.Draft(ctx, actor, p, keyed(actor, in.Key), content, kit.Clean(in.Body.Remark, true))
		if err != nil {
			return deskMeasure{}, inContent(err)
		}
		return a.oneOnDesk(ctx, k, actor, MeasureParam{m.PublicNumber()})
	})
	type saveIn struct {
		MeasureParam
		Body measureDraft
	}
	save := radarDeskOp("saveMeasure", http.MethodPut, "/desk/radar/measures/{number}/draft", "Save a change as a draft", "Nothing of it is public.")
	save.long = 1 << 20
	reads(a, save, func(ctx context.Context, k *call, actor accounts.Actor, in *saveIn) (deskMeasure, error) {
		return a.passed(ctx, k, actor, in.MeasureParam, func(id uuid.UUID) error {
			content, err := a.placed(ctx, actor, &in.Body)
			if err != nil {
				return err
			}
			return a.Radar.Save(ctx, actor, id, in.Body.Version, content, kit.Clean(in.Body.Remark, true))
		})
	})
}

// content is the document as the forms would send it.
func (d *measureDraft) content() *radar.Content {
	c := d.Content
	if c.Texts == nil {
		c.Texts = map[string]radar.Texts{}
	}
	for lang, t := range c.Texts {
		for _, name := range radar.TextNames() {
			if text := t.Text(name); text != nil {
				*text = kit.Clean(*text, name != "title")
			}
		}
		c.Texts[lang] = t
	}
	return &c
}

// placed is the document with the city's districts, as the page has it; who may not
// write one is told that and nothing of the districts.
func (a *api) placed(ctx context.Context, actor accounts.Actor, d *measureDraft) (*radar.Content, error) {
	if err := radar.May(actor, radar.ActEdit, uuid.Nil); err != nil {
		return nil, err
	}
	labels, err := a.Geo.Districts(ctx)
	if err != nil {
		return nil, err
	}
	c := d.content()
	return c, radar.PlaceContent(labels, c)
}

// keyed is the id of what a request makes: the same key of the same person
// makes the same thing.
func keyed(actor accounts.Actor, key string) uuid.UUID {
	if key == "" {
		return subject.NewID()
	}
	return uuid.NewSHA1(actor.Person, []byte(key))
}

// inContent says that wrong entries lie in the document.
func inContent(err error) error {
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid && len(f.Fields) > 0 {
		e := *f
		e.Fields = append(fault.Fields{}, f.Fields...)
		for i := range e.Fields {
			e.Fields[i].Name = "/content/" + e.Fields[i].Name
		}
		return &e
	}
	return err
}

func (a *api) deskProgramme(ctx context.Context, actor accounts.Actor, slug string) (*radar.Programme, error) {
	if err := radar.May(actor, radar.ActDesk, uuid.Nil); err != nil {
		return nil, err
	}
	return a.Radar.Programme(ctx, actor, slug)
}

// passed does something to a measure, and reads what became of it.
func (a *api) passed(ctx context.Context, k *call, actor accounts.Actor, in MeasureParam, do func(id uuid.UUID) error) (deskMeasure, error) {
	m, _, err := a.onDeskMeasure(ctx, actor, in)
	if err != nil {
		return deskMeasure{}, err
	}
	if err := do(m.ID); err != nil {
		return deskMeasure{}, inContent(err)
	}
	return a.oneOnDesk(ctx, k, actor, in)
}

// passMeasures is the way of a change: handed in, sent back, approved, dropped.
func (a *api) passMeasures() {
	const one = "/desk/radar/measures/{number}"
	type passIn struct {
		MeasureParam
		Body struct {
			Version   int    `json:"version" minimum:"0" doc:"Of the change as you read it."`
			Remark    string `json:"remark,omitempty" maxLength:"2000" doc:"For sending back: what is asked for."`
			PublishAt string `json:"publish_at,omitempty" format:"date-time" doc:"For approving: not before then; absent: at once."`
		}
	}
	for _, o := range []struct {
		id, path, summary, detail string
		do                        func(ctx context.Context, actor accounts.Actor, id uuid.UUID, version int, remark string, at *time.Time) error
	}{
		{
			"handInMeasure", "/review", "Hand a change in", "A second person looks at it.",
			func(ctx context.Context, actor accounts.Actor, id uuid.UUID, version int, _ string, _ *time.Time) error {
				return a.Radar.HandIn(ctx, actor, id, version)
			},
		},
		{
			"sendBackMeasure", "/return", "Send a change back", "With what is asked for.",
			func(ctx context.Context, actor accounts.Actor, id uuid.UUID, version int, remark string, _ *time.Time) error {
				return a.Radar.SendBack(ctx, actor, id, version, remark)
			},
		},
		{
			"approveMeasure", "/approval", "Let a change be published", "By somebody who did not write it: at once, or not before a time.",
			func(ctx context.Context, actor accounts.Actor, id uuid.UUID, version int, _ string, at *time.Time) error {
				return a.Radar.Approve(ctx, actor, id, version, at)
			},
		},
		{
			"dropMeasureEdit", "/dismissal", "End a change without publishing it", "What is public stays as it is.",
			func(ctx context.Context, actor accounts.Actor, id uuid.UUID, version int, _ string, _ *time.Time) error {
				return a.Radar.Drop(ctx, actor, id, version)
			},
		},
		{
			"takeOutMeasure", "/removal", "Ask to take a measure out of the programme", "A second person approves it (approveMeasure). Its page stays, the chart of now no longer has it. The version is not looked at.",
			func(ctx context.Context, actor accounts.Actor, id uuid.UUID, _ int, _ string, _ *time.Time) error {
				return a.Radar.TakeOut(ctx, actor, id)
			},
		},
	} {
		reads(a, radarDeskOp(o.id, http.MethodPost, one+o.path, o.summary, o.detail), func(ctx context.Context, k *call, actor accounts.Actor, in *passIn) (deskMeasure, error) {
			var at *time.Time
			if in.Body.PublishAt != "" {
				t, err := time.Parse(time.RFC3339, in.Body.PublishAt)
				if err != nil {
					return deskMeasure{}, fault.OnField("/publish_at", "radar.err.day")
				}
				at = &t
			}
			return a.passed(ctx, k, actor, in.MeasureParam, func(id uuid.UUID) error {
				return o.do(ctx, actor, id, in.Body.Version, kit.Clean(in.Body.Remark, true), at)
			})
		})
	}
	a.helpRequests()
}

func (a *api) helpRequests() {
	type askIn struct {
		MeasureParam
		OnceParam
		Body struct {
			Kind   string     `json:"kind" enum:"testers,data,places,partners"`
			Wanted translated `json:"wanted"`
			Until  string     `json:"until" format:"date"`
		}
	}
	ask := radarDeskOp("askForHelp", http.MethodPost, "/desk/radar/measures/{number}/help", "Ask residents for help", "Testers, data, places or partners, until a day. A second person approves it (approveHelp).")
	ask.status = http.StatusCreated
	reads(a, ask, func(ctx context.Context, _ *call, actor accounts.Actor, in *askIn) (made, error) {
		m, _, err := a.onDeskMeasure(ctx, actor, in.MeasureParam)
		if err != nil {
			return made{}, err
		}
		h := radar.Help{ID: keyed(actor, in.Key), Kind: in.Body.Kind, Wanted: in.Body.Wanted.text(), Until: radar.Day(in.Body.Until)}
		return made{h.ID.String()}, ownFieldsOf(a.Radar.AskHelp(ctx, actor, m.ID, h), map[string]string{"wanted_de": "/wanted/de"})
	})
	type outcomeIn struct {
		MeasureParam
		ThingParam
		Body translated
	}
	reads(a, radarDeskOp("setHelpOutcome", http.MethodPut, "/desk/radar/measures/{number}/help/{id}/outcome", "Say what came of it", "Everybody reads it once a second person approves it (approveHelp), and the request is over."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *outcomeIn) (nothing, error) {
			m, _, err := a.onDeskMeasure(ctx, actor, in.MeasureParam)
			if err != nil {
				return nothing{}, err
			}
			id, err := thing(in.ID, "help request")
			if err != nil {
				return nothing{}, err
			}
			list, err := a.Radar.HelpOf(ctx, accounts.Actor{}, m.ID)
			if err != nil {
				return nothing{}, err
			}
			for i := range list {
				if list[i].ID == id {
					return nothing{true}, ownFieldsOf(a.Radar.SetOutcome(ctx, actor, id, in.Body.text()), map[string]string{"outcome_de": "/de"})
				}
			}
			return nothing{}, fault.Missing("help request")
		})
}
