package reportpages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// What paper needs of a report beside its page: its QR code and a plain
// picture of the place. Who prints fetches them; the page costs nothing more.

// The picture is that many metres wide and high.
const (
	placeW = 420
	placeH = 260
)

// code is the QR code of a report's address. It is the same for numbers that
// do not exist: it tells nothing.
func (p *showPages) code(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	return kit.SendQR(c, p.url("/reports/"+n.Format(subject.PrefixReport)))
}

// place draws where a report is, for those who may see it.
func (p *showPages) place(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	r, err := p.Reports.Get(ctx, kit.Actor(c), n)
	if err != nil {
		return err
	}
	picture, err := p.Geo.DrawPlace(ctx, r.Point, placeW, placeH)
	if err != nil {
		return err
	}
	if r.Visibility == reports.VisPublic {
		kit.Public(c, keepPublic)
	}
	return kit.Send(c, http.StatusOK, "image/svg+xml", kit.PictureSVG(picture))
}
