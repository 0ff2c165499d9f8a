package privacy

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed fields.yaml
var embedded []byte

// Audience says who may see a field.
type Audience string

// The audiences of fields.yaml.
const (
	Public     Audience = "public"     // everybody
	Author     Audience = "author"     // the person it is from or about
	Department Audience = "department" // the department in charge
	Staff      Audience = "staff"      // everybody who works for the city
	Admin      Audience = "admin"      // those who run the system
	Moderators Audience = "moderators" // those who decide about contents
)

// Audiences lists all of them, the widest first.
func Audiences() []Audience { return []Audience{Public, Author, Department, Staff, Admin, Moderators} }

// Field is what fields.yaml says about one column.
type Field struct {
	Table  string
	Column string
	// Personal is false for a column tagged "none"; the rest is empty then.
	Personal  bool
	Name      string // what it is, in words
	Purpose   string // why it is kept
	Audience  []Audience
	Retention string // how long it is kept, in words
	// Stays says that it may stay when the person it is from has their data
	// deleted: what is public and nobody's any more, and what the law keeps.
	Stays bool
}

// Key is "table.column".
func (f Field) Key() string { return f.Table + "." + f.Column }

// For tells whether an audience may see the field: its own, or everybody's. A
// column that isn't personal is not restricted by this file.
func (f Field) For(a Audience) bool {
	return !f.Personal || slices.Contains(f.Audience, Public) || slices.Contains(f.Audience, a)
}

// Fields is the whole table, in the file's order.
type Fields struct {
	all   []Field
	byKey map[string]int
}

// Load reads the embedded file. Its errors name the line.
func Load() (Fields, error) { return parse(bytes.NewReader(embedded)) }

// All are all columns.
func (f Fields) All() []Field { return slices.Clone(f.all) }

// Column is what is said about one column; ok is false when nothing is.
func (f Fields) Column(table, column string) (field Field, ok bool) {
	i, ok := f.byKey[table+"."+column]
	if !ok {
		return Field{}, false
	}
	return f.all[i], true
}

// Tables are the names of all tables, sorted.
func (f Fields) Tables() []string {
	var names []string
	for _, c := range f.all {
		names = append(names, c.Table)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Table are the columns of a table.
func (f Fields) Table(table string) []Field {
	return f.where(func(c Field) bool { return c.Table == table })
}

// Personal are the columns of a table that hold personal data: what erasure and
// export have to go through.
func (f Fields) Personal(table string) []Field {
	return f.where(func(c Field) bool { return c.Table == table && c.Personal })
}

// Own are the personal columns of a table whose audience names the author: what
// somebody takes along about themselves.
func (f Fields) Own(table string) []Field {
	return f.where(func(c Field) bool { return c.Table == table && c.Personal && slices.Contains(c.Audience, Author) })
}

// Hidden are all columns that an audience must never see: what the leak test
// looks for.
func (f Fields) Hidden(a Audience) []Field { return f.where(func(c Field) bool { return !c.For(a) }) }

func (f Fields) where(keep func(Field) bool) []Field {
	var out []Field
	for _, c := range f.all {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

// line is the long form of a value.
type line struct {
	Field     string     `yaml:"field"`
	Purpose   string     `yaml:"purpose"`
	Audience  []Audience `yaml:"audience"`
	Retention string     `yaml:"retention"`
	Erasure   string     `yaml:"erasure"` // "stays", or nothing
}

func parse(r io.Reader) (Fields, error) {
	f := Fields{byKey: map[string]int{}}
	var doc yaml.Node
	if err := yaml.NewDecoder(r).Decode(&doc); errors.Is(err, io.EOF) {
		return f, nil
	} else if err != nil {
		return Fields{}, fmt.Errorf("fields.yaml: %w", err)
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return Fields{}, errors.New("fields.yaml: one flat map is expected")
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		field, err := parseLine(key.Value, value)
		if err != nil {
			return Fields{}, fmt.Errorf("fields.yaml line %d, %s: %w", key.Line, key.Value, err)
		}
		if _, twice := f.byKey[field.Key()]; twice {
			return Fields{}, fmt.Errorf("fields.yaml line %d: %s is there twice", key.Line, key.Value)
		}
		f.byKey[field.Key()] = len(f.all)
		f.all = append(f.all, field)
	}
	return f, nil
}

func parseLine(key string, value *yaml.Node) (Field, error) {
	table, column, ok := strings.Cut(key, ".")
	if !ok || table == "" || column == "" || strings.Contains(column, ".") {
		return Field{}, errors.New("the key is table.column")
	}
	f := Field{Table: table, Column: column}
	if value.Kind == yaml.ScalarNode {
		if value.Value != "none" {
			return Field{}, errors.New(`the value is "none" or a map`)
		}
		return f, nil
	}
	raw, err := yaml.Marshal(value)
	if err != nil {
		return Field{}, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	var l line
	if err := dec.Decode(&l); err != nil {
		return Field{}, err
	}
	if l.Field == "" || l.Purpose == "" || l.Retention == "" || l.Audience == nil {
		return Field{}, errors.New("field, purpose, audience and retention are needed")
	}
	for _, a := range l.Audience {
		if !slices.Contains(Audiences(), a) {
			return Field{}, fmt.Errorf("audience %q is none of %v", a, Audiences())
		}
	}
	if l.Erasure != "" && l.Erasure != "stays" {
		return Field{}, errors.New(`erasure is "stays" or not there`)
	}
	f.Stays = l.Erasure == "stays"
	f.Personal, f.Name, f.Purpose, f.Audience, f.Retention = true, l.Field, l.Purpose, l.Audience, l.Retention
	return f, nil
}
