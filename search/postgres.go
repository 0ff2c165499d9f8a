package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// PostgresConfig makes a Postgres.
type PostgresConfig struct {
	DB db.DB
	// Most is how many hits are ranked; 0: 200. Direct is up to how many
	// documents with a word all are looked at, Window how many of the newest
	// otherwise; 0: 3,000 and 10,000.
	Most, Direct, Window int
	// Bulk leaves the words of categories alone while very much is put at once;
	// Relearn counts them afterwards.
	Bulk bool
}

// Postgres is an Index in the product's own database.
type Postgres struct {
	db                   db.DB
	most, direct, window int
	bulk                 bool
}

// NewPostgres makes it.
func NewPostgres(cfg PostgresConfig) (*Postgres, error) {
	if cfg.DB == nil {
		return nil, errors.New("search: a database is needed")
	}
	return &Postgres{db: cfg.DB, most: cmp.Or(cfg.Most, 200), direct: cmp.Or(cfg.Direct, 3000), window: cmp.Or(cfg.Window, 10_000), bulk: cfg.Bulk}, nil
}

// Put implements Index. What is the same as before is not written.
func (p *Postgres) Put(ctx context.Context, tx pgx.Tx, docs []Document) error {
	_, err := p.put(ctx, tx, docs)
	return err
}

