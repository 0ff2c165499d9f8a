package radar

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// langColumn is the ending of a language's columns.
func langColumn(lang string) string {
	if lang == i18n.Easy {
		return "leicht"
	}
	return lang
}

// columns of a table of measures, in their order.
func columns() []string {
	list := []string{"number", "no", "field", "status", "stage"}
	for _, lang := range Languages() {
		for _, name := range TextNames() {
			list = append(list, name+"_"+langColumn(lang))
		}
	}
	for _, lang := range Languages() {
		list = append(list, "results_"+langColumn(lang))
	}
	for _, lang := range Languages() {
		list = append(list, "yearly_"+langColumn(lang))
	}
	return append(list, "estimate", "start", "end", "first_end", "real_end", "lead", "partners", "budget", "contact", "links", "districts", "tags", "sdgs")
}

// otherNames are the names that other radar tools give to their columns:
// thoughtworks/build-your-own-radar, zalando/tech-radar, AOE's technology radar.
func otherNames() map[string]string {
	return map[string]string{
		"name": "title_de", "label": "title_de", "title": "title_de", "titel": "title_de", "maßnahme": "title_de", "vorhaben": "title_de",
		"quadrant": "field", "handlungsfeld": "field", "sector": "field", "segment": "field",
		"ring": "status", "description": "description_de", "beschreibung": "description_de", "body": "description_de",
		"link": "links", "url": "links", "kurztext": "short_de", "beginn": "start", "ende": "end", "referat": "lead", "nummer": "no", "id": "no",
		"moved": "", "isnew": "", "active": "", "featured": "", "release": "", // are read and not kept: releases tell
	}
}

// statusWords are the words for a status in tables, other tools' rings too.
func statusWords() map[string]Status {
	return map[string]Status{
		"planned": Planned, "geplant": Planned, "assess": Planned, "2": Planned,
		"running": Running, "läuft": Running, "in umsetzung": Running, "trial": Running, "1": Running,
		"completed": Completed, "fertig": Completed, "abgeschlossen": Completed, "adopt": Completed, "0": Completed,
		"stopped": Stopped, "eingestellt": Stopped, "beendet, nicht fertig": Stopped, "hold": Stopped, "3": Stopped,
	}
}

// RowError is one wrong cell of a file. The words are those of the catalogue.
type RowError struct {
	Row    int // as spreadsheets count: the header is 1
	Column string
	Value  string
	Key    string
	Params map[string]any
}

// Row is one measure of a file.
type Row struct {
	No      int // of the row
	Number  string
	ChartNo int
	Content Content
}

// cell quotes what a spreadsheet would compute; uncell takes it back.
func cell(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@＝＋－＠'", first) {
		return "'" + s
	}
	return s
}

func uncell(s string) string { return strings.TrimPrefix(s, "'") }

// oneLine writes a text of several lines on one; lines reads it back.
func oneLine(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "\n", `\n`)
}

func manyLines(s string) string {
	var b strings.Builder
	back := false
	for _, r := range s {
		switch {
		case back && r == 'n':
			b.WriteByte('\n')
		case back:
			b.WriteRune(r)
		case r == '\\':
			back = true
			continue
		default:
			b.WriteRune(r)
		}
		back = false
	}
	return b.String()
}

// clean takes out what prints nothing; lines end with \n.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c':
			return -1
		}
		return r
	}, s))
}

