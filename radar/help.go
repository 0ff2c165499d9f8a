package radar

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// HelpKinds are what a measure can ask residents for.
func HelpKinds() []string { return []string{"testers", "data", "places", "partners"} }

// Help is what a measure asks for.
type Help struct {
	ID      uuid.UUID
	Kind    string
	Wanted  i18n.Text
	Until   Day
	Outcome i18n.Text // what came of it; empty as long as it is not known
	N       int       // people who take part
	Mine    bool      // the actor is one of them
	// What waits for a second person, for the desk only.
	Waits   bool      // the request itself
	AskedBy uuid.UUID // zero: nobody any more
	Came    i18n.Text // what is to be said of what came of it; empty: nothing waits
	CameBy  uuid.UUID

	Messages []HelpMessage `db:"-"` // to those who take part: for them and for the desk
}

const (
	sqlHelp = `
SELECT h.id, h.kind, h.wanted, h.until_on::text, h.outcome,
       (SELECT count(*) FROM help_offers o WHERE o.request_id = h.id)::int,
       EXISTS (SELECT FROM help_offers o WHERE o.request_id = h.id AND o.person_id = $2),
       h.approved_at IS NULL, coalesce(h.asked_by, '00000000-0000-0000-0000-000000000000'), h.outcome_draft, coalesce(h.outcome_by, '00000000-0000-0000-0000-000000000000')
FROM help_requests h
WHERE h.measure_id = $1 AND ($3 OR h.approved_at IS NOT NULL)
ORDER BY h.until_on DESC, h.id`
	sqlNewHelp = `
INSERT INTO help_requests (id, measure_id, kind, wanted, until_on, asked_by, approved_at)
VALUES ($1, $2, $3, $4, $5::date, $6, CASE WHEN $7 THEN mitwirk_now() END) ON CONFLICT (id) DO NOTHING`
	sqlOutcome = `UPDATE help_requests SET outcome_draft = $2, outcome_by = $3 WHERE id = $1 AND approved_at IS NOT NULL`
	sqlHelpOf  = `
SELECT h.until_on::text, m.visibility, h.outcome <> '{}'
FROM help_requests h
JOIN measures m ON m.id = h.measure_id
WHERE h.id = $1 AND m.number = $2 AND h.approved_at IS NOT NULL`
	sqlHoldHelp  = `SELECT FROM help_requests WHERE id = $1 FOR UPDATE`
	sqlOffer     = `INSERT INTO help_offers (request_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlTakeOffer = `DELETE FROM help_offers WHERE request_id = $1 AND person_id = $2`
	sqlForget    = `DELETE FROM help_offers WHERE person_id = $1`
	sqlForgetBy  = `UPDATE measure_edits SET proposed_by = CASE WHEN proposed_by = $1 THEN NULL ELSE proposed_by END,
  reviewed_by = CASE WHEN reviewed_by = $1 THEN NULL ELSE reviewed_by END WHERE proposed_by = $1 OR reviewed_by = $1`
)

// HelpOf is what a measure asks for and has asked for, the latest first: what is
// public of it.
func (s *Service) HelpOf(ctx context.Context, actor accounts.Actor, measure uuid.UUID) ([]Help, error) {
	list, err := s.helpOf(ctx, actor, measure, false)
	for i := range list {
		list[i].AskedBy, list[i].Came, list[i].CameBy = uuid.Nil, nil, uuid.Nil
	}
	return list, err
}

// HelpDesk is HelpOf with what waits for a second person.
func (s *Service) HelpDesk(ctx context.Context, actor accounts.Actor, measure uuid.UUID) ([]Help, error) {
	if err := May(actor, ActDesk, uuid.Nil); err != nil {
		return nil, err
	}
	return s.helpOf(ctx, actor, measure, true)
}

func (s *Service) helpOf(ctx context.Context, actor accounts.Actor, measure uuid.UUID, all bool) ([]Help, error) {
	rows, err := s.db.Query(ctx, sqlHelp, measure, actor.Person, all)
	if err != nil {
		return nil, fmt.Errorf("help requests: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Help])
	if err != nil {
		return nil, fmt.Errorf("help requests: %w", err)
	}
	return list, s.withMessages(ctx, actor, measure, all, list)
}

// AskHelp lets a measure ask for something until a day, once another editor has
// approved it (ApproveHelp). Its id is the form's:
// sent again, it is the same request.
func (s *Service) AskHelp(ctx context.Context, actor accounts.Actor, measure uuid.UUID, h Help) error {
	var wrong fault.Fields
	if !slices.Contains(HelpKinds(), h.Kind) {
		wrong.Add("kind", "field.choice")
	}
	checkHelpText(&wrong, "wanted", h.Wanted)
	if !h.Until.ok() {
		wrong.Add("until", "radar.err.day")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActEdit, ofMeasure(measure))
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if h.Until < s.day(now) && !actor.System { // it would be over at once
			return fault.OnField("until", "radar.err.until_past")
		}
		if h.ID == uuid.Nil {
			h.ID = subject.NewID()
		}
		_, err = tx.Exec(ctx, sqlNewHelp, h.ID, measure, h.Kind, h.Wanted, string(h.Until), db.OrNull(actor.Person), actor.System)
		return err
	})
}

// SetOutcome says what came of a request.
func (s *Service) SetOutcome(ctx context.Context, actor accounts.Actor, request uuid.UUID, text i18n.Text) error {
	var wrong fault.Fields
	checkHelpText(&wrong, "outcome", text)
	if err := wrong.Err(); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActEdit, ofHelp(request))
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlOutcome, request, text, db.OrNull(actor.Person))
		if err == nil && tag.RowsAffected() == 0 {
			return fault.Missing("help request")
		}
		return err
	})
}

// OfferHelp makes the actor take part, or no longer. It asks for a confirmed
// address: the city has to be able to write to them.
func (s *Service) OfferHelp(ctx context.Context, actor accounts.Actor, n subject.Number, request uuid.UUID, on bool) error {
	if actor.Level < accounts.L1 || actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.401")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var until Day
		var visibility string
		var over bool
		// held before it is read: a measure that has gone while this one waited is gone
		if _, err := tx.Exec(ctx, sqlHoldHelp, request); err != nil {
			return fmt.Errorf("help request: %w", err)
		}
		err := tx.QueryRow(ctx, sqlHelpOf, request, int64(n)).Scan(&until, &visibility, &over)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && visibility != visPublic {
			return fault.Missing("help request")
		}
		if err != nil {
			return fmt.Errorf("help request: %w", err)
		}
		if !on {
			_, err := tx.Exec(ctx, sqlTakeOffer, request, actor.Person)
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if over || until < s.day(now) {
			return fault.New(fault.Gone, "radar.help.over")
		}
		_, err = tx.Exec(ctx, sqlOffer, request, actor.Person)
		return err
	})
}

// ForgetPerson takes a person out of what they offered; what they wrote for the
// city stays and is nobody's.
func ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	for _, sql := range []string{sqlForget, sqlForgetBy, sqlForgetInquiries, sqlForgetAnswers, sqlForgetReleases, sqlForgetHelp, sqlForgetHelpWriter, sqlForgetEditor} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("forget person: %w", err)
		}
	}
	return nil
}
