package radar_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestHelpOfWhatHasGone: nobody takes part in what a measure asks for that was
// taken away while they waited.
func TestHelpOfWhatHasGone(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	ctx := context.WithoutCancel(t.Context())
	s, p := radartest.New(t, pool, 1)
	one, two, helper := person(t, pool, subject.Editor), person(t, pool, subject.Editor), person(t, pool, "")
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m := st.Items[0].Measure
	h := radar.Help{ID: uuid.New(), Kind: "testers", Wanted: i18n.Text{"de": "Wer testet?"}, Until: "2099-01-01"}
	if err := s.AskHelp(ctx, one, m.ID, h); err != nil {
		t.Fatal(err)
	}
	if err := s.ApproveHelp(ctx, two, m.ID, h.ID); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	if err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, sql := range []string{`SELECT FROM help_requests WHERE id = $1 FOR UPDATE`, `UPDATE help_requests SET kind = kind WHERE id = $1`} {
			if _, err := tx.Exec(ctx, sql, h.ID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE measures SET visibility = 'draft' WHERE id = $1`, m.ID); err != nil {
			return err
		}
		go func() { done <- s.OfferHelp(ctx, helper, m.Number, h.ID, true) }()
		for waits := false; !waits; {
			select {
			case err := <-done:
				t.Fatalf("it did not wait: %v", err)
			default:
			}
			if err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !fault.Is(err, fault.NotFound) {
		t.Errorf("took part in a measure that is gone: %v", err)
	}
}
