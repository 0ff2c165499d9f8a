package complaints

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/preview"
)

// scanArgs is the job of one file.
type scanArgs struct {
	File uuid.UUID `json:"file"`
}

// Kind implements jobs.Args.
func (scanArgs) Kind() string { return "complaint_file_scan" }

func (s *Service) scanJob(ctx context.Context, args scanArgs) error {
	err := s.Scan(ctx, args.File)
	if fault.Is(err, fault.Unavailable) {
		s.cfg.Log.WarnContext(ctx, "files: the scanner does not answer", "file", args.File, "err", err)
		return jobs.Later(time.Minute)
	}
	return err
}

// Scan asks the scanner about one file; one that was decided on is left alone.
func (s *Service) Scan(ctx context.Context, id uuid.UUID) error {
	f, err := oneFile(ctx, s.db, sqlFileByID, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || f.State != casework.Quarantined || f.blob == "" || s.cfg.Scanner == nil {
		return err
	}
	data, err := s.cfg.Store.Get(ctx, f.blob)
	if err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	clean, err := s.cfg.Scanner.Clean(ctx, data)
	if err != nil {
		return fault.New(fault.Unavailable, "err.503").Because(err)
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		now, err := oneFile(ctx, tx, sqlFileLock, id)
		if fault.Is(err, fault.NotFound) || err == nil && now.State != casework.Quarantined {
			return nil
		}
		if err != nil {
			return err
		}
		state, blob := casework.Clean, now.blob
		if !clean {
			state, blob = casework.Infected, ""
			s.dropBytes(ctx, []string{now.blob})
		}
		if _, err := tx.Exec(ctx, sqlFileState, id, string(state), blob); err != nil {
			return fmt.Errorf("note the scanner's answer: %w", err)
		}
		if now.Complaint == uuid.Nil && now.Message == uuid.Nil { // a draft's
			return nil
		}
		return s.previewSoon(ctx, tx, id, f.Type, state)
	})
}

// RescanOld asks again about what was left in quarantine.
func (s *Service) RescanOld(ctx context.Context) error {
	if s.cfg.Scanner == nil {
		return nil
	}
	rows, err := s.db.Query(ctx, sqlWaiting)
	if err != nil {
		return fmt.Errorf("files in quarantine: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("files in quarantine: %w", err)
	}
	for _, id := range ids {
		if err := s.Scan(ctx, id); fault.Is(err, fault.Unavailable) {
			return nil // its own job waits for the scanner
		} else if err != nil {
			return err
		}
	}
	return nil
}

// SweepFiles deletes bytes that no row names.
func (s *Service) SweepFiles(ctx context.Context) error {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return err
	}
	_, err = files.Sweep(ctx, s.cfg.Store, filePrefix, now.Add(-2*time.Hour), preview.Known(func(ctx context.Context, keys []string) (map[string]bool, error) {
		rows, err := s.db.Query(ctx, sqlKnownFiles, keys)
		if err != nil {
			return nil, fmt.Errorf("known files: %w", err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("known files: %w", err)
		}
		known := make(map[string]bool, len(list))
		for _, key := range list {
			known[key] = true
		}
		return known, nil
	}))
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	return nil
}
