package offlinepages

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/vector"
)

const brandColour = "#2044aa"

// icons draws the mark of assets/shapes.svg (brand) as systems want it: with
// round corners, and for masks with the drawing inside the safe 80 %.
func icons() (map[string][]byte, error) {
	all := map[string][]byte{}
	for name, m := range map[string]mark{
		"mitwirk-180.png":          {size: 180, scale: 1},
		"mitwirk-192.png":          {size: 192, scale: 1, corner: 7},
		"mitwirk-512.png":          {size: 512, scale: 1, corner: 7},
		"mitwirk-maskable-512.png": {size: 512, scale: 0.78},
	} {
		var out bytes.Buffer
		if err := png.Encode(&out, m.draw()); err != nil {
			return nil, fmt.Errorf("draw icon: %w", err)
		}
		all[name] = out.Bytes()
	}
	return all, nil
}

// mark is the brand on a square; lengths are those of its 32-unit drawing.
type mark struct {
	size   int
	scale  float32 // of what is drawn on the ground
	corner float32
}

func (m mark) draw() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, m.size, m.size))
	blue, white := color.NRGBA{0x20, 0x44, 0xaa, 0xff}, color.NRGBA{0xff, 0xff, 0xff, 0xff}
	full := m
	full.scale = 1
	full.fill(img, blue, func(p *pen) { p.box(0, 0, 32, 32, m.corner) })
	m.fill(img, white, func(p *pen) { p.stroke(9, 21.5, 9, 14, 23, 18, 23, 10.5, 2.6) })
	m.fill(img, white, func(p *pen) { p.circle(9, 22, 3.6+1.3) })
	m.fill(img, blue, func(p *pen) { p.circle(9, 22, 3.6-1.3) })
	m.fill(img, white, func(p *pen) { p.circle(23, 10, 4.6) })
	return img
}

func (m mark) fill(img *image.NRGBA, c color.Color, draw func(*pen)) {
	unit := float32(m.size) / 32
	p := &pen{r: vector.NewRasterizer(m.size, m.size), k: unit * m.scale, off: 16 * unit * (1 - m.scale)}
	draw(p)
	p.r.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{})
}

// pen draws in the units of the mark.
type pen struct {
	r      *vector.Rasterizer
	k, off float32
}

func (p *pen) at(x, y float32) (float32, float32) { return p.off + x*p.k, p.off + y*p.k }

func (p *pen) move(x, y float32) { p.r.MoveTo(p.at(x, y)) }
func (p *pen) line(x, y float32) { p.r.LineTo(p.at(x, y)) }
func (p *pen) curve(ax, ay, bx, by, x, y float32) {
	ax, ay = p.at(ax, ay)
	bx, by = p.at(bx, by)
	x, y = p.at(x, y)
	p.r.CubeTo(ax, ay, bx, by, x, y)
}

// kappa makes a cubic a quarter of a circle.
const kappa = 0.5522847498

func (p *pen) circle(x, y, r float32) {
	k := r * kappa
	p.move(x+r, y)
	p.curve(x+r, y+k, x+k, y+r, x, y+r)
	p.curve(x-k, y+r, x-r, y+k, x-r, y)
	p.curve(x-r, y-k, x-k, y-r, x, y-r)
	p.curve(x+k, y-r, x+r, y-k, x+r, y)
	p.r.ClosePath()
}

func (p *pen) box(x, y, w, h, r float32) {
	k := r * (1 - kappa)
	p.move(x+r, y)
	p.line(x+w-r, y)
	p.curve(x+w-k, y, x+w, y+k, x+w, y+r)
	p.line(x+w, y+h-r)
	p.curve(x+w, y+h-k, x+w-k, y+h, x+w-r, y+h)
	p.line(x+r, y+h)
	p.curve(x+k, y+h, x, y+h-k, x, y+h-r)
	p.line(x, y+r)
	p.curve(x, y+k, x+k, y, x+r, y)
	p.r.ClosePath()
}

// stroke draws a cubic with round ends as a row of discs, close enough to each
// other to be one line at any size.
func (p *pen) stroke(x0, y0, x1, y1, x2, y2, x3, y3, width float32) {
	const n = 400
	for i := range n + 1 {
		t := float32(i) / n
		u := 1 - t
		x := u*u*u*x0 + 3*u*u*t*x1 + 3*u*t*t*x2 + t*t*t*x3
		y := u*u*u*y0 + 3*u*u*t*y1 + 3*u*t*t*y2 + t*t*t*y3
		p.circle(x, y, width/2)
	}
}
