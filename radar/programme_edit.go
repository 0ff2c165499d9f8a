package radar

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,40}$`)

const (
	maxName   = 120
	maxIntro  = 2000
	maxWeight = 4
)

// EditProgramme makes a programme (version 0), or changes the one of its slug as
// the editor saw it: names, texts, rings, fields with their weights, questions.
// Fields and questions without a key get one. A field that measures stand in
// can't be taken out; marks move only where their sector does. No second person
// approves it: the audit log holds who did it, and the other editors are told.
// Also its days and who edits it are changed here.
func (s *Service) EditProgramme(ctx context.Context, actor accounts.Actor, p *Programme, version int) error {
	p.name()
	if err := p.check(); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActRelease, ofSlug(p.Slug))
		if err != nil {
			return err
		}
		var id uuid.UUID
		var is int
		err = tx.QueryRow(ctx, sqlHoldProgramme, p.Slug).Scan(&id, &is)
		switch {
		case errors.Is(err, pgx.ErrNoRows) && version == 0:
			tag, err := tx.Exec(ctx, sqlNewProgramme, subject.NewID(), p.Slug, p.Name)
			if err != nil {
				return fmt.Errorf("new programme: %w", err)
			}
			if tag.RowsAffected() == 0 { // somebody was quicker
				return fault.OnField("slug", "radarprog.err.slug_taken")
			}
		case errors.Is(err, pgx.ErrNoRows):
			return fault.Missing("programme")
		case err != nil:
			return fmt.Errorf("hold programme: %w", err)
		case version == 0:
			return fault.OnField("slug", "radarprog.err.slug_taken")
		case is != version:
			return fault.New(fault.Conflict, "radar.err.changed")
		}
		if err := putProgramme(ctx, tx, p); err != nil {
			return err
		}
		if err := nameEditors(ctx, tx, p); err != nil {
			return err
		}
		keys := make([]string, len(p.Fields))
		for i := range p.Fields {
			keys[i] = p.Fields[i].Key
		}
		if _, err := tx.Exec(ctx, sqlDropFields, p.ID, keys); err != nil {
			return fmt.Errorf("drop fields: %w", err)
		}
		now, err := s.programmeByID(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if len(now.Fields) != len(p.Fields) {
			return fault.OnField("fields", "radarprog.err.field_used")
		}
		at, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.keepSpots(ctx, tx, now, s.day(at)); err != nil {
			return err
		}
		if err := s.bus.Append(ctx, tx, ProgrammeEdited{Programme: p.ID}); err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: editedAction, Ref: p.Ref()})
	})
}

// name gives keys to what has none yet.
func (p *Programme) name() {
	fields := map[string]bool{}
	for i := range p.Fields {
		fields[p.Fields[i].Key] = true
	}
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Key == "" {
			f.Key = free(fieldKey(f.Name.In(i18n.German)), "feld", fields)
		}
	}
	for i := range p.Questions {
		if q := &p.Questions[i]; q.Key == "" {
			id := subject.NewID().String()
			q.Key = "frage_" + id[len(id)-8:] // of its own: votes on a question that was taken out keep its key
		}
	}
}

// free is a key that nobody has yet.
func free(key, otherwise string, taken map[string]bool) string {
	if key = strings.Trim(key[:min(len(key), 36)], "-"); key == "" {
		key = otherwise
	}
	out := key
	for n := 2; taken[out]; n++ {
		out = fmt.Sprintf("%s%d", key, n)
	}
	taken[out] = true
	return out
}

// check is validProgramme with the limits of the form.
func (p *Programme) check() error {
	var wrong fault.Fields
	if f := fault.As(validProgramme(p)); f != nil {
		for _, w := range f.Fields {
			if w.Name == "name" {
				w.Name = "name_de"
			}
			wrong = append(wrong, w)
		}
	}
	if p.Slug != "" && !slugForm.MatchString(p.Slug) {
		wrong.Add("slug", "radarprog.err.slug")
	}
	if !slices.Contains([]Scale{ByStatus, ByHorizon, ByStage}, p.Rings) {
		wrong.Add("rings", "field.choice")
	}
	if p.Sectors != "field" && p.Sectors != "core" {
		wrong.Add("sectors", "field.choice")
	}
	long := func(t i18n.Text, most int) bool {
		for _, words := range t {
			if utf8.RuneCountInString(words) > most {
				return true
			}
		}
		return false
	}
	if long(p.Name, maxName) {
		wrong.Add("name_de", "field.too_long", "n", maxName)
	}
	if long(p.Intro, maxIntro) {
		wrong.Add("intro_de", "field.too_long", "n", maxIntro)
	}
	keys := map[string]bool{}
	for i := range p.Fields {
		f := &p.Fields[i]
		if f.Name.In(i18n.German) == "" || long(f.Name, maxName) || long(f.Core, maxName) || long(f.Intro, maxIntro) || !slugForm.MatchString(f.Key) || keys[f.Key] {
			wrong.Add("fields", "radarprog.err.field")
			break
		}
		if f.Weight < 1.0/maxWeight || f.Weight > maxWeight {
			wrong.Add("fields", "radarprog.err.weight", "max", maxWeight)
			break
		}
		if p.Sectors == "core" && f.Core.In(i18n.German) == "" {
			wrong.Add("fields", "radarprog.err.core")
			break
		}
		keys[f.Key] = true
	}
	for _, q := range p.Questions {
		if q.Text.In(i18n.German) == "" || q.Low.In(i18n.German) == "" || q.High.In(i18n.German) == "" || long(q.Text, maxName) || long(q.Low, maxName) || long(q.High, maxName) {
			wrong.Add("questions", "radarprog.err.question")
			break
		}
	}
	return wrong.Err()
}

// PreviewProgramme is the programme as it would be with other fields and rings,
// with the measures of now.
func (s *Service) PreviewProgramme(ctx context.Context, actor accounts.Actor, p *Programme) (*State, error) {
	if err := May(actor, ActRelease, uuid.Nil); err != nil {
		return nil, err
	}
	p.name()
	if err := p.check(); err != nil {
		return nil, err
	}
	on, err := s.Today(ctx)
	if err != nil || p.ID == uuid.Nil {
		return &State{On: on}, err
	}
	return s.load(ctx, s.db, p, on)
}

const (
	sqlNewProgramme  = `INSERT INTO programmes (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING`
	sqlHoldProgramme = `SELECT id, version FROM programmes WHERE slug = $1 FOR UPDATE`
	// A field that something stands in stays: measures, their changes, releases.
	sqlDropFields = `
DELETE FROM programme_fields f
WHERE f.programme_id = $1
  AND f.key <> ALL ($2)
  AND NOT EXISTS (SELECT FROM measures m WHERE m.programme_id = $1 AND m.content ->> 'field' = f.key)
  AND NOT EXISTS (SELECT FROM measure_edits e JOIN measures m ON m.id = e.measure_id
                  WHERE m.programme_id = $1 AND e.state IN ('draft', 'review', 'approved') AND e.content ->> 'field' = f.key)
  AND NOT EXISTS (SELECT FROM release_items i JOIN releases r ON r.id = i.release_id
                  WHERE r.programme_id = $1 AND i.snapshot ->> 'field' = f.key)`
)
