package deskpages

import (
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// beside lists the complaints that a report belongs to: those only that the
// clerk works on, and never on the public page.
func (p *pages) beside(v *visit, cv *caseView) error {
	if p.Complaints == nil {
		return nil
	}
	list, err := p.Complaints.Beside(v.ctx, v.actor, subject.Ref{Kind: subject.Report, ID: v.r.ID})
	for i := range list {
		number := list[i].Number.Format(subject.PrefixComplaint)
		cv.Complaints = append(cv.Complaints, kit.Crumb{Name: number, URL: "/desk/complaints/" + number})
	}
	return err
}
