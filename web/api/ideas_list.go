package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type ideaPage struct {
	Items []ideaListed `json:"items" nullable:"false"`
	Total int          `json:"total" doc:"Of the filter, over all pages; those that go on in another idea are counted only where the status is asked for."`
}

type ideaListInput struct {
	Call     string   `query:"call" maxLength:"40" doc:"Number of a call, or box for the ideas that belong to none."`
	State    string   `query:"state" enum:"open,answered,done" doc:"A class of statuses."`
	Status   []string `query:"status,explode" nullable:"false" maxItems:"50" doc:"Statuses; may be repeated. Finer than state." example:"[\"open\"]"`
	Topic    []string `query:"topic,explode" nullable:"false" maxItems:"50" doc:"Keys of topics; may be repeated."`
	District []string `query:"district,explode" nullable:"false" maxItems:"50" doc:"Refs of districts; may be repeated."`
	Text     string   `query:"q" maxLength:"200" doc:"Words, or a public number."`
	Sort     string   `query:"sort" enum:"new,random,supported,ending,near" default:"new" doc:"random: in an order that your seed names; ending: what can be supported, ending soon first; near: by the distance from near."`
	Near     string   `query:"near" maxLength:"60" doc:"lon,lat in degrees of WGS 84." example:"11.57549,48.13743"`
	Seed     int64    `query:"seed" doc:"Of the order at random: the same seed, the same order."`
	After    string   `query:"after" maxLength:"200" doc:"Where the page before ends, as the Link header says."`
	Limit    int      `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Ideas on a page."`
}

// sortOf is an order of the API in the domain's words.
func sortOf(word string) ideas.Sort {
	if word == "random" {
		return ideas.Random
	}
	return ideas.Sort(word)
}

// filter is what was asked for, with a word about each parameter that makes no
// sense.
func (in *ideaListInput) filter(asked url.Values) (ideas.Filter, error) {
	q := url.Values{}
	for _, name := range []string{"call", "state", "status", "topic", "district", "q", "near", "seed"} {
		if len(asked[name]) > 0 {
			q[name] = asked[name]
		}
	}
	q.Set("sort", string(sortOf(in.Sort)))
	f, err := ideas.ParseFilter(q)
	if fault.Is(err, fault.BadRequest) { // its cause names the parameter
		name := "q"
		if cause := fault.As(err).Cause; cause != nil && q.Has(cause.Error()) {
			name = cause.Error()
		}
		return f, fault.OnField(name, "api.field.wrong").Because(err)
	}
	if err == nil && f.Sort == ideas.Near && f.Near == nil {
		err = fault.OnField("near", "field.required")
	}
	return f, err
}

// total is how many the filter finds.
func total(f *ideas.Filter, counts map[ideas.Status]int) int {
	n := 0
	for st, c := range counts {
		in := st != ideas.Merged
		switch f.State {
		case "answered":
			in = st.Answered()
		case "done":
			in = st == ideas.Done
		case "open":
			in = st == ideas.Open || st == ideas.Checking || st == ideas.Council
		}
		if len(f.Statuses) > 0 {
			asked := false
			for _, s := range f.Statuses {
				asked = asked || ideas.Status(s) == st
			}
			in = asked && (f.State == "" || in)
		}
		if in {
			n += c
		}
	}
	return n
}

