package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// The reference page is made of the document, on the server: it reads well
// without script, aloud and on a phone (doc/adr/0024).

// refPage is the front of the reference: how the API works, and what it has.
type refPage struct {
	kit.Page
	About [][]span
	Tags  []refTag
}

// refPart is the page of one subject, with the schemas that it speaks of.
type refPart struct {
	kit.Page
	Tag          refTag
	Ops          []refOp
	Schemas      []refSchema
	Before, Next *refTag // its neighbours
}

// span is a piece of a paragraph.
type span struct {
	Text         string
	Strong, Code bool
}

// refTag is a subject, with the operations by id and in a few words.
type refTag struct {
	Name, URL string
	Ops       [][2]string
	tag       string
}

type refOp struct {
	ID, Method, Path, Summary string
	About                     []span
	Token                     bool // needed
	Params                    []refField
	Body                      []refField // its kinds
	Example                   string
	Answers                   []refAnswer
}

// refField is a parameter, or an entry of a schema.
type refField struct {
	Name, In, Kind string
	Ref            string // name of a schema, for a link
	Required       bool
	About          []span
	Example        string
	Choices        []string
	Limits         string
}

type refAnswer struct {
	Status string
	About  []span
	Ref    string
	Heads  []string
}

type refSchema struct {
	Name   string
	Fields []refField
}

// keepReference is how long a page of the reference may be kept.
const keepReference = 5 * time.Minute

const referenceRoot = "/api/docs"

func (a *api) reference(c kit.Context) error {
	p := refPage{Page: kit.NewPage(c, "api.docs.title")}
	p.Description, p.Canonical = p.T("api.docs.description"), a.router.URL(referenceRoot)
	for text := range strings.SplitSeq(a.doc.Info.Description, "\n\n") {
		p.About = append(p.About, spans(text))
	}
	p.Tags = a.refTags(p.Loc)
	kit.Public(c, keepReference)
	return kit.Render(c, http.StatusOK, referencePage(p))
}

// referencePart is one subject: all of them together would be a page that is
// slow to read aloud and on a phone.
func (a *api) referencePart(c kit.Context) error {
	p := refPart{Page: kit.NewPage(c, "api.docs.title")}
	tags := a.refTags(p.Loc)
	at := slices.IndexFunc(tags, func(t refTag) bool { return t.URL == referenceRoot+"/"+c.Param("subject") })
	if at < 0 {
		return fault.Missing("subject of the reference")
	}
	p.Tag = tags[at]
	p.Title = p.T("api.docs.part", "name", p.Tag.Name)
	p.Description, p.Canonical = p.T("api.docs.description"), a.router.URL(p.Tag.URL)
	if at > 0 {
		p.Before = &tags[at-1]
	}
	if at+1 < len(tags) {
		p.Next = &tags[at+1]
	}
	used := map[string]bool{}
	for _, op := range a.operations(p.Tag.tag) {
		o := a.refOp(op)
		for _, f := range slices.Concat(o.Params, o.Body) {
			a.use(used, f.Ref)
		}
		for _, answer := range o.Answers {
			a.use(used, answer.Ref)
		}
		p.Ops = append(p.Ops, o)
	}
	schemas := a.doc.Components.Schemas.Map()
	for _, name := range sortedKeys(used) {
		p.Schemas = append(p.Schemas, refSchema{Name: name, Fields: fieldsOf(schemas[name])})
	}
	kit.Public(c, keepReference)
	return kit.Render(c, http.StatusOK, referencePartPage(p))
}

// use marks a schema and those that it is made of.
func (a *api) use(used map[string]bool, name string) {
	s := a.doc.Components.Schemas.Map()[name]
	if s == nil || used[name] {
		return
	}
	used[name] = true
	for _, f := range fieldsOf(s) {
		a.use(used, f.Ref)
	}
}

func (a *api) refTags(loc *i18n.Localizer) []refTag {
	var list []refTag
	for _, t := range a.doc.Tags {
		tag := refTag{URL: referenceRoot + "/" + strings.ToLower(strings.ReplaceAll(t.Name, " ", "-")), Name: tagName(loc, t.Name), tag: t.Name}
		for _, op := range a.operations(t.Name) {
			tag.Ops = append(tag.Ops, [2]string{op.OperationID, op.Summary})
		}
		list = append(list, tag)
	}
	return list
}

func tagName(loc *i18n.Localizer, tag string) string {
	key := map[string]string{
		tagCatalogue: "api.docs.tag.catalogue", tagReport: "api.docs.tag.report", tagRead: "api.docs.tag.read",
		tagAct: "api.docs.tag.act", tagStaff: "api.docs.tag.staff", tagDesk: "api.docs.tag.desk",
		tagDialogue: "api.docs.tag.dialogue", tagCapture: "api.docs.tag.capture", tagPartners: "api.docs.tag.partners", tagModeration: "api.docs.tag.moderation",
		tagRouting: "api.docs.tag.routing", tagAdmin: "api.docs.tag.admin", tagOwn: "api.docs.tag.own",
		tagIdeas: "api.docs.tag.ideas", tagIdeaDesk: "api.docs.tag.idea_desk", tagContests: "api.docs.tag.contests", tagDiscussion: "api.docs.tag.discussion", tagVotes: "api.docs.tag.votes",
		tagComplaints: "api.docs.tag.complaints", tagComplaintsDesk: "api.docs.tag.complaints_desk", tagProgrammes: "api.docs.tag.programmes",
		tagProgrammesDesk: "api.docs.tag.programmes_desk", tagPractice: "api.docs.tag.practice", tagPlaces: "api.docs.tag.places",
	}[tag]
	if key == "" {
		return tag
	}
	return loc.T(key)
}

