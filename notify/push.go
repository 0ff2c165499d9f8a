package notify

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// PushConfig is how browsers are told of news.
type PushConfig struct {
	// Allow tells which addresses a push service may have; nil: public ones only.
	Allow func(netip.Addr) bool
	// Client replaces the one that connects to such addresses only; nil: that one.
	Client *http.Client
}

// Browser is one that is told of somebody's news.
type Browser struct {
	ID      uuid.UUID
	Service string // host of its push service
	At      time.Time
}

// Subscription is what a browser gives to be told: the address at its push service, and
// its keys in base64url.
type Subscription struct {
	Endpoint, P256dh, Auth string
}

// maxBrowsers is how many of somebody's are told; the oldest gives way.
const maxBrowsers = 10

// PushKey is the public key that browsers subscribe with, in base64url.
func (s *Service) PushKey(ctx context.Context) (string, error) {
	key, err := accounts.PushKey(ctx, s.cfg.DB)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), nil
}

// read checks a subscription. fault Invalid on the field endpoint.
func (in Subscription) read() (p256dh, auth []byte, host string, err error) {
	wrong := func(why error) error { return fault.OnField("endpoint", "push.err.endpoint").Because(why) }
	u, err := url.Parse(in.Endpoint)
	switch {
	case err != nil:
		return nil, nil, "", wrong(err)
	case u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(in.Endpoint) > 1000 || strings.ContainsAny(in.Endpoint, " \r\n\t"):
		return nil, nil, "", wrong(errors.New("no address of a push service"))
	}
	decode := func(text string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil {
			return nil
		}
		return raw
	}
	p256dh, auth = decode(in.P256dh), decode(in.Auth)
	if _, err := ecdh.P256().NewPublicKey(p256dh); err != nil || len(auth) != 16 {
		return nil, nil, "", wrong(errors.New("no keys of a browser"))
	}
	return p256dh, auth, u.Hostname(), nil
}

// Subscribe makes a browser be told of the actor's news; the same one again changes
// its keys, and whose it is. Only for people with an account. fault Invalid.
func (s *Service) Subscribe(ctx context.Context, tx pgx.Tx, actor accounts.Actor, in Subscription, lang string) (uuid.UUID, error) {
	if actor.Person == uuid.Nil || actor.Level < accounts.L1 {
		return uuid.Nil, fault.New(fault.Unauthenticated, "err.401")
	}
	p256dh, auth, _, err := in.read()
	if err != nil {
		return uuid.Nil, err
	}
	sum := sha256.Sum256([]byte(in.Endpoint))
	var id uuid.UUID
	if err := tx.QueryRow(ctx, sqlSubscribe, sum[:], subject.NewID(), actor.Person, in.Endpoint, p256dh, auth, lang).Scan(&id); err != nil {
		return uuid.Nil, fmt.Errorf("subscribe: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlFewBrowsers, actor.Person, maxBrowsers); err != nil {
		return uuid.Nil, fmt.Errorf("subscribe: %w", err)
	}
	return id, nil
}

// Browsers lists the actor's, oldest first.
func (s *Service) Browsers(ctx context.Context, actor accounts.Actor) ([]Browser, error) {
	rows, err := s.cfg.DB.Query(ctx, sqlBrowsers, db.OrNull(actor.Person))
	if err != nil {
		return nil, fmt.Errorf("browsers: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Browser, _ error) {
		var endpoint string
		if err := row.Scan(&b.ID, &endpoint, &b.At); err != nil {
			return b, err
		}
		u, err := url.Parse(endpoint)
		if err != nil {
			return b, errors.New("no address of a push service") // the cause names it
		}
		b.Service = u.Hostname()
		return b, nil
	})
	if err != nil {
		return nil, fmt.Errorf("browsers: %w", err)
	}
	return list, nil
}

// Unsubscribe tells a browser of the actor's no more. fault.NotFound where it is none of
// theirs.
func (s *Service) Unsubscribe(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, sqlUnsubscribe, id, db.OrNull(actor.Person))
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("browser")
	}
	return nil
}

const (
	sqlSubscribe = `
INSERT INTO push_subscriptions (endpoint_hash, id, person_id, endpoint, p256dh, auth, lang)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (endpoint_hash) DO UPDATE SET person_id = excluded.person_id, p256dh = excluded.p256dh, auth = excluded.auth, lang = excluded.lang
RETURNING id`
	sqlFewBrowsers = `
DELETE FROM push_subscriptions
WHERE endpoint_hash IN (SELECT endpoint_hash FROM push_subscriptions WHERE person_id = $1 ORDER BY created_at DESC, id DESC OFFSET $2)`
	sqlBrowsers    = `SELECT id, endpoint, created_at FROM push_subscriptions WHERE person_id = $1 ORDER BY created_at, id`
	sqlUnsubscribe = `DELETE FROM push_subscriptions WHERE id = $1 AND person_id = $2`
)

// pusher speaks with push services (RFC 8030).
type pusher struct{ client *http.Client }

// What is sent is nothing but that there is news: the padded message is empty. Later
// news takes the place of what no browser has fetched yet.
const (
	pushTopic  = "inbox"
	pushTTL    = 24 * time.Hour
	pushRecord = 256
)

// errGone says that a browser does not want to be told any more.
var errGone = errors.New("push: the subscription is gone")

// laterError is a push service that can't now; pause is how long it asked for.
type laterError struct {
	status int
	pause  time.Duration
}

func (e laterError) Error() string { return fmt.Sprintf("push: the service said %d", e.status) }

// send tells one browser. from names the installation to its push service.
func (p *pusher) send(ctx context.Context, key *ecdh.PrivateKey, from string, to webpush.Subscription, now time.Time) error {
	res, err := webpush.SendNotificationWithContext(ctx, nil, &to, &webpush.Options{
		HTTPClient: p.client, Subscriber: from, Topic: pushTopic, TTL: int(pushTTL.Seconds()), Urgency: webpush.UrgencyNormal, RecordSize: pushRecord,
		VAPIDPublicKey:  base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
		VAPIDPrivateKey: base64.RawURLEncoding.EncodeToString(key.Bytes()),
		VapidExpiration: now.Add(12 * time.Hour),
	})
	if errors.Is(err, errNotPublic) {
		return errGone
	}
	if err != nil {
		return laterError{} // the cause names the address
	}
	defer func() { _ = res.Body.Close() }() // read as far as it matters
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4096))
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone:
		return errGone
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		pause, err := time.ParseDuration(res.Header.Get("Retry-After") + "s")
		if err != nil {
			pause = 0
		}
		return laterError{res.StatusCode, pause}
	}
	return fmt.Errorf("push: the service refused with %d", res.StatusCode)
}
