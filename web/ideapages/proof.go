package ideapages

import (
	"context"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// proofView says who may take part in a call that asks an eID, and how the reader
// proves it. What the eID has answered stands here for nobody else.
type proofView struct {
	People string // "Menschen, die in Au wohnen"
	Talk   bool
	Yes    string // until when; "": not proved
	No     bool   // asked, and it was a no
	Ways   []proofWay
	Closed bool // there is nothing to prove it for, now
	Beside bool // in a window of its own: what is typed here stays
}

type proofWay struct{ Label, URL string }

// attrs of the buttons that lead to the eID.
func (v *proofView) attrs() templ.Attributes {
	if !v.Beside {
		return nil
	}
	return templ.Attributes{"target": "_blank", "rel": "noopener"}
}

// proof is nil where a call asks for none. next is where it leads back to.
func (p *pages) proof(c kit.Context, loc *i18n.Localizer, call *ideas.Call, next string) (*proofView, error) {
	if call == nil || call.Who != ideas.WhoProved {
		return nil, nil //nolint:nilnil // most calls ask for none
	}
	ctx := c.Request().Context()
	people, err := p.peopleOf(ctx, loc, &call.Proof)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	v := &proofView{People: people, Talk: call.Proof.Talk, Closed: !call.Asks(now, p.Zone)}
	was, err := p.Ideas.ProofOf(ctx, kit.Actor(c), call)
	if err != nil {
		return nil, err
	}
	switch {
	case was != nil && was.Yes:
		v.Yes = loc.Day(was.Until)
		return v, nil
	case was != nil:
		v.No = !v.Closed // it says that they can ask again
	}
	if v.Closed {
		return v, nil
	}
	ways, err := p.Ideas.WaysToProve(ctx, call)
	if err != nil {
		return nil, err
	}
	q := url.Values{"prove": {call.Number.Format(subject.PrefixCall)}, "next": {next}}.Encode()
	for _, w := range ways {
		v.Ways = append(v.Ways, proofWay{Label: w.Label, URL: "/login/with/" + w.Key + "?" + q})
	}
	return v, nil
}

// peopleOf is for whom a call is, in words that go on a sentence: "Menschen, die
// in Au wohnen und 14 bis 27 Jahre alt sind".
func (p *pages) peopleOf(ctx context.Context, loc *i18n.Localizer, proof *ideas.Proof) (string, error) {
	var where, age string
	switch {
	case proof.City:
		where = loc.T("idea.proof.in_city")
	case proof.Area():
		places, err := p.districtNames(ctx, proof.Districts)
		if err != nil {
			return "", err
		}
		for _, code := range proof.Postcodes {
			places = append(places, loc.T("idea.proof.postcode", "code", code))
		}
		where = loc.T("idea.proof.in", "places", orList(loc, places))
	}
	switch {
	case proof.AgeFrom > 0 && proof.AgeTo > 0:
		age = loc.T("idea.proof.age", "from", proof.AgeFrom, "to", proof.AgeTo)
	case proof.AgeFrom > 0:
		age = loc.T("idea.proof.age_from", "from", proof.AgeFrom)
	case proof.AgeTo > 0:
		age = loc.T("idea.proof.age_to", "to", proof.AgeTo)
	}
	if where != "" && age != "" {
		return loc.T("idea.proof.people_both", "where", where, "age", age), nil
	}
	return loc.T("idea.proof.people", "what", where+age), nil
}

func orList(loc *i18n.Localizer, names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return loc.T("idea.proof.or", "list", strings.Join(names[:last], ", "), "last", names[last])
}

func (p *pages) districtNames(ctx context.Context, refs []string) ([]string, error) {
	var names []string
	for _, ref := range refs {
		l, ok, err := p.Geo.DistrictByRef(ctx, ref)
		if err != nil {
			return nil, err
		}
		if ok {
			names = append(names, l.Name)
		}
	}
	return names, nil
}

// whoMay is who takes part in a call, for its facts.
func (p *pages) whoMay(ctx context.Context, loc *i18n.Localizer, call *ideas.Call) (string, error) {
	if call.Who != ideas.WhoProved {
		return loc.T("idea.who." + call.Who), nil
	}
	return p.peopleOf(ctx, loc, &call.Proof)
}

// toProof leads whoever lacks a proof to where they can give it. Any other error
// stays what it is.
func toProof(c kit.Context, err error, at string) error {
	if !ideas.NeedsProof(err) || kit.WantsJSON(c) {
		return err
	}
	kit.Flash(c, "info", ideas.WhyProof)
	return kit.Redirect(c, at+"#nachweis")
}

// proofIn reads the fields of a call's question.
func (in *callIn) proof(wrong *fault.Fields) ideas.Proof {
	out := ideas.Proof{City: in.ProofCity, Districts: in.ProofDistricts, Talk: in.ProofTalk}
	out.Postcodes = strings.FieldsFunc(in.ProofPostcodes, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' })
	for _, f := range []struct {
		name, text string
		to         *int
	}{{"age_from", in.AgeFrom, &out.AgeFrom}, {"age_to", in.AgeTo, &out.AgeTo}} {
		n, ok := readInt(f.text)
		if !ok {
			wrong.Add(f.name, "idea.err.proof_age")
		}
		*f.to = n
	}
	return out
}
