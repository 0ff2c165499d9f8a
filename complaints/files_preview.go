package complaints

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/preview"
)

// previewArgs is the job that draws one file before somebody asks for it.
type previewArgs struct {
	File uuid.UUID `json:"file"`
}

// Kind implements jobs.Args.
func (previewArgs) Kind() string { return "complaint_file_preview" }

func (s *Service) previewSoon(ctx context.Context, tx pgx.Tx, id uuid.UUID, mediaType string, state casework.FileState) error {
	if s.cfg.Drawer == nil || mediaType != casework.PDF || state != casework.Clean {
		return nil
	}
	return s.cfg.Jobs.Insert(ctx, tx, previewArgs{File: id})
}

func (s *Service) previewJob(ctx context.Context, args previewArgs) error {
	f, err := oneFile(ctx, s.db, sqlFileByID, args.File)
	if err == nil && f.State == casework.Clean && f.Type == casework.PDF {
		_, err = s.Preview(ctx, f)
	}
	switch {
	case fault.Is(err, fault.NotFound): // erased
		return nil
	case fault.Is(err, fault.Unavailable):
		return jobs.Later(15 * time.Second)
	}
	return err
}

// Preview is the first pages of a PDF as pictures, for whoever File gave it to.
// NotFound for pictures, Unavailable while others are drawn.
func (s *Service) Preview(ctx context.Context, f File) (preview.Document, error) {
	if s.cfg.Drawer == nil || f.Type != casework.PDF || f.State != casework.Clean || f.blob == "" {
		return preview.Document{}, fault.Missing("file")
	}
	shelf := preview.Shelf{Store: s.cfg.Store, Drawer: s.cfg.Drawer}
	return shelf.Of(ctx, preview.File{
		Key:  f.blob,
		Read: func(ctx context.Context) ([]byte, error) { return s.bytesOf(ctx, f) },
		Here: func(ctx context.Context) (bool, error) {
			now, err := oneFile(ctx, s.db, sqlFileByID, f.ID)
			if fault.Is(err, fault.NotFound) {
				return false, nil
			}
			return err == nil && now.blob == f.blob, err
		},
	})
}
