package categories

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Findable is the catalogue as the search sees it: its Source. A kind leads to
// reporting it.
type Findable struct{ s *Service }

// Findable gives the search what it needs of the catalogue.
func (s *Service) Findable() Findable { return Findable{s} }

// Kind implements search.Source.
func (Findable) Kind() subject.Kind { return search.Category }

// Documents implements search.Source: the kinds in use.
func (f Findable) Documents(ctx context.Context, _ db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	c, err := f.s.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var docs []search.Document
	for _, id := range ids {
		k := c.ByID(id)
		if k == nil || !k.Active || !slices.Contains(k.Kinds, string(subject.Report)) {
			continue
		}
		var words []string
		for _, lang := range languages() {
			words = append(words, k.Words[lang]...)
		}
		docs = append(docs, search.Document{
			Ref: subject.Ref{Kind: search.Category, ID: k.ID}, Title: k.Name, Keywords: strings.Join(words, " "),
			Path: "/reports/new?category=" + k.Key, Audience: subject.Public,
		})
	}
	return docs, nil
}

// IDs implements search.Source.
func (f Findable) IDs(ctx context.Context, _ db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	c, err := f.s.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for i := range c.Categories {
		if id := c.Categories[i].ID; bytes.Compare(id[:], after[:]) > 0 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return ids[:min(len(ids), limit)], nil
}
