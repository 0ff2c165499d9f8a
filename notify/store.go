package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// insertNotices tells people once: a second run, another reason for the same
// event, and a new report that was told before add nothing.
func insertNotices(ctx context.Context, tx pgx.Tx, n News, kind Kind, people []uuid.UUID) (int64, error) {
	if len(people) == 0 {
		return 0, nil
	}
	ids := make([]uuid.UUID, len(people))
	for i := range ids {
		ids[i] = subject.NewID()
	}
	slices.SortFunc(people, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) // one order for all: no deadlock
	tag, err := tx.Exec(ctx, sqlInsertNotices, ids, people, n.Event, string(n.About.Kind), n.About.ID, string(kind), string(n.What), n.Detail, n.At)
	if err != nil {
		return 0, fmt.Errorf("insert notices: %w", err)
	}
	return tag.RowsAffected(), nil
}

const sqlInsertNotices = `
INSERT INTO notices (id, person_id, event_id, subject_kind, subject_id, kind, what, detail, at)
SELECT t.id, t.person_id, $3, $4, $5, $6, $7, $8, $9
FROM unnest($1::uuid[], $2::uuid[]) AS t (id, person_id)
JOIN persons p ON p.id = t.person_id AND p.erased_at IS NULL
ON CONFLICT DO NOTHING`

// followers are the people who follow a subject, also by a mail address of theirs,
// and the ids of the confirmed contacts (and of their people) that are mailed about it.
type followers struct{ people, mailed []uuid.UUID }

func followersOf(ctx context.Context, q db.Queryer, ref subject.Ref) (f followers, err error) {
	list, err := follows.Of(ctx, q, ref)
	if err != nil {
		return f, err
	}
	var contacts []uuid.UUID
	for _, l := range list {
		if l.Kind == follows.Person {
			f.people = append(f.people, l.Owner)
		} else {
			contacts = append(contacts, l.Owner)
		}
	}
	rows, err := q.Query(ctx, sqlPeopleOf, contacts)
	if err != nil {
		return f, fmt.Errorf("people of contacts: %w", err)
	}
	var person *uuid.UUID
	var contact uuid.UUID
	var mailed bool
	if _, err = pgx.ForEachRow(rows, []any{&person, &contact, &mailed}, func() error {
		if person != nil {
			f.people = append(f.people, *person)
		}
		if mailed {
			f.mailed = append(f.mailed, contact)
			if person != nil {
				f.mailed = append(f.mailed, *person)
			}
		}
		return nil
	}); err != nil {
		return f, fmt.Errorf("people of contacts: %w", err)
	}
	return f, nil
}

const sqlPeopleOf = `
SELECT DISTINCT k.person_id, k.contact_id, k.stopped_at IS NULL AND coalesce(p.cadence, 'each') <> 'never'
FROM confirmed_contacts k
LEFT JOIN notice_preferences p ON p.person_id = k.person_id AND p.kind = 'followed'
WHERE k.id = ANY ($1)`

// reader is a follow with whom it leads to: a person, an address that may be
// written to, or both.
type reader struct {
	hit     follows.Hit
	person  uuid.UUID
	contact uuid.UUID
	quiet   Quiet
}

