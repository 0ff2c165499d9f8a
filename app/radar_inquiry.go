package app

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
)

// tellInquiries makes what departments are asked go to the inboxes of their heads.
func (a *App) tellInquiries() {
	events.OnJob(a.bus, "notify", func(ctx context.Context, d events.Delivery[radar.InquiryNews]) error {
		return a.notify.Tell(ctx, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Detail: d.Event.What, Owners: true})
	}, events.NoBatches)
	events.OnJob(a.bus, "notify", func(ctx context.Context, d events.Delivery[radar.ProgrammeEdited]) error {
		return a.notify.Tell(ctx, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Owners: true})
	}, events.NoBatches)
	events.OnJob(a.bus, "notify", func(ctx context.Context, d events.Delivery[radar.QuestionWaits]) error {
		return a.notify.Tell(ctx, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Owners: true})
	}, events.NoBatches)
}

// tellHelpers makes what the city writes to those who take part in what a measure
// asks for, and what came of it, go to their inboxes.
func (a *App) tellHelpers() {
	events.OnJob(a.bus, "notify", func(ctx context.Context, d events.Delivery[radar.HelpNews]) error {
		return a.notify.Tell(ctx, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Detail: d.Event.What, Owners: true})
	}, events.NoBatches)
}

// helpNews is what measures ask for, as the inbox knows it (notify.Domain): for
// those who take part.
type helpNews struct{ s *radar.Service }

func (n helpNews) Cards(ctx context.Context, q db.Queryer, to notify.Reader, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	return n.s.HelpCards(ctx, q, to.Viewer, lang, ids)
}

func (n helpNews) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (notify.Owners, error) {
	people, err := n.s.HelpPeople(ctx, q, id)
	return notify.Owners{People: people}, err
}

func (n helpNews) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	return n.s.Helps(ctx, q, id, person)
}

func (helpNews) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) {
	return "", nil
}

func (helpNews) Says(loc *i18n.Localizer, _ notify.What, detail string) string {
	if key := "radar.help.notice." + detail; loc.Has(key) {
		return loc.T(key)
	}
	return loc.T("radar.notice.changed")
}

// editNews is changes of programmes themselves, as the inbox knows them
// (notify.Domain): for those who edit them.
type editNews struct{ s *radar.Service }

func (n editNews) Cards(ctx context.Context, q db.Queryer, to notify.Reader, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	return n.s.EditCards(ctx, q, to.Viewer, lang, ids)
}

func (n editNews) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (notify.Owners, error) {
	people, err := n.s.OtherEditors(ctx, q, id)
	return notify.Owners{People: people, Inbox: true}, err
}

func (n editNews) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	people, err := n.s.OtherEditors(ctx, q, id) // a few of the city's staff
	return slices.Contains(people, person), err
}

func (editNews) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) {
	return "", nil
}

func (editNews) Says(loc *i18n.Localizer, _ notify.What, _ string) string {
	return loc.T("radardesk.notice.edited")
}

// waitNews is questions that wait, as the inbox knows them (notify.Domain).
type waitNews struct{ s *radar.Service }

func (n waitNews) Cards(ctx context.Context, q db.Queryer, to notify.Reader, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	return n.s.WaitCards(ctx, q, to.Viewer, lang, ids)
}

func (n waitNews) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (notify.Owners, error) {
	people, err := n.s.WaitPeople(ctx, q, id)
	return notify.Owners{People: people, Inbox: true}, err
}

func (n waitNews) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	people, err := n.s.WaitPeople(ctx, q, id) // a few of the city's staff
	return slices.Contains(people, person), err
}

func (waitNews) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) {
	return "", nil
}

func (waitNews) Says(loc *i18n.Localizer, _ notify.What, _ string) string {
	return loc.T("inquiry.notice.question")
}

// inquiryNews is what departments are asked, as the inbox knows it (notify.Domain).
type inquiryNews struct{ s *radar.Service }

func (n inquiryNews) Cards(ctx context.Context, q db.Queryer, to notify.Reader, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	return n.s.InquiryCards(ctx, q, to.Viewer, lang, ids)
}

func (n inquiryNews) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (notify.Owners, error) {
	people, err := n.s.InquiryPeople(ctx, q, id)
	return notify.Owners{People: people, Inbox: true}, err
}

func (n inquiryNews) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	people, err := n.s.InquiryPeople(ctx, q, id) // a few of the city's staff
	return slices.Contains(people, person), err
}

func (inquiryNews) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) {
	return "", nil
}

func (inquiryNews) Says(loc *i18n.Localizer, _ notify.What, detail string) string {
	if key := "inquiry.notice." + detail; loc.Has(key) {
		return loc.T(key)
	}
	return loc.T("inquiry.title")
}
