package deskpages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/web/kit"
)

// printCase is a case on paper: what the team knows, without contact data and
// without internal notes. The browser's own "save as PDF" keeps its headings
// and the order of reading.
func (p *pages) printCase(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	cv, err := p.caseView(v, forms{})
	if err != nil {
		return err
	}
	if cv.Desk == nil {
		return refuse("report.why.not_staff")
	}
	kept := cv.Steps[:0:0]
	for _, s := range cv.Steps {
		if s.Note == "" {
			kept = append(kept, s)
		}
	}
	cv.Steps = kept
	cv.Scripts = nil
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, printPage(cv))
}
