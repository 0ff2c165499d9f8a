package owndata

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// eraseArgs is the erasure of one person.
type eraseArgs struct {
	Person uuid.UUID `json:"person"`
}

// Kind names the job.
func (eraseArgs) Kind() string { return "owndata_erase_person" }

// Ask notes that the actor wants everything deleted, ends their sessions, and
// leaves the rest to a job that begins at once. It needs a fresh sign-in; whoever
// holds a role may not (see accounts.AskErasure).
func (s *Service) Ask(ctx context.Context, actor accounts.Actor) error {
	return db.Transact(ctx, s.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.cfg.Jobs.Insert(ctx, tx, eraseArgs{Person: actor.Person}, jobs.Opts{Unique: true}); err != nil {
			return err
		}
		return accounts.AskErasure(ctx, tx, actor)
	})
}

func (s *Service) work(ctx context.Context, args eraseArgs) error { return s.erase(ctx, args.Person) }

// EraseDue does what is noted and not done: jobs that were lost, and what a
// restore has brought back.
func (s *Service) EraseDue(ctx context.Context) error {
	people, err := accounts.OpenErasures(ctx, s.cfg.DB)
	if err != nil {
		return err
	}
	var wrong []error // one that fails must not hold up the others
	for _, id := range people {
		if err := s.erase(ctx, id); err != nil {
			wrong = append(wrong, fmt.Errorf("erase: %w", err))
		}
	}
	return errors.Join(wrong...)
}

// erase deletes everything that is known of a person whose wish is noted: in
// short transactions, each of which can be done again.
func (s *Service) erase(ctx context.Context, person uuid.UUID) error {
	noted, err := s.noted(ctx, person)
	if err != nil || noted == nil {
		return err
	}
	// what was made for others with them stays theirs; what nobody else has is the person's
	if err := s.tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return accounts.LeaveAllOrganisations(ctx, tx, person, reports.LeftOrganisation)
	}); err != nil {
		return fmt.Errorf("organisations: %w", err)
	}
	own, err := ownReports(ctx, s.cfg.DB, person)
	if err != nil {
		return err
	}
	for _, id := range union(own, noted.reports) {
		err := s.tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			return s.eraseReport(ctx, tx, person, id, slices.Contains(noted.reports, id))
		})
		if err != nil {
			return err
		}
	}
	for _, step := range s.steps() {
		if err := s.tx(ctx, func(ctx context.Context, tx pgx.Tx) error { return step.Do(ctx, tx, person) }); err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
	}
	if err := s.tx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.eraseAccount(ctx, tx, person) }); err != nil {
		return err
	}
	list, err := accounts.Erasures(ctx, s.cfg.DB, person)
	if err != nil {
		return err
	}
	if err := appendList(s.cfg.List, list); err != nil {
		return err
	}
	return s.tx(ctx, func(ctx context.Context, tx pgx.Tx) error { return accounts.ErasureDone(ctx, tx, person) })
}

func (s *Service) tx(ctx context.Context, fn func(context.Context, pgx.Tx) error) error {
	return db.Transact(ctx, s.cfg.DB, fn)
}

// wish is what is noted for one person.
type wish struct{ reports []uuid.UUID }

// noted returns nil where nobody asked: a job alone deletes nothing.
func (s *Service) noted(ctx context.Context, person uuid.UUID) (*wish, error) {
	list, err := accounts.Erasures(ctx, s.cfg.DB, person)
	if err != nil {
		return nil, err
	}
	asked := slices.ContainsFunc(list, func(e accounts.Erased) bool { return e.Kind == "person" && e.ID == person })
	if !asked {
		return nil, nil //nolint:nilnil // nothing to do is a fact
	}
	w := &wish{}
	w.reports, err = accounts.ErasedReports(ctx, s.cfg.DB, person)
	return w, err
}

func (s *Service) eraseReport(ctx context.Context, tx pgx.Tx, person, report uuid.UUID, again bool) error {
	f, err := s.cfg.Reports.ForgetAuthor(ctx, tx, person, report, again)
	if err != nil || !f.Author {
		return err
	}
	ref := subject.Ref{Kind: subject.Report, ID: report}
	if err := s.cfg.Mails.ForgetAbout(ctx, tx, ref); err != nil {
		return err
	}
	if f.Contact != uuid.Nil { // noted at once: the report no longer leads to it
		if err := accounts.NoteContacts(ctx, tx, person, []uuid.UUID{f.Contact}); err != nil {
			return err
		}
	}
	return accounts.NoteErased(ctx, tx, person, ref)
}

// steps are what lies beside the reports, then what further domains have.
func (s *Service) steps() []Step {
	return append([]Step{
		{"drafts", s.cfg.Drafts.DeleteFor},
		{"photos", s.erasePhotos},
		{"votes", votes.ForgetPerson},
		{"follows", func(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
			return follows.Drop(ctx, tx, follows.Person, person)
		}},
	}, s.cfg.Steps...)
}

// erasePhotos takes away what the person uploaded to things that are not
// theirs, and unties the rest.
func (s *Service) erasePhotos(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	list, err := attachments.ForPerson(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, a := range list {
		if err := s.cfg.Photos.Remove(ctx, tx, accounts.System, a.ID); err != nil {
			return err
		}
	}
	return attachments.ForgetPerson(ctx, tx, person)
}

// eraseAccount forgets addresses with everything that goes to them, then the
// person. An address that is another account's by now stays that account's.
func (s *Service) eraseAccount(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	contacts, err := accounts.ContactsToErase(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := accounts.NoteContacts(ctx, tx, person, contacts); err != nil {
		return err
	}
	for _, id := range contacts {
		if err := s.cfg.Mails.ForgetContact(ctx, tx, id); err != nil {
			return err
		}
		if err := follows.Drop(ctx, tx, follows.Contact, id); err != nil {
			return err
		}
	}
	if err := reports.ForgetContacts(ctx, tx, contacts); err != nil {
		return err
	}
	if err := casework.ForgetContacts(ctx, tx, contacts); err != nil {
		return err
	}
	return accounts.ErasePerson(ctx, tx, person, contacts)
}

// union keeps the order of the first list.
func union(a, b []uuid.UUID) []uuid.UUID {
	out := slices.Clone(a)
	for _, id := range b {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
