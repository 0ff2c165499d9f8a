package moderation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Entry is one line of the queue.
type Entry struct {
	Item     uuid.UUID
	N        int
	Harm     Harm
	Due      time.Time
	Opened   time.Time
	Flags    int
	Holds    []RuleKind
	Content  subject.Content
	Why      string // why the actor may not decide, as a message key; "" when they may
	Category string // of the first notice; "" when only rules hold it
}

// Queue is the open items, the worst first, then what is due first.
type Queue struct {
	Entries []Entry
	More    bool
	Next    uuid.UUID // where the next page begins: after this item; zero: there is none
	Appeals int       // that wait
	Seconds int       // restrictions and copies that wait for a second person
}

// queuePage is how many items one page shows.
const queuePage = 50

// Queue lists what waits for a decision, a page of it behind an item (zero: from
// the beginning). Items whose content is gone are left out.
func (s *Service) Queue(ctx context.Context, actor accounts.Actor, after uuid.UUID) (*Queue, error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlQueue, queuePage+1, db.OrNull(after))
	if err != nil {
		return nil, fmt.Errorf("moderation queue: %w", err)
	}
	type line struct {
		item
		flags    int
		category string
		holds    []RuleKind
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (line, error) {
		var l line
		err := row.Scan(&l.ID, &l.Part.Kind, &l.Part.ID, &l.Part.Part, &l.Part.Of, &l.Harm, &l.Open, &l.N, &l.Label, &l.OpenedAt, &l.DueAt, &l.flags, &l.category, &l.holds)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("moderation queue: %w", err)
	}
	q := &Queue{}
	if len(lines) > queuePage {
		lines, q.More = lines[:queuePage], true
		q.Next = lines[queuePage-1].ID
	}
	for _, l := range lines {
		c, err := s.content(ctx, s.db, l.Part, false)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		e := Entry{Item: l.ID, N: l.N, Harm: l.Harm, Due: l.DueAt, Opened: l.OpenedAt, Flags: l.flags, Holds: l.holds, Content: c, Category: l.category}
		if e.Why, err = s.why(ctx, s.db, actor, l.ID, c); err != nil {
			return nil, err
		}
		if e.Why != "" {
			e.Content.Text, e.Content.Around = "", "" // what somebody may not decide is not theirs to read here
		}
		q.Entries = append(q.Entries, e)
	}
	err = s.db.QueryRow(ctx, sqlWaiting).Scan(&q.Appeals, &q.Seconds)
	if err != nil {
		return nil, fmt.Errorf("moderation queue: %w", err)
	}
	return q, nil
}

// why is the reason for which the actor may not decide, or "".
func (s *Service) why(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID, c subject.Content) (string, error) {
	cs, err := s.caseOf(ctx, q, actor, id, c)
	if err != nil {
		return "", err
	}
	if err := MayDecide(actor, cs); err != nil {
		why, _ := fault.As(err).Params["why"].(string)
		return why, nil
	}
	return "", nil
}

func (s *Service) caseOf(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID, c subject.Content) (Case, error) {
	t, err := s.target(c.Kind)
	if err != nil {
		return Case{}, err
	}
	cs := Case{Content: c}
	if cs.Author, err = t.IsAuthor(ctx, q, c.Ref, actor.Person); err != nil {
		return Case{}, err
	}
	rows, err := q.Query(ctx, sqlNotifiers, id)
	if err != nil {
		return Case{}, fmt.Errorf("notifiers: %w", err)
	}
	if cs.Notifiers, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
		return Case{}, fmt.Errorf("notifiers: %w", err)
	}
	return cs, nil
}

// Sheet is everything about one item on one page.
type Sheet struct {
	Entry

	Flagged   []Flagged
	Held      []Held
	Past      []Decided // of the last twelve months, about this content and by its author
	Parts     []subject.Content
	Label     string
	Open      bool
	Warned    []Restriction // of the author
	HasAuthor bool
}

