package geopages

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	maxHits  = 8
	maxQuery = 200 // signs of a typed address
	maxKey   = 100 // of a category's key
	// Shapes change with an import; a page that has the old ones works as well.
	keepShapes = time.Minute
)

// Deps are what the handlers need.
type Deps struct {
	Geo Places
}

// Places is what is asked of package geo.
type Places interface {
	SearchAddress(ctx context.Context, text string, near *subject.Point, limit int) ([]geo.Address, error)
	Locate(ctx context.Context, p subject.Point, categoryKey string) (geo.Place, error)
	Responsible(ctx context.Context, p subject.Point, categoryKey string) (geo.Responsibility, bool, error)
	DistrictsJSON(ctx context.Context) ([]byte, error)
	Basemap(ctx context.Context) ([]byte, error)
}

// Register adds the routes.
func Register(e *kit.Router, deps Deps) {
	e.GET("/geo/search", deps.search, asJSON)
	e.GET("/geo/place", deps.place, asJSON)
	e.GET("/geo/districts.json", deps.shapes(deps.Geo.DistrictsJSON), asJSON)
	e.GET("/geo/basemap.json", deps.shapes(deps.Geo.Basemap), asJSON)
}

// asJSON makes the error writer answer problem+json here: nothing under /geo
// is a page, but a browser's address line accepts pages only.
func asJSON(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Request().Header.Set("Accept", "application/json")
		return next(c)
	}
}

// Hit is one proposal of the address search.
type Hit struct {
	Label    string  `json:"label"` // the address in one line
	Street   string  `json:"street"`
	HouseNo  string  `json:"house_no,omitempty"`
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
	District string  `json:"district,omitempty"` // its name
}

// search proposes addresses for q, the nearest to lon, lat first when given.
func (d Deps) search(c echo.Context) error {
	q := kit.Clean(c.QueryParam("q"), false)
	if n := utf8.RuneCountInString(q); n == 0 || n > maxQuery {
		return fault.New(fault.BadRequest, "geo.err.query")
	}
	var near *subject.Point
	if c.QueryParam("lon") != "" || c.QueryParam("lat") != "" {
		p, err := pointOf(c)
		if err != nil {
			return err
		}
		near = &p
	}
	found, err := d.Geo.SearchAddress(c.Request().Context(), q, near, maxHits)
	if err != nil {
		return err
	}
	hits := make([]Hit, len(found))
	for i, a := range found {
		hits[i] = Hit{Label: a.Label(), Street: a.Street, HouseNo: a.HouseNo, Lon: a.Point.Lon, Lat: a.Point.Lat, District: a.District.Name}
	}
	return sendJSON(c, hits)
}

// Answer is what is known of a place.
type Answer struct {
	Inside         bool   `json:"inside"` // within the city's area
	Address        string `json:"address,omitempty"`
	District       string `json:"district,omitempty"`
	DistrictRef    string `json:"district_ref,omitempty"`
	Body           string `json:"body,omitempty"`           // key of who is in charge, if not the city
	Responsibility string `json:"responsibility,omitempty"` // the sentence about it, in the user's language
	Note           string `json:"note,omitempty"`           // what the operator adds to it
	Link           string `json:"link,omitempty"`
	Outside        string `json:"outside,omitempty"` // the sentence about a place outside the city
}

// place tells what is at lon, lat for a category (its key, may be missing).
func (d Deps) place(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := pointOf(c)
	if err != nil {
		return err
	}
	category := kit.Clean(c.QueryParam("category"), false)
	if utf8.RuneCountInString(category) > maxKey {
		return fault.New(fault.BadRequest, "geo.err.category")
	}
	place, err := d.Geo.Locate(ctx, p, category)
	var a Answer
	switch {
	case err == nil:
		a = Answer{Inside: true, District: place.DistrictName, DistrictRef: place.DistrictRef}
		if place.Address != nil {
			a.Address = place.Address.Label()
		}
		if place.Responsibility != nil {
			a.inCharge(c, *place.Responsibility)
		}
	case fault.As(err).Key == "err.outside":
		a = Answer{Outside: kit.Explain(c, err).Title}
		r, ok, err := d.Geo.Responsible(ctx, p, category)
		if err != nil {
			return err
		}
		if ok {
			a.inCharge(c, r)
		}
	default:
		return err
	}
	return sendJSON(c, a)
}

func (a *Answer) inCharge(c echo.Context, r geo.Responsibility) {
	loc := kit.Loc(c)
	a.Body, a.Link, a.Note = r.BodyKey, r.Link, r.Text.In(loc.Lang())
	a.Responsibility = r.Sentence(loc)
}

// shapes serves GeoJSON that is the same for everybody.
func (d Deps) shapes(get func(context.Context) ([]byte, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		body, err := get(c.Request().Context())
		if err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(keepShapes.Seconds())))
		return kit.Send(c, http.StatusOK, "application/geo+json; charset=utf-8", body)
	}
}

// pointOf reads lon and lat.
func pointOf(c echo.Context) (subject.Point, error) {
	lon, err1 := strconv.ParseFloat(c.QueryParam("lon"), 64)
	lat, err2 := strconv.ParseFloat(c.QueryParam("lat"), 64)
	p := subject.Point{Lon: lon, Lat: lat}
	if err1 != nil || err2 != nil || math.IsInf(lon, 0) || math.IsInf(lat, 0) || !p.Valid() {
		return subject.Point{}, fault.New(fault.BadRequest, "geo.err.point")
	}
	return p, nil
}

func sendJSON(c echo.Context, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return kit.Send(c, http.StatusOK, "application/json; charset=utf-8", raw)
}
