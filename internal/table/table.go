package table

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// MaxBytes is the largest table that is read, unpacked.
const MaxBytes = 512 << 20

// Options say how a file is written. The zero value detects everything.
type Options struct {
	Encoding  string // "", "utf-8", "latin1", "windows-1252", "utf-16"
	Separator rune   // 0: the best of , ; tab |
	MaxBytes  int64  // 0: MaxBytes
}

// Encodings lists what Options.Encoding takes.
func Encodings() []string { return []string{"utf-8", "latin1", "windows-1252", "utf-16"} }

// Row is one row of a table.
type Row struct {
	No     int // the header is row 1; blank lines do not count
	Fields []string
	Raw    string // as it stood in the file (in UTF-8), without the line's end
	Err    error  // why its fields could not be read
}

// Table is an opened file.
type Table struct {
	Header    []string // trimmed
	Separator rune

	text []byte
	csv  *csv.Reader
	at   int64 // bytes before the next row
	no   int
}

// Open reads a whole file, which may be gzipped, and its header.
func Open(r io.Reader, o Options) (*Table, error) {
	raw, err := unpack(r, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	text, err := decode(raw, o.Encoding)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("the file is empty")
	}
	t := &Table{text: text, Separator: o.Separator}
	if t.Separator == 0 {
		t.Separator = detect(text)
	}
	t.csv = reader(text, t.Separator)
	head, ok := t.Next()
	if !ok || head.Err != nil {
		return nil, fmt.Errorf("the first row, which should name the columns, can't be read: %w", head.Err)
	}
	for i, name := range head.Fields {
		name = strings.TrimSpace(name)
		if name != "" && slices.Contains(t.Header[:i], name) {
			return nil, fmt.Errorf("two columns are called %q", clip(name))
		}
		t.Header = append(t.Header, name)
	}
	return t, nil
}

// Column is the place of a column by its name, letters' size aside when no
// name is the same; -1 when there is none.
func (t *Table) Column(name string) int {
	name = strings.TrimSpace(name)
	if i := slices.Index(t.Header, name); i >= 0 {
		return i
	}
	return slices.IndexFunc(t.Header, func(h string) bool { return strings.EqualFold(h, name) })
}

// Next is the next row; false at the end. A row with an Err has no fields, and
// the ones after it can still be read.
func (t *Table) Next() (Row, bool) {
	fields, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return Row{}, false
	}
	t.no++
	end := t.csv.InputOffset()
	row := Row{No: t.no, Fields: fields, Raw: strings.Trim(string(t.text[t.at:end]), "\r\n")}
	t.at = end
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad):
		row.Fields, row.Err = nil, fmt.Errorf("quotes: %w", bad.Err)
	case err != nil:
		row.Fields, row.Err = nil, err
	case t.Header != nil && len(fields) != len(t.Header):
		row.Err = fmt.Errorf("has %d fields, the header has %d", len(fields), len(t.Header))
		row.Fields = nil
	}
	return row, true
}

// Separator reads what people say for a separator: one sign, or "tab". 0 for
// "": to be detected.
func Separator(s string) (rune, error) {
	switch text := []rune(s); {
	case s == "":
		return 0, nil
	case s == "tab" || s == `\t`:
		return '\t', nil
	case len(text) == 1 && text[0] != '"' && text[0] != '\n' && text[0] != '\r' && text[0] != utf8.RuneError:
		return text[0], nil
	}
	return 0, fmt.Errorf("separator: %q is not one sign (or \"tab\")", clip(s))
}

func reader(text []byte, separator rune) *csv.Reader {
	c := csv.NewReader(bytes.NewReader(text))
	c.Comma = separator
	c.FieldsPerRecord = -1 // Next compares with the header and goes on
	return c
}

func unpack(r io.Reader, most int64) ([]byte, error) {
	if most == 0 {
		most = MaxBytes
	}
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
		if raw, err = io.ReadAll(io.LimitReader(z, most+1)); err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
	}
	if int64(len(raw)) > most {
		return nil, fmt.Errorf("the file is larger than %d MB; split it", most>>20)
	}
	return raw, nil
}

// decode makes UTF-8 of the file. What is not UTF-8 and not said to be
// anything else is refused: a guess would spoil names for good.
func decode(raw []byte, name string) ([]byte, error) {
	var from encoding.Encoding
	switch name {
	case "", "utf-8":
		if bytes.HasPrefix(raw, []byte{0xff, 0xfe}) || bytes.HasPrefix(raw, []byte{0xfe, 0xff}) {
			from = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
			break
		}
		raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
		if at := firstInvalid(raw); at >= 0 {
			line := 1 + bytes.Count(raw[:at], []byte{'\n'})
			return nil, fmt.Errorf("the file is not UTF-8 (line %d: %q); say --encoding=windows-1252 or --encoding=latin1 if it is one of these", line, around(raw, at))
		}
		return noNUL(raw)
	case "latin1":
		from = charmap.ISO8859_1
	case "windows-1252":
		from = charmap.Windows1252
	case "utf-16":
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	default:
		return nil, fmt.Errorf("unknown encoding %q; known are %s", clip(name), strings.Join(Encodings(), ", "))
	}
	text, err := from.NewDecoder().Bytes(raw)
	if err != nil {
		return nil, fmt.Errorf("read as %s: %w", name, err)
	}
	return noNUL(bytes.TrimPrefix(text, []byte("\ufeff")))
}

// noNUL refuses what no database takes and no table has: another kind of file.
func noNUL(text []byte) ([]byte, error) {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, fmt.Errorf("the file holds a zero byte at %d: it is no table, or in another encoding (--encoding)", i)
	}
	return text, nil
}

func firstInvalid(raw []byte) int {
	if utf8.Valid(raw) {
		return -1
	}
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// around is some text about a bad byte.
func around(raw []byte, at int) string {
	return strings.ToValidUTF8(string(raw[max(0, at-15):min(len(raw), at+10)]), "\ufffd")
}

// detect is the separator with which most of the first rows have as many
// fields as the header; among equals the one that makes more of them.
func detect(text []byte) rune {
	const look = 50
	best, bestRows, bestFields := ',', -1, 0
	for _, sep := range []rune{',', ';', '\t', '|'} {
		c := reader(text, sep)
		head, err := c.Read()
		if err != nil || len(head) < 2 {
			continue
		}
		rows := 0
		for range look {
			row, err := c.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil && len(row) == len(head) {
				rows++
			}
		}
		if rows > bestRows || (rows == bestRows && len(head) > bestFields) {
			best, bestRows, bestFields = sep, rows, len(head)
		}
	}
	return best
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
