package categories

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

var (
	reSeason = regexp.MustCompile(`^([0-9]{2})-([0-9]{2})\.\.([0-9]{2})-([0-9]{2})$`)
	reTel    = regexp.MustCompile(`^\+?[0-9][0-9 ]{1,20}$`)
)

func (p *parser) season(m *fields) Season {
	s := m.str("season", false)
	if s == "" {
		return Season{}
	}
	season, ok := parseSeason(s)
	if !ok {
		p.failf(m.value["season"], join(m.path, "season"), "must be first and last day as month-day, e.g. \"11-01..03-31\"")
	}
	return season
}

func parseSeason(s string) (Season, bool) {
	g := reSeason.FindStringSubmatch(s)
	if g == nil {
		return Season{}, false
	}
	season := Season{atoi(g[1]), atoi(g[2]), atoi(g[3]), atoi(g[4])}
	for _, d := range [][2]int{{season.FromMonth, season.FromDay}, {season.ToMonth, season.ToDay}} {
		if d[0] < 1 || d[0] > 12 || d[1] < 1 || d[1] > daysIn(2024, d[0]) { // a leap year: 02-29 is a day
			return Season{}, false
		}
	}
	return season, true
}

// String is "11-01..03-31", "" for the whole year.
func (s Season) String() string {
	if s.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d-%02d..%02d-%02d", s.FromMonth, s.FromDay, s.ToMonth, s.ToDay)
}

// questions reads the list of a category: questions of its own, or the name of
// a common one.
func (p *parser) questions(k *Category, n *yaml.Node, path string) {
	asked := false
	p.items(n, path, func(n *yaml.Node) {
		var q Question
		if n.Kind == yaml.ScalarNode {
			name := p.scalar(n, path)
			common, ok := p.common[name]
			if !ok {
				p.failf(n, path, "no such common question: %s", name)
				return
			}
			q = common
			q.Options = slices.Clone(common.Options)
		} else {
			m := p.mapping(n, path)
			key := m.str("id", true)
			if !isKey(key) {
				p.failf(n, path, "%q is no key", key)
				return
			}
			m.path = join(path, key)
			q = p.question(key, m)
			// An answer is voluntary, but for what it is about: the first choice that a category asks for,
			// when it is its "art" or "was".
			if choice := q.Type == One || q.Type == Several; choice && !asked {
				q.Required = (q.Key == "art" || q.Key == "was") && len(q.ShownIf) == 0
				asked = true
			}
			q.Required = m.flag("required", q.Required)
			m.done()
		}
		if _, twice := k.Question(q.Key); twice {
			p.failf(n, join(path, q.Key), "stands here twice")
			return
		}
		p.where[join(path, q.Key)] = n
		k.Questions = append(k.Questions, q)
	})
}

// question reads what common questions and those of a category share.
func (p *parser) question(key string, m *fields) Question {
	q := Question{Key: key, Name: m.text(true), TeamOnly: m.flag("private", false)}
	q.Type = Type(m.word("type", true, "notice", "short", "long", "number", "one", "several", "date", "yesno"))
	if when := m.str("when", false); when != "" {
		q.ShownIf = p.conditions(when, m.value["when"], join(m.path, "when"))
	}
	switch q.Type {
	case One, Several:
		opt := m.take("opt")
		if opt == nil {
			p.failf(m.node, join(m.path, "opt"), "is missing")
		}
		p.items(opt, join(m.path, "opt"), func(n *yaml.Node) {
			o := p.option(n, join(m.path, "opt"))
			if _, twice := q.Option(o.Key); twice {
				p.failf(n, join(m.path, "opt."+o.Key), "stands here twice")
			}
			q.Options = append(q.Options, o)
		})
	case YesNo:
		q.Options = []Option{
			{Key: Yes, Name: i18n.Text{i18n.German: "Ja", i18n.English: "Yes"}, Effects: p.effects(m.str("ja", false), m.value["ja"], join(m.path, "ja"))},
			{Key: No, Name: i18n.Text{i18n.German: "Nein", i18n.English: "No"}, Effects: p.effects(m.str("nein", false), m.value["nein"], join(m.path, "nein"))},
		}
	case Number:
		q.Min, q.Max = p.bound(m, "min"), p.bound(m, "max")
		if q.Min != nil && q.Max != nil && *q.Min > *q.Max {
			p.failf(m.node, m.path, "min is larger than max")
		}
	default:
	}
	return q
}

func (p *parser) bound(m *fields, key string) *int {
	if m.value[key] == nil {
		m.take(key)
		return nil
	}
	n := m.num(key, -999_999_999, 999_999_999, 0)
	return &n
}

