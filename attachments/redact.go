package attachments

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// Rect is a part of a photo that has to be covered, in shares of its width and
// height: X and Y of the upper left corner, all from 0 to 1.
type Rect struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// maxRects is more than anybody draws by hand.
const maxRects = 50

// grid is the size of the blocks in which a JPEG stores colours. A block that
// is half covered would still show traces of the hidden half around the edge.
const grid = 16

// box is the rectangle in pixels of a w x h picture, outwards to whole blocks.
func (r Rect) box(w, h int) image.Rectangle {
	down := func(share float64, n int) int { return int(math.Floor(share*float64(n)/grid)) * grid }
	up := func(share float64, n int) int { return int(math.Ceil(share*float64(n)/grid)) * grid }
	return image.Rect(down(r.X, w), down(r.Y, h), up(r.X+r.W, w), up(r.Y+r.H, h)).Intersect(image.Rect(0, 0, w, h))
}

// checkRects refuses what lies outside the photo or covers nothing.
func checkRects(rects []Rect) error {
	if len(rects) > maxRects {
		return fault.OnField("rects", "photo.rects")
	}
	for _, r := range rects {
		ok := r.X >= 0 && r.Y >= 0 && r.W > 0 && r.H > 0 && r.X+r.W <= 1.000001 && r.Y+r.H <= 1.000001
		if !ok { // also for NaN
			return fault.OnField("rects", "photo.rects")
		}
	}
	return nil
}

// boxColour is a dark grey that nobody takes for a part of the photo.
var boxColour = color.RGBA{R: 0x26, G: 0x2b, B: 0x33, A: 0xff}

// cover draws opaque boxes into one of our own files and encodes it again.
func cover(large []byte, rects []Rect) (picture, error) {
	img, err := jpeg.Decode(bytes.NewReader(large))
	if err != nil {
		return picture{}, errGone(err)
	}
	b := img.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(dst, dst.Bounds(), img, b.Min, draw.Src)
	for _, r := range rects {
		draw.Draw(dst, r.box(b.Dx(), b.Dy()), image.NewUniform(boxColour), image.Point{}, draw.Src)
	}
	return encode(dst)
}

// errGone is for a photo whose bytes are damaged or missing.
func errGone(cause error) error { return fault.New(fault.Gone, "err.photo.gone").Because(cause) }
