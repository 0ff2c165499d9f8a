package radar

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Kinds that only the radar knows; people follow them.
const (
	ProgrammeKind subject.Kind = "programme"
	FieldKind     subject.Kind = "field"
)

// Status is how far a measure is.
type Status string

// The statuses.
const (
	Planned   Status = "planned"
	Running   Status = "running"
	Completed Status = "completed"
	Stopped   Status = "stopped"
)

// Statuses lists them as people think of them.
func Statuses() []Status { return []Status{Planned, Running, Completed, Stopped} }

// Over tells whether nothing more will come.
func (s Status) Over() bool { return s == Completed || s == Stopped }

// Texts are the words of a measure in one language.
type Texts struct {
	Title       string `json:"title,omitempty"`
	Change      string `json:"change,omitempty"`    // Was ändert sich für mich?
	FromWhen    string `json:"from_when,omitempty"` // Ab wann?
	WhereTo     string `json:"where,omitempty"`     // Wo?
	Short       string `json:"short,omitempty"`     // a sentence or two
	Description string `json:"description,omitempty"`
	Goals       string `json:"goals,omitempty"`      // a goal per line
	Highlights  string `json:"highlights,omitempty"` // a highlight per line
	Outlook     string `json:"outlook,omitempty"`
	Reason      string `json:"reason,omitempty"` // why it takes longer, or was stopped
}

// Result is one thing that is to be there in the end.
type Result struct {
	Title   i18n.Text `json:"title"`
	Due     Day       `json:"due,omitempty"`
	Reached Day       `json:"reached,omitempty"` // "": not yet
}

// Yearly is what was achieved in a year.
type Yearly struct {
	Year int       `json:"year"`
	Text i18n.Text `json:"text"`
}

// Link is evidence: a file, a decision, a page.
type Link struct {
	Kind  string `json:"kind"` // one of LinkKinds
	Title string `json:"title"`
	URL   string `json:"url"`
}

// LinkKinds are the kinds of evidence.
func LinkKinds() []string { return []string{"page", "file", "council", "idea", "report"} }

// Day is a day as YYYY-MM-DD; "" for none.
type Day string

// Time is the day's beginning in a zone; false for none.
func (d Day) Time(zone *time.Location) (time.Time, bool) {
	if d == "" {
		return time.Time{}, false
	}
	at, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	return at, err == nil
}

func (d Day) ok() bool {
	at, err := time.Parse(time.DateOnly, string(d))
	return err == nil && at.Year() >= 1990 && at.Year() <= 2100
}

// Content is all that a measure says: one document, the same in a draft, in
// public, in a release and in a file.
type Content struct {
	Field     string           `json:"field"` // key
	Status    Status           `json:"status"`
	Stage     string           `json:"stage,omitempty"` // one of Stages, where rings are stages
	Texts     map[string]Texts `json:"texts"`           // by language
	Results   []Result         `json:"results,omitempty"`
	Estimate  *int             `json:"estimate,omitempty"` // per cent; nil: results tell
	Start     Day              `json:"start,omitempty"`
	End       Day              `json:"end,omitempty"`       // planned now
	FirstEnd  Day              `json:"first_end,omitempty"` // first promised
	RealEnd   Day              `json:"real_end,omitempty"`
	Lead      string           `json:"lead,omitempty"` // department in charge, in words
	Partners  []string         `json:"partners,omitempty"`
	Budget    int64            `json:"budget,omitempty"` // euros; 0: not said
	Contact   string           `json:"contact,omitempty"`
	Links     []Link           `json:"links,omitempty"`
	Districts []string         `json:"districts,omitempty"` // refs; none: the whole city
	Tags      []string         `json:"tags,omitempty"`
	SDGs      []int            `json:"sdgs,omitempty"` // 1 to 17
	Yearly    []Yearly         `json:"yearly,omitempty"`
}

// In is the texts in a language: each of them from the best language that has it.
func (c *Content) In(lang string) Texts {
	pick := func(get func(Texts) string) string {
		for _, l := range []string{lang, i18n.German, i18n.English} {
			if s := get(c.Texts[l]); s != "" {
				return s
			}
		}
		return ""
	}
	return Texts{
		Title: pick(func(t Texts) string { return t.Title }), Change: pick(func(t Texts) string { return t.Change }),
		FromWhen: pick(func(t Texts) string { return t.FromWhen }), WhereTo: pick(func(t Texts) string { return t.WhereTo }),
		Short: pick(func(t Texts) string { return t.Short }), Description: pick(func(t Texts) string { return t.Description }),
		Goals: pick(func(t Texts) string { return t.Goals }), Highlights: pick(func(t Texts) string { return t.Highlights }),
		Outlook: pick(func(t Texts) string { return t.Outlook }), Reason: pick(func(t Texts) string { return t.Reason }),
	}
}

