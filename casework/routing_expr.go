package casework

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Test is what one condition of a rule looks at.
type Test string

// The tests.
const (
	TestCategory Test = "category" // key of a category
	TestDistrict Test = "district" // ref of a district
	TestArea     Test = "area"     // inside a drawn area
	TestWords    Test = "words"    // a word in the text or the title
	TestAnswer   Test = "answer"   // an answer to a question of the form
	TestWeekday  Test = "weekday"  // 1 Monday to 7 Sunday
	TestHour     Test = "hour"     // from the full hour From until To
	TestSeason   Test = "season"   // from the day "11-01" to "03-31"
	TestPriority Test = "priority"
	TestChannel  Test = "channel" // web, phone, api; or the name of an imported list
)

// Tests lists them in the order of the editor.
func Tests() []Test {
	return []Test{
		TestCategory, TestDistrict, TestArea, TestWords, TestAnswer, TestWeekday, TestHour, TestSeason, TestPriority, TestChannel,
	}
}

// Expr is a condition over a new case: exactly one of All, Any, Not and Is is
// set. It is data, never code.
type Expr struct {
	All []Expr `json:"all,omitempty"`
	Any []Expr `json:"any,omitempty"`
	Not *Expr  `json:"not,omitempty"`

	Is       Test            `json:"is,omitempty"`
	In       []string        `json:"in,omitempty"`       // values, one of which must hold
	Question string          `json:"question,omitempty"` // of answer: key
	From     string          `json:"from,omitempty"`     // of hour and season
	To       string          `json:"to,omitempty"`
	Area     []subject.Point `json:"area,omitempty"` // of area: the corners of a ring, not closed
}

// The bounds of an expression. They keep a rule readable and its evaluation
// cheap.
const (
	maxExprBytes = 64 << 10
	maxExprDepth = 6
	maxExprNodes = 100
	maxExprIn    = 200
	maxExprValue = 100
	maxCorners   = 200
)

