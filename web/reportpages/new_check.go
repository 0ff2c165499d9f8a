package reportpages

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// body says whose task it is if not the city's: by the place, else by an answer.
func (p *newPages) body(v *visit) (*bodyNote, error) {
	if !v.form.placed() {
		return nil, nil //nolint:nilnil // nothing to say
	}
	r, ok, err := p.Geo.Responsible(v.ctx(), v.form.point(), v.form.Category)
	if err != nil {
		return nil, err
	}
	if ok {
		return bodyOf(v.loc, &r), nil
	}
	for _, key := range v.outcome.Bodies {
		if b, ok := v.cat.Body(key); ok {
			forward := geo.Forward(b.Forward)
			if forward == geo.ForwardLink && b.Link == "" {
				forward = geo.ForwardNone
			}
			return bodyOf(v.loc, &geo.Responsibility{BodyKey: b.Key, Name: b.Name, Link: b.Link, Forward: forward}), nil
		}
	}
	return nil, nil //nolint:nilnil // it is the city's task
}

// readCheck applies what the hint about phone numbers offers.
func readCheck(in url.Values, f *form) {
	switch in.Get("do") {
	case "pii-remove":
		f.Text, f.Note = removePII(f.Text), removePII(f.Note)
	case "pii-keep":
		f.KeepPII = piiText(f)
	}
}

// piiText is what everybody may read one day.
func piiText(f *form) string { return strings.TrimSpace(f.Text + "\n" + f.Note) }

// asksPII is the hint, "" when there is nothing to ask: nothing found, kept on
// purpose, or a text that never becomes public.
func (v *visit) asksPII() string {
	text := piiText(&v.form)
	never := v.outcome.Publish == categories.PublishPlace || v.outcome.Publish == categories.PublishNever
	if found := findPII(text); found.found() && !never && v.form.KeepPII != text {
		return v.loc.T(found.key())
	}
	return ""
}

// actCheck sends the report.
func (p *newPages) actCheck(v *visit, in url.Values) (result, error) {
	switch in.Get("do") {
	case "pii-remove":
		return result{to: v.path(stepCheck) + "?removed=1"}, nil
	case "pii-keep":
		return result{stay: true}, nil
	case "later":
		return result{}, nil
	}
	if missing := v.missing(); missing != stepCheck {
		return result{to: v.path(missing)}, nil
	}
	for _, key := range v.outcome.Stops {
		if s, ok := v.cat.Stop(key); ok && s.Hard {
			return result{to: pathOf(v.draft.ID, "stop")}, nil
		}
	}
	sub := v.form.submission(mailLang(v.loc))
	sub.Version = v.draft.Version
	sub.Draft = v.draft.ID
	var err error
	if sub.Object, err = p.objectID(v); err != nil {
		return result{}, err
	}
	limited := kit.Limit(v.c, accounts.RuleReport)
	if limited != nil { // many clicks on one report are no flood
		if _, ok, err := p.Reports.Resubmitted(v.ctx(), v.actor, v.draft.ID); err != nil || !ok {
			return result{}, cmp.Or(err, limited)
		}
		return result{to: pathOf(v.draft.ID, "receipt")}, nil
	}
	if _, err := p.Reports.Submit(v.ctx(), v.actor, sub); err != nil {
		return result{}, err
	}
	if err := p.remember(v); err != nil {
		return result{}, err
	}
	return result{to: pathOf(v.draft.ID, "receipt")}, nil
}

// missing is the first page whose answer is not good enough to be sent.
func (v *visit) missing() step {
	switch {
	case v.category == nil:
		return stepKind
	case v.category.Key == unknownKind && v.form.Text == "" && len(v.photos) == 0:
		return stepWhat
	case !v.form.placed() || v.form.unsure() || v.form.District != "" && blank(v.form.Note):
		return stepPlace
	case len(v.wrong) > 0:
		return stepQuestions
	}
	return stepCheck
}

// mailLang is the language in which mails come: the page's.
func mailLang(loc *i18n.Localizer) string {
	if loc.Lang() == i18n.English {
		return i18n.English
	}
	return i18n.German
}

