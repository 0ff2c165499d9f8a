package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// besideFor is how far back a clerk sees what lies beside a case; besideMetres
// is what counts as the same place.
const (
	besideFor    = 12 * 7 * 24 * time.Hour
	besideMetres = 30
	besideN      = 12
)

// Neighbour is a report beside another one, and in which ways.
type Neighbour struct {
	Number       subject.Number
	Title        i18n.Text
	Status       Status
	Quiet        bool
	Address      string
	CreatedAt    time.Time
	SamePlace    bool
	SameObject   bool
	SameReporter bool
}

// Beside lists the reports of the last 12 weeks at the same place, about the
// same object and of the same person who reported. The actor works on the
// report. Others are listed as far as the actor may know of them; that two are
// of one person is told only where the actor works on both.
func (s *Service) Beside(ctx context.Context, actor accounts.Actor, n subject.Number) ([]Neighbour, error) {
	r, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	point, err := geom.Point(r.Point.Lon, r.Point.Lat)
	if err != nil {
		return nil, fmt.Errorf("beside: %w", err)
	}
	rows, err := s.db.Query(ctx, sqlBeside, r.ID, point, besideMetres, now.Add(-besideFor), db.OrNull(r.Person), db.OrNull(r.Contact))
	if err != nil {
		return nil, fmt.Errorf("beside: %w", err)
	}
	var list []Neighbour
	for rows.Next() {
		var b Neighbour
		var o Report
		if err := rows.Scan(&b.Number, &b.Title, &b.Status, &b.Quiet, &b.Address, &b.CreatedAt, &b.SamePlace, &b.SameObject, &b.SameReporter,
			&o.Visibility, &o.Publish, &o.Category, &o.DistrictRef, &o.DepartmentID); err != nil {
			rows.Close()
			return nil, fmt.Errorf("beside: %w", err)
		}
		works := worksOn(actor, &o)
		b.SameReporter = b.SameReporter && works
		if o.Visibility != VisErased && (works || mayKnow(actor, &o)) && (b.SamePlace || b.SameObject || b.SameReporter) {
			list = append(list, b)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("beside: %w", err)
	}
	return list[:min(len(list), besideN)], nil
}

//nolint:dupword // columns, not words
const sqlBeside = `
WITH near AS (
  (SELECT r.id, true AS place, false AS object, false AS reporter FROM reports r
   WHERE ST_DWithin(r.point::geography, $2::geometry::geography, $3) AND r.created_at >= $4 LIMIT 40)
  UNION ALL
  (SELECT r.id, false, true, false FROM reports r
   WHERE r.object_id = (SELECT object_id FROM reports WHERE id = $1) AND r.created_at >= $4 LIMIT 40)
  UNION ALL
  (SELECT r.id, false, false, true FROM reports r WHERE r.person_id = $5 AND r.created_at >= $4 LIMIT 40)
  UNION ALL
  (SELECT r.id, false, false, true FROM reports r WHERE r.contact_id = $6 AND r.created_at >= $4 LIMIT 40)
), ways AS (
  SELECT id, bool_or(place) AS place, bool_or(object) AS object, bool_or(reporter) AS reporter FROM near WHERE id <> $1 GROUP BY id
)
SELECT r.number, r.title, r.status, r.quiet, r.address, r.created_at, w.place, w.object, w.reporter,
       r.visibility, r.publish, r.category_id, r.district_ref, c.department_id
FROM ways w
JOIN reports r ON r.id = w.id
JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
ORDER BY r.created_at DESC, r.id DESC`

// PastAnswer is what the team wrote in a case like this one.
type PastAnswer struct {
	Number subject.Number
	Status Status
	Title  i18n.Text
	Done   string // of "Gelöst": what was done
	Reason string
	Metres int
	At     time.Time
}

// pastMetres and pastFor bound the search for cases like this one.
const (
	pastMetres = 5000
	pastFor    = 365 * 24 * time.Hour
	pastN      = 3
)

// LastTime lists the team's own last answers to the nearest cases of the same
// kind, each text once ("Wie letztes Mal").
func (s *Service) LastTime(ctx context.Context, actor accounts.Actor, n subject.Number) ([]PastAnswer, error) {
	r, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	point, err := geom.Point(r.Point.Lon, r.Point.Lat)
	if err != nil {
		return nil, fmt.Errorf("last time: %w", err)
	}
	rows, err := s.db.Query(ctx, sqlLastTime, r.ID, point, pastMetres, now.Add(-pastFor), r.Category, r.DepartmentID, pastN)
	if err != nil {
		return nil, fmt.Errorf("last time: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PastAnswer, error) {
		var a PastAnswer
		var key string
		err := row.Scan(&a.Number, &key, &a.Title, &a.Done, &a.Reason, &a.Metres, &a.At)
		a.Status, _ = statusOfKey(key)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("last time: %w", err)
	}
	return list, nil
}

// The nearest 60 cases of the kind first (by the index on the place), then what
// the team wrote there; a text that was written often counts by its nearest.
const sqlLastTime = `
WITH near AS (
  SELECT r.id, r.number, r.title, ST_Distance(r.point::geography, $2::geometry::geography) AS metres
  FROM reports r
  WHERE ST_DWithin(r.point::geography, $2::geometry::geography, $3)
    AND r.category_id = $5 AND r.id <> $1 AND r.visibility = 'public' AND r.changed_at >= $4
  ORDER BY r.point::geography <-> $2::geometry::geography
  LIMIT 60
), said AS (
  SELECT DISTINCT ON (t.key, t.reason, done) n.number, t.key, n.title, coalesce(t.params #>> '{done,de}', t.params ->> 'done', '') AS done, t.reason, n.metres, t.at
  FROM near n
  JOIN timeline_entries t ON t.subject_kind = 'report' AND t.subject_id = n.id
  WHERE t.department_id = $6 AND t.audience = 'public' AND t.key LIKE 'status.%'
    AND (t.reason <> '' OR coalesce(t.params ->> 'done', '') <> '')
  ORDER BY t.key, t.reason, done, n.metres
)
SELECT number, key, title, done, reason, round(metres)::int, at
FROM said
ORDER BY metres, at DESC
LIMIT $7`

// answerOf is one of the answers of LastTime by the number of its case.
func answerOf(list []PastAnswer, n subject.Number, to Status) (PastAnswer, bool) {
	for _, a := range list {
		if a.Number == n && a.Status == to {
			return a, true
		}
	}
	return PastAnswer{}, false
}

// AnswerLike is what the team wrote when it set a status in another case, if
// LastTime offers it.
func (s *Service) AnswerLike(ctx context.Context, actor accounts.Actor, n, like subject.Number, to Status) (PastAnswer, bool, error) {
	list, err := s.LastTime(ctx, actor, n)
	a, ok := answerOf(list, like, to)
	return a, ok, err
}
