package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/meilisearch/meilisearch-go"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// meiliChange says that things have changed; how they are now is read by the
// job.
type meiliChange struct {
	Name string       `json:"name"` // of the index
	Of   subject.Kind `json:"of"`
	IDs  []uuid.UUID  `json:"ids"`
}

// Kind names the job.
func (meiliChange) Kind() string { return "search_mirror" }

// RegisterJobs feeds the server, and makes its index when there is none with the
// present settings.
func (m *Meili) RegisterJobs() {
	jobs.Register(m.jobs, func(ctx context.Context, c meiliChange) error {
		if c.Name != m.name {
			return nil // of another configuration
		}
		return m.feed(ctx, c.Of, c.IDs)
	})
	jobs.Periodic(m.jobs, "search_mirror_build", time.Minute, func(ctx context.Context) error {
		began := m.watch.Now()
		_, err := m.build(ctx, func() bool { return m.watch.Now().Sub(began) > walkFor })
		return err
	})
}

// tell writes jobs for what has changed into its transaction.
func (m *Meili) tell(ctx context.Context, tx pgx.Tx, changed []subject.Ref) error {
	byKind := map[subject.Kind][]uuid.UUID{}
	for _, r := range changed {
		if !slices.Contains(byKind[r.Kind], r.ID) {
			byKind[r.Kind] = append(byKind[r.Kind], r.ID)
		}
	}
	var list []jobs.Args
	for kind, ids := range byKind {
		for part := range slices.Chunk(ids, batch) {
			list = append(list, meiliChange{Name: m.name, Of: kind, IDs: part})
		}
	}
	return m.jobs.InsertMany(ctx, tx, list, jobs.Opts{MaxAttempts: meiliTries})
}

// feed brings the server's documents of some things up to date. The order of
// reading and sending is under one lock: the last state comes last, however the
// jobs run. A task that the server takes and then fails counts as not done.
func (m *Meili) feed(ctx context.Context, kind subject.Kind, ids []uuid.UUID) error {
	var tasks []int64
	err := db.Transact(ctx, m.db, func(ctx context.Context, tx pgx.Tx) error {
		tasks = nil
		if _, err := tx.Exec(ctx, sqlMirrorLock, m.name); err != nil {
			return fmt.Errorf("lock the mirror: %w", err)
		}
		row, err := m.mirror(ctx, tx)
		if err != nil {
			return err
		}
		indexes := row.indexes(m.name)
		if len(indexes) == 0 {
			return nil // the first filling reads it
		}
		docs, err := publicOf(ctx, tx, kind, ids)
		if err != nil {
			return err
		}
		send, err := forms(ctx, tx, docs)
		if err != nil {
			return err
		}
		for _, index := range indexes {
			sent, err := m.send(ctx, index, send, kind, ids)
			if err != nil {
				return err
			}
			tasks = append(tasks, sent...)
		}
		return nil
	})
	if err == nil {
		err = m.done(ctx, tasks...)
	}
	return m.noted(ctx, err, jobs.InfoOf(ctx).Last)
}

// indexes are those that hear of a change: the one that is asked, and the one
// that is being filled. While they are swapped nobody knows which is which: what is sent
// to both is in the right one, before and after.
func (r *mirrorRow) indexes(name string) []string {
	var list []string
	if r.ready || r.building && r.afterKind == swapping {
		list = append(list, name)
	}
	if r.building {
		list = append(list, nextOf(name))
	}
	return list
}

func nextOf(name string) string { return name + "_next" }

// languages that a document can have: what is not sent is deleted in all others.
func languages() []string { return []string{"", "de", "en", "de-x-leicht"} }

// send gives an index the documents of some things, and takes out the others of
// theirs.
func (m *Meili) send(ctx context.Context, index string, docs []mirrored, kind subject.Kind, ids []uuid.UUID) (tasks []int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, meiliHTTP)
	defer cancel()
	x := m.server.Index(index)
	there := map[string]bool{}
	for i := range docs {
		there[docs[i].ID] = true
	}
	var gone []string
	for _, id := range ids {
		for _, lang := range languages() {
			if name := mirroredID(&Document{Ref: subject.Ref{Kind: kind, ID: id}, Lang: lang}); !there[name] {
				gone = append(gone, name)
			}
		}
	}
	if len(gone) > 0 {
		t, err := x.DeleteDocumentsWithContext(ctx, gone, nil)
		if err != nil {
			return nil, fromServer(err)
		}
		tasks = append(tasks, t.TaskUID)
	}
	if len(docs) > 0 {
		key := "id"
		t, err := x.AddDocumentsWithContext(ctx, docs, &meilisearch.DocumentOptions{PrimaryKey: &key})
		if err != nil {
			return nil, fromServer(err)
		}
		tasks = append(tasks, t.TaskUID)
	}
	return tasks, nil
}

