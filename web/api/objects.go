package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

const tagPlaces = "The city"

// ObjectParam is the code of an object in a path.
type ObjectParam struct {
	Code string `path:"code" maxLength:"40" doc:"The code on its sticker. Upper or lower case, with or without a dash." example:"7K3QX9AB"`
}

// cityObject is something of the city that stands in the street and has a number.
type cityObject struct {
	Code    string  `json:"code" doc:"What its sticker carries; the same for ever." example:"7K3QX9AB"`
	Kind    string  `json:"kind" doc:"Key of its kind." example:"lamp"`
	Name    string  `json:"name" doc:"Kind and number, in words." example:"Laterne 4711"`
	Number  string  `json:"number" doc:"The city's own, unique within the kind." example:"4711"`
	Lon     float64 `json:"lon"`
	Lat     float64 `json:"lat"`
	Address string  `json:"address,omitempty" doc:"As the city says it, else the nearest one."`
	Page    string  `json:"page" format:"uri" doc:"Where its sticker leads."`
}

// objectReport is a report on an object.
type objectReport struct {
	Report     listed `json:"report"`
	Open       bool   `json:"open"`
	FirstDueAt string `json:"first_due_at,omitempty" format:"date-time" doc:"The first target, which stays when it is missed."`
}

// objectSheet is an object with what became of it.
type objectSheet struct {
	Object     cityObject     `json:"object"`
	Reports    []objectReport `json:"reports" nullable:"false" doc:"Those that are public, newest first, at most 30."`
	Categories []string       `json:"categories" nullable:"false" doc:"Keys of the kinds of report that are about such an object and are offered today. Send its code along as object (createReport)."`
}

// maxObjectHistory is how many reports an object tells of, as its page does.
const maxObjectHistory = 30

func (a *api) objectOf(ctx context.Context, k *call, o *geo.Object) (cityObject, error) {
	address, err := a.Geo.PlaceOf(ctx, o)
	return cityObject{
		Code: o.Code, Kind: o.Kind, Name: o.Name(k.loc()), Number: o.Number, Lon: o.Point.Lon, Lat: o.Point.Lat, Address: address, Page: a.router.URL(o.Path()),
	}, err
}

// objectIn finds the object that a body names by its code; "" is none.
func (a *api) objectIn(ctx context.Context, code string) (uuid.UUID, error) {
	if code == "" {
		return uuid.Nil, nil
	}
	o, err := a.Geo.ObjectByCode(ctx, code)
	if fault.Is(err, fault.NotFound) {
		return uuid.Nil, fault.OnField("/object", "object.find.wrong").Because(err)
	}
	if err != nil {
		return uuid.Nil, err
	}
	return o.ID, nil
}

func (a *api) objects() {
	reads(a, op{
		id: "getObject", method: http.MethodGet, path: "/objects/{code}", tag: tagPlaces, scope: accounts.ScopeRead, open: true,
		summary: "Read an object of the city", detail: "A lamp, a signal, a bin: by the code on its sticker, with the public reports on it. Everybody gets the same.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *ObjectParam) (objectSheet, error) {
		o, err := a.Geo.ObjectByCode(ctx, in.Code)
		if err != nil {
			return objectSheet{}, err
		}
		out := objectSheet{Reports: []objectReport{}, Categories: []string{}}
		if out.Object, err = a.objectOf(ctx, k, o); err != nil {
			return out, err
		}
		list, err := a.Reports.OfObject(ctx, actor, o.ID, maxObjectHistory)
		if err != nil {
			return out, err
		}
		for i := range list {
			out.Reports = append(out.Reports, objectReport{Report: a.listed(k, &list[i].Item), Open: list[i].Open, FirstDueAt: stampOf(list[i].First)})
		}
		out.Categories, err = a.categoriesOf(ctx, o.Kind)
		return out, err
	})
	a.objectsOnDesk()
}

// categoriesOf are the keys of what can be reported today about a kind of object.
func (a *api) categoriesOf(ctx context.Context, kind string) ([]string, error) {
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	now, err := a.now(ctx)
	if err != nil {
		return nil, err
	}
	keys := []string{}
	for i := range cat.Categories {
		if c := &cat.Categories[i]; c.Active && c.Object == kind && c.Season.Holds(now) {
			keys = append(keys, c.Key)
		}
	}
	return keys, nil
}

