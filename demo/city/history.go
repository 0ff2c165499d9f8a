package city

import (
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
)

// The shares of statuses, in the order of the lists below: of reports older
// than 30 days, and of younger ones.
var (
	oldStatuses = []reports.Status{ //nolint:gochecknoglobals // a table
		reports.Resolved, reports.Forwarded, reports.NotResponsible, reports.NoAction, reports.Duplicate, reports.Withdrawn,
		reports.Planned, reports.InProgress, reports.Waiting, reports.Reopened,
	}
	oldShares     = []int{66, 9, 5, 6, 7, 1, 2, 2, 1, 1} //nolint:gochecknoglobals // a table
	youngStatuses = []reports.Status{                    //nolint:gochecknoglobals // a table
		reports.Received, reports.InReview, reports.InProgress, reports.Commissioned, reports.Planned, reports.Waiting, reports.Resolved,
	}
	youngShares = []int{20, 25, 25, 8, 10, 4, 8} //nolint:gochecknoglobals // a table
)

var noReasons = []string{ //nolint:gochecknoglobals // a table
	"Die Stelle ist sicher. Wir sehen sie uns bei der nächsten Kontrolle wieder an",
	"Die Straße wird im nächsten Jahr ganz erneuert",
	"Dafür ist hier kein Platz: Feuerwehr und Rettung brauchen den Weg",
}

var notOurs = []struct{ reason, body string }{ //nolint:gochecknoglobals // a table
	{"Die Fläche ist privat", "die Eigentümerin oder den Eigentümer des Grundstücks"},
	{"Der Weg gehört zu einer Wohnanlage", "die Hausverwaltung"},
}

var others = []string{"die Deutsche Bahn", "das Wasserwirtschaftsamt München", "die Bayerische Schlösserverwaltung", "die Autobahn GmbH des Bundes"} //nolint:gochecknoglobals // a table

var questions = []string{ //nolint:gochecknoglobals // a table
	"An welcher Hausnummer ist es genau?", "Steht eine Nummer am Mast?", "Ist es auf der Seite zum Park?",
}

// openFor is how long the slowest reports of the demo are open.
const openFor = 80 * 24 * time.Hour

// storyteller writes the history of a report.
type storyteller struct {
	d    dice
	days *categories.Calendar
	now  time.Time
	zone *time.Location
	last map[string]*reports.Past // the last report of a kind and street, for duplicates
}

// tell gives p a status and the steps that lead there.
func (s *storyteller) tell(c *categories.Category, p *reports.Past) {
	age := s.now.Sub(p.CreatedAt)
	status := oldStatuses[s.d.pick(oldShares)]
	if age < 30*24*time.Hour {
		status = youngStatuses[s.d.pick(youngShares)]
	}
	if age > openFor && status.IsOpen() { // nothing stays open for years
		status = reports.Resolved
	}
	target := c.TargetDays()
	if target == 0 {
		target = 5
	}
	late := s.d.chance(15)
	work := max(1, target*(30+s.d.IntN(60))/100) // working days until it is done
	if late {
		work = target + 1 + s.d.IntN(target+2)
	}
	end := s.workTime(p.CreatedAt, work)
	for status == reports.Resolved && work > 1 && end.After(s.now) { // one that went faster
		work--
		end = s.workTime(p.CreatedAt, work)
		late = false
	}
	if end.After(s.now) { // it can't be over yet
		if status == reports.Resolved || !status.IsOpen() {
			status = reports.InProgress
		}
		end = s.now
	}
	read := s.workTime(p.CreatedAt, 0)
	if read.After(s.now) {
		return
	}
	released := c.Publish == categories.PublishAtOnce || c.Publish == categories.PublishChecked
	if status == reports.Received {
		released = released && s.d.chance(30)
	}
	if released {
		p.TextState = reports.TextReleased
		s.step(p, reports.PastStep{At: read, Key: "step.released"})
	}
	if status == reports.Received {
		return
	}
	s.step(p, reports.PastStep{At: read.Add(time.Minute), Status: reports.InReview})
	if s.d.chance(12) && status != reports.Duplicate && status != reports.Withdrawn {
		s.step(p, reports.PastStep{At: s.between(read, end), Key: "step.secured"})
	}
	s.finish(c, p, status, read, end, late)
}

