package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// pngScale is how many pixels a unit has.
const pngScale = 1.5

// PNG is the chart as a picture of 1656 pixels: for programs that know no SVG.
func (c *Chart) PNG() ([]byte, error) {
	face, err := sfnt.Parse(gomedium.TTF)
	if err != nil {
		return nil, fmt.Errorf("chart's letters: %w", err)
	}
	side := int(2 * Half * pngScale)
	p := &painter{img: image.NewRGBA(image.Rect(0, 0, side, side)), face: face}
	draw.Draw(p.img, p.img.Bounds(), image.White, image.Point{}, draw.Src)
	p.ground(c)
	marks, pills := c.arrange()
	for i := range marks {
		p.mark(c, &marks[i])
	}
	for _, pl := range pills {
		label := strconv.Itoa(pl.n)
		if c.More != nil {
			label, _ = c.More(pl.n)
		}
		p.pill(float64(pl.at.x)/100, float64(pl.at.y)/100, label)
	}
	p.text(strconv.Itoa(len(c.Marks)), 0, 4, 30, ink, 0)
	p.text(c.Middle, 0, 24, 15, ink, 0)
	if p.err != nil {
		return nil, p.err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, p.img); err != nil {
		return nil, fmt.Errorf("encode chart: %w", err)
	}
	return out.Bytes(), nil
}

// The colours of the light look, as in the SVG that stands alone.
var ( //nolint:gochecknoglobals // a table
	ink    = color.RGBA{0x13, 0x15, 0x25, 0xff}
	muted  = color.RGBA{0x45, 0x4b, 0x6b, 0xff}
	hair   = color.RGBA{0xc5, 0xc8, 0xd8, 0xff}
	sunken = color.RGBA{0xf3, 0xf4, 0xf7, 0xff}
	paper  = color.RGBA{0xff, 0xff, 0xff, 0xff}
	accent = color.RGBA{0x20, 0x44, 0xaa, 0xff}
	orange = color.RGBA{0xf5, 0xa3, 0x0f, 0xff}
	green  = color.RGBA{0x00, 0x57, 0x41, 0xff}
	red    = color.RGBA{0x9e, 0x00, 0x00, 0xff}
)

// painter fills shapes of the chart's units. The first error stays.
type painter struct {
	img  *image.RGBA
	face *sfnt.Font
	buf  sfnt.Buffer
	err  error
}

type vec struct{ x, y float64 }

func pixel(v vec) (x, y float32) {
	return float32((v.x + Half) * pngScale), float32((v.y + Half) * pngScale)
}

