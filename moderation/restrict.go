package moderation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// What can be restricted (Art. 23 DSA).
const (
	OfContent = "content" // everything they write is read before it appears
	OfNotices = "notices" // they may send no notices
)

// warnedFor is how long a warning must have stood before a restriction follows
// it, and how long it counts.
const (
	warnedFor    = 24 * time.Hour
	warningLives = 365 * 24 * time.Hour
	mostDays     = 180
)

// Restriction is a warning and what became of it.
type Restriction struct {
	ID       uuid.UUID
	Person   uuid.UUID
	Kind     string
	State    string // warned, proposed, active, refused, ended
	Item     uuid.UUID
	WarnedAt time.Time
	Reason   string
	Days     int
	From     *time.Time
	Until    *time.Time
	AskedBy  uuid.UUID
}

// Warn warns the author of a content, in a mail where they can be reached: the
// first step towards a restriction. The same warning again within ten minutes is
// the button pressed twice and changes nothing.
func (s *Service) Warn(ctx context.Context, actor accounts.Actor, item uuid.UUID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.OnField("explanation", "moderation.err.reason")
	}
	return s.asModerator(ctx, actor, item, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c subject.Content) error {
		if c.Author == uuid.Nil {
			return fault.New(fault.Conflict, "moderation.err.no_author")
		}
		twice, err := db.Exists(ctx, tx, sqlWarnedBefore, item, c.Author, actor.Person, reason)
		if err != nil || twice {
			return err
		}
		if _, err := tx.Exec(ctx, sqlWarn, subject.NewID(), c.Author, OfContent, item, actor.Person, reason); err != nil {
			return fmt.Errorf("warn: %w", err)
		}
		contact, known, err := reach(ctx, tx, c.Author, c.Contact)
		if err != nil {
			return err
		}
		if known {
			loc := s.messages.For(c.Lang)
			if err := s.out.Queue(ctx, tx, mail.Message{
				ToContact: contact, Kind: "moderation.warning", About: c.Ref, Lang: c.Lang,
				Subject: loc.T("mail.mod.warning.subject"), Lead: loc.T("mail.mod.warning.lead", "number", c.PublicNumber()), Next: loc.T("mail.mod.warning.next"),
				Paragraphs: []string{reason}, Reason: loc.T("mail.mod.statement.reason"),
			}); err != nil {
				return err
			}
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.warn", Ref: c.Ref, Reason: reason})
	})
}

// Propose asks a second person for the restriction of an account that was
// warned at least a day ago, for up to half a year.
func (s *Service) Propose(ctx context.Context, actor accounts.Actor, id uuid.UUID, days int, reason string) error {
	reason = strings.TrimSpace(reason)
	var wrong fault.Fields
	if reason == "" {
		wrong.Add("explanation", "moderation.err.reason")
	}
	if days < 1 || days > mostDays {
		wrong.Add("days", "moderation.err.days", "n", mostDays)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	r, err := restrictionByID(ctx, s.db, sqlRestriction, id)
	if err != nil {
		return err
	}
	return s.asModerator(ctx, actor, r.Item, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c subject.Content) error {
		r, err := restrictionByID(ctx, tx, sqlLockRestriction, id)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if r.State != "warned" {
			return fault.New(fault.Conflict, "moderation.err.stale")
		}
		if now.Sub(r.WarnedAt) < warnedFor || now.Sub(r.WarnedAt) > warningLives {
			return fault.New(fault.Conflict, "moderation.err.warned")
		}
		if _, err := tx.Exec(ctx, sqlPropose, id, days, reason, actor.Person); err != nil {
			return fmt.Errorf("propose: %w", err)
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.restrict_ask", Ref: c.Ref, Reason: reason})
	})
}

// Second decides as the second person: the restriction begins with its
// statement of reasons, or it is refused.
func (s *Service) Second(ctx context.Context, actor accounts.Actor, id uuid.UUID, yes bool) error {
	r, err := restrictionByID(ctx, s.db, sqlRestriction, id)
	if err != nil {
		return err
	}
	return s.asModerator(ctx, actor, r.Item, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c subject.Content) error {
		r, err := restrictionByID(ctx, tx, sqlLockRestriction, id)
		if err != nil {
			return err
		}
		if r.State != "proposed" {
			return fault.New(fault.Conflict, "moderation.err.stale")
		}
		if err := maySecond(actor, r.AskedBy); err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if !yes {
			if _, err := tx.Exec(ctx, sqlRefuse, id, actor.Person); err != nil {
				return fmt.Errorf("refuse: %w", err)
			}
			return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.restrict_refuse", Ref: c.Ref})
		}
		if _, err := tx.Exec(ctx, sqlRestrict, id, actor.Person); err != nil {
			return fmt.Errorf("restrict: %w", err)
		}
		it, err := itemByID(ctx, tx, r.Item, true)
		if err != nil {
			return err
		}
		until := now.AddDate(0, 0, r.Days)
		o := Order{Action: Restrict, Ground: GroundRule, RuleNo: 4, Explanation: r.Reason}
		d := decidedBy(o, it, c, nil, nil, r.AskedBy, subject.NewID(), now)
		d.SecondBy, d.End, d.WasPublic, d.Author = actor.Person, &until, false, r.Person
		if err := insertDecision(ctx, tx, &d, it, c); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlItemCount, it.ID); err != nil {
			return fmt.Errorf("count decision: %w", err)
		}
		if err := s.state(ctx, tx, d.Batch, []judged{{content: c, d: d}}); err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.restrict", Ref: c.Ref})
	})
}

