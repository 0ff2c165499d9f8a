package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Entry is one act for the audit log: what was done to what. Fields are names,
// never values.
type Entry struct {
	Action string // "role.grant", "contact.read"
	Ref    subject.Ref
	Person uuid.UUID // in place of Ref, when it is about a person
	Fields []string
	Reason string
}

// Audited is an entry as it stands in the log.
type Audited struct {
	Seq    int64
	Actor  *uuid.UUID // nil: the product itself
	Action string
	Fields []string
	Reason string
	At     time.Time
}

// personKind is what the log calls a person, which is no subject of the product.
const personKind subject.Kind = "person"

type reasonKey struct{}

// Because gives all entries that are written under the context a reason, unless
// they have one of their own: for use cases that are made of several functions.
func Because(ctx context.Context, reason string) context.Context {
	return context.WithValue(ctx, reasonKey{}, reason)
}

// Audit writes an entry into the hash-chained log. Other writers of the log wait
// till the transaction ends: call it last.
func Audit(ctx context.Context, tx pgx.Tx, actor Actor, e Entry) error {
	if e.Person != uuid.Nil {
		e.Ref = subject.Ref{Kind: personKind, ID: e.Person}
	}
	if e.Fields == nil {
		e.Fields = []string{}
	}
	if reason, ok := ctx.Value(reasonKey{}).(string); ok && e.Reason == "" {
		e.Reason = reason
	}
	if _, err := tx.Exec(ctx, sqlInsertAudit, db.OrNull(actor.Person), e.Action, kindOrNull(e.Ref), db.OrNull(e.Ref.ID), e.Fields, e.Reason); err != nil {
		return fmt.Errorf("insert audit entry: %w", err)
	}
	return nil
}

// AuditOf lists what was done to one thing, oldest first, at most 500 entries.
func AuditOf(ctx context.Context, q db.Queryer, actor Actor, ref subject.Ref) ([]Audited, error) {
	if err := May(actor, ReadAudit); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlAuditOf, ref.Kind, ref.ID)
	if err != nil {
		return nil, fmt.Errorf("list audit entries: %w", err)
	}
	es, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Audited])
	if err != nil {
		return nil, fmt.Errorf("list audit entries: %w", err)
	}
	return es, nil
}

// VerifyAudit walks the chain and returns the number of the first entry that
// was changed or that lacks the one before it, or 0 when all is whole.
func VerifyAudit(ctx context.Context, q db.Queryer) (broken int64, err error) {
	err = q.QueryRow(ctx, sqlVerifyAudit).Scan(&broken)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("verify audit log: %w", err)
	}
	return broken, nil
}

// Retention records that something was deleted, without its content.
type Retention struct {
	Kind        subject.Kind
	CategoryKey string
	What        string // "public copy", "contact", "photo", "draft"
	Rule        string // the rule that was over, e.g. "contact 90d"
	N           int    // how many; 0 is 1
	Batch       uuid.UUID
}

// RecordRetention writes down what was deleted and why, in the same transaction
// as the deletion.
func RecordRetention(ctx context.Context, tx pgx.Tx, r Retention) error {
	if r.Batch == uuid.Nil {
		r.Batch = subject.NewID()
	}
	if _, err := tx.Exec(ctx, sqlInsertRetention, subject.NewID(), r.Kind, r.CategoryKey, r.What, r.Rule, max(r.N, 1), r.Batch); err != nil {
		return fmt.Errorf("insert retention record: %w", err)
	}
	return nil
}
