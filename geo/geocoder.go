package geo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/subject"
)

// Kind is the protocol of a geocoder.
type Kind string

// The protocols that are spoken: https://github.com/komoot/photon and
// https://nominatim.org/release-docs/latest/api/.
const (
	Photon    Kind = "photon"
	Nominatim Kind = "nominatim"
)

// What a geocoder may take and send.
const (
	geocoderTime  = 2 * time.Second
	geocoderBytes = 1 << 20
	geocoderAgent = "Mitwirk (+https://github.com/mitwirk/mitwirk)"
	failuresMost  = 3 // after so many in a row it is left alone
	restTime      = 30 * time.Second
	cacheSize     = 1000
	cacheTime     = 10 * time.Minute
	askedAtOnce   = 8 // more than that wait for nobody: the own table answers
)

// GeocoderConfig makes a Geocoder.
type GeocoderConfig struct {
	URL       string // e.g. https://photon.example.org/api or https://nominatim.example.org
	Kind      Kind   // "": by the URL
	Transport http.RoundTripper
	Clock     clock.Clock
	Log       *slog.Logger
}

// Geocoder asks another server for addresses. It is told what somebody looks
// for, or a place, and nothing else: no cookie, no address of the person, no
// place of theirs. It is safe for concurrent use.
type Geocoder struct {
	base  *url.URL
	kind  Kind
	http  *http.Client
	clock clock.Clock
	log   *slog.Logger
	slots chan struct{}

	mu     sync.Mutex
	failed int       // in a row
	rests  time.Time // until then it is left alone
	known  map[string]answer
}

// answer is a remembered one.
type answer struct {
	list  []Address
	until time.Time
}

// errResting says that the geocoder was not asked.
var errResting = errors.New("the geocoder rests")

// GeocoderKind tells the protocol by a server's URL; "" when it does not say.
func GeocoderKind(u *url.URL) Kind {
	p := strings.ToLower(strings.TrimRight(u.Path, "/"))
	host := strings.ToLower(u.Hostname())
	switch {
	case strings.HasSuffix(p, "/api"):
		return Photon
	case strings.HasSuffix(p, "/search"), strings.HasSuffix(p, "/search.php"):
		return Nominatim
	case strings.Contains(p, "photon"), strings.Contains(host, "photon"):
		return Photon
	case strings.Contains(p, "nominatim"), strings.Contains(host, "nominatim"):
		return Nominatim
	}
	return ""
}

// NewGeocoder makes a Geocoder; nothing is asked yet.
func NewGeocoder(cfg GeocoderConfig) (*Geocoder, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("geocoder: expected the address of a Photon or Nominatim server, e.g. https://photon.example.org/api")
	}
	kind := cfg.Kind
	if kind == "" {
		kind = GeocoderKind(u)
	}
	if kind != Photon && kind != Nominatim {
		return nil, errors.New("geocoder: is it photon or nominatim? Its address does not tell; say so by MITWIRK_GEOCODER_KIND")
	}
	for _, end := range []string{"/api", "/search", "/search.php", "/reverse"} {
		u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), end)
	}
	g := &Geocoder{base: u, kind: kind, clock: cfg.Clock, log: cfg.Log, slots: make(chan struct{}, askedAtOnce), known: map[string]answer{}}
	if g.clock == nil {
		g.clock = clock.System{}
	}
	if g.log == nil {
		g.log = slog.Default()
	}
	transport := cfg.Transport
	if transport == nil {
		transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: askedAtOnce, IdleConnTimeout: time.Minute,
			ResponseHeaderTimeout: geocoderTime, MaxResponseHeaderBytes: 64 << 10,
		}
	}
	g.http = &http.Client{
		Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { // it would send the query to somebody nobody chose
			return http.ErrUseLastResponse
		},
	}
	return g, nil
}

