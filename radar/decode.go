package radar

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// decoder reads one row.
type decoder struct {
	p     *Programme
	row   Row
	wrong []RowError
}

func (d *decoder) bad(column, value, key string, params map[string]any) {
	if r := []rune(value); len(r) > 60 {
		value = string(r[:60]) + "…"
	}
	d.wrong = append(d.wrong, RowError{d.row.No, column, value, key, params})
}

// decode reads the cells of a row by the names of their columns.
func decode(p *Programme, no int, values map[string]string) (Row, []RowError) {
	d := &decoder{p: p, row: Row{No: no}}
	c := &d.row.Content
	get := func(name string) string { return clean(uncell(values[name])) }
	d.row.Number = strings.ToUpper(get("number"))
	if s := get("no"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 9999 {
			d.bad("no", s, "radar.err.no", nil)
		}
		d.row.ChartNo = n
	}
	d.field(get("field"))
	if s := get("status"); s != "" {
		st, ok := statusWords()[strings.ToLower(s)]
		if c.Status = st; !ok {
			d.bad("status", s, "radar.err.status", nil)
			c.Status = Planned
		}
	} else {
		d.bad("status", "", "radar.err.status", nil)
		c.Status = Planned
	}
	c.Stage = strings.ToLower(get("stage"))
	c.Texts = map[string]Texts{}
	for _, lang := range Languages() {
		var t Texts
		for _, name := range TextNames() {
			*t.Text(name) = get(name + "_" + langColumn(lang))
		}
		if t != (Texts{}) {
			c.Texts[lang] = t
		}
	}
	d.results(get)
	d.yearly(get)
	d.numbers(get)
	for name, to := range map[string]*Day{"start": &c.Start, "end": &c.End, "first_end": &c.FirstEnd, "real_end": &c.RealEnd} {
		var ok bool
		if *to, ok = parseDay(get(name)); !ok {
			d.bad(name, get(name), "radar.err.day", nil)
		}
	}
	c.Lead, c.Contact = get("lead"), get("contact")
	c.Partners, c.Districts, c.Tags = parts(get("partners")), parts(get("districts")), parts(get("tags"))
	d.links(get("links"))
	return d.row, d.wrong
}

func (d *decoder) field(s string) {
	for i, f := range d.p.Fields {
		if strings.EqualFold(s, f.Key) || strings.EqualFold(s, f.Name.In(i18n.German)) || strings.EqualFold(s, f.Name.In(i18n.English)) || s == strconv.Itoa(i) {
			d.row.Content.Field = f.Key
			return
		}
	}
	d.bad("field", s, "radar.err.field", nil)
	if len(d.p.Fields) > 0 {
		d.row.Content.Field = d.p.Fields[0].Key // what else is wrong is said, too
	}
}

func parts(s string) []string {
	var list []string
	for p := range strings.SplitSeq(s, ";") {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func (d *decoder) results(get func(string) string) {
	c := &d.row.Content
	for _, line := range lines(get("results_de")) {
		m := resultLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			d.bad("results_de", line, "radar.err.result_line", nil)
			continue
		}
		reached, ok1 := parseDay(m[1])
		due, ok2 := parseDay(m[2])
		if !ok1 || !ok2 {
			d.bad("results_de", line, "radar.err.day", nil)
		}
		c.Results = append(c.Results, Result{Title: i18n.Text{i18n.German: m[3]}, Due: due, Reached: reached})
	}
	for _, lang := range Languages()[1:] {
		column := "results_" + langColumn(lang)
		list := lines(get(column))
		if len(list) > 0 && len(list) != len(c.Results) {
			d.bad(column, list[0], "radar.err.result_count", map[string]any{"is": len(list), "want": len(c.Results)})
			continue
		}
		for i, title := range list {
			if title = strings.TrimSpace(title); title != "-" && title != "" {
				c.Results[i].Title[lang] = title
			}
		}
	}
}

func (d *decoder) yearly(get func(string) string) {
	c := &d.row.Content
	for _, lang := range Languages() {
		column := "yearly_" + langColumn(lang)
		for _, line := range lines(get(column)) {
			m := yearLine.FindStringSubmatch(strings.TrimSpace(line))
			if m == nil {
				d.bad(column, line, "radar.err.year_line", nil)
				continue
			}
			year, _ := strconv.Atoi(m[1])
			i := slices.IndexFunc(c.Yearly, func(y Yearly) bool { return y.Year == year })
			if i >= 0 && c.Yearly[i].Text[lang] != "" {
				d.bad(column, line, "radar.err.year_twice", nil)
				continue
			}
			if i < 0 {
				c.Yearly = append(c.Yearly, Yearly{Year: year, Text: i18n.Text{}})
				i = len(c.Yearly) - 1
			}
			c.Yearly[i].Text[lang] = manyLines(m[2])
		}
	}
}

func (d *decoder) numbers(get func(string) string) {
	c := &d.row.Content
	if s := strings.TrimSpace(strings.TrimSuffix(get("estimate"), "%")); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			d.bad("estimate", s, "radar.err.percent", nil)
		} else {
			c.Estimate = &n
		}
	}
	if s := get("budget"); s != "" {
		n, err := strconv.ParseInt(strings.NewReplacer(".", "", " ", "", "€", "").Replace(s), 10, 64)
		if err != nil {
			d.bad("budget", s, "radar.err.budget", nil)
		}
		c.Budget = n
	}
	for _, s := range parts(strings.ReplaceAll(get("sdgs"), ",", ";")) {
		n, err := strconv.Atoi(s)
		if err != nil {
			d.bad("sdgs", s, "radar.err.sdg", nil)
			continue
		}
		c.SDGs = append(c.SDGs, n)
	}
}

func (d *decoder) links(s string) {
	for _, line := range lines(s) {
		m := linkLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			d.bad("links", line, "radar.err.link_line", nil)
			continue
		}
		l := Link{Kind: m[1], Title: m[2], URL: m[3]}
		if l.Kind == "" {
			l.Kind = "page"
		}
		if l.Title == "" {
			l.Title = l.URL
		}
		d.row.Content.Links = append(d.row.Content.Links, l)
	}
}

// rowErrors are the wrong fields of a document as wrong cells.
func rowErrors(no int, values map[string]string, err error) []RowError {
	var list []RowError
	for _, f := range fault.As(err).Fields {
		name := strings.Replace(f.Name, "_"+i18n.Easy, "_leicht", 1)
		value := values[name]
		if r := []rune(value); len(r) > 60 {
			value = string(r[:60]) + "…"
		}
		list = append(list, RowError{no, name, value, f.Key, f.Params})
	}
	return list
}
