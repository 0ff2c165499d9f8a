package paper

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Doc is a document of one or more A4 pages.
type Doc struct {
	Title string
	Lang  string // "de", "en"
	Foot  string // stands on each page, before its number
	At    time.Time
	Parts []Part
	// Window is the address of a letter, in lines; it stands where the window of
	// an envelope is (DIN 5008, form B). "": no letter.
	Window string
	Sender string // in one small line above the address
}

// Part is a section. What is empty is left out.
type Part struct {
	Heading string // "" for what follows the title
	Facts   []Fact
	Texts   []string
	Entries []Entry
}

// Fact is a name with its value.
type Fact struct{ Name, Value string }

// Entry is something that happened, or that somebody wrote.
type Entry struct {
	Title string
	When  string
	Lines []string
	Tag   string // who may read it, where it is not everybody
}

// Measures in millimetres, sizes in points.
const (
	edge     = 20.0
	nameWide = 48.0
	font     = "go"
	line     = 5.4
	plain    = 10.5
	small    = 9.0
	head     = 14.0
	big      = 18.0
)

// Write writes the document.
func Write(w io.Writer, d *Doc) error {
	p := &press{f: fpdf.New("P", "mm", "A4", "")}
	f := p.f
	f.SetCatalogSort(true)
	f.SetCreationDate(d.At)
	f.SetModificationDate(d.At)
	f.SetTitle(signs(d.Title), true)
	f.SetLang(d.Lang)
	f.SetMargins(edge, edge, edge)
	f.SetAutoPageBreak(true, edge)
	f.AddUTF8FontFromBytes(font, "", goregular.TTF)
	f.AddUTF8FontFromBytes(font, "B", gobold.TTF)
	f.SetFooterFunc(func() {
		f.SetY(-edge + 5)
		f.SetFont(font, "", small)
		f.SetTextColor(grey, grey, grey)
		f.CellFormat(0, line, fmt.Sprintf("%s · %d", signs(d.Foot), f.PageNo()), "", 0, "L", false, 0, "")
		f.SetTextColor(0, 0, 0)
	})
	f.AddPage()
	if d.Window != "" {
		p.window(d)
	}
	p.text(d.Title, "B", big)
	f.Ln(2)
	for i := range d.Parts {
		p.part(&d.Parts[i])
	}
	if err := f.Output(w); err != nil {
		return fmt.Errorf("write pdf: %w", err)
	}
	return nil
}

// Where the window is, in millimetres from the top and the left edge of the
// sheet, and where the text of a letter begins.
const (
	windowTop  = 50.0
	windowLeft = 25.0
	windowWide = 80.0
	letterTop  = 103.0
)

type press struct{ f *fpdf.Fpdf }

// window prints sender and address of a letter.
func (p *press) window(d *Doc) {
	f := p.f
	f.SetXY(windowLeft, windowTop-line)
	f.SetFont(font, "", small-1.5)
	f.SetTextColor(grey, grey, grey)
	f.CellFormat(windowWide, line, signs(d.Sender), "", 0, "L", false, 0, "")
	f.SetTextColor(0, 0, 0)
	f.SetXY(windowLeft, windowTop+line)
	f.SetFont(font, "", plain)
	f.MultiCell(windowWide, line, signs(d.Window), "", "L", false)
	f.SetXY(edge, letterTop)
}

// grey is 8.5 to 1 on white.
const grey = 0x45

func (p *press) text(s, style string, size float64) {
	p.f.SetFont(font, style, size)
	p.f.MultiCell(0, size*line/plain, signs(s), "", "L", false)
}

func (p *press) part(d *Part) {
	f := p.f
	if d.Heading != "" {
		f.Ln(4)
		p.keep(3 * line)
		f.Bookmark(signs(d.Heading), 0, -1)
		p.text(d.Heading, "B", head)
		f.Ln(1)
	}
	for _, fact := range d.Facts {
		p.fact(fact)
	}
	for _, t := range d.Texts {
		p.text(t, "", plain)
		f.Ln(1.5)
	}
	for i := range d.Entries {
		e := &d.Entries[i]
		p.keep(2 * line)
		p.text(e.Title, "B", plain)
		f.SetTextColor(grey, grey, grey)
		p.text(strings.Join(filled(e.When, e.Tag), " · "), "", small)
		f.SetTextColor(0, 0, 0)
		for _, l := range filled(e.Lines...) {
			p.text(l, "", plain)
		}
		f.Ln(2)
	}
}

// fact is a name on the left and its value beside it, which may take many lines.
func (p *press) fact(d Fact) {
	f := p.f
	p.keep(line)
	y, page := f.GetY(), f.PageNo()
	f.SetFont(font, "B", plain)
	f.MultiCell(nameWide, line, signs(d.Name), "", "L", false)
	end := f.GetY()
	if f.PageNo() == page {
		f.SetY(y)
	}
	f.SetX(edge + nameWide + 2)
	f.SetFont(font, "", plain)
	f.SetLeftMargin(edge + nameWide + 2)
	f.MultiCell(0, line, signs(d.Value), "", "L", false)
	f.SetLeftMargin(edge)
	f.SetX(edge)
	if f.PageNo() == page && f.GetY() < end {
		f.SetY(end)
	}
}

// keep begins a page where fewer millimetres are left: no heading stands alone.
func (p *press) keep(mm float64) {
	_, height := p.f.GetPageSize()
	if p.f.GetY()+mm > height-edge {
		p.f.AddPage()
	}
}

// signs are those that the font knows: Latin, Greek, Cyrillic, marks. What it
// lacks becomes a box; what has no width or turns the direction goes.
func signs(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r < ' ', unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r), unicode.Is(unicode.Co, r):
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		case r < 0x500, r >= 0x1e00 && r < 0x2100, r == '€', r == '−', r == '→', r == '…', r == '™':
			return r
		}
		return '□'
	}, strings.ToValidUTF8(s, "□"))
}

func filled(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			out = append(out, t)
		}
	}
	return out
}
