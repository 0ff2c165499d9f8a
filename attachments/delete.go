package attachments

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// Remove takes a photo away for everybody: its bytes go after the commit, its
// row stays and says so. The caller has asked the policy. Again is no error.
func (s *Service) Remove(ctx context.Context, tx pgx.Tx, _ accounts.Actor, id uuid.UUID) error {
	if _, err := load(ctx, tx, sqlLockByID, id); err != nil {
		return err
	}
	if err := s.dropForms(ctx, tx, []uuid.UUID{id}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlSetGone, []uuid.UUID{id}); err != nil {
		return fmt.Errorf("remove photo: %w", err)
	}
	return nil
}

// DeleteFor deletes all photos of things of one kind, rows and bytes; the bytes
// go after the commit. It returns how many photos there were.
func (s *Service) DeleteFor(ctx context.Context, tx pgx.Tx, kind subject.Kind, refs ...uuid.UUID) (int, error) {
	all, err := ids(ctx, tx, sqlRefIDs, kind, refs)
	if err != nil {
		return 0, err
	}
	return len(all), s.erase(ctx, tx, all)
}

// GiveForDraft makes the photos of a draft a person's, together with the draft.
func (s *Service) GiveForDraft(ctx context.Context, tx pgx.Tx, draft, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlGiveForDraft, draft, person); err != nil {
		return fmt.Errorf("give photos of a draft: %w", err)
	}
	return nil
}

// DeleteForDraft deletes all photos of a draft. It is what package drafts calls
// when a draft goes.
func (s *Service) DeleteForDraft(ctx context.Context, tx pgx.Tx, draft uuid.UUID) error {
	all, err := ids(ctx, tx, sqlDraftIDs, draft)
	if err != nil {
		return err
	}
	return s.erase(ctx, tx, all)
}

// DeleteOlder deletes up to limit photos of a kind of thing that were uploaded
// before a time, and returns how many; call it again until it returns 0. Rules
// that count from the end of a case use DeleteFor instead.
func (s *Service) DeleteOlder(ctx context.Context, tx pgx.Tx, kind subject.Kind, before time.Time, limit int) (int, error) {
	all, err := ids(ctx, tx, sqlOldIDs, kind, before, limit)
	if err != nil {
		return 0, err
	}
	return len(all), s.erase(ctx, tx, all)
}

// erase deletes rows, and the bytes after the commit.
func (s *Service) erase(ctx context.Context, tx pgx.Tx, these []uuid.UUID) error {
	if len(these) == 0 {
		return nil
	}
	if err := s.dropForms(ctx, tx, these); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlDropRows, these); err != nil {
		return fmt.Errorf("delete photos: %w", err)
	}
	return nil
}

func (s *Service) dropForms(ctx context.Context, tx pgx.Tx, these []uuid.UUID) error {
	keys, err := blobs(ctx, tx, sqlDropForms, these)
	if err != nil {
		return err
	}
	sealed, err := blobs(ctx, tx, sqlDropSealedForms, these)
	if err != nil {
		return err
	}
	keys = append(keys, sealed...)
	db.AfterCommit(ctx, func() { s.drop(ctx, keys) })
	return nil
}

// drop deletes bytes that no row names any more. What fails here is found by
// SweepOrphans later.
func (s *Service) drop(ctx context.Context, keys []string) {
	if len(keys) == 0 {
		return
	}
	// Detached: the request may be over, the bytes have to go all the same.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	keep, err := known(ctx, s.db, keys)
	if err != nil {
		s.log.Error("photos: bytes are left for the sweep", "n", len(keys), "err", err)
		return
	}
	for _, key := range keys {
		if keep[key] { // the demo's photos share their bytes
			continue
		}
		if err := s.files.Delete(ctx, key); err != nil {
			s.log.Error("photos: bytes are left for the sweep", "key", key, "err", err)
		}
	}
}

// orphanAge is how old bytes without a row must be: far more than an upload
// takes from its bytes to its row.
const orphanAge = 2 * time.Hour

// SweepOrphans deletes bytes that no row names: a process died between the two.
func (s *Service) SweepOrphans(ctx context.Context) error {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return err
	}
	n, err := files.Sweep(ctx, s.files, blobPrefix, now.Add(-orphanAge), func(ctx context.Context, keys []string) (map[string]bool, error) {
		return known(ctx, s.db, keys)
	})
	if n > 0 {
		s.log.Info("photos: swept bytes without a row", "n", n)
	}
	if err != nil {
		return fmt.Errorf("sweep photos: %w", err)
	}
	return nil
}

// forgetBatch is how many forms one transaction forgets.
const forgetBatch = 500

// ForgetVersions deletes forms that a covering replaced more than 30 days ago:
// by then nobody takes it back, and what was covered should not be kept.
func (s *Service) ForgetVersions(ctx context.Context) error {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return err
	}
	for {
		var n int
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			keys, err := blobs(ctx, tx, sqlForgetForms, now.Add(-versionsKept), forgetBatch)
			if err != nil {
				return err
			}
			n = len(keys)
			db.AfterCommit(ctx, func() { s.drop(ctx, keys) })
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// RegisterJobs adds the periodic tasks. To be called before the client starts.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "attachments.orphans", 6*time.Hour, s.SweepOrphans)
	jobs.Periodic(c, "attachments.versions", 24*time.Hour, s.ForgetVersions)
}
