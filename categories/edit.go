package categories

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// What the audit log calls the things that are edited here.
const (
	categoryKind subject.Kind = "category"
	hoursKind    subject.Kind = "department"
)

// told is the action of an entry that somebody else has written already.
const told = "told"

// Fingerprint is short for everything that the category says: two editors who
// saw different ones must not overwrite each other.
func (c *Category) Fingerprint() string {
	return fingerprint(c)
}

// clone is a copy of which everything can be changed.
func (c *Category) clone() Category {
	k := *c
	k.Kinds = slices.Clone(c.Kinds)
	k.Questions = slices.Clone(c.Questions)
	for i := range k.Questions {
		k.Questions[i].Options = slices.Clone(k.Questions[i].Options)
	}
	return k
}

// edit runs a change of the catalogue: with the actor's rights of this moment,
// one after the other, told to all processes, audited. fn returns the entry.
func (s *Service) edit(ctx context.Context, actor accounts.Actor, fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) (accounts.Entry, error)) error {
	if s.bus == nil {
		return errors.New("categories: a change needs a bus")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlLock); err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		entry, err := fn(ctx, tx, actor)
		if err != nil || entry.Action == "" { // nothing to do
			return err
		}
		if err := s.bus.Append(ctx, tx, CatalogueChanged{}); err != nil {
			return err
		}
		db.AfterCommit(ctx, s.forget)
		if entry.Action == told {
			return nil
		}
		return accounts.Audit(ctx, tx, actor, entry)
	})
}

// ChangeCategory lets change work on a copy of the category as it is now, checks
// the whole of it and writes it; all processes read it anew. was is the
// fingerprint of what the editor saw: fault.Conflict when it is another one by
// now ("" does not ask). Reports keep the questions and answers as they were
// asked. Questions and options that are gone become inactive, none is deleted.
// Only admins may.
func (s *Service) ChangeCategory(ctx context.Context, actor accounts.Actor, key, was string, change func(*Category) error) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		now := c.ByKey(key)
		if now == nil {
			return accounts.Entry{}, fault.Missing("category " + key)
		}
		next := now.clone()
		if err := change(&next); err != nil {
			return accounts.Entry{}, err
		}
		next.ID, next.Key = now.ID, now.Key
		fields := changedFields(now, &next)
		if len(fields) == 0 {
			return accounts.Entry{}, nil // sent twice
		}
		if was != "" && was != now.Fingerprint() {
			return accounts.Entry{}, fault.New(fault.Conflict, "err.409")
		}
		if err := CheckCategory(c, &next); err != nil {
			return accounts.Entry{}, err
		}
		if err := writeCategory(ctx, tx, c, &next); err != nil {
			return accounts.Entry{}, err
		}
		return accounts.Entry{Action: "category.change", Ref: subject.Ref{Kind: categoryKind, ID: now.ID}, Fields: fields}, nil
	})
}

// AddCategory puts a category at the end of its group. fault.Invalid when the key
// is taken.
func (s *Service) AddCategory(ctx context.Context, actor accounts.Actor, k Category) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		if !isKey(k.Key) {
			return accounts.Entry{}, fault.OnField("key", "field.key")
		}
		if c.ByKey(k.Key) != nil {
			return accounts.Entry{}, fault.OnField("key", "admin.err.key_taken")
		}
		k.ID = subject.NewID()
		if k.Kinds == nil {
			k.Kinds = []string{string(subject.Report)}
		}
		if err := CheckCategory(c, &k); err != nil {
			return accounts.Entry{}, err
		}
		if err := writeCategory(ctx, tx, c, &k); err != nil {
			return accounts.Entry{}, err
		}
		return accounts.Entry{Action: "category.add", Ref: subject.Ref{Kind: categoryKind, ID: k.ID}}, nil
	})
}

// MoveQuestion puts a question one place up or down; at the end nothing changes.
// fault.NotFound when there is none of that key.
func (c *Category) MoveQuestion(key string, up bool) error {
	i := slices.IndexFunc(c.Questions, func(q Question) bool { return q.Key == key })
	if i < 0 {
		return fault.Missing("question " + key)
	}
	j := i + 1
	if up {
		j = i - 1
	}
	if j >= 0 && j < len(c.Questions) {
		c.Questions[i], c.Questions[j] = c.Questions[j], c.Questions[i]
	}
	return nil
}

// writeCategory writes the category with its questions and switches off what it
// does not have any more.
func writeCategory(ctx context.Context, tx pgx.Tx, c *Catalogue, k *Category) error {
	w := &writer{batch: &pgx.Batch{}, departments: map[string]uuid.UUID{}}
	var err error
	if w.known, err = knownIDs(ctx, tx); err != nil {
		return err
	}
	for _, d := range c.Departments {
		w.departments[d.Key] = d.ID
	}
	w.known["category/"+k.Key] = k.ID
	var position int
	if err := tx.QueryRow(ctx, sqlPosition, k.Key).Scan(&position); err != nil {
		return fmt.Errorf("position: %w", err)
	}
	w.batch.Queue(sqlOffQuestions, k.ID)
	w.category(k, position)
	w.batch.Queue(sqlActive, k.ID, k.Active)
	return w.send(ctx, tx)
}

