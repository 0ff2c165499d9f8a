package search

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Past is what the city's own public reports say about a text and a place: in
// which categories its words stood, and what was reported nearby. It is made of
// words that everybody may read, and none that fewer than three texts have.
type Past struct {
	Kinds map[uuid.UUID]PastKind
	Words []PastWord // of the text, in its order; those that say anything

	Reports, Texts int     // sums over Kinds
	Near           int     // sum of Kinds' Near
	NearWeight     float64 // sum of Kinds' NearWeight
}

// PastKind is one category in the past.
type PastKind struct {
	Reports    int     // public ones
	Texts      int     // with a released text
	Near       int     // of the nearest ones within NearMetres
	NearWeight float64 // the same, near and new ones counted more
}

// PastWord is a word of the text that past texts have.
type PastWord struct {
	Typed string // as it stands in the text
	N     int    // texts that have it
	In    map[uuid.UUID]int
}

// What PastOf looks at.
const (
	NearMetres   = 400  // how near a report must be to say something about a place
	nearMost     = 80   // how many of them
	nearHalf     = 90.0 // metres after which one counts half
	nearHalfDays = 300.0
	pastWords    = 24 // words of a text
	pastLeast    = 3  // texts that a word must have: no single person's
	pastPart     = 5  // signs that the end of a compound must have
)

// PastOf reads the past for a text and a place; either may be missing.
func PastOf(ctx context.Context, q db.Queryer, text string, at *subject.Point) (Past, error) {
	p := Past{Kinds: map[uuid.UUID]PastKind{}}
	if err := p.totals(ctx, q); err != nil || p.Reports == 0 {
		return p, err
	}
	if err := p.words(ctx, q, text); err != nil {
		return p, err
	}
	if at == nil || !at.Valid() {
		return p, nil
	}
	err := p.near(ctx, q, *at)
	return p, err
}

func (p *Past) totals(ctx context.Context, q db.Queryer) error {
	rows, err := q.Query(ctx, sqlTotals)
	if err != nil {
		return fmt.Errorf("totals of categories: %w", err)
	}
	var id uuid.UUID
	var k PastKind
	if _, err := pgx.ForEachRow(rows, []any{&id, &k.Reports, &k.Texts}, func() error {
		p.Kinds[id] = k
		p.Reports, p.Texts = p.Reports+k.Reports, p.Texts+k.Texts
		return nil
	}); err != nil {
		return fmt.Errorf("totals of categories: %w", err)
	}
	return nil
}

// asked is a word of a text as it is looked for: itself, then the ends of it,
// since the end of a German compound says what a thing is.
type asked struct {
	typed int // index of the word
	text  string
}

func (p *Past) words(ctx context.Context, q db.Queryer, text string) error {
	if len(text) > maxBody {
		text = text[:maxBody]
	}
	var typed []string
	var list []asked
	seen := map[string]bool{}
	for _, t := range tokens(text) {
		if len(typed) == pastWords {
			break
		}
		if !teaches(t.folded) || isFiller(t.folded) || seen[t.folded] {
			continue
		}
		seen[t.folded] = true
		list = append(list, asked{len(typed), t.folded})
		for r := []rune(t.folded); len(r)-3 >= pastPart; {
			if r = r[1:]; len([]rune(t.folded))-len(r) >= 3 {
				list = append(list, asked{len(typed), string(r)})
			}
		}
		typed = append(typed, text[t.from:t.to])
	}
	if len(list) == 0 {
		return nil
	}
	forms := make([]string, len(list))
	for i, a := range list {
		forms[i] = a.text
	}
	rows, err := q.Query(ctx, sqlPast, forms)
	if err != nil {
		return fmt.Errorf("past words: %w", err)
	}
	found := make([]PastWord, len(list))
	stems := make([]string, len(list))
	var i, n int
	var id uuid.UUID
	var stem string
	if _, err := pgx.ForEachRow(rows, []any{&i, &stem, &id, &n}, func() error {
		w := &found[i-1]
		if w.In == nil {
			w.In = map[uuid.UUID]int{}
		}
		w.In[id], stems[i-1] = n, stem
		w.N += n
		return nil
	}); err != nil {
		return fmt.Errorf("past words: %w", err)
	}
	done, used := make([]bool, len(typed)), map[string]bool{}
	for i, a := range list { // the longest form of each that is known
		if w := found[i]; !done[a.typed] && w.N >= pastLeast {
			done[a.typed] = true
			if !used[stems[i]] { // two forms of one word count once
				used[stems[i]] = true
				w.Typed = typed[a.typed]
				p.Words = append(p.Words, w)
			}
		}
	}
	return nil
}

func (p *Past) near(ctx context.Context, q db.Queryer, at subject.Point) error {
	rows, err := q.Query(ctx, sqlPastNear, at.Lon, at.Lat, nearMost, NearMetres, nearHalf, nearHalfDays)
	if err != nil {
		return fmt.Errorf("reports nearby: %w", err)
	}
	var id uuid.UUID
	var n int
	var weight float64
	if _, err := pgx.ForEachRow(rows, []any{&id, &n, &weight}, func() error {
		k := p.Kinds[id]
		k.Near, k.NearWeight = n, weight
		p.Kinds[id] = k
		p.Near, p.NearWeight = p.Near+n, p.NearWeight+weight
		return nil
	}); err != nil {
		return fmt.Errorf("reports nearby: %w", err)
	}
	return nil
}

// taught is the documents whose words are learned or forgotten.
type taught struct {
	kinds, langs []string
	ids          []uuid.UUID
}

