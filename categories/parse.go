package categories

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	maxFile = 4 << 20 // bytes of a catalogue
	maxText = 4000    // bytes of one text in it
)

// Parse reads a catalogue file (the format is that of demo/catalogue.yaml). It
// is strict: unknown and duplicate keys, references to what the file does not
// have and unknown effects are errors. The error is FileErrors with every one of
// them and its line.
func Parse(raw []byte) (*Catalogue, error) {
	if len(raw) > maxFile {
		return nil, FileErrors{{Text: "the file is larger than 4 MB"}}
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, FileErrors{{Line: yamlLine(err), Text: err.Error()}}
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, FileErrors{{Line: more.Line, Text: "the file holds more than one document"}}
	}
	p := &parser{common: map[string]Question{}, where: map[string]*yaml.Node{}}
	if n := findAlias(&doc); n != nil { // they could blow up a small file
		return nil, FileErrors{{Line: n.Line, Text: "anchors and aliases are not used here"}}
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, FileErrors{{Text: "the file is empty"}}
	}
	c := p.catalogue(doc.Content[0])
	p.check(c)
	if len(p.problems) > 0 {
		return nil, p.problems.sorted()
	}
	c.prepare()
	return c, nil
}

// yamlLine finds the line in a syntax error of the library ("yaml: line 3: …").
func yamlLine(err error) int {
	_, after, ok := strings.Cut(err.Error(), "line ")
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(after, ":")
	return atoi(digits)
}

func findAlias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return n
	}
	for _, c := range n.Content {
		if a := findAlias(c); a != nil {
			return a
		}
	}
	return nil
}

type parser struct {
	reader
	common map[string]Question
	where  map[string]*yaml.Node // where a thing stands, by its path, for problems found later
}

func (p *parser) catalogue(n *yaml.Node) *Catalogue {
	c := &Catalogue{}
	f := p.mapping(n, "")
	p.pairs(f.take("departments"), "departments", func(key string, n *yaml.Node, path string) {
		c.Departments = append(c.Departments, p.department(key, n, path))
	})
	p.pairs(f.take("outside"), "outside", func(key string, n *yaml.Node, path string) {
		m := p.mapping(n, path)
		c.Outside = append(c.Outside, Body{
			Key: key, Name: m.text(true), Area: m.str("area", false),
			Forward: m.word("forward", true, "none", "mail", "link"), Link: p.url(m, "link"),
		})
		m.done()
	})
	p.pairs(f.take("groups"), "groups", func(key string, n *yaml.Node, path string) {
		m := p.mapping(n, path)
		c.Groups = append(c.Groups, Group{Key: key, Name: m.text(true)})
		m.done()
	})
	p.pairs(f.take("common"), "common", func(key string, n *yaml.Node, path string) {
		m := p.mapping(n, path)
		q := p.question(key, m)
		q.Required = m.flag("required", false)
		q.Common = true
		m.done()
		p.common[key] = q
	})
	seen := map[string]bool{}
	p.items(f.take("categories"), "categories", func(n *yaml.Node) {
		k := p.category(n)
		if seen[k.Key] {
			p.failf(n, "categories."+k.Key, "stands here twice")
		}
		seen[k.Key] = true
		c.Categories = append(c.Categories, k)
	})
	p.pairs(f.take("stops"), "stops", func(key string, n *yaml.Node, path string) {
		c.Stops = append(c.Stops, p.stop(key, n, path))
	})
	p.pairs(f.take("signposts"), "signposts", func(key string, n *yaml.Node, path string) {
		c.Signposts = append(c.Signposts, p.signpost(key, n, path))
	})
	f.done()
	return c
}

func (p *parser) department(key string, n *yaml.Node, path string) Department {
	m := p.mapping(n, path)
	d := Department{Key: key, Name: m.text(true), Door: m.word("door", true, "desk", "mail")}
	if does := m.take("does"); does != nil && does.Kind == yaml.MappingNode {
		f := p.mapping(does, path+".does")
		d.Does = f.text(false)
		f.done()
	} else {
		d.Does = german(m.str("does", false))
	}
	if hours := m.str("hours", false); hours != "" {
		h, err := ParseHours(hours)
		if err != nil {
			p.failf(m.value["hours"], path+".hours", "%v", err)
		}
		d.Hours = h
	}
	m.done()
	return d
}

