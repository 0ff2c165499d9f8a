package search

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"

	"github.com/google/uuid"
)

// Index finds documents. Package searchtest holds what each must do.
type Index interface {
	// Put adds documents or replaces those with the same ref and language, in
	// the caller's transaction. The caller holds the lock of Service.Refresh.
	Put(ctx context.Context, tx pgx.Tx, docs []Document) error
	// Delete takes things out in all languages; what is not there is no error.
	Delete(ctx context.Context, tx pgx.Tx, refs []subject.Ref) error
	// Search finds what the viewer may find.
	Search(ctx context.Context, viewer subject.Viewer, q Query) (Found, error)
	// Suggest proposes words and things while somebody types, public ones only.
	Suggest(ctx context.Context, text, lang string, limit int) ([]Proposal, error)
	// IDs lists what it knows of a kind in the order of ids, after one of them.
	IDs(ctx context.Context, kind subject.Kind, after uuid.UUID, limit int) ([]uuid.UUID, error)
}

// Source is a domain whose things can be found.
type Source interface {
	// Kind is that of all its documents.
	Kind() subject.Kind
	// Documents are the documents of these ids as they are now; nobody finds
	// the ids that are left out.
	Documents(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]Document, error)
	// IDs lists all ids in their order, after one of them.
	IDs(ctx context.Context, q db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error)
}

// PublicOf is a thing of a source as everybody finds it now; nil where nobody does,
// or not everybody.
func PublicOf(ctx context.Context, q db.Queryer, of Source, id uuid.UUID) (*Document, error) {
	docs, err := of.Documents(ctx, q, []uuid.UUID{id})
	if err != nil || len(docs) != 1 || docs[0].Audience != subject.Public {
		return nil, err
	}
	return &docs[0], nil
}

// Sort is an order of hits.
type Sort string

// The orders.
const (
	ByRelevance Sort = "relevance"
	ByNewest    Sort = "newest"
	ByDistance  Sort = "distance" // from Query.Near
)

// Valid tells whether s is one of the three.
func (s Sort) Valid() bool { return s == ByRelevance || s == ByNewest || s == ByDistance }

// Query is what somebody looks for.
type Query struct {
	Text   string // words, "a phrase", -not this
	Exact  bool   // as typed: no other words in place of unknown ones
	Lang   string
	Kinds  []subject.Kind      // empty: all
	Facets map[string][]string // any of the values of each name
	Sort   Sort                // "": by relevance
	Near   *subject.Point      // for ByDistance and Within
	Within float64             // metres from Near; 0: anywhere
	Offset int                 // of the first hit
	Limit  int                 // 0: 20
	Groups []uuid.UUID         // of the viewer: what is theirs is the viewer's; Service.Search fills it

	// now keeps of hits that are not public those that the viewer may know of at this
	// moment: nothing is counted that is not theirs any more. nil: all.
	now func(ctx context.Context, q db.Queryer, hits []Match) ([]Match, error)
}

// Found is what an index found.
type Found struct {
	Hits  []Match
	Total int
	// More says that there are further hits beyond Total, which is then how
	// many of the newest (or nearest) were ranked.
	More   bool
	Facets map[string][]Count // of the ranked hits; "kind" is one of them
	// Corrected is the text that was searched in place of the typed one, Meant
	// one that may have been meant while the typed one found something.
	Corrected, Meant string
	// Loose says that no document has all the words; each hit has some of them.
	Loose bool
	Marks Marks
}

// Match is one document.
type Match struct {
	subject.Ref

	Lang   string
	Score  float64
	At     *time.Time
	Metres float64 // from Query.Near, -1 when it has no place or none was given
	facets []string
}

// Count says how many hits have a value.
type Count struct {
	Value string
	N     int
}

// Proposal is offered while somebody types: words to search for, or a thing.
type Proposal struct {
	ID   uuid.UUID    // of a thing
	Text string       // to be searched for, or the title of the thing
	Kind subject.Kind // "" for words
	Path string       // "" for words
}
