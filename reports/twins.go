package reports

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Alike is a report that may be the same as another one, and in which ways.
type Alike struct {
	Item

	Days  int // between the two
	Words int // how alike the words are, per cent
}

// Twin is what a clerk sees of such a report.
type Twin struct {
	Number    subject.Number
	Title     i18n.Text
	Status    Status
	Quiet     bool
	Metres    int
	Days      int // between the two
	Alike     int // how alike the words are, per cent
	CreatedAt time.Time
}

// Limits of a suggestion: the category's own radius and days where it has them.
const (
	twinMetres = 100
	twinDays   = 60
	twinN      = 3
	twinLeast  = 0.45
	twinMost   = 50 // how many of the nearest are compared by their words
	nearN      = 3
	otherWords = 0.5  // how alike the words of another kind must be for a resident to be asked
	nearWords  = 2000 // signs of a text that are compared
)

// Likeness is what reports are compared with.
type Likeness struct {
	At       subject.Point
	When     time.Time
	Category uuid.UUID
	Text     string // words, in any spelling

	Metres float64 // how far away
	Days   int     // before and after When
	Except uuid.UUID

	Open       bool // only those that are not done yet
	PublicOnly bool // whatever the actor may know
	NotOwn     bool // none of the actor's own
	// Same takes in every report of the category within the radius and the days,
	// and others only when they use the same words.
	Same bool
	Most int
}

// Nearby lists open public reports that may be the same as one about to be
// made: those of the category within its own radius and days, and others there
// that use the same words; the likeliest first, at most three. None where the
// category asks for none. The text may be empty.
func (s *Service) Nearby(ctx context.Context, actor accounts.Actor, at subject.Point, category, text string) ([]Item, error) {
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	c := cat.ByKey(category)
	if c == nil || c.NearM == 0 || c.Publish == categories.PublishNever {
		return nil, nil
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	list, err := Similar(ctx, s.db, actor, Likeness{
		At: at, When: now, Category: c.ID, Text: text, Metres: float64(c.NearM), Days: c.NearDays, Open: true, PublicOnly: true, NotOwn: true, Same: true, Most: nearN,
	})
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(list))
	for i := range list {
		items[i] = list[i].Item
	}
	return items, nil
}

// Twins suggests reports that may be the same as one that the actor works on,
// of those that the actor may know of: by place, words and time, of the same
// kind before others, the likeliest first.
func (s *Service) Twins(ctx context.Context, actor accounts.Actor, n subject.Number) ([]Twin, error) {
	r, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return nil, err
	}
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	l := Likeness{
		At: r.Point, When: r.CreatedAt, Category: r.Category, Metres: twinMetres, Days: twinDays, Except: r.ID,
		PublicOnly: r.Visibility == VisPublic, // what is public is joined to public ones only
		Most:       twinN,
	}
	if c := cat.ByID(r.Category); c != nil {
		l.Metres, l.Days = math.Max(l.Metres, float64(c.NearM)), max(l.Days, c.NearDays)
	}
	if err := s.db.QueryRow(ctx, sqlWordsOf, r.ID).Scan(&l.Text); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("words of a report: %w", err)
	}
	list, err := Similar(ctx, s.db, actor, l)
	if err != nil {
		return nil, err
	}
	twins := make([]Twin, len(list))
	for i := range list {
		a := &list[i]
		twins[i] = Twin{
			Number: a.Number, Title: a.Title, Status: a.Status, Quiet: a.Quiet, Metres: int(math.Round(a.Distance)), Days: a.Days, Alike: a.Words, CreatedAt: a.CreatedAt,
		}
	}
	return twins, nil
}

// Similar finds reports by place, time and words, of those that the actor may
// know of: one query, by the index on place and time. Residents and clerks ask
// the same one.
func Similar(ctx context.Context, q db.Queryer, actor accounts.Actor, l Likeness) ([]Alike, error) {
	var w db.Where
	sql, err := similar(&w, actor, l)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sql, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("similar reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Alike, error) {
		var metres, days, words float64
		i, err := scanItem(row, &metres, &days, &words)
		i.Distance = metres
		return Alike{Item: i, Days: int(math.Round(days)), Words: int(math.Round(words * 100))}, err
	})
	if err != nil {
		return nil, fmt.Errorf("similar reports: %w", err)
	}
	return list, nil
}

// sqlPartPlaceTime is the expression of the index reports_place_time.
const sqlPartPlaceTime = `ST_MakePoint(ST_X(r.point), ST_Y(r.point), extract(epoch FROM r.created_at - '2000-01-01 00:00:00+00'::timestamptz)::float8 / 8640000000.0)`

// timeAxis is a time on the third axis of that index.
func timeAxis(at time.Time) float64 {
	const from, scale = 946684800, 8640000000.0
	return (float64(at.Unix()-from) + float64(at.Nanosecond())/1e9) / scale
}

const metresOfDegree = 111_195 // of latitude, on the sphere that ST_DistanceSphere uses

