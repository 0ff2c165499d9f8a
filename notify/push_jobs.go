package notify

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// pushArgs is the job that tells one browser of one notice.
type pushArgs struct {
	Notice  uuid.UUID `json:"notice"`
	Browser uuid.UUID `json:"browser"`
}

// Kind names the job.
func (pushArgs) Kind() string { return "notify_push" }

// queuePushes has the browsers told of those who have a notice of an event.
func (s *Service) queuePushes(ctx context.Context, tx pgx.Tx, event int64) error {
	rows, err := tx.Query(ctx, sqlToPush, event)
	if err != nil {
		return fmt.Errorf("browsers to tell: %w", err)
	}
	var list []jobs.Args
	var a pushArgs
	if _, err := pgx.ForEachRow(rows, []any{&a.Notice, &a.Browser}, func() error { list = append(list, a); return nil }); err != nil {
		return fmt.Errorf("browsers to tell: %w", err)
	}
	return s.cfg.Jobs.InsertMany(ctx, tx, list, jobs.Opts{Once: true, Priority: 2})
}

const sqlToPush = `
SELECT n.id, b.id
FROM notices n
JOIN push_subscriptions b ON b.person_id = n.person_id
WHERE n.event_id = $1 AND n.read_at IS NULL
ORDER BY n.id, b.id`

// push tells a browser that there is news, unless it was read meanwhile or may not be
// known any more; after quiet hours. What a day could not be told is left.
func (s *Service) push(ctx context.Context, args pushArgs) error {
	var n Notice
	var person uuid.UUID
	var from, to *int
	var b struct {
		endpoint     string
		p256dh, auth []byte
	}
	err := s.cfg.DB.QueryRow(ctx, sqlPush, args.Notice, args.Browser).Scan(&n.ID, &n.About.Kind, &n.About.ID, &n.Kind, &n.What, &n.Detail, &n.At, &n.ReadAt,
		&person, &from, &to, &b.endpoint, &b.p256dh, &b.auth)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && n.ReadAt != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	now, err := db.Now(ctx, s.cfg.DB)
	if err != nil || now.Sub(n.At) > pushTTL {
		return err
	}
	var quiet Quiet
	if from != nil && to != nil {
		quiet = Quiet{From: *from, To: *to}
	}
	if due := Due(now, follows.Each, quiet, s.cfg.Zone); due.After(now) {
		return jobs.Later(due.Sub(now))
	}
	viewer, err := accounts.ViewerOf(ctx, s.cfg.DB, person) // the roles of now, not those of when it happened
	if err != nil {
		return err
	}
	list, err := s.visible(ctx, viewer, s.cfg.Messages.For(i18n.German), []Notice{n})
	if err != nil || len(list) == 0 {
		return err
	}
	key, err := accounts.PushKey(ctx, s.cfg.DB)
	if err != nil {
		return err
	}
	err = s.pusher.send(ctx, key, s.base, webpush.Subscription{Endpoint: b.endpoint, Keys: webpush.Keys{
		P256dh: base64.RawURLEncoding.EncodeToString(b.p256dh), Auth: base64.RawURLEncoding.EncodeToString(b.auth),
	}}, now)
	switch later, ok := errors.AsType[laterError](err); {
	case err == nil:
		return nil
	case errors.Is(err, errGone):
		return s.forgetBrowser(ctx, args.Browser, b.endpoint)
	case ok:
		s.cfg.Log.WarnContext(ctx, "push: not told yet", "notice", args.Notice, "status", later.status)
		return jobs.Later(pauseOf(later.pause, now.Sub(n.At)))
	}
	s.cfg.Log.WarnContext(ctx, "push: given up", "notice", args.Notice, "err", err)
	return jobs.GiveUp(err)
}

// pauseOf is how long to wait before the next try: what the service asked for, else as
// long as it has lasted already; between a minute and two hours.
func pauseOf(asked, age time.Duration) time.Duration {
	return min(max(asked, age, time.Minute), 2*time.Hour)
}

// forgetBrowser deletes a subscription that is gone, unless it was made anew meanwhile.
func (s *Service) forgetBrowser(ctx context.Context, id uuid.UUID, endpoint string) error {
	return db.Transact(ctx, s.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlForgetBrowser, id, endpoint); err != nil {
			return fmt.Errorf("forget browser: %w", err)
		}
		return nil
	})
}

const (
	sqlPush = `
SELECT n.id, n.subject_kind, n.subject_id, n.kind, n.what, n.detail, n.at, n.read_at,
       n.person_id, h.from_minute::int, h.to_minute::int, b.endpoint, b.p256dh, b.auth
FROM notices n
JOIN push_subscriptions b ON b.person_id = n.person_id
LEFT JOIN quiet_hours h ON h.person_id = n.person_id
WHERE n.id = $1 AND b.id = $2`
	sqlForgetBrowser = `DELETE FROM push_subscriptions WHERE id = $1 AND endpoint = $2`
)
