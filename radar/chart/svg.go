package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Style is how a drawing says its colours.
type Style int

// The styles.
const (
	ByClass Style = iota // classes of the page's stylesheet
	ByValue              // colours in the file itself: a picture that stands alone
)

// SVG draws the chart. In a page it is decoration until a script makes it a
// thing to walk through: its table says the same in words.
func (c *Chart) SVG(style Style) []byte {
	d := &drawing{c: c, style: style}
	d.printf(`<svg%s viewBox="%d %d %d %d"`, d.class("radar"), -Half, -Half, 2*Half, 2*Half)
	if style == ByValue {
		d.printf(` xmlns="http://www.w3.org/2000/svg" width="1104" height="1104" font-family="Fira Sans, Arial, sans-serif"`)
	} else {
		d.printf(` aria-hidden="true" focusable="false" data-radar`)
	}
	d.printf(">\n")
	if style == ByValue {
		d.printf(`<rect x="%d" y="%d" width="%d" height="%d" fill="#ffffff"/>`+"\n", -Half, -Half, 2*Half, 2*Half)
	}
	d.ground()
	d.sectors()
	d.rings()
	marks, pills := c.arrange()
	d.printf("<g%s>\n", d.class("mks"))
	for i := range marks {
		d.mark(&marks[i])
	}
	for _, p := range pills {
		d.pill(p)
	}
	d.printf("</g>\n")
	d.printf(`<text%s text-anchor="middle" y="-4" font-size="30">%d</text><text%s text-anchor="middle" y="22" font-size="15">%s</text>`+"\n</svg>\n",
		d.class("hub"), len(c.Marks), d.class("hubl"), text(c.Middle))
	return d.out.Bytes()
}

type drawing struct {
	c     *Chart
	style Style
	out   bytes.Buffer
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(&d.out, format, args...) }

// values are the classes as attributes, for a picture that stands alone. Light
// look; every text has a contrast of 7 to 1.
func values(class string) string {
	switch class {
	case "band":
		return ` fill="#f3f4f7"`
	case "band b2":
		return ` fill="#ffffff"`
	case "ring", "spoke":
		return ` fill="none" stroke="#c5c8d8" stroke-width="1.5"`
	case "sec", "hub":
		return ` font-weight="600" fill="#131525"`
	case "hubl":
		return ` fill="#131525"`
	case "rl":
		return ` font-weight="500" fill="#454b6b" stroke="#ffffff" stroke-width="6" stroke-linejoin="round" paint-order="stroke"`
	case "lit":
		return ` fill="#eef1fa" stroke="#2044aa" stroke-width="4"`
	case "arc0":
		return ` fill="none" stroke="#c5c8d8" stroke-width="3.5"`
	case "arc":
		return ` fill="none" stroke="#131525" stroke-width="3.5"`
	case "new":
		return ` fill="#2044aa" stroke="#ffffff" stroke-width="2"`
	case "b planned":
		return ` fill="#ffffff" stroke="#131525" stroke-width="2"`
	case "b running":
		return ` fill="#f5a30f"`
	case "b completed":
		return ` fill="#005741"`
	case "b stopped":
		return ` fill="#9e0000"`
	case "t planned", "t running", "pillt":
		return ` font-weight="600" text-anchor="middle" dominant-baseline="central" fill="#131525"`
	case "t completed", "t stopped":
		return ` font-weight="600" text-anchor="middle" dominant-baseline="central" fill="#ffffff"`
	case "pillb":
		return ` fill="#ffffff" stroke="#131525" stroke-width="2"`
	case "mk dim":
		return ` opacity=".25"`
	}
	return ""
}

func (d *drawing) class(name string) string {
	if d.style == ByValue {
		return values(name)
	}
	return ` class="` + name + `"`
}

// ground is the rings' bands, from the outside, and the lit sector.
func (d *drawing) ground() {
	for i := range slices.Backward(d.c.Rings) {
		_, outer := d.c.Radii(i)
		band := "band"
		if (len(d.c.Rings)-1-i)%2 == 1 {
			band = "band b2"
		}
		d.printf(`<circle%s r="%s"/>`, d.class(band), num(outer))
	}
	d.printf(`<circle%s r="%s"/>`+"\n", d.class("band"), num(hub))
	if s := d.c.Lit; s >= 0 && s < len(d.c.Sectors) && len(d.c.Sectors) > 1 {
		from, to := d.c.Angles(s)
		d.printf(`<path%s d="%s"/>`+"\n", d.class("lit"), wedge(from, to, hub, rim))
	}
}

func (d *drawing) rings() {
	for i := range d.c.Rings {
		_, outer := d.c.Radii(i)
		d.printf(`<text%s x="0" y="%s" font-size="15" text-anchor="middle">%s</text>`, d.class("rl"), num(-outer+19), text(d.c.Rings[i].Name))
	}
	d.printf("\n")
}

