package reports

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Talk is what the dialogue needs beside the database: files, and mails to the
// other side. Without it messages are words only and nobody is written to.
type Talk struct {
	Files *casework.Files
	Post  *Post
}

// UseTalk plugs it in. To be called before the service is used.
func (s *Service) UseTalk(t Talk) { s.talk = t }

// Said is a message of either side.
type Said struct {
	Text  string
	Files []casework.NewFile
}

// Conversation is the dialogue of a report as one side of it sees it, with what
// partners and crews said for those who work on it.
type Conversation struct {
	Messages  []casework.Message // oldest first
	Files     map[uuid.UUID][]casework.File
	Unread    bool // something of the other side is new
	MaySay    bool // the team may write, the reporter may add
	MayRate   bool
	Opinion   casework.Opinion
	Handovers []casework.Handover // staff only
	Orders    []casework.Order    // staff only
	Joined    []JoinedTalk        // staff only: of the reports that were merged into this one
}

// Conversation loads it for whoever reported and for who works on the report; it
// is empty for all others.
func (s *Service) Conversation(ctx context.Context, v *View) (Conversation, error) {
	var t Conversation
	if !v.Actor.Owner && !v.Actor.Staff {
		return t, nil
	}
	ref := subject.Ref{Kind: subject.Report, ID: v.ID}
	var err error
	if t.Messages, t.Files, err = s.dialogue(ctx, ref); err != nil {
		return t, err
	}
	theirs := casework.In
	if v.Actor.Owner {
		theirs = casework.Out
	}
	for _, m := range t.Messages {
		t.Unread = t.Unread || m.Unread && m.Direction == theirs
	}
	t.MaySay = v.Actor.Add || v.Actor.Staff && v.Visibility != VisErased
	closed := v.Status == Resolved || v.Status == NoAction || v.Status == NotResponsible || v.Status == Forwarded
	t.MayRate = v.Actor.Owner && closed
	if t.Opinion, err = casework.OpinionOf(ctx, s.db, ref); err != nil || !v.Actor.Staff {
		return t, err
	}
	if t.Handovers, err = casework.HandoversOf(ctx, s.db, ref); err != nil {
		return t, err
	}
	if t.Orders, err = casework.OrdersOf(ctx, s.db, ref); err != nil {
		return t, err
	}
	t.Joined, err = s.joinedTalks(ctx, v.ID)
	for _, j := range t.Joined {
		t.Unread = t.Unread || j.Unread
	}
	return t, err
}

// MayTalk returns nil for the two sides of a report's dialogue: who reported it
// and who works on it or on the report that it was merged into. For all others it does not exist.
func (s *Service) MayTalk(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	r, err := byID(ctx, s.db, id, actor.Person)
	if err != nil {
		return err
	}
	if r.Visibility == VisErased {
		return fault.Missing("report")
	}
	if r.IsOwner || worksOn(actor, r) {
		return nil
	}
	return s.mayJoinedTalk(ctx, actor, r)
}

// AddWith is Add with files; the text may be empty then.
func (s *Service) AddWith(ctx context.Context, actor accounts.Actor, n subject.Number, said Said) error {
	return s.change(ctx, actor, n, ActAdd, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		return s.sayWith(ctx, tx, r, casework.Addition, "step.added", said)
	})
}

// AnswerWith is Answer with files; the text may be empty then.
func (s *Service) AnswerWith(ctx context.Context, actor accounts.Actor, n subject.Number, said Said) error {
	return s.change(ctx, actor, n, ActAnswer, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if err := s.sayWith(ctx, tx, r, casework.AnswerTo, "step.answered", said); err != nil {
			return err
		}
		return s.setStatus(ctx, tx, actor, r, now, Change{To: InReview})
	})
}

func (s *Service) sayWith(ctx context.Context, tx pgx.Tx, r *Report, kind, key string, said Said) error {
	if len(said.Files) == 0 {
		return s.say(ctx, tx, r, kind, key, said.Text)
	}
	m, fresh, err := s.message(ctx, tx, r, casework.In, kind, said)
	if err != nil || !fresh {
		return err
	}
	if err := casework.Answered(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if err := touch(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := s.bus.Append(ctx, tx, Dialogue{Report: r.ID, Kind: m.Kind}); err != nil {
		return err
	}
	return s.appendStep(ctx, tx, r, key, nil, "", subject.Public, uuid.Nil)
}

// message stores a message with its files; fresh is false for one that was sent
// twice.
func (s *Service) message(ctx context.Context, tx pgx.Tx, r *Report, direction, kind string, said Said) (m casework.Message, fresh bool, err error) {
	if said.Text = strings.TrimSpace(said.Text); said.Text != "" || len(said.Files) == 0 {
		if said.Text, err = words4("text", said.Text); err != nil {
			return m, false, err
		}
	}
	if len(said.Files) > 0 && s.talk.Files == nil {
		return m, false, fault.New(fault.Unsupported, "talk.file.type")
	}
	twice, err := casework.SaidBefore(ctx, tx, r.Ref(), direction, kind, said.Text, said.Files)
	if err != nil || twice {
		return m, false, err
	}
	m = casework.Message{ID: subject.NewID(), Ref: r.Ref(), Direction: direction, Kind: kind, Text: said.Text}
	if direction == casework.Out {
		m.Department = r.DepartmentID
	}
	if err := casework.Say(ctx, tx, m); err != nil {
		return m, false, err
	}
	if len(said.Files) == 0 {
		return m, true, nil
	}
	return m, true, s.talk.Files.Attach(ctx, tx, r.Ref(), m.ID, said.Files)
}

// Write is a message of the team to whoever reported; a mail says that there is
// one, and nothing of what stands in it.
func (s *Service) Write(ctx context.Context, actor accounts.Actor, n subject.Number, said Said) error {
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		if err := s.teamOnly(ctx, tx, actor, r); err != nil {
			return err
		}
		m, fresh, err := s.message(ctx, tx, r, casework.Out, casework.Letter, said)
		if err != nil || !fresh {
			return err
		}
		if err := touch(ctx, tx, r.ID); err != nil {
			return err
		}
		if err := s.bus.Append(ctx, tx, Dialogue{Report: r.ID, Kind: m.Kind}); err != nil {
			return err
		}
		if err := casework.Handled(ctx, tx, r.Ref()); err != nil {
			return err
		}
		return s.tellOwner(ctx, tx, r, (*Post).wrote)
	})
}

