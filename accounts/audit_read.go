package accounts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// AuditFilter says which entries of the log are read. The zero value is all.
type AuditFilter struct {
	Actor  uuid.UUID // one person
	Name   string    // a part of the pseudonym of who acted
	System bool      // only what the product did by itself
	Action string    // "role.grant", or its beginning: "role."
	Field  string    // name of a field, or its beginning
	Kind   subject.Kind
	ID     uuid.UUID // of the object
	From   time.Time
	To     time.Time // not included
	Before int64     // the last one of the page before; 0: from the end
	N      int       // at most; 0 is 50
}

// AuditLine is an entry with everything that people read in it.
type AuditLine struct {
	Seq       int64
	Actor     *uuid.UUID // nil: the product itself
	Pseudonym string     // of the actor; may be empty
	Action    string
	Kind      subject.Kind // "" when it is about nothing in particular
	ID        *uuid.UUID
	About     string // pseudonym, where the object is a person
	Fields    []string
	Reason    string
	At        time.Time
}

// AuditLines lists entries, the latest first, and tells whether more follow.
// Only admins may.
func AuditLines(ctx context.Context, q db.Queryer, actor Actor, f AuditFilter) (list []AuditLine, more bool, err error) {
	if err := May(actor, ReadAudit); err != nil {
		return nil, false, err
	}
	if f.N < 1 || f.N > 1000 {
		f.N = 50
	}
	w := f.where()
	limit := w.Arg(f.N + 1)
	rows, err := q.Query(ctx, sqlPartAudit+w.SQL()+"\nORDER BY l.seq DESC\nLIMIT "+limit, w.Args()...)
	if err != nil {
		return nil, false, fmt.Errorf("list audit entries: %w", err)
	}
	list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AuditLine])
	if err != nil {
		return nil, false, fmt.Errorf("list audit entries: %w", err)
	}
	if len(list) > f.N {
		list, more = list[:f.N], true
	}
	return list, more, nil
}

func (f AuditFilter) where() *db.Where {
	w := &db.Where{}
	if f.Actor != uuid.Nil {
		w.And("l.actor = ?", f.Actor)
	}
	if f.System {
		w.And("l.actor IS NULL")
	}
	if f.Name != "" {
		w.And("l.actor IN (SELECT id FROM persons WHERE pseudonym ILIKE ?)", "%"+likeEscape(f.Name)+"%")
	}
	if f.Action != "" {
		w.And("starts_with(l.action, ?)", f.Action)
	}
	if f.Field != "" {
		w.And("EXISTS (SELECT FROM unnest(l.fields) AS x (name) WHERE starts_with(x.name, ?))", f.Field)
	}
	if f.Kind != "" {
		w.And("l.subject_kind = ?", f.Kind)
	}
	if f.ID != uuid.Nil {
		w.And("l.subject_id = ?", f.ID)
	}
	if !f.From.IsZero() {
		w.And("l.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		w.And("l.at < ?", f.To)
	}
	if f.Before > 0 {
		w.And("l.seq < ?", f.Before)
	}
	return w
}

// names are the parts of the filter that are set, for the log.
func (f AuditFilter) names() []string {
	var out []string
	for _, p := range []struct {
		name string
		set  bool
	}{
		{"actor", f.Actor != uuid.Nil || f.System || f.Name != ""},
		{"action", f.Action != ""},
		{"field", f.Field != ""},
		{"object", f.Kind != "" || f.ID != uuid.Nil},
		{"time", !f.From.IsZero() || !f.To.IsZero()},
	} {
		if p.set {
			out = append(out, "filter:"+p.name)
		}
	}
	return out
}

// auditExportMost is how many entries one export holds.
const auditExportMost = 100_000

// ExportAudit calls row for the entries that the filter lets through, the
// latest first, at most 100,000, after it has written into the log that somebody
// took them out. It returns whether there were more.
func (s *Service) ExportAudit(ctx context.Context, actor Actor, f AuditFilter, row func(AuditLine) error) (more bool, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor, ReadAudit)
		if err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Entry{Action: "audit.export", Fields: f.names()})
	})
	if err != nil {
		return false, err
	}
	f.N = 1000
	for n := 0; n < auditExportMost; {
		list, more, err := AuditLines(ctx, s.db, actor, f)
		if err != nil {
			return false, err
		}
		for _, l := range list {
			if err := row(l); err != nil {
				return false, err
			}
		}
		n += len(list)
		if !more {
			return false, nil
		}
		f.Before = list[len(list)-1].Seq
	}
	return true, nil
}

// AuditActions lists the sorts of acts that the log knows, for a filter.
func AuditActions(ctx context.Context, q db.Queryer, actor Actor) ([]string, error) {
	if err := May(actor, ReadAudit); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlAuditActions)
	if err != nil {
		return nil, fmt.Errorf("list actions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list actions: %w", err)
	}
	return list, nil
}

