package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Noticed is reports as the inbox knows them (notify.Domain).
func (s *Service) Noticed() notify.Domain { return noticed{s} }

type noticed struct{ *Service }

// Cards introduces the public ones, and those of the reader: also of whoever reads
// the mails to the address that was given with one.
func (noticed) Cards(ctx context.Context, q db.Queryer, to notify.Reader, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	rows, err := q.Query(ctx, sqlNoticeCards, ids, db.OrNull(to.Person), to.Contacts)
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

// Owners are those who may act as the person who reported.
func (noticed) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (o notify.Owners, err error) {
	for _, of := range []struct {
		sql string
		to  *[]uuid.UUID
	}{{sqlNoticeOwners, &o.People}, {sqlNoticeMailed, &o.Mailed}} {
		rows, err := q.Query(ctx, of.sql, id)
		if err != nil {
			return o, fmt.Errorf("owners: %w", err)
		}
		if *of.to, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
			return o, fmt.Errorf("owners: %w", err)
		}
	}
	return o, nil
}

// Owns tells whether somebody may act as the person who reported.
func (noticed) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	return db.Exists(ctx, q, sqlNoticeOwns, id, person)
}

// Door is a one-time link that opens the report as the person who gave a contact
// with it.
func (noticed) Door(ctx context.Context, tx pgx.Tx, id uuid.UUID, contacts []uuid.UUID) (string, error) {
	r, err := byID(ctx, tx, id, uuid.Nil)
	if fault.Is(err, fault.NotFound) || err == nil && (r.Contact == uuid.Nil || !slices.Contains(contacts, r.Contact)) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	token, err := accounts.IssueToken(ctx, tx, accounts.PurposeOpen, accounts.Target{Contact: r.Contact, Ref: r.Ref()}, 0)
	if err != nil {
		return "", err
	}
	return "/reports/open/" + token, nil
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
  AND (r.visibility = 'public' OR r.contact_id = ANY ($3)
       OR EXISTS (SELECT FROM report_parties p WHERE p.report_id = r.id AND p.person_id = $2))`
	// The address counts before it is confirmed, too: nobody sees that it was compared.
	// Whose it is counts only once they have said so.
	sqlNoticeMailed = `
SELECT k.id
FROM reports r
JOIN contacts t ON t.id = r.contact_id
JOIN contacts k ON k.address_hash = t.address_hash AND k.confirmed_at IS NOT NULL
WHERE r.id = $1
UNION
SELECT k.person_id
FROM reports r
JOIN confirmed_contacts k ON k.id = r.contact_id
WHERE r.id = $1 AND k.person_id IS NOT NULL`
	sqlNoticeOwners = `
SELECT DISTINCT p.person_id
FROM report_parties p
JOIN reports r ON r.id = p.report_id
WHERE r.id = $1 AND r.visibility <> 'erased'`
	sqlNoticeOwns = `
SELECT EXISTS (SELECT FROM report_parties p JOIN reports r ON r.id = p.report_id WHERE r.id = $1 AND p.person_id = $2 AND r.visibility <> 'erased')`
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
	// what moderation lets through or brings back may be new to everybody
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[Hidden]) error {
		if d.Event.On {
			return nil
		}
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
		people, err := s.invited(ctx, d.Event)
		if err != nil {
			return err
		}
		return n.Tell(ctx, notify.News{
			Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Detail: d.Event.Key, Owners: d.Event.Audience == subject.Owner,
			People: people,
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
	now, err := db.Now(ctx, s.db)
	if err != nil || !notify.Fresh(r.CreatedAt, now) {
		return err
	}
	news.What = notify.Arrived
	news.Place = &follows.Thing{Point: r.Point, District: r.DistrictRef, Category: r.Category, News: follows.New, Before: r.CreatedAt}
	if news.Found, err = search.PublicOf(ctx, s.db, s.Findable(), r.ID); err != nil {
		return err
	}
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
	if e.To.Class() == e.From.Class() {
		return n.Tell(ctx, news)
	}
	news.Place = &follows.Thing{Point: r.Point, District: r.DistrictRef, Category: r.Category, Before: news.At}
	if e.To.Class() == ClassDone {
		news.Place.News = follows.Done
	}
	if r.Status.Class() == e.To.Class() { // else a newer status says where it stands
		if news.Found, err = search.PublicOf(ctx, s.db, s.Findable(), r.ID); err != nil {
			return err
		}
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
	a, err := follows.AreaByID(ctx, s.db, follow)
	if err != nil {
		return nil, err
	}
	w, err := within(&a.Area)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, "SELECT r.id\nFROM reports r\n"+w.SQL()+"\nORDER BY r.created_at DESC, r.id DESC\nLIMIT "+w.Arg(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("reports in an area: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("reports in an area: %w", err)
	}
	cards, err := noticed{s}.Cards(ctx, s.db, notify.Reader{}, lang, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(cards, func(a, b subject.Card) int { return b.At.Compare(a.At) })
	return cards, nil
}

// within is what lies in an area: conditions with constants, so that each place has
// its index. On the border is inside, as for follows.Match.
func within(a *follows.Area) (w db.Where, err error) {
	w.And("r.visibility = 'public'")
	switch {
	case a.Centre != nil:
		p, err := geom.Point(a.Centre.Lon, a.Centre.Lat)
		if err != nil {
			return w, fmt.Errorf("reports in an area: %w", err)
		}
		w.And("ST_DWithin(r.point::geography, ?::geometry::geography, ?)", p, a.Radius)
	case len(a.Ring) > 0:
		ring, err := a.Polygon()
		if err != nil {
			return w, err
		}
		w.And("ST_Covers(?::geometry, r.point)", ring)
	case a.District != "":
		w.And("r.district_ref = ?", a.District)
	}
	if a.Category != uuid.Nil {
		w.And("r.category_id = ?", a.Category)
	}
	if a.News == follows.Done {
		w.And("r.status_class = 'done'")
	}
	return w, nil
}

// MayMail tells whether a contact may still read what a mail of a kind says of a
// report (mail.Config.May): what is hidden or erased goes to nobody, what is not
// public to its owners only. What moderation writes of it, and what asks for a
// confirmation, says nothing of its content.
func (s *Service) MayMail(ctx context.Context, q db.Queryer, contact uuid.UUID, kind string, about subject.Ref) (bool, error) {
	if about.Kind != subject.Report || strings.HasPrefix(kind, "moderation.") || strings.HasSuffix(kind, ".confirm") {
		return true, nil
	}
	var visibility Visibility
	var own bool
	err := q.QueryRow(ctx, sqlMayMail, about.ID, contact).Scan(&visibility, &own)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("may mail: %w", err)
	}
	switch visibility {
	case VisPublic:
		return true, nil
	case VisErased:
		return false, nil
	case VisHidden:
		return contact == uuid.Nil || own && (kind == "report.message" || kind == "report.remind"), nil // the dialogue goes on; no text stands in these
	default:
		return own || contact == uuid.Nil, nil
	}
}

// own: the contact, or one of the same address, was given with it, or its person may
// act as the one who reported.
const sqlMayMail = `
SELECT r.visibility,
       coalesce(r.contact_id = $2, false) OR EXISTS (
         SELECT FROM confirmed_contacts m
         WHERE m.id = $2
           AND (EXISTS (SELECT FROM confirmed_contacts o WHERE o.contact_id = m.contact_id AND o.id = r.contact_id)
                OR EXISTS (SELECT FROM report_parties p WHERE p.report_id = r.id AND p.person_id = m.person_id)))
FROM reports r
WHERE r.id = $1`
