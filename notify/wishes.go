package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Wish is a sort of news that a person chooses a cadence for.
type Wish string

// The wishes.
const (
	WishOwn      Wish = "own"      // what is theirs
	WishFollowed Wish = "followed" // what they follow
	WishComments Wish = "comment"  // what is said to them, and in discussions
)

// wishFor is the wish that a mail about a sort of thing goes by.
func wishFor(kind Kind, about subject.Kind) Wish {
	switch {
	case about == subject.Comment:
		return WishComments
	case kind == Own:
		return WishOwn
	}
	return WishFollowed
}

// unsaid is the cadence of whoever has said nothing: what is said in a lively
// discussion would fill a day with mails.
func (w Wish) unsaid() follows.Cadence {
	if w == WishComments {
		return follows.Daily
	}
	return follows.Each
}

// Wishes is how often a person is mailed, by sort of news, and when not. Areas have a
// cadence each.
type Wishes struct {
	Own      follows.Cadence
	Followed follows.Cadence
	Comments follows.Cadence
	Quiet    Quiet
}

func (w *Wishes) of() map[Wish]*follows.Cadence {
	return map[Wish]*follows.Cadence{WishOwn: &w.Own, WishFollowed: &w.Followed, WishComments: &w.Comments}
}

// WishesOf are the actor's; whoever has said nothing is mailed at once, once a day
// about comments.
func (s *Service) WishesOf(ctx context.Context, actor accounts.Actor) (Wishes, error) {
	var w Wishes
	of := w.of()
	for kind, c := range of {
		*c = kind.unsaid()
	}
	rows, err := s.cfg.DB.Query(ctx, sqlWishes, db.OrNull(actor.Person))
	if err != nil {
		return w, fmt.Errorf("wishes: %w", err)
	}
	var kind Wish
	var cadence follows.Cadence
	_, err = pgx.ForEachRow(rows, []any{&kind, &cadence}, func() error {
		if c := of[kind]; c != nil {
			*c = cadence
		}
		return nil
	})
	if err != nil {
		return w, fmt.Errorf("wishes: %w", err)
	}
	err = s.cfg.DB.QueryRow(ctx, sqlQuiet, db.OrNull(actor.Person)).Scan(&w.Quiet.From, &w.Quiet.To)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return w, fmt.Errorf("wishes: %w", err)
	}
	return w, nil
}

// SetWishes keeps the actor's wishes; that for comments stays as it was where it is
// empty. fault Invalid by field, Forbidden for nobody.
func (s *Service) SetWishes(ctx context.Context, tx pgx.Tx, actor accounts.Actor, w Wishes) error {
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.401")
	}
	var wrong fault.Fields
	of := w.of()
	for kind, name := range map[Wish]string{WishOwn: "own", WishFollowed: "followed", WishComments: "comments"} {
		if *of[kind] == "" && kind == WishComments {
			continue
		}
		if !slices.Contains(follows.Cadences(), *of[kind]) {
			wrong.Add(name, "field.choice")
		}
	}
	if !w.Quiet.Valid() {
		wrong.Add("quiet_from", "notice.err.quiet")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	for _, kind := range []Wish{WishComments, WishFollowed, WishOwn} { // one order for all: no deadlock
		if *of[kind] == "" {
			continue
		}
		if _, err := tx.Exec(ctx, sqlSetWish, actor.Person, string(kind), string(*of[kind])); err != nil {
			return fmt.Errorf("set wishes: %w", err)
		}
	}
	sql, args := sqlSetQuiet, []any{actor.Person, w.Quiet.From, w.Quiet.To}
	if w.Quiet.IsZero() {
		sql, args = sqlNoQuiet, args[:1]
	}
	if _, err := tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("set quiet hours: %w", err)
	}
	return nil
}

const (
	sqlWishes  = `SELECT kind, cadence FROM notice_preferences WHERE person_id = $1`
	sqlQuiet   = `SELECT from_minute::int, to_minute::int FROM quiet_hours WHERE person_id = $1`
	sqlSetWish = `
INSERT INTO notice_preferences (person_id, kind, cadence) VALUES ($1, $2, $3)
ON CONFLICT (person_id, kind) DO UPDATE SET cadence = excluded.cadence`
	sqlSetQuiet = `
INSERT INTO quiet_hours (person_id, from_minute, to_minute) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET from_minute = excluded.from_minute, to_minute = excluded.to_minute`
	sqlNoQuiet = `DELETE FROM quiet_hours WHERE person_id = $1`
)

// StopDigests ends the digests to a contact: the link in each of them. A person's
// areas stay for the inbox; those of an address without account go.
func StopDigests(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
	for _, sql := range []string{sqlDropDigests, sqlStopContactDigests, sqlStopPersonDigests, sqlStopWishes, sqlStopUnsaid} {
		if _, err := tx.Exec(ctx, sql, contact); err != nil {
			return fmt.Errorf("stop digests: %w", err)
		}
	}
	return nil
}

