package site

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// PrefixBarrier begins the number of a barrier report ("Hindernis"): H-2026-7K3QX9.
const PrefixBarrier subject.Prefix = "H"

// Limits of what people write about the site.
const (
	MaxBarrier  = 4000 // signs
	MaxContact  = 200
	maxPage     = 300
	maxBarriers = 200
	numberTries = 5
)

var rePath = regexp.MustCompile(`^/([A-Za-z0-9_.-][A-Za-z0-9/_.-]{0,199})?$`)

// Feedback stores whether a page helped: nothing but the page, its language and
// the answer. A path that is none of ours is fault.BadRequest.
func (s *Service) Feedback(ctx context.Context, path, lang string, helpful bool) error {
	if !rePath.MatchString(path) || !reLang.MatchString(lang) {
		return fault.New(fault.BadRequest, "err.400")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlAddFeedback, subject.NewID(), path, lang, helpful); err != nil {
			return fmt.Errorf("insert feedback: %w", err)
		}
		return nil
	})
}

// PageCount is what people said about a page within a year.
type PageCount struct {
	Path string
	Lang string
	Yes  int
	No   int
}

// FeedbackCounts lists the pages that were found unhelpful most often first, at
// most 200.
func (s *Service) FeedbackCounts(ctx context.Context, actor accounts.Actor) ([]PageCount, error) {
	if err := MayEdit(actor); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlFeedback)
	if err != nil {
		return nil, fmt.Errorf("count feedback: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PageCount])
	if err != nil {
		return nil, fmt.Errorf("count feedback: %w", err)
	}
	return list, nil
}

// Barrier is what somebody could not use on this site.
type Barrier struct {
	ID      uuid.UUID // chosen by the form
	Number  subject.Number
	Page    string // where it was; may be empty
	Text    string
	Contact string // as typed; may be empty
	Lang    string
	At      time.Time
	DoneAt  *time.Time
}

// Validate says what is wrong with a barrier report, as one Invalid fault.
func (b *Barrier) Validate() error {
	var wrong fault.Fields
	switch {
	case strings.TrimSpace(b.Text) == "":
		wrong.Add("text", "info.barrier.need")
	case utf8.RuneCountInString(b.Text) > MaxBarrier:
		wrong.Add("text", "field.too_long", "n", MaxBarrier)
	}
	if utf8.RuneCountInString(b.Contact) > MaxContact {
		wrong.Add("contact", "field.too_long", "n", MaxContact)
	}
	if utf8.RuneCountInString(b.Page) > maxPage {
		wrong.Add("page", "field.too_long", "n", maxPage)
	}
	return wrong.Err()
}

// ReportBarrier stores a barrier and gives its number; the same id sent again
// gives the number of the first time.
func (s *Service) ReportBarrier(ctx context.Context, b Barrier) (subject.Number, error) {
	if err := b.Validate(); err != nil {
		return 0, err
	}
	if b.ID == uuid.Nil || !reLang.MatchString(b.Lang) {
		return 0, fault.New(fault.BadRequest, "err.400")
	}
	for range numberTries {
		n, err := s.storeBarrier(ctx, b)
		if !db.IsUnique(err, "barrier_reports_number") {
			return n, err
		}
	}
	return 0, errors.New("barrier: no free number")
}

func (s *Service) storeBarrier(ctx context.Context, b Barrier) (n subject.Number, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlAddBarrier, b.ID, int64(subject.NewNumber(now.Year())), b.Page, b.Text, b.Contact, b.Lang); err != nil {
			return fmt.Errorf("insert barrier: %w", err)
		}
		if err := tx.QueryRow(ctx, sqlBarrierNumber, b.ID).Scan(&n); err != nil {
			return fmt.Errorf("number of barrier: %w", err)
		}
		return nil
	})
	return n, err
}

// ParseBarrierNumber reads "H-2026-7K3QX9" as people type it; false for
// anything else.
func ParseBarrierNumber(text string) (subject.Number, bool) {
	rest, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(text)), string(PrefixBarrier))
	if !ok {
		return 0, false
	}
	_, n, err := subject.ParseNumber(string(subject.PrefixReport) + rest)
	return n, err == nil
}

