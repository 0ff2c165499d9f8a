package categories

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Write makes a catalogue file: Parse of what it returns is the same
// catalogue. What equals the default is left out.
func Write(c *Catalogue) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(tree(c)); err != nil {
		return nil, fmt.Errorf("write catalogue: %w", err)
	}
	return out.Bytes(), nil
}

func tree(c *Catalogue) *yaml.Node {
	root := &object{}
	departments := &object{}
	for _, d := range c.Departments {
		o := &object{flow: true}
		o.text(d.Name).str("door", d.Door)
		if len(d.Does) == 1 && d.Does[i18n.German] != "" {
			o.str("does", d.Does[i18n.German])
		} else if len(d.Does) > 0 {
			o.put("does", (&object{flow: true}).text(d.Does).node())
		}
		departments.put(d.Key, o.str("hours", d.Hours.String()).node())
	}
	outside := &object{}
	for _, b := range c.Outside {
		outside.put(b.Key, (&object{flow: true}).text(b.Name).str("area", b.Area).str("forward", b.Forward).str("link", b.Link).node())
	}
	groups := &object{}
	for _, g := range c.Groups {
		groups.put(g.Key, (&object{flow: true}).text(g.Name).node())
	}
	common, names := commonQuestions(c)
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range c.Categories {
		list.Content = append(list.Content, categoryNode(&c.Categories[i], names))
	}
	stops := &object{}
	for _, s := range c.Stops {
		o := (&object{flow: true}).put("hard", plain("!!bool", strconv.FormatBool(s.Hard))).put("tel", texts(s.Tel))
		for _, lang := range languages() {
			if s.Title[lang] != "" {
				o.put(lang, texts([]string{s.Title[lang], s.Text[lang]}))
			}
		}
		stops.put(s.Key, o.node())
	}
	signposts := &object{}
	for _, s := range c.Signposts {
		signposts.put(s.Key, signpostNode(s))
	}
	root.put("departments", departments.node()).put("outside", outside.node()).put("groups", groups.node())
	root.put("common", common.node()).put("categories", list).put("stops", stops.node()).put("signposts", signposts.node())
	return root.node()
}

// commonQuestions are those that are written once. Where a category's differs
// from the first one of its key, it is written out there.
func commonQuestions(c *Catalogue) (*object, map[string]Question) {
	o, first := &object{}, map[string]Question{}
	for _, k := range c.Categories {
		for _, q := range k.Questions {
			if _, ok := first[q.Key]; !q.Common || ok {
				continue
			}
			first[q.Key] = q
			o.put(q.Key, questionNode(q, false, false))
		}
	}
	return o, first
}

func categoryNode(k *Category, common map[string]Question) *yaml.Node {
	o := &object{}
	o.str("key", k.Key).str("group", k.Group).text(k.Name).str("dept", k.Department)
	if k.Wish {
		o.str("kind", "wunsch")
	}
	o.num("days", k.Days)
	if !k.TargetOn {
		o.put("target", plain("!!bool", "false"))
	}
	o.str("vis", string(k.Publish)).str("photo", string(k.Photo))
	o.put("dup", numbers(k.NearM, k.NearDays)).str("object", k.Object).num("share", k.Share)
	o.flag("optional", k.Optional).flag("quiet", k.Quiet).str("season", k.Season.String())
	if !slices.Equal(k.Kinds, []string{string(subject.Report)}) {
		o.put("kinds", texts(k.Kinds))
	}
	if r := k.Retention; r != DefaultRetention() {
		o.put("retention", (&object{flow: true}).num("text", r.Text).num("photo", r.Photo).num("contact", r.Contact).node())
	}
	o.put("words", wordsNode(k.Words)).str("ex", k.Sample[i18n.German])
	if len(k.Ready) > 0 {
		o.put("done", inOrderNode(k.Ready))
	}
	questions, asked := &yaml.Node{Kind: yaml.SequenceNode}, false
	for _, q := range k.Questions {
		if c, ok := common[q.Key]; ok && q.Common && sameQuestion(q, c) {
			questions.Content = append(questions.Content, quoted(q.Key))
			continue
		}
		derived := false // as the parser does it
		if choice := q.Type == One || q.Type == Several; choice && !asked {
			derived = (q.Key == "art" || q.Key == "was") && len(q.ShownIf) == 0
			asked = true
		}
		questions.Content = append(questions.Content, questionNode(q, derived, true))
	}
	if len(questions.Content) > 0 {
		o.put("q", questions)
	}
	return o.node()
}

