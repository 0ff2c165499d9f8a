package ideas

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Phase is a part of a call's time.
type Phase string

// The phases, in their order.
const (
	Collect   Phase = "collect"
	Check     Phase = "check"
	Support   Phase = "support"
	Decide    Phase = "decide"
	Implement Phase = "implement"
)

// Phases lists them in their order.
func Phases() []Phase { return []Phase{Collect, Check, Support, Decide, Implement} }

// Span is when a phase is: whole days, both included.
type Span struct {
	Phase Phase
	From  time.Time  // a day, midnight UTC
	To    *time.Time // nil: open end
}

// CallState says how far a call is set up.
type CallState string

// The states of a call.
const (
	CallDraft     CallState = "draft"
	CallPublished CallState = "published"
	CallEnded     CallState = "ended"
)

// Call asks for ideas: by whom, until when, by which rules.
type Call struct {
	ID            uuid.UUID
	Number        subject.Number
	State         CallState
	StaffOnly     bool
	Kind          string // "ideas", "places", "contest"
	Department    uuid.UUID
	DepartmentOf  i18n.Text // its name
	Title         i18n.Text
	Lead          i18n.Text
	Text          i18n.Text
	Rules         i18n.Text
	Criteria      []i18n.Text
	Districts     []string
	Topics        []string
	Participation string
	Who           string // "all", "mail", "residents", "proved"
	Proof         Proof  // what an eID is asked, of "proved"
	MinLevel      int    // from which level on a support counts
	Threshold     int    // 0: none
	Triggers      i18n.Text
	BudgetCents   *int64
	Prize         i18n.Text
	NeedPlace     bool
	AnswerBy      *time.Time // a day
	Version       int
	CreatedAt     time.Time
	PublishedAt   *time.Time
	Spans         []Span
	Ideas         int // public ones
}

// Ref names the call across the product.
func (c *Call) Ref() subject.Ref { return subject.Ref{Kind: subject.Call, ID: c.ID} }

// Path is its page.
func (c *Call) Path() string { return CallPath(c.Number) }

// CallPath is the page of a call.
func CallPath(n subject.Number) string { return "/ideas/calls/" + n.Format(subject.PrefixCall) }

// Span gives the days of a phase.
func (c *Call) Span(p Phase) (Span, bool) {
	i := slices.IndexFunc(c.Spans, func(s Span) bool { return s.Phase == p })
	if i < 0 {
		return Span{}, false
	}
	return c.Spans[i], true
}

// begins and ends are the moments of a span in the city's time zone: a phase
// goes on until the last moment of its last day there, also on the days when
// the clocks change.
func (s Span) begins(zone *time.Location) time.Time { return dayIn(s.From, zone) }

func (s Span) ends(zone *time.Location) (time.Time, bool) {
	if s.To == nil {
		return time.Time{}, false
	}
	return dayIn(*s.To, zone).AddDate(0, 0, 1), true
}

func dayIn(day time.Time, zone *time.Location) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
}

// In tells whether now lies in the span, by the city's time zone.
func (s Span) In(now time.Time, zone *time.Location) bool {
	if now.Before(s.begins(zone)) {
		return false
	}
	end, ok := s.ends(zone)
	return !ok || now.Before(end)
}

// Now is the phase that a call is in: the last of those that run, "" before the
// first, between two and after the last.
func (c *Call) Now(now time.Time, zone *time.Location) Phase {
	on := Phase("")
	for _, p := range Phases() {
		if s, ok := c.Span(p); ok && s.In(now, zone) {
			on = p
		}
	}
	return on
}

// supports is the span in which ideas of the call are supported: its own phase,
// or the one in which they are collected.
func (c *Call) supports() (Span, bool) {
	if s, ok := c.Span(Support); ok {
		return s, true
	}
	return c.Span(Collect)
}

// Collects tells whether ideas can be proposed now.
func (c *Call) Collects(now time.Time, zone *time.Location) bool {
	s, ok := c.Span(Collect)
	return ok && c.Kind != KindContest && c.State == CallPublished && s.In(now, zone)
}

