package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Decided is a decision as it was made. Who made it stays inside.
type Decided struct {
	ID          uuid.UUID
	PUID        string
	Batch       uuid.UUID
	Item        uuid.UUID
	Part        subject.Part
	Action      Action
	Ground      string // "ILLEGAL", "INCOMPATIBLE" or ""
	RuleNo      int
	LegalGround string
	Explanation string
	Facts       string
	Source      string
	Automated   bool // a rule had found it
	Category    string
	Label       string
	WasPublic   bool
	AskedAt     time.Time
	At          time.Time
	AppealUntil time.Time
	End         *time.Time
	Reversed    bool
	Author      uuid.UUID
	DecidedBy   uuid.UUID
	SecondBy    uuid.UUID
	Version     int
	Hash        []byte
	Lang        string
	ContentAt   time.Time
}

// appealable tells whether the decision can still be appealed.
func (d *Decided) appealable(now time.Time) bool {
	return !d.Reversed && d.Action != Restore && !now.After(d.AppealUntil)
}

// insertDecision stores a decision; it supersedes the one before about the same item.
func insertDecision(ctx context.Context, tx pgx.Tx, d *Decided, it item, c subject.Content) error {
	types := []string{"CONTENT_TYPE_TEXT"}
	if c.Part.Part == subject.Photo {
		types = []string{"CONTENT_TYPE_IMAGE"}
	}
	if c.Part.Part == subject.Whole && len(c.Photos) > 0 {
		types = append(types, "CONTENT_TYPE_IMAGE")
	}
	var account *string
	if d.Action == Restrict {
		suspended := "SUSPENDED"
		account = &suspended
	}
	_, err := tx.Exec(ctx, sqlInsertDecision, pgx.StrictNamedArgs{
		"id": d.ID, "puid": d.PUID, "batch": d.Batch, "item": it.ID, "kind": c.Kind, "subject": c.Ref.ID, "part": c.Part.Part, "part_id": c.Part.Of,
		"version": d.Version, "hash": d.Hash, "author": db.OrNull(d.Author), "action": d.Action, "visibility": d.Action.visibility(), "account": account,
		"ground": textOrNull(d.Ground), "legal": d.LegalGround, "rule": numberOrNull(d.RuleNo), "explanation": d.Explanation, "facts": d.Facts,
		"source": d.Source, "detected": d.Automated, "category": d.Category, "types": types, "lang": d.Lang, "content_date": d.ContentAt, "ends": d.End,
		"asked": d.AskedAt, "by": d.DecidedBy, "second": db.OrNull(d.SecondBy), "until": d.AppealUntil, "label": d.Label, "was_public": d.WasPublic,
	})
	if err != nil {
		return fmt.Errorf("insert decision: %w", err)
	}
	return nil
}

const (
	sqlInsertDecision = `
INSERT INTO decisions (id, puid, batch_id, item_id, subject_kind, subject_id, part, part_id, content_version, content_hash, author_id,
                       action, visibility, account, ground, legal_ground, rule_no, explanation, facts, source, automated_detection,
                       category, content_type, content_language, content_date, end_date, asked_at, decided_by, second_by, supersedes,
                       appeal_until, label, was_public)
VALUES (@id, @puid, @batch, @item, @kind, @subject, @part, @part_id, @version, @hash, @author,
        @action, @visibility, @account, @ground, @legal, @rule, @explanation, @facts, @source, @detected,
        @category, @types, @lang, @content_date, @ends, @asked, @by, @second,
        (SELECT o.id FROM decisions o WHERE o.item_id = @item ORDER BY o.decided_at DESC, o.id DESC LIMIT 1),
        @until, @label, @was_public)`
	decisionColumns = `
       d.id, d.puid, d.batch_id, d.item_id, d.subject_kind, d.subject_id, d.part, d.part_id, d.action, coalesce(d.ground, ''),
       coalesce(d.rule_no, 0)::int, d.legal_ground, d.explanation, d.facts, d.source, d.automated_detection, d.category, d.label, d.was_public,
       d.asked_at, d.decided_at, d.appeal_until, d.end_date, d.reversed_by IS NOT NULL, d.author_id, d.decided_by, d.second_by,
       d.content_version, d.content_hash, d.content_language, d.content_date
FROM decisions d`
	sqlDecisionByID   = `SELECT` + decisionColumns + ` WHERE d.id = $1`
	sqlDecisionByPUID = `SELECT` + decisionColumns + ` WHERE d.puid = $1`
	sqlLockDecision   = sqlDecisionByID + ` FOR UPDATE`
	sqlPast           = `SELECT` + decisionColumns + `
WHERE d.decided_at > mitwirk_now() - interval '12 months'
  AND (d.subject_kind = $1 AND d.subject_id = $2 OR d.author_id = $3)
ORDER BY d.decided_at DESC, d.id DESC
LIMIT 50`
	sqlInForce = `SELECT` + decisionColumns + `
WHERE d.subject_kind = $1 AND d.subject_id = $2
  AND d.action IN ('hide', 'redact', 'label') AND d.reversed_by IS NULL
ORDER BY d.decided_at DESC, d.id DESC`
	sqlReverse    = `UPDATE decisions SET reversed_by = $2, end_date = mitwirk_now() WHERE id = $1 AND reversed_by IS NULL`
	sqlReverseAll = `
UPDATE decisions SET reversed_by = $2, end_date = mitwirk_now()
WHERE item_id = $1 AND id <> $2 AND reversed_by IS NULL AND action IN ('hide', 'label')`
)

func scanDecision(row pgx.Row) (*Decided, error) {
	var d Decided
	var author, second *uuid.UUID
	err := row.Scan(&d.ID, &d.PUID, &d.Batch, &d.Item, &d.Part.Kind, &d.Part.ID, &d.Part.Part, &d.Part.Of, &d.Action, &d.Ground,
		&d.RuleNo, &d.LegalGround, &d.Explanation, &d.Facts, &d.Source, &d.Automated, &d.Category, &d.Label, &d.WasPublic,
		&d.AskedAt, &d.At, &d.AppealUntil, &d.End, &d.Reversed, &author, &d.DecidedBy, &second,
		&d.Version, &d.Hash, &d.Lang, &d.ContentAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("decision")
	}
	if err != nil {
		return nil, fmt.Errorf("load decision: %w", err)
	}
	d.Author, d.SecondBy = zero(author), zero(second)
	return &d, nil
}

func decisionByID(ctx context.Context, q db.Queryer, id uuid.UUID) (*Decided, error) {
	return scanDecision(q.QueryRow(ctx, sqlDecisionByID, id))
}

func decisionsWhere(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Decided, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Decided, error) {
		d, err := scanDecision(row)
		if err != nil {
			return Decided{}, err
		}
		return *d, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	return list, nil
}

// pastDecisions are those of the last twelve months about a thing and about its author.
func pastDecisions(ctx context.Context, q db.Queryer, ref subject.Ref, author uuid.UUID) ([]Decided, error) {
	return decisionsWhere(ctx, q, sqlPast, ref.Kind, ref.ID, db.OrNull(author))
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func numberOrNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
