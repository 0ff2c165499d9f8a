package radar

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/subject"
)

// Format is how a file of measures is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json"
	XLSX Format = "xlsx"
)

// maxFile is the largest file that is read.
const maxFile = 20 << 20

// A file has so many rows and columns at most: an import is one transaction, and
// its report one page.
const (
	maxRows    = 2000
	maxColumns = 200
)

// tooMany is the error about a file with more.
func tooMany() *FileError {
	return &FileError{[]RowError{{Key: "radar.err.rows", Params: map[string]any{"max": maxRows, "columns": maxColumns}}}}
}

// fileMeasure is a measure in JSON.
type fileMeasure struct {
	Number string `json:"number,omitempty"`
	No     int    `json:"no,omitempty"`
	Content
}

// fileJSON is a programme in JSON. Entries are those of zalando/tech-radar.
type fileJSON struct {
	Programme string           `json:"programme,omitempty"`
	Measures  []fileMeasure    `json:"measures"`
	Entries   []map[string]any `json:"entries,omitempty"`
}

// WriteFile writes measures so that ReadFile brings them back without loss.
func WriteFile(format Format, p *Programme, list []Measure) ([]byte, error) {
	var out bytes.Buffer
	switch format {
	case JSON:
		f := fileJSON{Programme: p.Slug, Measures: []fileMeasure{}}
		for i := range list {
			f.Measures = append(f.Measures, fileMeasure{list[i].PublicNumber(), list[i].No, list[i].Content})
		}
		enc := json.NewEncoder(&out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(f); err != nil {
			return nil, fmt.Errorf("write measures: %w", err)
		}
	case CSV:
		out.WriteString(sheet.BOM)
		w := csv.NewWriter(&out)
		rows := [][]string{columns()}
		for i := range list {
			rows = append(rows, cells(&list[i]))
		}
		if err := w.WriteAll(rows); err != nil {
			return nil, fmt.Errorf("write measures: %w", err)
		}
	case XLSX:
		if err := writeXLSX(&out, list); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("unknown format %q", format)
	}
	return out.Bytes(), nil
}

func writeXLSX(out io.Writer, list []Measure) (err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	name := x.GetSheetName(0)
	rows := [][]string{columns()}
	for i := range list {
		rows = append(rows, cells(&list[i]))
	}
	for r, row := range rows {
		for c, v := range row {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				return fmt.Errorf("write measures: %w", err)
			}
			if err := x.SetCellStr(name, at, v); err != nil {
				return fmt.Errorf("write measures: %w", err)
			}
		}
	}
	if _, err := x.WriteTo(out); err != nil {
		return fmt.Errorf("write measures: %w", err)
	}
	return nil
}

// FileError is a file from which nothing is imported: each wrong cell by its row.
type FileError struct{ Rows []RowError }

// Error is the text for the log.
func (e *FileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d wrong cells", len(e.Rows))
	for _, r := range e.Rows[:min(len(e.Rows), 5)] {
		fmt.Fprintf(&b, "; row %d, %s: %s", r.Row, r.Column, r.Key)
	}
	return b.String()
}

// whole is an error about a file and no row.
func whole(key, detail string) *FileError {
	return &FileError{[]RowError{{Key: key, Value: detail}}}
}

// ReadFile reads a file of measures for a programme. What is wrong comes back
// all at once as a *FileError. Drafts may lack what a public measure needs.
func ReadFile(r io.Reader, format Format, p *Programme, drafts bool) ([]Row, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read measures: %w", err)
	}
	if len(raw) > maxFile {
		return nil, whole("radar.err.file_size", "")
	}
	var header []string
	var body [][]string
	switch format {
	case JSON:
		return readJSON(raw, p, drafts)
	case XLSX:
		x, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{UnzipSizeLimit: 8 * maxFile, UnzipXMLSizeLimit: 4 * maxFile})
		if err != nil {
			return nil, whole("radar.err.file", "XLSX")
		}
		defer func() { _ = x.Close() }() // only read
		rows, err := x.GetRows(x.GetSheetName(0), excelize.Options{RawCellValue: true})
		if err != nil || len(rows) == 0 {
			return nil, whole("radar.err.file", "XLSX")
		}
		header, body = rows[0], rows[1:]
	case CSV:
		t, err := table.Open(bytes.NewReader(raw), table.Options{MaxBytes: maxFile})
		if err != nil {
			return nil, whole("radar.err.file", err.Error())
		}
		header = t.Header
		var broken []RowError
		for row, ok := t.Next(); ok; row, ok = t.Next() {
			if row.Err != nil {
				broken = append(broken, RowError{Row: row.No, Value: clean(row.Raw), Key: "radar.err.row", Params: map[string]any{"why": row.Err.Error()}})
				continue
			}
			body = append(body, row.Fields)
		}
		if len(broken) > 0 {
			return nil, &FileError{broken}
		}
	default:
		return nil, whole("radar.err.file", string(format))
	}
	return readRows(p, header, body, drafts)
}

