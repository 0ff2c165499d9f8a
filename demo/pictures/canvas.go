package pictures

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strconv"

	"golang.org/x/image/vector"
)

// The plane of a scene and how many pixels one unit has.
const (
	planeW = 640
	planeH = 480
	scale  = 2
)

type pt struct{ x, y float64 }

// matrix is an affine map: x' = a x + c y + e, y' = b x + d y + f.
type matrix struct{ a, b, c, d, e, f float64 }

func (m matrix) apply(p pt) pt {
	return pt{m.a*p.x + m.c*p.y + m.e, m.b*p.x + m.d*p.y + m.f}
}

// then maps by n first and by m afterwards.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

// canvas is a picture in the making.
type canvas struct {
	img *image.RGBA
	m   matrix
	rnd *rand.Rand
	ras vector.Rasterizer
}

func newCanvas(rnd *rand.Rand) *canvas {
	return &canvas{
		img: image.NewRGBA(image.Rect(0, 0, planeW*scale, planeH*scale)),
		m:   matrix{a: scale, d: scale},
		rnd: rnd,
	}
}

// at draws something in its own coordinates: moved to x, y, enlarged and turned
// by degrees clockwise.
func (c *canvas) at(x, y, size, degrees float64, fn func()) {
	old := c.m
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	c.m = old.then(matrix{size * cos, size * sin, -size * sin, size * cos, x, y})
	fn()
	c.m = old
}

// mirrored draws something left to right around x = 0 of at.
func (c *canvas) mirrored(fn func()) {
	old := c.m
	c.m = old.then(matrix{a: -1, d: 1})
	fn()
	c.m = old
}

// between draws a number from lo to hi.
func (c *canvas) between(lo, hi float64) float64 { return lo + (hi-lo)*c.rnd.Float64() }

// chance is true with that probability.
func (c *canvas) chance(p float64) bool { return c.rnd.Float64() < p }

// one draws one of several.
func one[T any](c *canvas, all ...T) T { return all[c.rnd.IntN(len(all))] }

// hex is a colour as in CSS, with a share of opacity.
func hex(s string, opacity ...float64) color.NRGBA {
	v, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil || len(s) != 7 {
		panic("pictures: colour " + s) // a typing error in a scene, seen by the first test
	}
	alpha := 1.0
	if len(opacity) > 0 {
		alpha = opacity[0]
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: uint8(alpha*255 + 0.5)}
}

// shade makes a colour lighter (share > 0) or darker.
func shade(c color.NRGBA, share float64) color.NRGBA {
	f := func(v uint8) uint8 {
		x := float64(v)
		if share > 0 {
			x += (255 - x) * share
		} else {
			x *= 1 + share
		}
		return uint8(math.Round(min(max(x, 0), 255)))
	}
	return color.NRGBA{R: f(c.R), G: f(c.G), B: f(c.B), A: c.A}
}

// path is closed outlines, already flattened.
type path [][]pt

// fill draws a path. Outlines of opposite direction are holes.
func (c *canvas) fill(col color.NRGBA, p path) {
	lo, hi := pt{math.Inf(1), math.Inf(1)}, pt{math.Inf(-1), math.Inf(-1)}
	out := make(path, len(p))
	for i, ring := range p {
		out[i] = make([]pt, len(ring))
		for j, q := range ring {
			q = c.m.apply(q)
			out[i][j] = q
			lo, hi = pt{min(lo.x, q.x), min(lo.y, q.y)}, pt{max(hi.x, q.x), max(hi.y, q.y)}
		}
	}
	// Only the part that is touched is worked on.
	box := image.Rect(int(math.Floor(lo.x))-1, int(math.Floor(lo.y))-1, int(math.Ceil(hi.x))+1, int(math.Ceil(hi.y))+1)
	clip := box.Intersect(c.img.Bounds())
	if clip.Empty() {
		return
	}
	c.ras.Reset(clip.Dx(), clip.Dy())
	c.ras.DrawOp = draw.Over
	for _, ring := range out {
		for j, q := range ring {
			x, y := float32(q.x-float64(clip.Min.X)), float32(q.y-float64(clip.Min.Y))
			if j == 0 {
				c.ras.MoveTo(x, y)
			} else {
				c.ras.LineTo(x, y)
			}
		}
		c.ras.ClosePath()
	}
	c.ras.Draw(c.img, clip, image.NewUniform(col), image.Point{})
}

// poly fills a polygon, given as x, y, x, y and so on.
func (c *canvas) poly(col color.NRGBA, xy ...float64) { c.fill(col, path{points(xy)}) }

func points(xy []float64) []pt {
	ring := make([]pt, 0, len(xy)/2)
	for i := 0; i+1 < len(xy); i += 2 {
		ring = append(ring, pt{xy[i], xy[i+1]})
	}
	return ring
}

func (c *canvas) rect(col color.NRGBA, x, y, w, h float64) {
	c.poly(col, x, y, x+w, y, x+w, y+h, x, y+h)
}

// round is a rectangle with round corners.
func (c *canvas) round(col color.NRGBA, x, y, w, h, r float64) {
	c.fill(col, path{roundRing(x, y, w, h, r)})
}

