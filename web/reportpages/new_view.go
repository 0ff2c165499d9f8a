package reportpages

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/web/kit"
)

// The structs of this file are what the templates print: words in the page's
// language, nothing to decide but which of them are there.

// frame is what every page of the way has around its form.
type frame struct {
	kit.Page

	Event   *casework.Event // a big one that runs at the place; nil: none
	Step    step
	I, Of   int
	Name    string // of the step: "Wo ist es?"
	Back    string // address of the page before
	Action  string // where the form posts
	Delete  string // where the draft is deleted; "" before there is one
	Draft   string // id; on the first page of one that may come to be
	Version int    // of the draft that the page was made from
	Night   string // when reports are read again; "" while they are
	Errors  kit.Errors
	Said    string // one sentence on top, e.g. that something was removed
}

// Device is where the draft goes on to another device.
func (f frame) Device() string { return "/reports/new/" + f.Draft + "/device" }

func (f frame) err(name string) string { return f.Errors.For(name) }

// kindOption is a category to choose.
type kindOption struct {
	Key    string
	Name   string
	Reason string // "Wegen „Laterne“ in Ihrem Text"
	Icon   string
	On     bool
}

type kindGroup struct {
	Key, Name, Icon string
	Options         []kindOption
	Open            bool
}

// shot is a photo of the draft.
type shot struct {
	ID, URL, Alt  string
	Width, Height int
}

// signpost is a short answer to what is no report, or a stop page in short.
type signpost struct {
	Title         string
	Before, After string
	Link          *linkTo
	Tel           []string
}

type linkTo struct{ URL, Label string }

// openDraft is an earlier draft of this person.
type openDraft struct{ URL, Delete, Said, Text string }

type whatView struct {
	frame
	Text     string
	Shots    []shot
	Photos   bool // the category offers photos (always, before one is chosen)
	Open     *openDraft
	Keep     []hidden // what a link to this page brought along
	Category string   // key, when one is chosen
	Placed   bool     // there is a place: none is offered from a photo
}

// photoPlaceView offers the place that a photo names.
type photoPlaceView struct {
	kit.Page
	Action   string
	Draft    string
	Version  int
	Lon, Lat float64
	Place    string // in words
	Next     string // without it
}

type hidden struct{ Name, Value string }

type kindView struct {
	frame
	Signposts   []signpost
	Likely      []kindOption
	Frequent    []kindOption
	Here        bool // the frequent ones are those near the place
	Search      string
	Searched    bool
	Hits        []kindOption
	Groups      []kindGroup
	Unknown     kindOption
	AllOpen     bool
	SuggestOnly bool // the fragment that script asks for
}

// hit is a place that the address search found.
type hit struct {
	Value, Label, Sub string
	On                bool
}

// chosen is the place as it is set.
type chosen struct {
	Title    string // address
	District string
	Sub      string // "Mitte des Stadtbezirks", "Punkt auf der Karte"
	Body     *bodyNote
}

// bodyNote says who is in charge where the city is not.
type bodyNote struct {
	Key    string
	Text   string
	Link   *linkTo
	Anyway bool // we do not pass it on, but take the report
}

type placeView struct {
	frame
	Query     string // in the field
	Asked     string // looked up
	Hits      []hit
	Searched  bool
	Chosen    *chosen
	Lon, Lat  float64
	Zoom      float64
	Set       bool
	Accuracy  string // "80 m" when the place has to be confirmed
	Metres    int    // the accuracy as a number, "" as 0
	Note      string
	NoteMust  bool
	Districts []kit.Option
	District  string
	Category  string
}

type nearItem struct {
	Number, Title, URL, Photo string
	Shape, Status, Meta       string
}

type nearView struct {
	frame
	Items []nearItem
}

// ask is a question of the category.
type ask struct {
	Key, Name, Type string // Type is categories.Type
	InputName       string
	Label, Hint     string
	Value           string
	Required        bool
	Options         []kit.Option
	Rules           string // JSON: when it is shown
	Hidden          bool   // not after the answers so far
	Error           string
}

type questionsView struct {
	frame
	Kind  string
	Asks  []ask
	Rules string // categories.Form as JSON, for the island
	More  bool   // an answer led to a further question
}

type contactView struct {
	frame
	Mail string
	Body *bodyNote
	For  []kit.Option // whom it is for; empty: not asked
}

// checkRow is one line of the last page.
type checkRow struct {
	Name, Change string
	Lines        []string
	Missing      string // said in place of Lines
}

type checkView struct {
	frame
	Kind, Text, Place, Contact checkRow
	Photos                     checkRow
	Shots                      []shot
	Answers                    []answered
	AnswersChange              string
	HasQuestions               bool
	Public                     string
	Private                    bool
	Who                        string
	Body                       *bodyNote
	PII                        string // the hint, "" when there is nothing to ask
	Limit                      *kit.FlashMessage
}

type answered struct{ Question, Answer, Note string }

type stopView struct {
	frame
	Stops []stopPage
	Hard  bool
	Read  string // "Wir lesen Ihre Meldung erst am …", outside hours
	Next  string // where a soft one goes on
}

type stopPage struct {
	Title, Text string
	Tel         []string
}

func num(n int) string { return strconv.Itoa(n) }

func tel(number string) string { return "tel:" + number }

// invalid ties a group of choices to the sentence that asks for one.
func invalid(text string) templ.Attributes {
	if text == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": "f-category-err"}
}

func hitsTitle(v kindView) string {
	if len(v.Hits) == 0 {
		return v.T("wizard.kind.nohits", "text", v.Search)
	}
	return v.T("wizard.kind.hits", "text", v.Search)
}

func frequentTitle(v kindView) string {
	if v.Here {
		return v.T("wizard.kind.frequent_here")
	}
	return v.T("wizard.kind.frequent")
}

// callLabel is the number with who answers it.
func callLabel(p kit.Page, number string) string {
	if key := "wizard.call." + number; p.Loc.Has(key) {
		return p.T(key)
	}
	return p.T("wizard.call.now", "number", number)
}

func shotAlt(p kit.Page, s shot, i int) string {
	if s.Alt != "" {
		return s.Alt
	}
	return p.T("wizard.photo.preview", "i", i)
}

// coordinate fills a hidden field; empty without a place.
func coordinate(v float64, set bool) string {
	if !set {
		return ""
	}
	return kit.Degrees(v)
}

func accuracyValue(m int) string {
	if m == 0 {
		return ""
	}
	return num(m)
}