// fill fills closed lines; one that runs the other way round is a hole.
func (p *painter) fill(c color.Color, shapes ...[]vec) {
	low, high := vec{Half, Half}, vec{-Half, -Half}
	for _, s := range shapes {
		for _, v := range s {
			low, high = vec{min(low.x, v.x), min(low.y, v.y)}, vec{max(high.x, v.x), max(high.y, v.y)}
		}
	}
	r, box := p.within(low, high)
	if r == nil {
		return
	}
	for _, s := range shapes {
		for i, v := range s {
			x, y := pixel(v)
			if x, y = x-float32(box.Min.X), y-float32(box.Min.Y); i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
	}
	r.Draw(p.img, box, image.NewUniform(c), image.Point{})
}

// within is a rasterizer no larger than what it draws; nil when that is outside
// of the picture.
func (p *painter) within(low, high vec) (*vector.Rasterizer, image.Rectangle) {
	x0, y0 := pixel(low)
	x1, y1 := pixel(high)
	box := image.Rect(int(x0)-2, int(y0)-2, int(x1)+3, int(y1)+3).Intersect(p.img.Bounds())
	if box.Empty() {
		return nil, box
	}
	return vector.NewRasterizer(box.Dx(), box.Dy()), box
}

// arc is a line of small steps around a middle, from and to in degrees.
func arc(x, y, radius, from, to float64) []vec {
	n := max(2, int(math.Abs(to-from)/3)+1)
	list := make([]vec, 0, n+1)
	for i := range n + 1 {
		sin, cos := math.Sincos((from + (to-from)*float64(i)/float64(n)) * math.Pi / 180)
		list = append(list, vec{x + radius*sin, y - radius*cos})
	}
	return list
}

func (p *painter) disc(x, y, radius float64, c color.Color) { p.fill(c, arc(x, y, radius, 0, 360)) }

// band is a part of a ring, from 12 o'clock on.
func (p *painter) band(x, y, radius, width, to float64, c color.Color) {
	if to >= 359.9 {
		p.fill(c, arc(x, y, radius+width/2, 0, 360), arc(x, y, radius-width/2, 360, 0))
		return
	}
	p.fill(c, append(arc(x, y, radius+width/2, 0, to), arc(x, y, radius-width/2, to, 0)...))
}

func (p *painter) ground(c *Chart) {
	for i := range slices.Backward(c.Rings) {
		_, outer := c.Radii(i)
		shade := sunken
		if (len(c.Rings)-1-i)%2 == 1 {
			shade = paper
		}
		p.disc(0, 0, outer, shade)
		p.band(0, 0, outer, 1.5, 360, hair)
	}
	p.disc(0, 0, hub, sunken)
	p.band(0, 0, hub, 1.5, 360, hair)
	counts := make([]int, len(c.Sectors))
	for i := range c.Marks {
		if s := c.Marks[i].Spot.Sector; s >= 0 && s < len(counts) {
			counts[s]++
		}
	}
	for i, s := range c.Sectors {
		from, to := c.Angles(i)
		if len(c.Sectors) > 1 {
			half := 0.75
			sin, cos := math.Sincos(from * math.Pi / 180)
			along, aside := vec{sin, -cos}, vec{cos, sin}
			at := func(r, w float64) vec { return vec{along.x*r + aside.x*w, along.y*r + aside.y*w} }
			p.fill(hair, []vec{at(hub, -half), at(rim, -half), at(rim, half), at(hub, half)})
		}
		p.around(s.Name+", "+strconv.Itoa(counts[i]), (from+to)/2, (to-from)*math.Pi/180*names*0.94)
	}
	for i := range c.Rings {
		_, outer := c.Radii(i)
		w := p.width(c.Rings[i].Name, 15)/2 + 4
		p.fill(paper, []vec{{-w, -outer + 3}, {w, -outer + 3}, {w, -outer + 24}, {-w, -outer + 24}})
		p.text(c.Rings[i].Name, 0, -outer+19, 15, muted, 0)
	}
}

// around writes a sector's name letter by letter along its edge.
func (p *painter) around(label string, mid, room float64) {
	size := 20.0
	for size > 13 && p.width(label, size) > room {
		size--
	}
	low := math.Mod(mid+360, 360) > 100 && math.Mod(mid+360, 360) < 260
	radius, way := names, 1.0
	if low {
		radius, way = names+15, -1
	}
	angle := mid - way*p.width(label, size)/radius*90/math.Pi
	for _, r := range label {
		w := p.width(string(r), size)
		half := way * w / radius * 90 / math.Pi
		sin, cos := math.Sincos((angle + half) * math.Pi / 180)
		turn := angle + half
		if low {
			turn += 180
		}
		p.text(string(r), radius*sin, -radius*cos, size, ink, turn)
		angle += 2 * half
	}
}

func (p *painter) width(s string, size float64) float64 {
	total := 0.0
	for _, r := range s {
		i, err := p.face.GlyphIndex(&p.buf, r)
		if err != nil {
			p.err = err
			return 0
		}
		adv, err := p.face.GlyphAdvance(&p.buf, i, fixed.I(1000), 0)
		if err != nil {
			p.err = err
			return 0
		}
		total += float64(adv) / 64 / 1000 * size
	}
	return total
}

// text writes letters around x on the line y, turned by degrees around there.
func (p *painter) text(s string, x, y, size float64, c color.Color, turn float64) {
	sin, cos := math.Sincos(turn * math.Pi / 180)
	pen := -p.width(s, size) / 2
	for _, r := range s {
		i, err := p.face.GlyphIndex(&p.buf, r)
		if err != nil {
			p.err = err
			return
		}
		segs, err := p.face.LoadGlyph(&p.buf, i, fixed.I(1000), nil)
		if err != nil {
			p.err = err
			return
		}
		middle := vec{x + pen*cos, y + pen*sin}
		ras, box := p.within(vec{middle.x - 1.5*size, middle.y - 1.5*size}, vec{middle.x + 1.5*size, middle.y + 1.5*size})
		if ras == nil {
			continue
		}
		at := func(q fixed.Point26_6) (float32, float32) {
			gx, gy := pen+float64(q.X)/64/1000*size, float64(q.Y)/64/1000*size
			px, py := pixel(vec{x + gx*cos - gy*sin, y + gx*sin + gy*cos})
			return px - float32(box.Min.X), py - float32(box.Min.Y)
		}
		for _, s := range segs {
			ax, ay := at(s.Args[0])
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				ras.ClosePath()
				ras.MoveTo(ax, ay)
			case sfnt.SegmentOpLineTo:
				ras.LineTo(ax, ay)
			case sfnt.SegmentOpQuadTo:
				bx, by := at(s.Args[1])
				ras.QuadTo(ax, ay, bx, by)
			case sfnt.SegmentOpCubeTo:
				bx, by := at(s.Args[1])
				cx, cy := at(s.Args[2])
				ras.CubeTo(ax, ay, bx, by, cx, cy)
			}
		}
		ras.ClosePath()
		ras.Draw(p.img, box, image.NewUniform(c), image.Point{})
		pen += p.width(string(r), size)
	}
}