// Validate checks a call; one that is to be published needs more.
func (c *Call) Validate(publish bool) error {
	var wrong fault.Fields
	if c.Title.In(i18n.German) == "" {
		wrong.Add("title", "idea.err.call_title")
	}
	if !slices.Contains(CallKinds(), c.Kind) {
		wrong.Add("kind", "idea.err.choice")
	}
	if !slices.Contains(Participations(), c.Participation) {
		wrong.Add("participation", "idea.err.choice")
	}
	if !slices.Contains(Whos(), c.Who) {
		wrong.Add("who", "idea.err.choice")
	}
	if c.Who == WhoProved {
		c.Proof.check(&wrong)
	}
	if c.Threshold < 0 || c.Threshold > 1_000_000 {
		wrong.Add("threshold", "idea.err.number")
	}
	if c.BudgetCents != nil && (*c.BudgetCents < 0 || *c.BudgetCents > maxCost) {
		wrong.Add("budget", "idea.err.cost")
	}
	var before *Span
	for _, p := range Phases() {
		s, ok := c.Span(p)
		if !ok {
			continue
		}
		if s.To != nil && s.To.Before(s.From) {
			wrong.Add(string(p)+"_to", "idea.err.phase_order")
		}
		if before != nil && s.From.Before(before.From) {
			wrong.Add(string(p)+"_from", "idea.err.phase_order")
		}
		before = &s
	}
	if publish {
		if s, ok := c.Span(Collect); !ok || s.To == nil {
			wrong.Add("collect_from", "idea.err.phase_collect")
		}
		c.jurySpan(&wrong)
		if c.Text.In(i18n.German) == "" {
			wrong.Add("text", "idea.err.call_text")
		}
		if c.AnswerBy == nil {
			wrong.Add("answer_by", "idea.err.answer_by")
		}
		if len(c.Criteria) == 0 {
			wrong.Add("criteria", "idea.err.criteria")
		}
	}
	return wrong.Err()
}

// CallKinds are the kinds of calls.
func CallKinds() []string { return []string{"ideas", "places", KindContest} }

// Participations are the levels of participation, from the least on.
func Participations() []string {
	return []string{"information", "consultation", "cooperation", "decision"}
}

// Whos says whose supports count.
func Whos() []string { return []string{"all", "mail", "residents", WhoProved} }

// levelOf is from which level on a support counts.
func levelOf(who string) int {
	switch who {
	case "mail", WhoProved: // whoever has proved it has an account
		return 1
	case "residents":
		return 2
	}
	return 0
}

// Blueprint is a call to start from, by its key; days are counted from today.
func Blueprint(key string, today time.Time) Call {
	c := Call{Kind: "ideas", Participation: "consultation", Who: "all", Threshold: 200}
	span := func(p Phase, from, to int) {
		s := Span{Phase: p, From: today.AddDate(0, 0, from)}
		if to > 0 {
			end := today.AddDate(0, 0, to)
			s.To = &end
		}
		c.Spans = append(c.Spans, s)
	}
	answer := today.AddDate(0, 0, 18*7)
	c.AnswerBy = &answer
	c.Criteria = []i18n.Text{
		{"de": "Es ist möglich und erlaubt.", "en": "It is possible and allowed."},
		{"de": "Es hilft vielen Menschen.", "en": "It helps many people."},
		{"de": "Die Kosten passen zum Nutzen.", "en": "The cost is in proportion to the benefit."},
	}
	c.Triggers = i18n.Text{"de": "Der Bezirksausschuss berät öffentlich über die Idee.", "en": "The district committee discusses the idea in public."}
	switch key {
	case "places":
		c.Kind, c.NeedPlace, c.Threshold, c.Participation = "places", true, 0, "consultation"
		c.Triggers = nil
		span(Collect, 7, 7+4*7)
		span(Check, 5*7+1, 9*7)
		span(Decide, 9*7+1, 12*7)
		span(Implement, 12*7+1, 0)
	case "budget":
		c.Who, c.Participation, c.Threshold = "residents", "decision", 0
		budget := int64(150_000_00)
		c.BudgetCents = &budget
		c.Triggers = nil
		span(Collect, 7, 6*7)
		span(Check, 6*7+1, 10*7)
		span(Support, 10*7+1, 14*7)
		span(Decide, 14*7+1, 18*7)
		span(Implement, 18*7+1, 0)
	case KindContest:
		c.Kind, c.Who, c.Participation, c.Threshold, c.Triggers = KindContest, "mail", "cooperation", 0, nil
		c.Criteria = []i18n.Text{
			{"de": "Die Lösung hilft vielen Menschen.", "en": "The solution helps many people."},
			{"de": "Sie ist neu für unsere Stadt.", "en": "It is new for our city."},
			{"de": "Wir können sie in einem halben Jahr ausprobieren.", "en": "We can try it out within half a year."},
			{"de": "Andere Städte können sie nachnutzen.", "en": "Other cities can use it too."},
		}
		c.Rules = i18n.Text{
			"de": "Bis die Finalisten feststehen, sehen nur das Team, die Jury und wir, was eingereicht ist.\nWer in der Jury befangen ist, sagt das und bewertet nicht.",
			"en": "Until the finalists are named, only the team, the jury and we see what was handed in.\nJury members with a conflict of interest say so and do not score.",
		}
		span(Collect, 7, 8*7)
		span(Check, 8*7+1, 11*7)
		span(Support, 11*7+1, 13*7)
		span(Decide, 13*7+1, 14*7)
		span(Implement, 14*7+1, 40*7)
	default: // collect ideas
		span(Collect, 7, 6*7)
		span(Check, 6*7+1, 10*7)
		span(Support, 10*7+1, 14*7)
		span(Decide, 14*7+1, 18*7)
	}
	return c
}

// Blueprints lists their keys.
func Blueprints() []string { return []string{"ideas", "places", "budget", KindContest} }
