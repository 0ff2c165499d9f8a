package streetpages

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Findable is streets and districts as the search sees them: its Source.
type Findable struct {
	geo *geo.Service

	mu  sync.Mutex
	all *allPlaces
}

// NewFindable makes it.
func NewFindable(g *geo.Service) *Findable { return &Findable{geo: g} }

// Kind implements search.Source.
func (*Findable) Kind() subject.Kind { return search.Place }

// allPlaces is every place, in the order of ids too.
type allPlaces struct {
	docs map[uuid.UUID]search.Document
	ids  []uuid.UUID
	read time.Time
}

// placesFor is how long the list is kept when it lacks what somebody asks for.
const placesFor = time.Minute

// Documents implements search.Source. Places have no rows of their own: their
// ids are made of their names, and the list of them is held in memory.
func (f *Findable) Documents(ctx context.Context, _ db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	all, err := f.places(ctx, func(all *allPlaces, old bool) bool {
		return old && slices.ContainsFunc(ids, func(id uuid.UUID) bool { _, ok := all.docs[id]; return !ok })
	})
	if err != nil {
		return nil, err
	}
	var docs []search.Document
	for _, id := range ids {
		if d, ok := all.docs[id]; ok {
			docs = append(docs, d)
		}
	}
	return docs, nil
}

// IDs implements search.Source. Whoever begins gets the list as it is now.
func (f *Findable) IDs(ctx context.Context, _ db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	all, err := f.places(ctx, func(*allPlaces, bool) bool { return after == uuid.Nil })
	if err != nil {
		return nil, err
	}
	from, found := slices.BinarySearchFunc(all.ids, after, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	if found {
		from++
	}
	return all.ids[from:min(from+limit, len(all.ids))], nil
}

// places is the list in memory, read anew when there is none or stale says so;
// old tells it that the list is not of this minute.
func (f *Findable) places(ctx context.Context, stale func(all *allPlaces, old bool) bool) (*allPlaces, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var watch clock.System
	if f.all != nil && !stale(f.all, watch.Now().Sub(f.all.read) > placesFor) {
		return f.all, nil
	}
	all, err := f.load(ctx)
	if err == nil {
		f.all = all
	}
	return all, err
}

// load reads the districts and the streets of the register.
func (f *Findable) load(ctx context.Context) (*allPlaces, error) {
	streets, err := f.geo.AllStreets(ctx)
	if err != nil {
		return nil, err
	}
	districts, err := f.geo.Districts(ctx)
	if err != nil {
		return nil, err
	}
	var watch clock.System
	all := &allPlaces{docs: make(map[uuid.UUID]search.Document, len(streets)+len(districts)), read: watch.Now()}
	add := func(key, title, path string, at *subject.Point) {
		id := search.KeyID(search.Place, key)
		if _, ok := all.docs[id]; !ok {
			all.ids = append(all.ids, id)
		}
		all.docs[id] = search.Document{
			Ref: subject.Ref{Kind: search.Place, ID: id}, Title: i18n.Text{i18n.German: title}, Path: path, Point: at, Audience: subject.Public,
		}
	}
	for _, d := range districts {
		add("district:"+d.Ref, d.Name, "/districts/"+url.PathEscape(d.Ref), nil)
	}
	for _, st := range streets {
		add("street:"+st.Title(), st.Title(), st.Path(), &st.Point)
	}
	slices.SortFunc(all.ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return all, nil
}
