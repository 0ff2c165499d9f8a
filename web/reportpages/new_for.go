package reportpages

import (
	"net/url"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// For whom a report is made: "Ich melde für …".

// readFor takes the choice over; a page without one says nothing about it.
func readFor(in url.Values, f *form) {
	if list, asked := in["organisation"]; asked && len(list) > 0 {
		f.Organisation = clean(list[0], false)
	}
}

// organisation is the one that was chosen; zero: none, or what is no id.
func (f *form) organisation() uuid.UUID {
	id, err := uuid.Parse(f.Organisation)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// forOptions is the choice, empty for whoever acts for themselves only.
func (p *newPages) forOptions(v *visit) ([]kit.Option, error) {
	list, err := accounts.OrganisationsOf(v.ctx(), p.DB, v.actor)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	chosen := v.form.organisation()
	options := []kit.Option{{Label: v.loc.T("wizard.for.self"), On: true}}
	for _, o := range list {
		on := o.ID == chosen
		if on {
			options[0].On = false
		}
		options = append(options, kit.Option{Value: o.ID.String(), Label: o.Name, On: on})
	}
	return options, nil
}

// forLine says it on the last page: "" for oneself.
func (p *newPages) forLine(v *visit) (string, error) {
	options, err := p.forOptions(v)
	if err != nil {
		return "", err
	}
	for _, o := range options {
		if o.On && o.Value != "" {
			return v.loc.T("wizard.for.check", "name", o.Label), nil
		}
	}
	return "", nil
}

// forNote says to those who may know whether everybody may read the name, too.
func (v *showView) forNote(o *reports.Organisation) string {
	switch {
	case !v.R.Actor.SeeHeld:
		return ""
	case o.Shown:
		return v.T("report.for.shown")
	}
	return v.T("report.for.hidden")
}
