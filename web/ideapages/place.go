package ideapages

import (
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// How the place of an idea is given.
const (
	asPoint = "point" // an address or a pin
	asLine  = "line"
	asArea  = "area"
)

// places are the choices of how a place is given.
func (f *wordsForm) places() []kit.Option {
	var out []kit.Option
	for _, as := range []string{asPoint, asLine, asArea} {
		out = append(out, kit.Option{Value: as, Label: f.T("idea.place." + as), On: f.As == as})
	}
	return out
}

// placed fills in how the place is given, and the corners of a line or an area.
func (f *wordsForm) placed() {
	f.As = asPoint
	if corners, line := ideas.CornersOf(f.I.Shape); len(corners) > 0 {
		f.Corners, f.As = casework.FormatArea(corners), asArea
		f.Drawn = f.Corners
		if line {
			f.As = asLine
		}
	}
}

// readCorners is the geometry of typed or drawn corners; Invalid on the field
// corners for what is no line or area.
func readCorners(as, text string) (string, error) {
	read, shape, least := casework.ParseArea, ideas.AreaShape, 3
	if as == asLine {
		read, shape, least = casework.ParseLine, ideas.LineShape, 2
	}
	corners, err := read(text)
	if err != nil || len(corners) < least {
		return "", fault.OnField("corners", "idea.err.corners_"+as).Because(err)
	}
	return shape(corners), nil
}
