package categories

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// object builds a mapping key by key; empty texts, zeros and false are left
// out.
type object struct {
	flow    bool
	content []*yaml.Node
}

func (o *object) put(key string, value *yaml.Node) *object {
	o.content = append(o.content, plain("!!str", key), value)
	return o
}

func (o *object) str(key, value string) *object {
	if value == "" {
		return o
	}
	return o.put(key, quoted(value))
}

func (o *object) num(key string, value int) *object {
	if value == 0 {
		return o
	}
	return o.put(key, plain("!!int", strconv.Itoa(value)))
}

func (o *object) flag(key string, value bool) *object {
	if !value {
		return o
	}
	return o.put(key, plain("!!bool", "true"))
}

func (o *object) text(t i18n.Text) *object {
	for _, lang := range languages() {
		o.str(lang, t[lang])
	}
	return o
}

func (o *object) node() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: o.content}
	if o.flow || len(o.content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}

// quoted is a text in double quotes: no word of a language means something
// else to YAML then.
func quoted(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

func plain(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

func texts(list []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, s := range list {
		n.Content = append(n.Content, quoted(s))
	}
	return n
}

func numbers(list ...int) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, v := range list {
		n.Content = append(n.Content, plain("!!int", strconv.Itoa(v)))
	}
	return n
}