func roundRing(x, y, w, h, r float64) []pt {
	r = min(r, w/2, h/2)
	var ring []pt
	for _, k := range []struct{ cx, cy, from float64 }{
		{x + w - r, y + r, -90}, {x + w - r, y + h - r, 0}, {x + r, y + h - r, 90}, {x + r, y + r, 180},
	} {
		ring = append(ring, arc(k.cx, k.cy, r, r, k.from, k.from+90)...)
	}
	return ring
}

// arc is points on an ellipse from one angle to another, in degrees clockwise
// from three o'clock.
func arc(cx, cy, rx, ry, from, to float64) []pt {
	n := max(6, int(math.Abs(to-from)/360*(16+2*math.Sqrt(max(rx, ry)*8))))
	ring := make([]pt, 0, n+1)
	for i := range n + 1 {
		sin, cos := math.Sincos((from + (to-from)*float64(i)/float64(n)) * math.Pi / 180)
		ring = append(ring, pt{cx + rx*cos, cy + ry*sin})
	}
	return ring
}

func (c *canvas) ellipse(col color.NRGBA, cx, cy, rx, ry float64) {
	c.fill(col, path{arc(cx, cy, rx, ry, 0, 360)})
}

func (c *canvas) circle(col color.NRGBA, cx, cy, r float64) { c.ellipse(col, cx, cy, r, r) }

// ring is a circle's line.
func (c *canvas) ring(col color.NRGBA, cx, cy, r, width float64) {
	c.fill(col, path{arc(cx, cy, r+width/2, r+width/2, 0, 360), arc(cx, cy, r-width/2, r-width/2, 360, 0)})
}

// blob is an irregular round shape; rough says by which share it differs.
func (c *canvas) blob(col color.NRGBA, cx, cy, rx, ry, rough float64) {
	n := 9 + c.rnd.IntN(4)
	turn := c.between(0, 360)
	ctrl := make([]pt, n)
	for i := range ctrl {
		sin, cos := math.Sincos((turn + 360*float64(i)/float64(n)) * math.Pi / 180)
		k := 1 + c.between(-rough, rough)
		ctrl[i] = pt{cx + rx*k*cos, cy + ry*k*sin}
	}
	c.fill(col, path{closedCurve(ctrl)})
}

// closedCurve runs smoothly through points (Catmull-Rom).
func closedCurve(p []pt) []pt {
	n := len(p)
	var ring []pt
	for i := range p {
		ring = append(ring, catmull(p[(i+n-1)%n], p[i], p[(i+1)%n], p[(i+2)%n])...)
	}
	return ring
}

func catmull(a, b, c, d pt) []pt {
	const steps = 8
	out := make([]pt, 0, steps)
	for i := range steps {
		t := float64(i) / steps
		f := func(a, b, c, d float64) float64 {
			return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
		}
		out = append(out, pt{f(a.x, b.x, c.x, d.x), f(a.y, b.y, c.y, d.y)})
	}
	return out
}

// curve is an open smooth line through points, given as x, y, x, y and so on.
func curve(xy ...float64) []pt {
	p := points(xy)
	if len(p) < 3 {
		return p
	}
	var out []pt
	for i := range len(p) - 1 {
		out = append(out, catmull(p[max(i-1, 0)], p[i], p[i+1], p[min(i+2, len(p)-1)])...)
	}
	return append(out, p[len(p)-1])
}

// line draws an open line with round ends and joints.
func (c *canvas) line(col color.NRGBA, width float64, p []pt) {
	if col.A < 255 { // overlapping pieces of a clear line would show
		c.lineOnce(col, width, p)
		return
	}
	last := p[0]
	for _, q := range p {
		c.circle(col, q.x, q.y, width/2)
		c.piece(col, width, last, q)
		last = q
	}
}

func (c *canvas) piece(col color.NRGBA, width float64, a, b pt) {
	d := math.Hypot(b.x-a.x, b.y-a.y)
	if d == 0 {
		return
	}
	nx, ny := -(b.y-a.y)/d*width/2, (b.x-a.x)/d*width/2
	c.poly(col, a.x+nx, a.y+ny, b.x+nx, b.y+ny, b.x-nx, b.y-ny, a.x-nx, a.y-ny)
}

// lineOnce draws a line as one outline, without round ends.
func (c *canvas) lineOnce(col color.NRGBA, width float64, p []pt) {
	var left, right []pt
	for i, q := range p {
		a, b := p[max(i-1, 0)], p[min(i+1, len(p)-1)]
		d := math.Hypot(b.x-a.x, b.y-a.y)
		if d == 0 {
			continue
		}
		nx, ny := -(b.y-a.y)/d*width/2, (b.x-a.x)/d*width/2
		left = append(left, pt{q.x + nx, q.y + ny})
		right = append([]pt{{q.x - nx, q.y - ny}}, right...)
	}
	c.fill(col, path{append(left, right...)})
}

// seg draws one straight line with round ends.
func (c *canvas) seg(col color.NRGBA, width, x1, y1, x2, y2 float64) {
	c.line(col, width, []pt{{x1, y1}, {x2, y2}})
}
