package discussion

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// scope keeps the voters of comments apart from those of other processes.
const scope = "comments"

// Written is what became of a comment.
type Written struct {
	Number subject.Number `json:"number"`
	Held   bool           `json:"held"`
	Until  *time.Time     `json:"until,omitempty"` // when somebody reads a held one
}

const writeRoute = "discussion.write"

// Write adds a comment or an answer, once per key, also where a second click came
// before the first one's cookie. The actor is a person; a visitor's session will do. Errors: Unauthenticated, Invalid by field, NotFound,
// Forbidden where nobody may write.
func (s *Service) Write(ctx context.Context, actor accounts.Actor, w Writing, key string) (Written, error) {
	if actor.Person == uuid.Nil {
		return Written{}, fault.New(fault.Unauthenticated, "err.session")
	}
	if err := w.Validate(); err != nil {
		return Written{}, err
	}
	body, err := json.Marshal(w) //nolint:musttag // only hashed
	if err != nil {
		return Written{}, fmt.Errorf("write comment: %w", err)
	}
	var out Written
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		out, err = idem.Once(ctx, tx, writeRoute, key, idem.Hash(body, actor.Person[:]), func() (Written, error) { return s.write(ctx, tx, actor, w) })
		return err
	})
	return out, err
}

func (s *Service) write(ctx context.Context, tx pgx.Tx, actor accounts.Actor, w Writing) (Written, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return Written{}, err
	}
	about, err := s.about(ctx, tx, actor, w.Ref)
	if err != nil {
		return Written{}, err
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return Written{}, err
	}
	c := Comment{
		ID: subject.NewID(), Ref: w.Ref, Author: actor.Person, Stance: w.Stance, Text: w.Text, Lang: w.Lang, Visibility: VisPublic, Version: 1, CreatedAt: now,
	}
	var parent *Comment
	if w.Parent != 0 {
		if parent, err = lockNumber(ctx, tx, w.Parent, actor.Person); err != nil {
			return Written{}, err
		}
		if parent.Ref != w.Ref {
			return Written{}, fault.Missing("comment")
		}
		if parent.Parent != uuid.Nil { // an answer to an answer stands beside it
			if parent, err = lockID(ctx, tx, parent.Parent, actor.Person); err != nil {
				return Written{}, err
			}
		}
		if err := May(actor, ActAnswer, about, parent, now); err != nil {
			return Written{}, err
		}
		c.Parent, c.Stance = parent.ID, Neither
	} else if err := May(actor, ActWrite, about, nil, now); err != nil {
		return Written{}, err
	}
	if w.Official {
		if !about.Official {
			return Written{}, fault.New(fault.Forbidden, "err.403").With("why", "discussion.why.not_official")
		}
		c.Official, c.Department, c.Role, c.Stance = true, about.Department, about.Role, Neither
	} else if c.AuthorName, err = nameOf(ctx, tx, actor, w.Ref); err != nil {
		return Written{}, err
	}
	if err := insert(ctx, tx, &c, now.Year()); err != nil {
		return Written{}, err
	}
	if err := s.mention(ctx, tx, &c); err != nil {
		return Written{}, err
	}
	return s.arrive(ctx, tx, actor, &c, now)
}

// arrive asks the gate about words that are new, and makes them public unless
// they have to wait.
func (s *Service) arrive(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c *Comment, now time.Time) (Written, error) {
	out := Written{Number: c.Number}
	if s.gate != nil && !c.Official && !actor.System {
		wait, until, err := s.gate.Comment(ctx, tx, actor, c, now)
		if err != nil {
			return Written{}, err
		}
		if wait {
			if _, err := tx.Exec(ctx, sqlHold, c.ID, until); err != nil {
				return Written{}, fmt.Errorf("hold comment: %w", err)
			}
			out.Held, out.Until = true, &until
			return out, nil
		}
	}
	if err := countAnswers(ctx, tx, c.Parent); err != nil {
		return Written{}, err
	}
	return out, s.bus.Append(ctx, tx, Added{about: of(c), Official: c.Official})
}

func of(c *Comment) about { return about{Comment: c.ID, Kind: c.Ref.Kind, Of: c.Ref.ID} }

// nameOf is what others read as the author: the pseudonym of whoever has an
// account and chose one, else a name for this discussion only.
func nameOf(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref) (string, error) {
	if actor.Level >= accounts.L1 {
		p, err := accounts.PersonByID(ctx, tx, actor.Person)
		if err != nil {
			return "", err
		}
		if p.Pseudonym != "" {
			return p.Pseudonym, nil
		}
	}
	return guestName(ref, actor.Person), nil
}

// mention notes who is spoken to, of those who take part in the discussion.
func (s *Service) mention(ctx context.Context, tx pgx.Tx, c *Comment) error {
	if _, err := tx.Exec(ctx, sqlDropMentions, c.ID); err != nil {
		return fmt.Errorf("mentions: %w", err)
	}
	names := mentions(c.Text)
	if len(names) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, sqlMention, c.ID, string(c.Ref.Kind), c.Ref.ID, names, c.Author)
	if err != nil {
		return fmt.Errorf("mentions: %w", err)
	}
	return nil
}