// Title is the title in every language.
func (c *Content) Title() i18n.Text {
	t := i18n.Text{}
	for lang, words := range c.Texts {
		if words.Title != "" {
			t[lang] = words.Title
		}
	}
	return t
}

// Reached is how many of the planned results are there.
func (c *Content) Reached() (reached, planned int) {
	for _, r := range c.Results {
		if r.Reached != "" {
			reached++
		}
	}
	return reached, len(c.Results)
}

// Progress is results reached of results planned in per cent, or an estimate.
// It is false when neither is known; what is completed is at 100.
func (c *Content) Progress() (percent int, estimated, ok bool) {
	reached, planned := c.Reached()
	switch {
	case c.Status == Completed:
		return 100, false, true
	case planned > 0:
		return (100*reached + planned/2) / planned, false, true
	case c.Estimate != nil:
		return *c.Estimate, true, true
	case c.Status == Planned:
		return 0, false, true
	}
	return 0, false, false
}

// Late tells whether a measure takes longer than first promised, or is not
// there on the day that holds now.
func (c *Content) Late(today Day) bool {
	first := c.FirstEnd
	if first == "" {
		first = c.End
	}
	switch c.Status {
	case Completed:
		return c.RealEnd != "" && first != "" && c.RealEnd > first
	case Stopped:
		return false
	case Planned, Running:
	}
	return c.End != "" && c.End < today || first != "" && c.End > first
}

// Measure is a measure as it stands now.
type Measure struct {
	ID         uuid.UUID
	Programme  uuid.UUID
	Number     subject.Number
	No         int
	Visibility string
	Version    int
	Published  *time.Time
	Changed    time.Time
	Content    Content
}

// Ref points to it.
func (m *Measure) Ref() subject.Ref { return subject.Ref{Kind: subject.Measure, ID: m.ID} }

// PublicNumber is the number with its prefix: "R-2026-7K3QX9".
func (m *Measure) PublicNumber() string { return m.Number.Format(subject.PrefixMeasure) }

// Path of its page.
func (m *Measure) Path() string { return "/radar/" + m.PublicNumber() }

// Public tells whether everybody may see it.
func (m *Measure) Public() bool { return m.Visibility == visPublic || m.Visibility == visPast }

// Past tells that it is no longer part of the programme.
func (m *Measure) Past() bool { return m.Visibility == visPast }

const (
	visDraft  = "draft"
	visPublic = "public"
	visPast   = "past" // part of earlier releases only
)

// Limits of a document.
const (
	MaxTitle   = 80
	maxLine    = 300
	maxText    = 6000
	maxResults = 40
	maxList    = 30
)

var (
	webAddress = regexp.MustCompile(`^https?://[^\s<>"]{3,500}$`)
	// ownPath leads to a page of this site: "//host" and "/\host" would lead away.
	ownPath = regexp.MustCompile(`^/(?:[^\s<>"/\\][^\s<>"\\]{0,500})?$`)
)

// Validate checks the document against its programme. A draft may lack what a
// public measure needs: the title, the field, the three plain answers. Names of
// fields are those of the form and of tables: "title_de", "results_de".
func (c *Content) Validate(p *Programme, draft bool) error {
	var wrong fault.Fields
	if !slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Key == c.Field }) {
		wrong.Add("field", "radar.err.field")
	}
	if !slices.Contains(Statuses(), c.Status) {
		wrong.Add("status", "radar.err.status")
	}
	if c.Stage != "" && !slices.Contains(Stages(), c.Stage) || p.Rings == ByStage && c.Stage == "" {
		wrong.Add("stage", "radar.err.stage")
	}
	c.validateTexts(draft, &wrong)
	c.validateDays(&wrong)
	c.validateResults(&wrong)
	c.validateLists(&wrong)
	return wrong.Err()
}

