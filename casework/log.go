package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// What names the part of a case that changed.
type What string

// The parts of a case that have a log.
const (
	WhatAssignee   What = "assignee"
	WhatDepartment What = "department"
	WhatPriority   What = "priority"
	WhatTarget     What = "target"
	WhatResubmit   What = "resubmission"
)

// LogChange is one line of the log: ids, dates and words of staff, never of the
// person who reported. From and To are uuids, priorities or RFC 3339 times; ""
// is none.
type LogChange struct {
	What   What   `json:"what"`
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	For    string `json:"for,omitempty"` // whom a deputy stands in for
	Reason string `json:"reason,omitempty"`
}

// Log keeps a change of a case. batch groups what one step over many cases did;
// zero: none.
func Log(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, c LogChange, batch uuid.UUID) error {
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("log change: %w", err)
	}
	_, err = tx.Exec(ctx, sqlLog, subject.NewID(), string(ref.Kind), ref.ID, db.OrNull(actor.Person), body, db.OrNull(batch))
	return wrap("log change", err)
}

const sqlLog = `
INSERT INTO case_log (id, subject_kind, subject_id, actor, change, batch_id)
VALUES ($1, $2, $3, $4, $5, $6)`

// LogLine is a change with who made it and when.
type LogLine struct {
	ID    uuid.UUID
	Ref   subject.Ref
	Actor uuid.UUID // zero: the product itself
	Name  string    // of the actor, for the team
	At    time.Time
	Batch uuid.UUID
	LogChange
}

// History lists the changes of a case, newest first. Callers ask MayWork first.
func History(ctx context.Context, q db.Queryer, ref subject.Ref) ([]LogLine, error) {
	rows, err := q.Query(ctx, sqlHistory, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, fmt.Errorf("case log: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanLogLine)
	return list, wrap("case log", err)
}

// HistoryOfBatch lists what one step over many cases changed.
func HistoryOfBatch(ctx context.Context, q db.Queryer, batch uuid.UUID) ([]LogLine, error) {
	rows, err := q.Query(ctx, sqlHistoryOfBatch, batch)
	if err != nil {
		return nil, fmt.Errorf("case log: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanLogLine)
	return list, wrap("case log", err)
}

const (
	sqlPartLogLine = `
SELECT l.id, l.subject_kind, l.subject_id, coalesce(l.actor, '00000000-0000-0000-0000-000000000000'), coalesce(p.pseudonym, ''), l.at,
       coalesce(l.batch_id, '00000000-0000-0000-0000-000000000000'), l.change
FROM case_log l
LEFT JOIN persons p ON p.id = l.actor`
	sqlHistory        = sqlPartLogLine + ` WHERE l.subject_kind = $1 AND l.subject_id = $2 ORDER BY l.at DESC, l.id DESC LIMIT 200`
	sqlHistoryOfBatch = sqlPartLogLine + ` WHERE l.batch_id = $1 ORDER BY l.at, l.id LIMIT 10000`
)

func scanLogLine(row pgx.CollectableRow) (LogLine, error) {
	var l LogLine
	var body []byte
	if err := row.Scan(&l.ID, &l.Ref.Kind, &l.Ref.ID, &l.Actor, &l.Name, &l.At, &l.Batch, &body); err != nil {
		return l, err
	}
	return l, json.Unmarshal(body, &l.LogChange)
}