// operations are those of a tag, by path, reading before writing.
func (a *api) operations(tag string) []*huma.Operation {
	var list []*huma.Operation
	for _, path := range sortedKeys(a.doc.Paths) {
		item := a.doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil && slices.Contains(op.Tags, tag) {
				list = append(list, op)
			}
		}
	}
	return list
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (a *api) refOp(op *huma.Operation) refOp {
	r := refOp{ID: op.OperationID, Method: op.Method, Path: Root + op.Path, Summary: op.Summary, About: spans(op.Description), Token: len(op.Security) == 1}
	for _, p := range op.Parameters {
		f := fieldOf(p.Name, p.Schema)
		f.In, f.Required, f.About = p.In, p.Required, spans(p.Description)
		r.Params = append(r.Params, f)
	}
	if op.RequestBody != nil {
		for _, kind := range sortedKeys(op.RequestBody.Content) {
			schema := op.RequestBody.Content[kind].Schema
			f := fieldOf(kind, schema)
			r.Body = append(r.Body, f)
			if kind == "application/json" {
				r.Example = a.example(schema)
			}
		}
	}
	for _, status := range sortedKeys(op.Responses) {
		answer := op.Responses[status]
		one := refAnswer{Status: status, About: spans(answer.Description), Heads: sortedKeys(answer.Headers)}
		if code, err := strconv.Atoi(status); err == nil && code < http.StatusBadRequest {
			one.About = spans(http.StatusText(code) + ".")
		}
		for _, m := range answer.Content {
			one.Ref = refName(m.Schema)
		}
		r.Answers = append(r.Answers, one)
	}
	return r
}

func fieldsOf(s *huma.Schema) []refField {
	out := make([]refField, 0, len(s.Properties))
	for _, name := range sortedKeys(s.Properties) {
		f := fieldOf(name, s.Properties[name])
		f.Required = slices.Contains(s.Required, name)
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b refField) int { // what is needed stands first
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return out
}

func fieldOf(name string, s *huma.Schema) refField {
	f := refField{Name: name, Kind: kindOf(s), Ref: refName(s), About: spans(s.Description), Limits: limitsOf(s)}
	for _, c := range s.Enum {
		f.Choices = append(f.Choices, fmt.Sprint(c))
	}
	if len(s.Examples) > 0 {
		f.Example = exampleText(s.Examples[0])
	}
	return f
}

func exampleText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

func refName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Items != nil:
		return refName(s.Items)
	}
	return ""
}

// kindOf is the sort of a value: the words of JSON Schema.
func kindOf(s *huma.Schema) string {
	switch {
	case s.Ref != "":
		return refName(s)
	case s.Type == "array" && s.Items != nil:
		return "array of " + kindOf(s.Items)
	case s.Type == "object" && s.AdditionalProperties != nil && len(s.Properties) == 0:
		if of, ok := s.AdditionalProperties.(*huma.Schema); ok {
			return "object of " + kindOf(of)
		}
	}
	if s.Format != "" && s.Format != "int64" && s.Format != "double" {
		return s.Type + ", " + s.Format
	}
	return s.Type
}

func limitsOf(s *huma.Schema) string {
	var out []string
	say := func(format string, v any) { out = append(out, fmt.Sprintf(format, v)) }
	if s.Minimum != nil {
		say("≥ %v", *s.Minimum)
	}
	if s.Maximum != nil {
		say("≤ %v", *s.Maximum)
	}
	if s.MinLength != nil {
		say("≥ %d characters", *s.MinLength)
	}
	if s.MaxLength != nil {
		say("≤ %d characters", *s.MaxLength)
	}
	if s.MaxItems != nil {
		say("≤ %d items", *s.MaxItems)
	}
	return strings.Join(out, ", ")
}

// example is a body made of the examples of its schema.
func (a *api) example(s *huma.Schema) string {
	raw, err := json.Marshal(a.exampleOf(s, 0))
	if err != nil {
		return ""
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return ""
	}
	return out.String()
}

func (a *api) exampleOf(s *huma.Schema, depth int) any {
	if s.Ref != "" && depth < 5 {
		return a.exampleOf(a.doc.Components.Schemas.SchemaFromRef(s.Ref), depth+1)
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type == "object":
		out := map[string]any{}
		for name, p := range s.Properties {
			target := p
			if p.Ref != "" {
				target = a.doc.Components.Schemas.SchemaFromRef(p.Ref)
			}
			if slices.Contains(s.Required, name) || len(target.Examples) > 0 && len(s.Required) > 1 {
				out[name] = a.exampleOf(p, depth+1)
			}
		}
		return out
	}
	return nil
}

// spans reads the little Markdown that the document has: **strong** and `code`.
func spans(text string) []span {
	var out []span
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			out = append(out, span{Text: part, Code: true})
			continue
		}
		for k, piece := range strings.Split(part, "**") {
			if piece != "" {
				out = append(out, span{Text: piece, Strong: k%2 == 1})
			}
		}
	}
	return out
}
