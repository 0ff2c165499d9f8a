package sheet

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// BOM is the mark by which spreadsheets know UTF-8; most other programs do not
// want it.
const BOM = "\ufeff"

// formula are the signs with which spreadsheets begin a formula, also in the
// wide form of East Asian keyboards.
const formula = "=+-@＝＋－＠"

// Text is a cell that any spreadsheet shows and none computes. Control signs
// but line ends go: some programs skip them and look at what follows.
func Text(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r == '\ufeff' || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	begin := strings.TrimLeftFunc(s, unicode.IsSpace)
	if first, _ := utf8.DecodeRuneInString(begin); begin != "" && strings.ContainsRune(formula, first) {
		return "'" + s
	}
	return s
}

// Number is a cell with a number of that many digits after the point. A
// negative one begins with a minus and is no text: see Text.
func Number(n float64, digits int) string { return strconv.FormatFloat(n, 'f', digits, 64) }

// Writer writes rows by RFC 4180.
type Writer struct{ csv *csv.Writer }

// NewWriter begins a table.
func NewWriter(w io.Writer) *Writer {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &Writer{c}
}

// Row writes one row. Texts must have come through Text.
func (w *Writer) Row(cells ...string) error { return w.csv.Write(cells) }

// Flush writes what is still held.
func (w *Writer) Flush() error {
	w.csv.Flush()
	return w.csv.Error()
}