func questionNode(q Question, derived, named bool) *yaml.Node {
	o := &object{flow: true}
	if named {
		o.str("id", q.Key)
	}
	o.str("type", string(q.Type))
	var when []string
	for _, c := range q.ShownIf {
		when = append(when, c.Question+"="+strings.Join(c.Any, "|"))
	}
	o.str("when", strings.Join(when, ",")).flag("private", q.TeamOnly)
	if q.Required != derived {
		o.put("required", plain("!!bool", strconv.FormatBool(q.Required)))
	}
	if q.Min != nil {
		o.put("min", plain("!!int", strconv.Itoa(*q.Min)))
	}
	if q.Max != nil {
		o.put("max", plain("!!int", strconv.Itoa(*q.Max)))
	}
	o.text(q.Name)
	switch q.Type {
	case YesNo:
		for _, opt := range q.Options {
			o.str(opt.Key, opt.Effects.String())
		}
	case One, Several:
		opts := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, opt := range q.Options {
			opts.Content = append(opts.Content, optionNode(opt))
		}
		o.put("opt", opts)
	default:
	}
	return o.node()
}

func optionNode(o Option) *yaml.Node {
	line := o.Key + "|" + o.Name[i18n.German] + "|" + o.Name[i18n.English]
	effects := o.Effects.String()
	if strings.Count(line, "|") > 2 || len(o.Name) > 2 {
		return (&object{flow: true}).str("id", o.Key).text(o.Name).str("do", effects).node()
	}
	if effects != "" {
		line += "|" + effects
	}
	return quoted(line)
}

// String writes the effects as a catalogue file does: "stop=gefahr,days=1".
func (e Effects) String() string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	add("stop", e.Stop)
	add("route", e.Route)
	add("vis", string(e.Publish))
	add("prio", string(e.Prio))
	if e.Wish {
		add("kind", "wunsch")
	}
	if e.Days > 0 {
		add("days", strconv.Itoa(e.Days))
	}
	add("nr", e.Body)
	return strings.Join(parts, ",")
}

func signpostNode(s Signpost) *yaml.Node {
	o := &object{}
	o.put("words", wordsNode(s.Words)).str("stop", s.Stop).text(s.Body)
	if s.Link.URL != "" {
		o.put("link", (&object{flow: true}).str("url", s.Link.URL).text(s.Link.Label).node())
	}
	if s.Door.To != "" {
		o.put("door", (&object{flow: true}).str("to", s.Door.To).text(s.Door.Text).node())
	}
	return o.node()
}

func wordsNode(w map[string][]string) *yaml.Node {
	if len(w) == 0 || len(w) == 1 && len(w[i18n.German]) > 0 {
		return texts(w[i18n.German])
	}
	o := &object{flow: true}
	for _, lang := range languages() {
		if len(w[lang]) > 0 {
			o.put(lang, texts(w[lang]))
		}
	}
	return o.node()
}

func inOrderNode(t i18n.Text) *yaml.Node {
	list := []string{t[i18n.German], t[i18n.English]}
	if t[i18n.Easy] != "" {
		list = append(list, t[i18n.Easy])
	}
	return texts(list)
}

// sameQuestion tells whether two questions are the same but for their rows.
func sameQuestion(a, b Question) bool {
	return a.Type == b.Type && sameText(a.Name, b.Name) && a.Required == b.Required && a.TeamOnly == b.TeamOnly &&
		fmt.Sprint(a.ShownIf, sameBound(a.Min), sameBound(a.Max)) == fmt.Sprint(b.ShownIf, sameBound(b.Min), sameBound(b.Max)) &&
		slices.EqualFunc(a.Options, b.Options, func(x, y Option) bool {
			return x.Key == y.Key && sameText(x.Name, y.Name) && x.Effects == y.Effects
		})
}

func sameBound(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
