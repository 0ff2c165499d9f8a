package deskpages

import (
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// statusFormOf builds the form of a status with what was typed and a preview of
// what the public will read.
func (p *pages) statusFormOf(v *visit, cv *caseView) (*statusForm, error) {
	in, to := cv.forms.status, cv.to
	if !slices.Contains(v.r.Actor.Next, to) {
		return nil, nil //nolint:nilnil // the state has changed; the reason is said above the links
	}
	f := &statusForm{
		To: to, Label: reports.StatusLabel(cv.Loc, to, v.r.Quiet), Action: v.sub("status/" + string(to)), Version: v.r.Version,
		Alt: in.Alt, AltError: cv.errors.For("photo_alt"), Upload: to == reports.Resolved || to == reports.Planned || to == reports.Commissioned,
	}
	needs := to.Mechanics().Needs
	for _, n := range needs {
		f.Fields = append(f.Fields, neededField(cv.Page, n, to, in, cv.errors))
	}
	if !slices.Contains(needs, reports.NeedReason) {
		reason := neededField(cv.Page, reports.NeedReason, to, in, cv.errors)
		reason.Label, reason.Hint, reason.Optional, reason.Required = cv.T("desk.field.words"), cv.T("desk.field.words.hint"), true, false
		f.Fields = append(f.Fields, reason)
	}
	if to == reports.Resolved && v.r.ReadySentence(i18n.German) != "" {
		for _, lang := range []string{i18n.German, i18n.English, "both"} {
			f.Ready = append(f.Ready, kit.Crumb{Name: cv.T("desk.ready." + lang), URL: readyURL(v, to, lang)})
		}
	}
	if f.Upload {
		f.Photos = photoOptions(cv.Page, v.r, in.Photo)
	}
	f.Lang = in.Lang
	f.Plain = plainOf(cv, in)
	if err := p.readyTexts(v, cv, f); err != nil {
		return nil, err
	}
	change, err := p.changeOf(in, to)
	_ = err // what can't be read yet is left out of the preview
	if f.Preview, err = p.sentences(v, to, dots(change.StatusParams)); err != nil {
		return nil, err
	}
	return f, nil
}

func readyURL(v *visit, to reports.Status, lang string) string {
	q := v.list.values()
	q.Set("ready", lang)
	return casePath(v.n) + "/status/" + string(to) + "?" + q.Encode() + "#tun"
}

// dots stand in the preview where something is not typed yet.
func dots(s reports.StatusParams) reports.StatusParams {
	for _, p := range []*string{&s.Body, &s.Reason} {
		if *p == "" {
			*p = "…"
		}
	}
	return s
}

// neededField is one entry of the form in words that fit the status.
func neededField(p kit.Page, n reports.Need, to reports.Status, in *statusIn, errs kit.Errors) needed {
	name := string(n)
	if n == reports.NeedPeriod {
		name = "until"
	}
	f := needed{FieldProps: kit.FieldProps{Name: name, Label: p.T("desk.field." + name), Error: errs.For(name), Required: true, Small: true}}
	if key := "desk.field." + name + "." + string(to); p.Loc.Has(key) {
		f.Label = p.T(key)
	}
	if key := "desk.field." + name + ".hint"; p.Loc.Has(key) {
		f.Hint = p.T(key)
	}
	switch n {
	case reports.NeedQuestion:
		f.Value, f.Rows, f.MaxLength = in.Question, 4, reports.MaxReason
	case reports.NeedDone:
		f.Value, f.Rows, f.MaxLength = in.Done, 4, reports.MaxReason
	case reports.NeedReason:
		f.Value, f.Rows, f.MaxLength = in.Reason, 3, reports.MaxReason
	case reports.NeedUntil, reports.NeedPeriod:
		f.Value, f.Type = in.Until, "date"
	case reports.NeedBody:
		f.Value = in.Body
	case reports.NeedOther:
		f.Value, f.Placeholder, f.Autocomplete = in.Other, "M-2026-7K3QX9", "off"
	case reports.NeedSeenBy:
		f.Options = choicesOf(p, "desk.seen.", in.SeenBy, "crew", "photo", "partner")
	case reports.NeedHow:
		f.Options = choicesOf(p, "desk.how.", in.How, "mail", "phone", "letter", "system")
	}
	return f
}

func choicesOf(p kit.Page, prefix, on string, values ...string) []kit.Option {
	out := make([]kit.Option, len(values))
	for i, v := range values {
		out[i] = kit.Option{Value: v, Label: p.T(prefix + v), On: v == on}
	}
	return out
}

// photoOptions are the photos of the report that may show the work; nil where
// there are none.
func photoOptions(p kit.Page, r *reports.View, on uuid.UUID) []kit.Option {
	if len(r.Photos) == 0 {
		return nil
	}
	out := []kit.Option{{Value: "", Label: p.T("desk.photo.none"), On: on == uuid.Nil}}
	for i, ph := range r.Photos {
		label := p.T("desk.photo.n", "i", i+1)
		if ph.Alt != "" {
			label += ": " + ph.Alt
		}
		out = append(out, kit.Option{Value: ph.ID.String(), Label: label, On: ph.ID == on})
	}
	return out
}