func (a *api) ideaLists() {
	type output struct {
		Link string `header:"Link" doc:"Address of the next page (rel=\"next\"); absent on the last."`
		Body ideaPage
	}
	add(a, operation{Operation: huma.Operation{
		OperationID: "listIdeas", Method: http.MethodGet, Path: "/ideas", Tags: []string{tagIdeas}, Summary: "List ideas",
		Description: "All that you may see, with the filters of the page /ideas. Follow the Link header with rel=\"next\" for more.",
	}, need: need{scope: accounts.ScopeRead}, fails: []int{404, 422}}, func(ctx context.Context, k *call, in *ideaListInput) (*output, error) {
		f, err := in.filter(k.c.QueryParams())
		if err != nil {
			return nil, err
		}
		actor := k.actor(accounts.ScopeRead)
		found, err := a.Ideas.List(ctx, actor, f, ideas.Page{After: in.After, Limit: in.Limit})
		if fault.Is(err, fault.BadRequest) {
			err = fault.OnField("after", "api.field.cursor").Because(err)
		}
		if err != nil {
			return nil, err
		}
		counts, err := a.Ideas.Counts(ctx, actor, f)
		if err != nil {
			return nil, err
		}
		out := &output{Body: ideaPage{Items: a.ideasListed(k.loc(), found.Items), Total: total(&f, counts)}}
		if found.Next != "" {
			values := f.Values()
			values.Set("sort", in.Sort)
			if in.Limit != 20 {
				values.Set("limit", strconv.Itoa(in.Limit))
			}
			values.Set("after", found.Next)
			out.Link = "<" + a.router.URL(Root+"/ideas?"+values.Encode()) + `>; rel="next"`
		}
		return out, nil
	})

	type ideaMineList struct {
		Items []ideaListed `json:"items" nullable:"false" doc:"Newest first, at most 200; also those that are held."`
	}
	reads(a, ideaOp("listMyIdeas", http.MethodGet, "/ideas/mine", "List your ideas", "Those of which you are an author.").byPeople(),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (ideaMineList, error) {
			list, err := a.Ideas.Mine(ctx, actor)
			return ideaMineList{a.ideasListed(k.loc(), list)}, err
		})

	type ideaTopic struct {
		Key  string `json:"key"`
		Name names  `json:"name"`
	}
	type ideaTopics struct {
		Topics []ideaTopic `json:"topics" nullable:"false"`
	}
	reads(a, ideaOp("listIdeaTopics", http.MethodGet, "/ideas/topics", "List the topics", "What ideas can be about, in the order of the form."),
		func(ctx context.Context, _ *call, _ accounts.Actor, _ *struct{}) (ideaTopics, error) {
			list, err := a.Ideas.Topics(ctx)
			out := ideaTopics{Topics: make([]ideaTopic, len(list))}
			for i, t := range list {
				out.Topics[i] = ideaTopic{Key: t.Key, Name: namesOf(t.Name)}
			}
			return out, err
		})
	a.similarIdeas()
}

func (a *api) similarIdeas() {
	type ideaWords struct {
		Title string   `json:"title" minLength:"1" maxLength:"100" example:"Trinkbrunnen am Harras"`
		Text  string   `json:"text,omitempty" maxLength:"6000"`
		Lon   *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180"`
		Lat   *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	}
	type input struct{ Body ideaWords }
	type ideaSimilar struct {
		Items []ideaListed `json:"items" nullable:"false" doc:"Up to three, the most similar first."`
	}
	o := ideaOp("findSimilarIdeas", http.MethodPost, "/ideas/similar", "Find similar ideas",
		"Open ideas of others that say much the same, by words and by place: perhaps one of them can be supported instead. Nothing is kept.")
	o.scope, o.rule = accounts.ScopeRead, accounts.RulePost
	reads(a, o, func(ctx context.Context, k *call, actor accounts.Actor, in *input) (ideaSimilar, error) {
		var at *subject.Point
		if in.Body.Lon != nil && in.Body.Lat != nil {
			at = &subject.Point{Lon: *in.Body.Lon, Lat: *in.Body.Lat}
		}
		list, err := a.Ideas.Similar(ctx, actor, kit.Clean(in.Body.Title, false), kit.Clean(in.Body.Text, true), at)
		return ideaSimilar{a.ideasListed(k.loc(), list)}, err
	})
}

// departmentOf is a department by its key and name.
func departmentOf(ctx context.Context, q db.Queryer, lang string, id uuid.UUID) (namedPart, error) {
	d, err := accounts.DepartmentByID(ctx, q, id)
	return namedPart{Key: d.Key, Name: d.Name.In(lang)}, err
}