func (p *newPages) checkView(v *visit, f frame) (templ.Component, error) {
	lang := v.loc.Lang()
	view := checkView{frame: f, PII: v.asksPII(), AnswersChange: v.path(stepQuestions) + "?to=check", HasQuestions: len(v.category.Questions) > 0}
	row := func(name string, at step, missing string, lines ...string) checkRow {
		r := checkRow{Name: v.loc.T(name), Change: v.path(at) + "?to=check", Missing: v.loc.T(missing)}
		for _, l := range lines {
			if l != "" {
				r.Lines = append(r.Lines, l)
			}
		}
		return r
	}
	view.Kind = row("wizard.check.kind", stepKind, "wizard.kind.choose", v.category.Name.In(lang))
	view.Text = row("wizard.check.text", stepWhat, "wizard.check.text.none", strings.Split(v.form.Text, "\n")...)
	view.Photos = row("wizard.check.photos", stepWhat, "wizard.check.photos.none")
	for _, a := range v.photos {
		view.Shots = append(view.Shots, shotOf(a))
	}
	if n := len(view.Shots); n > 0 {
		view.Photos.Missing = ""
	}
	place, err := p.Geo.Locate(v.ctx(), v.form.point(), v.form.Category)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return nil, err
	}
	where, note := chosenPlace(v.loc, place, v.form.Label, v.form.Source), ""
	if v.form.Note != "" {
		note = v.loc.T("wizard.check.note", "note", v.form.Note)
	}
	object, err := p.objectLine(v)
	if err != nil {
		return nil, err
	}
	view.Place = row("wizard.check.place", stepPlace, "wizard.place.need", where.Title, where.District, object, note)
	contact := ""
	if v.form.Mail != "" {
		contact = v.loc.T("wizard.check.contact.mail", "mail", v.form.Mail)
	}
	forWhom, err := p.forLine(v)
	if err != nil {
		return nil, err
	}
	view.Contact = row("wizard.check.contact", stepContact, "wizard.check.contact.none", forWhom, contact)
	view.Answers = v.answered()
	view.Public, view.Private = publicNotice(v.loc, v.outcome.Publish), v.outcome.Publish == categories.PublishNever
	if view.Body, err = p.body(v); err != nil {
		return nil, err
	}
	if d, ok := v.cat.Department(v.outcome.Department); ok {
		view.Who = d.Name.In(lang)
	}
	if v.c.QueryParam("removed") != "" && view.PII == "" {
		view.Said = v.loc.T("pii.removed")
	}
	return checkPage(view), nil
}

// publicNotice says in words what becomes public.
func publicNotice(loc *i18n.Localizer, p categories.Publish) string {
	switch p {
	case categories.PublishAtOnce:
		return loc.T("wizard.public.a")
	case categories.PublishChecked:
		return loc.T("wizard.public.b")
	case categories.PublishPlace:
		return loc.T("wizard.public.c")
	default:
		return loc.T("wizard.private")
	}
}

// answered are the answers that count, in words.
func (v *visit) answered() []answered {
	lang := v.loc.Lang()
	var list []answered
	for _, a := range v.outcome.Answers {
		q, ok := v.category.Question(a.Question)
		if !ok {
			continue
		}
		words := make([]string, 0, len(a.Values))
		for _, value := range a.Values {
			if o, ok := q.Option(value); ok {
				value = o.Name.In(lang)
			}
			if q.Type == categories.Date {
				if day, err := time.ParseInLocation(time.DateOnly, value, v.loc.Zone()); err == nil {
					value = v.loc.Day(day)
				}
			}
			words = append(words, value)
		}
		one := answered{Question: q.Name.In(lang), Answer: strings.Join(words, ", ")}
		if q.TeamOnly {
			one.Note = v.loc.T("wizard.questions.team")
		}
		list = append(list, one)
	}
	return list
}

// stop is the page that comes before a report goes on: whom to call. It is made
// of the answers; that somebody saw it is stored nowhere.
func (p *newPages) stop(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	k := v.known()
	view := stopView{frame: p.frame(v, stepQuestions, nil), Next: v.path(k.after(stepQuestions))}
	view.Back = v.path(stepQuestions)
	for _, key := range v.outcome.Stops {
		s, ok := v.cat.Stop(key)
		if !ok {
			continue
		}
		view.Hard = view.Hard || s.Hard
		view.Stops = append(view.Stops, stopPage{Title: s.Title.In(v.loc.Lang()), Text: s.Text.In(v.loc.Lang()), Tel: s.Tel})
	}
	if len(view.Stops) == 0 {
		return kit.Redirect(c, view.Next)
	}
	// what is most urgent stands first: the pages that end the way
	slices.SortStableFunc(view.Stops, func(a, b stopPage) int { return len(b.Tel) - len(a.Tel) })
	view.Title = view.Stops[0].Title
	if at, open, err := p.Categories.NextReading(v.ctx(), v.outcome.Department); err == nil && !open && !view.Hard {
		view.Read = v.loc.T("wizard.stop.read", "day", v.loc.NearDate(at, v.now))
	}
	kit.NoStore(c)
	return kit.Render(c, 200, stopScreen(view))
}
