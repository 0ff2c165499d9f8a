package api

import (
	"context"
	"maps"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ProgrammeWords is a programme as editors set it up, with its version; exported
// for huma, which reads no unexported parts.
type ProgrammeWords struct {
	Version   int                 `json:"version,omitempty" minimum:"0" doc:"Of the programme as you read it: 409 when somebody was faster. Missing: a new one."`
	Public    bool                `json:"public" doc:"Everybody sees it."`
	Name      longText            `json:"name"`
	Text      longText            `json:"text,omitzero"`
	Scale     string              `json:"rings_by" enum:"status,horizon,stage"`
	Sectors   string              `json:"sectors" enum:"field,core" doc:"core: fields of the same core area share a sector."`
	Starts    string              `json:"starts,omitempty" format:"date"`
	Ends      string              `json:"ends,omitempty" format:"date"`
	Editors   []string            `json:"editors,omitempty" nullable:"false" maxItems:"50" doc:"Ids of those with the role who edit it, at least two; none: all of them (listProgrammeEditors)."`
	Fields    []programmeSector   `json:"fields" minItems:"1" maxItems:"12" nullable:"false" doc:"In their order. One that measures stand in can't be left out."`
	Questions []programmeQuestion `json:"questions" minItems:"2" maxItems:"4" nullable:"false" doc:"That residents answer about each measure."`
}

type programmeSector struct {
	Key    string   `json:"key,omitempty" maxLength:"41" doc:"Stays for good; missing: made of the name." example:"netz"`
	Name   longText `json:"name"`
	Text   longText `json:"text,omitzero"`
	Core   longText `json:"core,omitzero" doc:"Core area."`
	Weight float64  `json:"weight,omitempty" minimum:"0.25" maximum:"4" default:"1" doc:"Of its sector."`
}

type programmeQuestion struct {
	Key  string   `json:"key,omitempty" maxLength:"41" doc:"Stays for good; missing: made for it."`
	Text longText `json:"text"`
	Low  longText `json:"low" doc:"What 1 means."`
	High longText `json:"high" doc:"What 5 means."`
}

// deskProgramme is a programme on the desk.
type deskProgramme struct {
	Slug string `json:"slug"`
	ProgrammeWords

	MayEdit bool   `json:"may_edit"`
	Page    string `json:"page" format:"uri" doc:"On the desk."`
}

type deskProgrammes struct {
	Programmes []deskProgramme `json:"programmes" nullable:"false"`
}

type programmeEditors struct {
	Editors []person `json:"editors" nullable:"false" doc:"Who has the role."`
}

// besides is a text with other German and English words; further languages stay.
func besides(old, to i18n.Text) i18n.Text {
	out := i18n.Text{}
	maps.Copy(out, old)
	delete(out, i18n.German)
	delete(out, i18n.English)
	maps.Copy(out, to)
	return out
}

func (a *api) deskProgrammeOf(actor accounts.Actor, p *radar.Programme) deskProgramme {
	out := deskProgramme{
		Slug: p.Slug, MayEdit: radar.MayIn(p, actor, radar.ActRelease, uuid.Nil) == nil, Page: a.router.URL("/desk/radar?p=" + p.Slug),
		ProgrammeWords: ProgrammeWords{
			Version: p.Version, Public: p.Public, Name: longTextOf(p.Name), Text: longTextOf(p.Intro), Scale: string(p.Rings), Sectors: p.Sectors,
			Starts: string(p.Starts), Ends: string(p.Ends), Editors: []string{}, Fields: []programmeSector{}, Questions: []programmeQuestion{},
		},
	}
	for _, id := range p.Editors {
		out.Editors = append(out.Editors, id.String())
	}
	for _, f := range p.Fields {
		out.Fields = append(out.Fields, programmeSector{f.Key, longTextOf(f.Name), longTextOf(f.Intro), longTextOf(f.Core), f.Weight})
	}
	for _, q := range p.Questions {
		out.Questions = append(out.Questions, programmeQuestion{q.Key, longTextOf(q.Text), longTextOf(q.Low), longTextOf(q.High)})
	}
	return out
}

// onto is the programme as it was sent; was is nil for a new one.
func (in *ProgrammeWords) onto(slug string, was *radar.Programme) (*radar.Programme, error) {
	if was == nil {
		was = &radar.Programme{}
	}
	p := &radar.Programme{
		ID: was.ID, Slug: slug, Name: besides(was.Name, in.Name.text(false)), Intro: besides(was.Intro, in.Text.text(true)), Rings: radar.Scale(in.Scale),
		Sectors: in.Sectors, Public: in.Public, Starts: radar.Day(in.Starts), Ends: radar.Day(in.Ends),
	}
	for _, text := range in.Editors {
		id, err := idIn(text, "/editors")
		if err != nil {
			return nil, err
		}
		p.Editors = append(p.Editors, id)
	}
	for _, s := range in.Fields {
		old := radar.Field{}
		if f := was.Field(s.Key); f != nil && s.Key != "" {
			old = *f
		}
		p.Fields = append(p.Fields, radar.Field{
			Key: kit.Clean(s.Key, false), Name: besides(old.Name, s.Name.text(false)), Intro: besides(old.Intro, s.Text.text(true)), Core: besides(old.Core, s.Core.text(false)),
			Weight: s.Weight,
		})
	}
	for _, q := range in.Questions {
		old := radar.Question{}
		for _, o := range was.Questions {
			if o.Key == q.Key {
				old = o
			}
		}
		p.Questions = append(p.Questions, radar.Question{
			Key: kit.Clean(q.Key, false), Text: besides(old.Text, q.Text.text(false)), Low: besides(old.Low, q.Low.text(false)), High: besides(old.High, q.High.text(false)),
		})
	}
	return p, nil
}

// editProgrammes is the programme itself: names, texts, days, rings, fields of
// action, questions, and who edits it.
func (a *api) editProgrammes() {
	reads(a, radarDeskOp("listDeskProgrammes", http.MethodGet, "/desk/radar/programmes", "List the programmes with all that is set up", "Those that are not public included. For editors and team leads."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (deskProgrammes, error) {
			if err := radar.May(actor, radar.ActDesk, uuid.Nil); err != nil {
				return deskProgrammes{}, err
			}
			list, err := a.Radar.Programmes(ctx, actor)
			out := deskProgrammes{Programmes: make([]deskProgramme, len(list))}
			for i := range list {
				out.Programmes[i] = a.deskProgrammeOf(actor, &list[i])
			}
			return out, err
		})
	reads(a, radarDeskOp("listProgrammeEditors", http.MethodGet, "/desk/radar/editors", "List who may be named as an editor", "For editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (programmeEditors, error) {
			list, err := a.Radar.Editors(ctx, actor)
			out := programmeEditors{Editors: make([]person, len(list))}
			for i, e := range list {
				out.Editors[i] = person{ID: e.ID, Name: e.Name}
			}
			return out, err
		})
	type putIn struct {
		SlugParam
		Body ProgrammeWords
	}
	put := radarDeskOp("putProgramme", http.MethodPut, "/desk/radar/programmes/{slug}", "Set up a programme, or change it",
		"With all that is said of it, at once public where the programme is. No second person approves it: the audit log holds who did it, and the other editors are told. For editors of the programme.")
	reads(a, put, func(ctx context.Context, _ *call, actor accounts.Actor, in *putIn) (deskProgramme, error) {
		if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
			return deskProgramme{}, err
		}
		var was *radar.Programme
		if in.Body.Version > 0 {
			var err error
			if was, err = a.deskProgramme(ctx, actor, in.Slug); err != nil {
				return deskProgramme{}, err
			}
		}
		p, err := in.Body.onto(in.Slug, was)
		if err != nil {
			return deskProgramme{}, err
		}
		names := map[string]string{"name_de": "/name/de", "intro_de": "/text/de", "rings": "/rings_by"}
		if err := a.Radar.EditProgramme(ctx, actor, p, in.Body.Version); err != nil {
			return deskProgramme{}, ownFieldsOf(err, names)
		}
		now, err := a.Radar.Programme(ctx, actor, in.Slug)
		if err != nil {
			return deskProgramme{}, err
		}
		return a.deskProgrammeOf(actor, now), nil
	})
	a.waits()
}

// waitingQuestion is a comment of somebody who waits for the city's answer.
type waitingQuestion struct {
	Comment string `json:"comment" doc:"Its number (GET /comments/{number})."`
	Text    string `json:"text"`
	Days    int    `json:"days" doc:"Working days."`
	Measure string `json:"measure" doc:"Its number."`
	Title   string `json:"title"`
	Lead    string `json:"lead,omitempty" doc:"Department in charge, as the measure names it."`
	Answers string `json:"answers" format:"uri" doc:"Where an official answer goes (writeOfficialAnswer)."`
}

type waitingQuestions struct {
	Questions []waitingQuestion `json:"questions" nullable:"false" doc:"The oldest first."`
}

func (a *api) waits() {
	reads(a, radarDeskOp("listWaitingQuestions", http.MethodGet, "/desk/radar/questions", "List questions that wait for the city", "About measures, for ten working days or longer: those of your departments, for editors all."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (waitingQuestions, error) {
			list, err := a.Radar.Waits(ctx, actor)
			out := waitingQuestions{Questions: make([]waitingQuestion, len(list))}
			for i := range list {
				w := &list[i]
				out.Questions[i] = waitingQuestion{
					Comment: w.Comment.PublicNumber(), Text: w.Comment.Text, Days: w.Days, Measure: w.Measure.PublicNumber(), Title: w.Measure.Content.In(k.loc().Lang()).Title,
					Lead: w.Measure.Content.Lead, Answers: a.router.URL(Root + "/desk/discussions/" + string(w.Comment.Ref.Kind) + "/" + w.Comment.Ref.ID.String() + "/answers"),
				}
			}
			return out, err
		})
}
