package ideapages

import (
	"strconv"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// label is the word of a status.
func label(loc *i18n.Localizer, s ideas.Status) string { return loc.T("idea." + string(s) + ".label") }

// sentence is what a status says, by words.md section 5.
func sentence(loc *i18n.Localizer, v *ideas.View, now time.Time) string {
	team := v.Team.In(loc.Lang())
	p := v.Params
	switch v.Status {
	case ideas.Open:
		var said []string
		switch {
		case v.EndsAt != nil && v.EndsAt.After(now):
			said = append(said, loc.T("idea.open.until", "date", loc.Date(*v.EndsAt, now)))
		case v.EndsAt != nil:
			said = append(said, loc.T("idea.open.over"))
		default:
			said = append(said, loc.T("idea.open.text"))
		}
		if v.Goal > 0 {
			said = append(said, goalSentence(loc, v, team))
		}
		return strings.Join(said, " ")
	case ideas.Checking:
		out := loc.T("idea.checking.text", "team", team)
		if v.AnswerBy != nil {
			out += " " + loc.T("idea.answer_by", "date", loc.Date(*v.AnswerBy, now))
		}
		return out
	case ideas.Council:
		return loc.T("idea.council.text", "body", p.Body, "date", dateOr(loc, p.Date, now))
	case ideas.Accepted:
		return loc.T("idea.accepted.text", "period", p.Period) + cost(loc, p.CostCents)
	case ideas.Partly:
		return loc.T("idea.partly.text", "what", dot(p.What), "not", strings.TrimRight(p.Not, "."), "reason", dot(p.Reason))
	case ideas.Linked:
		return loc.T("idea.linked.text", "measure", p.Measure)
	case ideas.Declined:
		return loc.T("idea.declined.text", "reason", dot(p.Reason), "change", dot(p.Change))
	case ideas.Done:
		return loc.T("idea.done.text", "date", dateOr(loc, p.Date, now))
	case ideas.Elsewhere:
		return loc.T("idea.elsewhere.text", "body", p.Body)
	case ideas.Withdrawn:
		return loc.T("idea.withdrawn.text")
	case ideas.Merged:
		return loc.T("idea.merged.text")
	}
	return ""
}

// goalSentence says what the threshold triggers.
func goalSentence(loc *i18n.Localizer, v *ideas.View, team string) string {
	if v.Call != nil {
		if does := v.Call.Triggers.In(loc.Lang()); does != "" {
			return loc.T("idea.open.triggers", "goal", loc.Int(v.Goal), "does", dot(does))
		}
	}
	return loc.T("idea.open.goal", "goal", loc.Int(v.Goal), "team", team)
}

func dateOr(loc *i18n.Localizer, at *time.Time, now time.Time) string {
	if at == nil {
		return ""
	}
	return loc.Date(*at, now)
}

// dot ends a sentence that staff wrote without its dot.
func dot(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsRune(".!?…", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

func cost(loc *i18n.Localizer, cents *int64) string {
	if cents == nil {
		return ""
	}
	return " " + loc.T("idea.cost.said", "money", money(loc, *cents))
}

// money is an amount as people read it: "1,9 Millionen Euro", "12.500 Euro".
func money(loc *i18n.Localizer, cents int64) string {
	const million = 1_000_000_00
	switch {
	case cents >= million && cents%(million/10) == 0:
		n := strings.TrimSuffix(strings.TrimSuffix(loc.Decimal(float64(cents)/million, 1), ",0"), ".0")
		if cents == million {
			return loc.T("idea.money.million", "sum", n)
		}
		return loc.T("idea.money.millions", "sum", n)
	case cents%100 == 0:
		return loc.T("idea.money", "sum", loc.Int(int(cents/100)))
	}
	return loc.T("idea.money", "sum", loc.Decimal(float64(cents)/100, 2))
}

// readMoney reads euros as people type them: "12.500", "12500,50", "12 500 €", and
// in English "12,500", "12500.50". A sign before one or two digits at the end is
// that of the cents, before groups of three one of thousands.
func readMoney(text string) (cents *int64, ok bool) {
	t := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '€':
			return -1
		case ',':
			return '.'
		}
		return r
	}, strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "Euro")))
	if t == "" {
		return nil, true
	}
	part := "00"
	if i := strings.LastIndexByte(t, '.'); i >= 0 && len(t)-i <= 3 {
		t, part = t[:i], (t[i+1:] + "00")[:2]
	}
	groups := strings.Split(t, ".")
	for k, g := range groups {
		if k > 0 && len(g) != 3 || k == 0 && len(groups) > 1 && (len(g) == 0 || len(g) > 3) {
			return nil, false
		}
	}
	n, err1 := strconv.ParseUint(strings.Join(groups, ""), 10, 40)
	f, err2 := strconv.ParseUint(part, 10, 8)
	if err1 != nil || err2 != nil {
		return nil, false
	}
	sum := int64(n)*100 + int64(f)
	return &sum, true
}

