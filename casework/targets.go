package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// Conditions of the two views of late cases, over the table cases as c. They
// are constants, for lists that build their own query.
const (
	// CondLate: the target has passed and the clock runs.
	CondLate = `c.state = 'open' AND c.paused_at IS NULL AND c.due_at < mitwirk_now()`
	// CondOftenLate: three targets were missed, whatever the present one is.
	CondOftenLate = `c.state = 'open' AND c.missed_n >= 3`
)

// OftenLate is how many missed targets bring a case onto the team lead's list.
const OftenLate = 3

// DigestConfig makes a Digest.
type DigestConfig struct {
	DB     db.DB
	Outbox interface {
		Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
	}
	Messages *i18n.Catalogue
	BaseURL  string
	Zone     *time.Location
}

// Digest is the one mail a day that tells team leads how many targets their
// department has missed: figures of the department, nobody's name, no case.
type Digest struct{ cfg DigestConfig }

// NewDigest makes a Digest.
func NewDigest(cfg DigestConfig) (*Digest, error) {
	if cfg.DB == nil || cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" {
		return nil, errors.New("casework: digest needs database, outbox, messages and base url")
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	return &Digest{cfg}, nil
}

// RegisterJobs sends it in the morning.
func (d *Digest) RegisterJobs(c *jobs.Client) {
	jobs.PeriodicDaily(c, "missed_digest", jobs.Daily{Hour: 6, Minute: 30, Zone: d.cfg.Zone}, d.Send)
}

// digestLine is one department of one lead.
type digestLine struct {
	person, contact   uuid.UUID
	locale            string
	department        i18n.Text
	late, news, often int
}

// Send writes to every team lead whose department missed a target since
// yesterday, once a day however often it runs.
func (d *Digest) Send(ctx context.Context) error {
	return db.Transact(ctx, d.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlDigest)
		if err != nil {
			return fmt.Errorf("missed targets of departments: %w", err)
		}
		lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l digestLine, err error) {
			return l, row.Scan(&l.person, &l.contact, &l.locale, &l.department, &l.late, &l.news, &l.often)
		})
		if err != nil {
			return fmt.Errorf("missed targets of departments: %w", err)
		}
		day := DayOf(now, d.cfg.Zone)
		if _, err := tx.Exec(ctx, sqlForgetDigests, day); err != nil {
			return fmt.Errorf("forget digests: %w", err)
		}
		for len(lines) > 0 {
			n := 1
			for n < len(lines) && lines[n].person == lines[0].person {
				n++
			}
			tag, err := tx.Exec(ctx, sqlNoteDigest, lines[0].person, day)
			if err != nil {
				return fmt.Errorf("note digest: %w", err)
			}
			if tag.RowsAffected() == 1 {
				if err := d.queue(ctx, tx, lines[:n]); err != nil {
					return err
				}
			}
			lines = lines[n:]
		}
		return nil
	})
}

func (d *Digest) queue(ctx context.Context, tx pgx.Tx, lines []digestLine) error {
	lang := lines[0].locale
	if lang == "" {
		lang = i18n.German
	}
	loc := d.cfg.Messages.For(lang)
	ref := subject.Ref{Kind: "digest", ID: lines[0].person}
	news := 0
	m := mail.Message{
		ToContact: lines[0].contact, Kind: "casework.missed", About: ref, Lang: lang,
		Button: mail.Button{Label: loc.T("mail.missed.button"), URL: d.cfg.BaseURL + "/desk"}, Reason: loc.T("mail.missed.reason"),
	}
	for _, l := range lines {
		news += l.news
		m.Paragraphs = append(m.Paragraphs, loc.T("mail.missed.line", "team", l.department.In(lang), "news", l.news, "late", l.late, "often", l.often))
	}
	m.Subject = loc.T("mail.missed.subject", "n", news)
	m.Lead = loc.T("mail.missed.lead", "n", news)
	return d.cfg.Outbox.Queue(ctx, tx, m)
}

const (
	sqlDigest = `
WITH late AS (
  SELECT c.department_id,
         count(*) FILTER (WHERE c.paused_at IS NULL AND c.due_at < mitwirk_now())::int AS late,
         count(*) FILTER (WHERE c.missed_at >= mitwirk_now() - interval '24 hours')::int AS news,
         count(*) FILTER (WHERE c.missed_n >= 3)::int AS often
  FROM cases c
  WHERE c.state = 'open' AND c.missed_at IS NOT NULL AND NOT c.gone
  GROUP BY c.department_id)
SELECT g.person_id, k.id, k.locale, d.name, l.late, l.news, l.often
FROM late l
JOIN departments d ON d.id = l.department_id
JOIN role_grant_limits x ON x.kind = 'department' AND x.ref_id = l.department_id::text
JOIN role_grants g ON g.id = x.grant_id AND g.role = 'team_lead'
JOIN LATERAL (
  SELECT c.id, c.locale FROM contacts c
  WHERE c.person_id = g.person_id AND c.kind = 'mail' AND c.confirmed_at IS NOT NULL
  ORDER BY c.confirmed_at, c.id
  LIMIT 1) k ON true
WHERE l.news > 0
ORDER BY g.person_id, d.key`
	sqlNoteDigest    = `INSERT INTO missed_digests (person_id, day) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlForgetDigests = `DELETE FROM missed_digests WHERE day < $1::date - 30`
)