// done waits until tasks have succeeded. The server answers 202 to everything:
// only the task says what came of it.
func (m *Meili) done(ctx context.Context, tasks ...int64) error {
	ctx, cancel := context.WithTimeout(ctx, meiliTask)
	defer cancel()
	for _, id := range tasks {
		const often = 50 * time.Millisecond
		t, err := m.server.WaitForTaskWithContext(ctx, id, often)
		if err != nil {
			return fromServer(err)
		}
		if t.Status != meilisearch.TaskStatusSucceeded {
			code := t.Error.Code
			if code == "" {
				code = string(t.Status)
			}
			return &serverError{code, nil}
		}
	}
	return nil
}

// noted keeps what went wrong where people see it. After the last attempt of a
// change the mirror is no longer asked and is made anew.
func (m *Meili) noted(ctx context.Context, err error, last bool) error {
	failed := ""
	if wrong, ok := errors.AsType[*serverError](err); ok {
		failed = wrong.code
	} else if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // the job's time may be what is over
	if _, e := m.db.Exec(ctx, sqlMirrorNote, m.name, failed, failed != "" && last); e != nil {
		return errors.Join(err, fmt.Errorf("mirror of the search: %w", e))
	}
	return err
}

// Rebuild fills a second index and swaps it in; searches and changes go on
// meanwhile. say hears how many documents have been sent.
func (m *Meili) Rebuild(ctx context.Context, say func(n int)) error {
	if _, err := m.db.Exec(ctx, sqlMirrorAnew, m.name); err != nil {
		return fmt.Errorf("mirror of the search: %w", err)
	}
	for n := 0; ; {
		part, err := m.build(ctx, func() bool { return true })
		if err != nil {
			return err
		}
		if n += part; say != nil && part > 0 {
			say(n)
		}
		row, err := m.mirror(ctx, m.db)
		if err != nil {
			return err
		}
		if row.whole() {
			return nil
		}
		if part == 0 { // another process is at it
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(200 * time.Millisecond):
			}
		}
	}
}

// Where the making of an index stands beside the documents that it has got to.
// Whoever finds one of these left over begins anew: half of an index may be
// there, and a second swap would bring the old one back.
const (
	preparing = "!"
	swapping  = "~"
)

// whole tells whether nothing is left to be done.
func (r *mirrorRow) whole() bool {
	return r.there && r.madeBy != "" && !r.building && r.afterKind == ""
}

// build goes on making the index, a part at a time, until it is whole or enough
// says so. It gives back how many documents were sent.
func (m *Meili) build(ctx context.Context, enough func() bool) (n int, err error) {
	defer func() { err = m.noted(ctx, err, false) }()
	s, err := m.settings(ctx)
	if err != nil {
		return 0, err
	}
	by, err := madeBy(s)
	if err != nil {
		return 0, err
	}
	row, err := m.mirror(ctx, m.db)
	if err != nil {
		return 0, err
	}
	switch {
	case row.madeBy == by && row.whole():
		return 0, nil
	case row.madeBy != by || row.left:
		if row.builder, err = m.begin(ctx, s, by); err != nil {
			return 0, err
		}
	case row.afterKind == preparing || row.afterKind == swapping:
		return 0, nil // another process is at it
	}
	for {
		sent, err := m.fill(ctx, row.builder)
		if err != nil {
			return n, err
		}
		if n += sent; sent == 0 {
			break
		}
		if enough() {
			return n, nil
		}
	}
	return n, m.swap(ctx, row.builder)
}

func (m *Meili) settings(ctx context.Context) (*meilisearch.Settings, error) {
	var words []string
	for _, list := range synonyms() {
		words = append(words, list...)
	}
	stems, err := stemMap(ctx, m.db, words)
	if err != nil {
		return nil, err
	}
	return settings(stems), nil
}