// german is a text that the file has in German only.
func german(s string) i18n.Text {
	if s == "" {
		return i18n.Text{}
	}
	return i18n.Text{i18n.German: s}
}

func (p *parser) url(m *fields, key string) string {
	s := m.str(key, false)
	if s != "" && !isLink(s) {
		p.failf(m.value[key], join(m.path, key), "must be an address that begins with https://")
		return ""
	}
	return s
}

func (p *parser) category(n *yaml.Node) Category {
	m := p.mapping(n, "categories."+peek(n, "key"))
	key := m.str("key", true)
	if key != "" && !isKey(key) {
		p.failf(m.value["key"], "categories", "%q is no key: small letters, digits and dashes, at most 40, a letter first", key)
		key = ""
	}
	m.path = "categories." + key
	p.where[m.path] = n
	d := DefaultRetention()
	k := Category{
		Key: key, Active: true,
		Group: m.str("group", true), Department: m.str("dept", true), Name: m.text(true),
		Publish:  Publish(m.word("vis", true, "P", "A", "B", "C")),
		Photo:    Photo(m.word("photo", false, "o", "e", "n")),
		Days:     m.num("days", 1, 999, 0),
		TargetOn: m.flag("target", true),
		Object:   m.str("object", false),
		Sample:   german(m.str("ex", false)),
		Quiet:    m.flag("quiet", false),
		Wish:     m.word("kind", false, "mangel", "wunsch") == "wunsch",
		Share:    m.num("share", 0, 1000, 0),
		Optional: m.flag("optional", false),
		Words:    p.words(m.take("words"), m.path+".words"),
		Kinds:    p.kinds(m.take("kinds"), m.path+".kinds"),
		Season:   p.season(m),
	}
	if near := m.take("dup"); near != nil {
		k.NearM, k.NearDays = p.near(near, m.path+".dup")
	}
	if done := m.take("done"); done != nil {
		k.Ready = p.inOrder(done, m.path+".done")
	}
	k.Retention = d
	if r := m.take("retention"); r != nil {
		f := p.mapping(r, m.path+".retention")
		k.Retention = Retention{f.num("text", 1, 36525, d.Text), f.num("photo", 1, 36525, d.Photo), f.num("contact", 1, 36525, d.Contact)}
		f.done()
	}
	p.questions(&k, m.take("q"), m.path+".q")
	m.done()
	return k
}

// peek reads one value of a mapping ahead, so that problems can name it.
func peek(n *yaml.Node, key string) string {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1].Value
		}
	}
	return ""
}

func (p *parser) kinds(n *yaml.Node, path string) []string {
	if n == nil {
		return []string{string(subject.Report)}
	}
	kinds := p.strings(n, path)
	for _, k := range kinds {
		if !slices.Contains([]subject.Kind{subject.Report, subject.Complaint, subject.Idea}, subject.Kind(k)) {
			p.failf(n, path, "%q is none of report, complaint, idea", k)
		}
	}
	if len(kinds) == 0 {
		p.failf(n, path, "is empty")
	}
	return kinds
}

// words is a list of German keywords, or one list per language.
func (p *parser) words(n *yaml.Node, path string) map[string][]string {
	words := map[string][]string{}
	if n == nil {
		return words
	}
	if n.Kind != yaml.MappingNode {
		if list := p.strings(n, path); len(list) > 0 {
			words[i18n.German] = list
		}
		return words
	}
	m := p.mapping(n, path)
	for _, lang := range languages() {
		if list := p.strings(m.take(lang), path+"."+lang); len(list) > 0 {
			words[lang] = list
		}
	}
	m.done()
	return words
}

func (p *parser) near(n *yaml.Node, path string) (metres, days int) {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
		p.failf(n, path, "must be [metres, days]")
		return 0, 0
	}
	return p.number(n.Content[0], path, 0, 5000), p.number(n.Content[1], path, 0, 999)
}

// inOrder is a list with the German and the English text, and perhaps the one
// in Leichte Sprache.
func (p *parser) inOrder(n *yaml.Node, path string) i18n.Text {
	list := p.strings(n, path)
	t := i18n.Text{}
	if len(list) < 2 || len(list) > 3 {
		p.failf(n, path, "must be [German, English]")
		return t
	}
	for i, lang := range languages()[:len(list)] {
		t[lang] = list[i]
	}
	return t
}
