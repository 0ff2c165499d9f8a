package reports

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
)

// JoinedTalk is the dialogue of a report that was merged into another one, as
// the team of that one reads it. It is read where it lies: taken apart, the two
// know nothing of each other, and the authors never read each other's words.
type JoinedTalk struct {
	Number   subject.Number
	Messages []casework.Message // oldest first
	Files    map[uuid.UUID][]casework.File
	Unread   bool
}

// dialogue is what was written about one thing, with the files by message.
func (s *Service) dialogue(ctx context.Context, ref subject.Ref) ([]casework.Message, map[uuid.UUID][]casework.File, error) {
	messages, err := casework.Dialogue(ctx, s.db, ref)
	if err != nil {
		return nil, nil, err
	}
	list, err := casework.FilesOf(ctx, s.db, ref)
	if err != nil {
		return nil, nil, err
	}
	files := map[uuid.UUID][]casework.File{}
	for _, f := range list {
		files[f.Message] = append(files[f.Message], f)
	}
	return messages, files, nil
}

// joinedTalks are the dialogues of all reports that end in this one, those that
// nobody wrote in left out. Callers have seen that the reader works on it.
func (s *Service) joinedTalks(ctx context.Context, id uuid.UUID) ([]JoinedTalk, error) {
	below, err := joinedBelow(ctx, s.db, id)
	if err != nil {
		return nil, err
	}
	var list []JoinedTalk
	for _, b := range below {
		j := JoinedTalk{Number: b.Number}
		if j.Messages, j.Files, err = s.dialogue(ctx, subject.Ref{Kind: subject.Report, ID: b.ID}); err != nil {
			return nil, err
		}
		for _, m := range j.Messages {
			j.Unread = j.Unread || m.Unread && m.Direction == casework.In
		}
		if len(j.Messages) > 0 {
			list = append(list, j)
		}
	}
	return list, nil
}

// mayJoinedTalk lets through who works on the report that r was merged into.
func (s *Service) mayJoinedTalk(ctx context.Context, actor accounts.Actor, r *Report) error {
	root, err := links.Root(ctx, s.db, r.Ref(), links.DuplicateOf)
	if err != nil {
		return err
	}
	if root == r.Ref() {
		return fault.Missing("report")
	}
	kept, err := byID(ctx, s.db, root.ID, uuid.Nil)
	if err != nil {
		return err
	}
	if kept.Visibility == VisErased || !worksOn(actor, kept) {
		return fault.Missing("report")
	}
	return nil
}

// markJoinedRead: whoever reads the case reads what was merged into it.
func (s *Service) markJoinedRead(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	below, err := joinedBelow(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, b := range below {
		if err := casework.MarkRead(ctx, tx, subject.Ref{Kind: subject.Report, ID: b.ID}, casework.In); err != nil {
			return err
		}
	}
	return nil
}

// joined is a report that was merged into another one.
type joined struct {
	ID     uuid.UUID
	Number subject.Number
}

// joinedBelow lists all reports that end in one, oldest first.
func joinedBelow(ctx context.Context, q db.Queryer, id uuid.UUID) ([]joined, error) {
	rows, err := q.Query(ctx, sqlJoinedBelow, id)
	if err != nil {
		return nil, fmt.Errorf("joined reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[joined])
	if err != nil {
		return nil, fmt.Errorf("joined reports: %w", err)
	}
	return list, nil
}

// The chains have 20 links at most, as links.Root follows them.
const sqlJoinedBelow = `
WITH RECURSIVE below (id, step) AS (
  SELECT l.from_id, 1
  FROM links l
  WHERE l.to_kind = 'report' AND l.to_id = $1 AND l.relation = 'duplicate_of' AND l.from_kind = 'report'
  UNION
  SELECT l.from_id, b.step + 1
  FROM below b
  JOIN links l ON l.to_kind = 'report' AND l.to_id = b.id AND l.relation = 'duplicate_of' AND l.from_kind = 'report'
  WHERE b.step < 20
)
SELECT r.id, r.number
FROM reports r
WHERE r.id IN (SELECT b.id FROM below b) AND r.id <> $1 AND r.visibility <> 'erased'
ORDER BY r.created_at, r.id
LIMIT 200`