// put is Put; it gives back the things that have changed.
func (p *Postgres) put(ctx context.Context, tx pgx.Tx, docs []Document) ([]subject.Ref, error) {
	if len(docs) == 0 {
		return nil, nil
	}
	refs := make([]subject.Ref, len(docs))
	for i := range docs {
		refs[i] = docs[i].Ref
	}
	old, err := stored(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	delta := wordCounts{}
	var b pgx.Batch
	var changed []subject.Ref
	var learn, forget taught
	keep := map[docKey]bool{}
	for i := range docs {
		d := &docs[i]
		k := keyOf(d)
		keep[k] = true
		was, ok := old[k]
		if ok && was.same(d) {
			continue
		}
		if ok {
			delta.add(was, -1)
		}
		delta.add(d, 1)
		if !p.bulk && (!ok || !was.teachesAs(d)) {
			forget.add(was)
			learn.add(d)
		}
		changed = append(changed, d.Ref)
		point, err := pointOf(d)
		if err != nil {
			return nil, err
		}
		b.Queue(sqlPut, d.Kind, d.ID, d.Lang, d.Title, d.Body, d.Keywords, d.Path, d.Number, point, d.At, string(d.Audience), orEmpty(d.holders()),
			db.OrNull(d.Department), db.OrNull(d.Category), d.District, d.facetList(), plain(d.titles()), plain(d.Keywords), plain(d.Body))
	}
	for k, was := range old { // a language that the thing no longer has
		if !keep[k] {
			delta.add(was, -1)
			forget.add(was)
			changed = append(changed, k.Ref)
			b.Queue(sqlDropOne, k.Kind, k.ID, k.Lang)
		}
	}
	if b.Len() == 0 {
		return nil, nil
	}
	if err := forget.write(ctx, tx, sqlForgetWords, sqlForgetTotals); err != nil {
		return nil, err
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return nil, fmt.Errorf("put documents: %w", err)
	}
	if err := learn.write(ctx, tx, sqlLearnWords, sqlLearnTotals); err != nil {
		return nil, err
	}
	return changed, delta.write(ctx, tx)
}

// Delete implements Index.
func (p *Postgres) Delete(ctx context.Context, tx pgx.Tx, refs []subject.Ref) error {
	_, err := p.drop(ctx, tx, refs)
	return err
}

// drop is Delete; it gives back the things that were there.
func (p *Postgres) drop(ctx context.Context, tx pgx.Tx, refs []subject.Ref) ([]subject.Ref, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	old, err := stored(ctx, tx, refs)
	if err != nil || len(old) == 0 {
		return nil, err
	}
	delta := wordCounts{}
	var forget taught
	gone := make([]subject.Ref, 0, len(old))
	for k, was := range old {
		delta.add(was, -1)
		forget.add(was)
		gone = append(gone, k.Ref)
	}
	if err := forget.write(ctx, tx, sqlForgetWords, sqlForgetTotals); err != nil {
		return nil, err
	}
	kinds, ids := splitRefs(refs)
	if _, err := tx.Exec(ctx, sqlDrop, kinds, ids); err != nil {
		return nil, fmt.Errorf("delete documents: %w", err)
	}
	return gone, delta.write(ctx, tx)
}

// IDs implements Index.
func (p *Postgres) IDs(ctx context.Context, kind subject.Kind, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, err := p.db.Query(ctx, sqlIDs, string(kind), after, limit)
	if err != nil {
		return nil, fmt.Errorf("ids of documents: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("ids of documents: %w", err)
	}
	return list, nil
}

type docKey struct {
	subject.Ref

	Lang string
}

func keyOf(d *Document) docKey { return docKey{d.Ref, d.Lang} }

// stored reads the documents of some things.
func stored(ctx context.Context, tx pgx.Tx, refs []subject.Ref) (map[docKey]*Document, error) {
	kinds, ids := splitRefs(refs)
	rows, err := tx.Query(ctx, sqlStored, kinds, ids)
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Document, error) {
		var d Document
		var title map[string]string
		var point *gogeom.Point
		var department, category *uuid.UUID
		var facets []string
		if err := row.Scan(&d.Kind, &d.ID, &d.Lang, &title, &d.Body, &d.Keywords, &d.Path, &d.Number, &point, &d.At, &d.Audience, &d.Owners,
			&department, &category, &d.District, &facets); err != nil {
			return nil, err
		}
		d.Title = i18n.Text(title)
		if point != nil {
			d.Point = &subject.Point{Lon: point.X(), Lat: point.Y()}
		}
		if department != nil {
			d.Department = *department
		}
		if category != nil {
			d.Category = *category
		}
		d.setFacets(facets)
		return &d, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	old := make(map[docKey]*Document, len(list))
	for _, d := range list {
		old[keyOf(d)] = d
	}
	return old, nil
}

// same tells whether a document is stored as it is.
func (d *Document) same(o *Document) bool {
	samePoint := d.Point == nil && o.Point == nil || d.Point != nil && o.Point != nil && *d.Point == *o.Point
	sameTime := d.At == nil && o.At == nil || d.At != nil && o.At != nil && d.At.Round(time.Microsecond).Equal(o.At.Round(time.Microsecond))
	return samePoint && sameTime && maps.Equal(d.Title, o.Title) && d.Body == o.Body && d.Keywords == o.Keywords && d.Path == o.Path &&
		d.Number == o.Number && d.Audience == o.Audience && slices.Equal(d.holders(), o.holders()) && d.Department == o.Department &&
		d.Category == o.Category && d.District == o.District && slices.Equal(d.facetList(), o.facetList())
}

func splitRefs(refs []subject.Ref) (kinds []string, ids []uuid.UUID) {
	for _, r := range refs {
		kinds, ids = append(kinds, string(r.Kind)), append(ids, r.ID)
	}
	return kinds, ids
}

func pointOf(d *Document) (*gogeom.Point, error) {
	if d.Point == nil {
		return nil, nil //nolint:nilnil // no place is a fact
	}
	return geom.Point(d.Point.Lon, d.Point.Lat)
}

func orEmpty(ids []uuid.UUID) []uuid.UUID {
	if ids == nil {
		return []uuid.UUID{}
	}
	return ids
}

// wordCounts is by how much the vocabulary changes.
type wordCounts map[string]*wordCount

type wordCount struct {
	shown string
	n     int64
}

// add counts the words of a public document, each once.
func (w wordCounts) add(d *Document, by int64) {
	if d.Audience != subject.Public {
		return
	}
	seen := map[string]bool{}
	for _, text := range []string{d.titles(), d.Keywords, d.Body} {
		if len(text) > maxBody {
			text = strings.ToValidUTF8(text[:maxBody], "")
		}
		for _, t := range tokens(text) {
			if seen[t.folded] || !teaches(t.folded) {
				continue
			}
			seen[t.folded] = true
			if w[t.folded] == nil {
				w[t.folded] = &wordCount{shown: text[t.from:t.to]}
			}
			w[t.folded].n += by
		}
	}
}

func (w wordCounts) write(ctx context.Context, tx pgx.Tx) error {
	var words, shown, gone []string
	var n []int64
	for _, word := range slices.Sorted(maps.Keys(w)) {
		if c := w[word]; c.n != 0 {
			words, shown, n = append(words, word), append(shown, c.shown), append(n, c.n)
			if c.n < 0 {
				gone = append(gone, word)
			}
		}
	}
	if len(words) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlLearn, words, shown, n); err != nil {
		return fmt.Errorf("vocabulary: %w", err)
	}
	if len(gone) > 0 {
		if _, err := tx.Exec(ctx, sqlUnlearn, gone); err != nil {
			return fmt.Errorf("vocabulary: %w", err)
		}
	}
	return nil
}

const (
	sqlPut = `
INSERT INTO documents (subject_kind, subject_id, lang, title, body, keywords, path, number, point, at, audience, owners,
                       department_id, category_id, district_ref, facets, tsv)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
        setweight(to_tsvector('mitwirk_de', $17::text), 'A') || setweight(to_tsvector('mitwirk_de', $18::text), 'B') ||
        setweight(to_tsvector('mitwirk_de', $19::text), 'C'))
ON CONFLICT (subject_kind, subject_id, lang) DO UPDATE
SET title = excluded.title, body = excluded.body, keywords = excluded.keywords, path = excluded.path, number = excluded.number,
    point = excluded.point, at = excluded.at, audience = excluded.audience, owners = excluded.owners,
    department_id = excluded.department_id, category_id = excluded.category_id, district_ref = excluded.district_ref,
    facets = excluded.facets, tsv = excluded.tsv`
	sqlDropOne = `DELETE FROM documents WHERE subject_kind = $1 AND subject_id = $2 AND lang = $3`
	sqlDrop    = `DELETE FROM documents d USING unnest($1::text[], $2::uuid[]) AS r (kind, id) WHERE d.subject_kind = r.kind AND d.subject_id = r.id`
	sqlStored  = `
SELECT d.subject_kind, d.subject_id, d.lang, d.title, d.body, d.keywords, d.path, d.number, d.point, d.at, d.audience, d.owners,
       d.department_id, d.category_id, d.district_ref, d.facets
FROM documents d
JOIN unnest($1::text[], $2::uuid[]) AS r (kind, id) ON d.subject_kind = r.kind AND d.subject_id = r.id`
	sqlIDs = `SELECT DISTINCT subject_id FROM documents WHERE subject_kind = $1 AND subject_id > $2 ORDER BY subject_id LIMIT $3`

	// A word that says nothing has no stem and is not learned.
	sqlLearn = `
INSERT INTO vocabulary (word, shown, lexeme, n)
SELECT w.word, w.shown, l.stem[1], w.n
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (word, shown, n),
     LATERAL (SELECT ts_lexize('german_stem', w.word) AS stem) l
WHERE cardinality(l.stem) > 0
ON CONFLICT (word) DO UPDATE SET n = vocabulary.n + excluded.n`
	sqlUnlearn = `DELETE FROM vocabulary WHERE word = ANY ($1) AND n <= 0`
)
