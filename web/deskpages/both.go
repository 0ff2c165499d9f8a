package deskpages

import (
	"cmp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// bothRow is one entry in the version that stands in the case now and in the one
// that the clerk has sent. Words that only one of them has are marked.
type bothRow struct {
	Name         string
	Theirs, Mine []piece
}

// bothVersions compares what was sent with what somebody else was faster to
// save. None where nobody was: the case refused for another reason.
func (p *pages) bothVersions(v *visit, cv *caseView) []bothRow {
	f, r := &cv.forms, v.r
	if !f.stale {
		return nil
	}
	var rows []bothRow
	add := func(name, theirs, mine string) {
		theirs, mine = strings.TrimSpace(theirs), strings.TrimSpace(mine)
		if theirs != mine {
			rows = append(rows, bothRowOf(cv.T(name), theirs, mine))
		}
	}
	switch f.open {
	case "status":
		if in := f.status; in != nil && in.Version != r.Version {
			lang := cmp.Or(in.Lang, i18n.German)
			add("case.both.status", cv.Status, reports.StatusLabel(cv.Loc, f.to, r.Quiet))
			add("desk.field.question", r.Params.Question, in.Question)
			add("desk.field.done", r.Params.DoneFor(lang), in.Done)
			add("desk.field.body", r.Params.Body, in.Body)
			add("desk.field.until", p.dayText(cv, r.Params.Until, v.now), p.typedDay(cv, in.Until, v.now))
			add("desk.field.reason", r.Params.Reason, in.Reason)
		}
	case "release":
		if in := f.release; in != nil && in.Version != r.Version {
			theirs := ""
			if r.TextState == reports.TextReleased {
				theirs = r.TextPublic
			}
			add("desk.release.public", theirs, in.TextPublic)
		}
	case "step":
		if in := f.step; in.Version != r.Version {
			var theirs [3]string
			if len(r.Steps) > 0 { // newest first
				s := &r.Steps[0]
				theirs = [3]string{reports.StepTitle(cv.Loc, s, r.Quiet), reports.StepText(cv.Loc, s, v.now), s.Reason}
			}
			title := ""
			if in.Kind != "" {
				title = cv.T("step." + in.Kind + ".label")
			}
			add("case.both.step", theirs[0], title)
			add("case.both.what", theirs[1], strings.Join(filled(in.Done, in.Left, in.Body), "\n"))
			add("desk.field.words", theirs[2], in.Reason)
		}
	case "target":
		if f.version != r.Version {
			reason := ""
			if cv.Desk != nil {
				reason = lastReason(cv.Desk.Log)
			}
			add("case.target.day", p.dayText(cv, r.Target.Due, v.now), p.typedDay(cv, f.target, v.now))
			add("desk.field.reason", reason, f.targetReason)
		}
	case "desk":
		if cv.Desk != nil && f.version != cv.Desk.Version {
			if f.person != nil {
				add("case.both.who", cv.Desk.Who, nameOf(cv.Desk.People, *f.person))
			}
			if f.priority != "" {
				add("case.both.priority", priorityWord(cv, cv.Desk.Priority), priorityWord(cv, f.priority))
			}
		}
	}
	return rows
}

// bothRowOf marks the words of each version that the other one lacks.
func bothRowOf(name, theirs, mine string) bothRow {
	row := bothRow{Name: name}
	for _, d := range diffWords(theirs, mine) {
		if !d.Fresh {
			row.Theirs = append(row.Theirs, d)
		}
		if !d.Gone {
			row.Mine = append(row.Mine, d)
		}
	}
	return row
}

func filled(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

// lastReason is why the target was last moved.
func lastReason(log []casework.LogLine) string {
	for _, l := range log {
		if l.What == casework.WhatTarget {
			return l.Reason
		}
	}
	return ""
}

func nameOf(people []kit.Option, id uuid.UUID) string {
	value := ""
	if id != uuid.Nil {
		value = id.String()
	}
	for _, o := range people {
		if o.Value == value {
			return o.Label
		}
	}
	return ""
}

func priorityWord(cv *caseView, p casework.Priority) string {
	if p == casework.High {
		return cv.T("case.priority.high")
	}
	return cv.T("case.priority.normal")
}

func (p *pages) dayText(cv *caseView, at *time.Time, now time.Time) string {
	if at == nil {
		return ""
	}
	return cv.Loc.Date(*at, now)
}

// typedDay is a day of a form in words; what is none stays as it was typed.
func (p *pages) typedDay(cv *caseView, text string, now time.Time) string {
	day, err := p.dayOf(text)
	if err != nil || day.IsZero() {
		return text
	}
	return cv.Loc.Date(day, now)
}
