package categories

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// catalogueWrite is one edit of the catalogue, made by somebody who saw it as it
// was (seen). Done 64 times at once it stands in the log once.
type catalogueWrite struct {
	name string
	do   func(ctx context.Context, s *Service, who accounts.Actor, seen *Catalogue) error
}

func day(d int) time.Time { return time.Date(2027, time.March, d, 0, 0, 0, 0, time.UTC) }

func catalogueWrites() []catalogueWrite {
	change := func(ctx context.Context, s *Service, who accounts.Actor, seen *Catalogue, fn func(*Category) error) error {
		return s.ChangeCategory(ctx, who, "laterne", seen.ByKey("laterne").Fingerprint(), fn)
	}
	return []catalogueWrite{
		{"new category", func(ctx context.Context, s *Service, who accounts.Actor, _ *Catalogue) error {
			return s.AddCategory(ctx, who, Category{
				Key: "brunnen-neu", Group: "gruen", Department: "bau-ing", Name: i18n.Text{"de": "Brunnen", "en": "Fountain"},
				Publish: PublishAtOnce, Photo: PhotoOptional, Days: 5, TargetOn: true, Retention: DefaultRetention(), Active: true,
			})
		}},
		{"category", func(ctx context.Context, s *Service, who accounts.Actor, seen *Catalogue) error {
			return change(ctx, s, who, seen, func(k *Category) error { k.Days = 9; return nil })
		}},
		{"order of the questions", func(ctx context.Context, s *Service, who accounts.Actor, seen *Catalogue) error {
			return change(ctx, s, who, seen, func(k *Category) error { return k.MoveQuestion(k.Questions[1].Key, true) })
		}},
		{"question taken away", func(ctx context.Context, s *Service, who accounts.Actor, seen *Catalogue) error {
			return change(ctx, s, who, seen, func(k *Category) error {
				k.Questions = slices.DeleteFunc(k.Questions, func(q Question) bool { return q.Key == "zahl" })
				return nil
			})
		}},
		{"new group", func(ctx context.Context, s *Service, who accounts.Actor, _ *Catalogue) error {
			return s.AddGroup(ctx, who, Group{Key: "neu", Name: i18n.Text{"de": "Neues", "en": "New"}})
		}},
		{"group", func(ctx context.Context, s *Service, who accounts.Actor, seen *Catalogue) error {
			i := slices.IndexFunc(seen.Groups, func(g Group) bool { return g.Key == "weg" })
			return s.ChangeGroup(ctx, who, "weg", seen.Groups[i].Fingerprint(), func(g *Group) error { g.Name = i18n.Text{"de": "Wege", "en": "Paths"}; return nil })
		}},
		{"department", func(ctx context.Context, s *Service, who accounts.Actor, _ *Catalogue) error {
			return s.SaveDepartment(ctx, who, nil, accounts.Department{Key: "neu", Name: i18n.Text{"de": "Neues Amt", "en": "New office"}, Door: accounts.DoorDesk, Active: true}, Hours{})
		}},
		{"new holiday", func(ctx context.Context, s *Service, who accounts.Actor, _ *Catalogue) error {
			return s.AddHoliday(ctx, who, day(9), i18n.Text{"de": "Stadtfest"})
		}},
		{"holiday taken away", func(ctx context.Context, s *Service, who accounts.Actor, _ *Catalogue) error {
			return s.RemoveHoliday(ctx, who, day(26)) // Good Friday
		}},
		{"holidays of a year", func(ctx context.Context, s *Service, who accounts.Actor, _ *Catalogue) error {
			return s.FillHolidays(ctx, who, 2027)
		}},
	}
}

func editsLogged(t *testing.T, d db.DB) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT count(*)::int FROM audit_log WHERE action ~ '^(category|group|department|holiday|catalogue)[._]'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWritesInParallel: what 64 editors who saw the same do at the same moment has
// happened once.
func TestWritesInParallel(t *testing.T) {
	t.Parallel()
	for _, d := range catalogueWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s, pool, admin := edited(t)
			seen, before := stored(t, s), editsLogged(t, pool)
			start, errs := make(chan struct{}), make([]error, 64)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					<-start
					errs[i] = d.do(context.WithoutCancel(t.Context()), s, admin, seen)
				})
			}
			close(start)
			wg.Wait()
			ok := 0
			for _, err := range errs {
				if err == nil {
					ok++
				} else if fault.As(err).Kind == fault.Internal {
					t.Errorf("one of 64: %v", err)
				}
			}
			if n := editsLogged(t, pool) - before; ok == 0 || n != 1 {
				t.Errorf("%d of 64 were told that it is done, %d lines in the log", ok, n)
			}
		})
	}
}

const sqlSomebodyWaits = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`

// TestRoleEndsBeforeTheWrite: an edit that was let in while the role is being
// taken away waits for that, and is refused. Nothing of it stays.
func TestRoleEndsBeforeTheWrite(t *testing.T) {
	t.Parallel()
	for _, d := range catalogueWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s, pool, admin := edited(t)
			seen, before := stored(t, s), editsLogged(t, pool)
			tx, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
			if err := accounts.RevokeRole(t.Context(), tx, accounts.System, admin.Person, subject.Admin); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- d.do(context.WithoutCancel(t.Context()), s, admin, seen) }()
			for waits := false; !waits; {
				select {
				case err := <-done:
					t.Fatalf("it did not wait for the end of the role: %v", err)
				default:
				}
				if err := pool.QueryRow(t.Context(), sqlSomebodyWaits).Scan(&waits); err != nil {
					t.Fatal(err)
				}
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err == nil || fault.As(err).Kind == fault.Internal {
				t.Errorf("after the role ended: %v", err)
			}
			if n := editsLogged(t, pool) - before; n != 0 {
				t.Errorf("%d lines by somebody without the role", n)
			}
		})
	}
}
