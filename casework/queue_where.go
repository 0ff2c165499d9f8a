package casework

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// where turns a filter into conditions on cases c, beginning with what the actor
// may see: the one predicate behind list, counts, map, selection and API.
// first are parameters that come before those of the conditions.
func (q *Queue) where(ctx context.Context, actor accounts.Actor, f *QueueFilter, first ...any) (*db.Where, error) {
	if err := MayQueue(actor); err != nil {
		return nil, err
	}
	cat, err := q.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, q.db)
	if err != nil {
		return nil, err
	}
	w := &db.Where{}
	for _, v := range first {
		w.Arg(v)
	}
	w.And("NOT c.gone")
	actor.Within(w, accounts.Columns{Department: "c.department_id", Category: "c.category_id", District: "c.district_ref"}, subject.Caseworker, subject.TeamLead)
	if err := teamsWhere(w, actor, cat, f.Teams); err != nil {
		return nil, err
	}
	stateWhere(w, f)
	whoWhere(w, actor, f)
	kindWhere(w, cat, f)
	if err := placeWhere(w, f); err != nil {
		return nil, err
	}
	dueWhere(w, f.Due, now.In(q.zone))
	flagsWhere(w, f)
	datesWhere(w, f)
	besideWhere(w, actor, f, now.In(q.zone))
	textWhere(w, f.Text, f.part)
	return w, nil
}

func teamsWhere(w *db.Where, actor accounts.Actor, cat *categories.Catalogue, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(keys))
	for _, key := range keys {
		d, ok := cat.Department(key)
		if !ok || !reachesTeam(actor, d.ID) {
			return fault.Missing("department")
		}
		ids = append(ids, d.ID)
	}
	if len(ids) == 1 { // so that the index gives the order
		w.And("c.department_id = ?", ids[0])
		return nil
	}
	w.And("c.department_id = ANY (?)", ids)
	return nil
}

// reachesTeam tells whether the actor works on any case of a department.
func reachesTeam(actor accounts.Actor, department uuid.UUID) bool {
	if actor.System {
		return true
	}
	for _, r := range actor.Remits(subject.Caseworker, subject.TeamLead) {
		if len(r.Departments) == 0 {
			return true
		}
		if slices.Contains(r.Departments, department) {
			return true
		}
	}
	return false
}

func stateWhere(w *db.Where, f *QueueFilter) {
	switch f.State {
	case "all":
	case "closed":
		w.And("c.state = 'closed'")
	default:
		w.And("c.state = 'open'")
	}
	if len(f.Statuses) > 0 {
		w.And("c.status = ANY (?)", f.Statuses)
	}
	if f.Waiting {
		w.And("c.status = 'waiting'")
	}
	if f.Priority != "" {
		w.And("c.priority = ?", f.Priority)
	}
}

func whoWhere(w *db.Where, actor accounts.Actor, f *QueueFilter) {
	switch f.Who {
	case "":
	case "me":
		w.And("c.person_id = ?", actor.Person)
	case "nobody":
		w.And("c.person_id IS NULL")
	default:
		w.And("c.person_id = ?", uuid.MustParse(f.Who)) // ParseQueue has read it
	}
}

