package radar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/table"
)

// FieldsOf are the fields that a file names, in the order in which they come.
func FieldsOf(r io.Reader, format Format) ([]string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read measures: %w", err)
	}
	var names []string
	add := func(s string) {
		if s = clean(uncell(s)); s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	switch format {
	case JSON:
		var f fileJSON
		if json.Unmarshal(raw, &f) != nil {
			return nil, whole("radar.err.file", "JSON")
		}
		for _, m := range f.Measures {
			add(m.Field)
		}
	case CSV:
		t, err := table.Open(bytes.NewReader(raw), table.Options{MaxBytes: maxFile})
		if err != nil {
			return nil, whole("radar.err.file", err.Error())
		}
		at := slices.IndexFunc(t.Header, isField)
		for row, ok := t.Next(); ok && at >= 0; row, ok = t.Next() {
			if at < len(row.Fields) {
				add(row.Fields[at])
			}
		}
	case XLSX:
		x, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{UnzipSizeLimit: 8 * maxFile, UnzipXMLSizeLimit: 4 * maxFile})
		if err != nil {
			return nil, whole("radar.err.file", "XLSX")
		}
		defer func() { _ = x.Close() }() // only read
		rows, err := x.GetRows(x.GetSheetName(0))
		if err != nil || len(rows) == 0 {
			return nil, whole("radar.err.file", "XLSX")
		}
		at := slices.IndexFunc(rows[0], isField)
		for _, row := range rows[1:] {
			if at >= 0 && at < len(row) {
				add(row[at])
			}
		}
	default:
		return nil, whole("radar.err.file", string(format))
	}
	return names, nil
}

func isField(column string) bool {
	name := strings.ToLower(strings.TrimSpace(column))
	return name == "field" || otherNames()[name] == "field"
}

// NewProgramme is a programme with fields of these names and the usual
// questions; it is public once its measures are.
func NewProgramme(slug string, name i18n.Text, fields []string) *Programme {
	low, high := i18n.Text{"de": "gar nicht", "en": "not at all"}, i18n.Text{"de": "sehr", "en": "very"}
	p := &Programme{Slug: slug, Name: name, Rings: ByStatus, Sectors: "field", Public: true, Questions: []Question{
		{Key: "importance", Text: i18n.Text{"de": "Wie wichtig ist Ihnen das?", "en": "How important is this to you?"}, Low: low, High: high},
		{Key: "progress", Text: i18n.Text{"de": "Wie zufrieden sind Sie mit dem Fortschritt?", "en": "How content are you with the progress?"}, Low: low, High: high},
	}}
	for _, f := range fields {
		p.Fields = append(p.Fields, Field{Key: fieldKey(f), Name: i18n.Text{"de": f}, Weight: 1})
	}
	return p
}

// fieldKey makes a key of a name: "Klima und Umwelt" is "klima-und-umwelt".
func fieldKey(name string) string {
	s := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(strings.ToLower(name))
	s = strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, s), "-")
	return s[:min(len(s), 40)]
}