func (c *Content) validateTexts(draft bool, wrong *fault.Fields) {
	de := c.Texts[i18n.German]
	if de.Title == "" {
		wrong.Add("title_de", "field.required")
	}
	if !draft {
		for name, text := range map[string]string{"change_de": de.Change, "from_when_de": de.FromWhen, "where_de": de.WhereTo} {
			if text == "" {
				wrong.Add(name, "radar.err.three")
			}
		}
		if c.Status == Stopped && de.Reason == "" {
			wrong.Add("reason_de", "radar.err.stopped_reason")
		}
	}
	for lang, t := range c.Texts {
		if !slices.Contains(Languages(), lang) {
			wrong.Add("title_"+lang, "radar.err.language")
			continue
		}
		for name, text := range t.lines() {
			limit := maxText
			switch name {
			case "title":
				limit = MaxTitle
			case "change", "from_when", "where", "short":
				limit = maxLine
			}
			if utf8.RuneCountInString(*text) > limit {
				wrong.Add(name+"_"+lang, "field.too_long", "n", limit)
			}
		}
		if strings.Contains(t.Title, "\n") {
			wrong.Add("title_"+lang, "radar.err.line")
		}
	}
	slices.SortStableFunc(*wrong, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
}

// lines are the texts by their names in tables and forms.
func (t *Texts) lines() map[string]*string {
	return map[string]*string{
		"title": &t.Title, "change": &t.Change, "from_when": &t.FromWhen, "where": &t.WhereTo, "short": &t.Short, "description": &t.Description,
		"goals": &t.Goals, "highlights": &t.Highlights, "outlook": &t.Outlook, "reason": &t.Reason,
	}
}

// TextNames are the names of the texts, in the order of forms and tables.
func TextNames() []string {
	return []string{"title", "change", "from_when", "where", "short", "description", "goals", "highlights", "outlook", "reason"}
}

// Text is one text by its name; nil when there is none of that name.
func (t *Texts) Text(name string) *string { return t.lines()[name] }

// Languages are those in which a measure can be described.
func Languages() []string { return []string{i18n.German, i18n.English, i18n.Easy} }

func (c *Content) validateDays(wrong *fault.Fields) {
	for _, d := range []struct {
		name string
		day  Day
	}{{"start", c.Start}, {"end", c.End}, {"first_end", c.FirstEnd}, {"real_end", c.RealEnd}} {
		if d.day != "" && !d.day.ok() {
			wrong.Add(d.name, "radar.err.day")
		}
	}
	if c.Start.ok() && c.End.ok() && c.End < c.Start {
		wrong.Add("end", "radar.err.end_before_start")
	}
	if c.RealEnd != "" && !c.Status.Over() {
		wrong.Add("real_end", "radar.err.real_end")
	}
	if c.RealEnd.ok() && c.Start.ok() && c.RealEnd < c.Start {
		wrong.Add("real_end", "radar.err.end_before_start")
	}
	if c.Estimate != nil && (*c.Estimate < 0 || *c.Estimate > 100) {
		wrong.Add("estimate", "radar.err.percent")
	}
	if c.Estimate != nil && len(c.Results) > 0 {
		wrong.Add("estimate", "radar.err.estimate")
	}
	if c.Budget < 0 || c.Budget > 1e12 {
		wrong.Add("budget", "radar.err.budget")
	}
}

func (c *Content) validateResults(wrong *fault.Fields) {
	if len(c.Results) > maxResults {
		wrong.Add("results_de", "radar.err.too_many", "max", maxResults)
	}
	for _, r := range c.Results {
		if r.Title[i18n.German] == "" {
			wrong.Add("results_de", "radar.err.result_title")
		}
		for lang, title := range r.Title {
			if strings.Contains(title, "\n") || utf8.RuneCountInString(title) > maxLine {
				wrong.Add("results_"+lang, "radar.err.result_title")
			}
		}
		if r.Due != "" && !r.Due.ok() || r.Reached != "" && !r.Reached.ok() {
			wrong.Add("results_de", "radar.err.day")
		}
	}
	years := map[int]bool{}
	for _, y := range c.Yearly {
		switch {
		case y.Year < 1990 || y.Year > 2100:
			wrong.Add("yearly_de", "radar.err.year")
		case years[y.Year]:
			wrong.Add("yearly_de", "radar.err.year_twice")
		case y.Text[i18n.German] == "":
			wrong.Add("yearly_de", "field.required")
		}
		for lang, text := range y.Text {
			if utf8.RuneCountInString(text) > maxText {
				wrong.Add("yearly_"+lang, "field.too_long", "n", maxText)
			}
		}
		years[y.Year] = true
	}
}

func (c *Content) validateLists(wrong *fault.Fields) {
	if len(c.Links) > maxList {
		wrong.Add("links", "radar.err.too_many", "max", maxList)
	}
	for _, l := range c.Links {
		if !slices.Contains(LinkKinds(), l.Kind) || l.Title == "" || strings.ContainsAny(l.Title, "\n<>") || utf8.RuneCountInString(l.Title) > maxLine {
			wrong.Add("links", "radar.err.link")
		}
		if !webAddress.MatchString(l.URL) && !ownPath.MatchString(l.URL) {
			wrong.Add("links", "radar.err.url")
		}
	}
	for name, list := range map[string][]string{"partners": c.Partners, "tags": c.Tags, "districts": c.Districts} {
		if len(list) > maxList {
			wrong.Add(name, "radar.err.too_many", "max", maxList)
		}
		for _, s := range list {
			if s == "" || strings.ContainsAny(s, ";\n") || utf8.RuneCountInString(s) > maxLine {
				wrong.Add(name, "radar.err.list")
			}
		}
	}
	for _, n := range c.SDGs {
		if n < 1 || n > 17 {
			wrong.Add("sdgs", "radar.err.sdg")
		}
	}
	for name, s := range map[string]string{"lead": c.Lead, "contact": c.Contact} {
		if strings.Contains(s, "\n") || utf8.RuneCountInString(s) > maxLine {
			wrong.Add(name, "radar.err.line")
		}
	}
}