// changedFields are the names of what differs, for the log.
func changedFields(a, b *Category) []string {
	var out []string
	same := func(name string, x, y any) {
		p, err1 := json.Marshal(x)
		q, err2 := json.Marshal(y)
		if err1 != nil || err2 != nil || !bytes.Equal(p, q) {
			out = append(out, name)
		}
	}
	same("name", a.Name, b.Name)
	same("group", a.Group, b.Group)
	same("department", a.Department, b.Department)
	same("publish", a.Publish, b.Publish)
	same("photo", a.Photo, b.Photo)
	same("days", []any{a.Days, a.TargetOn}, []any{b.Days, b.TargetOn})
	same("near", []int{a.NearM, a.NearDays}, []int{b.NearM, b.NearDays})
	same("season", a.Season.String(), b.Season.String())
	same("words", a.Words, b.Words)
	same("sample", a.Sample, b.Sample)
	same("ready", a.Ready, b.Ready)
	same("flags", []bool{a.Quiet, a.Wish}, []bool{b.Quiet, b.Wish})
	same("retention", a.Retention, b.Retention)
	same("active", a.Active, b.Active)
	for _, q := range b.Questions {
		before, _ := a.Question(q.Key)
		same("question:"+q.Key, before, q)
	}
	for _, q := range a.Questions {
		if _, ok := b.Question(q.Key); !ok {
			out = append(out, "question:"+q.Key)
		}
	}
	order := func(k *Category) []string { return keysOf(k.Questions, func(q Question) string { return q.Key }) }
	same("order", order(a), order(b))
	return out
}

// KeyOf makes a key of a text: "Wie groß ist es?" gives "wie-gross-ist-es". taken
// tells which ones are in use.
func KeyOf(text string, taken func(string) bool) string {
	var b strings.Builder
	for _, r := range strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(strings.ToLower(text)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 24 {
			break
		}
	}
	key := strings.Trim(b.String(), "-")
	if key == "" {
		key = "x"
	}
	for i, base := 2, key; taken(key); i++ {
		key = fmt.Sprintf("%s-%d", base, i)
	}
	return key
}

// SaveDepartment changes a department with its reading hours, or adds one when
// was is nil; see accounts.ChangeDepartment. All processes read it anew.
func (s *Service) SaveDepartment(ctx context.Context, actor accounts.Actor, was *accounts.Department, d accounts.Department, hours Hours) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		before, _ := c.Department(d.Key)
		id, err := accounts.ChangeDepartment(ctx, tx, actor, was, d, func(ctx context.Context, tx pgx.Tx, id uuid.UUID) (accounts.Stays, error) {
			return s.stays(ctx, tx, c, before.Key, id)
		})
		if err != nil {
			return accounts.Entry{}, err
		}
		w := &writer{batch: &pgx.Batch{}, departments: map[string]uuid.UUID{d.Key: id}}
		w.hours([]Department{{Key: d.Key, Hours: hours}})
		if err := w.send(ctx, tx); err != nil {
			return accounts.Entry{}, err
		}
		if before.Hours.String() == hours.String() {
			return accounts.Entry{Action: told}, nil
		}
		return accounts.Entry{Action: "department.change", Ref: subject.Ref{Kind: hoursKind, ID: id}, Fields: []string{"hours"}}, nil
	})
}

// stays is what of the catalogue and of other packages needs a department.
func (s *Service) stays(ctx context.Context, tx pgx.Tx, c *Catalogue, key string, id uuid.UUID) (accounts.Stays, error) {
	var out accounts.Stays
	for _, k := range c.Categories {
		routes := slices.ContainsFunc(k.Questions, func(q Question) bool {
			return slices.ContainsFunc(q.Options, func(o Option) bool { return o.Effects.Route == key })
		})
		if k.Department == key || routes {
			out.Categories = append(out.Categories, k.Name.In(i18n.German))
		}
	}
	if s.openCases == nil {
		return out, nil
	}
	var err error
	out.Cases, err = s.openCases(ctx, tx, id)
	return out, err
}

const (
	// Of a category that is there; the next one for a new one.
	sqlPosition = `
SELECT coalesce((SELECT position FROM categories WHERE key = $1),
                (SELECT max(position) + 1 FROM categories), 0)`

	// What the category still has is switched on again by its own statement.
	sqlOffQuestions = `
WITH o AS (UPDATE question_options
           SET active = false
           WHERE active
             AND question_id IN (SELECT id FROM questions WHERE category_id = $1))
UPDATE questions SET active = false WHERE category_id = $1 AND active`

	sqlActive = `UPDATE categories SET active = $2 WHERE id = $1`
)
