package categories

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// reader walks a YAML tree and notes everything that is not as expected, with
// its line. Every mapping must be taken apart by keys that are asked for: those
// that nobody asks for are unknown, which is how a typing error shows.
type reader struct{ problems FileErrors }

// failf notes a problem at a node.
func (r *reader) failf(n *yaml.Node, path, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.Line
	}
	r.problems = append(r.problems, Problem{Line: line, Path: path, Text: fmt.Sprintf(format, args...)})
}

// fields is one mapping that is being taken apart.
type fields struct {
	r     *reader
	node  *yaml.Node
	path  string
	keys  []*yaml.Node
	value map[string]*yaml.Node
	taken map[string]bool
}

// mapping opens a mapping; duplicate keys are problems.
func (r *reader) mapping(n *yaml.Node, path string) *fields {
	f := &fields{r: r, node: n, path: path, value: map[string]*yaml.Node{}, taken: map[string]bool{}}
	if n == nil || n.Kind != yaml.MappingNode {
		r.failf(n, path, "must be a mapping (key: value)")
		return f
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
			r.failf(k, path, "must have plain words as keys")
			continue
		}
		if _, twice := f.value[k.Value]; twice {
			r.failf(k, join(path, k.Value), "stands here twice")
			continue
		}
		f.keys = append(f.keys, k)
		f.value[k.Value] = v
	}
	return f
}

// take returns the value of a key, nil when it is not there.
func (f *fields) take(key string) *yaml.Node {
	f.taken[key] = true
	return f.value[key]
}

// done notes the keys that nobody took.
func (f *fields) done() {
	for _, k := range f.keys {
		if !f.taken[k.Value] {
			f.r.failf(k, join(f.path, k.Value), "unknown key")
		}
	}
}

// str is a text; "" and a problem when it is missing and needed.
func (f *fields) str(key string, needed bool) string {
	n := f.take(key)
	if n == nil {
		if needed {
			f.r.failf(f.node, join(f.path, key), "is missing")
		}
		return ""
	}
	s := f.r.scalar(n, join(f.path, key))
	if s == "" && needed && n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		f.r.failf(n, join(f.path, key), "is empty")
	}
	return s
}

// word is a text out of a fixed list; the first of them when it is missing.
func (f *fields) word(key string, needed bool, allowed ...string) string {
	s := f.str(key, needed)
	if s == "" {
		return allowed[0]
	}
	if !slices.Contains(allowed, s) {
		f.r.failf(f.value[key], join(f.path, key), "%q is none of %s", s, strings.Join(allowed, ", "))
		return allowed[0]
	}
	return s
}

// num is a whole number between low and high; def when it is missing.
func (f *fields) num(key string, low, high, def int) int {
	n := f.take(key)
	if n == nil {
		return def
	}
	return f.r.number(n, join(f.path, key), low, high)
}

// flag is true or false; def when it is missing.
func (f *fields) flag(key string, def bool) bool {
	n := f.take(key)
	if n == nil {
		return def
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		f.r.failf(n, join(f.path, key), "must be true or false")
		return def
	}
	return strings.EqualFold(n.Value, "true")
}

// text is the languages of a name beside the other keys of its mapping.
func (f *fields) text(needed bool) i18n.Text {
	t := i18n.Text{}
	for _, lang := range languages() {
		if s := f.str(lang, needed && lang != i18n.Easy); s != "" {
			t[lang] = s
		}
	}
	return t
}

// pairs walks a mapping whose keys are names of things.
func (r *reader) pairs(n *yaml.Node, path string, each func(key string, n *yaml.Node, path string)) {
	if n == nil {
		return
	}
	m := r.mapping(n, path)
	for _, k := range m.keys {
		p := join(path, k.Value)
		if !isKey(k.Value) {
			r.failf(k, p, "is no key: small letters, digits and dashes, at most 40, a letter first")
			continue
		}
		each(k.Value, m.take(k.Value), p)
	}
}

// items walks a list.
func (r *reader) items(n *yaml.Node, path string, each func(n *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.failf(n, path, "must be a list")
		return
	}
	for _, e := range n.Content {
		each(e)
	}
}

// strings is a list of texts.
func (r *reader) strings(n *yaml.Node, path string) []string {
	var list []string
	r.items(n, path, func(e *yaml.Node) {
		if s := r.scalar(e, path); s != "" {
			list = append(list, s)
		}
	})
	return list
}

// scalar is one text without control signs, trimmed.
func (r *reader) scalar(n *yaml.Node, path string) string {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.failf(n, path, "must be a text (put it in quotes)")
		return ""
	}
	if strings.ContainsFunc(n.Value, unicode.IsControl) {
		r.failf(n, path, "must be one line without control signs")
		return ""
	}
	if len(n.Value) > maxText {
		r.failf(n, path, "is longer than %d bytes", maxText)
		return ""
	}
	return strings.TrimSpace(n.Value)
}

func (r *reader) number(n *yaml.Node, path string, low, high int) int {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || v < low || v > high {
		r.failf(n, path, "must be a whole number from %d to %d", low, high)
		return low
	}
	return v
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// languages are those a catalogue may be written in.
func languages() []string { return []string{i18n.German, i18n.English, i18n.Easy} }

// isKey tells whether s may name a thing of the catalogue.
func isKey(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool {
		return c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
}
