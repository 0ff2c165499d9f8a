package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// Forgotten is what ForgetAuthor did with a report.
type Forgotten struct {
	Author  bool      // it was the person's; else they had only opened it
	Contact uuid.UUID // the address that went with it; zero: none
}

// ForgetAuthor takes everything out of a report that its author wrote, added or
// can be known by: for the erasure of a person. A public report stays as a fact
// of the city (kind, place, status, what the city said in public); any other
// one goes whole. Whoever had only opened it by its code loses that. again is for
// a restore: the report is known to have been theirs. Twice is once.
func (s *Service) ForgetAuthor(ctx context.Context, tx pgx.Tx, person, report uuid.UUID, again bool) (Forgotten, error) {
	r, err := lockByID(ctx, tx, report, person)
	if fault.Is(err, fault.NotFound) {
		return Forgotten{}, nil
	}
	if err != nil {
		return Forgotten{}, err
	}
	author := again || r.Person == person
	if r.Person == uuid.Nil && r.IsOwner { // taken down by the city, opened by code: whose it is if it is nobody else's
		others, err := db.Exists(ctx, tx, sqlOtherOwners, r.ID, person)
		if err != nil {
			return Forgotten{}, err
		}
		author = author || !others
	}
	if _, err := tx.Exec(ctx, sqlDropOwner, r.ID, person); err != nil {
		return Forgotten{}, fmt.Errorf("forget author: %w", err)
	}
	if !author || r.Visibility == VisErased {
		return Forgotten{Author: author}, nil
	}
	out := Forgotten{Author: true, Contact: r.Contact}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return out, err
	}
	if r.Visibility == VisPublic {
		return out, s.forgetPublic(ctx, tx, r, now)
	}
	return out, s.forgetWhole(ctx, tx, r)
}

// forgetPublic leaves a fact of the city.
func (s *Service) forgetPublic(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
	if err := s.dropPhotos(ctx, tx, r); err != nil {
		return err
	}
	if err := s.dropReach(ctx, tx, r); err != nil {
		return err
	}
	r.Text, r.TextPublic, r.TextState, r.PlaceNote, r.Lang = "", "", TextWithheld, "", "de"
	r.Person, r.Contact, r.Params.Question = uuid.Nil, uuid.Nil, ""
	for _, sql := range []string{sqlEraseAnswers, sqlEraseOwners, sqlEraseOrganisation, sqlEraseObjection, sqlEraseHidden} {
		if _, err := tx.Exec(ctx, sql, r.ID); err != nil {
			return fmt.Errorf("forget author: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, sqlForgetAuthor, r.ID, words(r)); err != nil {
		return fmt.Errorf("forget author: %w", err)
	}
	if err := saveParams(ctx, tx, r); err != nil {
		return err
	}
	if err := timeline.EraseTalk(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if r.Status == Waiting { // nobody is there to answer: the team decides with what it knows
		if err := s.setStatus(ctx, tx, accounts.System, r, now, Change{To: InReview}); err != nil {
			return err
		}
	}
	if err := casework.Put(ctx, tx, facts(r)); err != nil {
		return err
	}
	if err := s.appendStep(ctx, tx, r, "step.person_erased", nil, "", subject.Department, uuid.Nil); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, Released{Report: r.ID}) // pages that show the text read it anew
}

// forgetWhole takes a report that nobody but the team and its author knew of
// back and away; of its place only the part of the city is left.
func (s *Service) forgetWhole(ctx context.Context, tx pgx.Tx, r *Report) error {
	if err := s.dropReach(ctx, tx, r); err != nil {
		return err
	}
	r.Contact = uuid.Nil
	if r.Status.IsOpen() {
		r.Status, r.Params = Withdrawn, StatusParams{}
		if err := saveStatus(ctx, tx, r); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, sqlBlurPlace, r.ID); err != nil {
		return fmt.Errorf("forget author: %w", err)
	}
	blurred, err := byID(ctx, tx, r.ID, uuid.Nil)
	if err != nil {
		return err
	}
	if err := s.eraseReport(ctx, tx, blurred); err != nil {
		return err
	}
	return s.appendStep(ctx, tx, r, "step.person_erased", nil, "", subject.Department, uuid.Nil)
}

// dropReach removes the ways to and into a report: contact, code, dialogue.
func (s *Service) dropReach(ctx context.Context, tx pgx.Tx, r *Report) error {
	if _, err := tx.Exec(ctx, sqlForgetContact, r.ID); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	if r.Contact != uuid.Nil {
		if err := follows.Unfollow(ctx, tx, follows.Contact, r.Contact, r.Ref()); err != nil {
			return err
		}
	}
	if err := casework.Forget(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if err := s.endTalk(ctx, tx, r.Ref()); err != nil {
		return err
	}
	return accounts.DeleteReceipt(ctx, tx, r.Ref())
}

// ForgetContacts unties reports from addresses that are about to go.
func ForgetContacts(ctx context.Context, tx pgx.Tx, contacts []uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlForgetContacts, contacts); err != nil {
		return fmt.Errorf("forget contacts of reports: %w", err)
	}
	return nil
}

const (
	sqlOtherOwners  = `SELECT EXISTS (SELECT FROM report_parties WHERE report_id = $1 AND person_id <> $2)`
	sqlDropOwner    = `DELETE FROM report_owners WHERE report_id = $1 AND person_id = $2`
	sqlForgetAuthor = `
UPDATE reports
SET text = '', text_public = '', text_state = 'withheld', place_note = '', lang = 'de', words = $2,
    person_id = NULL, changed_at = mitwirk_now(), version = version + 1
WHERE id = $1`
	// a hundredth of a degree is about a kilometre.
	sqlBlurPlace      = `UPDATE reports SET point = ST_SnapToGrid(point, 0.01), object_id = NULL WHERE id = $1`
	sqlForgetContacts = `UPDATE reports SET contact_id = NULL WHERE contact_id = ANY ($1)`
)
