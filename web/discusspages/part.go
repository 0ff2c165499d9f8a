package discusspages

import (
	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Part is the discussion of a thing for the page that embeds it: what Load reads,
// as Thread shows it.
func (p *Pages) Part(c kit.Context, page kit.Page, ref subject.Ref) (templ.Component, error) {
	v, err := p.Load(c, page, ref)
	if err != nil {
		return nil, err
	}
	return Thread(v), nil
}