// Edit changes a comment of the actor within 15 minutes; what it said in public
// before stays readable. version is the one that was on the screen: Conflict otherwise.
func (s *Service) Edit(ctx context.Context, actor accounts.Actor, n subject.Number, version int, w Writing) (Written, error) {
	if err := w.Validate(); err != nil {
		return Written{}, err
	}
	var out Written
	err := s.change(ctx, actor, n, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, _ Subject, c *Comment, now time.Time) error {
		out = Written{Number: c.Number, Held: c.Visibility == VisHeld, Until: c.HeldUntil}
		if c.Version != version {
			return fault.New(fault.Conflict, "discussion.err.stale")
		}
		stance := w.Stance
		if c.Parent != uuid.Nil || c.Official {
			stance = Neither
		}
		if c.Text == w.Text && c.Stance == stance && c.Lang == w.Lang {
			return nil
		}
		if c.Visibility == VisPublic { // nobody else has read words that wait, and nobody will
			if _, err := tx.Exec(ctx, sqlKeepVersion, c.ID); err != nil {
				return fmt.Errorf("keep version: %w", err)
			}
		}
		c.Text, c.Stance, c.Lang = w.Text, stance, w.Lang
		c.Version++
		if _, err := tx.Exec(ctx, sqlEdit, c.ID, string(c.Stance), c.Text, c.Lang); err != nil {
			return fmt.Errorf("edit comment: %w", err)
		}
		if err := s.mention(ctx, tx, c); err != nil {
			return err
		}
		if s.gate != nil && !c.Official && c.Visibility == VisPublic {
			wait, until, err := s.gate.Comment(ctx, tx, actor, c, now)
			if err != nil {
				return err
			}
			if wait { // what is new in it has to be read first
				if _, err := tx.Exec(ctx, sqlHold, c.ID, until); err != nil {
					return fmt.Errorf("hold comment: %w", err)
				}
				out.Held, out.Until = true, &until
				if err := countAnswers(ctx, tx, c.Parent); err != nil {
					return err
				}
				return s.bus.Append(ctx, tx, Removed{about: of(c), Public: true})
			}
		}
		if c.Visibility != VisPublic {
			return nil
		}
		return s.bus.Append(ctx, tx, Edited{of(c)})
	})
	return out, err
}

// Remove takes a comment of the actor back: its words are deleted, also those
// before. The same twice is NotFound.
func (s *Service) Remove(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.change(ctx, actor, n, ActRemove, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, _ Subject, c *Comment, _ time.Time) error {
		return s.remove(ctx, tx, c)
	})
}

func (s *Service) remove(ctx context.Context, tx pgx.Tx, c *Comment) error {
	for _, sql := range []string{sqlRemove, sqlDropVersions, sqlDropMentions} {
		if _, err := tx.Exec(ctx, sql, c.ID); err != nil {
			return fmt.Errorf("remove comment: %w", err)
		}
	}
	if err := countAnswers(ctx, tx, c.Parent); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, Removed{about: of(c), Public: c.Visibility == VisPublic})
}

// Vote says whether a comment is helpful (1), is not (-1) or takes it back (0),
// and returns how many find it helpful.
func (s *Service) Vote(ctx context.Context, actor accounts.Actor, n subject.Number, value int16) (int, error) {
	if value < -1 || value > 1 {
		return 0, fault.OnField("value", "field.choice")
	}
	if actor.Person == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "err.session")
	}
	up := 0
	err := s.change(ctx, actor, n, ActVote, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, _ Subject, c *Comment, _ time.Time) error {
		up = c.Helpful
		o, err := votes.Cast(ctx, tx, actor, votes.Ballot{Scope: scope, Ref: subject.Ref{Kind: subject.Comment, ID: c.ID}, Aspect: votes.Helpful, Value: value})
		if err != nil || !o.Changed {
			return err
		}
		t, err := votes.Totals(ctx, tx, subject.Ref{Kind: subject.Comment, ID: c.ID}, votes.Helpful, accounts.L0)
		if err != nil {
			return err
		}
		up = t.By[1]
		_, err = tx.Exec(ctx, sqlScore, c.ID, t.By[1], t.By[-1], lowerBound(t.By[1], t.By[-1]))
		return err
	})
	return up, err
}

// Pin puts an official answer above all others, or no longer; only one that
// stands by itself.
func (s *Service) Pin(ctx context.Context, actor accounts.Actor, n subject.Number, on bool) error {
	return s.change(ctx, actor, n, ActPin, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, _ Subject, c *Comment, _ time.Time) error {
		if c.Pinned == on {
			return nil
		}
		if _, err := tx.Exec(ctx, sqlPin, c.ID, on); err != nil {
			return fmt.Errorf("pin comment: %w", err)
		}
		return s.bus.Append(ctx, tx, Pinned{of(c)})
	})
}

type changer func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, about Subject, c *Comment, now time.Time) error

// change holds a comment, asks the policy with the rights of now, and runs fn in
// the same transaction. A comment is held after the one that it answers, so that
// nobody waits for each other.
func (s *Service) change(ctx context.Context, actor accounts.Actor, n subject.Number, action Action, fn changer) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		c, err := lockNumber(ctx, tx, n, actor.Person)
		if err != nil {
			return err
		}
		about, err := s.about(ctx, tx, actor, c.Ref)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := May(actor, action, about, c, now); err != nil {
			return err
		}
		return fn(ctx, tx, actor, about, c, now)
	})
}
