package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// Router finds the department of new reports (casework.Routing).
type Router interface {
	Route(ctx context.Context, tx pgx.Tx, a casework.Arrival) (casework.Placement, error)
	RouteAll(ctx context.Context, tx pgx.Tx, all []casework.Arrival) ([]casework.Placement, error)
}

// SetRouter makes rules decide where new reports go; without one the category's
// department does. To be called before anything is served.
func (s *Service) SetRouter(r Router) { s.router = r }

// route lets the rules decide, before the report is written.
func (s *Service) route(ctx context.Context, tx pgx.Tx, r *Report, p *prepared, answers categories.Answers) error {
	if s.router == nil {
		return nil
	}
	to, err := s.router.Route(ctx, tx, s.arrival(r, p, answers, ""))
	if err != nil {
		return err
	}
	p.placed(r, to, s.zone)
	return nil
}

// placed takes over what the rules decided.
func (p *prepared) placed(r *Report, to casework.Placement, zone *time.Location) {
	p.dep.ID, p.dep.Key, p.dep.Name = to.Department, to.DepartmentKey, to.DepartmentName
	p.out.Priority, p.person = categories.Priority(to.Priority), to.Person
	r.DepartmentID = to.Department
	if to.Days != p.out.Days {
		p.out.Days, r.TargetDays = to.Days, to.Days
		due := endOfDay(p.days.AddWorkingDays(r.CreatedAt, to.Days), zone)
		r.FirstDue = &due
	}
}

func (s *Service) arrival(r *Report, p *prepared, answers categories.Answers, source string) casework.Arrival {
	return casework.Arrival{
		Ref: r.Ref(), Category: p.cat.Key, Department: p.out.Department, Priority: casework.Priority(p.out.Priority), Days: p.out.Days,
		District: r.DistrictRef, Point: r.Point, Text: r.Title[i18n.German] + "\n" + r.Text, Answers: answers, At: r.CreatedAt.In(s.zone),
		Channel: r.Channel, Source: source,
	}
}

