package ideapages

import (
	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/web/kit"
)

func currentAttrs(on bool) templ.Attributes {
	if on {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

func stepAttrs(on bool) templ.Attributes {
	if on {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

// withAll puts a first choice above the others that chooses none.
func withAll(name string, options []kit.Option) []kit.Option {
	return append([]kit.Option{{Label: name}}, options...)
}

// onValue is what a switch sends: the other of what it is.
func onValue(on bool) string {
	if on {
		return "0"
	}
	return "1"
}

// otherLang is the language of an idea's words where it is not the page's.
func (v *showView) otherLang() string {
	if v.I.Lang == v.Loc.Lang() {
		return ""
	}
	return v.I.Lang
}

// pointValue is a place as a hidden entry; a line or area has its shape instead.
func pointValue(i *ideas.View, lon bool) string {
	if i.Point == nil || i.Shape != "" {
		return ""
	}
	if lon {
		return kit.Degrees(i.Point.Lon)
	}
	return kit.Degrees(i.Point.Lat)
}
