package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Notice is an entry of somebody's inbox. Its card is read anew each time.
type Notice struct {
	ID     uuid.UUID
	About  subject.Ref
	Kind   Kind
	What   What
	Detail string
	At     time.Time
	ReadAt *time.Time
	Card   subject.Card
	Says   string // what happened, in words
}

// Page is a part of an inbox, newest first.
type Page struct {
	Notices []Notice
	Older   uuid.UUID // before of the next page; zero: there is none
	Unread  int       // of the whole inbox, at most MaxUnread
}

// MaxUnread is how far unread notices are counted.
const MaxUnread = 99

const (
	pageSize = 25
	lookAt   = 200 // rows that are read at a time: those that nobody may see are left out
	looks    = 10  // times for one page; the next one goes on from there
)

// Inbox reads the actor's notices older than one of them; uuid.Nil is from the
// newest on. What the actor may no longer know of is left out. Nobody's is empty.
func (s *Service) Inbox(ctx context.Context, actor accounts.Actor, loc *i18n.Localizer, before uuid.UUID, limit int) (Page, error) {
	var p Page
	if actor.Person == uuid.Nil {
		return p, nil
	}
	if limit < 1 || limit > 100 {
		limit = pageSize
	}
	var err error
	for look := 0; look < looks && len(p.Notices) <= limit; look++ {
		list, err := noticesOf(ctx, s.cfg.DB, sqlInbox, actor.Person, before, lookAt)
		if err != nil {
			return p, err
		}
		p.Older = uuid.Nil
		if len(list) == lookAt {
			before = list[lookAt-1].ID
			p.Older = before
		}
		if list, err = s.visible(ctx, actor.Viewer(), loc, list); err != nil {
			return p, err
		}
		p.Notices = append(p.Notices, list...)
		if p.Older == uuid.Nil {
			break
		}
	}
	if len(p.Notices) > limit {
		p.Notices = p.Notices[:limit]
		p.Older = p.Notices[limit-1].ID
	}
	p.Unread, err = s.Unread(ctx, actor.Viewer())
	return p, err
}

// Unread counts what the viewer has not read and may still know of, at most
// MaxUnread.
func (s *Service) Unread(ctx context.Context, viewer subject.Viewer) (int, error) {
	if viewer.Person == uuid.Nil {
		return 0, nil
	}
	n, before := 0, uuid.Nil
	for range looks {
		list, err := noticesOf(ctx, s.cfg.DB, sqlUnread, viewer.Person, before, lookAt)
		if err != nil || len(list) == 0 {
			return min(n, MaxUnread), err
		}
		full := len(list) == lookAt
		before = list[len(list)-1].ID
		if list, err = s.visible(ctx, viewer, s.cfg.Messages.For(i18n.German), list); err != nil {
			return 0, err
		}
		if n += len(list); !full || n >= MaxUnread {
			break
		}
	}
	return min(n, MaxUnread), nil
}

// visible keeps the notices whose thing the viewer may know of now, with its card.
func (s *Service) visible(ctx context.Context, viewer subject.Viewer, loc *i18n.Localizer, list []Notice) ([]Notice, error) {
	ids := map[subject.Kind][]uuid.UUID{}
	for _, n := range list {
		ids[n.About.Kind] = append(ids[n.About.Kind], n.About.ID)
	}
	cards := map[subject.Ref]subject.Card{}
	for kind, of := range ids {
		d := s.cfg.Domains[kind]
		if d == nil {
			continue
		}
		found, err := d.Cards(ctx, s.cfg.DB, Reader{Viewer: viewer}, loc.Lang(), of)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			cards[c.Ref] = c
		}
	}
	kept := list[:0]
	for _, n := range list {
		c, ok := cards[n.About]
		if !ok || n.Kind != Own && c.Audience != subject.Public {
			continue
		}
		n.Card, n.Says = c, s.cfg.Domains[n.About.Kind].Says(loc, n.What, n.Detail)
		kept = append(kept, n)
	}
	return kept, nil
}

func noticesOf(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Notice, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Notice, err error) {
		err = row.Scan(&n.ID, &n.About.Kind, &n.About.ID, &n.Kind, &n.What, &n.Detail, &n.At, &n.ReadAt)
		return n, err
	})
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	return list, nil
}

const (
	sqlPartNotices = `SELECT id, subject_kind, subject_id, kind, what, detail, at, read_at FROM notices WHERE person_id = $1 `
	sqlPartBefore  = `
  AND ($2::uuid = '00000000-0000-0000-0000-000000000000' OR (at, id) < (SELECT b.at, b.id FROM notices b WHERE b.id = $2 AND b.person_id = $1))
ORDER BY at DESC, id DESC
LIMIT $3`
	sqlInbox  = sqlPartNotices + sqlPartBefore
	sqlUnread = sqlPartNotices + `AND read_at IS NULL` + sqlPartBefore
)

// MarkRead notes that the actor has read a notice; doing it again changes nothing.
// fault.NotFound where it is none of theirs.
func (s *Service) MarkRead(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error {
	var was *time.Time
	err := tx.QueryRow(ctx, sqlLockNotice, id, db.OrNull(actor.Person)).Scan(&was)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("notice")
	}
	if err != nil {
		return fmt.Errorf("read notice: %w", err)
	}
	if was != nil {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlRead, id); err != nil {
		return fmt.Errorf("read notice: %w", err)
	}
	return s.cfg.Bus.Append(ctx, tx, Changed{Notice: id})
}

// MarkAllRead notes that the actor has read everything up to a notice and returns
// how many it was; uuid.Nil is up to now. What came since stays unread.
func (s *Service) MarkAllRead(ctx context.Context, tx pgx.Tx, actor accounts.Actor, upTo uuid.UUID) (int, error) {
	if actor.Person == uuid.Nil {
		return 0, nil
	}
	rows, err := tx.Query(ctx, sqlReadAll, actor.Person, upTo)
	if err != nil {
		return 0, fmt.Errorf("read notices: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return 0, fmt.Errorf("read notices: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return len(ids), s.cfg.Bus.Append(ctx, tx, Changed{Notice: ids[0]})
}

const (
	sqlLockNotice = `SELECT read_at FROM notices WHERE id = $1 AND person_id = $2 FOR UPDATE`
	sqlRead       = `UPDATE notices SET read_at = mitwirk_now() WHERE id = $1`
	sqlReadAll    = `
UPDATE notices
SET read_at = mitwirk_now()
WHERE person_id = $1 AND read_at IS NULL
  AND ($2::uuid = '00000000-0000-0000-0000-000000000000' OR (at, id) <= (SELECT b.at, b.id FROM notices b WHERE b.id = $2 AND b.person_id = $1))
RETURNING id`
)
