package deskpages

import (
	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Papers makes the same PDF of a case as the pages do, for those who come by
// another door.
type Papers struct{ p *pages }

// NewPapers makes Papers of what the pages have.
func NewPapers(deps Deps) *Papers { return &Papers{&pages{deps}} }

// Case is a case on paper and the name of the file: without a purpose what may be
// passed on, with one also contact data, dialogue and notes; the purpose stands in
// the audit log. The actor works on the case; else it is refused as on its page.
func (x *Papers) Case(c kit.Context, actor accounts.Actor, n subject.Number, purpose *string) (name string, pdf []byte, err error) {
	v := &visit{c: c, ctx: c.Request().Context(), actor: actor, n: n}
	if v.now, err = db.Now(v.ctx, x.p.DB); err != nil {
		return "", nil, err
	}
	if err := x.p.reload(v); err != nil {
		return "", nil, err
	}
	if purpose == nil {
		return x.p.onPaper(v, nil)
	}
	who, err := x.p.Reports.ReporterOf(v.ctx, v.actor, v.n, *purpose)
	if err != nil {
		return "", nil, err
	}
	return x.p.onPaper(v, &who)
}
