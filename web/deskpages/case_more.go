package deskpages

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// handedLine is why another team has given the case to this one.
type handedLine struct{ From, When, Reason string }

// handedOf is the newest hand-over, when it brought the case to the team that
// has it and somebody said why.
func handedOf(v *visit, cv *caseView, cat *categories.Catalogue, log []casework.LogLine) *handedLine {
	for _, l := range log { // newest first
		if l.What != casework.WhatDepartment {
			continue
		}
		if l.To != v.r.Department.ID.String() || l.Reason == "" {
			return nil
		}
		return &handedLine{From: teamName(cv, cat, l.From), When: cv.Loc.DateTime(l.At, v.now), Reason: l.Reason}
	}
	return nil
}

// teamName is a department by its id as the log keeps it.
func teamName(cv *caseView, cat *categories.Catalogue, id string) string {
	if u, err := uuid.Parse(id); err == nil {
		if d, ok := cat.DepartmentByID(u); ok {
			return d.Name.In(cv.Lang)
		}
	}
	return cv.T("case.team.unknown")
}

// noteFile is a file of an internal note, for the department whose note it is.
func (p *pages) noteFile(c kit.Context) error {
	n, id, err := fileOfNote(c)
	if err != nil {
		return err
	}
	f, data, err := p.Reports.NoteFile(c.Request().Context(), kit.Actor(c), n, id)
	if err != nil {
		return err
	}
	return kit.SendFile(c, f, data)
}

// viewNoteFile shows what is in a file of a note.
func (p *pages) viewNoteFile(c kit.Context) error {
	n, id, err := fileOfNote(c)
	if err != nil {
		return err
	}
	f, err := p.Reports.NoteFileHead(c.Request().Context(), kit.Actor(c), n, id)
	if err != nil {
		return err
	}
	back := kit.Crumb{Name: n.Format(subject.PrefixReport)}
	back.URL = "/desk/reports/" + back.Name
	return kit.ShowPreview(c, f, back, func(ctx context.Context) (preview.Document, error) { return p.Reports.PreviewFile(ctx, f) })
}

// fileOfNote is the file that an address names.
func fileOfNote(c kit.Context) (n subject.Number, id uuid.UUID, err error) {
	if n, err = number(c); err != nil {
		return n, id, err
	}
	if id, err = uuid.Parse(c.Param("file")); err != nil || len(c.Param("file")) != 36 {
		return n, id, fault.Missing("file")
	}
	return n, id, nil
}

// againOf is the text that "Wie letztes Mal" takes over: the nearest, and each
// time it is pressed again the next one.
func againOf(last []readyLine, taken string) *readyLine {
	if len(last) == 0 {
		return nil
	}
	at := slices.IndexFunc(last, func(r readyLine) bool { return r.like == taken })
	return &last[(at+1)%len(last)]
}

// short is the beginning of a text, on one line.
func short(text string) string {
	const most = 70
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) <= most {
		return string(r)
	}
	return strings.TrimSpace(string(r[:most-1])) + "…"
}