// ParseExpr reads an expression as JSON. What it does not know, and what breaks
// the bounds, is fault Invalid on the field expr.
func ParseExpr(raw []byte) (Expr, error) {
	var e Expr
	bad := func(err error) (Expr, error) { return Expr{}, fault.OnField("expr", "routing.err.expr").Because(err) }
	if len(raw) > maxExprBytes || !utf8.Valid(raw) {
		return bad(errors.New("too long or no text"))
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return bad(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad(errors.New("something follows the expression"))
	}
	if err := e.Validate(); err != nil {
		return bad(err)
	}
	return e, nil
}

// Validate tells what is wrong with the form of an expression.
func (e *Expr) Validate() error {
	nodes := 0
	return e.validate(1, &nodes)
}

func (e *Expr) validate(depth int, nodes *int) error {
	*nodes++
	if *nodes > maxExprNodes || depth > maxExprDepth {
		return errors.New("too many conditions")
	}
	set := 0
	for _, is := range []bool{len(e.All) > 0, len(e.Any) > 0, e.Not != nil, e.Is != ""} {
		if is {
			set++
		}
	}
	if set != 1 {
		return errors.New("a condition is exactly one of all, any, not and is")
	}
	if e.Is != "" {
		return e.validateTest()
	}
	if len(e.In)+len(e.Area) > 0 || e.Question+e.From+e.To != "" {
		return errors.New("values without a test")
	}
	if e.Not != nil {
		return e.Not.validate(depth+1, nodes)
	}
	for _, list := range [][]Expr{e.All, e.Any} {
		for i := range list {
			if err := list[i].validate(depth+1, nodes); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Expr) validateTest() error {
	if e.Question != "" && e.Is != TestAnswer || len(e.Area) > 0 && e.Is != TestArea || e.From+e.To != "" && e.Is != TestHour && e.Is != TestSeason {
		return fmt.Errorf("%s: a value that it does not know", e.Is)
	}
	switch e.Is {
	case TestArea:
		if len(e.In) > 0 {
			return errors.New("area: values")
		}
		return validArea(e.Area)
	case TestHour, TestSeason:
		if len(e.In) > 0 {
			return fmt.Errorf("%s: values", e.Is)
		}
		read := hourOf
		if e.Is == TestSeason {
			read = dayOf
		}
		_, okFrom := read(e.From)
		_, okTo := read(e.To)
		if !okFrom || !okTo {
			return fmt.Errorf("%s: from %q to %q", e.Is, e.From, e.To)
		}
		return nil
	case TestAnswer:
		if e.Question == "" || len(e.Question) > maxExprValue {
			return errors.New("answer: no question")
		}
	case TestCategory, TestDistrict, TestWords, TestWeekday, TestPriority, TestChannel:
	default:
		return fmt.Errorf("unknown test %q", e.Is)
	}
	if len(e.In) == 0 || len(e.In) > maxExprIn {
		return fmt.Errorf("%s: %d values", e.Is, len(e.In))
	}
	for _, v := range e.In {
		if strings.TrimSpace(v) == "" || utf8.RuneCountInString(v) > maxExprValue || strings.ContainsRune(v, 0) {
			return fmt.Errorf("%s: no value", e.Is)
		}
		if e.Is == TestWeekday && (len(v) != 1 || v < "1" || v > "7") || e.Is == TestPriority && v != string(Normal) && v != string(High) ||
			e.Is == TestWords && len(wordsOf(v)) == 0 {
			return fmt.Errorf("%s: %q", e.Is, v)
		}
	}
	return nil
}

// hourOf reads a full hour of the day, "0" to "24".
func hourOf(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= 24 && text == strconv.Itoa(n)
}

// dayOf reads a day of the year, "11-01", as month*100+day.
func dayOf(text string) (int, bool) {
	at, err := time.Parse("2006-01-02", "2024-"+text)
	return int(at.Month())*100 + at.Day(), err == nil
}

// Arrival is what rules look at: a new case, before it has a department.
type Arrival struct {
	Ref        subject.Ref
	Category   string // key
	Department string // key of the department that the category and the answers lead to
	Priority   Priority
	Days       int // target in working days, 0: none
	District   string
	Point      subject.Point
	Text       string // title and text
	Answers    map[string][]string
	At         time.Time // in the city's zone
	Channel    string
	Source     string // of an import, else ""
}

// Holds tells whether the condition is true for a new case. It is pure.
func (e *Expr) Holds(a *Arrival) bool {
	switch {
	case len(e.All) > 0:
		return !slices.ContainsFunc(e.All, func(x Expr) bool { return !x.Holds(a) })
	case len(e.Any) > 0:
		return slices.ContainsFunc(e.Any, func(x Expr) bool { return x.Holds(a) })
	case e.Not != nil:
		return !e.Not.Holds(a)
	}
	switch e.Is {
	case TestCategory:
		return slices.Contains(e.In, a.Category)
	case TestDistrict:
		return slices.Contains(e.In, a.District)
	case TestArea:
		return inArea(e.Area, a.Point)
	case TestWords:
		return hasWords(e.In, a.Text)
	case TestAnswer:
		return slices.ContainsFunc(a.Answers[e.Question], func(v string) bool { return slices.Contains(e.In, v) })
	case TestWeekday:
		day := int(a.At.Weekday())
		if day == 0 {
			day = 7
		}
		return slices.Contains(e.In, strconv.Itoa(day))
	case TestHour:
		from, _ := hourOf(e.From)
		to, _ := hourOf(e.To)
		return between(from, to, a.At.Hour())
	case TestSeason:
		from, _ := dayOf(e.From)
		to, _ := dayOf(e.To)
		return between(from, to+1, int(a.At.Month())*100+a.At.Day())
	case TestPriority:
		return slices.Contains(e.In, string(a.Priority))
	case TestChannel:
		return slices.Contains(e.In, a.Channel) || a.Source != "" && slices.Contains(e.In, a.Source)
	}
	return false
}

// between tells whether n lies in what begins with from and ends before to,
// which may lie on the other side of midnight or of New Year.
func between(from, to, n int) bool {
	if from < to {
		return n >= from && n < to
	}
	return n >= from || n < to
}

// each calls fn for every test of the expression.
func (e *Expr) each(fn func(*Expr)) {
	if e.Is != "" {
		fn(e)
	}
	if e.Not != nil {
		e.Not.each(fn)
	}
	for _, list := range [][]Expr{e.All, e.Any} {
		for i := range list {
			list[i].each(fn)
		}
	}
}

// shortWord is the length up to which a keyword must be a word of its own:
// "Eis" is not in "Reise", "Glatteis" is in "Straßenglatteis".
const shortWord = 3

func wordsOf(text string) []string {
	return strings.FieldsFunc(categories.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func hasWords(keywords []string, text string) bool {
	words := wordsOf(text)
	line := " " + strings.Join(words, " ") + " "
	return slices.ContainsFunc(keywords, func(k string) bool {
		key := strings.Join(wordsOf(k), " ")
		switch {
		case key == "":
			return false
		case utf8.RuneCountInString(key) <= shortWord:
			return strings.Contains(line, " "+key+" ")
		}
		return strings.Contains(line, key)
	})
}