func kindWhere(w *db.Where, cat *categories.Catalogue, f *QueueFilter) {
	if len(f.Categories)+len(f.Groups) == 0 {
		return
	}
	ids := []uuid.UUID{}
	for i := range cat.Categories {
		c := &cat.Categories[i]
		if slices.Contains(f.Categories, c.Key) || slices.Contains(f.Groups, c.Group) {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 1 {
		w.And("c.category_id = ?", ids[0])
		return
	}
	w.And("c.category_id = ANY (?)", ids)
}

func placeWhere(w *db.Where, f *QueueFilter) error {
	switch len(f.Districts) {
	case 0:
	case 1:
		w.And("c.district_ref = ?", f.Districts[0])
	default:
		w.And("c.district_ref = ANY (?)", f.Districts)
	}
	if b := f.BBox; b != nil {
		w.And("c.point && ST_MakeEnvelope(?, ?, ?, ?, 4326)", b.West, b.South, b.East, b.North)
	}
	if p := f.Near; p != nil {
		w.And("ST_DWithin(c.point::geography, ST_SetSRID(ST_MakePoint(?, ?), 4326)::geography, ?)", p.Lon, p.Lat, float64(f.Metres))
	}
	area, err := polygonOf(f.Area)
	if err != nil {
		return err
	}
	if area != nil {
		w.And("ST_Intersects(c.point, ?::geometry)", area)
	}
	return nil
}

// dueWhere bounds the key of the list as well, in which a stopped clock and no
// target lie far ahead.
func dueWhere(w *db.Where, due string, now time.Time) {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	late := func() { // the key leads the index; a raised case has one far back
		w.And("c.sort_at < ?", now)
		w.And("c.due_at < ? AND c.paused_at IS NULL AND c.state = 'open'", now)
	}
	// Two ranges of the index: with an upper bound alone, every late case would be read to find that it is late.
	between := func(from, to time.Time) {
		w.And(`(c.sort_at >= ? AND c.sort_at < ?
   OR c.sort_at = timestamptz '2000-01-01 00:00:00+00' AND c.due_at >= ? AND c.due_at < ? AND c.paused_at IS NULL)`, from, to, from, to)
	}
	switch due {
	case "today":
		between(day, day.AddDate(0, 0, 1))
	case "week": // until Sunday, what is late not counted
		left := (8 - int(now.Weekday())) % 7
		if left == 0 {
			left = 7
		}
		between(day, day.AddDate(0, 0, left))
	case "late":
		late()
	case "late3": // three times the time that was allowed
		late()
		w.And("?::timestamptz - c.created_at >= 3 * (c.due_at - c.created_at)", now)
	case "none":
		w.And("c.due_at IS NULL")
	}
}

func flagsWhere(w *db.Where, f *QueueFilter) {
	for _, flag := range []struct {
		cond string
		on   bool
	}{
		{"c.paused_at IS NOT NULL", f.Paused},
		{"c.answered_at IS NOT NULL", f.Answered},
		{"c.objection", f.Objection},
		{"c.fixed_yes > 0", f.Fixed},
		{"c.has_photo", f.Photo == "yes"},
		{"NOT c.has_photo", f.Photo == "no"},
		{"(c.held_text OR c.held_photo)", f.Held == "any"},
		{"c.held_text", f.Held == "text"},
		{"c.held_photo", f.Held == "photo"},
		{"c.object_id IS NOT NULL", f.Object == "any"},
	} {
		if flag.on {
			w.And(flag.cond)
		}
	}
	if f.Held == "text" || f.Held == "photo" { // the index is on both
		w.And("(c.held_text OR c.held_photo)")
	}
	if f.Object != "" && f.Object != "any" {
		w.And("c.object_id = ?", uuid.MustParse(f.Object))
	}
	if len(f.Channels) > 0 {
		w.And("c.channel = ANY (?)", f.Channels)
	}
	if f.Reopened > 0 {
		w.And("c.reopened >= ?", f.Reopened)
	}
	if f.Reopened >= 3 { // the index of those that were reopened often
		w.And("c.reopened >= 3")
	}
	if f.MeToo > 0 {
		w.And("c.metoo >= ?", f.MeToo)
	}
}

func datesWhere(w *db.Where, f *QueueFilter) {
	if f.From != nil {
		w.And("c.created_at >= ?", *f.From)
	}
	if f.To != nil {
		w.And("c.created_at < ?", *f.To)
	}
	if f.Since != nil {
		w.And("c.changed_at >= ?", *f.Since)
	}
	if f.Till != nil {
		w.And("c.changed_at < ?", *f.Till)
	}
}

// besideWhere looks at what lies beside a case: notes, resubmissions, the log.
func besideWhere(w *db.Where, actor accounts.Actor, f *QueueFilter, now time.Time) {
	if f.Notes {
		w.And("EXISTS (SELECT FROM notes n WHERE n.subject_kind = c.subject_kind AND n.subject_id = c.subject_id)")
	}
	if f.Moved > 0 {
		w.And("c.moves >= ?", f.Moved)
	}
	if f.Event != "" {
		w.And("EXISTS (SELECT FROM umbrella_members u WHERE u.subject_kind = c.subject_kind AND u.subject_id = c.subject_id AND u.event_id = ?)", uuid.MustParse(f.Event))
	}
	switch f.Resubmit {
	case "mine":
		w.And("EXISTS (SELECT FROM resubmissions s WHERE s.subject_kind = c.subject_kind AND s.subject_id = c.subject_id AND s.person_id = ? AND s.done_at IS NULL)", actor.Person)
	case "due":
		w.And("EXISTS (SELECT FROM resubmissions s WHERE s.subject_kind = c.subject_kind AND s.subject_id = c.subject_id AND s.person_id = ? AND s.done_at IS NULL AND s.due_on <= ?::date)", actor.Person, now.Format(time.DateOnly))
	}
}

// textWhere finds words in any form, or what is a part of words.
func textWhere(w *db.Where, text string, part bool) {
	if text == "" {
		return
	}
	if _, n, err := subject.ParseNumber(text); err == nil {
		w.And("c.number = ?", int64(n))
		return
	}
	if part {
		w.And(`c.norm LIKE '%' || replace(replace(replace(mitwirk_fold(?), '\', '\\'), '%', '\%'), '_', '\_') || '%'`, text)
		return
	}
	w.And("c.tsv @@ websearch_to_tsquery('mitwirk_de', ?)", text)
}
