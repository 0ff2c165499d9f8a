package reports

import (
	"context"
	"time"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// StatusLabel is the status in a word or two. Where the result may not be told
// ("quiet"), a resolved report is only "Abgeschlossen".
func StatusLabel(loc *i18n.Localizer, s Status, quiet bool) string {
	if s == Resolved && quiet {
		return loc.T("status.closed_quiet.label")
	}
	return loc.T("status." + string(s) + ".label")
}

// Sentence is what a status says: what happened and how it goes on.
type Sentence struct {
	Text string // explanation
	Next string // "Wie geht es weiter?"
}

// Facts is what the sentences of a status are filled with.
type Facts struct {
	Status      Status
	At          time.Time
	Params      StatusParams
	Quiet       bool
	Team        string
	Due         *time.Time
	ReadBy      *time.Time // received, in_review: the next date
	ReopenUntil *time.Time
	Now         time.Time
	DuplicateOf string
}

// Facts gathers what the status sentence of a view needs.
func (s *Service) Facts(ctx context.Context, v *View, lang string, now time.Time) (Facts, error) {
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{
		Status: v.Status, At: v.StatusAt, Params: v.Params, Quiet: v.Quiet, Team: v.Department.Name.In(lang), Due: v.Target.Due,
		ReopenUntil: v.Actor.ReopenUntil, Now: now,
	}
	readBy := ReadBy(v, days)
	f.ReadBy = &readBy
	if v.DuplicateOf != nil {
		f.DuplicateOf = v.DuplicateOf.Number.Format(subject.PrefixReport)
	}
	return f, nil
}

// StatusSentence explains a status in the words of the catalogue.
func StatusSentence(loc *i18n.Localizer, f Facts) Sentence {
	date := func(t *time.Time) string {
		if t == nil {
			return loc.T("status.no_date")
		}
		return loc.NearDate(*t, f.Now)
	}
	params := map[string]any{
		"team": f.Team, "reason": period(f.Params.Reason), "body": f.Params.Body, "number": f.DuplicateOf,
		"done": f.Params.DoneFor(loc.Lang()), "at": loc.Date(f.At, f.Now), "date": date(f.Params.Until),
	}
	key := "status." + string(f.Status)
	switch f.Status {
	case Received, InReview:
		params["date"] = date(f.ReadBy)
	case Planned:
		params["period"] = loc.T("status.planned.by", "date", date(f.Params.Until))
		if f.Params.Secured {
			return Sentence{loc.TMap(key+".text", params), loc.TMap(key+".next_secured", params)}
		}
	case InProgress, Reopened:
		if f.Due == nil {
			return Sentence{loc.TMap(key+".text", params), loc.TMap(key+".next_none", params)}
		}
		params["date"] = date(f.Due)
	case Resolved:
		if f.Quiet {
			return Sentence{loc.TMap("status.closed_quiet.text", params), loc.TMap("status.closed_quiet.next", params)}
		}
		params["date"] = date(f.ReopenUntil)
	case NoAction:
		params["date"] = date(f.ReopenUntil)
	case NotResponsible:
		if f.Params.Body == "" {
			params["body"] = loc.T("status.owner_unknown")
		}
	case Waiting, Commissioned, Forwarded, Duplicate, Withdrawn: // all is there
	}
	return Sentence{loc.TMap(key+".text", params), loc.TMap(key+".next", params)}
}

// period ends a sentence, as the catalogue puts reasons at the end of one.
func period(s string) string {
	if s == "" {
		return s
	}
	switch s[len(s)-1] {
	case '.', '!', '?':
		return s
	}
	return s + "."
}

// TargetLine is the one line under the status, "" when there is nothing to say.
func TargetLine(loc *i18n.Localizer, t Target, team string, now time.Time) string {
	day := func(at *time.Time) string {
		if at == nil {
			return ""
		}
		return loc.Date(*at, now)
	}
	switch t.State {
	case TargetSet:
		return loc.T("target.set", "date", day(t.Due), "n", t.DaysLeft)
	case TargetStopped, TargetNone:
		return loc.T("target." + string(t.State))
	case TargetMissed:
		return loc.T("target.missed", "date", day(t.First), "team", team, "by", day(t.AnswerBy))
	case TargetMissedNew:
		return loc.T("target.missed_new", "date", day(t.First), "new", day(t.Due))
	case TargetKept:
		return loc.T("target.kept", "n", t.DaysTaken)
	case TargetLate:
		return loc.T("target.late", "date", day(t.First), "n", t.DaysLate)
	}
	return ""
}

// HistoryLine tells how long similar reports took, "" when too few are known.
func HistoryLine(loc *i18n.Localizer, h *History) string {
	if h == nil {
		return ""
	}
	return loc.T("target.history", "n", h.Median, "max", h.NinetyPercent)
}

// StepTitle is the heading of a timeline entry.
func StepTitle(loc *i18n.Localizer, s *TimelineStep, quiet bool) string {
	if s.Status != "" {
		return StatusLabel(loc, s.Status, quiet)
	}
	return loc.T(s.Key + ".label")
}

// StepText is the sentence of a timeline entry, without the city's own words.
func StepText(loc *i18n.Localizer, s *TimelineStep, now time.Time) string {
	params := map[string]any{}
	for k, v := range s.Params {
		switch v := v.(type) {
		case string:
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				params[k] = loc.Date(at, now)
				continue
			}
			params[k] = v
		case map[string]any: // a name with translations
			t := i18n.Text{}
			for lang, text := range v {
				t[lang], _ = text.(string)
			}
			if params[k] = t.In(loc.Lang()); k == "done" {
				params[k] = StatusParams{DoneIn: t}.DoneFor(loc.Lang())
			}
		case float64:
			if k == "other" {
				params["number"] = subject.Number(int64(v)).Format(subject.PrefixReport)
				continue
			}
			params[k] = int(v)
		default:
			params[k] = v
		}
	}
	if s.Department != nil {
		params["team"] = s.Department.Name.In(loc.Lang())
	}
	key := s.Key + ".entry"
	if !loc.Has(key) {
		return ""
	}
	return loc.TMap(key, params)
}