// conditions reads "art=mehrere", with | between answers and a comma between
// conditions that must all hold.
func (p *parser) conditions(s string, n *yaml.Node, path string) []Condition {
	var list []Condition
	for part := range strings.SplitSeq(s, ",") {
		question, answers, ok := strings.Cut(strings.TrimSpace(part), "=")
		c := Condition{Question: question}
		for a := range strings.SplitSeq(answers, "|") {
			ok = ok && isKey(a)
			c.Any = append(c.Any, a)
		}
		if !ok || !isKey(question) {
			p.failf(n, path, "must be question=answer, e.g. art=mehrere")
			return nil
		}
		list = append(list, c)
	}
	return list
}

// option reads "key|German|English|effects", or a mapping with id, the
// languages and "do" where a text holds a bar.
func (p *parser) option(n *yaml.Node, path string) Option {
	if n.Kind == yaml.MappingNode {
		m := p.mapping(n, path)
		o := Option{Key: m.str("id", true), Name: m.text(true)}
		o.Effects = p.effects(m.str("do", false), m.value["do"], join(path, o.Key))
		m.done()
		p.optionKey(o.Key, n, path)
		return o
	}
	parts := strings.Split(p.scalar(n, path), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) < 3 || len(parts) > 4 || parts[1] == "" || parts[2] == "" {
		p.failf(n, path, "must be \"key|German|English|effects\"")
		return Option{}
	}
	p.optionKey(parts[0], n, path)
	o := Option{Key: parts[0], Name: i18n.Text{i18n.German: parts[1], i18n.English: parts[2]}}
	if len(parts) == 4 {
		o.Effects = p.effects(parts[3], n, join(path, o.Key))
	}
	return o
}

func (p *parser) optionKey(key string, n *yaml.Node, path string) {
	if !isKey(key) {
		p.failf(n, path, "%q is no key: small letters, digits and dashes, at most 40, a letter first", key)
	}
}

// effects reads "stop=gefahr,prio=high,days=1".
func (p *parser) effects(s string, n *yaml.Node, path string) Effects {
	var e Effects
	if s == "" {
		return e
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(s, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if seen[name] {
			p.failf(n, path, "the effect %s stands here twice", name)
		}
		seen[name] = true
		var ok bool
		switch name {
		case "stop":
			e.Stop, ok = value, isKey(value)
		case "route":
			e.Route, ok = value, isKey(value)
		case "nr":
			e.Body, ok = value, isKey(value)
		case "vis":
			e.Publish, ok = Publish(value), Publish(value).Valid()
		case "prio":
			e.Prio, ok = High, value == string(High)
		case "kind":
			e.Wish, ok = true, value == "wunsch"
		case "days":
			days, err := strconv.Atoi(value)
			e.Days, ok = days, err == nil && days >= 1 && days <= 999
		default:
			p.failf(n, path, "unknown effect: %q (there are stop, route, vis, prio, days, kind, nr)", name)
			continue
		}
		if !ok {
			p.failf(n, path, "the effect %s can't be %q", name, value)
		}
	}
	return e
}

func (p *parser) stop(key string, n *yaml.Node, path string) Stop {
	m := p.mapping(n, path)
	s := Stop{Key: key, Hard: m.flag("hard", false), Tel: p.strings(m.take("tel"), path+".tel"), Title: i18n.Text{}, Text: i18n.Text{}}
	for _, tel := range s.Tel {
		if !reTel.MatchString(tel) {
			p.failf(m.value["tel"], path+".tel", "%q is no telephone number", tel)
		}
	}
	for _, lang := range languages() {
		v := m.take(lang)
		if v == nil {
			if lang != i18n.Easy {
				p.failf(n, join(path, lang), "is missing")
			}
			continue
		}
		list := p.strings(v, join(path, lang))
		if len(list) != 2 {
			p.failf(v, join(path, lang), "must be [heading, text]")
			continue
		}
		s.Title[lang], s.Text[lang] = list[0], list[1]
	}
	m.done()
	return s
}

func (p *parser) signpost(key string, n *yaml.Node, path string) Signpost {
	m := p.mapping(n, path)
	p.where[path] = n
	s := Signpost{Key: key, Words: p.words(m.take("words"), path+".words"), Stop: m.str("stop", false)}
	s.Body = m.text(s.Stop == "")
	if len(s.Words) == 0 {
		p.failf(n, path+".words", "is missing")
	}
	if link := m.take("link"); link != nil {
		f := p.mapping(link, path+".link")
		s.Link = Link{URL: p.url(f, "url"), Label: f.text(true)}
		f.done()
	}
	if door := m.take("door"); door != nil {
		f := p.mapping(door, path+".door")
		s.Door = Door{To: f.word("to", true, "report", "complaint", "idea"), Text: f.text(true)}
		f.done()
	}
	m.done()
	return s
}
