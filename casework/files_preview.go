package casework

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/preview"
)

// Drawer draws the first pages of a PDF (preview.Renderer).
type Drawer interface {
	Render(ctx context.Context, pdf []byte) (preview.Document, error)
}

// previewArgs is the job that draws one file before somebody asks for it.
type previewArgs struct {
	File uuid.UUID `json:"file"`
}

// Kind implements jobs.Args.
func (previewArgs) Kind() string { return "message_file_preview" }

// previewSoon has a PDF drawn once the scanner has passed it.
func (f *Files) previewSoon(ctx context.Context, tx pgx.Tx, id uuid.UUID, mediaType string, state FileState) error {
	if f.Drawer == nil || mediaType != PDF || state != Clean {
		return nil
	}
	return f.Jobs.Insert(ctx, tx, previewArgs{File: id}, jobs.Opts{Long: true})
}

func (f *Files) previewJob(ctx context.Context, args previewArgs) error {
	return PreviewLater(f.PreviewFile(ctx, args.File))
}

// PreviewLater is what a job that draws makes of its outcome: another time when
// the machine was busy, or too busy for this file.
func PreviewLater(d preview.Document, err error) error {
	switch {
	case fault.Is(err, fault.NotFound): // erased
		return nil
	case fault.Is(err, fault.Unavailable):
		return jobs.Later(15 * time.Second)
	case err == nil && d.Again():
		return jobs.Later(10 * time.Minute)
	}
	return err
}

// PreviewFile draws one file, so that it is there when somebody wants to see it,
// and once more when that took too long before. A second time, and for a file
// that is gone, it does nothing.
func (f *Files) PreviewFile(ctx context.Context, id uuid.UUID) (preview.Document, error) {
	file, err := f.find(ctx, id)
	if err != nil || file.State != Clean || file.Type != PDF || f.Drawer == nil {
		return preview.Document{}, err
	}
	shelf, of := f.previewOf(file)
	return shelf.Draw(ctx, of)
}

func ignoreMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// find is a file of any shelf.
func (f *Files) find(ctx context.Context, id uuid.UUID) (File, error) {
	for _, s := range shelves() {
		if file, err := oneFile(ctx, f.DB, s.byID, id); !fault.Is(err, fault.NotFound) {
			return file, err
		}
	}
	return File{}, fault.Missing("file")
}

// Preview is the first pages of a PDF as pictures, for whoever may Read it:
// the caller has asked. NotFound for what Read doesn't give and for pictures,
// Unavailable while others are drawn.
func (f *Files) Preview(ctx context.Context, file File) (preview.Document, error) {
	if f.Drawer == nil || file.Type != PDF || file.State != Clean || file.blob == "" {
		return preview.Document{}, fault.Missing("file")
	}
	shelf, of := f.previewOf(file)
	return shelf.Of(ctx, of)
}

func (f *Files) previewOf(file File) (preview.Shelf, preview.File) {
	return preview.Shelf{Store: f.Store, Drawer: f.Drawer}, preview.File{
		Key:  file.blob,
		Read: func(ctx context.Context) ([]byte, error) { return f.Read(ctx, file) },
		Here: func(ctx context.Context) (bool, error) {
			now, err := f.find(ctx, file.ID)
			return err == nil && now.blob == file.blob, ignoreMissing(err)
		},
	}
}
