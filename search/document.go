package search

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Kinds that only search knows: they have a page, but no status and no timeline.
const (
	Category subject.Kind = "category" // something that can be reported
	Place    subject.Kind = "place"    // a street or a district
	Page     subject.Kind = "page"     // help and information
)

// How far things of all kinds have got: the values of the facet "status".
const (
	Open  = "open"
	Work  = "work"
	Done  = "done"
	Other = "other"
)

// Document is what one thing says, as far as its audience may read it.
type Document struct {
	subject.Ref

	Lang     string         // of title and body; "": found in every language
	Title    i18n.Text      // shown
	Body     string         // an excerpt of it is shown
	Keywords string         // found, never shown
	Path     string         // of its page, without host
	Number   string         // public number, "" for none
	Point    *subject.Point // nil: no place
	At       *time.Time     // nil: has no time

	Audience   subject.Audience
	Owners     []uuid.UUID // people who may find it when it is not public
	Holders    []uuid.UUID // people and groups whose it is, as the index keeps it; nil: Owners
	Department uuid.UUID
	Category   uuid.UUID
	District   string // ref

	Facets map[string]string // "status": "open", "category": "laterne"
	Shape  string            // of the status; shown, not stored
	Label  string            // key of a message; shown, not stored
}

// MaySee tells whether a viewer may find the document: the same rule as the
// condition of the queries.
func (d *Document) MaySee(v subject.Viewer) bool {
	if d.Audience == subject.Public {
		return true
	}
	if v.Person != uuid.Nil && slices.Contains(d.Owners, v.Person) {
		return true
	}
	return slices.ContainsFunc(remits(v), func(r subject.Remit) bool { return r.Covers(d.Department, d.Category, d.District) })
}

// holders is by whom the index finds it: whoever joins a group or leaves it changes no
// document.
func (d *Document) holders() []uuid.UUID {
	if d.Holders != nil {
		return d.Holders
	}
	return d.Owners
}

// remits is where a viewer works on cases; nowhere without a department.
func remits(v subject.Viewer) []subject.Remit {
	all := v.Remits
	if all == nil {
		for _, r := range v.Roles {
			all = append(all, subject.Remit{Role: r, Departments: v.Departments})
		}
	}
	var out []subject.Remit
	for _, r := range all {
		if len(r.Departments) > 0 && (r.Role == subject.Caseworker || r.Role == subject.TeamLead) {
			out = append(out, r)
		}
	}
	return out
}

// facetList is the facets as the index keeps them, sorted.
func (d *Document) facetList() []string {
	list := make([]string, 0, len(d.Facets))
	for name, value := range d.Facets {
		if value != "" {
			list = append(list, name+"="+value)
		}
	}
	slices.Sort(list)
	return list
}

// setFacets is the way back.
func (d *Document) setFacets(list []string) {
	d.Facets = make(map[string]string, len(list))
	for _, f := range list {
		name, value, _ := strings.Cut(f, "=")
		d.Facets[name] = value
	}
}

// titles are all titles in one text, each once, in a fixed order.
func (d *Document) titles() string {
	langs := make([]string, 0, len(d.Title))
	for l := range d.Title {
		langs = append(langs, l)
	}
	slices.Sort(langs)
	var out []string
	for _, l := range langs {
		if !slices.Contains(out, d.Title[l]) {
			out = append(out, d.Title[l])
		}
	}
	return strings.Join(out, " ")
}

// KeyID is the id of a thing that has a name but no row: a street, a page.
func KeyID(kind subject.Kind, key string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("mitwirk:"+string(kind)+":"+key))
}