// sticker is what is printed for an object, in both languages.
type sticker struct {
	Names   names  `json:"names" doc:"By language: what it is."`
	Asks    names  `json:"asks" doc:"By language: the sentence beside the code."`
	Address string `json:"address" format:"uri" doc:"What the QR code says."`
	QR      string `json:"qr" doc:"The QR code as an SVG file with its quiet zone."`
}

type deskObject struct {
	Object  cityObject `json:"object"`
	Sticker *sticker   `json:"sticker,omitempty" doc:"Where stickers were asked for."`
}

type objectKind struct {
	Key   string `json:"key" example:"lamp"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

type objectList struct {
	Items []deskObject `json:"items" nullable:"false" doc:"By kind and number."`
	Total int          `json:"total" doc:"Of the filter, over all pages."`
	Kinds []objectKind `json:"kinds" nullable:"false" doc:"What there is in the city."`
}

func (a *api) objectsOnDesk() {
	type input struct {
		Kind     string `query:"kind" maxLength:"40" doc:"Key of a kind; missing: all." example:"lamp"`
		Text     string `query:"q" maxLength:"100" doc:"In number and place."`
		After    string `query:"after" maxLength:"120" doc:"Where the next page begins, as the Link header says."`
		Limit    int    `query:"limit" minimum:"1" maximum:"240" default:"50" doc:"Objects on a page."`
		Stickers bool   `query:"stickers" default:"false" doc:"With what is printed on the sticker of each."`
	}
	listReads(a, op{
		id: "listObjects", method: http.MethodGet, path: "/desk/objects", tag: tagPlaces, scope: accounts.ScopeDeskRead, hidden: true,
		summary: "List the objects of the city, with their stickers", detail: "For those who work on cases, and admins. Follow the Link header with rel=\"next\" for more.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *input) (objectList, string, error) {
		out := objectList{Items: []deskObject{}, Kinds: []objectKind{}}
		if err := accounts.May(actor, accounts.SeeObjects); err != nil {
			return out, "", err
		}
		f := geo.ObjectFilter{Kind: in.Kind, Text: kit.Clean(in.Text, false), Limit: in.Limit}
		if in.After != "" {
			kind, number, ok := strings.Cut(in.After, "/")
			if !ok {
				return out, "", fault.OnField("after", "api.field.cursor")
			}
			f.After = &geo.ObjectCursor{Kind: kind, Number: number}
		}
		list, next, total, err := a.Geo.Objects(ctx, f)
		if err != nil {
			return out, "", err
		}
		out.Total = total
		for i := range list {
			one, err := a.deskObject(ctx, k, &list[i], in.Stickers)
			if err != nil {
				return out, "", err
			}
			out.Items = append(out.Items, one)
		}
		kinds, err := a.Geo.ObjectKinds(ctx)
		for _, kind := range kinds {
			out.Kinds = append(out.Kinds, objectKind{Key: kind.Key, Name: geo.KindName(k.loc(), kind.Key), Count: kind.N})
		}
		if next == nil || err != nil {
			return out, "", err
		}
		v := k.c.QueryParams()
		more := url.Values{"after": {next.Kind + "/" + next.Number}, "limit": {strconv.Itoa(in.Limit)}}
		for _, name := range []string{"kind", "q", "stickers"} {
			if v.Get(name) != "" {
				more.Set(name, v.Get(name))
			}
		}
		return out, a.nextLink("/desk/objects", more), nil
	})
}

func (a *api) deskObject(ctx context.Context, k *call, o *geo.Object, stickers bool) (out deskObject, err error) {
	if out.Object, err = a.objectOf(ctx, k, o); err != nil || !stickers {
		return out, err
	}
	qr, err := kit.NewQR(out.Object.Page)
	if err != nil {
		return out, err
	}
	s := sticker{Names: names{}, Asks: names{}, Address: out.Object.Page, QR: string(qr.SVG())}
	for _, lang := range []string{i18n.German, i18n.English} { // a sticker can't ask for one
		loc := a.router.Messages().For(lang)
		s.Names[lang], s.Asks[lang] = geo.KindName(loc, o.Kind), loc.T("object.sticker.ask")
	}
	out.Sticker = &s
	return out, nil
}
