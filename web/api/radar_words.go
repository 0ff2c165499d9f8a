package api

import (
	"net/url"
	"strconv"

	"github.com/mitwirk/mitwirk/radar"
)

type programmeField struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
	Core string `json:"core,omitempty" doc:"Core area."`
}

type ratingQuestion struct {
	Key  string `json:"key"`
	Text string `json:"text"`
	Low  string `json:"low" doc:"What 1 means."`
	High string `json:"high" doc:"What 5 means."`
}

type programme struct {
	Slug      string           `json:"slug"`
	Name      string           `json:"name"`
	Text      string           `json:"text,omitempty"`
	Scale     string           `json:"rings_by" enum:"status,horizon,stage"`
	Rings     []string         `json:"rings" nullable:"false" doc:"From the middle outwards."`
	Fields    []programmeField `json:"fields" nullable:"false"`
	Questions []ratingQuestion `json:"questions" nullable:"false"`
	Starts    string           `json:"starts,omitempty" format:"date"`
	Ends      string           `json:"ends,omitempty" format:"date"`
	ChangedAt string           `json:"changed_at" format:"date-time"`
	Links     programmeLinks   `json:"links"`
}

type programmeLinks struct {
	Page     string `json:"page" format:"uri" doc:"The page for people."`
	Chart    string `json:"chart" format:"uri" doc:"SVG."`
	Measures string `json:"measures" format:"uri"`
	CSV      string `json:"csv" format:"uri" doc:"Files that an import takes back."`
	XLSX     string `json:"xlsx" format:"uri"`
	JSON     string `json:"json" format:"uri"`
	Atom     string `json:"atom" format:"uri" doc:"The latest changes."`
	Calendar string `json:"calendar" format:"uri" doc:"Milestones."`
}

type programmes struct {
	Programmes []programme `json:"programmes" nullable:"false"`
}

type release struct {
	On    string `json:"on" format:"date"`
	Notes string `json:"notes,omitempty"`
	Chart string `json:"chart" format:"uri" doc:"SVG."`
}

type releases struct {
	Releases []release `json:"releases" nullable:"false"`
}

type programmeChange struct {
	Kind   string `json:"kind" enum:"new,gone,in,out,result,end,field,title" doc:"in: towards the middle. result: more results are there. end: another planned end."`
	No     int    `json:"no" doc:"Number in the chart."`
	Number string `json:"number" example:"R-2026-7K3QX9"`
	Title  string `json:"title"`
}

type programmeChanges struct {
	From    string            `json:"from,omitempty" format:"date"`
	To      string            `json:"to,omitempty" format:"date"`
	Changes []programmeChange `json:"changes" nullable:"false" doc:"None as long as nothing was decided."`
}

type measureLine struct {
	Number    string   `json:"number" example:"R-2026-7K3QX9"`
	No        int      `json:"no" doc:"Number in the chart."`
	Title     string   `json:"title"`
	Change    string   `json:"change,omitempty" doc:"What changes for me?"`
	Field     string   `json:"field" doc:"Key."`
	Status    string   `json:"status" enum:"planned,running,completed,stopped"`
	Ring      string   `json:"ring"`
	Progress  *int     `json:"progress,omitempty" doc:"Per cent: results reached of results planned."`
	Estimated bool     `json:"estimated" doc:"The progress is an estimate."`
	End       string   `json:"end,omitempty" doc:"Planned, or real once it is there."`
	Late      bool     `json:"late"`
	Move      string   `json:"move,omitempty" enum:"new,in,out" doc:"Since the release before."`
	Lead      string   `json:"lead,omitempty" doc:"Department in charge."`
	Rating    *float64 `json:"rating,omitempty" doc:"Mean of the first question, 1 to 5; missing below ten ratings."`
	Ratings   int      `json:"ratings"`
	Page      string   `json:"page" format:"uri"`
}

type measures struct {
	On       string        `json:"on" format:"date"`
	Total    int           `json:"total" doc:"Of the programme, without the filters."`
	Measures []measureLine `json:"measures" nullable:"false"`
}

