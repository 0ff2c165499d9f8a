package kit

// The parts that pages are made of, all in *.templ files of this package. Each
// prints plain HTML that works without script; islands attach to data-*.
//
//	@Layout(p) { … }                     page frame; LayoutClass(p, "mappage") adds a class to body
//	@Crumbs(p, []Crumb{{"Karte", "/map"}, {"M-2026-7K3QX9", ""}})
//	@Icon("pin")  @IconSmall("close")    decorative; the word stands beside it
//	@Shape("in_review")                  status shape, decorative; @Brand()
//	@Status("in_review", "Wird geprüft") shape and word
//	@StatusBox(p, StatusProps{Key, Label, Plain, Next}) { @Promise("late", "…") { <span>…</span> } }
//	@Due("late", "3 Werktage zu spät")   late, soon or ok: shape and words
//	@Track() { @TrackRow(Step{…}) { <p>text</p> } } the timeline, newest first
//	<section id="timeline"> @LiveButton("report:M-2026-7K3QX9", "timeline") @Track() {…} </section>
//	@Items() { @ItemRow(Row{…}) }        one row for report, hit, nearby
//	@Facts() { @Fact("Bezirk") { 5 Au-Haidhausen } }
//	@Panel("id", "Wer kümmert sich?") { … }  @Figure("312", "Meldungen gelöst") inside <dl class="figures">
//	@Pagination(p, newerURL, olderURL)   keyset: "" where there is none
//	@Chip(ChipProps{…})                  a filter that is a link
//	@Empty("Hier ist noch nichts gemeldet.") { @LinkButton(…) }
//	@Note("info", "Titel") { <p>text</p> }  also "ok", "warn", "bad"; @Alert(p, flash)
//	@Button(ButtonProps{Label: "Weiter"}) primary; Variant "secondary", "tertiary"; @LinkButton for <a>
//	@MeToo(p, MeTooProps{…})             POST form with aria-pressed and count
//	@Field(p, FieldProps{Name: "text", Label: …, Rows: 4}) one line or several
//	@Select(p, …) @Radios(p, …) @Checkbox(p, …) @Checkboxes(p, …) @Hidden("draft", id)
//	@ErrorSummary(p, ErrorsOf(p, err))   takes the focus; links lead to the fields
//	@WizardHead(p, i, of, title, back)   "Schritt 2 von 6: …" and the bars
//	@ReceiptBox(p, number, code) { … }   @PhotoFigure(p, Photo{…}, 1, 2)  @MapBox(MapProps{Kind: "show", …})
//
// Data hooks of the islands (web/islands), all attached by app.js:
//
//	<div data-map="pick|area|show|list|heat" …>    see islands/map.ts for the attributes
//	<div data-address> input …           islands/address.ts
//	<div data-photos data-draft=…>       islands/photos.ts
//	<form data-autosave>                 islands/draft.ts, status in [data-autosave-status]
//	<div data-live="topic" data-fragment="id">            islands/live.ts, see LiveButton
//	<form data-metoo>                    islands/metoo.ts
//	<form data-questions="/categories/lampe.json">        islands/wizard-questions.ts
//	<button data-copy data-share data-print>  data-remember="M-2026-…"  data-remembered
import (
	"cmp"
	"maps"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Crumb is one step of the way to a page; the last one has no URL.
type Crumb struct{ Name, URL string }

// StatusProps is what the box at the top of a report says.
type StatusProps struct {
	Key   string // of the shape, e.g. "in_progress"
	Label string // "In Arbeit"
	Plain string // one sentence: who, what
	Next  string // "Wie geht es weiter?"; may be empty
}

// Step is one row of a track.
type Step struct {
	ID     string // of the row, so that links and live updates find it; may be empty
	Shape  string // "received" …; "step" for what is no status
	Title  string
	At     string // RFC 3339, for machines
	When   string // "Dienstag, 3. November, 9:14 Uhr"
	Who    string // the department, never a person; may be empty
	Future bool   // expected, not yet there
}

// Row is one row of a list.
type Row struct {
	URL      string
	Title    string
	Shape    string // status key
	Status   string // word of the status
	Say      string // the rest of the sentence, after the word
	Late     string // said in the colour of what is late; may be empty
	Meta     string // place, count
	End      string // right column, e.g. "vor 2 Std."; may be empty
	Image    string // address of a preview; may be empty
	ImageAlt string // "" where the row says it all
	Number   string // data-number, for the map's selection
	On       bool   // selected
	Level    int    // of the heading; 3 unless told
}

// ChipProps is a filter as a link.
type ChipProps struct {
	URL    string
	Label  string
	On     bool
	Remove string // said after the label when the link takes the filter away
}

// ButtonProps is a button or, with URL, a link that looks like one.
type ButtonProps struct {
	Label   string
	Variant string // "primary" unless told, "secondary", "tertiary"
	Icon    string
	URL     string // for LinkButton
	Name    string // of a submit button
	Value   string
	Type    string // "submit" unless told
	Class   string // e.g. "btn-s", "half"
	Attrs   templ.Attributes
}

func (b ButtonProps) class() string {
	return strings.TrimSpace("kern-btn kern-btn--" + cmp.Or(b.Variant, "primary") + " " + b.Class)
}

// MeTooProps is the button "Betrifft mich auch".
type MeTooProps struct {
	Action  string // where it posts: on=1 counts, on=0 takes back
	Count   int
	Pressed bool
	Class   string
}

// FieldProps is one entry of a form.
type FieldProps struct {
	Name         string
	Label        string
	Value        string
	Hint         string
	Error        string // sentence with what to do; see Errors.For
	Type         string // "text" unless told
	Rows         int    // several lines when over 0
	MaxLength    int
	Autocomplete string
	Placeholder  string // an example, never the label
	InputMode    string
	Optional     bool // says so in the label
	Required     bool
	Small        bool
	HideLabel    bool // for screen readers only
	Attrs        templ.Attributes
}

func (f FieldProps) class() string {
	if f.Error != "" {
		return "field field--err"
	}
	return "field"
}

func (f FieldProps) input() string {
	if f.Small {
		return "inp inp--s"
	}
	return "inp"
}

// described is the aria-describedby of an entry: its hint, then its error.
func (f FieldProps) described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, FieldID(f.Name)+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, FieldID(f.Name)+"-err")
	}
	return strings.Join(ids, " ")
}

