package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// Rule names something that may only be done so often.
type Rule string

// The rules.
const (
	RuleReport Rule = "report" // submit a report
	RuleUpload Rule = "upload" // upload a photo
	RuleSignIn Rule = "signin" // ask for a sign-in link
	RuleCode   Rule = "code"   // try an access code
	RulePost   Rule = "post"   // anything else that writes
	RuleVisit  Rule = "visit"  // become a visitor with a session
	RuleFile   Rule = "file"   // fetch the list as a feed or file
	// RuleConfirm is mails that ask one address whether it wants mails.
	RuleConfirm Rule = "confirm"

	ruleLink   Rule = "link"   // sign-in links to one mail address
	ruleTry    Rule = "try"    // codes of such a mail, for one mail address
	ruleFactor Rule = "factor" // codes of somebody's app, and recovery codes
	ruleInvite Rule = "invite" // mails into organisations, of one person
)

// Limit lets N through in each window of length Per.
type Limit struct {
	N   int
	Per time.Duration
}

// DefaultLimits are the limits per address. One address can be a school or an
// office that starts work at the same time, so they leave room; how many links
// one mail address gets is limited by itself.
func DefaultLimits() map[Rule][]Limit {
	return map[Rule][]Limit{
		RuleReport:  {{N: 20, Per: 5 * time.Minute}, {N: 60, Per: time.Hour}},
		RuleUpload:  {{N: 60, Per: 5 * time.Minute}, {N: 200, Per: time.Hour}},
		RuleSignIn:  {{N: 60, Per: 10 * time.Minute}, {N: 200, Per: time.Hour}},
		RuleCode:    {{N: 10, Per: 5 * time.Minute}, {N: 40, Per: time.Hour}},
		RulePost:    {{N: 300, Per: 5 * time.Minute}},
		RuleVisit:   {{N: 300, Per: 5 * time.Minute}},
		RuleFile:    {{N: 60, Per: 5 * time.Minute}, {N: 300, Per: time.Hour}},
		RuleConfirm: {{N: 5, Per: time.Hour}, {N: 15, Per: 24 * time.Hour}},
		ruleTry:     {{N: 10, Per: 10 * time.Minute}, {N: 40, Per: 24 * time.Hour}},
		ruleFactor:  {{N: 10, Per: 10 * time.Minute}, {N: 50, Per: 24 * time.Hour}},
		ruleLink:    {{N: 5, Per: 10 * time.Minute}, {N: 20, Per: 24 * time.Hour}},
		ruleInvite:  {{N: 20, Per: time.Hour}, {N: 60, Per: 24 * time.Hour}},
	}
}

// AddressKey is what a network address is counted under: an IPv4 address, or
// the /64 of an IPv6 one, which is one connection.
func AddressKey(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return "unknown"
	}
	if addr.Is6() {
		p, err := addr.Prefix(64)
		if err != nil {
			return "unknown"
		}
		return p.String()
	}
	return addr.String()
}

// Allow counts one act of a rule under a key (AddressKey, or an id) and returns
// fault.TooMany with RetryAfter once a limit is reached. What is refused is not
// counted. It has a transaction of its own: call it before the use case's.
func (s *Service) Allow(ctx context.Context, rule Rule, key string) error {
	limits, ok := s.limits[rule]
	if !ok {
		return fmt.Errorf("no limit for rule %q", rule)
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		hashed, err := dayKey(ctx, tx, string(rule), key)
		if err != nil {
			return err
		}
		for _, l := range limits {
			var n int
			var left time.Duration
			err := tx.QueryRow(ctx, sqlAllowRate, fmt.Sprintf("%s/%d", rule, int(l.Per.Seconds())), hashed, l.Per.Microseconds(), l.N).Scan(&n)
			if errors.Is(err, pgx.ErrNoRows) {
				if err := tx.QueryRow(ctx, sqlWindowLeft, l.Per.Microseconds()).Scan(&left); err != nil {
					return fmt.Errorf("rate window: %w", err)
				}
				return tooMany(rule, left)
			}
			if err != nil {
				return fmt.Errorf("count rate: %w", err)
			}
		}
		return nil
	})
}

func tooMany(rule Rule, left time.Duration) error {
	key := "err.429.tries"
	if rule == RuleReport || rule == RuleUpload {
		key = "err.429"
	}
	left = max(left.Round(time.Second), time.Second)
	e := fault.New(fault.TooMany, key).With("n", int((left+time.Minute-1)/time.Minute))
	e.RetryAfter = left
	return e
}

// dayKey hashes a rate key under the secret of the day, which is made the day
// before, else on first use, and forgotten after two days (Sweep).
func dayKey(ctx context.Context, tx pgx.Tx, parts ...string) ([]byte, error) {
	var key []byte
	err := tx.QueryRow(ctx, sqlDayKey).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := makeDayKey(ctx, tx, 0); err != nil {
			return nil, err
		}
		err = tx.QueryRow(ctx, sqlDayKey).Scan(&key)
	}
	if err != nil {
		return nil, fmt.Errorf("day key: %w", err)
	}
	return sum(key, parts...), nil
}

// makeDayKey makes the secret of the day that is days from today, unless there
// is one.
func makeDayKey(ctx context.Context, tx pgx.Tx, days int) error {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails since Go 1.24
	if _, err := tx.Exec(ctx, sqlMakeDayKey, fresh, days); err != nil {
		return fmt.Errorf("make day key: %w", err)
	}
	return nil
}
