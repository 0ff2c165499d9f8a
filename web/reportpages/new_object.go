package reportpages

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// takeObject begins a report with what a sticker names: the object, and the
// pin where it stands. A code that does not exist is left out.
func (p *newPages) takeObject(v *visit, code string) error {
	o, err := p.object(v, code)
	if err != nil || o == nil {
		return err
	}
	v.form.Object = o.Code
	if !v.form.placed() {
		v.form.setPlace(o.Point, "", byMap)
	}
	return nil
}

// object is what a code names; nil for none.
func (p *newPages) object(v *visit, code string) (*geo.Object, error) {
	if code == "" {
		return nil, nil //nolint:nilnil // a report without an object is the normal case
	}
	o, err := p.Geo.ObjectByCode(v.ctx(), code)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // see above
	}
	return o, err
}

// objectID is the key of the draft's object; zero without one.
func (p *newPages) objectID(v *visit) (uuid.UUID, error) {
	o, err := p.object(v, v.form.Object)
	if err != nil || o == nil {
		return uuid.Nil, err
	}
	return o.ID, nil
}

// objectLine says what the report is about; "" without an object.
func (p *newPages) objectLine(v *visit) (string, error) {
	o, err := p.object(v, v.form.Object)
	if err != nil || o == nil {
		return "", err
	}
	return v.loc.T("object.wizard", "name", o.Name(v.loc)), nil
}

// sayObject tells on the first page that place and object are known.
func (p *newPages) sayObject(v *visit, f *frame) error {
	line, err := p.objectLine(v)
	if err == nil && line != "" && f.Flash == nil {
		f.Flash = &kit.FlashMessage{Kind: "info", Text: line}
	}
	return err
}
