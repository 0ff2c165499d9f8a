package ideas

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxFiles is how many files an idea has at most.
const MaxFiles = casework.MaxFiles

// UseFiles lets authors add PDF files; to be called before the service is used.
func (s *Service) UseFiles(f *casework.Files) { s.files = f }

// TakesFiles tells whether authors can add files.
func (s *Service) TakesFiles() bool { return s.files != nil }

// filesOf are the files of an idea that somebody may know of: all of them where
// they see what is held, else what is released.
func (s *Service) filesOf(ctx context.Context, v *View, sees bool) error {
	list, err := casework.FilesBeside(ctx, s.db, v.Ref())
	if err != nil {
		return err
	}
	v.Files = slices.DeleteFunc(list, func(f casework.Beside) bool { return !shown(&f, sees) })
	return nil
}

func shown(f *casework.Beside, sees bool) bool {
	return sees || f.Released && f.State == casework.Clean
}

// seesHeld tells whether somebody sees what of an idea is not public yet.
func seesHeld(actor accounts.Actor, i *Idea) bool {
	return i.IsAuthor || worksOn(actor, i) || actor.Has(subject.Moderator)
}

// File is a file of an idea with its bytes. NotFound for what the actor may not
// know of and for what the scanner has not passed.
func (s *Service) File(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (casework.File, []byte, error) {
	f, err := s.FileHead(ctx, actor, n, id)
	if err != nil {
		return casework.File{}, nil, err
	}
	data, err := s.files.Read(ctx, f)
	return f, data, err
}

// FileHead is File without its bytes.
func (s *Service) FileHead(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (casework.File, error) {
	none := fault.Missing("file")
	i, err := byNumber(ctx, s.db, n, actor.Person, false)
	if err != nil {
		return casework.File{}, err
	}
	if s.files == nil || !mayKnow(actor, i) {
		return casework.File{}, none
	}
	f, err := casework.FileBeside(ctx, s.db, i.Ref(), id)
	if err != nil {
		return casework.File{}, err
	}
	if !shown(&f, seesHeld(actor, i)) {
		return casework.File{}, none
	}
	return f.File, nil
}

// PreviewFile is the first pages of a file that FileHead gave.
func (s *Service) PreviewFile(ctx context.Context, f casework.File) (preview.Document, error) {
	return s.files.Preview(ctx, f)
}

// AddFile adds an author's PDF; it becomes public when somebody of the city has
// looked at it. The same file again changes nothing; Invalid on "file" when
// there are MaxFiles.
func (s *Service) AddFile(ctx context.Context, actor accounts.Actor, n subject.Number, file casework.NewFile) error {
	return s.changeFiles(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea) error {
		list, err := casework.FilesBeside(ctx, tx, i.Ref())
		if err != nil {
			return err
		}
		same := slices.ContainsFunc(list, func(f casework.Beside) bool { return file.SameAs(&f) })
		if len(list) >= MaxFiles && !same {
			var wrong fault.Fields
			wrong.Add("file", "idea.err.files", "max", MaxFiles)
			return wrong.Err()
		}
		return s.files.AddBeside(ctx, tx, i.Ref(), actor.Person, file)
	})
}

// RemoveFile takes an author's file away for good.
func (s *Service) RemoveFile(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) error {
	return s.changeFiles(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea) error {
		return s.files.RemoveBeside(ctx, tx, i.Ref(), id)
	})
}

// ReleaseFile makes a file of an author public, or takes it back. Conflict for
// one that the scanner has not passed.
func (s *Service) ReleaseFile(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID, on bool) error {
	return s.changeFiles(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea) error {
		return casework.ReleaseBeside(ctx, tx, i.Ref(), id, on)
	})
}

func (s *Service) changeFiles(ctx context.Context, actor accounts.Actor, n subject.Number, action Action,
	fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea) error,
) error {
	return s.change(ctx, actor, n, action, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		if s.files == nil {
			return fault.Missing("file")
		}
		if err := fn(ctx, tx, actor, i); err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
	})
}

// forgetFiles deletes the files of an idea; nil: there can be none.
func (s *Service) forgetFiles(ctx context.Context, tx pgx.Tx, idea uuid.UUID) error {
	if s.files == nil {
		return nil
	}
	return s.files.ForgetBeside(ctx, tx, ref(idea))
}