// begin makes an empty second index. From the first statement on nobody else
// fills or swaps: each begin has an id of its own.
func (m *Meili) begin(ctx context.Context, s *meilisearch.Settings, by string) (uuid.UUID, error) {
	builder := subject.NewID()
	if _, err := m.note(ctx, sqlMirrorPrepare, m.name, by, builder, preparing); err != nil {
		return builder, err
	}
	next := nextOf(m.name)
	if err := m.remove(ctx, next); err != nil {
		return builder, err
	}
	short, cancel := context.WithTimeout(ctx, meiliHTTP)
	defer cancel()
	made, err := m.server.CreateIndexWithContext(short, &meilisearch.IndexConfig{Uid: next, PrimaryKey: "id"})
	if err != nil {
		return builder, fromServer(err)
	}
	set, err := m.server.Index(next).UpdateSettingsWithContext(short, s)
	if err != nil {
		return builder, fromServer(err)
	}
	if err := m.done(ctx, made.TaskUID, set.TaskUID); err != nil {
		return builder, err
	}
	_, err = m.note(ctx, sqlMirrorBegin, m.name, builder)
	return builder, err
}

// remove deletes an index; that there is none is no error.
func (m *Meili) remove(ctx context.Context, index string) error {
	short, cancel := context.WithTimeout(ctx, meiliHTTP)
	defer cancel()
	t, err := m.server.DeleteIndexWithContext(short, index)
	if err = fromServer(err); err == nil {
		err = m.done(ctx, t.TaskUID)
	}
	var wrong *serverError
	if errors.As(err, &wrong) && wrong.code == "index_not_found" {
		return nil
	}
	return err
}

// fill sends the next documents; 0 when there are no more. It goes on from them only
// when their task is done: what failed, or was not waited for, is sent again.
func (m *Meili) fill(ctx context.Context, builder uuid.UUID) (n int, err error) {
	var task int64
	var row mirrorRow
	var last subject.Ref
	err = db.Transact(ctx, m.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlMirrorLock, m.name); err != nil {
			return fmt.Errorf("lock the mirror: %w", err)
		}
		n = 0
		if row, err = m.mirror(ctx, tx); err != nil {
			return err
		}
		if row.builder != builder || !row.building || row.afterKind == swapping {
			return nil // somebody else has begun anew, or is through
		}
		docs, err := publicAfter(ctx, tx, row.afterKind, row.afterID)
		if err != nil || len(docs) == 0 {
			return err
		}
		send, err := forms(ctx, tx, docs)
		if err != nil {
			return err
		}
		short, cancel := context.WithTimeout(ctx, meiliHTTP)
		defer cancel()
		key := "id"
		t, err := m.server.Index(nextOf(m.name)).AddDocumentsWithContext(short, send, &meilisearch.DocumentOptions{PrimaryKey: &key})
		if err != nil {
			return fromServer(err)
		}
		n, task, last = len(docs), t.TaskUID, docs[len(docs)-1].Ref
		return nil
	})
	if err != nil || n == 0 {
		return n, err
	}
	if err := m.done(ctx, task); err != nil {
		return 0, err
	}
	if _, err := m.db.Exec(ctx, sqlMirrorAt, m.name, builder, string(last.Kind), last.ID, row.afterKind, row.afterID); err != nil {
		return n, fmt.Errorf("mirror of the search: %w", err)
	}
	return n, nil
}

// swap puts the second index in the place of the first. Until it is done changes
// go to both.
func (m *Meili) swap(ctx context.Context, builder uuid.UUID) error {
	if err := m.create(ctx, m.name); err != nil { // both must be there
		return err
	}
	n, err := m.note(ctx, sqlMirrorSwap, m.name, builder, swapping)
	if err != nil {
		return err
	}
	if n == 0 {
		return nil // somebody else has done so
	}
	short, cancel := context.WithTimeout(ctx, meiliHTTP) // from now on: the task before may have waited long
	defer cancel()
	t, err := m.server.SwapIndexesWithContext(short, []*meilisearch.SwapIndexesParams{{Indexes: []string{m.name, nextOf(m.name)}}})
	if err != nil {
		return fromServer(err)
	}
	if err := m.done(ctx, t.TaskUID); err != nil {
		return err
	}
	if _, err := m.note(ctx, sqlMirrorReady, m.name, builder); err != nil {
		return err
	}
	m.log.InfoContext(ctx, "search: the mirror holds all", "index", m.name)
	return m.remove(ctx, nextOf(m.name))
}

// note writes where the making of an index stands, under the lock of those who feed:
// what they send by the state before has been sent when the next step is asked for, and
// the server does what it is asked for in that order.
func (m *Meili) note(ctx context.Context, sql string, args ...any) (n int64, err error) {
	err = db.Transact(ctx, m.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlMirrorLock, m.name); err != nil {
			return fmt.Errorf("lock the mirror: %w", err)
		}
		tag, err := tx.Exec(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("mirror of the search: %w", err)
		}
		n = tag.RowsAffected()
		return nil
	})
	return n, err
}