// sectors are the spokes, the rings' lines and the names on their arcs.
func (d *drawing) sectors() {
	d.printf(`<circle%s r="%s"/>`, d.class("ring"), num(hub))
	for i := range d.c.Rings {
		_, outer := d.c.Radii(i)
		d.printf(`<circle%s r="%s"/>`, d.class("ring"), num(outer))
	}
	counts := make([]int, len(d.c.Sectors))
	for i := range d.c.Marks {
		if s := d.c.Marks[i].Spot.Sector; s >= 0 && s < len(counts) {
			counts[s]++
		}
	}
	for i, s := range d.c.Sectors {
		from, to := d.c.Angles(i)
		if len(d.c.Sectors) > 1 {
			x0, y0 := xy(from, hub)
			x1, y1 := xy(from, rim)
			d.printf(`<path%s d="M%s %sL%s %s"/>`, d.class("spoke"), x0, y0, x1, y1)
		}
		d.name(i, s.Name, counts[i], from, to)
	}
	d.printf("\n")
}

// name writes a sector's name along its outer edge; on the lower half it is
// turned, so that it is never upside down.
func (d *drawing) name(i int, name string, n int, from, to float64) {
	label := name + ", " + strconv.Itoa(n)
	room := (to - from) * math.Pi / 180 * names * 0.94
	size := 20.0
	for size > 14 && float64(utf8.RuneCountInString(label))*size*0.56 > room {
		size--
	}
	if most := int(room / (size * 0.56)); utf8.RuneCountInString(label) > most {
		count := ", " + strconv.Itoa(n)
		r := []rune(name)
		label = string(r[:max(1, min(len(r), most-len(count)-1))]) + "…" + count
	}
	if to-from >= 359 { // an arc that ends where it begins is none
		from, to = from-80, from+80
	}
	mid := math.Mod((from+to)/2+360, 360)
	var path string
	if mid > 100 && mid < 260 {
		x0, y0 := xy(to, names+15)
		x1, y1 := xy(from, names+15)
		path = fmt.Sprintf("M%s %sA%s %s 0 0 0 %s %s", x0, y0, num(names+15), num(names+15), x1, y1)
	} else {
		x0, y0 := xy(from, names)
		x1, y1 := xy(to, names)
		path = fmt.Sprintf("M%s %sA%s %s 0 0 1 %s %s", x0, y0, num(names), num(names), x1, y1)
	}
	d.printf(`<path id="rs%d" d="%s" fill="none"/><text%s font-size="%s"><textPath href="#rs%d" startOffset="50%%" text-anchor="middle">%s</textPath></text>`,
		i, path, d.class("sec"), num(size), i, text(label))
}

// mark draws one measure: the shape of its status, an arc for its progress, a
// star when it is new, an arrow when it moved.
func (d *drawing) mark(m *Mark) {
	class := "mk p-" + string(m.Kind)
	if m.Dim {
		class += " dim"
	}
	if d.style == ByValue {
		if m.Dim {
			class = "mk dim"
		}
		d.printf(`<g%s transform="translate(%s)">`, d.class(class), m.Spot.point().text())
	} else {
		d.printf(`<a href="%s" tabindex="-1" class="%s" data-no="%d" data-kind="%s" data-progress="%d" data-move="%s" data-rating="%s" data-sector="%d"><g transform="translate(%s)">`,
			text(m.URL), class, m.No, m.Kind, m.Progress, m.Move, text(m.Rating), m.Spot.Sector, m.Spot.point().text())
		d.printf(`<circle class="f" r="%s"/>`, num(m.size+6))
	}
	k := m.size / 18.5
	arc := m.Kind == Running && m.size >= numbered
	if arc {
		d.printf(`<circle%s r="%s"/>`, d.class("arc0"), num(20.5*k))
	}
	d.shape(m.Kind, k, arc)
	if arc {
		if p := sweepArc(m.Progress, 20.5*k); p != "" {
			d.printf(`<path%s d="%s"/>`, d.class("arc"), p)
		}
	}
	if m.size >= numbered {
		in := strconv.Itoa(m.No)
		if d.c.Ratings {
			if in = m.Rating; in == "" {
				in = "–"
			}
		}
		size := 18 * k
		if utf8.RuneCountInString(in) > 2 {
			size *= 0.82
		}
		d.printf(`<text%s y=".5" font-size="%s">%s</text>`, d.class(d.number(m.Kind)), num(size), text(in))
	}
	d.move(m, k)
	d.printf(`<title>%s</title></g>`, text(m.Say))
	if d.style == ByClass {
		d.printf(`</a>`)
	}
	d.printf("\n")
}

func (d *drawing) number(k Kind) string {
	if d.style == ByValue {
		return "t " + string(k)
	}
	return "no"
}

