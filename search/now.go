package search

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// asViewer fills in what the query needs to know of the viewer.
func (s *Service) asViewer(ctx context.Context, viewer subject.Viewer, q *Query) (err error) {
	q.now = func(ctx context.Context, from db.Queryer, hits []Match) ([]Match, error) {
		return s.seen(ctx, from, viewer, hits)
	}
	if s.groups != nil && viewer.Person != uuid.Nil {
		q.Groups, err = s.groups(ctx, viewer.Person)
	}
	return err
}

// asTheyAre reads the documents of some things from their sources.
func (s *Service) asTheyAre(ctx context.Context, q db.Queryer, ids map[subject.Kind][]uuid.UUID) (map[docKey]*Document, error) {
	now := map[docKey]*Document{}
	for kind, list := range ids {
		src := s.sources[kind]
		if src == nil {
			continue
		}
		docs, err := src.Documents(ctx, q, list)
		if err != nil {
			return nil, err
		}
		for i := range docs {
			now[keyOf(&docs[i])] = &docs[i]
		}
	}
	return now, nil
}

// seen keeps the hits that the viewer may know of now, with the facets of now.
func (s *Service) seen(ctx context.Context, q db.Queryer, viewer subject.Viewer, hits []Match) ([]Match, error) {
	ids := map[subject.Kind][]uuid.UUID{}
	for i := range hits {
		ids[hits[i].Kind] = append(ids[hits[i].Kind], hits[i].ID)
	}
	now, err := s.asTheyAre(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	kept := hits[:0]
	for _, m := range hits {
		if d := now[docKey{m.Ref, m.Lang}]; d != nil && d.MaySee(viewer) {
			m.facets = d.facetList()
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// public keeps the proposals that everybody may know of now, with the title of now:
// what was hidden is gone before its job has run.
func (s *Service) public(ctx context.Context, list []Proposal) ([]Proposal, error) {
	ids := map[subject.Kind][]uuid.UUID{}
	for _, p := range list {
		if p.Kind != "" && !lasting(p.Kind) {
			ids[p.Kind] = append(ids[p.Kind], p.ID)
		}
	}
	if len(ids) == 0 {
		return list, nil
	}
	now, err := s.asTheyAre(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	open := map[subject.Ref]bool{}
	for k, d := range now {
		open[k.Ref] = d.Audience == subject.Public
	}
	kept := list[:0]
	for _, p := range list {
		if p.Kind == "" || lasting(p.Kind) || open[subject.Ref{Kind: p.Kind, ID: p.ID}] {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

// lasting tells whether nobody hides things of a kind: kinds of reports, streets and
// pages are the city's own words.
func lasting(k subject.Kind) bool { return k == Category || k == Place || k == Page }

// ForgetPerson takes a person out of what is not public: for their erasure. It may be
// done again.
func ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlForgetPerson, person); err != nil {
		return fmt.Errorf("forget a person in the search: %w", err)
	}
	return nil
}

const sqlForgetPerson = `
UPDATE documents
SET owners = array_remove(owners, $1)
WHERE audience <> 'public' AND owners @> ARRAY[$1::uuid]`
