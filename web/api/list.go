package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// listed is a report in a list.
type listed struct {
	Number    string      `json:"number" example:"M-2026-7K3QX9"`
	Title     string      `json:"title" doc:"Made by the system: kind and street."`
	Category  string      `json:"category" doc:"Key."`
	Status    statusShort `json:"status"`
	Place     place       `json:"place"`
	CreatedAt string      `json:"created_at" format:"date-time"`
	DueAt     string      `json:"due_at,omitempty" format:"date-time" doc:"The aim that holds now."`
	MeToo     int         `json:"me_too" doc:"How many are concerned, the person who reported it not counted."`
	Photo     string      `json:"photo,omitempty" format:"uri" doc:"A small picture, if one is public."`
	Links     links       `json:"links"`
}

type page struct {
	Items []listed `json:"items" nullable:"false" doc:"Newest first."`
	Total int      `json:"total" doc:"Of the filter, over all pages."`
}

type listInput struct {
	Category []string `query:"category,explode" nullable:"false" maxItems:"50" doc:"Keys of categories; may be repeated."`
	Status   []string `query:"status,explode" nullable:"false" maxItems:"50" doc:"Classes (open, work, done, other) or statuses; may be repeated." example:"[\"open\"]"`
	District string   `query:"district" doc:"Ref of a district."`
	From     string   `query:"from" doc:"Reported on this day or later." example:"2026-03-01"`
	To       string   `query:"to" doc:"Reported on this day or earlier." example:"2026-03-14"`
	Text     string   `query:"q" doc:"Words, a street, or a public number."`
	BBox     string   `query:"bbox" doc:"west,south,east,north in degrees of WGS 84." example:"11.5,48.1,11.6,48.2"`
	Before   string   `query:"before" doc:"Where the next page begins, as the Link header says."`
	After    string   `query:"after" doc:"Where the page before ends, as the Link header says."`
	Limit    int      `query:"limit" minimum:"1" maximum:"100" default:"25" doc:"Reports on a page."`
}

func (a *api) list() {
	type output struct {
		Link string `header:"Link" doc:"Addresses of the pages before and after this one (rel=\"prev\", rel=\"next\"); absent when there are none."`
		Body page
	}
	add(a, operation{Operation: huma.Operation{
		OperationID: "listReports", Method: http.MethodGet, Path: "/reports", Tags: []string{tagRead},
		Summary:     "List reports",
		Description: "All that is public, with the filters of the page /reports. Everybody gets the same list. Follow the Link header with rel=\"next\" for more.",
	}, need: need{scope: accounts.ScopeRead}, fails: []int{422}}, func(ctx context.Context, k *call, in *listInput) (*output, error) {
		filter, asked, err := readQuery(k.c.QueryParams(), a)
		if err != nil {
			return nil, err
		}
		asked.Limit = in.Limit
		found, err := a.Reports.List(ctx, k.actor(accounts.ScopeRead), filter, asked)
		if err != nil {
			return nil, err
		}
		out := &output{Body: page{Items: make([]listed, len(found.Items)), Total: found.Total}}
		for i := range found.Items {
			out.Body.Items[i] = a.listed(k, &found.Items[i])
		}
		values := filter.Values(a.Zone)
		if in.Limit != 25 {
			values.Set("limit", strconv.Itoa(in.Limit))
		}
		for _, l := range []struct {
			rel, param string
			at         *reports.Cursor
		}{{"prev", "after", found.Newer}, {"next", "before", found.Older}} {
			if l.at == nil {
				continue
			}
			values.Set(l.param, l.at.String())
			if out.Link != "" {
				out.Link += ", "
			}
			out.Link += "<" + a.router.URL(Root+"/reports?"+values.Encode()) + `>; rel="` + l.rel + `"`
			values.Del(l.param)
		}
		return out, nil
	})
}

// readQuery reads filter and place in the list. What makes no sense is Invalid
// here, with a word about each parameter.
func readQuery(values url.Values, a *api) (reports.Filter, reports.Page, error) {
	filter, err := reports.ParseFilter(values, a.Zone)
	if err != nil {
		return filter, reports.Page{}, parameter(err)
	}
	var asked reports.Page
	for name, to := range map[string]**reports.Cursor{"before": &asked.Before, "after": &asked.After} {
		if *to, err = reports.ParseCursor(values.Get(name)); err != nil {
			return filter, reports.Page{}, fault.OnField(name, "api.field.cursor").Because(err)
		}
	}
	return filter, asked, nil
}

// parameter says what a parameter should look like.
func parameter(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	key := "api.field.wrong"
	switch name := f.Fields[0].Name; name {
	case "bbox", "status":
		key = "api.field." + name
	case "from", "to":
		key = "api.field.day"
	}
	return fault.OnField(f.Fields[0].Name, key).Because(err)
}

func (a *api) listed(k *call, i *reports.Item) listed {
	l := listed{
		Number: i.Number.Format(subject.PrefixReport), Title: i.Title.In(k.loc().Lang()), Category: i.CategoryKey,
		Status: statusShort{
			Code: string(i.Status), Class: string(i.Status.Class()), Label: reports.StatusLabel(k.loc(), i.Status, i.Quiet), Since: stamp(i.StatusAt),
		},
		Place:     place{Lon: i.Point.Lon, Lat: i.Point.Lat, Address: i.Address, District: i.DistrictRef},
		CreatedAt: stamp(i.CreatedAt), MeToo: i.MeToo, Links: a.linksOf(i.Number),
	}
	if i.Due != nil {
		l.DueAt = stamp(*i.Due)
	}
	if i.Photo != uuid.Nil {
		l.Photo = a.router.URL("/photos/" + i.Photo.String() + "/small")
	}
	return l
}