// typeMoney shows an amount in a field.
func typeMoney(cents *int64) string {
	if cents == nil {
		return ""
	}
	if *cents%100 == 0 {
		return strconv.FormatInt(*cents/100, 10)
	}
	return strings.Replace(strconv.FormatFloat(float64(*cents)/100, 'f', 2, 64), ".", ",", 1)
}

// stepTitle and stepText are a row of the history.
func stepTitle(loc *i18n.Localizer, s *ideas.Step) string { return loc.T(s.Key + ".label") }

func stepText(loc *i18n.Localizer, s *ideas.Step, now time.Time) string {
	params := map[string]any{}
	for k, v := range s.Params {
		params[k] = v
		text, ok := v.(string)
		if !ok {
			continue
		}
		if k == "date" || k == "until" {
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				params[k] = loc.Date(at, now)
			} else if at, err := time.Parse(time.DateOnly, text); err == nil {
				params[k] = loc.Day(at)
			}
		}
		if k == "what" || k == "reason" || k == "change" {
			params[k] = dot(text)
		}
	}
	if team, ok := s.Params["team"].(map[string]any); ok {
		t := i18n.Text{}
		for l, v := range team {
			if w, ok := v.(string); ok {
				t[l] = w
			}
		}
		params["team"] = t.In(loc.Lang())
	}
	if _, ok := params["team"]; !ok {
		params["team"] = s.Department.In(loc.Lang())
	}
	if d, ok := params["decides"].(string); ok {
		params["decides"] = loc.T("idea.decides." + d)
	}
	if n, ok := params["count"].(float64); ok {
		params["count"] = loc.Int(int(n))
	}
	if n, ok := params["goal"].(float64); ok {
		params["goal"] = loc.Int(int(n))
	}
	switch s.Status {
	case ideas.Open, ideas.Withdrawn:
		return ""
	case ideas.Partly, ideas.Declined, ideas.Elsewhere, ideas.Merged, ideas.Checking, ideas.Council, ideas.Accepted, ideas.Linked, ideas.Done:
		params["reason"] = dot(s.Reason)
	}
	key := s.Key + ".step"
	if !loc.Has(key) {
		return ""
	}
	return loc.TMap(key, params)
}

// quoted says whether the reason of a step is shown below its sentence: what is
// not in the sentence already.
func quoted(s *ideas.Step) string {
	switch s.Status {
	case ideas.Partly, ideas.Declined:
		return ""
	}
	return s.Reason
}

// phaseDays is when a phase is, in few words.
func phaseDays(loc *i18n.Localizer, s ideas.Span) string {
	if s.To != nil {
		return loc.T("idea.phase.until", "date", shortDay(loc, *s.To))
	}
	return loc.T("idea.phase.from", "date", loc.Month(s.From))
}

// shortDay is a day without its weekday.
func shortDay(loc *i18n.Localizer, day time.Time) string {
	text := loc.Day(time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, loc.Zone()))
	if i := strings.Index(text, ", "); i > 0 {
		return text[i+2:]
	}
	return text
}

func ideaNumber(n subject.Number) string { return n.Format(subject.PrefixIdea) }