// attrs are what all kinds of entries share.
func (f FieldProps) attrs() templ.Attributes {
	a := templ.Attributes{}
	maps.Copy(a, f.Attrs)
	if d := f.described(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Required {
		a["required"] = true
	}
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	if f.Autocomplete != "" {
		a["autocomplete"] = f.Autocomplete
	}
	if f.Placeholder != "" {
		a["placeholder"] = f.Placeholder
	}
	if f.InputMode != "" {
		a["inputmode"] = f.InputMode
	}
	return a
}

// Option is one choice of Select, Radios or Checkboxes.
type Option struct {
	Value string
	Label string
	Hint  string
	On    bool
	Icon  string // for pictures in a PickGrid
}

// FieldID is the id of the entry with this name; errors link to it.
func FieldID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r == '.' || r == '/' || r == '[' || r == ']' || r == ' ' {
			return '-'
		}
		return r
	}, name)
}

// FieldError is one wrong entry in the words of the page's language.
type FieldError struct{ Name, Text string }

// Errors are the wrong entries of a form, in the order in which they were found.
type Errors []FieldError

// ErrorsOf takes the wrong fields out of an error. It is nil when err holds none.
func ErrorsOf(p Page, err error) Errors {
	if err == nil {
		return nil
	}
	var out Errors
	for _, f := range fault.As(err).Fields {
		out = append(out, FieldError{Name: f.Name, Text: p.Loc.TMap(f.Key, f.Params)})
	}
	return out
}

// For is the sentence about one entry, or "".
func (e Errors) For(name string) string {
	for _, f := range e {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

// Photo is a picture with its words.
type Photo struct {
	URL           string // of the version that the page shows
	Large         string // of the largest version; may be empty
	Alt           string
	Caption       string // instead of "Foto 1 von 2"
	Width, Height int    // of URL, in pixels
	Note          string // e.g. own.held; may be empty
}

// MapProps places a map. The page must work without it.
type MapProps struct {
	Kind  string // "pick", "area", "show", "list", "heat"
	Class string // "wizmap", "sidemap", …
	Lon   float64
	Lat   float64
	Set   bool    // Lon and Lat are a place, not only the city's middle
	Zoom  float64 // how near it opens without a place; 0: the island's own
	Shape string  // status of a shown pin
	Label string  // accessible name; the island has a default
	Tiles string  // "/tiles/reports/{z}/{x}/{y}.mvt?…" of a list
	Path  string  // where a report of a list opens; "": "/reports/"
	For   string  // id of the field that holds an area, of the table of the streets
	Src   string  // where the lines of streets come from
	Line  string  // id of the choice that says that the drawn corners are a line
	Geo   string  // GeoJSON geometry of a shown line or area, instead of a pin
}

// noticeClass and noticeIcon draw a note by its kind.
func noticeClass(kind string) string {
	switch kind {
	case "ok", "success":
		return "notice ok"
	case "warn", "warning":
		return "notice warn"
	case "bad", "danger":
		return "notice bad"
	}
	return "notice"
}

func noticeIcon(kind string) string {
	switch kind {
	case "ok", "success":
		return "check"
	case "warn", "warning", "bad", "danger":
		return "warn"
	}
	return "info"
}

// Degrees is a longitude or latitude as text: six decimals, a tenth of a metre.
func Degrees(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }

// Shorten gives at most the first signs of a text on one line, cut between words.
func Shorten(s string, most int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= most {
		return string(r)
	}
	cut := string(r[:most])
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return cut + " …"
}

// Lines are the lines of a text that are not empty.
func Lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// receiptNumber names the number of a receipt: that of a complaint is known to
// nobody but its author and the office.
func receiptNumber(number string) string {
	if strings.HasPrefix(number, string(subject.PrefixComplaint)+"-") {
		return "ui.receipt.number.private"
	}
	return "ui.receipt.number"
}
