package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// planned makes the database plan with the values at hand: with words that
// half of the rows have, a plan for any value is a hundred times slower.
const planned = pgx.QueryExecModeCacheDescribe

const (
	maxForms   = 40 // lexemes that one word of a query stands for
	likeEnough = 0.25
)

// understand fills in what the vocabulary knows of the terms.
func understand(ctx context.Context, tx pgx.Tx, terms []term) error {
	var words []string
	for i := range terms {
		words = append(words, terms[i].words...)
	}
	rows, err := tx.Query(ctx, sqlStems, words)
	if err != nil {
		return fmt.Errorf("stems: %w", err)
	}
	stems, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("stems: %w", err)
	}
	for i := range terms {
		t := &terms[i]
		t.stems, stems = stems[:len(t.words)], stems[len(t.words):]
		if len(t.words) > 1 || t.stems[0] == "" {
			continue
		}
		if err := t.expand(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// expand finds the other forms of a word and the compounds that hold it.
func (t *term) expand(ctx context.Context, tx pgx.Tx) error {
	stem := t.stems[0]
	t.forms, t.written, t.n, t.known = []string{stem}, nil, 0, false
	rows, err := tx.Query(ctx, sqlForms, planned, stem, "%"+stem+"%", len([]rune(stem)) >= 4, maxForms)
	if err != nil {
		return fmt.Errorf("forms of a word: %w", err)
	}
	var form string
	var n int64
	var written []string
	if _, err := pgx.ForEachRow(rows, []any{&form, &n, &written}, func() error {
		t.n += n
		t.written = append(t.written, written...)
		if form == stem {
			t.known = true
		} else {
			t.forms = append(t.forms, form)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("forms of a word: %w", err)
	}
	return nil
}

// near is a word of the vocabulary that may be meant.
type near struct {
	word, shown string
	n           int64
	typos       int
}

// alike finds the likeliest word that a mistyped one may be; ok is false when
// there is none.
func alike(ctx context.Context, tx pgx.Tx, word string) (best near, ok bool, err error) {
	limit := typosIn(word)
	if limit == 0 {
		return near{}, false, nil
	}
	if _, err := tx.Exec(ctx, sqlThreshold, likeEnough); err != nil {
		return near{}, false, fmt.Errorf("similar words: %w", err)
	}
	rows, err := tx.Query(ctx, sqlAlike, planned, word, len([]rune(word))-limit, len([]rune(word))+limit)
	if err != nil {
		return near{}, false, fmt.Errorf("similar words: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c near, err error) {
		err = row.Scan(&c.word, &c.shown, &c.n)
		return c, err
	})
	if err != nil {
		return near{}, false, fmt.Errorf("similar words: %w", err)
	}
	for _, c := range list {
		if c.typos = Typos(word, c.word, limit); c.typos == 0 || c.typos > limit {
			continue
		}
		if !ok || c.typos < best.typos || c.typos == best.typos && c.n > best.n {
			best, ok = c, true
		}
	}
	return best, ok, nil
}

// correct puts a likely word in place of each that nobody has written; ok is
// false when nothing changed.
func correct(ctx context.Context, tx pgx.Tx, text string, terms []term) (better string, ok bool, err error) {
	better = text
	for i := range terms {
		t := &terms[i]
		if !t.single() || t.n > 0 || t.stems[0] == "" {
			continue
		}
		c, found, err := alike(ctx, tx, t.word())
		if err != nil {
			return "", false, err
		}
		if found {
			better, ok = strings.Replace(better, t.typed, c.shown, 1), true
		}
	}
	return better, ok, nil
}

// meant is a text that may have been meant though the typed one finds
// something: a rare word beside a common one that differs by one sign.
func meant(ctx context.Context, tx pgx.Tx, text string, terms []term) (string, error) {
	const rare, common = 3, 20
	for i := range terms {
		t := &terms[i]
		if !t.single() || t.n == 0 || t.n > rare {
			continue
		}
		c, found, err := alike(ctx, tx, t.word())
		if err != nil {
			return "", err
		}
		if found && c.typos == 1 && c.n >= common*t.n {
			return strings.Replace(text, t.typed, c.shown, 1), nil
		}
	}
	return "", nil
}

const (
	sqlStems = `
SELECT coalesce((ts_lexize('german_stem', w.word))[1], '')
FROM unnest($1::text[]) WITH ORDINALITY AS w (word, i)
ORDER BY w.i`
	// The word itself first, then what ends with it or begins with it: a
	// compound's other part has at least three signs.
	sqlForms = `
SELECT f.lexeme, sum(f.n)::bigint, array_agg(f.word)
FROM (
  SELECT v.lexeme, v.n, v.word FROM vocabulary v WHERE v.lexeme = $1
  UNION ALL
  SELECT v.lexeme, v.n, v.word FROM vocabulary v
  WHERE $3 AND v.lexeme LIKE $2 AND v.lexeme <> $1
    AND (starts_with(v.lexeme, $1) OR position($1 IN v.lexeme) > 3)
) f
GROUP BY f.lexeme
ORDER BY (f.lexeme = $1) DESC, sum(f.n) DESC, f.lexeme
LIMIT $4`
	sqlThreshold = `SELECT set_config('pg_trgm.similarity_threshold', $1::float8::text, true)`
	sqlAlike     = `
SELECT v.word, v.shown, v.n
FROM vocabulary v
WHERE v.word % $1 AND length(v.word) BETWEEN $2 AND $3
ORDER BY similarity(v.word, $1) DESC, v.n DESC, v.word
LIMIT 40`
)
