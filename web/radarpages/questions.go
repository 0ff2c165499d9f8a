package radarpages

import (
	"net/http"
	"strconv"

	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

type questionRow struct{ No, Title, URL, Text, Days, Lead string }

type questionsView struct {
	kit.Page

	P    *radar.Programme
	Rows []questionRow
}

// questions are those about measures that wait for an answer of the city.
func (p *pages) questions(c kit.Context) error {
	page, prog, err := p.deskPage(c, "radardesk.tab/questions")
	if err != nil {
		return err
	}
	list, err := p.Radar.Waits(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	v := questionsView{Page: page, P: prog}
	for i := range list {
		w := &list[i]
		v.Rows = append(v.Rows, questionRow{
			strconv.Itoa(w.Measure.No), w.Measure.Content.In(v.Lang).Title, w.Comment.Path(),
			w.Comment.Text, strconv.Itoa(w.Days), w.Measure.Content.Lead,
		})
	}
	return kit.Render(c, http.StatusOK, questionsPage(v))
}