// Sheet is one item for a moderator who may decide about it; Forbidden with the
// reason for others.
func (s *Service) Sheet(ctx context.Context, actor accounts.Actor, id uuid.UUID) (*Sheet, error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	it, err := itemByID(ctx, s.db, id, false)
	if err != nil {
		return nil, err
	}
	c, err := s.content(ctx, s.db, it.Part, false)
	if err != nil {
		return nil, err
	}
	cs, err := s.caseOf(ctx, s.db, actor, id, c)
	if err != nil {
		return nil, err
	}
	if err := MayDecide(actor, cs); err != nil {
		return nil, err
	}
	sh := &Sheet{Entry: Entry{Item: id, N: it.N, Harm: it.Harm, Due: it.DueAt, Opened: it.OpenedAt, Content: c}, Label: it.Label, Open: it.Open, HasAuthor: c.Author != uuid.Nil}
	if sh.Flagged, err = openFlags(ctx, s.db, id); err != nil {
		return nil, err
	}
	sh.Flags = len(sh.Flagged)
	if sh.Held, err = openHolds(ctx, s.db, id); err != nil {
		return nil, err
	}
	if sh.Past, err = pastDecisions(ctx, s.db, c.Ref, c.Author); err != nil {
		return nil, err
	}
	if sh.Warned, err = restrictionsOf(ctx, s.db, c.Author); err != nil {
		return nil, err
	}
	for _, kind := range []subject.PartKind{subject.Whole, subject.Text} {
		if kind == c.Part.Part {
			continue
		}
		p, err := s.content(ctx, s.db, subject.PartOf(c.Ref, kind, uuid.Nil), false)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		sh.Parts = append(sh.Parts, p)
	}
	return sh, nil
}

// ItemFor is ItemOf for a report.
func (s *Service) ItemFor(ctx context.Context, actor accounts.Actor, n subject.Number, kind subject.PartKind, photo uuid.UUID) (uuid.UUID, error) {
	return s.ItemOf(ctx, actor, subject.PrefixReport, n, kind, photo)
}

// ItemOf puts a content into the queue that a moderator looks at by themselves.
func (s *Service) ItemOf(ctx context.Context, actor accounts.Actor, prefix subject.Prefix, n subject.Number, kind subject.PartKind, photo uuid.UUID) (id uuid.UUID, err error) {
	t, err := s.target(kindOf(prefix))
	if err != nil {
		return uuid.Nil, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayModerate(actor); err != nil {
			return err
		}
		ref, err := t.ByNumber(ctx, tx, n)
		if err != nil {
			return err
		}
		part := subject.PartOf(ref, kind, photo)
		c, err := t.Content(ctx, tx, part, false)
		if err != nil {
			return err
		}
		if !c.Public && !c.Hidden { // what nobody sees is the department's
			return fault.Missing("content")
		}
		id, err = openItem(ctx, tx, part, Rule)
		return err
	})
	return id, err
}

const (
	sqlQueue = `
SELECT i.id, i.subject_kind, i.subject_id, i.part, i.part_id, i.harm, true, i.n, i.label, i.opened_at, i.due_at,
       (SELECT count(*)::int FROM flags f WHERE f.item_id = i.id AND f.decision_id IS NULL),
       coalesce((SELECT f.category FROM flags f WHERE f.item_id = i.id AND f.decision_id IS NULL ORDER BY f.life_threat DESC, f.received_at, f.id LIMIT 1), ''),
       coalesce((SELECT array_agg(h.rule_kind ORDER BY h.held_at, h.id) FROM holds h WHERE h.item_id = i.id AND h.ended_at IS NULL), '{}')
FROM mod_items i
WHERE i.state = 'open' AND ($2::uuid IS NULL OR (i.harm, i.due_at, i.id) > (SELECT a.harm, a.due_at, a.id FROM mod_items a WHERE a.id = $2))
ORDER BY i.harm, i.due_at, i.id
LIMIT $1`
	sqlNotifiers = `SELECT DISTINCT notifier_key FROM flags WHERE item_id = $1`
	sqlWaiting   = `
SELECT (SELECT count(*)::int FROM appeals WHERE outcome IS NULL),
       (SELECT count(*)::int FROM restrictions WHERE state = 'proposed') + (SELECT count(*)::int FROM sealed_copies WHERE approved_by IS NULL)`
)
