package categories

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

const (
	maxName      = 120
	maxQuestions = 30
	maxOptions   = 40
)

// CheckCategory names what is wrong with a category, by the fields of its form;
// what is wrong with a question is on the field "questions".
func CheckCategory(c *Catalogue, k *Category) error {
	var wrong fault.Fields
	checkNames(&wrong, "name", k.Name, maxName)
	if _, ok := c.Group(k.Group); !ok {
		wrong.Add("group", "field.choice")
	}
	if _, ok := c.Department(k.Department); !ok {
		wrong.Add("department", "field.choice")
	}
	if !k.Publish.Valid() {
		wrong.Add("publish", "field.choice")
	}
	if k.Photo != PhotoRecommended && k.Photo != PhotoOptional && k.Photo != PhotoNone {
		wrong.Add("photo", "field.choice")
	}
	for _, n := range []struct {
		name          string
		v, least, max int
	}{
		{"days", k.Days, 0, 999},
		{"near_m", k.NearM, 0, 5000},
		{"near_days", k.NearDays, 0, 999},
		{"keep_text", k.Retention.Text, 1, 36500},
		{"keep_photo", k.Retention.Photo, 1, 36500},
		{"keep_contact", k.Retention.Contact, 1, 36500},
	} {
		if n.v < n.least || n.v > n.max {
			wrong.Add(n.name, "admin.err.range", "from", n.least, "to", n.max)
		}
	}
	if len(k.Questions) > maxQuestions {
		wrong.Add("questions", "admin.err.questions", "n", maxQuestions)
	}
	for i := range k.Questions {
		if CheckQuestion(c, k, i) != nil {
			wrong.Add("questions", "admin.err.question", "question", k.Questions[i].Name.In(i18n.German))
		}
	}
	return wrong.Err()
}

// OptionField is the name of a field of an answer in the form of a question.
func OptionField(i int, name string) string { return "o" + strconv.Itoa(i) + "_" + name }

// CheckQuestion names what is wrong with a question of a category, by the fields
// of its form: its words, its answers, their effects, and that it depends only
// on earlier questions and on answers that they offer.
func CheckQuestion(c *Catalogue, k *Category, at int) error {
	var wrong fault.Fields
	q := &k.Questions[at]
	checkNames(&wrong, "label", q.Name, MaxShort*2)
	switch q.Type {
	case Short, Long, Number, One, Several, Date, YesNo, Notice:
	default:
		wrong.Add("type", "field.choice")
	}
	if !isKey(q.Key) || slices.IndexFunc(k.Questions, func(o Question) bool { return o.Key == q.Key }) != at {
		wrong.Add("key", "field.key")
	}
	if q.Min != nil && q.Max != nil && *q.Min > *q.Max {
		wrong.Add("max", "admin.err.bounds")
	}
	if len(q.Options) > maxOptions || len(q.Options) < 2 && (q.Type == One || q.Type == Several) {
		wrong.Add("options", "admin.err.options", "n", maxOptions)
	}
	for i, o := range q.Options {
		checkNames(&wrong, OptionField(i, "name"), o.Name, MaxShort)
		if !isKey(o.Key) || slices.IndexFunc(q.Options, func(x Option) bool { return x.Key == o.Key }) != i {
			wrong.Add(OptionField(i, "key"), "field.key")
		}
		checkEffect(&wrong, c, i, o.Effects)
	}
	checkShownIf(&wrong, k, at)
	return wrong.Err()
}

// checkShownIf also finds the questions that lean on an answer which is gone.
func checkShownIf(wrong *fault.Fields, k *Category, at int) {
	for _, cond := range k.Questions[at].ShownIf {
		i := slices.IndexFunc(k.Questions[:at], func(q Question) bool { return q.Key == cond.Question })
		if i < 0 {
			wrong.Add("when", "admin.err.when")
			continue
		}
		for _, a := range cond.Any {
			if _, ok := k.Questions[i].Option(a); !ok {
				wrong.Add("when", "admin.err.when")
			}
		}
	}
	q := &k.Questions[at]
	for _, later := range k.Questions[at+1:] {
		for _, cond := range later.ShownIf {
			if cond.Question != q.Key {
				continue
			}
			for _, a := range cond.Any {
				if _, ok := q.Option(a); !ok {
					wrong.Add("options", "admin.err.leans", "question", later.Name.In(i18n.German))
				}
			}
		}
	}
}

func checkEffect(wrong *fault.Fields, c *Catalogue, i int, e Effects) {
	if _, ok := c.Stop(e.Stop); !ok && e.Stop != "" {
		wrong.Add(OptionField(i, "stop"), "field.choice")
	}
	if _, ok := c.Department(e.Route); !ok && e.Route != "" {
		wrong.Add(OptionField(i, "route"), "field.choice")
	}
	if _, ok := c.Body(e.Body); !ok && e.Body != "" {
		wrong.Add(OptionField(i, "body"), "field.choice")
	}
	if e.Publish != "" && !e.Publish.Valid() {
		wrong.Add(OptionField(i, "publish"), "field.choice")
	}
	if e.Prio != "" && e.Prio != Normal && e.Prio != High {
		wrong.Add(OptionField(i, "prio"), "field.choice")
	}
	if e.Days < 0 || e.Days > 999 {
		wrong.Add(OptionField(i, "days"), "admin.err.range", "from", 0, "to", 999)
	}
}

// checkNames wants both languages, as a file does.
func checkNames(wrong *fault.Fields, field string, t i18n.Text, most int) {
	for _, lang := range []string{i18n.German, i18n.English} {
		switch n := utf8.RuneCountInString(t[lang]); {
		case n == 0:
			wrong.Add(field+"_"+lang, "field.required")
		case n > most:
			wrong.Add(field+"_"+lang, "field.too_long", "n", most)
		}
	}
}