// BarrierState tells when a barrier was reported and, once it is done, when
// that was: what everybody with its number may know. fault.NotFound if there is none.
func (s *Service) BarrierState(ctx context.Context, n subject.Number) (at time.Time, done *time.Time, err error) {
	err = s.db.QueryRow(ctx, sqlBarrierState, int64(n)).Scan(&at, &done)
	if errors.Is(err, pgx.ErrNoRows) {
		return at, nil, fault.Missing("barrier")
	}
	if err != nil {
		return at, nil, fmt.Errorf("state of barrier: %w", err)
	}
	return at, done, nil
}

// Barriers lists the open ones, the oldest first, then those that are done, at
// most 200.
func (s *Service) Barriers(ctx context.Context, actor accounts.Actor) ([]Barrier, error) {
	if err := MayEdit(actor); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlBarriers, maxBarriers)
	if err != nil {
		return nil, fmt.Errorf("list barriers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Barrier])
	if err != nil {
		return nil, fmt.Errorf("list barriers: %w", err)
	}
	return list, nil
}

// FinishBarrier notes that a barrier is gone or answered, or opens it again.
func (s *Service) FinishBarrier(ctx context.Context, actor accounts.Actor, n subject.Number, done bool) error {
	if err := MayEdit(actor); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayEdit(actor); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlFinishBarrier, int64(n), done, changedBy(actor.Person))
		if err != nil {
			return fmt.Errorf("finish barrier: %w", err)
		}
		if tag.RowsAffected() == 0 { // as it is already, or there is none
			known, err := db.Exists(ctx, tx, sqlBarrierKnown, int64(n))
			if err != nil || known {
				return err
			}
			return fault.Missing("barrier")
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "site.barrier", Fields: []string{"done"}})
	})
}

// RegisterJobs adds what has to be forgotten in time.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "site.forget", 12*time.Hour, s.Forget)
}

// Forget deletes what is over: contacts of barriers 90 days after they are done,
// the rest of them and feedback after a year, old messages, editors' names.
func (s *Service) Forget(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, query := range []string{sqlForgetContacts, sqlForgetBarriers, sqlForgetFeedback, sqlForgetMessages, sqlForgetEditors} {
			if _, err := tx.Exec(ctx, query); err != nil {
				return fmt.Errorf("forget what is over: %w", err)
			}
		}
		return nil
	})
}

const (
	sqlAddFeedback = `
INSERT INTO page_feedback (id, path, lang, helpful)
VALUES ($1, $2, $3, $4)`

	sqlFeedback = `
SELECT path,
       lang,
       count(*) FILTER (WHERE helpful)::int,
       count(*) FILTER (WHERE NOT helpful)::int
FROM page_feedback
WHERE at > mitwirk_now() - interval '1 year'
GROUP BY path, lang
ORDER BY 4 DESC, 3 DESC, path, lang
LIMIT 200`

	sqlAddBarrier = `
INSERT INTO barrier_reports (id, number, page, text, contact, lang)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING`

	sqlBarrierNumber = `
SELECT number
FROM barrier_reports
WHERE id = $1`

	sqlBarrierState = `
SELECT at, done_at
FROM barrier_reports
WHERE number = $1`

	sqlBarriers = `
SELECT id, number, page, text, contact, lang, at, done_at
FROM barrier_reports
ORDER BY done_at DESC NULLS FIRST, at, id
LIMIT $1`

	sqlFinishBarrier = `
UPDATE barrier_reports
SET done_at = CASE WHEN $2::boolean THEN coalesce(done_at, mitwirk_now()) END,
    done_by = CASE WHEN $2::boolean THEN coalesce(done_by, $3::uuid) END
WHERE number = $1
  AND (done_at IS NOT NULL) <> $2::boolean`

	sqlBarrierKnown = `
SELECT EXISTS (SELECT FROM barrier_reports WHERE number = $1)`

	sqlForgetContacts = `
UPDATE barrier_reports
SET contact = ''
WHERE contact <> ''
  AND done_at < mitwirk_now() - interval '90 days'`

	sqlForgetBarriers = `
DELETE FROM barrier_reports
WHERE done_at < mitwirk_now() - interval '1 year'`

	sqlForgetFeedback = `
DELETE FROM page_feedback
WHERE at < mitwirk_now() - interval '1 year'`
)