// readersOf finds who is behind the follows: one for each person and address, that
// with the most frequent mails. Owners of the thing are left out.
func readersOf(ctx context.Context, q db.Queryer, hits []follows.Hit, owners *Owners) ([]reader, error) {
	kinds, ids := make([]string, len(hits)), make([]uuid.UUID, len(hits))
	for i, h := range hits {
		kinds[i], ids[i] = string(h.Kind), h.Owner
	}
	rows, err := q.Query(ctx, sqlReaders, kinds, ids)
	if err != nil {
		return nil, fmt.Errorf("readers: %w", err)
	}
	type key struct{ person, contact uuid.UUID }
	best := map[key]int{}
	var list []reader
	var (
		at              int64
		person, contact *uuid.UUID
		from, to        *int
	)
	order := follows.Cadences()
	_, err = pgx.ForEachRow(rows, []any{&at, &person, &contact, &from, &to}, func() error {
		r := reader{hit: hits[at-1]}
		if person != nil {
			r.person = *person
		}
		if contact != nil {
			r.contact = *contact
		}
		if from != nil && to != nil {
			r.quiet = Quiet{From: *from, To: *to}
		}
		if slices.Contains(owners.Mailed, r.contact) { // no mail about what they have reported
			r.contact = uuid.Nil
		}
		if owners.has(r.person) || r.person == uuid.Nil && r.contact == uuid.Nil {
			return nil
		}
		k := key{r.person, r.contact}
		if i, again := best[k]; again {
			if slices.Index(order, r.hit.Cadence) < slices.Index(order, list[i].hit.Cadence) {
				list[i] = r
			}
			return nil
		}
		best[k] = len(list)
		list = append(list, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("readers: %w", err)
	}
	return list, nil
}

// A person is mailed at the oldest of their addresses.
const sqlReaders = `
SELECT t.n, w.person_id, w.contact_id, h.from_minute::int, h.to_minute::int
FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS t (kind, id, n)
JOIN LATERAL (
  SELECT p.id AS person_id, (
    SELECT c.id FROM contacts c
    WHERE c.person_id = p.id AND c.confirmed_at IS NOT NULL AND c.stopped_at IS NULL
    ORDER BY c.created_at, c.id LIMIT 1) AS contact_id
  FROM persons p
  WHERE t.kind = 'person' AND p.id = t.id AND p.erased_at IS NULL
  UNION ALL
  SELECT k.person_id, k.contact_id
  FROM confirmed_contacts k
  WHERE t.kind = 'contact' AND k.id = t.id AND k.stopped_at IS NULL) w ON true
LEFT JOIN quiet_hours h ON h.person_id = w.person_id
ORDER BY t.n`

// address is where a person is mailed, and how they wish it.
type address struct {
	person, contact uuid.UUID
	lang            string
	cadence         follows.Cadence
	quiet           Quiet
}

// addressesOf finds where people are mailed about what a wish is for: nowhere those
// who want no mails of it.
func addressesOf(ctx context.Context, q db.Queryer, people []uuid.UUID, w Wish) ([]address, error) {
	rows, err := q.Query(ctx, sqlAddresses, people, string(w), string(w.unsaid()))
	if err != nil {
		return nil, fmt.Errorf("addresses of people: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a address, err error) {
		var from, to *int
		if err = row.Scan(&a.person, &a.contact, &a.lang, &a.cadence, &from, &to); from != nil && to != nil {
			a.quiet = Quiet{From: *from, To: *to}
		}
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("addresses of people: %w", err)
	}
	return list, nil
}

// A person is mailed at the oldest of their addresses.
const sqlAddresses = `
SELECT p.id, c.id, c.locale, coalesce(w.cadence, $3), h.from_minute::int, h.to_minute::int
FROM persons p
JOIN LATERAL (
  SELECT c.id, c.locale FROM contacts c
  WHERE c.person_id = p.id AND c.confirmed_at IS NOT NULL AND c.stopped_at IS NULL
  ORDER BY c.created_at, c.id LIMIT 1) c ON true
LEFT JOIN notice_preferences w ON w.person_id = p.id AND w.kind = $2
LEFT JOIN quiet_hours h ON h.person_id = p.id
WHERE p.id = ANY ($1) AND p.erased_at IS NULL AND coalesce(w.cadence, $3) <> 'never'`

// delivery is what one address is to be mailed.
type delivery struct {
	contact, follow uuid.UUID
	person          bool // made for the person, not for an address given with the thing
	kind            Kind
	lang            string
	cadence         follows.Cadence
	due             time.Time
}

// line is a delivery as the database reads it.
type line struct {
	ID      uuid.UUID  `json:"id"`
	Contact uuid.UUID  `json:"contact_id"`
	Follow  *uuid.UUID `json:"follow_id"`
	Person  bool       `json:"to_person"`
	Kind    Kind       `json:"kind"`
	Lang    string     `json:"lang"`
	Cadence string     `json:"cadence"`
	Due     time.Time  `json:"due_at"`
}

func insertDeliveries(ctx context.Context, tx pgx.Tx, n News, list []delivery) error {
	if len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, func(a, b delivery) int { return slices.Compare(a.contact[:], b.contact[:]) })
	lines := make([]line, len(list))
	for i, d := range list {
		lines[i] = line{subject.NewID(), d.contact, db.OrNull(d.follow), d.person, d.kind, d.lang, string(d.cadence), d.due}
	}
	raw, err := json.Marshal(lines)
	if err != nil {
		return fmt.Errorf("insert deliveries: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlInsertDeliveries, raw, n.Event, string(n.About.Kind), n.About.ID, string(n.What), n.Detail, n.At); err != nil {
		return fmt.Errorf("insert deliveries: %w", err)
	}
	return nil
}

const sqlInsertDeliveries = `
INSERT INTO deliveries (id, event_id, contact_id, follow_id, to_person, subject_kind, subject_id, kind, what, detail, lang, cadence, at, due_at)
SELECT t.id, $2, t.contact_id, t.follow_id, t.to_person, $3, $4, t.kind, $5, $6, t.lang, t.cadence, $7, t.due_at
FROM jsonb_to_recordset($1) AS t (id uuid, contact_id uuid, follow_id uuid, to_person boolean, kind text, lang text, cadence text, due_at timestamptz)
ON CONFLICT DO NOTHING`

// wish is how the person behind a contact wants to be mailed about a kind, and the
// confirmed contact of the address; uuid.Nil where nobody has said anything.
func wish(ctx context.Context, q db.Queryer, contact uuid.UUID, kind Kind) (main uuid.UUID, cadence follows.Cadence, quiet Quiet, err error) {
	var from, to *int
	err = q.QueryRow(ctx, sqlWish, contact, string(kind)).Scan(&main, &cadence, &from, &to)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, follows.Each, Quiet{}, nil
	}
	if err != nil {
		return uuid.Nil, "", Quiet{}, fmt.Errorf("wish of a person: %w", err)
	}
	if from != nil && to != nil {
		quiet = Quiet{From: *from, To: *to}
	}
	return main, cadence, quiet, nil
}

const sqlWish = `
SELECT k.contact_id, coalesce(p.cadence, 'each'), h.from_minute::int, h.to_minute::int
FROM confirmed_contacts k
LEFT JOIN notice_preferences p ON p.person_id = k.person_id AND p.kind = $2
LEFT JOIN quiet_hours h ON h.person_id = k.person_id
WHERE k.id = $1 AND k.person_id IS NOT NULL AND (p.cadence IS NOT NULL OR h.person_id IS NOT NULL)`
