package deskpages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// without is the filters of the list but one, for a form that sets that one.
func (v *queueView) without(name string) []kit.Option {
	var out []kit.Option
	for key, values := range v.values() {
		if key == name {
			continue
		}
		for _, value := range values {
			out = append(out, kit.Option{Label: key, Value: value})
		}
	}
	slices.SortFunc(out, func(a, b kit.Option) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	return out
}

// onMap is the same list with or without the map beside it.
func (v *queueView) onMap(on bool) string {
	l := v.place
	l.Map = on
	if !on {
		l.BBox = nil
	}
	return l.path()
}

func anyOn(options []kit.Option) bool {
	return slices.ContainsFunc(options, func(o kit.Option) bool { return o.On })
}

func firstView(i, j int) templ.Attributes {
	if i == 0 && j == 0 {
		return templ.Attributes{"aria-keyshortcuts": "v"}
	}
	return nil
}

type helpKey struct{ Key, Name string }

// helpKeys are all keys of the list. They move the focus, tick a box or follow
// a link; what changes a case is always a button.
func helpKeys() []helpKey {
	return []helpKey{
		{"j", "j"},
		{"k", "k"},
		{"Enter", "enter"},
		{"x", "x"},
		{"Shift + x", "xx"},
		{"a", "a"},
		{"/", "slash"},
		{"f", "f"},
		{"v", "v"},
		{"m", "m"},
		{"?", "help"},
	}
}

func missingView() error { return fault.Missing("view") }

// tile is the map beside the list: the same rights and filters, kept by nobody.
func (p *pages) tile(c kit.Context) error {
	y, isTile := strings.CutSuffix(c.Param("y"), ".mvt")
	var n [3]int
	for i, text := range []string{c.Param("z"), c.Param("x"), y} {
		v, err := strconv.Atoi(text)
		if err != nil || !isTile || strconv.Itoa(v) != text || v < 0 {
			return fault.New(fault.BadRequest, "geo.err.tile").Because(err)
		}
		n[i] = v
	}
	const maxZoom = 22
	if n[0] > maxZoom || n[1] >= 1<<n[0] || n[2] >= 1<<n[0] {
		return fault.New(fault.BadRequest, "geo.err.tile")
	}
	f, err := casework.ParseQueue(c.QueryParams(), p.Queue.Zone())
	if err != nil {
		return err
	}
	body, err := p.Queue.Tile(c.Request().Context(), kit.Actor(c), f, n[0], n[1], n[2])
	if err != nil {
		return err
	}
	kit.NoStore(c)
	if len(body) == 0 {
		return c.NoContent(http.StatusNoContent)
	}
	return kit.Send(c, http.StatusOK, "application/vnd.mapbox-vector-tile", body)
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// atoi is the number that a text says; 0 for none.
func atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}
