package complaintpages

import (
	"strconv"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// nth tells several parts of one name apart, as a landmark must: "Antwort (2)".
func nth(name string, i, of int) string {
	if of < 2 {
		return name
	}
	return name + " (" + strconv.Itoa(i+1) + ")"
}

type timeTime = time.Time

func outcomeText(page kit.Page, o complaints.Outcome, to string) string {
	text := page.T("complaint.outcome." + string(o))
	if o == complaints.Forwarded && to != "" {
		text += " " + to
	}
	return text
}

// factLines are what came with the words.
func factLines(page kit.Page, c *complaints.View) []line {
	var help []string
	for _, h := range c.Help {
		help = append(help, page.T("complaint.help."+h))
	}
	lang := ""
	if c.Lang != i18n.German {
		lang = page.T("complaint.lang." + c.Lang)
	}
	var list []line
	for _, l := range []struct{ key, value string }{
		{"wanted", c.Wanted},
		{"place", c.Place},
		{"happened", c.Happened},
		{"earlier", c.Earlier},
		{"on_behalf", c.OnBehalf},
		{"help", strings.Join(help, ", ")},
		{"lang", lang},
	} {
		if l.value != "" {
			list = append(list, line{Name: page.T("complaint.field." + l.key), Value: l.value})
		}
	}
	return list
}

// contactLines is how to reach a person.
func contactLines(page kit.Page, d *complaints.ContactDetails) []line {
	var list []line
	for _, l := range []struct{ key, value string }{{"name", d.Name}, {"mail", d.Mail}, {"postal", d.Postal}, {"phone", d.Phone}} {
		if l.value != "" {
			list = append(list, line{Name: page.T("complaint.field." + l.key), Value: l.value})
		}
	}
	if len(list) == 0 {
		list = append(list, line{Name: page.T("complaint.field.reach"), Value: page.T("complaint.desk.contact.none")})
	}
	return list
}

func ruleFields(r complaints.Rule) []line {
	return []line{
		{Name: "interim_days", Value: strconv.Itoa(r.InterimDays)},
		{Name: "answer_days", Value: strconv.Itoa(r.AnswerDays)},
		{Name: "review_days", Value: strconv.Itoa(r.ReviewDays)},
		{Name: "keep_days", Value: strconv.Itoa(r.KeepDays)},
	}
}