// readRows reads a table by the names in its header.
func readRows(p *Programme, header []string, body [][]string, drafts bool) ([]Row, error) {
	if len(body) > maxRows || len(header) > maxColumns {
		return nil, tooMany()
	}
	known, other := columns(), otherNames()
	names := make([]string, len(header))
	var wrong []RowError
	for i, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		to, alias := other[name]
		switch {
		case slices.Contains(known, name):
			names[i] = name
		case alias:
			names[i] = to
		case name != "":
			wrong = append(wrong, RowError{Row: 1, Column: h, Key: "radar.err.column"})
		}
	}
	for _, need := range []string{"title_de", "field", "status"} {
		if !slices.Contains(names, need) {
			wrong = append(wrong, RowError{Row: 1, Column: need, Key: "radar.err.column_missing"})
		}
	}
	if len(wrong) > 0 {
		return nil, &FileError{wrong}
	}
	var list []Row
	for i, fields := range body {
		values := map[string]string{}
		for j, v := range fields {
			if j < len(names) && names[j] != "" && (values[names[j]] == "" || v != "") {
				values[names[j]] = v
			}
		}
		if !slices.ContainsFunc(fields, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		row, bad := decode(p, i+2, values)
		if err := row.Content.Validate(p, drafts); err != nil {
			bad = append(bad, rowErrors(row.No, values, err)...)
		}
		wrong = append(wrong, bad...)
		list = append(list, row)
	}
	return finish(list, wrong)
}

// finish looks at the rows together: nothing twice.
func finish(list []Row, wrong []RowError) ([]Row, error) {
	numbers, nos := map[string]int{}, map[int]int{}
	for _, row := range list {
		if row.Number != "" {
			if prefix, _, err := subject.ParseNumber(row.Number); err != nil || prefix != subject.PrefixMeasure {
				wrong = append(wrong, RowError{Row: row.No, Column: "number", Value: row.Number, Key: "radar.err.number"})
			} else if first := numbers[row.Number]; first > 0 {
				wrong = append(wrong, RowError{Row: row.No, Column: "number", Value: row.Number, Key: "radar.err.twice", Params: map[string]any{"row": first}})
			}
			numbers[row.Number] = row.No
		}
		if row.ChartNo > 0 {
			if first := nos[row.ChartNo]; first > 0 {
				wrong = append(wrong, RowError{Row: row.No, Column: "no", Value: strconv.Itoa(row.ChartNo), Key: "radar.err.twice", Params: map[string]any{"row": first}})
			}
			nos[row.ChartNo] = row.No
		}
	}
	if len(wrong) > 0 {
		slices.SortStableFunc(wrong, func(a, b RowError) int { return a.Row - b.Row })
		return nil, &FileError{wrong}
	}
	if len(list) == 0 {
		return nil, whole("radar.err.empty", "")
	}
	return list, nil
}

func readJSON(raw []byte, p *Programme, drafts bool) ([]Row, error) {
	raw = bytes.TrimPrefix(bytes.TrimSpace(raw), []byte(sheet.BOM))
	var f fileJSON
	if bytes.HasPrefix(raw, []byte("[")) { // build-your-own-radar: a list of entries
		if err := json.Unmarshal(raw, &f.Entries); err != nil {
			return nil, whole("radar.err.file", "JSON")
		}
	} else if err := json.Unmarshal(raw, &f); err != nil {
		return nil, whole("radar.err.file", "JSON")
	}
	if len(f.Measures) > maxRows || len(f.Entries) > maxRows {
		return nil, tooMany()
	}
	if len(f.Entries) > 0 {
		return readEntries(p, f.Entries, drafts)
	}
	var list []Row
	var wrong []RowError
	for i, m := range f.Measures {
		row := Row{No: i + 1, Number: strings.ToUpper(strings.TrimSpace(m.Number)), ChartNo: max(0, m.No), Content: m.Content}
		row.Content.tidy()
		if err := row.Content.Validate(p, drafts); err != nil {
			wrong = append(wrong, rowErrors(row.No, nil, err)...)
		}
		list = append(list, row)
	}
	return finish(list, wrong)
}

// readEntries reads what other tools write as JSON, like a table.
func readEntries(p *Programme, entries []map[string]any, drafts bool) ([]Row, error) {
	var header []string
	for _, e := range entries {
		for k := range e {
			if !slices.Contains(header, k) {
				if header = append(header, k); len(header) > maxColumns {
					return nil, tooMany()
				}
			}
		}
	}
	slices.Sort(header)
	body := make([][]string, len(entries))
	for i, e := range entries {
		for _, k := range header {
			v := ""
			switch x := e[k].(type) {
			case nil:
			case []any:
				var parts strings.Builder
				for _, part := range x {
					fmt.Fprint(&parts, part, ";")
				}
				v = parts.String()
			default:
				v = fmt.Sprint(x)
			}
			body[i] = append(body[i], v)
		}
	}
	return readRows(p, header, body, drafts)
}

// tidy cleans the texts of a document that came as JSON or from a form.
func (c *Content) tidy() {
	for lang, t := range c.Texts {
		for _, text := range t.lines() {
			*text = clean(*text)
		}
		if t == (Texts{}) {
			delete(c.Texts, lang)
			continue
		}
		c.Texts[lang] = t
	}
	texts := func(t i18n.Text) {
		for lang, s := range t {
			if t[lang] = clean(s); t[lang] == "" {
				delete(t, lang)
			}
		}
	}
	for i := range c.Results {
		texts(c.Results[i].Title)
	}
	for i := range c.Yearly {
		texts(c.Yearly[i].Text)
	}
	c.Lead, c.Contact = clean(c.Lead), clean(c.Contact)
}
