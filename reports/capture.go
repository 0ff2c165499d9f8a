package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
)

// CaptureChannels are how people reach the city without a screen.
func CaptureChannels() []string { return []string{"phone", "counter", "letter"} }

const captureRoute = "reports.capture"

// Captured is what the clerk reads out or prints.
type Captured struct {
	Receipt `json:"receipt"`

	Released bool `json:"released"` // the text is public
}

// MayCapture tells whether somebody may take reports for others: who works on
// cases, in whichever department.
func MayCapture(actor accounts.Actor) error {
	if !actor.System && !actor.Has(subject.Caseworker, subject.TeamLead) {
		return fault.New(fault.Forbidden, "err.403").With("why", whyNotStaff)
	}
	return nil
}

// Capture takes a report for somebody on the phone, at the counter or in a
// letter. It belongs to whoever has the access code, never to the clerk. One key
// makes one report and gives the same receipt again. With release its text is
// public at once, where the clerk works on that kind of report and the kind ever
// shows texts; else it waits as all do.
func (s *Service) Capture(ctx context.Context, actor accounts.Actor, key uuid.UUID, sub Submission, release bool) (Captured, error) {
	if err := MayCapture(actor); err != nil {
		return Captured{}, err
	}
	if !slices.Contains(CaptureChannels(), sub.Channel) {
		return Captured{}, fault.OnField("channel", "talk.err.channel")
	}
	sub.Draft, sub.Version = uuid.Nil, 0
	made, err := s.prepare(ctx, &sub)
	if err != nil {
		return Captured{}, err
	}
	var out Captured
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err == nil {
			err = MayCapture(actor)
		}
		if err != nil {
			return err
		}
		body, err := json.Marshal(sub)
		if err != nil {
			return fmt.Errorf("capture: %w", err)
		}
		out, err = idem.Once(ctx, tx, captureRoute, key.String(), idem.Hash(body, actor.Person[:]), func() (c Captured, err error) {
			if c.Receipt, err = s.insert(ctx, tx, accounts.Actor{}, sub, made); err != nil {
				return c, err
			}
			c.Released, err = s.releaseCaptured(ctx, tx, actor, c.Receipt, release && sub.Text != "")
			return c, err
		})
		return err
	})
	return out, err
}

func (s *Service) releaseCaptured(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r Receipt, release bool) (bool, error) {
	if !release {
		return false, nil
	}
	err := s.Within(tx).Release(ctx, actor, r.Number, Release{TextState: TextReleased})
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return false, nil // another team's, a kind that shows no texts, or held by a rule: it waits as all do
	}
	return err == nil, err
}