// cells is a measure as a row of columns().
func cells(m *Measure) []string {
	c := &m.Content
	row := []string{m.PublicNumber(), strconv.Itoa(m.No), c.Field, string(c.Status), c.Stage}
	for _, lang := range Languages() {
		t := c.Texts[lang]
		for _, name := range TextNames() {
			row = append(row, *t.Text(name))
		}
	}
	for _, lang := range Languages() {
		row = append(row, resultCell(c.Results, lang))
	}
	for _, lang := range Languages() {
		var lines []string
		for _, y := range c.Yearly {
			if text := y.Text[lang]; text != "" {
				lines = append(lines, strconv.Itoa(y.Year)+": "+oneLine(text))
			}
		}
		row = append(row, strings.Join(lines, "\n"))
	}
	estimate, budget := "", ""
	if c.Estimate != nil {
		estimate = strconv.Itoa(*c.Estimate)
	}
	if c.Budget != 0 {
		budget = strconv.FormatInt(c.Budget, 10)
	}
	var links, sdgs []string
	for _, l := range c.Links {
		links = append(links, l.Kind+": "+l.Title+" <"+l.URL+">")
	}
	for _, n := range c.SDGs {
		sdgs = append(sdgs, strconv.Itoa(n))
	}
	row = append(row, estimate, string(c.Start), string(c.End), string(c.FirstEnd), string(c.RealEnd), c.Lead, strings.Join(c.Partners, "; "), budget,
		c.Contact, strings.Join(links, "\n"), strings.Join(c.Districts, "; "), strings.Join(c.Tags, "; "), strings.Join(sdgs, "; "))
	for i := range row {
		row[i] = cell(row[i])
	}
	return row
}

// resultCell has a line for each result: "[reached] due: title" in German, the
// title alone in other languages.
func resultCell(list []Result, lang string) string {
	if lang != i18n.German && !slices.ContainsFunc(list, func(r Result) bool { return r.Title[lang] != "" }) {
		return ""
	}
	lines := make([]string, len(list))
	for i, r := range list {
		if lines[i] = r.Title[lang]; lang == i18n.German {
			lines[i] = fmt.Sprintf("[%s] %s: %s", r.Reached, r.Due, r.Title[lang])
		}
		if lang != i18n.German && lines[i] == "" {
			lines[i] = "-"
		}
	}
	return strings.Join(lines, "\n")
}

var (
	resultLine = regexp.MustCompile(`^\[([^\]]*)\] ?([0-9.Qq -]*): (.+)$`)
	yearLine   = regexp.MustCompile(`^([0-9]{4}): (.+)$`)
	linkLine   = regexp.MustCompile(`^(?:([a-z]+): )?(?:(.*?) )?<?([a-z]*:?/[^ <>]*)>?$`)
	quarter    = regexp.MustCompile(`^(?:Q([1-4])[ /-]*([0-9]{4})|([1-4])\. ?Quartal ([0-9]{4}))$`)
)

// parseDay reads a day as tables have it; a month, a quarter or a year is its
// last day.
func parseDay(s string) (Day, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	for _, layout := range []string{time.DateOnly, "02.01.2006", "2.1.2006"} {
		if at, err := time.Parse(layout, s); err == nil {
			return Day(at.Format(time.DateOnly)), true
		}
	}
	if m := quarter.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1] + m[3])
		year, _ := strconv.Atoi(m[2] + m[4])
		return Day(time.Date(year, time.Month(3*n+1), 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)), true
	}
	for layout, months := range map[string]int{"2006-01": 1, "01/2006": 1, "2006": 12} {
		if at, err := time.Parse(layout, s); err == nil {
			return Day(at.AddDate(0, months, -1).Format(time.DateOnly)), true
		}
	}
	return "", false
}

// Column is the name of a text's column in a language.
func Column(name, lang string) string { return name + "_" + langColumn(lang) }

// Cells are a document's cells by the names of their columns, as forms have them.
func Cells(c *Content) map[string]string {
	row := cells(&Measure{Content: *c})
	out := map[string]string{}
	for i, name := range columns() {
		out[name] = uncell(row[i])
	}
	return out
}

// FromCells is the document of cells as a form sends them. The field must be a
// key; Validate looks at it, and at the rest.
func FromCells(values map[string]string) (*Content, []RowError) {
	quoted := make(map[string]string, len(values))
	for name, v := range values {
		quoted[name] = "'" + v
	}
	p := &Programme{Fields: []Field{{Key: values["field"]}}}
	row, bad := decode(p, 0, quoted)
	return &row.Content, bad
}

// Differences names the fields in which two documents differ, as columns.
func Differences(a, b *Content) []string {
	x, y := Cells(a), Cells(b)
	var list []string
	for _, name := range columns() {
		if x[name] != y[name] && name != "number" && name != "no" {
			list = append(list, name)
		}
	}
	return list
}
