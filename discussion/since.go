package discussion

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// maxNew bounds what is brought into an open page at once.
const maxNew = 50

// Since is the threads in which something became public after a moment, those
// with the newest first, with all answers, and how many comments are new; at
// most 50 threads.
func (s *Service) Since(ctx context.Context, actor accounts.Actor, ref subject.Ref, at time.Time) (about Subject, list []Comment, n int, err error) {
	if about, err = s.about(ctx, s.db, actor, ref); err != nil {
		return about, nil, 0, err
	}
	if err := s.db.QueryRow(ctx, sqlNewN, string(ref.Kind), ref.ID, at).Scan(&n); err != nil {
		return about, nil, 0, fmt.Errorf("new comments: %w", err)
	}
	if n == 0 {
		return about, nil, 0, nil
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return about, nil, 0, err
	}
	if list, err = query(ctx, s.db, sqlNew, string(ref.Kind), ref.ID, at, maxNew); err != nil {
		return about, nil, 0, err
	}
	all := pointers(list)
	if err := s.withReplies(ctx, actor, all, 0); err != nil {
		return about, nil, 0, err
	}
	return about, list, n, s.dress(ctx, actor, about, all, now)
}

// CountSince is how many public comments of others are newer than a moment.
func (s *Service) CountSince(ctx context.Context, actor accounts.Actor, ref subject.Ref, at time.Time) (int, error) {
	if _, err := s.about(ctx, s.db, actor, ref); err != nil {
		return 0, err
	}
	var n int
	if err := s.db.QueryRow(ctx, sqlNewN, string(ref.Kind), ref.ID, at).Scan(&n); err != nil {
		return 0, fmt.Errorf("new comments: %w", err)
	}
	return n, nil
}

// Version is what a comment said before.
type Version struct {
	N      int
	Stance Stance
	Text   string
	At     time.Time
}

// Versions is what a public comment said before and says now, oldest first.
// NotFound where it was never edited, or where moderation has covered some of it.
func (s *Service) Versions(ctx context.Context, actor accounts.Actor, n subject.Number) (Subject, Comment, []Version, error) {
	about, c, err := s.Get(ctx, actor, n)
	if err != nil {
		return about, c, nil, err
	}
	if c.Stub() || c.Redacted {
		return about, c, nil, fault.Missing("versions")
	}
	rows, err := s.db.Query(ctx, sqlVersions, c.ID)
	if err != nil {
		return about, c, nil, fmt.Errorf("versions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Version])
	if err != nil {
		return about, c, nil, fmt.Errorf("versions: %w", err)
	}
	if len(list) == 0 {
		return about, c, nil, fault.Missing("versions")
	}
	at := c.CreatedAt
	if c.EditedAt != nil {
		at = *c.EditedAt
	}
	return about, c, append(list, Version{N: c.Version, Stance: c.Stance, Text: c.Text, At: at}), nil
}

const (
	sqlNewN = `
SELECT count(*)::int FROM comments
WHERE subject_kind = $1 AND subject_id = $2 AND public_at > $3 AND visibility = 'public'`
	sqlNew = sqlPartColumns + `
WHERE c.id IN (SELECT coalesce(n.parent_id, n.id) FROM comments n
               WHERE n.subject_kind = $1 AND n.subject_id = $2 AND n.public_at > $3 AND n.visibility = 'public')
  AND c.visibility IN ('public', 'hidden', 'removed')
ORDER BY c.created_at DESC, c.id DESC
LIMIT $4`
	sqlVersions = `SELECT version, stance, text, at FROM comment_versions WHERE comment_id = $1 ORDER BY version`
)
