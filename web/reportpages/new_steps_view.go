package reportpages

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// nearView lists open reports of the kind, nearest first.
func (p *newPages) nearView(v *visit, f frame) templ.Component {
	view := nearView{frame: f}
	for _, it := range v.near {
		n := nearItem{
			Number: it.Number.Format(subject.PrefixReport), Title: it.Title.In(v.loc.Lang()), URL: it.Path(),
			Shape: string(it.Status), Status: reports.StatusLabel(v.loc, it.Status, it.Quiet),
		}
		if it.Photo != uuid.Nil {
			n.Photo = "/photos/" + it.Photo.String() + "/small"
		}
		where := v.loc.T("wizard.near.here")
		if it.Distance >= 1 {
			where = v.loc.T("wizard.near.away", "m", distance(v.loc, it.Distance))
		}
		meta := []string{upperFirst(where), v.loc.T("wizard.near.since", "date", v.loc.Day(it.CreatedAt))}
		n.Meta = strings.Join(meta, ", ") + ". " + v.loc.T("wizard.near.affected", "n", it.MeToo+1) + "."
		view.Items = append(view.Items, n)
	}
	return nearPage(view)
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// actNear joins a report, or goes past all of them.
func (p *newPages) actNear(v *visit, in url.Values) (result, error) {
	if in.Get("do") != "same" {
		return result{}, nil
	}
	n, ok := reportNumber(in.Get("number"))
	if !ok {
		return result{}, fault.Missing("report")
	}
	return p.join(v, n)
}

// actQuestions goes on when nothing is wrong, no further question has come up
// and no answer says to call first.
func (p *newPages) actQuestions(v *visit, in url.Values) (result, error) {
	if len(v.wrong) > 0 {
		return result{wrong: v.wrong}, nil
	}
	for _, key := range v.outcome.Shown {
		q, _ := v.category.Question(key)
		if !slices.Contains(in["seen[]"], key) && q.Type != categories.Notice {
			return result{to: moreOf(v.here(stepQuestions)) + "#q-" + key}, nil
		}
	}
	if len(v.outcome.Stops) > 0 {
		return result{to: pathOf(v.draft.ID, "stop")}, nil
	}
	return result{}, nil
}

// moreOf says in the address that a further question has come up.
func moreOf(path string) string {
	if strings.Contains(path, "?") {
		return path + "&more=1"
	}
	return path + "?more=1"
}

func (p *newPages) questionsView(v *visit, f frame) (templ.Component, error) {
	rules, err := json.Marshal(v.category.Form())
	if err != nil {
		return nil, fmt.Errorf("rules of the questions: %w", err)
	}
	view := questionsView{frame: f, Kind: v.category.Name.In(v.loc.Lang()), Rules: string(rules), More: v.c.QueryParam("more") != ""}
	if view.More && len(f.Errors) == 0 {
		view.Said = v.loc.T("wizard.questions.more")
	}
	for _, q := range v.category.Questions {
		view.Asks = append(view.Asks, v.ask(q, f.Errors))
	}
	view.Errors = nil // in the list of errors each one names its question
	for _, e := range f.Errors {
		for _, a := range view.Asks {
			if a.InputName == e.Name {
				e.Text = strings.TrimSuffix(a.Label, ":") + " " + e.Text
			}
		}
		view.Errors = append(view.Errors, e)
	}
	return questionsPage(view), nil
}

// ask prepares one question with the answer so far.
func (v *visit) ask(q categories.Question, errs kit.Errors) ask {
	lang := v.loc.Lang()
	given := v.form.Answers[v.category.Key][q.Key]
	a := ask{
		Key: q.Key, Type: string(q.Type), InputName: categories.InputName(q.Key), Label: q.Name.In(lang), Required: q.Required,
		Hidden: !slices.Contains(v.outcome.Shown, q.Key), Error: errs.For(categories.InputName(q.Key)),
	}
	if len(given) > 0 {
		a.Value = given[0]
	}
	var hints []string
	switch q.Type {
	case categories.Several:
		hints = append(hints, v.loc.T("wizard.questions.several"))
	case categories.Date:
		hints = append(hints, v.loc.T("wizard.questions.date.hint"))
	default:
	}
	if q.TeamOnly {
		hints = append(hints, v.loc.T("wizard.questions.team"))
	}
	a.Hint = strings.Join(hints, " ")
	for _, o := range q.Options {
		a.Options = append(a.Options, kit.Option{Value: o.Key, Label: o.Name.In(lang), On: slices.Contains(given, o.Key)})
	}
	return a
}

// props is the question as an entry of a form.
func (a ask) props() kit.FieldProps {
	f := kit.FieldProps{
		Name: a.InputName, Label: a.Label, Value: a.Value, Hint: a.Hint, Error: a.Error,
		Required: a.Required, Optional: !a.Required,
	}
	switch categories.Type(a.Type) {
	case categories.Long:
		f.Rows = 4
	case categories.Number:
		f.InputMode = "numeric"
		f.Autocomplete = "off"
	case categories.Date:
		f.Type = "date"
	default:
	}
	return f
}

// actContact checks the address, which may be missing.
func (p *newPages) actContact(v *visit) (result, error) {
	if v.form.Mail == "" {
		return result{}, nil
	}
	var res result
	if _, err := accounts.ParseAddress(v.form.Mail); err != nil {
		res.wrong.Add("mail", "wizard.contact.mail.wrong")
	}
	return res, nil
}

func (p *newPages) contactView(v *visit, f frame) (templ.Component, error) {
	body, err := p.body(v)
	if err != nil {
		return nil, err
	}
	options, err := p.forOptions(v)
	return contactPage(contactView{frame: f, Mail: v.form.Mail, Body: body, For: options}), err
}