// Search finds addresses by text within an area (nil: anywhere).
func (g *Geocoder) Search(ctx context.Context, text string, area *subject.BBox, limit int) ([]Address, error) {
	q := url.Values{"q": {text}, "limit": {strconv.Itoa(limit)}}
	path := "/api"
	if g.kind == Nominatim {
		path = "/search"
		q.Set("format", "jsonv2")
		q.Set("addressdetails", "1")
		q.Set("accept-language", "de")
		if area != nil {
			q.Set("viewbox", corners(area.West, area.North, area.East, area.South))
			q.Set("bounded", "1")
		}
	} else {
		q.Set("lang", "de")
		if area != nil {
			q.Set("bbox", corners(area.West, area.South, area.East, area.North))
		}
	}
	return g.ask(ctx, path, q)
}

// Reverse finds what is nearest to a place.
func (g *Geocoder) Reverse(ctx context.Context, p subject.Point) ([]Address, error) {
	q := url.Values{"lon": {coordinate(p.Lon)}, "lat": {coordinate(p.Lat)}}
	if g.kind == Nominatim {
		q.Set("format", "jsonv2")
		q.Set("addressdetails", "1")
		q.Set("accept-language", "de")
		q.Set("zoom", "18")
		q.Set("layer", "address")
	} else {
		q.Set("lang", "de")
		q.Set("limit", "1")
		q.Set("radius", "0.2")
	}
	return g.ask(ctx, "/reverse", q)
}

// coordinate is a degree to about a metre.
func coordinate(x float64) string { return strconv.FormatFloat(x, 'f', 5, 64) }

func corners(n ...float64) string {
	texts := make([]string, len(n))
	for i, x := range n {
		texts[i] = coordinate(x)
	}
	return strings.Join(texts, ",")
}

// ask sends one question, unless its answer is remembered or the server is to
// be left alone.
func (g *Geocoder) ask(ctx context.Context, path string, q url.Values) ([]Address, error) {
	key := path + "?" + q.Encode()
	if list, ok := g.remembered(key); ok {
		return list, nil
	}
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	default:
		return nil, errResting
	}
	if !g.awake() {
		return nil, errResting
	}
	list, err := g.fetch(ctx, path, q)
	if ctx.Err() != nil { // whoever asked has gone: that is not the server's fault
		return nil, ctx.Err()
	}
	g.note(key, list, err)
	return list, err
}

func (g *Geocoder) fetch(ctx context.Context, path string, q url.Values) ([]Address, error) {
	ctx, stop := context.WithTimeout(ctx, geocoderTime)
	defer stop()
	u := *g.base
	u.Path = strings.TrimRight(u.Path, "/") + path
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("geocoder: %w", bare(err))
	}
	req.Header.Set("User-Agent", geocoderAgent)
	req.Header.Set("Accept", "application/json")
	res, err := g.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("geocoder: %w", bare(err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("geocoder: answered %d", res.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, geocoderBytes+1))
	if err != nil {
		return nil, fmt.Errorf("geocoder: %w", bare(err))
	}
	if len(raw) > geocoderBytes {
		return nil, errors.New("geocoder: the answer is too large")
	}
	if g.kind == Nominatim {
		return parseNominatim(raw)
	}
	return parsePhoton(raw)
}

// bare takes the address with what somebody typed out of an error: it goes to
// the log.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func (g *Geocoder) remembered(key string) ([]Address, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a, ok := g.known[key]
	return a.list, ok && g.clock.Now().Before(a.until)
}

// awake tells whether the server may be asked. After a rest one question goes
// out; the others wait for its answer's sake.
func (g *Geocoder) awake() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed < failuresMost {
		return true
	}
	now := g.clock.Now()
	if now.Before(g.rests) {
		return false
	}
	g.rests = now.Add(restTime)
	return true
}

// note remembers an answer, or counts a failure.
func (g *Geocoder) note(key string, list []Address, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	if err != nil {
		g.failed++
		g.rests = now.Add(restTime)
		if g.failed == failuresMost {
			g.log.Warn("the geocoder is left alone for a while; the own addresses answer", "err", err)
		}
		return
	}
	if g.failed >= failuresMost {
		g.log.Info("the geocoder answers again")
	}
	g.failed = 0
	if len(g.known) >= cacheSize {
		for k, a := range g.known { // what is old, else anything
			if !now.Before(a.until) {
				delete(g.known, k)
			}
		}
		for k := range g.known {
			if len(g.known) < cacheSize {
				break
			}
			delete(g.known, k)
		}
	}
	g.known[key] = answer{list, now.Add(cacheTime)}
}

