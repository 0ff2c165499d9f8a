package radar_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

func word(t *rapid.T, name string, lines bool) string {
	signs := []rune("abcÄöß 12=+-@'\";,<>&\\|:[]€")
	if lines {
		signs = append(signs, '\n')
	}
	s := strings.TrimSpace(string(rapid.SliceOfN(rapid.SampledFrom(signs), 1, 30).Draw(t, name)))
	if s == "" || s == "-" {
		return "x"
	}
	return s
}

func tag(t *rapid.T, name string) string {
	return strings.TrimSpace(rapid.StringMatching(`[a-zA-Zäöü=+'-][a-z0-9 äöü-]{0,12}x`).Draw(t, name))
}

func day(t *rapid.T, name string) radar.Day {
	return radar.Day(fmt.Sprintf("20%02d-%02d-%02d", rapid.IntRange(10, 40).Draw(t, name), rapid.IntRange(1, 12).Draw(t, name), rapid.IntRange(1, 28).Draw(t, name)))
}

// content draws any valid document.
func content(t *rapid.T) radar.Content {
	c := radar.Content{Field: "mobilitaet", Status: rapid.SampledFrom(radar.Statuses()).Draw(t, "status"), Texts: map[string]radar.Texts{}}
	for _, lang := range radar.Languages() {
		if lang != i18n.German && rapid.Bool().Draw(t, lang) {
			continue
		}
		var w radar.Texts
		for _, name := range radar.TextNames() {
			if lang == i18n.German || rapid.Bool().Draw(t, name) {
				*w.Text(name) = word(t, name, name != "title")
			}
		}
		if w != (radar.Texts{}) {
			c.Texts[lang] = w
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "results") {
		r := radar.Result{Title: i18n.Text{i18n.German: word(t, "result", false)}}
		if rapid.Bool().Draw(t, "due") {
			r.Due = day(t, "due")
		}
		if rapid.Bool().Draw(t, "reached") {
			r.Reached = day(t, "reached")
		}
		if rapid.Bool().Draw(t, "english") {
			r.Title[i18n.English] = word(t, "result en", false)
		}
		c.Results = append(c.Results, r)
	}
	if n := rapid.IntRange(0, 100).Draw(t, "estimate"); len(c.Results) == 0 && n > 50 {
		c.Estimate = &n
	}
	c.Start, c.End = "2011-01-02", day(t, "end")
	if c.End < c.Start {
		c.End = c.Start
	}
	c.FirstEnd = day(t, "first")
	if c.Status.Over() {
		c.RealEnd = "2030-05-06"
	}
	c.Lead, c.Contact = tag(t, "lead"), tag(t, "contact")
	for i := range rapid.IntRange(0, 3).Draw(t, "lists") {
		c.Partners, c.Tags = append(c.Partners, tag(t, "partner")), append(c.Tags, tag(t, "tag"))
		c.Districts, c.SDGs = append(c.Districts, fmt.Sprintf("%02d", i+1)), append(c.SDGs, i+3)
		c.Links = append(c.Links, radar.Link{Kind: radar.LinkKinds()[i], Title: tag(t, "link"), URL: fmt.Sprintf("https://beispiel.example/a?b=%d&c=:/", i)})
		c.Yearly = append(c.Yearly, radar.Yearly{Year: 2020 + i, Text: i18n.Text{i18n.German: word(t, "yearly", true), i18n.English: word(t, "yearly en", true)}})
	}
	c.Budget = rapid.Int64Range(0, 5e6).Draw(t, "budget")
	return c
}

// TestRoundTrip: what a file says comes back as it was, in all three formats.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	p := radartest.Programme()
	rapid.Check(t, func(t *rapid.T) {
		var list []radar.Measure
		for i := range rapid.IntRange(1, 4).Draw(t, "n") {
			list = append(list, radar.Measure{Number: subject.NewNumber(2026), No: i + 1, Content: content(t)})
			if err := list[i].Content.Validate(p, false); err != nil {
				t.Fatalf("the test's document is wrong: %v", err)
			}
		}
		for _, format := range []radar.Format{radar.CSV, radar.JSON, radar.XLSX} {
			raw, err := radar.WriteFile(format, p, list)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := radar.ReadFile(bytes.NewReader(raw), format, p, false)
			if err != nil {
				t.Fatalf("%s: %v\n%s", format, err, raw)
			}
			for i := range list {
				if d := cmp.Diff(list[i].Content, rows[i].Content); d != "" || rows[i].Number != list[i].PublicNumber() || rows[i].ChartNo != list[i].No {
					t.Fatalf("%s: %s", format, d)
				}
			}
		}
	})
}