func (d *drawing) shape(kind Kind, k float64, arc bool) {
	b := "b"
	if d.style == ByValue {
		b = "b " + string(kind)
	}
	switch kind {
	case Completed:
		d.printf(`<rect%s x="%s" y="%s" width="%s" height="%s" rx="%s"/>`, d.class(b), num(-17.5*k), num(-17.5*k), num(35*k), num(35*k), num(7*k))
	case Stopped:
		a, e := num(18.1*k), num(7.5*k)
		d.printf(`<polygon%s points="%s %s %s %s -%s %s -%s %s -%s -%s -%s -%s %s -%s %s -%s"/>`, d.class(b), a, e, e, a, e, a, a, e, a, e, e, a, e, a, a, e)
	case Planned:
		d.printf(`<circle%s r="%s"/>`, d.class(b), num(17.5*k))
	case Running:
		r := 17 * k
		if !arc {
			r = 18.5 * k
		}
		d.printf(`<circle%s r="%s"/>`, d.class(b), num(r))
	}
}

func (d *drawing) move(m *Mark, k float64) {
	switch m.Move {
	case New:
		d.printf(`<path%s d="M15-27l3.3 7.4 8.1.8-6.1 5.4 1.8 7.9-7.1-4.1-7.1 4.1 1.8-7.9-6.1-5.4 8.1-.8Z" transform="scale(%s) translate(3.5 -.5)"/>`, d.class("new"), num(k*1.02))
	case In, Out:
		turn := m.Spot.Angle - 90 // the triangle points to the right
		if m.Move == In {
			turn += 180
		}
		d.printf(`<path%s d="M37 0 25-9.5v19Z" transform="rotate(%s) scale(%s)"/>`, d.class("new"), num(turn), num(k*0.95))
	case Stayed:
	}
}

func (d *drawing) pill(p pill) {
	label, say := strconv.Itoa(p.n), ""
	if d.c.More != nil {
		label, say = d.c.More(p.n)
	}
	open, end := "<g", "</g>"
	if d.style == ByClass && d.c.MoreURL != nil {
		open = `<a href="` + text(d.c.MoreURL(p.ring, p.sector)) + fmt.Sprintf(`" tabindex="-1" class="pill" data-more="%d" data-sector="%d"><g`, p.n, p.sector)
		end = "</g></a>"
	}
	d.printf(`%s transform="translate(%s)"><rect%s x="%s" y="%s" width="%s" height="%s" rx="%s"/><text%s y=".5" font-size="16">%s</text><title>%s</title>%s`+"\n",
		open, p.at.text(), d.class("pillb"), num(-pillHalf), num(-pillHigh), num(2*pillHalf), num(2*pillHigh), num(pillHigh), d.class("pillt"), text(label), text(say), end)
}

// sweepArc is the part of a circle that stands for per cent, from 12 o'clock.
func sweepArc(percent int, r float64) string {
	if percent <= 0 {
		return ""
	}
	angle := min(359.9, 3.6*float64(percent))
	x, y := xy(angle, r)
	long := 0
	if angle > 180 {
		long = 1
	}
	return fmt.Sprintf("M0 %sA%s %s 0 %d 1 %s %s", num(-r), num(r), num(r), long, x, y)
}

func wedge(from, to, inner, outer float64) string {
	long := 0
	if to-from > 180 {
		long = 1
	}
	ax, ay := xy(from, inner)
	bx, by := xy(from, outer)
	cx, cy := xy(to, outer)
	dx, dy := xy(to, inner)
	return fmt.Sprintf("M%s %sL%s %sA%s %s 0 %d 1 %s %sL%s %sA%s %s 0 %d 0 %s %sZ", ax, ay, bx, by, num(outer), num(outer), long, cx, cy, dx, dy, num(inner), num(inner), long, ax, ay)
}

func xy(angle, radius float64) (x, y string) {
	p := polar(angle, radius)
	return num(float64(p.x) / 100), num(float64(p.y) / 100)
}

func (p point) text() string { return num(float64(p.x)/100) + " " + num(float64(p.y)/100) }

// num is a number with one digit after the point, where it needs one.
func num(v float64) string {
	s := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return s
}

func text(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// Sign is one mark of the legend.
func Sign(kind Kind, move Move) string {
	d := &drawing{c: &Chart{Lit: -1}}
	m := Mark{Kind: kind, Move: move, Progress: 60, size: 18.5, Spot: Spot{Angle: 90}}
	d.printf(`<svg class="radar rsign" viewBox="-38 -38 76 76" aria-hidden="true" focusable="false"><g class="mk p-%s">`, kind)
	arc := kind == Running
	if arc {
		d.printf(`<circle class="arc0" r="20.5"/>`)
	}
	d.shape(kind, 1, arc)
	if arc {
		d.printf(`<path class="arc" d="%s"/>`, sweepArc(m.Progress, 20.5))
	}
	d.move(&m, 1)
	d.printf(`</g></svg>`)
	return d.out.String()
}
