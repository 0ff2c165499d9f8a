package city

import (
	"strings"

	"github.com/mitwirk/mitwirk/categories"
)

// openings and details vary the catalogue's sample sentences.
var (
	openings = []string{"", "", "", "", "Guten Tag. ", "Hallo, ", "Seit gestern: ", "Leider schon länger: ", "Heute früh gesehen: "} //nolint:gochecknoglobals // a table
	details  = []string{                                                                                                             //nolint:gochecknoglobals // a table
		"", "", "", "", " Es ist direkt vor Hausnummer {no}.", " Man sieht es gut von der Straße aus.", " Kinder kommen hier oft vorbei.",
		" Am Abend ist es besonders schlimm.", " Das ist auf der Seite mit den geraden Hausnummern.", " Letzte Woche war es noch in Ordnung.",
		" Gegenüber ist eine Bäckerei.", " Es ist an der Ecke.", " Ich komme hier jeden Tag mit dem Rad vorbei.",
	}
	thanks  = []string{" Danke für Ihre Mühe.", " Vielen Dank schon einmal.", " Danke, dass Sie sich darum kümmern."} //nolint:gochecknoglobals // a table
	english = map[string]string{                                                                                      //nolint:gochecknoglobals // a table
		"schlagloch": "There is a deep pothole in the right lane. Cyclists have to swerve.", "laterne": "The street light in front of the house has been out for a week.",
		"wildermuell": "Somebody left a mattress and two bags of rubbish on the pavement.", "scooter": "Three scooters block the pavement. My stroller does not fit through.",
		"muelleimer": "The bin at the corner is overflowing.", "strassenschmutz": "There is a lot of broken glass on the pavement.",
	}
)

// text is what somebody wrote: the kind's sample sentence, varied.
func (d dice) text(c *categories.Category, no string) (text, lang string) {
	if e := english[c.Key]; e != "" && d.chance(8) {
		return e, "en"
	}
	sample := c.Sample.In("de")
	if sample == "" || d.chance(12) { // a photo says enough
		return "", "de"
	}
	open := openings[d.IntN(len(openings))]
	if open != "" && !strings.HasSuffix(open, ". ") && !strings.HasSuffix(open, ": ") {
		sample = strings.ToLower(sample[:1]) + sample[1:]
	}
	text = open + sample + strings.ReplaceAll(details[d.IntN(len(details))], "{no}", no)
	if d.chance(4) {
		text += thanks[d.IntN(len(thanks))]
	}
	if d.chance(2) {
		text += " Sie erreichen mich unter 089 0000000."
	}
	return text, "de"
}

// answers are plausible answers to a kind's questions: none that leads to a
// hard stop, few that mean danger.
func (d dice) answers(cat *categories.Catalogue, c *categories.Category) categories.Answers {
	a := categories.Answers{}
	for i := range c.Questions {
		q := &c.Questions[i]
		if !q.Required && d.chance(40) {
			continue
		}
		switch q.Type {
		case categories.One, categories.Several:
			var keys []string
			for _, o := range q.Options {
				if o.Effects.Stop != "" && !d.chance(10) {
					continue
				}
				if stop, ok := cat.Stop(o.Effects.Stop); ok && stop.Hard {
					continue
				}
				keys = append(keys, o.Key)
			}
			if len(keys) > 0 {
				a[q.Key] = []string{keys[d.IntN(len(keys))]}
			}
		case categories.YesNo:
			a[q.Key] = []string{categories.No}
		case categories.Number:
			a[q.Key] = []string{"3"}
		case categories.Short, categories.Long, categories.Date, categories.Notice: // most people leave these out
		}
	}
	return a
}