const (
	sqlPartSame    = `(SELECT o.id FROM confirmed_contacts c JOIN confirmed_contacts o ON o.contact_id = c.contact_id WHERE c.id = $1)`
	sqlPartOwner   = `(SELECT c.person_id FROM confirmed_contacts c WHERE c.id = $1)`
	sqlDropDigests = `
UPDATE deliveries SET state = 'dropped', done_at = mitwirk_now()
WHERE state = 'waiting' AND cadence <> 'each' AND contact_id IN ` + sqlPartSame
	sqlStopContactDigests = `
DELETE FROM follows WHERE target_kind IN ('area', 'search') AND cadence IN ('daily', 'weekly') AND owner_kind = 'contact' AND owner_id IN ` + sqlPartSame
	sqlStopPersonDigests = `
UPDATE follows SET cadence = 'never'
WHERE target_kind IN ('area', 'search') AND cadence IN ('daily', 'weekly') AND owner_kind = 'person' AND owner_id IN ` + sqlPartOwner
	sqlStopWishes = `UPDATE notice_preferences SET cadence = 'never' WHERE cadence IN ('daily', 'weekly') AND person_id IN ` + sqlPartOwner
)

// whoever has said nothing has a digest of comments
const sqlStopUnsaid = `
INSERT INTO notice_preferences (person_id, kind, cadence)
SELECT person_id, 'comment', 'never' FROM confirmed_contacts WHERE id = $1 AND person_id IS NOT NULL
ON CONFLICT DO NOTHING`

// ForgetPerson deletes what this package knows of a person. It may be done again.
func ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	for _, sql := range []string{sqlForgetNotices, sqlForgetWishes, sqlForgetQuiet, sqlForgetDeliveries, sqlForgetBrowsers} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("forget notices of a person: %w", err)
		}
	}
	return nil
}

// Adopt moves a visitor's inbox over to the person they sign in as.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlAdopt, from, to); err != nil {
		return fmt.Errorf("adopt notices: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlForgetNotices, from); err != nil { // those that both had
		return fmt.Errorf("adopt notices: %w", err)
	}
	return nil
}

const (
	sqlForgetNotices    = `DELETE FROM notices WHERE person_id = $1`
	sqlForgetWishes     = `DELETE FROM notice_preferences WHERE person_id = $1`
	sqlForgetQuiet      = `DELETE FROM quiet_hours WHERE person_id = $1`
	sqlForgetBrowsers   = `DELETE FROM push_subscriptions WHERE person_id = $1`
	sqlForgetDeliveries = `DELETE FROM deliveries WHERE contact_id IN (SELECT id FROM contacts WHERE person_id = $1)`
	sqlAdopt            = `
UPDATE notices n SET person_id = $2
WHERE person_id = $1
  AND NOT EXISTS (
    SELECT FROM notices o
    WHERE o.person_id = $2 AND o.subject_kind = n.subject_kind AND o.subject_id = n.subject_id
      AND (o.event_id = n.event_id OR o.what = 'new' AND n.what = 'new'))`
)

// keepDays is how long notices are kept, and what was mailed is noted, so that it
// is not told again.
const keepDays = 180

// freshDays is how long something may be new to somebody: less than keepDays, so
// that nothing is told twice.
const freshDays = 150

// Fresh tells whether something that came then may still be told as new.
func Fresh(came, now time.Time) bool { return !came.Before(now.AddDate(0, 0, -freshDays)) }

// Forget deletes what is older than half a year.
func (s *Service) Forget(ctx context.Context) error {
	for _, sql := range []string{sqlOldNotices, sqlOldDeliveries} {
		for range 50 { // the rest tomorrow: a job has 30 s
			var n int64
			err := db.Transact(ctx, s.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
				tag, err := tx.Exec(ctx, sql, keepDays)
				n = tag.RowsAffected()
				return err
			})
			if err != nil {
				return fmt.Errorf("forget notices: %w", err)
			}
			if n < 500 {
				break
			}
		}
	}
	return nil
}

const (
	sqlOldNotices    = `DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE at < mitwirk_now() - make_interval(days => $1) LIMIT 500)`
	sqlOldDeliveries = `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE done_at < mitwirk_now() - make_interval(days => $1) LIMIT 500)`
)

// Muted introduces what the actor has ended the mails about, newest first: as much of
// it as they may still see.
func (s *Service) Muted(ctx context.Context, actor accounts.Actor, lang string) ([]subject.Card, error) {
	refs, err := follows.MutedBy(ctx, s.cfg.DB, actor.Person)
	if err != nil {
		return nil, err
	}
	ids := map[subject.Kind][]uuid.UUID{}
	for _, r := range refs {
		ids[r.Kind] = append(ids[r.Kind], r.ID)
	}
	found := map[subject.Ref]subject.Card{}
	for kind, of := range ids {
		d := s.cfg.Domains[kind]
		if d == nil {
			continue
		}
		cards, err := d.Cards(ctx, s.cfg.DB, Reader{Viewer: actor.Viewer()}, lang, of)
		if err != nil {
			return nil, err
		}
		for i := range cards {
			found[cards[i].Ref] = cards[i]
		}
	}
	var list []subject.Card
	for _, r := range refs {
		if c, ok := found[r]; ok {
			list = append(list, c)
		}
	}
	return list, nil
}

// Unmute has the actor follow a thing again whose mails they had ended. Doing it twice
// is no error.
func (*Service) Unmute(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref) error {
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.401")
	}
	return follows.Unmute(ctx, tx, actor.Person, ref)
}