// create makes an index; that there is one is no error.
func (m *Meili) create(ctx context.Context, index string) error {
	short, cancel := context.WithTimeout(ctx, meiliHTTP)
	defer cancel()
	t, err := m.server.CreateIndexWithContext(short, &meilisearch.IndexConfig{Uid: index, PrimaryKey: "id"})
	if err = fromServer(err); err == nil {
		err = m.done(ctx, t.TaskUID)
	}
	var wrong *serverError
	if errors.As(err, &wrong) && wrong.code == "index_already_exists" {
		return nil
	}
	return err
}

// publicOf reads the public documents of some things.
func publicOf(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID) ([]Document, error) {
	rows, err := q.Query(ctx, sqlPublicOf, string(kind), ids)
	if err != nil {
		return nil, fmt.Errorf("public documents: %w", err)
	}
	return collectPublic(rows)
}

// publicAfter reads the next public documents in the order of filling. A thing
// is never cut in two.
func publicAfter(ctx context.Context, q db.Queryer, kind string, id uuid.UUID) ([]Document, error) {
	rows, err := q.Query(ctx, sqlPublicAfter, kind, id, batch)
	if err != nil {
		return nil, fmt.Errorf("public documents: %w", err)
	}
	return collectPublic(rows)
}

func collectPublic(rows pgx.Rows) ([]Document, error) {
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Document, error) {
		d := Document{Audience: subject.Public}
		var point *gogeom.Point
		var facets []string
		if err := row.Scan(&d.Kind, &d.ID, &d.Lang, &d.Title, &d.Body, &d.Keywords, &point, &d.At, &facets); err != nil {
			return d, err
		}
		if point != nil {
			d.Point = &subject.Point{Lon: point.X(), Lat: point.Y()}
		}
		d.setFacets(facets)
		return d, nil
	})
	if err != nil {
		return nil, fmt.Errorf("public documents: %w", err)
	}
	return list, nil
}

// What leaves the house is read by these two: public documents only.
const (
	sqlPartPublic = `
SELECT d.subject_kind, d.subject_id, d.lang, d.title, d.body, d.keywords, d.point, d.at, d.facets
FROM documents d
WHERE d.audience = 'public'`
	sqlPublicOf    = sqlPartPublic + ` AND d.subject_kind = $1 AND d.subject_id = ANY ($2)`
	sqlPublicAfter = sqlPartPublic + ` AND (d.subject_kind, d.subject_id) IN (
  SELECT DISTINCT x.subject_kind, x.subject_id FROM documents x
  WHERE x.audience = 'public' AND (x.subject_kind, x.subject_id) > ($1, $2)
  ORDER BY x.subject_kind, x.subject_id LIMIT $3)
ORDER BY d.subject_kind, d.subject_id, d.lang`

	sqlMirrorLock    = `SELECT pg_advisory_xact_lock(hashtextextended('search mirror ' || $1::text, 0))`
	sqlMirrorPrepare = `
INSERT INTO search_mirrors (name, made_by, builder, building, after_kind)
VALUES ($1, $2, $3, false, $4)
ON CONFLICT (name) DO UPDATE
SET made_by = excluded.made_by, builder = excluded.builder, building = false, after_kind = excluded.after_kind, changed_at = mitwirk_now()`
	sqlMirrorBegin = `
UPDATE search_mirrors
SET building = true, after_kind = '', after_id = '00000000-0000-0000-0000-000000000000', changed_at = mitwirk_now()
WHERE name = $1 AND builder = $2`
	// Two that fill at the same time send the same; only one goes on from it.
	sqlMirrorAt = `
UPDATE search_mirrors
SET after_kind = $3, after_id = $4, changed_at = mitwirk_now()
WHERE name = $1 AND builder = $2 AND after_kind = $5 AND after_id = $6`
	sqlMirrorSwap  = `UPDATE search_mirrors SET after_kind = $3, changed_at = mitwirk_now() WHERE name = $1 AND builder = $2 AND building AND after_kind <> $3`
	sqlMirrorReady = `
UPDATE search_mirrors
SET ready = true, building = false, after_kind = '', failed = '', changed_at = mitwirk_now()
WHERE name = $1 AND builder = $2`
	sqlMirrorAnew = `UPDATE search_mirrors SET made_by = '', changed_at = mitwirk_now() WHERE name = $1`
	// With $3 changes are missing in the index for good: it is not asked until it is made anew.
	sqlMirrorNote = `
UPDATE search_mirrors
SET failed = $2, ready = ready AND NOT $3, made_by = CASE WHEN $3 THEN '' ELSE made_by END, changed_at = mitwirk_now()
WHERE name = $1 AND (failed <> $2 OR $3)`
)
