package reportpages

import (
	"encoding/json"
	"maps"
	"math"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// draftKind is the kind of draft that a report in the making is.
const draftKind = "report"

const (
	maxPhotos = attachments.MaxPhotos
	// maxKept is how much of a text is stored even though it is too long to be
	// sent: nothing that people type is lost.
	maxKept = 12000
	// sureMetres is how well a device must know a place; above it people are asked.
	sureMetres = 20
)

// How a place came to be.
const (
	byAddress  = "address"
	byMap      = "map"
	byDistrict = "district"
)

// form is what the draft of a report holds: everything that was typed, also
// what is not valid yet. It holds personal data.
type form struct {
	Text     string  `json:"text,omitempty"`
	Category string  `json:"category,omitempty"`
	Search   string  `json:"kindsearch,omitempty"`
	Query    string  `json:"address,omitempty"` // what was looked up in the address search
	Typed    string  `json:"typed,omitempty"`   // what stands in its field, where that differs
	Belongs  string  `json:"belongs,omitempty"` // the address that the pin was set with; another one is still to be looked up
	Lon      float64 `json:"lon,omitempty"`
	Lat      float64 `json:"lat,omitempty"`
	Label    string  `json:"label,omitempty"` // the address of the place, from our own register
	Source   string  `json:"source,omitempty"`
	District string  `json:"district,omitempty"` // ref, when the place is a district's middle
	Accuracy int     `json:"accuracy,omitempty"` // metres, as the device says
	Sure     bool    `json:"sure,omitempty"`     // "Ja, der Ort stimmt"
	Object   string  `json:"object,omitempty"`   // code of what it is about, where a sticker said so
	Note     string  `json:"note,omitempty"`
	Mail     string  `json:"mail,omitempty"`
	// Organisation is the id of the one that it is made for; "": for themselves.
	Organisation string `json:"organisation,omitempty"`
	KeepPII      string `json:"keep_pii,omitempty"` // the text that is to stay as it is

	// Answers by category: whoever looks at another one and comes back finds them again.
	Answers map[string]categories.Answers `json:"answers,omitempty"`
}

// placed tells whether the place is set.
func (f *form) placed() bool { return f.Lon != 0 || f.Lat != 0 }

func (f *form) point() subject.Point { return subject.Point{Lon: f.Lon, Lat: f.Lat} }

// setPlace puts the pin and forgets what was confirmed about the one before.
func (f *form) setPlace(at subject.Point, label, source string) {
	if f.Lon != at.Lon || f.Lat != at.Lat {
		f.Sure = false
	}
	f.Lon, f.Lat, f.Label, f.Source, f.District = at.Lon, at.Lat, label, source, ""
	if source != byMap {
		f.Accuracy = 0
	}
}

// unsure tells whether the person has to confirm the place.
func (f *form) unsure() bool { return f.placed() && f.Accuracy > sureMetres && !f.Sure }

// submission is the finished form.
func (f *form) submission(lang string) reports.Submission {
	return reports.Submission{
		Category: f.Category, Text: f.Text, Lang: lang, Mail: strings.TrimSpace(f.Mail), Channel: "web",
		Organisation: f.organisation(),
		Answers:      f.Answers[f.Category],
		Place:        reports.Place{Point: f.point(), Address: f.Label, Note: f.Note},
	}
}

// changes are the fields in which f differs from before; null for those that
// are empty now. Only they are written, so that two tabs do not undo each other.
func (f *form) changes(before *form) (drafts.Body, error) {
	now, err := drafts.Fields(f)
	if err != nil {
		return nil, err
	}
	old, err := drafts.Fields(before)
	if err != nil {
		return nil, err
	}
	diff := drafts.Body{}
	for k, v := range now {
		if !reflect.DeepEqual(old[k], v) {
			diff[k] = v
		}
	}
	for k := range old {
		if _, still := now[k]; !still {
			diff[k] = json.RawMessage("null")
		}
	}
	return diff, nil
}

// readForm reads what a draft holds. What does not fit is left out: a draft of
// an older version of the product is no reason to lose all of it.
func readForm(body drafts.Body) form {
	var f form
	v := reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if raw, ok := body[name]; ok {
			_ = json.Unmarshal(raw, v.Field(i).Addr().Interface())
		}
	}
	if !f.point().Valid() {
		f.Lon, f.Lat, f.Label, f.Source = 0, 0, "", ""
	}
	return f
}

// clean makes a typed text storable: valid, without control signs, not endless.
func clean(s string, lines bool) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > maxKept {
		s = string([]rune(s)[:maxKept])
	}
	return s
}

// tooLong is the sentence about a text over its limit, or nothing.
func tooLong(wrong *fault.Fields, name, key, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		wrong.Add(name, key, "max", most, "over", n-most)
	}
}

// coordinates reads the hidden fields that script fills.
func coordinates(in url.Values) (subject.Point, bool) {
	lon, err1 := strconv.ParseFloat(in.Get("lon"), 64)
	lat, err2 := strconv.ParseFloat(in.Get("lat"), 64)
	at := subject.Point{Lon: round(lon), Lat: round(lat)}
	if err1 != nil || err2 != nil || !at.Valid() || at == (subject.Point{}) {
		return subject.Point{}, false
	}
	return at, true
}

// round cuts to a tenth of a metre: more is noise, and the fields carry six digits.
func round(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }

// metres reads an accuracy; 0 for none.
func metres(s string) int {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || n < 0 {
		return 0
	}
	return int(min(n, 100000))
}

// setAnswers takes the answers out of the form with the questions of a
// category, which holds all of them, also those that are not shown now.
func (f *form) setAnswers(c *categories.Category, in url.Values) {
	given, next := categories.FromForm(in), categories.Answers{}
	for _, q := range c.Questions {
		for _, v := range given[q.Key] {
			if v = clean(v, true); v != "" {
				next[q.Key] = append(next[q.Key], v)
			}
		}
	}
	all := map[string]categories.Answers{}
	maps.Copy(all, f.Answers)
	all[c.Key] = next
	f.Answers = all
}