// finish adds the step of the last status and what leads to it.
func (s *storyteller) finish(c *categories.Category, p *reports.Past, status reports.Status, read, end time.Time, late bool) {
	mid := s.between(read.Add(2*time.Minute), end)
	switch status {
	case reports.Resolved, reports.Reopened:
		if s.d.chance(30) {
			until := s.workTime(end, 3)
			s.step(p, reports.PastStep{At: mid, Status: reports.Commissioned, Params: reports.StatusParams{Until: &until}})
		} else {
			s.step(p, reports.PastStep{At: mid, Status: reports.InProgress})
		}
		if late && c.TargetDays() > 0 {
			s.missed(c, p, end)
		}
		done := c.Ready.In("de")
		s.step(p, reports.PastStep{At: end, Status: reports.Resolved, Params: reports.StatusParams{Done: done, SeenBy: s.seenBy()}})
		if status == reports.Reopened {
			again := s.now.AddDate(0, 0, -6)
			if again.Before(end) {
				again = end
			}
			s.step(p, reports.PastStep{At: s.between(again, s.now), Status: reports.Reopened})
			return
		}
		switch {
		case s.d.chance(25):
			p.FixedYes = 1 + s.d.IntN(3)
		case s.d.chance(6):
			p.FixedNo = 1
		}
	case reports.Forwarded:
		body, ask := others[s.d.IntN(len(others))], s.workTime(end, 10)
		s.step(p, reports.PastStep{At: end, Status: status, Params: reports.StatusParams{Body: body, How: "mail", Until: &ask}})
	case reports.NotResponsible:
		n := notOurs[s.d.IntN(len(notOurs))]
		s.step(p, reports.PastStep{At: end, Status: status, Params: reports.StatusParams{Body: n.body}, Reason: n.reason})
	case reports.NoAction:
		s.step(p, reports.PastStep{At: end, Status: status, Reason: noReasons[s.d.IntN(len(noReasons))]})
	case reports.Duplicate:
		first := s.last[c.Key+p.Street]
		if first == nil { // nothing that it could be the double of
			s.finish(c, p, reports.Resolved, read, end, late)
			return
		}
		p.DuplicateOf = first
		s.step(p, reports.PastStep{At: end, Status: status})
	case reports.Withdrawn:
		s.step(p, reports.PastStep{At: end, Status: status})
	case reports.Planned:
		until := s.workTime(s.now, 5+s.d.IntN(40))
		s.step(p, reports.PastStep{At: mid, Status: status, Params: reports.StatusParams{Until: &until}})
		s.openLate(c, p, true)
	case reports.Commissioned:
		until := s.workTime(s.now, 2+s.d.IntN(8))
		s.step(p, reports.PastStep{At: mid, Status: status, Params: reports.StatusParams{Until: &until}})
		s.openLate(c, p, true)
	case reports.Waiting:
		until := s.workTime(s.now, 2+s.d.IntN(8))
		q := questions[s.d.IntN(len(questions))]
		s.step(p, reports.PastStep{At: mid, Status: status, Params: reports.StatusParams{Question: q, Until: &until}})
	case reports.InProgress:
		s.step(p, reports.PastStep{At: mid, Status: status})
		if s.d.chance(20) {
			s.step(p, reports.PastStep{At: s.between(mid, s.now), Key: "step.visited"})
		}
		s.openLate(c, p, false)
	case reports.InReview:
		s.openLate(c, p, false)
	case reports.Received: // told already
	}
}

// openLate says on the timeline that the target of an open report has passed.
func (s *storyteller) openLate(c *categories.Category, p *reports.Past, newDate bool) {
	if c.TargetDays() == 0 {
		return
	}
	due := s.due(c, p)
	if due.After(s.now) {
		return
	}
	p.Missed = !newDate
	s.missed(c, p, s.now)
}

func (s *storyteller) missed(c *categories.Category, p *reports.Past, before time.Time) {
	due := s.due(c, p)
	at := due.Add(8 * time.Hour)
	if at.After(before) {
		return
	}
	by := s.days.AddWorkingDays(due, 3)
	step := reports.PastStep{At: at, Key: "target.missed_step", Extra: map[string]any{"due": due.Format(time.RFC3339), "by": by.Format(time.RFC3339)}}
	// keep the order of time
	i := len(p.Steps)
	for i > 0 && p.Steps[i-1].At.After(at) {
		i--
	}
	p.Steps = append(p.Steps[:i], append([]reports.PastStep{step}, p.Steps[i:]...)...)
}

func (s *storyteller) due(c *categories.Category, p *reports.Past) time.Time {
	out, _ := categories.Evaluate(c, p.Answers)
	d := s.days.AddWorkingDays(p.CreatedAt, max(out.Days, 1)).In(s.zone)
	return time.Date(d.Year(), d.Month(), d.Day(), 23, 59, 59, 0, s.zone)
}

func (s *storyteller) step(p *reports.Past, st reports.PastStep) {
	if n := len(p.Steps); n > 0 && !st.At.After(p.Steps[n-1].At) {
		st.At = p.Steps[n-1].At.Add(time.Second)
	}
	p.Steps = append(p.Steps, st)
}

// workTime is some time of the working day that many working days later.
func (s *storyteller) workTime(from time.Time, days int) time.Time {
	d := s.days.AddWorkingDays(from, days).In(s.zone)
	at := time.Date(d.Year(), d.Month(), d.Day(), 7+s.d.IntN(9), s.d.IntN(60), s.d.IntN(60), 0, s.zone)
	if days == 0 && !at.After(from) {
		if s.days.IsWorkingDay(from) {
			return from.Add(time.Duration(20+s.d.IntN(120)) * time.Minute)
		}
		return s.workTime(from, 1)
	}
	return at
}

func (s *storyteller) between(a, b time.Time) time.Time {
	if !b.After(a) {
		return a.Add(time.Minute)
	}
	return a.Add(time.Duration(s.d.Int64N(int64(b.Sub(a)))))
}

func (s *storyteller) seenBy() string {
	return []string{"crew", "crew", "photo", "partner"}[s.d.IntN(4)]
}