// routePast lets the rules decide about imported reports whose list names no
// department. Targets and people are those of their history.
func (s *Service) routePast(ctx context.Context, tx pgx.Tx, cat *categories.Catalogue, past []*Past, list []*Report) (map[*Past]casework.Placement, error) {
	if s.router == nil {
		return nil, nil //nolint:nilnil // reading it is fine
	}
	var of []int
	var all []casework.Arrival
	for i, p := range past {
		if p.Department != "" {
			continue
		}
		c := cat.ByKey(p.Category)
		out, _ := categories.Evaluate(c, p.Answers)
		source := ""
		if len(p.Sources) > 0 {
			source = p.Sources[0].Name
		}
		of = append(of, i)
		all = append(all, s.arrival(list[i], &prepared{cat: c, out: out}, p.Answers, source))
	}
	places, err := s.router.RouteAll(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	byPast := make(map[*Past]casework.Placement, len(of))
	for n, i := range of {
		list[i].DepartmentID, byPast[past[i]] = places[n].Department, places[n]
	}
	return byPast, nil
}

// settle gives a new case to the person that a rule names, and puts it into the
// running event that it belongs to.
func (s *Service) settle(ctx context.Context, tx pgx.Tx, r *Report, p *prepared) error {
	if p.person != uuid.Nil {
		today, err := casework.Today(ctx, tx, s.zone)
		if err != nil {
			return err
		}
		if _, err := casework.Assign(ctx, tx, accounts.System, r.Ref(), p.person, casework.Opt{Today: today}); err != nil {
			return err
		}
	}
	e, err := casework.AttachNew(ctx, tx, r.Ref(), r.Category, r.Point, r.DistrictRef)
	if err != nil || e == nil {
		return err
	}
	return s.NoteEvent(ctx, tx, e, r.Ref())
}

// NoteEvent writes on the timeline that a report belongs to an event.
func (s *Service) NoteEvent(ctx context.Context, tx pgx.Tx, e *casework.Event, ref subject.Ref) error {
	_, err := timeline.Append(ctx, tx, timeline.Entry{Ref: ref, Key: "step.event", Params: map[string]any{"event": e.Title, "path": e.Path()}})
	return err
}

// eventStatuses are those that one answer can give to all members of an event,
// with what they need.
func eventChange(a casework.EventAnswer, lang string) Change {
	c := Change{To: Status(a.Status)}
	c.Until = a.Until
	if c.To == Resolved {
		c.Done, c.SeenBy = a.Words.In(lang), "crew"
	} else {
		c.Reason = a.Words.In(lang)
	}
	return c
}

// AnswerEvent gives a member of an event the answer for all. Where the status
// can't follow the present one, the words come as a step. The mails are the
// event's: none leaves from here.
func (s *Service) AnswerEvent(ctx context.Context, tx pgx.Tx, e *casework.Event, a casework.EventAnswer, ref subject.Ref) ([]casework.EventReader, bool, error) {
	r, err := lockByID(ctx, tx, ref.ID, uuid.Nil)
	if err != nil {
		return nil, false, err
	}
	if !r.Status.IsOpen() || r.Visibility == VisErased || r.Visibility == VisHidden {
		return nil, false, nil
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	c := eventChange(a, r.Lang)
	_, objected, err := openObjection(ctx, tx, r.ID)
	if err != nil {
		return nil, false, err
	}
	if a.Status != "" && !objected && c.Validate(r.Status, now) == nil {
		err = s.setStatus(ctx, tx, accounts.System, r, now, c)
	} else {
		params := map[string]any{"event": e.Title, "path": e.Path()}
		err = s.appendStep(ctx, tx, r, "step.event_news", params, a.Words.In(r.Lang), subject.Public, r.DepartmentID)
	}
	if err != nil {
		return nil, false, err
	}
	if err := putFacts(ctx, tx, r.ID); err != nil {
		return nil, false, err
	}
	if _, err := tx.Exec(ctx, sqlEventMails, r.ID, now); err != nil {
		return nil, false, fmt.Errorf("keep mails back: %w", err)
	}
	readers, err := eventReaders(ctx, tx, r)
	return readers, true, err
}

// sqlEventMails notes the new entries as mailed, so that the jobs of their
// events find nothing to do.
const sqlEventMails = `
INSERT INTO report_mailings (entry_id)
SELECT id FROM timeline_entries WHERE subject_kind = 'report' AND subject_id = $1 AND at >= $2
ON CONFLICT (entry_id) DO NOTHING`

// eventReaders are the followers of a report who may be written to: of what is
// not public only the person who reported.
func eventReaders(ctx context.Context, tx pgx.Tx, r *Report) ([]casework.EventReader, error) {
	list, err := follows.Of(ctx, tx, r.Ref())
	if err != nil {
		return nil, err
	}
	langs := map[uuid.UUID]string{}
	ids := make([]uuid.UUID, 0, len(list))
	for _, f := range list {
		if f.Kind == follows.Contact && (r.Visibility == VisPublic || f.Owner == r.Contact) {
			ids, langs[f.Owner] = append(ids, f.Owner), f.Lang
		}
	}
	rows, err := tx.Query(ctx, sqlEventReaders, ids)
	if err != nil {
		return nil, fmt.Errorf("readers of an event: %w", err)
	}
	readers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (casework.EventReader, error) {
		var e casework.EventReader
		err := row.Scan(&e.Contact, &e.Address)
		e.Lang = langs[e.Contact]
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("readers of an event: %w", err)
	}
	return readers, nil
}

const sqlEventReaders = `
SELECT DISTINCT ON (contact_id) id, contact_id
FROM confirmed_contacts
WHERE id = ANY ($1) AND stopped_at IS NULL
ORDER BY contact_id, id`

// Arrivals lists the reports since a moment as they arrived, newest first, at
// most limit: what a draft of routing rules is tried on. For casework only; it
// asks its own policy.
func (s *Service) Arrivals(ctx context.Context, since time.Time, limit int) ([]casework.PastArrival, error) {
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlArrivals, since, limit)
	if err != nil {
		return nil, fmt.Errorf("arrivals: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (casework.PastArrival, error) {
		var p casework.PastArrival
		var number int64
		var category uuid.UUID
		var text string
		var answers []byte
		if err := row.Scan(&p.Ref.ID, &number, &category, &p.Title, &text, &p.District, &p.Point.Lon, &p.Point.Lat, &p.At, &p.Channel, &p.Source, &p.Now, &answers); err != nil {
			return p, err
		}
		p.Ref.Kind, p.Number, p.At, p.Text = subject.Report, subject.Number(number), p.At.In(s.zone), p.Title[i18n.German]+"\n"+text
		if err := json.Unmarshal(answers, &p.Answers); err != nil {
			return p, err
		}
		if c := cat.ByID(category); c != nil {
			out, _ := categories.Evaluate(c, p.Answers)
			p.Category, p.Department, p.Priority, p.Days = c.Key, out.Department, casework.Priority(out.Priority), out.Days
		}
		return p, nil
	})
	if err != nil {
		return nil, fmt.Errorf("arrivals: %w", err)
	}
	return list, nil
}

const sqlArrivals = `
SELECT r.id, r.number, r.category_id, r.title, r.text, r.district_ref, ST_X(r.point), ST_Y(r.point), r.created_at, r.channel,
       coalesce((SELECT min(o.source) FROM report_sources o WHERE o.report_id = r.id), ''), c.department_id,
       coalesce((SELECT jsonb_object_agg(q.key, a.value) FROM report_answers a JOIN questions q ON q.id = a.question_id
                 WHERE a.report_id = r.id AND jsonb_typeof(a.value) = 'array'), '{}')
FROM (SELECT f.subject_id, f.created_at
      FROM case_facts f
      WHERE f.subject_kind = 'report' AND f.created_at >= $1
      ORDER BY f.created_at DESC
      LIMIT $2) f
JOIN reports r ON r.id = f.subject_id
JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
WHERE r.visibility <> 'erased'
ORDER BY r.created_at DESC, r.id DESC`

// OfEvent lists the public reports that belong to an event, newest first.
func (s *Service) OfEvent(ctx context.Context, event uuid.UUID, limit int) ([]Item, error) {
	var w db.Where
	visibleTo(&w)
	w.And("EXISTS (SELECT FROM umbrella_members m WHERE m.event_id = ? AND m.subject_kind = 'report' AND m.subject_id = r.id)", event)
	l, err := listItems(ctx, s.db, &w, Page{Limit: limit})
	return l.Items, err
}

// Beside is what the city knows around a report: the event that it belongs to,
// whether its place is a recurring one, how fast the kind is solved of late, and
// how often it was handed on.
type Beside struct {
	Event     *casework.Event
	Recurring *casework.Recurring // nil: it is none
	Pace      *casework.Pace      // nil: too few
	HandOvers casework.HandOvers
}

func (s *Service) fillBeside(ctx context.Context, v *View, r *Report, now time.Time) (err error) {
	if v.Beside.Event, err = casework.EventOf(ctx, s.db, r.Ref()); err != nil {
		return err
	}
	if v.Beside.HandOvers, err = casework.HandOversOf(ctx, s.db, r.Ref()); err != nil {
		return err
	}
	if r.Publish == "C" || r.Publish == "P" { // about people: a place is not called names for them
		return nil
	}
	var object uuid.UUID
	if v.Object != nil {
		object = v.Object.ID
	}
	if place, ok, err := casework.RecurringAt(ctx, s.db, r.Category, r.Point, object, now, !v.Actor.Staff); err != nil {
		return err
	} else if ok {
		v.Beside.Recurring = &place
	}
	pace, ok, err := casework.PaceOf(ctx, s.db, r.Category)
	if err == nil && ok {
		v.Beside.Pace = &pace
	}
	return err
}
