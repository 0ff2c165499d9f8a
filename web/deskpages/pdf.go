package deskpages

import (
	"bytes"
	"cmp"
	"mime"
	"net/http"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/paper"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// pdf is a case to pass on: what the public may read of it, the facts and the
// public history. No contact data, no notes, no dialogue.
func (p *pages) pdf(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	return p.sendPDF(v, nil)
}

// pdfWhole is a case for the file of its department: with contact data, dialogue
// and notes, for a purpose that stands in the audit log.
func (p *pages) pdfWhole(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Purpose string `form:"purpose" lines:"true"`
	}
	err = kit.Bind(c, &in)
	f := forms{open: "pdf", purpose: in.Purpose}
	if err != nil {
		return p.failed(v, err, f)
	}
	who, err := p.Reports.ReporterOf(v.ctx, v.actor, v.n, in.Purpose)
	if err != nil {
		return p.failed(v, err, f)
	}
	return p.sendPDF(v, &who)
}

func (p *pages) sendPDF(v *visit, who *reports.Reporter) error {
	name, pdf, err := p.onPaper(v, who)
	if err != nil {
		return err
	}
	kit.NoStore(v.c)
	v.c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return kit.Send(v.c, http.StatusOK, casework.PDF, pdf)
}

// onPaper is the file and its name.
func (p *pages) onPaper(v *visit, who *reports.Reporter) (name string, pdf []byte, err error) {
	cv, err := p.caseView(v, forms{})
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	if err := paper.Write(&b, caseOnPaper(&cv, v, who)); err != nil {
		return "", nil, err
	}
	name = cv.Number + ".pdf"
	if who != nil {
		name = cv.Number + "-" + cv.T("case.pdf.file") + ".pdf"
	}
	return name, b.Bytes(), nil
}

// caseOnPaper is what stands in the PDF of a case; without who nothing that only
// the person and the team may read.
func caseOnPaper(cv *caseView, v *visit, who *reports.Reporter) *paper.Doc {
	r, whole := cv.R, who != nil
	d := &paper.Doc{Title: cv.Title, Lang: cv.Lang, At: v.now}
	kind := cv.T("case.pdf.short")
	if whole {
		kind = cv.T("case.pdf.whole")
	}
	d.Foot = cv.Number + " · " + kind + " · " + cv.Loc.DateTime(v.now, v.now)
	first := paper.Part{Facts: []paper.Fact{{Name: cv.T("case.pdf.number"), Value: cv.Number}, {Name: cv.T("case.pdf.status"), Value: cv.Status}}}
	for _, f := range cv.Facts {
		if !whole && (f.Name == cv.T("desk.fact.note") || f.Name == cv.T("desk.fact.hints")) { // the team's only
			continue
		}
		if f.Value != "" {
			first.Facts = append(first.Facts, paper.Fact(f))
		}
	}
	if cv.Target != "" {
		first.Facts = append(first.Facts, paper.Fact{Name: cv.T("case.print.target"), Value: cv.Target})
	}
	d.Parts = append(d.Parts, first)
	if whole {
		d.Parts = append(d.Parts, reporterOnPaper(cv, v, who))
	}
	d.Parts = append(d.Parts, paper.Part{Heading: cv.T("desk.what"), Texts: []string{textOnPaper(cv, whole)}})
	answers := paper.Part{Heading: cv.T("desk.answers")}
	for _, a := range cv.Answers {
		if whole || r.TextState == reports.TextReleased && !a.TeamOnly {
			answers.Facts = append(answers.Facts, paper.Fact{Name: a.Question, Value: a.Shown})
		}
	}
	if len(answers.Facts) > 0 {
		d.Parts = append(d.Parts, answers)
	}
	if whole {
		d.Parts = append(d.Parts, talksOnPaper(cv, v)...)
	}
	past := paper.Part{Heading: cv.T("desk.history")}
	for i := range cv.Steps {
		s := &cv.Steps[i]
		if !whole && s.Audience != "" { // not everybody's, a note among them
			continue
		}
		e := paper.Entry{Title: s.Step.Title, When: s.Step.When, Lines: []string{s.Text, s.Note, s.Reason}, Tag: cmp.Or(s.Audience, s.Step.Who)}
		for _, f := range s.Files {
			e.Lines = append(e.Lines, cv.T("case.pdf.attached", "name", f.Name))
		}
		past.Entries = append(past.Entries, e)
	}
	d.Parts = append(d.Parts, past)
	if whole && cv.Desk != nil && len(cv.Desk.Lines) > 0 {
		changes := paper.Part{Heading: cv.T("case.log")}
		for _, l := range cv.Desk.Lines {
			changes.Entries = append(changes.Entries, paper.Entry{Title: l.What, When: l.When, Tag: l.Who})
		}
		d.Parts = append(d.Parts, changes)
	}
	return d
}

// textOnPaper is what was typed, or what the public may read of it.
func textOnPaper(cv *caseView, whole bool) string {
	r := cv.R
	switch {
	case r.Text == "":
		return cv.T("desk.text.none")
	case whole:
		return r.Text
	case r.TextState == reports.TextReleased && r.Visibility == reports.VisPublic && !r.NeverPublic():
		return r.TextPublic
	}
	return cv.T("case.pdf.held")
}

func reporterOnPaper(cv *caseView, v *visit, who *reports.Reporter) paper.Part {
	part := paper.Part{Heading: cv.T("case.pdf.who")}
	name, mail := cmp.Or(who.Name, cv.T("case.pdf.nobody")), cmp.Or(who.Mail, cv.T("case.pdf.nomail"))
	if who.Mail != "" && !who.Confirmed {
		mail += " " + cv.T("case.pdf.unconfirmed")
	}
	part.Facts = []paper.Fact{
		{Name: cv.T("case.pdf.name"), Value: name},
		{Name: cv.T("case.pdf.mail"), Value: mail},
		{Name: cv.T("desk.fact.since"), Value: cv.Loc.DateTime(who.At, v.now)},
	}
	return part
}

// talksOnPaper are the dialogue of the case and those of what was merged into it.
func talksOnPaper(cv *caseView, v *visit) []paper.Part {
	of := func(heading string, list []casework.Message) paper.Part {
		part := paper.Part{Heading: heading}
		for i := range list {
			m := &list[i]
			tag := cv.T("desk.talk.theirs")
			if m.Direction == casework.Out {
				tag = cv.T("desk.talk.ours")
			}
			part.Entries = append(part.Entries, paper.Entry{Title: cv.T("talk.kind." + m.Kind), When: cv.Loc.DateTime(m.At, v.now), Lines: []string{m.Text}, Tag: tag})
		}
		return part
	}
	var parts []paper.Part
	if len(cv.Talk.Messages) > 0 {
		parts = append(parts, of(cv.T("desk.talk"), cv.Talk.Messages))
	}
	for _, j := range cv.Talk.Joined {
		parts = append(parts, of(cv.T("case.joined", "number", j.Number.Format(subject.PrefixReport)), j.Messages))
	}
	return parts
}