// teamOnly lets through who works on a report, with the rights of this moment.
func (s *Service) teamOnly(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return err
	}
	if !worksOn(actor, r) {
		return fault.New(fault.Forbidden, "err.403").With("why", notStaff(actor, r))
	}
	return nil
}

// MarkRead takes the marks of new messages away for the actor's side.
func (s *Service) MarkRead(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.markRead(ctx, actor, n, func(owner bool) bool { return owner })
}

// MarkReadAs is MarkRead for one of the two sides only, whichever else the actor
// may be: team says for the team, else for whoever reported. Forbidden for who
// is not on that side.
func (s *Service) MarkReadAs(ctx context.Context, actor accounts.Actor, n subject.Number, team bool) error {
	return s.markRead(ctx, actor, n, func(bool) bool { return !team })
}

func (s *Service) markRead(ctx context.Context, actor accounts.Actor, n subject.Number, reporter func(owner bool) bool) error {
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		if reporter(r.IsOwner) {
			if !r.IsOwner {
				return fault.New(fault.Forbidden, "err.403").With("why", whyNotYours)
			}
			return casework.MarkRead(ctx, tx, r.Ref(), casework.Out)
		}
		if err := s.teamOnly(ctx, tx, actor, r); err != nil {
			return err
		}
		if err := casework.Handled(ctx, tx, r.Ref()); err != nil {
			return err
		}
		if err := s.markJoinedRead(ctx, tx, r.ID); err != nil {
			return err
		}
		return casework.MarkRead(ctx, tx, r.Ref(), casework.In)
	})
}

// Rate is the answer to "Waren Sie zufrieden?" once a report is closed; it may
// be changed. With reopen a solved report is opened again by the rules of Reopen.
func (s *Service) Rate(ctx context.Context, actor accounts.Actor, n subject.Number, o casework.Opinion, reopen bool) error {
	if err := o.Validate(); err != nil {
		return err
	}
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		switch {
		case !r.IsOwner:
			return fault.New(fault.Forbidden, "err.403").With("why", whyNotYours)
		case r.Status.IsOpen() || r.Status == Withdrawn || r.Status == Duplicate:
			return fault.New(fault.Conflict, whyState)
		}
		if err := casework.Rate(ctx, tx, r.Ref(), o); err != nil || !reopen {
			return err
		}
		if err := Allowed(actor, ActReopen, r, now); err != nil {
			return err
		}
		if o.Text != "" {
			if err := casework.Say(ctx, tx, casework.Message{Ref: r.Ref(), Direction: casework.In, Kind: casework.Addition, Text: o.Text}); err != nil {
				return err
			}
		}
		return s.reopen(ctx, tx, r, now, "")
	})
}

// endTalk deletes the files of a dialogue with everything else of a report.
func (s *Service) endTalk(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	if s.talk.Files == nil {
		return nil
	}
	return s.talk.Files.ForgetFiles(ctx, tx, ref)
}

// remindWithin is how long before its date a question is reminded of.
const remindWithin = 48 * time.Hour

// RemindQuestions reminds people of questions whose date comes near, once each.
func (s *Service) RemindQuestions(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		list, err := casework.TakeReminders(ctx, tx, subject.Report, remindWithin, batch)
		if err != nil {
			return err
		}
		for _, a := range list {
			r, err := byID(ctx, tx, a.Ref.ID, uuid.Nil)
			if err != nil {
				return err
			}
			last, ok, err := casework.LastQuestion(ctx, tx, a.Ref)
			if err != nil {
				return err
			}
			if r.Status != Waiting || !ok || last != a.ID { // answered, or asked anew
				continue
			}
			if err := s.tellOwner(ctx, tx, r, (*Post).remind); err != nil {
				return err
			}
		}
		return nil
	})
}

func tooLong(text string, most int) bool { return utf8.RuneCountInString(text) > most }