// AuditCheck says how far the chain was walked, and where it broke.
type AuditCheck struct {
	Upto   int64 // number of the last entry that was looked at
	Broken int64 // of the first one that is wrong; 0: all is whole
	At     time.Time
}

// LastAuditCheck is the latest walk; false when nobody has walked yet.
func LastAuditCheck(ctx context.Context, q db.Queryer, actor Actor) (AuditCheck, bool, error) {
	if err := May(actor, ReadAudit); err != nil {
		return AuditCheck{}, false, err
	}
	var c AuditCheck
	err := q.QueryRow(ctx, sqlLastAuditCheck).Scan(&c.Upto, &c.Broken, &c.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return AuditCheck{}, false, nil
	}
	if err != nil {
		return AuditCheck{}, false, fmt.Errorf("last check of the audit log: %w", err)
	}
	return c, true, nil
}

// auditPiece is how many entries one statement of CheckAudit looks at.
const auditPiece = 5000

// CheckAudit walks the whole chain from its first entry, in pieces, and notes
// how far it came. It is a nightly job, and a button; admins only.
func (s *Service) CheckAudit(ctx context.Context, actor Actor) (AuditCheck, error) {
	if err := May(actor, ReadAudit); err != nil {
		return AuditCheck{}, err
	}
	var c AuditCheck
	var last []byte
	for {
		n, err := s.checkPiece(ctx, &c, &last)
		if err != nil {
			return AuditCheck{}, err
		}
		if n < auditPiece || c.Broken > 0 {
			break
		}
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, sqlPutAuditCheck, c.Upto, c.Broken).Scan(&c.At)
	})
	if err != nil {
		return AuditCheck{}, fmt.Errorf("note check of the audit log: %w", err)
	}
	return c, nil
}

// checkPiece looks at the entries after c.Upto and moves it on.
func (s *Service) checkPiece(ctx context.Context, c *AuditCheck, last *[]byte) (n int, err error) {
	rows, err := s.db.Query(ctx, sqlAuditPiece, c.Upto, auditPiece)
	if err != nil {
		return 0, fmt.Errorf("check audit log: %w", err)
	}
	var seq int64
	var before, hash []byte
	var own bool
	_, err = pgx.ForEachRow(rows, []any{&seq, &before, &hash, &own}, func() error {
		n++
		switch {
		case c.Broken > 0:
			return nil
		case !own, *last != nil && (!bytes.Equal(before, *last) || seq != c.Upto+1):
			c.Broken = seq
		}
		c.Upto, *last = seq, bytes.Clone(hash)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("check audit log: %w", err)
	}
	return n, nil
}

// ParseAuditObject reads "kind/uuid", or a kind alone, as filters have it.
func ParseAuditObject(text string) (subject.Kind, uuid.UUID, error) {
	kind, rest, two := strings.Cut(strings.TrimSpace(text), "/")
	if len(kind) > 40 {
		return "", uuid.Nil, fault.OnField("object", "field.choice")
	}
	if !two {
		return subject.Kind(kind), uuid.Nil, nil
	}
	id, err := uuid.Parse(rest)
	if err != nil {
		return "", uuid.Nil, fault.OnField("object", "field.choice")
	}
	return subject.Kind(kind), id, nil
}

const (
	sqlPartAudit = `
SELECT l.seq,
       l.actor,
       coalesce((SELECT p.pseudonym FROM persons p WHERE p.id = l.actor), ''),
       l.action,
       coalesce(l.subject_kind, ''),
       l.subject_id,
       CASE WHEN l.subject_kind = 'person' THEN coalesce((SELECT p.pseudonym FROM persons p WHERE p.id = l.subject_id), '') ELSE '' END,
       l.fields,
       l.reason,
       l.at
FROM audit_log l
`

	// A loose walk over the index: there are few sorts and many entries.
	sqlAuditActions = `
WITH RECURSIVE a (action) AS (
  (SELECT action FROM audit_log ORDER BY action LIMIT 1)
  UNION ALL
  SELECT (SELECT l.action FROM audit_log l WHERE l.action > a.action ORDER BY l.action LIMIT 1)
  FROM a
  WHERE a.action IS NOT NULL
)
SELECT action FROM a WHERE action IS NOT NULL LIMIT 200`

	sqlLastAuditCheck = `SELECT upto, broken, at FROM audit_checks`

	sqlPutAuditCheck = `
INSERT INTO audit_checks (upto, broken)
VALUES ($1, $2)
ON CONFLICT (one) DO UPDATE
SET upto = excluded.upto,
    broken = excluded.broken,
    at = mitwirk_now()
RETURNING at`

	sqlAuditPiece = `
SELECT l.seq, l.prev_hash, l.hash, l.hash = mitwirk_audit_hash(l)
FROM audit_log l
WHERE l.seq > $1
ORDER BY l.seq
LIMIT $2`
)
