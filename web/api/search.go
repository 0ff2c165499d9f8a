package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// found is one hit of a search.
type found struct {
	Kind    string   `json:"kind" enum:"report,idea,call,measure,comment,category,place,page" doc:"What it is."`
	Number  string   `json:"number,omitempty" doc:"Public number, of what has one." example:"M-2026-7K3QX9"`
	Title   string   `json:"title"`
	Excerpt string   `json:"excerpt,omitempty" doc:"A part of its text around the words."`
	Words   []string `json:"words" nullable:"false" doc:"The words in title and excerpt that were searched for, as they are written there."`
	Point   *lonLat  `json:"point,omitempty" doc:"WGS 84."`
	Metres  *int     `json:"metres,omitempty" doc:"From near."`
	At      string   `json:"at,omitempty" format:"date-time"`
	Page    string   `json:"page" format:"uri"`
}

// lonLat is a place in degrees.
type lonLat struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

type foundList struct {
	Items     []found                   `json:"items" nullable:"false" doc:"In the order that was asked for."`
	Total     int                       `json:"total" doc:"How many were ranked."`
	More      bool                      `json:"more" doc:"There are more than total: only the newest (or nearest) were ranked."`
	Corrected string                    `json:"corrected,omitempty" doc:"What was searched instead: nothing has the words as typed."`
	Meant     string                    `json:"meant,omitempty" doc:"What may have been meant, though the words as typed found something."`
	Loose     bool                      `json:"loose" doc:"Nothing has all the words; these have some of them."`
	Facets    map[string]map[string]int `json:"facets" doc:"How many of the ranked hits have a value, by name: kind, category, status, district."`
}

type proposed struct {
	Text string `json:"text" doc:"Words to search for, or the title of a thing."`
	Kind string `json:"kind,omitempty" enum:"report,idea,call,measure,comment,category,place,page" doc:"Absent for words."`
	Page string `json:"page,omitempty" format:"uri" doc:"Of a thing."`
}

type proposedList struct {
	Items []proposed `json:"items" nullable:"false"`
}

type searchInput struct {
	Text     string    `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"Words, \"a phrase\", -not this, or a public number." example:"Laterne -Park"`
	Kind     []string  `query:"kind,explode" nullable:"false" maxItems:"8" enum:"report,idea,call,measure,comment,category,place,page" doc:"May be repeated."`
	Category []string  `query:"category,explode" nullable:"false" maxItems:"50" doc:"Keys of categories; may be repeated."`
	Status   []string  `query:"status,explode" nullable:"false" maxItems:"4" enum:"open,work,done,other" doc:"Classes; may be repeated."`
	District []string  `query:"district,explode" nullable:"false" maxItems:"50" doc:"Refs of districts; may be repeated."`
	Sort     string    `query:"sort" enum:"relevance,newest,distance" default:"relevance" doc:"distance needs near."`
	Near     []float64 `query:"near" minItems:"2" maxItems:"2" doc:"lon,lat in degrees of WGS 84." example:"[11.5755,48.1374]"`
	Within   float64   `query:"within" minimum:"1" maximum:"100000" doc:"Metres from near; what has no place is left out then."`
	Exact    bool      `query:"exact" doc:"As typed: no other words in place of unknown ones."`
	Offset   int       `query:"offset" minimum:"0" maximum:"10000" doc:"How many of the first are left out."`
	Limit    int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
}

func (a *api) find() {
	type output struct{ Body foundList }
	add(a, operation{Operation: huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/search", Tags: []string{tagRead}, Summary: "Search everything",
		Description: "Reports, ideas, contests, measures, comments, kinds of reports, places and pages in one list, as on the page /search. Finds compounds (\"laterne\" finds \"Straßenlaterne\"), " +
			"other spellings (ae for ä) and typing errors. What is not public is found by those it is for only.",
	}, need: need{scope: accounts.ScopeRead}, fails: []int{422}}, func(ctx context.Context, k *call, in *searchInput) (*output, error) {
		q := search.Query{
			Text: in.Text, Exact: in.Exact, Lang: k.loc().Lang(), Sort: search.Sort(in.Sort), Offset: in.Offset, Limit: in.Limit,
			Facets: map[string][]string{"category": in.Category, "status": in.Status, "district": in.District},
		}
		for _, kind := range in.Kind {
			q.Kinds = append(q.Kinds, subject.Kind(kind))
		}
		if len(in.Near) == 2 {
			if at := (subject.Point{Lon: in.Near[0], Lat: in.Near[1]}); at.Valid() {
				q.Near, q.Within = &at, in.Within
			}
		}
		r, err := a.Search.Search(ctx, k.actor(accounts.ScopeRead).Viewer(), q)
		if err != nil {
			return nil, err
		}
		out := output{Body: foundList{
			Items: make([]found, len(r.Hits)), Total: r.Total, More: r.More, Corrected: r.Corrected, Meant: r.Meant, Loose: r.Loose, Facets: map[string]map[string]int{},
		}}
		for i := range r.Hits {
			out.Body.Items[i] = a.found(&r.Hits[i], q.Near != nil)
		}
		for name, counts := range r.Facets {
			out.Body.Facets[name] = map[string]int{}
			for _, c := range counts {
				out.Body.Facets[name][c.Value] = c.N
			}
		}
		return &out, nil
	})
	type suggestInput struct {
		Text  string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"What was typed so far; the last word is a beginning unless a space follows it." example:"Strassenlat"`
		Limit int    `query:"limit" minimum:"1" maximum:"20" default:"8" doc:"How many at most."`
	}
	type suggestOutput struct{ Body proposedList }
	add(a, operation{Operation: huma.Operation{
		OperationID: "suggestSearch", Method: http.MethodGet, Path: "/search/suggestions", Tags: []string{tagRead}, Summary: "Proposals while somebody types",
		Description: "Words and things that are public; the same for everybody.",
	}, need: need{scope: accounts.ScopeRead}, fails: []int{422}}, func(ctx context.Context, k *call, in *suggestInput) (*suggestOutput, error) {
		list, err := a.Search.Suggest(ctx, in.Text, k.loc().Lang(), in.Limit)
		if err != nil {
			return nil, err
		}
		out := suggestOutput{Body: proposedList{Items: make([]proposed, len(list))}}
		for i, p := range list {
			out.Body.Items[i] = proposed{Text: p.Text, Kind: string(p.Kind)}
			if p.Path != "" {
				out.Body.Items[i].Page = a.router.URL(p.Path)
			}
		}
		return &out, nil
	})
}

func (a *api) found(h *search.Hit, near bool) found {
	f := found{Kind: string(h.Kind), Number: h.Number, Words: []string{}, Page: a.router.URL(h.Path)}
	read := func(list []search.Piece) string {
		var b strings.Builder
		for _, p := range list {
			b.WriteString(p.Text)
			if p.Mark {
				f.Words = append(f.Words, p.Text)
			}
		}
		return b.String()
	}
	f.Title, f.Excerpt = read(h.Heading), read(h.Excerpt)
	if h.Point != nil {
		f.Point = &lonLat{h.Point.Lon, h.Point.Lat}
	}
	if near && h.Metres >= 0 {
		m := int(h.Metres + 0.5)
		f.Metres = &m
	}
	if h.At != nil {
		f.At = stamp(*h.At)
	}
	return f
}