func similar(w *db.Where, actor accounts.Actor, l Likeness) (string, error) {
	if _, err := geom.Point(l.At.Lon, l.At.Lat); err != nil {
		return "", fmt.Errorf("similar reports: %w", err)
	}
	if r := []rune(l.Text); len(r) > nearWords {
		l.Text = string(r[:nearWords])
	}
	days := time.Duration(max(l.Days, 1)) * 24 * time.Hour
	north := l.Metres / metresOfDegree
	east := north / math.Max(math.Cos(l.At.Lat*math.Pi/180), 0.01)
	here := "ST_SetSRID(ST_MakePoint(" + w.Arg(l.At.Lon) + "::float8, " + w.Arg(l.At.Lat) + "::float8), 4326)"
	metres, when := w.Arg(l.Metres)+"::float8", w.Arg(l.When)+"::timestamptz"
	w.And(sqlPartPlaceTime+" &&& ST_3DMakeBox(ST_MakePoint(?::float8, ?::float8, ?::float8), ST_MakePoint(?::float8, ?::float8, ?::float8))",
		l.At.Lon-east, l.At.Lat-north, timeAxis(l.When.Add(-days)), l.At.Lon+east, l.At.Lat+north, timeAxis(l.When.Add(days)))
	w.And("r.visibility NOT IN ('draft', 'erased')")
	w.And("r.status NOT IN ('duplicate', 'withdrawn')")
	w.And("ST_DistanceSphere(r.point, " + here + ") <= " + metres)
	if l.Open {
		w.And("r.status_class IN ('open', 'work')")
	}
	if l.Except != uuid.Nil {
		w.And("r.id <> ?", l.Except)
	}
	if l.NotOwn && actor.Person != uuid.Nil {
		w.And("NOT EXISTS (SELECT FROM report_parties o WHERE o.report_id = r.id AND o.person_id = ?)", actor.Person)
	}
	if l.PublicOnly {
		visibleTo(w)
	} else {
		w.And(knowable(w, actor))
	}
	near := `
WITH near AS MATERIALIZED (
  SELECT r.id, ST_DistanceSphere(r.point, ` + here + `) AS metres, abs(extract(epoch FROM r.created_at - ` + when + `))::float8 / 86400 AS days
  FROM reports r
  ` + w.SQL() + `
  ORDER BY metres, r.id
  LIMIT ` + w.Arg(twinMost) + `
), scored AS (
  SELECT n.id, n.metres, n.days, x.alike, r.category_id = ` + w.Arg(l.Category) + ` AS same,
         0.4 * (1 - n.metres / ` + metres + `) + 0.25 * x.alike + 0.15 * (1 - n.days / ` + w.Arg(max(l.Days, 1)) + `::float8) AS score
  FROM near n
  JOIN reports r ON r.id = n.id
  CROSS JOIN (SELECT mitwirk_fold(` + w.Arg(l.Text) + `::text) AS words) t
  CROSS JOIN LATERAL (SELECT greatest(similarity(t.words, r.norm), word_similarity(t.words, r.norm))::float8 AS alike) x
)`
	return near + "\nSELECT" + itemColumns + `, s.metres, s.days, s.alike
FROM scored s
JOIN reports r ON r.id = s.id
JOIN categories k ON k.id = r.category_id
LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
WHERE CASE WHEN ` + w.Arg(l.Same) + `
           THEN s.same OR s.alike >= ` + w.Arg(otherWords) + `::float8 AND s.score >= ` + w.Arg(twinLeast) + `::float8
           ELSE s.score + CASE WHEN s.same THEN 0.2 ELSE 0 END >= ` + w.Arg(twinLeast) + `::float8 END
ORDER BY s.score + CASE WHEN s.same THEN 0.2 ELSE 0 END DESC, r.created_at, r.id
LIMIT ` + w.Arg(l.Most), nil
}

// knowable is mayKnow as a condition on reports r.
func knowable(w *db.Where, actor accounts.Actor) string {
	if actor.System {
		return "true"
	}
	either := []string{"r.visibility = 'public'"}
	if actor.Person != uuid.Nil {
		either = append(either, "EXISTS (SELECT FROM report_parties o WHERE o.report_id = r.id AND o.person_id = "+w.Arg(actor.Person)+")")
	}
	add := func(m subject.Remit, more ...string) {
		all := append([]string{"true"}, more...)
		if len(m.Departments) > 0 {
			all = append(all, "EXISTS (SELECT FROM cases x WHERE x.subject_kind = 'report' AND x.subject_id = r.id AND x.department_id = ANY ("+w.Arg(m.Departments)+"))")
		}
		if len(m.Categories) > 0 {
			all = append(all, "r.category_id = ANY ("+w.Arg(m.Categories)+")")
		}
		if len(m.Districts) > 0 {
			all = append(all, "r.district_ref = ANY ("+w.Arg(m.Districts)+")")
		}
		either = append(either, "("+strings.Join(all, " AND ")+")")
	}
	for _, m := range actor.Remits(subject.Caseworker, subject.TeamLead) {
		add(m)
	}
	for _, m := range actor.Remits(subject.Moderator) {
		add(m, "r.publish <> 'P'")
	}
	return "(" + strings.Join(either, " OR ") + ")"
}

const sqlWordsOf = `SELECT norm FROM reports WHERE id = $1`