func (p *painter) mark(c *Chart, m *Mark) {
	at := m.Spot.point()
	x, y, k := float64(at.x)/100, float64(at.y)/100, m.size/18.5
	letter := ink
	switch m.Kind {
	case Completed:
		p.fill(green, square(x, y, 17.5*k, 7*k))
		letter = paper
	case Stopped:
		a, e := 18.1*k, 7.5*k
		p.fill(red, []vec{{x + a, y + e}, {x + e, y + a}, {x - e, y + a}, {x - a, y + e}, {x - a, y - e}, {x - e, y - a}, {x + e, y - a}, {x + a, y - e}})
		letter = paper
	case Planned:
		p.disc(x, y, 18.5*k, ink)
		p.disc(x, y, 16.5*k, paper)
	case Running:
		if m.size >= numbered {
			p.band(x, y, 20.5*k, 3.5*k, 360, hair)
			if m.Progress > 0 {
				p.band(x, y, 20.5*k, 3.5*k, 3.6*float64(m.Progress), ink)
			}
		}
		p.disc(x, y, 17*k, orange)
	}
	if m.size >= numbered {
		in := strconv.Itoa(m.No)
		if c.Ratings {
			if in = m.Rating; in == "" {
				in = "-"
			}
		}
		size := 18 * k
		if utf8.RuneCountInString(in) > 2 {
			size *= 0.82
		}
		p.text(in, x, y+size*0.36, size, letter, 0)
	}
	p.move(m, x, y, k)
}

func (p *painter) move(m *Mark, x, y, k float64) {
	switch m.Move {
	case New:
		var star []vec
		for i := range 10 {
			r := 8.5 * k
			if i%2 == 1 {
				r = 3.8 * k
			}
			star = append(star, arc(x+18*k, y-18*k, r, float64(36*i), float64(36*i))[0])
		}
		p.fill(accent, star)
	case In, Out:
		turn := m.Spot.Angle
		if m.Move == In {
			turn += 180
		}
		tip, left, right := arc(x, y, 36*k, turn, turn)[0], arc(x, y, 25*k, turn-20, turn-20)[0], arc(x, y, 25*k, turn+20, turn+20)[0]
		p.fill(accent, []vec{tip, left, right})
	case Stayed:
	}
}

// square has round corners.
func square(x, y, half, round float64) []vec {
	in := half - round
	list := arc(x+in, y-in, round, 0, 90)
	list = append(list, arc(x+in, y+in, round, 90, 180)...)
	list = append(list, arc(x-in, y+in, round, 180, 270)...)
	return append(list, arc(x-in, y-in, round, 270, 360)...)
}

func (p *painter) pill(x, y float64, label string) {
	shape := func(w, h float64) []vec {
		return append(arc(x+w-h, y, h, 0, 180), arc(x-w+h, y, h, 180, 360)...)
	}
	p.fill(ink, shape(pillHalf, pillHigh))
	p.fill(paper, shape(pillHalf-2, pillHigh-2))
	p.text(label, x, y+5.5, 16, ink, 0)
}
