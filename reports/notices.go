package reports

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
)

// Noticed is reports as the inbox knows them (notify.Domain).
func (s *Service) Noticed() notify.Domain { return noticed{s} }

type noticed struct{ *Service }

// Cards introduces the public ones, and those of the viewer.
func (n noticed) Cards(ctx context.Context, viewer subject.Viewer, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	rows, err := n.db.Query(ctx, sqlNoticeCards, ids, db.OrNull(viewer.Person))
	if err != nil {
		return nil, fmt.Errorf("cards of notices: %w", err)
	}
	cards, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (subject.Card, error) {
		c := subject.Card{Ref: subject.Ref{Kind: subject.Report}, Audience: subject.Owner}
		var number int64
		var title i18n.Text
		var public bool
		if err := row.Scan(&c.ID, &number, &title, &c.Status, &public, &c.At); err != nil {
			return c, err
		}
		c.Number, c.Title = subject.Number(number), title.In(lang)
		c.Path = "/reports/" + c.Number.Format(subject.PrefixReport)
		if public {
			c.Audience = subject.Public
		}
		return c, nil
	})
	if err != nil {
		return nil, fmt.Errorf("cards of notices: %w", err)
	}
	return cards, nil
}

// Owners lists who may act as the person who reported.
func (n noticed) Owners(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	rows, err := n.db.Query(ctx, sqlNoticeOwners, id)
	if err != nil {
		return nil, fmt.Errorf("owners: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("owners: %w", err)
	}
	return people, nil
}

// Says is what happened, in a few words.
func (noticed) Says(loc *i18n.Localizer, what notify.What, detail string) string {
	switch what {
	case notify.Status:
		return loc.T("status." + detail + ".label")
	case notify.Step:
		return loc.T(detail + ".label")
	case notify.Message:
		return loc.T("notice.says.message")
	case notify.Arrived:
	}
	return loc.T("notice.says.new")
}

const (
	sqlNoticeCards = `
SELECT r.id, r.number, r.title, r.status, r.visibility = 'public', r.created_at
FROM reports r
WHERE r.id = ANY ($1) AND r.visibility <> 'erased'
  AND (r.visibility = 'public' OR EXISTS (SELECT FROM report_parties p WHERE p.report_id = r.id AND p.person_id = $2))`
	sqlNoticeOwners = `
SELECT DISTINCT p.person_id
FROM report_parties p
JOIN reports r ON r.id = p.report_id
WHERE r.id = $1 AND r.visibility <> 'erased'`
)

// UseNotices makes what happens to reports go to the inboxes, and mails wait for
// the time that their readers want them at.
func (s *Service) UseNotices(n *notify.Service) {
	s.notices = n
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[Submitted]) error {
		return s.tellNew(ctx, n, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject()})
	}, events.NoBatches)
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[Released]) error {
		return s.tellNew(ctx, n, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject()})
	}, events.NoBatches)
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[StatusChanged]) error {
		return s.tellStatus(ctx, n, d.Event, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Status})
	})
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[StepAdded]) error {
		if !mailedSteps[d.Event.Key] || d.Event.Audience == subject.Department {
			return nil
		}
		if told, err := s.stands(ctx, d.Event.Entry); err != nil || !told {
			return err
		}
		return n.Tell(ctx, notify.News{
			Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Detail: d.Event.Key, Owners: d.Event.Audience == subject.Owner,
		})
	})
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[Dialogue]) error {
		if d.Event.Kind != casework.Letter {
			return nil // their own words, or what comes with a status
		}
		return n.Tell(ctx, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Message, Owners: true})
	})
}

// stands waits for the time in which a step can be taken back, and tells whether
// it was not.
func (s *Service) stands(ctx context.Context, entry uuid.UUID) (bool, error) {
	if err := s.waitForUndo(ctx, entry); err != nil {
		return false, err
	}
	undone, err := db.Exists(ctx, s.db, sqlWasUndone, entry)
	return !undone, err
}

func (s *Service) tellNew(ctx context.Context, n *notify.Service, news notify.News) error {
	r, err := byID(ctx, s.db, news.About.ID, uuid.Nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || r.Visibility != VisPublic {
		return err
	}
	news.What = notify.Arrived
	news.Place = &follows.Thing{Point: r.Point, District: r.DistrictRef, Category: r.Category, News: follows.New, Before: r.CreatedAt}
	return n.Tell(ctx, news)
}

func (s *Service) tellStatus(ctx context.Context, n *notify.Service, e StatusChanged, news notify.News) error {
	if stands, err := s.stands(ctx, e.Entry); err != nil || !stands {
		return err
	}
	r, err := byID(ctx, s.db, e.Report, uuid.Nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	news.Detail = statusDetail(r, e.To)
	if e.To.Class() == ClassDone {
		news.Place = &follows.Thing{Point: r.Point, District: r.DistrictRef, Category: r.Category, News: follows.Done, Before: news.At}
	}
	return n.Tell(ctx, news)
}

// statusDetail names the words of a status: a result that may not be told has its own.
func statusDetail(r *Report, to Status) string {
	if to == Resolved && r.Quiet {
		return "closed_quiet"
	}
	return string(to)
}

// InArea lists the newest public reports that lie in an area that is followed. It
// is for everybody.
func (s *Service) InArea(ctx context.Context, follow uuid.UUID, lang string, limit int) ([]subject.Card, error) {
	rows, err := s.db.Query(ctx, sqlInArea, follow, limit)
	if err != nil {
		return nil, fmt.Errorf("reports in an area: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("reports in an area: %w", err)
	}
	cards, err := noticed{s}.Cards(ctx, subject.Viewer{}, lang, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(cards, func(a, b subject.Card) int { return b.At.Compare(a.At) })
	return cards, nil
}

const sqlInArea = `
SELECT r.id
FROM follows f
JOIN reports r ON r.visibility = 'public'
  AND (f.geom IS NULL OR r.point && f.geom
       AND CASE WHEN f.centre IS NULL THEN ST_Covers(f.geom, r.point) ELSE ST_DWithin(f.centre::geography, r.point::geography, f.radius_m) END)
  AND (f.district_ref = '' OR r.district_ref = f.district_ref)
  AND (f.category_id IS NULL OR r.category_id = f.category_id)
  AND (f.news <> 'done' OR r.status_class = 'done')
WHERE f.id = $1 AND f.target_kind = 'area'
ORDER BY r.created_at DESC, r.id DESC
LIMIT $2`