// photonAnswer is GeoJSON with Photon's properties.
type photonAnswer struct {
	Features []struct {
		Geometry struct {
			Coordinates []float64 `json:"coordinates"`
		} `json:"geometry"`
		Properties struct {
			Name        string `json:"name"`
			Street      string `json:"street"`
			HouseNumber string `json:"housenumber"`
			Postcode    string `json:"postcode"`
			City        string `json:"city"`
			Type        string `json:"type"`
		} `json:"properties"`
	} `json:"features"`
}

func parsePhoton(raw []byte) ([]Address, error) {
	var a photonAnswer
	if err := json.Unmarshal(raw, &a); err != nil || a.Features == nil {
		return nil, errors.New("geocoder: the answer is not Photon's")
	}
	var list []Address
	for _, f := range a.Features {
		if len(f.Geometry.Coordinates) < 2 {
			continue
		}
		p := f.Properties
		switch p.Type {
		case "city", "county", "state", "country", "district": // a town is no place for a defect
			continue
		}
		street := p.Street
		if street == "" {
			street = p.Name
		}
		list = appendFound(list, street, p.HouseNumber, p.Postcode, p.City, f.Geometry.Coordinates[0], f.Geometry.Coordinates[1])
	}
	return list, nil
}

// nominatimPlace is one place of Nominatim's jsonv2.
type nominatimPlace struct {
	Lat     string `json:"lat"`
	Lon     string `json:"lon"`
	Name    string `json:"name"`
	Error   any    `json:"error"`
	Address struct {
		Road         string `json:"road"`
		Pedestrian   string `json:"pedestrian"`
		Square       string `json:"square"`
		HouseNumber  string `json:"house_number"`
		Postcode     string `json:"postcode"`
		City         string `json:"city"`
		Town         string `json:"town"`
		Village      string `json:"village"`
		Municipality string `json:"municipality"`
	} `json:"address"`
	AddressType string `json:"addresstype"`
}

func parseNominatim(raw []byte) ([]Address, error) {
	var places []nominatimPlace
	if err := json.Unmarshal(raw, &places); err != nil { // the answer about one place is no list
		var one nominatimPlace
		if err := json.Unmarshal(raw, &one); err != nil || (one.Error == nil && one.Lat == "") {
			return nil, errors.New("geocoder: the answer is not Nominatim's")
		}
		if one.Error == nil {
			places = []nominatimPlace{one}
		}
	}
	var list []Address
	for _, p := range places {
		lon, errX := strconv.ParseFloat(p.Lon, 64)
		lat, errY := strconv.ParseFloat(p.Lat, 64)
		if errX != nil || errY != nil {
			continue
		}
		switch p.AddressType {
		case "city", "town", "village", "county", "state", "country", "postcode", "suburb":
			continue
		}
		a := p.Address
		street := first(a.Road, a.Pedestrian, a.Square, p.Name)
		list = appendFound(list, street, a.HouseNumber, a.Postcode, first(a.City, a.Town, a.Village, a.Municipality), lon, lat)
	}
	return list, nil
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// appendFound adds an address that can be one, once.
func appendFound(list []Address, street, no, postcode, place string, lon, lat float64) []Address {
	a := Address{
		Street: foreign(street, longestStreet), HouseNo: tidyHouseNo(foreign(no, longestHouseNo)), Postcode: foreign(postcode, longestPostcode),
		Place: foreign(place, longestPlace), Point: subject.Point{Lon: lon, Lat: lat},
	}
	if a.Street == "" || !a.Point.Valid() {
		return list
	}
	for _, b := range list {
		if keyOf(a) == keyOf(b) {
			return list
		}
	}
	return append(list, a)
}
