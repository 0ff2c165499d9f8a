package categories

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Catalogue is everything that can be reported, as one file holds it or as the
// database does. Whoever gets it from Service must not change it: all readers
// share it. One that comes from a file has no ids.
type Catalogue struct {
	Departments []Department // by key
	Outside     []Body       // by key
	Groups      []Group      // in order
	Categories  []Category   // in order, only those in use
	Stops       []Stop       // by key
	Signposts   []Signpost   // in order

	retired []Category // no longer offered, but reports point to them
	byKey   map[string]*Category
	byID    map[uuid.UUID]*Category
	index   *index
}

// Prepare makes a catalogue that was put together in memory usable, as Parse
// and the Service do with theirs.
func (c *Catalogue) Prepare() { c.prepare() }

// prepare sorts what has no order of its own and builds the indexes.
func (c *Catalogue) prepare() {
	slices.SortFunc(c.Departments, func(a, b Department) int { return compare(a.Key, b.Key) })
	slices.SortFunc(c.Outside, func(a, b Body) int { return compare(a.Key, b.Key) })
	slices.SortFunc(c.Stops, func(a, b Stop) int { return compare(a.Key, b.Key) })
	n := len(c.Categories) + len(c.retired)
	c.byKey = make(map[string]*Category, n)
	c.byID = make(map[uuid.UUID]*Category, n)
	for _, list := range [][]Category{c.retired, c.Categories} {
		for i := range list {
			c.byKey[list[i].Key] = &list[i]
			if list[i].ID != uuid.Nil {
				c.byID[list[i].ID] = &list[i]
			}
		}
	}
	c.index = newIndex(c)
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ByKey returns a category, also one that is no longer in use (Active false);
// nil when there never was one.
func (c *Catalogue) ByKey(key string) *Category { return c.byKey[key] }

// ByID is ByKey for the id of the row.
func (c *Catalogue) ByID(id uuid.UUID) *Category { return c.byID[id] }

// InGroup returns the categories of a group that are in season on the day of
// now, in order.
func (c *Catalogue) InGroup(group string, now time.Time) []*Category {
	var list []*Category
	for i := range c.Categories {
		if k := &c.Categories[i]; k.Group == group && k.Season.Holds(now) {
			list = append(list, k)
		}
	}
	return list
}

// Group returns a group by its key.
func (c *Catalogue) Group(key string) (Group, bool) {
	return find(c.Groups, func(g Group) bool { return g.Key == key })
}

// Department returns a department by its key.
func (c *Catalogue) Department(key string) (Department, bool) {
	return find(c.Departments, func(d Department) bool { return d.Key == key })
}

// DepartmentByID returns a department by its row.
func (c *Catalogue) DepartmentByID(id uuid.UUID) (Department, bool) {
	return find(c.Departments, func(d Department) bool { return d.ID == id })
}

// Stop returns a stop page by its key.
func (c *Catalogue) Stop(key string) (Stop, bool) {
	return find(c.Stops, func(s Stop) bool { return s.Key == key })
}

// Body returns an outside body by its key.
func (c *Catalogue) Body(key string) (Body, bool) {
	return find(c.Outside, func(b Body) bool { return b.Key == key })
}

// Signpost returns a signpost by its key.
func (c *Catalogue) Signpost(key string) (Signpost, bool) {
	return find(c.Signposts, func(s Signpost) bool { return s.Key == key })
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	i := slices.IndexFunc(list, is)
	if i < 0 {
		var none T
		return none, false
	}
	return list[i], true
}
