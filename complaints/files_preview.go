package complaints

import (
	"context"

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
	return s.cfg.Jobs.Insert(ctx, tx, previewArgs{File: id}, jobs.Opts{Long: true})
}

// previewSent has the PDFs drawn that came with a complaint. Those of drafts are
// not: nobody sees them, and many are never sent.
func (s *Service) previewSent(ctx context.Context, tx pgx.Tx, complaint uuid.UUID) error {
	if s.cfg.Drawer == nil {
		return nil
	}
	list, err := listFiles(ctx, tx, sqlFilesOf, complaint)
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := s.previewSoon(ctx, tx, f.ID, f.Type, f.State); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) previewJob(ctx context.Context, args previewArgs) error {
	var d preview.Document
	f, err := oneFile(ctx, s.db, sqlFileByID, args.File)
	if err == nil && s.cfg.Drawer != nil && f.State == casework.Clean && f.Type == casework.PDF {
		shelf, of := s.previewOf(f)
		d, err = shelf.Draw(ctx, of)
	}
	return casework.PreviewLater(d, err)
}

// Preview is the first pages of a PDF as pictures, for whoever File gave it to.
// NotFound for pictures, Unavailable while others are drawn.
func (s *Service) Preview(ctx context.Context, f File) (preview.Document, error) {
	if s.cfg.Drawer == nil || f.Type != casework.PDF || f.State != casework.Clean || f.blob == "" {
		return preview.Document{}, fault.Missing("file")
	}
	shelf, of := s.previewOf(f)
	return shelf.Of(ctx, of)
}

func (s *Service) previewOf(f File) (preview.Shelf, preview.File) {
	return preview.Shelf{Store: s.cfg.Store, Drawer: s.cfg.Drawer}, preview.File{
		Key:  f.blob,
		Read: func(ctx context.Context) ([]byte, error) { return s.bytesOf(ctx, f) },
		Here: func(ctx context.Context) (bool, error) {
			now, err := oneFile(ctx, s.db, sqlFileByID, f.ID)
			if fault.Is(err, fault.NotFound) {
				return false, nil
			}
			return err == nil && now.blob == f.blob, err
		},
	}
}
