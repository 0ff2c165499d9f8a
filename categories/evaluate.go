package categories

import (
	"slices"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// Answer is one answer that counts, cleaned: the text, the number, the ISO
// date, or the keys that were chosen, in the order of the options.
type Answer struct {
	Question string   `json:"question"`
	Values   []string `json:"values"`
}

// Outcome is what the answers of a category bring about.
type Outcome struct {
	Shown      []string `json:"shown"`   // keys of the questions and notices that were shown, in order
	Answers    []Answer `json:"answers"` // in the order of the questions
	Stops      []string `json:"stops"`   // every stop page, in order
	Department string   `json:"department"`
	Publish    Publish  `json:"publish"`
	Priority   Priority `json:"priority"`
	Days       int      `json:"days"` // target in working days; 0: none
	Wish       bool     `json:"wish"`
	Bodies     []string `json:"bodies"` // whose task it is, if not the city's
}

// Evaluate applies the rules of reference 6.4 to the answers of a category. It
// is pure. Answers to questions that are not shown, and to questions that the
// category does not have, are dropped. A wrong answer is reported and has no
// effect. If several effects apply: every stop counts, the strictest
// visibility, the smallest number of days among the answers, the first route
// in the order of the questions.
func Evaluate(c *Category, answers Answers) (Outcome, fault.Fields) {
	out := Outcome{
		Shown: []string{}, Answers: []Answer{}, Stops: []string{}, Bodies: []string{},
		Department: c.Department, Publish: c.Publish, Priority: Normal, Days: c.TargetDays(), Wish: c.Wish,
	}
	var wrong fault.Fields
	given := map[string][]string{}
	routed, timed := false, false
	for i := range c.Questions {
		q := &c.Questions[i]
		if !shown(q, given) {
			continue
		}
		out.Shown = append(out.Shown, q.Key)
		if q.Type == Notice {
			continue
		}
		values, problem := read(q, answers[q.Key])
		if problem == nil && len(values) == 0 && q.Required {
			problem = &fault.Field{Key: "questions.err.required"}
		}
		if problem != nil {
			problem.Name = InputName(q.Key)
			wrong = append(wrong, *problem)
			continue
		}
		if len(values) == 0 {
			continue
		}
		given[q.Key] = values
		out.Answers = append(out.Answers, Answer{Question: q.Key, Values: values})
		for _, o := range q.Options {
			if !slices.Contains(values, o.Key) {
				continue
			}
			e := o.Effects
			if e.Stop != "" && !slices.Contains(out.Stops, e.Stop) {
				out.Stops = append(out.Stops, e.Stop)
			}
			if e.Route != "" && !routed {
				out.Department, routed = e.Route, true
			}
			if e.Publish.strictness() > out.Publish.strictness() {
				out.Publish = e.Publish
			}
			if e.Prio == High {
				out.Priority = High
			}
			if e.Days > 0 && c.TargetOn && (!timed || e.Days < out.Days) {
				out.Days, timed = e.Days, true
			}
			if e.Wish {
				out.Wish = true
			}
			if e.Body != "" && !slices.Contains(out.Bodies, e.Body) {
				out.Bodies = append(out.Bodies, e.Body)
			}
		}
	}
	return out, wrong
}

// Due is the end of the day that is the target for a report of from; false
// when there is no target.
func (o Outcome) Due(cal *Calendar, from time.Time) (time.Time, bool) {
	if o.Days == 0 {
		return time.Time{}, false
	}
	return cal.AddWorkingDays(from, o.Days), true
}

// shown tells whether a question is asked after the answers given so far.
// Those of questions that were not shown are not among them.
func shown(q *Question, given map[string][]string) bool {
	for _, c := range q.ShownIf {
		if !slices.ContainsFunc(given[c.Question], func(v string) bool { return slices.Contains(c.Any, v) }) {
			return false
		}
	}
	return true
}

// read cleans and checks the values of one question. No values: no answer.
func read(q *Question, raw []string) ([]string, *fault.Field) {
	var values []string
	for _, r := range raw {
		if v := clean(r, q.Type != Long); v != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	if len(values) > 1 && q.Type != Several {
		return nil, &fault.Field{Key: "questions.err.option"}
	}
	switch q.Type {
	case One, Several, YesNo:
		return readOptions(q, values)
	case Number:
		return readNumber(q, values[0])
	case Date:
		iso := isoDate(values[0])
		if iso == "" {
			return nil, &fault.Field{Key: "questions.err.date"}
		}
		return []string{iso}, nil
	case Long:
		return readText(values[0], MaxLong)
	default:
		return readText(values[0], MaxShort)
	}
}

func readOptions(q *Question, values []string) ([]string, *fault.Field) {
	var chosen []string
	for _, o := range q.Options {
		if slices.Contains(values, o.Key) {
			chosen = append(chosen, o.Key)
		}
	}
	if len(chosen) != len(values) { // one of them is no option
		return nil, &fault.Field{Key: "questions.err.option"}
	}
	return chosen, nil
}

func readNumber(q *Question, value string) ([]string, *fault.Field) {
	n, ok := wholeNumber(value)
	switch {
	case !ok:
		return nil, &fault.Field{Key: "questions.err.number"}
	case q.Min != nil && n < *q.Min:
		return nil, &fault.Field{Key: "questions.err.min", Params: map[string]any{"min": *q.Min}}
	case q.Max != nil && n > *q.Max:
		return nil, &fault.Field{Key: "questions.err.max", Params: map[string]any{"max": *q.Max}}
	}
	return []string{strconv.Itoa(n)}, nil
}

func readText(value string, most int) ([]string, *fault.Field) {
	if n := length(value); n > most {
		return nil, &fault.Field{Key: "questions.err.long", Params: map[string]any{"max": most, "over": n - most}}
	}
	return []string{value}, nil
}
