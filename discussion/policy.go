package discussion

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Subject is a thing that is discussed, as the actor may know it.
type Subject struct {
	Ref   subject.Ref
	Title string // what a mail or a search hit says it is about, German
	Path  string // of its page
	// Public: everybody may read it. What is not is in no search, feed or live
	// message to others.
	Public bool
	// Write says whether the actor may write; WhyNot is the message key that says
	// why nobody like them may, e.g. "discussion.closed".
	Write  bool
	WhyNot string
	// Official: the actor answers for the city here, for Department in Role.
	Official   bool
	Department uuid.UUID
	Role       subject.Role
	// InCharge, Category and District are where the thing stands in the city's
	// order: moderators' remits look at them.
	InCharge uuid.UUID
	Category uuid.UUID
	District string
	// Owners are told of new comments.
	Owners []uuid.UUID
}

// Domain is what is discussed. fault.NotFound for what the actor may not know of;
// accounts.System sees everything that is there.
type Domain interface {
	Discussed(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (Subject, error)
	// Introduce is Ref, Title, Path and Public of those of the ids that are this domain's
	// and that Discussed would not say NotFound of, with a fixed number of questions.
	Introduce(ctx context.Context, q db.Queryer, actor accounts.Actor, ids []uuid.UUID) ([]Subject, error)
}

// DomainFunc is a function as a Domain.
type DomainFunc func(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (Subject, error)

// Discussed implements Domain.
func (f DomainFunc) Discussed(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (Subject, error) {
	return f(ctx, q, actor, id)
}

// Introduce implements Domain, one by one: for tests and benchmarks.
func (f DomainFunc) Introduce(ctx context.Context, q db.Queryer, actor accounts.Actor, ids []uuid.UUID) ([]Subject, error) {
	var list []Subject
	for _, id := range ids {
		about, err := f(ctx, q, actor, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		about.Ref.ID = id
		list = append(list, about)
	}
	return list, nil
}

// Action is something that people do with a comment.
type Action string

// The actions.
const (
	ActRead   Action = "read"
	ActWrite  Action = "write"
	ActAnswer Action = "answer" // to this comment
	ActEdit   Action = "edit"
	ActRemove Action = "remove"
	ActVote   Action = "vote"
	ActPin    Action = "pin"
)

// May tells whether an actor may do something with a comment (nil: with the
// discussion itself). It is pure; c is as it was loaded for the same actor.
func May(actor accounts.Actor, action Action, s Subject, c *Comment, now time.Time) error {
	if c != nil && c.Visibility != VisPublic && (c.Visibility != VisHeld || !actor.Is(c.Author)) {
		return fault.Missing("comment")
	}
	switch action {
	case ActRead:
		return nil
	case ActWrite, ActAnswer:
		if !s.Write {
			return fault.New(fault.Forbidden, "err.403").With("why", orKey(s.WhyNot, "discussion.why.closed"))
		}
		if c != nil && c.Visibility != VisPublic {
			return fault.Missing("comment")
		}
		return nil
	case ActEdit:
		if !actor.Is(c.Author) {
			return fault.New(fault.Forbidden, "err.403").With("why", "discussion.why.not_yours")
		}
		if c.Official && !s.Official { // who no longer answers for the city changes none of its answers
			return fault.New(fault.Forbidden, "err.403").With("why", "discussion.why.not_official")
		}
		if now.Sub(c.CreatedAt) > EditFor || c.Redacted {
			return fault.New(fault.Forbidden, "err.403").With("why", "discussion.why.late")
		}
		return nil
	case ActRemove:
		if !actor.Is(c.Author) {
			return fault.New(fault.Forbidden, "err.403").With("why", "discussion.why.not_yours")
		}
		if c.Official {
			return fault.New(fault.Forbidden, "err.403").With("why", "discussion.why.official")
		}
		return nil
	case ActVote:
		if !s.Write {
			return fault.New(fault.Forbidden, "err.403").With("why", orKey(s.WhyNot, "discussion.why.closed"))
		}
		if actor.Is(c.Author) {
			return fault.New(fault.Forbidden, "err.403").With("why", "discussion.why.own")
		}
		if c.Visibility != VisPublic {
			return fault.Missing("comment")
		}
		return nil
	case ActPin:
		if !s.Official || !c.Official || c.Parent != uuid.Nil {
			return fault.Missing("comment")
		}
		return nil
	}
	return fault.Missing("action")
}

func orKey(key, otherwise string) string {
	if key != "" {
		return key
	}
	return otherwise
}