// asModerator runs fn for a moderator who may decide about the item, with the
// rights of this moment.
func (s *Service) asModerator(ctx context.Context, actor accounts.Actor, item uuid.UUID, fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c subject.Content) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayModerate(actor); err != nil {
			return err
		}
		it, err := itemByID(ctx, tx, item, true)
		if err != nil {
			return err
		}
		c, err := s.content(ctx, tx, it.Part, true)
		if err != nil {
			return err
		}
		cs, err := s.caseOf(ctx, tx, actor, item, c)
		if err != nil {
			return err
		}
		if err := MayDecide(actor, cs); err != nil {
			return err
		}
		return fn(ctx, tx, actor, c)
	})
}

// Proposed lists the restrictions that wait for a second person.
func (s *Service) Proposed(ctx context.Context, actor accounts.Actor) ([]Restriction, error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	return restrictionsWhere(ctx, s.db, sqlProposed)
}

// restricted tells whether somebody is restricted now, and until when.
func restricted(ctx context.Context, q db.Queryer, person uuid.UUID, kind string) (until time.Time, ok bool, err error) {
	err = q.QueryRow(ctx, sqlRestricted, person, kind).Scan(&until)
	if errors.Is(err, pgx.ErrNoRows) {
		return until, false, nil
	}
	if err != nil {
		return until, false, fmt.Errorf("restricted: %w", err)
	}
	return until, true, nil
}

const (
	sqlPartRestriction = `
SELECT id, person_id, kind, CASE WHEN state = 'active' AND until_at <= mitwirk_now() THEN 'ended' ELSE state END, item_id, warned_at, reason,
       coalesce(days, 0)::int, from_at, until_at, coalesce(asked_by, '00000000-0000-0000-0000-000000000000')
FROM restrictions`
	sqlRestriction     = sqlPartRestriction + ` WHERE id = $1`
	sqlLockRestriction = sqlRestriction + ` FOR UPDATE`
	sqlRestrictionsOf  = sqlPartRestriction + ` WHERE person_id = $1 AND warned_at > mitwirk_now() - interval '12 months' ORDER BY warned_at DESC`
	sqlProposed        = sqlPartRestriction + ` WHERE state = 'proposed' ORDER BY changed_at, id LIMIT 100`
	sqlWarn            = `
INSERT INTO restrictions (id, person_id, kind, state, item_id, warned_at, warned_by, reason)
VALUES ($1, $2, $3, 'warned', $4, mitwirk_now(), $5, $6)`
	sqlWarnedBefore = `
SELECT EXISTS (
  SELECT FROM restrictions
  WHERE item_id = $1 AND person_id = $2 AND warned_by = $3 AND reason = $4 AND warned_at > mitwirk_now() - interval '10 minutes'
)`
	sqlPropose  = `UPDATE restrictions SET state = 'proposed', days = $2, reason = $3, asked_by = $4, changed_at = mitwirk_now() WHERE id = $1`
	sqlRefuse   = `UPDATE restrictions SET state = 'refused', second_by = $2, changed_at = mitwirk_now() WHERE id = $1`
	sqlRestrict = `
UPDATE restrictions
SET state = 'active', second_by = $2, from_at = mitwirk_now(), until_at = mitwirk_now() + make_interval(days => days), changed_at = mitwirk_now()
WHERE id = $1`
	sqlEndRestriction = `UPDATE restrictions SET state = 'ended', changed_at = mitwirk_now() WHERE item_id = $1 AND person_id = $2 AND state = 'active'`
	sqlRestricted     = `
SELECT until_at FROM restrictions
WHERE person_id = $1 AND kind = $2 AND state = 'active' AND until_at > mitwirk_now()
ORDER BY until_at DESC
LIMIT 1`
	sqlItemCount = `UPDATE mod_items SET n = n + 1 WHERE id = $1`
)

func restrictionsWhere(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Restriction, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("restrictions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Restriction])
	if err != nil {
		return nil, fmt.Errorf("restrictions: %w", err)
	}
	return list, nil
}

func restrictionsOf(ctx context.Context, q db.Queryer, person uuid.UUID) ([]Restriction, error) {
	if person == uuid.Nil {
		return nil, nil
	}
	return restrictionsWhere(ctx, q, sqlRestrictionsOf, person)
}

func restrictionByID(ctx context.Context, q db.Queryer, sql string, id uuid.UUID) (*Restriction, error) {
	list, err := restrictionsWhere(ctx, q, sql, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("restriction")
	}
	return &list[0], nil
}
