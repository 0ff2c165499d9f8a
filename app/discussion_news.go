package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
)

// tellComments makes new comments go to the inboxes of those whom they concern.
func (a *App) tellComments() {
	events.OnJob(a.bus, "notify", func(ctx context.Context, d events.Delivery[discussion.Added]) error {
		return a.notify.Tell(ctx, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Arrived, Owners: true})
	}, events.NoBatches)
}

// commentNews is comments as the inbox knows them (notify.Domain).
type commentNews struct {
	s *discussion.Service
	m measureNews // what measures are hidden with
}

func (n commentNews) Cards(ctx context.Context, q db.Queryer, to notify.Reader, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	return n.s.Cards(ctx, q, to.Viewer, lang, ids)
}

// Bases implements notify.Standing.
func (commentNews) Bases() []subject.Kind {
	return []subject.Kind{subject.Idea, subject.Measure, radar.EditKind}
}

// Upon implements notify.Standing: comments are gone with what they are about.
func (n commentNews) Upon(ctx context.Context, q db.Queryer, other subject.Ref) ([]uuid.UUID, error) {
	if other.Kind != radar.EditKind {
		return discussion.OfThings(ctx, q, other.Kind, []uuid.UUID{other.ID})
	}
	measures, err := n.m.Upon(ctx, q, other)
	if err != nil {
		return nil, err
	}
	return discussion.OfThings(ctx, q, subject.Measure, measures)
}

// Owners are those whom a comment concerns: who is spoken to, who is answered,
// who follows the discussion, whose thing it is; never its author.
func (n commentNews) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (notify.Owners, error) {
	people, err := n.s.Concerned(ctx, q, id)
	return notify.Owners{People: people}, err
}

// Owns tells whether a comment concerns somebody.
func (n commentNews) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	return n.s.Concerns(ctx, q, id, person)
}

// StopAt is the discussion: mails about it end, not those about one comment.
func (n commentNews) StopAt(ctx context.Context, q db.Queryer, id uuid.UUID) (subject.Ref, error) {
	return n.s.DiscussionOf(ctx, q, id)
}

func (commentNews) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) {
	return "", nil
}

func (commentNews) Says(loc *i18n.Localizer, _ notify.What, _ string) string {
	return loc.T("notice.says.comment")
}

// talkNews is discussions as the inbox knows them (notify.Domain): what mails about
// comments are ended by. Nothing is told of a discussion itself.
type talkNews struct{ s *discussion.Service }

func (n talkNews) Cards(ctx context.Context, q db.Queryer, to notify.Reader, _ string, ids []uuid.UUID) ([]subject.Card, error) {
	return n.s.DiscussionCards(ctx, q, to.Viewer, ids)
}

func (talkNews) Owners(context.Context, db.Queryer, uuid.UUID) (notify.Owners, error) {
	return notify.Owners{}, nil
}

func (talkNews) Owns(context.Context, db.Queryer, uuid.UUID, uuid.UUID) (bool, error) {
	return false, nil
}

func (talkNews) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) {
	return "", nil
}

func (talkNews) Says(*i18n.Localizer, notify.What, string) string { return "" }
