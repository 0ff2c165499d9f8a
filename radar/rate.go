package radar

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// scope keeps the voters of ratings apart from those of anything else.
const scope = "radar"

// Unknown is the answer "Kenne ich nicht". It is kept, and in no mean.
const Unknown = -1

// unknown is where "Kenne ich nicht" is kept: beside the ratings, not in them.
func unknown(question string) votes.Aspect { return votes.Aspect(question + ".unknown") }

// Rate stores the actor's answers about a measure: question to 1 to 5, Unknown,
// or 0 to take it back; questions that are not in it stay as they were. Once per
// person, changed as often as they like. Network is where it comes from.
func (s *Service) Rate(ctx context.Context, actor accounts.Actor, n subject.Number, answers map[string]int, network string) error {
	m, p, err := s.Measure(ctx, accounts.Actor{}, n)
	if err != nil {
		return err
	}
	if m.Past() {
		return fault.New(fault.Gone, "radar.err.past")
	}
	for key, v := range answers {
		if v < Unknown || v > 5 || !slices.ContainsFunc(p.Questions, func(q Question) bool { return q.Key == key }) {
			return fault.OnField("rate."+key, "field.choice")
		}
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, q := range p.Questions { // in one order, so that two of a person never wait for each other
			v, ok := answers[q.Key]
			if !ok {
				continue
			}
			if err := votes.Publish(ctx, tx, m.Ref(), votes.Aspect(q.Key)); err != nil {
				return err
			}
			known, not := v, 0
			if v == Unknown {
				known, not = 0, 1
			}
			for _, b := range []votes.Ballot{
				{Scope: scope, Ref: m.Ref(), Aspect: votes.Aspect(q.Key), Value: int16(known), Network: network},
				{Scope: scope, Ref: m.Ref(), Aspect: unknown(q.Key), Value: int16(not), Network: network},
			} {
				if _, err := votes.Cast(ctx, tx, actor, b); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Mine are the actor's answers about a measure.
func (s *Service) Mine(ctx context.Context, actor accounts.Actor, p *Programme, m *Measure) (map[string]int, error) {
	mine := map[string]int{}
	if actor.Person == uuid.Nil {
		return mine, nil
	}
	for _, q := range p.Questions {
		v, err := votes.Mine(ctx, s.db, actor.Person, scope, m.Ref(), votes.Aspect(q.Key))
		if err != nil {
			return nil, err
		}
		if v == 0 {
			if v, err = votes.Mine(ctx, s.db, actor.Person, scope, m.Ref(), unknown(q.Key)); err != nil {
				return nil, err
			}
			v = -v
		}
		if v != 0 {
			mine[q.Key] = int(v)
		}
	}
	return mine, nil
}

// Ratings are the published figures of measures, by question.
func (s *Service) Ratings(ctx context.Context, p *Programme, ids []uuid.UUID) (map[string]map[uuid.UUID]votes.Tally, error) {
	all := make(map[string]map[uuid.UUID]votes.Tally, len(p.Questions))
	for _, q := range p.Questions {
		t, err := votes.Published(ctx, s.db, subject.Measure, ids, votes.Aspect(q.Key))
		if err != nil {
			return nil, err
		}
		all[q.Key] = t
	}
	return all, nil
}

// MainRatings are those of the first question: what chart and table show.
func (s *Service) MainRatings(ctx context.Context, p *Programme, items []Placed) (map[uuid.UUID]votes.Tally, error) {
	if len(p.Questions) == 0 {
		return nil, nil //nolint:nilnil // no map is an empty one
	}
	ids := make([]uuid.UUID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	return votes.Published(ctx, s.db, subject.Measure, ids, votes.Aspect(p.Questions[0].Key))
}

// Follow makes the actor follow a measure, a field or a programme, or ends it.
func (s *Service) Follow(ctx context.Context, actor accounts.Actor, ref subject.Ref, on bool) error {
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.session")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if on {
			return follows.Subject(ctx, tx, follows.Person, actor.Person, ref, actor.Locale)
		}
		return follows.Unfollow(ctx, tx, follows.Person, actor.Person, ref)
	})
}

// Follows tells whether the actor follows it.
func (s *Service) Follows(ctx context.Context, actor accounts.Actor, ref subject.Ref) (bool, error) {
	if actor.Person == uuid.Nil {
		return false, nil
	}
	return follows.Has(ctx, s.db, follows.Person, actor.Person, ref)
}

// SeedRatings adds anonymous ratings to measures, and publishes them: for the
// demo and for measuring. of tells how many people gave each of 1 to 5.
func (s *Service) SeedRatings(ctx context.Context, actor accounts.Actor, p *Programme, of func(it *Placed, question int) [5]int) error {
	if !actor.System {
		return fault.New(fault.Forbidden, "err.403")
	}
	st, err := s.Now(ctx, p)
	if err != nil {
		return err
	}
	for i := range st.Items {
		it := &st.Items[i]
		if err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			for n, q := range p.Questions {
				var seeds []votes.Seeding
				for v, count := range of(it, n) {
					seeds = append(seeds, votes.Seeding{Ref: it.Ref(), Aspect: votes.Aspect(q.Key), Value: int16(v + 1), N: count})
				}
				if err := votes.SeedAll(ctx, tx, scope, seeds); err != nil {
					return err
				}
				if err := votes.PublishSeeded(ctx, tx, it.Ref(), votes.Aspect(q.Key)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
