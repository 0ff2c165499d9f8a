package categories

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Imported says what an import has put in place.
type Imported struct {
	Departments, Groups, Categories, Questions, Stops, Signposts int
	Retired                                                      []string // keys of categories that are gone from the file
}

// Import puts a parsed catalogue in place of the present one, in one
// transaction: what has the same key is changed, what is gone becomes inactive
// and keeps its reports. Departments are added and changed, never switched off,
// since other things than categories need them. Only admins and the product
// itself may: the others get NotFound or Forbidden.
func (s *Service) Import(ctx context.Context, actor accounts.Actor, c *Catalogue) (Imported, error) {
	if s.bus == nil {
		return Imported{}, errors.New("categories: an import needs a bus")
	}
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return Imported{}, err
	}
	var done Imported
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if done, err = importCatalogue(ctx, tx, actor, c); err != nil {
			return err
		}
		if err := s.bus.Append(ctx, tx, CatalogueChanged{}); err != nil {
			return err
		}
		db.AfterCommit(ctx, s.forget)
		return nil
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import catalogue: %w", err)
	}
	return done, nil
}

// importCatalogue writes everything; two imports wait for each other.
func importCatalogue(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c *Catalogue) (Imported, error) {
	done := Imported{
		Departments: len(c.Departments), Groups: len(c.Groups), Categories: len(c.Categories),
		Stops: len(c.Stops), Signposts: len(c.Signposts),
	}
	if _, err := tx.Exec(ctx, sqlLock); err != nil {
		return done, fmt.Errorf("lock: %w", err)
	}
	w := &writer{batch: &pgx.Batch{}, departments: map[string]uuid.UUID{}}
	for _, d := range c.Departments {
		id, err := putDepartment(ctx, tx, actor, d)
		if err != nil {
			return done, err
		}
		w.departments[d.Key] = id
	}
	var err error
	if w.known, err = knownIDs(ctx, tx); err != nil {
		return done, err
	}
	if done.Retired, err = goneCategories(ctx, tx, keysOf(c.Categories, func(k Category) string { return k.Key })); err != nil {
		return done, err
	}
	w.batch.Queue(sqlSwitchOff)
	w.hours(c.Departments)
	for i, g := range c.Groups {
		w.group(g, i)
	}
	for _, b := range c.Outside {
		w.batch.Queue(sqlPutBody, b.Key, b.Name, b.Area, b.Forward, b.Link)
	}
	for _, st := range c.Stops {
		w.batch.Queue(sqlPutStop, st.Key, st.Hard, notNil(st.Tel), st.Title, st.Text)
	}
	for i := range c.Categories {
		w.category(&c.Categories[i], i)
		done.Questions += len(c.Categories[i].Questions)
	}
	for i, sp := range c.Signposts {
		w.signpost(sp, i)
	}
	return done, w.send(ctx, tx)
}

// putDepartment keeps what the file does not know: the parent and the address.
func putDepartment(ctx context.Context, tx pgx.Tx, actor accounts.Actor, d Department) (uuid.UUID, error) {
	row, err := accounts.DepartmentByKey(ctx, tx, d.Key)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return uuid.Nil, err
	}
	row.Key, row.Name, row.Door, row.Does, row.Active = d.Key, d.Name, accounts.Door(d.Door), d.Does, true
	return accounts.PutDepartment(ctx, tx, actor, row)
}

// Export returns the present catalogue as a file that Parse reads.
func (s *Service) Export(ctx context.Context) ([]byte, error) {
	c, err := loadCatalogue(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("load catalogue: %w", err)
	}
	return Write(c)
}

// writer collects the statements of one import. Rows that exist keep their ids.
type writer struct {
	batch       *pgx.Batch
	departments map[string]uuid.UUID
	known       map[string]uuid.UUID // "group/weg", "category/laterne", "question/laterne/art"
}

// id is that of the row that a path names, or a new one.
func (w *writer) id(path string) uuid.UUID {
	id, ok := w.known[path]
	if !ok {
		id = subject.NewID()
		w.known[path] = id
	}
	return id
}

func (w *writer) group(g Group, position int) {
	w.batch.Queue(sqlPutGroup, w.id("group/"+g.Key), g.Key, g.Name, position)
}

func (w *writer) hours(list []Department) {
	for _, d := range list {
		w.batch.Queue(sqlDropHours, w.departments[d.Key])
		for weekday, spans := range d.Hours {
			for _, span := range spans {
				w.batch.Queue(sqlPutHours, w.departments[d.Key], weekday, span.Opens, span.Closes)
			}
		}
	}
}

func (w *writer) category(k *Category, position int) {
	id := w.id("category/" + k.Key)
	w.batch.Queue(sqlPutCategory,
		id, k.Key, w.id("group/"+k.Group), w.departments[k.Department], k.Name, position,
		k.Kinds, k.Publish, k.Photo, k.Days, k.TargetOn, k.NearM, k.NearDays,
		k.Object, k.Season.String(), notNilMap(k.Words), notNilMap(k.Sample), notNilMap(k.Ready), k.Quiet, k.Wish,
		k.Retention.Text, k.Retention.Photo, k.Retention.Contact, k.Share, k.Optional)
	for i, q := range k.Questions {
		qid := w.id("question/" + k.Key + "/" + q.Key)
		w.batch.Queue(sqlPutQuestion, qid, id, q.Key, q.Type, q.Name, i, q.Required, notNil(q.ShownIf), q.Min, q.Max, q.TeamOnly, q.Common)
		for j, o := range q.Options {
			w.batch.Queue(sqlPutOption, qid, o.Key, o.Name, o.Effects, j)
		}
	}
}

func (w *writer) signpost(s Signpost, position int) {
	var stop *string
	if s.Stop != "" {
		stop = &s.Stop
	}
	w.batch.Queue(sqlPutSignpost, w.id("signpost/"+s.Key), s.Key, notNilMap(s.Words), notNilMap(s.Body), stop,
		s.Link.URL, notNilMap(s.Link.Label), s.Door.To, notNilMap(s.Door.Text), position)
}

func (w *writer) send(ctx context.Context, tx pgx.Tx) error {
	if err := tx.SendBatch(ctx, w.batch).Close(); err != nil {
		return fmt.Errorf("write catalogue: %w", err)
	}
	return nil
}

func keysOf[T any](list []T, key func(T) string) []string {
	keys := make([]string, len(list))
	for i, e := range list {
		keys[i] = key(e)
	}
	return keys
}

// notNil and notNilMap: a nil would become SQL NULL.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func notNilMap[V any, M ~map[string]V](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
