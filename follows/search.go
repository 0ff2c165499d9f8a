package follows

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxSearches is how many searches one owner may follow.
const MaxSearches = 30

// SearchFollow is a search that somebody follows.
type SearchFollow struct {
	search.Saved

	ID      uuid.UUID
	Kind    OwnerKind
	Owner   uuid.UUID
	Cadence Cadence
	Lang    string
	At      time.Time
}

// searchTarget is what the row keeps of a search.
type searchTarget struct {
	search.Saved
	search.Needle
}

// FollowSearch makes the owner follow a search; following the same one again only
// changes how often. fault Invalid by field, Conflict beyond MaxSearches.
func FollowSearch(ctx context.Context, tx pgx.Tx, f SearchFollow) (uuid.UUID, error) {
	saved, err := f.Tidy()
	if err != nil {
		return uuid.Nil, err
	}
	if !f.Cadence.valid() {
		return uuid.Nil, fault.OnField("cadence", "field.choice")
	}
	needle, anchor, err := saved.Needle(ctx, tx)
	if err != nil {
		return uuid.Nil, err
	}
	if _, err := tx.Exec(ctx, sqlLockOwner, f.Owner); err != nil { // counted and inserted one after the other
		return uuid.Nil, fmt.Errorf("follow search: %w", err)
	}
	key, err := json.Marshal(saved)
	if err != nil {
		return uuid.Nil, fmt.Errorf("follow search: %w", err)
	}
	body, err := json.Marshal(searchTarget{saved, needle})
	if err != nil {
		return uuid.Nil, fmt.Errorf("follow search: %w", err)
	}
	sum := sha256.Sum256(append([]byte("search\x00"), key...))
	var n int
	if err := tx.QueryRow(ctx, sqlCountSearches, string(f.Kind), f.Owner, sum[:]).Scan(&n); err != nil {
		return uuid.Nil, fmt.Errorf("count searches: %w", err)
	}
	if n >= MaxSearches {
		return uuid.Nil, fault.New(fault.Conflict, "found.err.many").With("max", MaxSearches)
	}
	var id uuid.UUID
	if err := tx.QueryRow(ctx, sqlFollowSearch, subject.NewID(), string(f.Kind), f.Owner, body, sum[:], anchor, string(f.Cadence), f.Lang).Scan(&id); err != nil {
		return uuid.Nil, fmt.Errorf("follow search: %w", err)
	}
	return id, nil
}

// Searches lists those that an owner follows, oldest first.
func Searches(ctx context.Context, q db.Queryer, kind OwnerKind, owner uuid.UUID) ([]SearchFollow, error) {
	return searches(ctx, q, sqlSearches, string(kind), owner)
}

// SearchByID is one search that is followed. fault.NotFound if there is none.
func SearchByID(ctx context.Context, q db.Queryer, id uuid.UUID) (SearchFollow, error) {
	list, err := searches(ctx, q, sqlSearchByID, id)
	if err != nil {
		return SearchFollow{}, err
	}
	if len(list) == 0 {
		return SearchFollow{}, fault.Missing("follow")
	}
	return list[0], nil
}

// OwnerOf is whose an area or a search is. fault.NotFound if there is none.
func OwnerOf(ctx context.Context, q db.Queryer, id uuid.UUID) (kind OwnerKind, owner uuid.UUID, err error) {
	err = q.QueryRow(ctx, sqlOwnerOf, id).Scan(&kind, &owner)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", uuid.Nil, fault.Missing("follow")
	}
	if err != nil {
		return "", uuid.Nil, fmt.Errorf("owner of a follow: %w", err)
	}
	return kind, owner, nil
}

func searches(ctx context.Context, q db.Queryer, sql string, args ...any) ([]SearchFollow, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("searches: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f SearchFollow, err error) {
		err = row.Scan(&f.ID, &f.Kind, &f.Owner, &f.Saved, &f.Cadence, &f.Lang, &f.At)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("searches: %w", err)
	}
	return list, nil
}

// facetStatus is the facet by which a search says which stage things must have reached.
const facetStatus = "status"

// MatchSearches lists the follows of searches that find a public document as it is
// now. A new one is found by all of them, one that has got further (Done) by those
// that name a status. Follows that were made after before don't hear of it.
func MatchSearches(ctx context.Context, q db.Queryer, d *search.Document, news News, before time.Time) ([]Hit, error) {
	if d.Audience != subject.Public {
		return nil, nil
	}
	hay, err := search.HaystackOf(ctx, q, d)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlAnchored, hay.Anchors(), before)
	if err != nil {
		return nil, fmt.Errorf("match searches: %w", err)
	}
	var hits []Hit
	var h Hit
	var t searchTarget
	_, err = pgx.ForEachRow(rows, []any{&h.ID, &h.Kind, &h.Owner, &h.Lang, &h.Cadence, &t}, func() error {
		if (news != Done || len(t.Facets[facetStatus]) > 0) && t.Fits(d) && t.In(&hay) {
			hit := h
			hit.Search = true
			hits = append(hits, hit)
		}
		t = searchTarget{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("match searches: %w", err)
	}
	slices.SortFunc(hits, func(a, b Hit) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return hits, nil
}

const (
	sqlCountSearches = `
SELECT count(*)::int
FROM follows
WHERE owner_kind = $1 AND owner_id = $2 AND target_kind = 'search' AND target_hash <> $3`

	sqlFollowSearch = `
INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, anchor, cadence, lang)
VALUES ($1, $2, $3, 'search', $4, $5, $6, $7, $8)
ON CONFLICT ON CONSTRAINT follows_once DO UPDATE SET cadence = excluded.cadence, lang = excluded.lang, target = excluded.target
RETURNING id`

	sqlPartSearch = `SELECT id, owner_kind, owner_id, target, cadence, lang, created_at FROM follows WHERE target_kind = 'search' AND `
	sqlSearches   = sqlPartSearch + `owner_kind = $1 AND owner_id = $2 ORDER BY created_at, id LIMIT 200`
	sqlSearchByID = sqlPartSearch + `id = $1`
	sqlOwnerOf    = `SELECT owner_kind, owner_id FROM follows WHERE id = $1 AND target_kind IN ('area', 'search')`

	sqlAnchored = `
SELECT id, owner_kind, owner_id, lang, cadence, target
FROM follows
WHERE target_kind = 'search' AND anchor = ANY ($1) AND created_at <= $2`
)