// good is a row that is right; broken ones change one cell.
func good() map[string]string {
	return map[string]string{
		"field": "Mobilität", "status": "geplant", "title_de": "Titel", "change_de": "Es wird besser", "from_when_de": "2027", "where_de": "Überall",
	}
}

func csvOf(rows ...map[string]string) string {
	names := []string{"field", "status", "title_de", "change_de", "from_when_de", "where_de"}
	for _, r := range rows {
		for k := range r {
			known := false
			for _, n := range names {
				known = known || n == k
			}
			if !known {
				names = append(names, k)
			}
		}
	}
	quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	var b strings.Builder
	for _, r := range append([]map[string]string{nil}, rows...) {
		for i, n := range names {
			if i > 0 {
				b.WriteByte(',')
			}
			if r == nil {
				b.WriteString(quote(n))
			} else {
				b.WriteString(quote(r[n]))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// brokenRows are the kinds of rows that are refused, each with its message.
func brokenRows() map[string]struct {
	cells map[string]string
	key   string
} {
	return map[string]struct {
		cells map[string]string
		key   string
	}{
		"no title":                {map[string]string{"title_de": ""}, "field.required"},
		"title too long":          {map[string]string{"title_de": strings.Repeat("x", 81)}, "field.too_long"},
		"unknown field":           {map[string]string{"field": "Raumfahrt"}, "radar.err.field"},
		"unknown status":          {map[string]string{"status": "vielleicht"}, "radar.err.status"},
		"no status":               {map[string]string{"status": ""}, "radar.err.status"},
		"a plain answer missing":  {map[string]string{"where_de": ""}, "radar.err.three"},
		"stopped without reason":  {map[string]string{"status": "eingestellt"}, "radar.err.stopped_reason"},
		"no day":                  {map[string]string{"start": "bald"}, "radar.err.day"},
		"a day that is none":      {map[string]string{"end": "31.02.2026"}, "radar.err.day"},
		"end before start":        {map[string]string{"start": "2026-01-01", "end": "2025-01-01"}, "radar.err.end_before_start"},
		"real end while planned":  {map[string]string{"real_end": "2025-01-01"}, "radar.err.real_end"},
		"no per cent":             {map[string]string{"estimate": "viel"}, "radar.err.percent"},
		"too many per cent":       {map[string]string{"estimate": "120"}, "radar.err.percent"},
		"estimate beside results": {map[string]string{"estimate": "20", "results_de": "[] 2026-01-01: Eins"}, "radar.err.estimate"},
		"result without form":     {map[string]string{"results_de": "Eins ist da"}, "radar.err.result_line"},
		"result with a bad day":   {map[string]string{"results_de": "[gestern] 2026: Eins"}, "radar.err.day"},
		"fewer English results":   {map[string]string{"results_de": "[] 2026: Eins\n[] 2027: Zwei", "results_en": "One"}, "radar.err.result_count"},
		"budget in words":         {map[string]string{"budget": "teuer"}, "radar.err.budget"},
		"negative budget":         {map[string]string{"budget": "-5"}, "radar.err.budget"},
		"goal 18":                 {map[string]string{"sdgs": "18"}, "radar.err.sdg"},
		"link without address":    {map[string]string{"links": "nur ein Titel"}, "radar.err.link_line"},
		"unknown kind of link":    {map[string]string{"links": "video: Film <https://a.example/>"}, "radar.err.link"},
		"address that is none":    {map[string]string{"links": "page: Skript <javascript:/alert>"}, "radar.err.url"},
		"report without a year":   {map[string]string{"yearly_de": "Es lief gut"}, "radar.err.year_line"},
		"a year twice":            {map[string]string{"yearly_de": "2024: Gut\n2024: Besser"}, "radar.err.year_twice"},
		"number of another kind":  {map[string]string{"number": "M-2026-7K3QX9"}, "radar.err.number"},
		"no number in the chart":  {map[string]string{"no": "drei"}, "radar.err.no"},
		"unknown column":          {map[string]string{"farbe": "rot"}, "radar.err.column"},
	}
}

func TestBrokenRows(t *testing.T) {
	t.Parallel()
	p := radartest.Programme()
	if rows, err := radar.ReadFile(strings.NewReader(csvOf(good())), radar.CSV, p, false); err != nil || len(rows) != 1 {
		t.Fatalf("the good row: %v", err)
	}
	messages, err := i18n.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range brokenRows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := good()
			maps.Copy(bad, tt.cells)
			_, err := radar.ReadFile(strings.NewReader(csvOf(good(), bad)), radar.CSV, p, false)
			var wrong *radar.FileError
			if !errors.As(err, &wrong) {
				t.Fatalf("accepted: %v", err)
			}
			found := false
			for _, r := range wrong.Rows {
				found = found || r.Key == tt.key && (r.Row == 3 || name == "unknown column")
				for _, lang := range []string{"de", "en"} {
					if said := messages.For(lang).TMap(r.Key, r.Params); said == r.Key || strings.Contains(said, "{{") {
						t.Errorf("no clear message for %s in %s: %q", r.Key, lang, said)
					}
				}
			}
			if !found {
				t.Errorf("want %s, got %v", tt.key, wrong.Rows)
			}
		})
	}
	if _, err := radar.ReadFile(strings.NewReader(csvOf(map[string]string{"no": "4"}, map[string]string{"no": "4"})), radar.CSV, p, true); err == nil || !strings.Contains(fmt.Sprintf("%+v", err), "wrong") {
		t.Errorf("twice the same: %v", err)
	}
}

// TestOtherTools: their column names are known.
func TestOtherTools(t *testing.T) {
	t.Parallel()
	p := radartest.Programme()
	for name, tt := range map[string]struct {
		format radar.Format
		text   string
	}{
		"build-your-own-radar": {radar.CSV, "name,ring,quadrant,isNew,description\nBus,Adopt,Mobilität,TRUE,Fährt öfter\n"},
		"zalando":              {radar.JSON, `{"date":"2026.07","entries":[{"quadrant":0,"ring":0,"label":"Bus","active":true,"moved":0,"link":"https://a.example/bus"}]}`},
		"aoe":                  {radar.CSV, "title;ring;segment;tags;featured\nBus;adopt;Mobility;bus;true\n"},
	} {
		rows, err := radar.ReadFile(strings.NewReader(tt.text), tt.format, p, true)
		if err != nil {
			t.Errorf("%s: %+v", name, err)
			continue
		}
		c := rows[0].Content
		if c.Texts["de"].Title != "Bus" || c.Status != radar.Completed || c.Field != "mobilitaet" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	p := radartest.Programme()
	f.Add([]byte(csvOf(good())), byte(0))
	f.Add([]byte(`{"measures":[{"field":"mobilitaet","status":"planned","texts":{"de":{"title":"x"}}}]}`), byte(1))
	f.Add([]byte(`[{"name":"x","ring":"hold","quadrant":"a"}]`), byte(1))
	f.Add([]byte("PK\x03\x04"), byte(2))
	f.Fuzz(func(t *testing.T, raw []byte, n byte) {
		format := []radar.Format{radar.CSV, radar.JSON, radar.XLSX}[n%3]
		rows, err := radar.ReadFile(bytes.NewReader(raw), format, p, true)
		if err != nil {
			return
		}
		for _, r := range rows {
			if err := r.Content.Validate(p, true); err != nil {
				t.Errorf("accepted what is wrong: %v", err)
			}
			if _, err := json.Marshal(r.Content); err != nil {
				t.Error(err)
			}
		}
	})
}
