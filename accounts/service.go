package accounts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// Config makes a Service.
type Config struct {
	DB     db.DB
	Limits map[Rule][]Limit // those of DefaultLimits that a setting replaces
	// Sleep waits for d or until ctx is over; nil waits for real. Tests look at d.
	Sleep func(ctx context.Context, d time.Duration)
	// Letters sends sign-in links; nil where nobody asks for them, e.g. on the
	// command line. New registers its job.
	Letters *Letters
	// Demo: the people of a demonstration have proved enough by their link. Only
	// "mitwirk dev" sets it.
	Demo bool
	// Base is the site's address, e.g. "https://mitwirk.example": passkeys belong
	// to its host. Empty: there are no passkeys.
	Base string
	// Providers are other sign-ins; see Provider.
	Providers []Provider
	// Left takes what follows when somebody leaves an organisation; nil: nothing.
	Left LeftFunc
}

// Service holds what needs settings or transactions of its own; everything
// else is a function that runs in the caller's transaction.
type Service struct {
	db     db.DB
	limits map[Rule][]Limit
	sleep  func(ctx context.Context, d time.Duration)

	letters   *Letters
	demo      bool
	passkeys  *webauthn.WebAuthn // nil: none
	providers []*provider
	left      LeftFunc
	homes     Homes // nil: nobody can be asked where they live
}

// New makes the service. It returns an error without a database or with a
// limit that lets nothing through.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil {
		return nil, errors.New("accounts: no database")
	}
	limits := DefaultLimits()
	maps.Copy(limits, cfg.Limits)
	for rule, ls := range limits {
		for _, l := range ls {
			if l.N < 1 || l.Per < time.Second {
				return nil, fmt.Errorf("accounts: limit of %s: %d per %s", rule, l.N, l.Per)
			}
		}
	}
	if cfg.Sleep == nil {
		cfg.Sleep = wait
	}
	s := &Service{db: cfg.DB, limits: limits, sleep: cfg.Sleep, letters: cfg.Letters}
	s.demo = cfg.Demo
	s.left = cfg.Left
	var err error
	if s.passkeys, err = passkeysFor(cfg.Base); err != nil {
		return nil, err
	}
	if s.providers, err = providersFor(cfg.Providers, cfg.Base); err != nil {
		return nil, err
	}
	if s.letters != nil {
		if err := s.letters.validate(); err != nil {
			return nil, err
		}
		jobs.Register(s.letters.Jobs, s.sendSignIn)
	}
	return s, nil
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Swept is what Sweep removed.
type Swept struct{ Sessions, Tokens, Rates int64 }

// Sweep removes sessions, tokens and rate counts that are over, and makes the
// secret of tomorrow. It is a periodic job; running twice does no harm.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	var swept Swept
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, step := range []struct {
			sql string
			n   *int64
		}{
			{sqlSweepSessions, &swept.Sessions},
			{sqlSweepTokens, &swept.Tokens},
			{sqlSweepRates, &swept.Rates},
			{sqlSweepKeys, nil},
			{sqlSweepChallenges, nil},
		} {
			tag, err := tx.Exec(ctx, step.sql)
			if err != nil {
				return fmt.Errorf("sweep accounts: %w", err)
			}
			if step.n != nil {
				*step.n = tag.RowsAffected()
			}
		}
		// on first use many would wait for the one that makes it
		return makeDayKey(ctx, tx, 1)
	})
	return swept, err
}