// teachesAs tells whether a document says the same about categories as another
// form of it.
func (d *Document) teachesAs(o *Document) bool {
	return d.tells() == o.tells() && (!d.tells() || d.Category == o.Category && d.Body == o.Body)
}

func (d *Document) tells() bool {
	return d.Kind == subject.Report && d.Audience == subject.Public && d.At != nil && d.Category != uuid.Nil
}

func (t *taught) add(d *Document) {
	if d != nil && d.tells() {
		t.kinds, t.ids, t.langs = append(t.kinds, string(d.Kind)), append(t.ids, d.ID), append(t.langs, d.Lang)
	}
}

func (t *taught) write(ctx context.Context, tx pgx.Tx, statements ...string) error {
	if len(t.ids) == 0 {
		return nil
	}
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql, t.kinds, t.ids, t.langs); err != nil {
			return fmt.Errorf("words of categories: %w", err)
		}
	}
	return nil
}

// Relearn counts the words of categories anew.
func Relearn(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range []string{sqlLock, sqlEmptyWords, sqlEmptyTotals, sqlCountWords, sqlCountTotals} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("words of categories: %w", err)
		}
	}
	return nil
}

// sqlPartTaught are the words of some documents' bodies, by category.
const sqlPartTaught = `
WITH w AS (
  SELECT t.lexeme AS word, d.category_id, count(*) AS n
  FROM unnest($1::text[], $2::uuid[], $3::text[]) AS r (kind, id, lang)
  JOIN documents d ON d.subject_kind = r.kind AND d.subject_id = r.id AND d.lang = r.lang,
       unnest(d.tsv) t
  WHERE 'C' = ANY (t.weights) AND t.lexeme ~ '^[[:alpha:]]{3,40}$'
  GROUP BY t.lexeme, d.category_id
)`

const sqlPartTaughtTotals = `
WITH w AS (
  SELECT d.category_id, count(*) AS reports, count(*) FILTER (WHERE d.body <> '') AS texts
  FROM unnest($1::text[], $2::uuid[], $3::text[]) AS r (kind, id, lang)
  JOIN documents d ON d.subject_kind = r.kind AND d.subject_id = r.id AND d.lang = r.lang
  GROUP BY d.category_id
)`

const (
	sqlLearnWords = sqlPartTaught + `
INSERT INTO category_words (word, category_id, n)
SELECT w.word, w.category_id, w.n FROM w ORDER BY w.word, w.category_id
ON CONFLICT (word, category_id) DO UPDATE SET n = category_words.n + excluded.n`
	sqlLearnTotals = sqlPartTaughtTotals + `
INSERT INTO category_totals (category_id, reports, texts)
SELECT w.category_id, w.reports, w.texts FROM w ORDER BY w.category_id
ON CONFLICT (category_id) DO UPDATE SET reports = category_totals.reports + excluded.reports, texts = category_totals.texts + excluded.texts`
	sqlForgetWords = sqlPartTaught + `, fewer AS (
  UPDATE category_words c SET n = c.n - w.n FROM w WHERE c.word = w.word AND c.category_id = w.category_id AND c.n > w.n
)
DELETE FROM category_words c USING w WHERE c.word = w.word AND c.category_id = w.category_id AND c.n <= w.n`
	sqlForgetTotals = sqlPartTaughtTotals + `
UPDATE category_totals c SET reports = c.reports - w.reports, texts = c.texts - w.texts FROM w WHERE c.category_id = w.category_id`

	sqlCountWords = `
INSERT INTO category_words (word, category_id, n)
SELECT t.lexeme, d.category_id, count(*)
FROM documents d, unnest(d.tsv) t
WHERE d.subject_kind = 'report' AND d.at IS NOT NULL AND d.audience = 'public' AND d.category_id IS NOT NULL
  AND 'C' = ANY (t.weights) AND t.lexeme ~ '^[[:alpha:]]{3,40}$'
GROUP BY t.lexeme, d.category_id`
	sqlCountTotals = `
INSERT INTO category_totals (category_id, reports, texts)
SELECT d.category_id, count(*), count(*) FILTER (WHERE d.body <> '')
FROM documents d
WHERE d.subject_kind = 'report' AND d.at IS NOT NULL AND d.audience = 'public' AND d.category_id IS NOT NULL
GROUP BY d.category_id`

	sqlTotals = `SELECT category_id, reports, texts FROM category_totals`
	sqlPast   = `
SELECT f.i::int, s.stem, c.category_id, c.n
FROM unnest($1::text[]) WITH ORDINALITY AS f (word, i)
CROSS JOIN LATERAL (SELECT (ts_lexize('german_stem', f.word))[1] AS stem) s
JOIN category_words c ON c.word = s.stem`
	// The nearest ones by the index on the place; then how near and how new they are.
	sqlPastNear = `
SELECT x.category_id, count(*)::int, sum(power(0.5, x.metres / $5::float8) * power(0.5, greatest(x.days, 0) / $6::float8))::float8
FROM (
  SELECT d.category_id,
         ST_DistanceSphere(d.point, ST_SetSRID(ST_MakePoint($1, $2), 4326)) AS metres,
         extract(epoch FROM mitwirk_now() - d.at)::float8 / 86400 AS days
  FROM documents d
  WHERE d.at IS NOT NULL AND d.audience = 'public' AND d.subject_kind = 'report'
  ORDER BY d.point <-> ST_SetSRID(ST_MakePoint($1, $2), 4326)
  LIMIT $3
) x
WHERE x.metres <= $4 AND x.category_id IS NOT NULL
GROUP BY x.category_id`
)
