package categories

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

const (
	maxStopText = 600
	maxTel      = 4
	maxStops    = 40
)

// Fingerprint is short for everything that the stop page says.
func (s *Stop) Fingerprint() string { return fingerprint(s) }

// CheckStop names what is wrong with a stop page, by the fields of its form.
func CheckStop(s *Stop) error {
	var wrong fault.Fields
	checkNames(&wrong, "title", s.Title, maxName)
	checkNames(&wrong, "text", s.Text, maxStopText)
	for _, t := range []struct {
		field string
		of    i18n.Text
		most  int
	}{{"title_de-x-leicht", s.Title, maxName}, {"text_de-x-leicht", s.Text, maxStopText}} {
		if utf8.RuneCountInString(t.of[i18n.Easy]) > t.most {
			wrong.Add(t.field, "field.too_long", "n", t.most)
		}
	}
	if len(s.Tel) > maxTel {
		wrong.Add("tel", "admin.err.tels", "n", maxTel)
	}
	for _, tel := range s.Tel {
		if !reTel.MatchString(tel) {
			wrong.Add("tel", "admin.err.tel")
			break
		}
	}
	return wrong.Err()
}

// AddStop adds a stop page, which answers can lead to from then on. One that was
// removed comes back under its key. fault.Invalid when the key is taken. Only
// admins may, here and below.
func (s *Service) AddStop(ctx context.Context, actor accounts.Actor, stop Stop) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		if !isKey(stop.Key) {
			return accounts.Entry{}, fault.OnField("key", "field.key")
		}
		if _, ok := c.Stop(stop.Key); ok {
			return accounts.Entry{}, fault.OnField("key", "admin.err.key_taken")
		}
		if len(c.Stops) >= maxStops {
			return accounts.Entry{}, tooMany("admin.err.stops", maxStops)
		}
		if err := CheckStop(&stop); err != nil {
			return accounts.Entry{}, err
		}
		return stopEntry("stop_page.add", stop.Key), putStop(ctx, tx, stop)
	})
}

// ChangeStop changes a stop page; whoever is on it reads the new words at once.
// was is as for ChangeGroup.
func (s *Service) ChangeStop(ctx context.Context, actor accounts.Actor, key, was string, change func(*Stop) error) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		now, ok := c.Stop(key)
		if !ok {
			return accounts.Entry{}, fault.Missing("stop page " + key)
		}
		next := now
		if err := change(&next); err != nil {
			return accounts.Entry{}, err
		}
		next.Key = now.Key
		var fields []string
		for _, f := range []struct {
			name string
			same bool
		}{
			{"title", sameText(now.Title, next.Title)},
			{"text", sameText(now.Text, next.Text)},
			{"tel", slices.Equal(now.Tel, next.Tel)},
			{"hard", now.Hard == next.Hard},
		} {
			if !f.same {
				fields = append(fields, f.name)
			}
		}
		if len(fields) == 0 {
			return accounts.Entry{}, nil // sent twice
		}
		if was != "" && was != now.Fingerprint() {
			return accounts.Entry{}, fault.New(fault.Conflict, "err.409")
		}
		if err := CheckStop(&next); err != nil {
			return accounts.Entry{}, err
		}
		return stopEntry("stop_page.change", key, fields...), putStop(ctx, tx, next)
	})
}

// RemoveStop takes a stop page away that nothing leads to: fault.Conflict where
// an answer or a signpost does.
func (s *Service) RemoveStop(ctx context.Context, actor accounts.Actor, key string) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		c, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		if _, ok := c.Stop(key); !ok {
			return accounts.Entry{}, fault.Missing("stop page " + key)
		}
		if len(c.LeadTo(key)) > 0 {
			return accounts.Entry{}, fault.New(fault.Conflict, "admin.err.stop_used")
		}
		if _, err := tx.Exec(ctx, sqlOffStop, key); err != nil {
			return accounts.Entry{}, fmt.Errorf("remove stop page: %w", err)
		}
		return stopEntry("stop_page.remove", key), nil
	})
}

// LeadTo lists what leads to a stop page, in German: names of categories, and
// the first words of signposts.
func (c *Catalogue) LeadTo(stop string) []string {
	var out []string
	for _, k := range c.All() {
		leads := slices.ContainsFunc(k.Questions, func(q Question) bool {
			return slices.ContainsFunc(q.Options, func(o Option) bool { return o.Effects.Stop == stop })
		})
		if leads {
			out = append(out, k.Name.In(i18n.German))
		}
	}
	for _, s := range c.Signposts {
		if s.Stop == stop && len(s.Words[i18n.German]) > 0 {
			out = append(out, s.Words[i18n.German][0])
		} else if s.Stop == stop {
			out = append(out, s.Key)
		}
	}
	return out
}

// stopEntry names the page by its key: it has no other name.
func stopEntry(action, key string, fields ...string) accounts.Entry {
	return accounts.Entry{Action: action, Fields: append([]string{"stop:" + key}, fields...)}
}

func putStop(ctx context.Context, tx pgx.Tx, s Stop) error {
	if _, err := tx.Exec(ctx, sqlPutStop, s.Key, s.Hard, notNil(s.Tel), notNilMap(s.Title), notNilMap(s.Text)); err != nil {
		return fmt.Errorf("put stop page: %w", err)
	}
	return nil
}

const sqlOffStop = `UPDATE stop_pages SET active = false WHERE key = $1`