type measureRating struct {
	Question string   `json:"question" doc:"Key."`
	Text     string   `json:"text"`
	N        int      `json:"n" doc:"0 below ten ratings."`
	Mean     *float64 `json:"mean,omitempty"`
	By       []int    `json:"by,omitempty" nullable:"false" doc:"How many gave 1, 2, 3, 4 and 5."`
	Mine     string   `json:"mine,omitempty" enum:"1,2,3,4,5,unknown" doc:"Your own answer."`
}

type measureHelp struct {
	ID      string `json:"id"`
	Kind    string `json:"kind" enum:"testers,data,places,partners"`
	Wanted  string `json:"wanted"`
	Until   string `json:"until" format:"date"`
	Outcome string `json:"outcome,omitempty" doc:"What came of it."`
	People  int    `json:"people" doc:"Who take part."`
	Mine    bool   `json:"mine"`
	Over    bool   `json:"over"`
}

type measureView struct {
	Number      string          `json:"number"`
	No          int             `json:"no"`
	Programme   string          `json:"programme" doc:"Slug."`
	Title       string          `json:"title"`
	Past        bool            `json:"past" doc:"No longer part of the programme."`
	Late        bool            `json:"late"`
	Progress    *int            `json:"progress,omitempty"`
	Estimated   bool            `json:"estimated"`
	Version     int             `json:"version"`
	PublishedAt string          `json:"published_at,omitempty" format:"date-time"`
	ChangedAt   string          `json:"changed_at" format:"date-time"`
	Content     radar.Content   `json:"content" doc:"All that it says, in all languages: as in files."`
	Ratings     []measureRating `json:"ratings" nullable:"false"`
	Help        []measureHelp   `json:"help" nullable:"false"`
	Ideas       []measureIdea   `json:"ideas" nullable:"false" doc:"What people propose to it: those that you may see."`
	Following   bool            `json:"following"`
	Page        string          `json:"page" format:"uri"`
}

type measureVersion struct {
	N       int           `json:"n" doc:"0: a release."`
	At      string        `json:"at" format:"date-time"`
	Content radar.Content `json:"content"`
}

type measureHistory struct {
	Versions []measureVersion `json:"versions" nullable:"false"`
}

// answerWord is an answer of a rating as it is sent; "" for none.
func answerWord(v int) string {
	switch {
	case v == radar.Unknown:
		return "unknown"
	case v > 0:
		return strconv.Itoa(v)
	}
	return ""
}

func (a *api) chartOf(p *radar.Programme, on string) string { return a.radarFile(p, "svg", on) }

func (a *api) radarFile(p *radar.Programme, ending, on string) string {
	v := url.Values{"p": {p.Slug}}
	if on != "" {
		v.Set("at", on)
	}
	return a.router.URL("/radar." + ending + "?" + v.Encode())
}

func (a *api) programmeOf(lang string, p *radar.Programme) programme {
	out := programme{
		Slug: p.Slug, Name: p.Name.In(lang), Text: p.Intro.In(lang), Scale: string(p.Rings), Rings: p.RingKeys(), Fields: []programmeField{}, Questions: []ratingQuestion{},
		Starts: string(p.Starts), Ends: string(p.Ends), ChangedAt: stamp(p.Changed),
		Links: programmeLinks{
			Page: a.router.URL("/radar?" + url.Values{"p": {p.Slug}}.Encode()), Chart: a.chartOf(p, ""), Measures: a.router.URL(Root + "/radar/programmes/" + url.PathEscape(p.Slug) + "/measures"),
			CSV: a.radarFile(p, "csv", ""), XLSX: a.radarFile(p, "xlsx", ""), JSON: a.radarFile(p, "json", ""), Atom: a.radarFile(p, "atom", ""), Calendar: a.radarFile(p, "ics", ""),
		},
	}
	for _, f := range p.Fields {
		out.Fields = append(out.Fields, programmeField{ID: f.ID.String(), Key: f.Key, Name: f.Name.In(lang), Text: f.Intro.In(lang), Core: f.Core.In(lang)})
	}
	for _, q := range p.Questions {
		out.Questions = append(out.Questions, ratingQuestion{Key: q.Key, Text: q.Text.In(lang), Low: q.Low.In(lang), High: q.High.In(lang)})
	}
	return out
}
