package reports

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxRoute is how many reports one route sheet takes.
const MaxRoute = 40

// Stop is one report on a route sheet. Token goes into the path behind its QR
// code and is known this once.
type Stop struct {
	View  *View
	Order casework.Order
	Token string
}

// Route gives reports to a firm or crew: each gets a page behind a QR code, good
// for a day, and the status "Firma beauftragt" with the date where it may. A
// sheet made again replaces the one before. A report that the actor does not work
// on or that is closed makes the whole Invalid on the field "number".
func (s *Service) Route(ctx context.Context, actor accounts.Actor, crew string, until time.Time, numbers []subject.Number) ([]Stop, error) {
	crew, err := casework.CrewName(crew)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 || len(numbers) > MaxRoute {
		return nil, fault.OnField("number", "talk.err.route")
	}
	var stops []Stop
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		until := endOfDay(until, s.zone)
		if until.Before(now) {
			return fault.OnField("until", "report.err.until_past")
		}
		if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
			return err
		}
		sheet, inner := subject.NewID(), s.Within(tx)
		locked := slices.Clone(numbers)
		slices.Sort(locked) // two sheets with the same reports wait for one another
		found := map[subject.Number]*Report{}
		for _, n := range slices.Compact(locked) {
			r, err := lockByNumber(ctx, tx, n, actor.Person)
			if err == nil {
				err = Allowed(actor, ActSetStatus, r, now)
			}
			if err == nil && !r.Status.IsOpen() {
				err = fault.New(fault.Conflict, whyState)
			}
			if _, ok := errors.AsType[*fault.Error](err); ok {
				return notOnRoute(n).Because(err)
			}
			if err != nil {
				return err
			}
			found[n] = r
		}
		stops = nil
		for _, n := range numbers {
			r := found[n]
			if r == nil {
				continue // named twice
			}
			delete(found, n)
			if r.Status.MayBecome(Commissioned) {
				c := Change{To: Commissioned, StatusParams: StatusParams{Until: &until}}
				if err := s.setStatus(ctx, tx, actor, r, now, c); fault.Is(err, fault.Invalid) {
					return notOnRoute(n).Because(err) // its target has passed: a new date needs a reason, on its own page
				} else if err != nil {
					return err
				}
			}
			o, token, err := casework.PlaceOrder(ctx, tx, r.Ref(), sheet, len(stops)+1, crew)
			if err != nil {
				return err
			}
			v, err := inner.strangersView(ctx, r.ID)
			if err != nil {
				return err
			}
			stops = append(stops, Stop{View: v, Order: o, Token: token})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stops, nil
}

func notOnRoute(n subject.Number) *fault.Error {
	var wrong fault.Fields
	wrong.Add("number", "talk.err.route_one", "number", n.Format(subject.PrefixReport))
	return fault.As(wrong.Err())
}

// CrewCase is the page behind a crew's QR code.
func (s *Service) CrewCase(ctx context.Context, token string) (*PartnerCase, error) {
	o, err := casework.OrderByToken(ctx, s.db, token, false)
	if err != nil {
		return nil, err
	}
	v, err := s.strangersView(ctx, o.Ref.ID)
	return &PartnerCase{View: v, Order: o}, err
}

// CrewDone says that the crew is done: seen by the crew, with a photo that the
// team releases. Of many taps one has an effect; the others are no error.
func (s *Service) CrewDone(ctx context.Context, token string, photo *Upload) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		o, err := casework.OrderByToken(ctx, tx, token, false)
		if err != nil {
			return err
		}
		r, err := lockByID(ctx, tx, o.Ref.ID, uuid.Nil) // the report first, as Route does
		if err != nil {
			return err
		}
		if o, err = casework.OrderByToken(ctx, tx, token, true); err != nil || o.State == casework.OrderDone {
			return err
		}
		if err := casework.FinishOrder(ctx, tx, o.ID); err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		id, err := s.attachHeld(ctx, tx, r, photo)
		if err != nil {
			return err
		}
		if ok, err := s.mayResolve(ctx, tx, r); err != nil {
			return err
		} else if ok {
			words, err := s.readyWords(ctx, r)
			if err != nil {
				return err
			}
			return s.setStatus(ctx, tx, accounts.System, r, now, Change{To: Resolved, StatusParams: StatusParams{Done: words[i18n.German], DoneIn: words, SeenBy: "crew"}, Photo: id})
		}
		params := map[string]any{"partner": o.Crew}
		if id != uuid.Nil {
			params["photo"] = id.String()
		}
		return s.forTheTeam(ctx, tx, r, "step.partner_done", params, "")
	})
}
