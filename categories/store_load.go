package categories

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	sqlLoadDepartments = `
SELECT id, key, name, door, does
FROM departments
WHERE active
ORDER BY key`

	sqlLoadHours = `
SELECT department_id, weekday, opens, closes
FROM opening_hours
ORDER BY department_id, weekday, opens`

	sqlLoadBodies = `
SELECT key, name, area, forward, link
FROM category_bodies
WHERE active
ORDER BY key`

	sqlLoadGroups = `
SELECT id, key, name
FROM category_groups
WHERE active
ORDER BY position, key`

	sqlLoadCategories = `
SELECT c.id, c.key, g.key, d.key, c.name,
  c.kinds, c.publish, c.photo, coalesce(c.target_days, 0), c.target_on, c.near_m, c.near_days,
  c.object_kind, c.season, c.words, c.sample, c.ready, c.quiet_result, c.wish,
  c.retain_text_days, c.retain_photo_days, c.retain_contact_days, c.share, c.optional, c.active
FROM categories c
JOIN category_groups g ON g.id = c.group_id
JOIN departments d ON d.id = c.department_id
ORDER BY c.position, c.key`

	sqlLoadQuestions = `
SELECT id, category_id, key, type, name, required, shown_if, min, max, team_only, common
FROM questions
WHERE active
ORDER BY category_id, position, key`

	sqlLoadOptions = `
SELECT question_id, key, name, effects
FROM question_options
WHERE active
ORDER BY question_id, position, key`

	sqlLoadStops = `
SELECT key, hard, tel, title, text
FROM stop_pages
WHERE active
ORDER BY key`

	sqlLoadSignposts = `
SELECT id, key, words, text, coalesce(stop_key, ''), link_url, link_label, door, door_text
FROM signposts
WHERE active
ORDER BY position, key`
)

// collect runs a query and scans every row.
func collect[T any](ctx context.Context, q db.Queryer, what, sql string, scan func(row pgx.CollectableRow) (T, error)) ([]T, error) {
	rows, err := q.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", what, err)
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", what, err)
	}
	return list, nil
}

// loadCatalogue reads the whole catalogue. What is not in use is left out, but
// for categories, to which reports may point.
func loadCatalogue(ctx context.Context, q db.Queryer) (*Catalogue, error) {
	c := &Catalogue{}
	var err error
	if c.Departments, err = loadDepartments(ctx, q); err != nil {
		return nil, err
	}
	if c.Outside, err = collect(ctx, q, "bodies", sqlLoadBodies, func(r pgx.CollectableRow) (b Body, err error) {
		return b, r.Scan(&b.Key, &b.Name, &b.Area, &b.Forward, &b.Link)
	}); err != nil {
		return nil, err
	}
	if c.Groups, err = collect(ctx, q, "groups", sqlLoadGroups, func(r pgx.CollectableRow) (g Group, err error) {
		return g, r.Scan(&g.ID, &g.Key, &g.Name)
	}); err != nil {
		return nil, err
	}
	if c.Stops, err = collect(ctx, q, "stop pages", sqlLoadStops, func(r pgx.CollectableRow) (s Stop, err error) {
		return s, r.Scan(&s.Key, &s.Hard, &s.Tel, &s.Title, &s.Text)
	}); err != nil {
		return nil, err
	}
	if c.Signposts, err = collect(ctx, q, "signposts", sqlLoadSignposts, func(r pgx.CollectableRow) (s Signpost, err error) {
		return s, r.Scan(&s.ID, &s.Key, &s.Words, &s.Body, &s.Stop, &s.Link.URL, &s.Link.Label, &s.Door.To, &s.Door.Text)
	}); err != nil {
		return nil, err
	}
	if err := loadCategories(ctx, q, c); err != nil {
		return nil, err
	}
	c.prepare()
	return c, nil
}

func loadDepartments(ctx context.Context, q db.Queryer) ([]Department, error) {
	list, err := collect(ctx, q, "departments", sqlLoadDepartments, func(r pgx.CollectableRow) (d Department, err error) {
		return d, r.Scan(&d.ID, &d.Key, &d.Name, &d.Door, &d.Does)
	})
	if err != nil {
		return nil, err
	}
	at := map[uuid.UUID]*Department{}
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	type hours struct {
		department uuid.UUID
		weekday    int
		span       Span
	}
	rows, err := collect(ctx, q, "opening hours", sqlLoadHours, func(r pgx.CollectableRow) (h hours, err error) {
		return h, r.Scan(&h.department, &h.weekday, &h.span.Opens, &h.span.Closes)
	})
	if err != nil {
		return nil, err
	}
	for _, h := range rows {
		if d := at[h.department]; d != nil {
			d.Hours[h.weekday] = append(d.Hours[h.weekday], h.span)
		}
	}
	return list, nil
}

func loadCategories(ctx context.Context, q db.Queryer, c *Catalogue) error {
	all, err := collect(ctx, q, "categories", sqlLoadCategories, scanCategory)
	if err != nil {
		return err
	}
	type questionRow struct {
		Question
		category uuid.UUID
	}
	questions, err := collect(ctx, q, "questions", sqlLoadQuestions, func(r pgx.CollectableRow) (x questionRow, err error) {
		return x, r.Scan(&x.ID, &x.category, &x.Key, &x.Type, &x.Name, &x.Required, &x.ShownIf, &x.Min, &x.Max, &x.TeamOnly, &x.Common)
	})
	if err != nil {
		return err
	}
	type optionRow struct {
		Option
		question uuid.UUID
	}
	options, err := collect(ctx, q, "options", sqlLoadOptions, func(r pgx.CollectableRow) (x optionRow, err error) {
		return x, r.Scan(&x.question, &x.Key, &x.Name, &x.Effects)
	})
	if err != nil {
		return err
	}
	byQuestion := map[uuid.UUID][]Option{}
	for _, o := range options {
		byQuestion[o.question] = append(byQuestion[o.question], o.Option)
	}
	byCategory := map[uuid.UUID][]Question{}
	for _, x := range questions {
		x.Options = byQuestion[x.ID]
		byCategory[x.category] = append(byCategory[x.category], x.Question)
	}
	for _, k := range all {
		k.Questions = byCategory[k.ID]
		if k.Active {
			c.Categories = append(c.Categories, k)
		} else {
			c.retired = append(c.retired, k)
		}
	}
	return nil
}

func scanCategory(r pgx.CollectableRow) (k Category, err error) {
	var season string
	err = r.Scan(&k.ID, &k.Key, &k.Group, &k.Department, &k.Name,
		&k.Kinds, &k.Publish, &k.Photo, &k.Days, &k.TargetOn, &k.NearM, &k.NearDays,
		&k.Object, &season, &k.Words, &k.Sample, &k.Ready, &k.Quiet, &k.Wish,
		&k.Retention.Text, &k.Retention.Photo, &k.Retention.Contact, &k.Share, &k.Optional, &k.Active)
	if err != nil {
		return k, err
	}
	if season != "" {
		var ok bool
		if k.Season, ok = parseSeason(season); !ok {
			return k, fmt.Errorf("category %s: %q is no season", k.Key, season)
		}
	}
	return k, nil
}
