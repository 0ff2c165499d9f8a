package reports

import (
	"context"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// DoneFor is what was done in the words of a language: the team's own words
// where they wrote in it, the kind's ready sentence where they took that, else
// nothing: then the sentence of the status stands alone.
func (p StatusParams) DoneFor(lang string) string {
	if p.DoneIn == nil {
		return p.Done
	}
	if lang == i18n.English {
		return p.DoneIn[i18n.English]
	}
	return p.DoneIn[i18n.German]
}

// doneIn sorts what a clerk wrote about the work by language. Whoever sends the
// ready sentence of the kind says it in both; own words count for the language
// in which they were written. nil: the language is not known.
func (s *Service) doneIn(ctx context.Context, r *Report, c Change) (i18n.Text, error) {
	if c.Done == "" {
		return nil, nil //nolint:nilnil // nothing was written
	}
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	if k := cat.ByID(r.Category); k != nil {
		de, en := k.Ready[i18n.German], k.Ready[i18n.English]
		if de != "" && en != "" && (c.Done == de || c.Done == en) {
			return i18n.Text{i18n.German: de, i18n.English: en}, nil
		}
	}
	switch c.Lang {
	case i18n.German, i18n.English:
		return i18n.Text{c.Lang: c.Done}, nil
	}
	return nil, nil //nolint:nilnil // shown as it is in every language
}
