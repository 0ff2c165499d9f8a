package kit

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// CoverRow is a part of a photo as a form has it: in per cent.
type CoverRow struct{ X, Y, W, H string }

// CoverProps is a photo of which parts are to be covered.
type CoverProps struct {
	Src, Alt      string
	Width, Height int
	Rows          []CoverRow
}

// spareRows are empty ones for people without script.
const spareRows = 3

func (c CoverProps) rows() []CoverRow {
	return append(append([]CoverRow{}, c.Rows...), make([]CoverRow, spareRows)...)
}

// CoverRows are the rows of what is covered already.
func CoverRows(rects []attachments.Rect) []CoverRow {
	percent := func(share float64) string { return strconv.FormatFloat(share*100, 'f', -1, 64) }
	rows := make([]CoverRow, len(rects))
	for i, r := range rects {
		rows[i] = CoverRow{percent(r.X), percent(r.Y), percent(r.W), percent(r.H)}
	}
	return rows
}

// maxCoverRows is how many rows a form may send.
const maxCoverRows = 60

// ReadCover reads the parts from a posted form, one per row of four numbers in
// per cent. Rows without any number are left out. What is none is Invalid on
// the field x, beside the rows as they were typed. (Bind would leave empty
// entries out, which shifts the columns against each other.)
func ReadCover(form url.Values) ([]CoverRow, []attachments.Rect, error) {
	all := func(name string) []string { return append(form[name+"[]"], form[name]...) } // brackets: one of several
	x, y, w, h := all("x"), all("y"), all("w"), all("h")
	n := max(len(x), len(y), len(w), len(h))
	if n > maxCoverRows {
		return nil, nil, fault.OnField("x", "photo.rects")
	}
	at := func(list []string, i int) string {
		if i < len(list) {
			return Clean(list[i], false)
		}
		return ""
	}
	var rows []CoverRow
	var rects []attachments.Rect
	var wrong error
	for i := range n {
		row := CoverRow{at(x, i), at(y, i), at(w, i), at(h, i)}
		if row == (CoverRow{}) {
			continue
		}
		rows = append(rows, row)
		var rect attachments.Rect
		for _, c := range []struct {
			text string
			to   *float64
		}{{row.X, &rect.X}, {row.Y, &rect.Y}, {row.W, &rect.W}, {row.H, &rect.H}} {
			share, err := strconv.ParseFloat(strings.Replace(c.text, ",", ".", 1), 64)
			if err != nil || !(share >= 0 && share <= 100) { // NaN is neither
				wrong = fault.OnField("x", "desk.err.cover")
				continue
			}
			*c.to = share / 100
		}
		rect.W, rect.H = min(rect.W, 1-rect.X), min(rect.H, 1-rect.Y)
		rects = append(rects, rect)
	}
	return rows, rects, wrong
}

func coverID(name string, i int) string {
	if i == 0 {
		return FieldID(name)
	}
	return FieldID(name) + "-" + strconv.Itoa(i)
}

func pixels(n int) string { return strconv.Itoa(max(1, n)) }
