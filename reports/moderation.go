package reports

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// Hidden says: moderation has hidden a report or a part of it, or brought it back.
type Hidden struct {
	Report uuid.UUID        `json:"report"`
	Part   subject.PartKind `json:"part"`
	On     bool             `json:"on"`     // hidden; false: back again
	Public bool             `json:"public"` // everybody saw it before
}

// EventType names the event in the database.
func (Hidden) EventType() string { return "report.hidden" }

// Subject is the report.
func (e Hidden) Subject() subject.Ref { return ref(e.Report) }

// Moderated is reports as moderation sees them: its Target. Everything in it
// runs in the caller's transaction; the caller has asked moderation's policy.
type Moderated struct{ s *Service }

// Moderated gives moderation what it needs of reports.
func (s *Service) Moderated() Moderated { return Moderated{s} }

// Content is a part of a report as it stands, locked until the end of the
// transaction when q is one and lock says so. fault.NotFound for what is not
// there and for private reports, which nobody moderates.
func (m Moderated) Content(ctx context.Context, q db.Queryer, part subject.Part, lock bool) (subject.Content, error) {
	r, err := m.load(ctx, q, part.Ref.ID, lock)
	if err != nil {
		return subject.Content{}, err
	}
	photos, err := attachments.ForSubject(ctx, q, r.Ref())
	if err != nil {
		return subject.Content{}, err
	}
	hidden, err := db.Exists(ctx, q, sqlIsHidden, r.ID, part.Part, part.Of)
	if err != nil {
		return subject.Content{}, err
	}
	c := subject.Content{
		Part: part, Version: r.Version, Number: r.Number, Prefix: subject.PrefixReport, Path: r.Path(), Title: r.Title["de"], Lang: r.Lang,
		At: r.CreatedAt, Author: r.Person, Contact: r.Contact, Department: r.DepartmentID, Category: r.Category, District: r.DistrictRef, Hidden: hidden,
	}
	state := []string{string(part.Part), strconv.FormatBool(hidden), string(r.Visibility)}
	shown := publicPhotos(r)
	for _, a := range photos {
		if part.Part == subject.Text || part.Part == subject.Photo && a.ID != part.Of {
			continue
		}
		c.Photos = append(c.Photos, subject.ContentPhoto{ID: a.ID, Alt: a.Alt, Version: a.Version, Width: a.Width, Height: a.Height, Public: shown && a.State == attachments.Released})
		state = append(state, a.ID.String(), strconv.Itoa(a.Version), string(a.State), a.Alt)
		if part.Part == subject.Photo {
			c.Public = shown && a.State == attachments.Released
		}
	}
	if part.Part == subject.Photo && len(c.Photos) == 0 {
		return subject.Content{}, fault.Missing("photo of the report")
	}
	if part.Part != subject.Photo {
		if c.Text = r.TextPublic; r.TextState != TextReleased {
			c.Text = r.Text
		}
		state = append(state, string(r.TextState), r.Text, r.TextPublic)
	}
	switch part.Part {
	case subject.Text:
		c.Public = r.Visibility == VisPublic && r.TextState == TextReleased && r.TextPublic != ""
	case subject.Whole:
		c.Public = r.Visibility == VisPublic
	case subject.Photo:
	}
	sum := sha256.Sum256([]byte(strings.Join(state, "\x00")))
	c.Hash = sum[:]
	return c, nil
}

func (m Moderated) load(ctx context.Context, q db.Queryer, id uuid.UUID, lock bool) (*Report, error) {
	var r *Report
	var err error
	if tx, ok := q.(pgx.Tx); ok && lock {
		r, err = lockByID(ctx, tx, id, uuid.Nil)
	} else {
		r, err = byID(ctx, q, id, uuid.Nil)
	}
	if err != nil {
		return nil, err
	}
	if r.Visibility == VisErased || r.Visibility == VisPrivate || r.Visibility == VisDraft {
		return nil, fault.Missing("report")
	}
	return r, nil
}

// A redacted text has a row as well, but is no hidden one.
const sqlIsHidden = `
SELECT EXISTS (
  SELECT FROM report_hidden h JOIN reports r ON r.id = h.report_id
  WHERE h.report_id = $1 AND h.part = $2 AND h.part_id = $3 AND (h.part <> 'text' OR r.text_state = 'withheld')
)`

// ByNumber finds a report by its public number, for a notice about it.
func (m Moderated) ByNumber(ctx context.Context, q db.Queryer, n subject.Number) (subject.Ref, error) {
	r, err := byNumber(ctx, q, n, uuid.Nil)
	if err != nil {
		return subject.Ref{}, err
	}
	return r.Ref(), nil
}

// IsAuthor tells whether a person may act as who wrote the report.
func (m Moderated) IsAuthor(ctx context.Context, q db.Queryer, of subject.Ref, person uuid.UUID) (bool, error) {
	return db.Exists(ctx, q, sqlIsAuthor, of.ID, person)
}

const sqlIsAuthor = `SELECT EXISTS (SELECT FROM report_parties WHERE report_id = $1 AND person_id = $2)`

// Hide takes a part out of everything that anybody but its author and
// moderation sees, and remembers what it was. Hiding it twice is Conflict.
func (m Moderated) Hide(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	r, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	before := hiddenRow{Visibility: string(r.Visibility), TextState: string(r.TextState), TextPublic: r.TextPublic}
	was := r.Visibility == VisPublic
	switch part.Part {
	case subject.Whole:
		r.Visibility = VisHidden
	case subject.Text:
		was = was && r.TextState == TextReleased
		r.TextState, r.TextPublic = TextWithheld, ""
	case subject.Photo:
		a, err := m.photo(ctx, tx, r, part.Of)
		if err != nil {
			return err
		}
		was = was && a.State == attachments.Released
		before = hiddenRow{PhotoState: string(a.State)}
		if err := attachments.SetState(ctx, tx, accounts.System, attachments.Held, a.ID); err != nil {
			return err
		}
	}
	if err := m.remember(ctx, tx, part, before); err != nil {
		return err
	}
	return m.save(ctx, tx, r, Hidden{Report: r.ID, Part: part.Part, On: true, Public: was})
}

// Restore brings back exactly what Hide took away; votes, order and everything
// that happened to the report meanwhile stay. Nothing hidden is Conflict.
func (m Moderated) Restore(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	r, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, sqlUnhide, r.ID, part.Part, part.Of)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[hiddenRow])
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if len(list) == 0 {
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	before := list[0]
	switch part.Part {
	case subject.Whole:
		r.Visibility = Visibility(before.Visibility)
	case subject.Text:
		r.TextState, r.TextPublic = TextState(before.TextState), before.TextPublic
	case subject.Photo:
		if err := attachments.SetState(ctx, tx, accounts.System, attachments.State(before.PhotoState), part.Of); err != nil {
			return err
		}
	}
	return m.save(ctx, tx, r, Hidden{Report: r.ID, Part: part.Part, Public: r.Visibility == VisPublic})
}

// remember keeps what a part was. What is hidden after it was redacted comes
// back redacted.
func (m Moderated) remember(ctx context.Context, tx pgx.Tx, part subject.Part, before hiddenRow) error {
	tag, err := tx.Exec(ctx, sqlHide, part.Ref.ID, part.Part, part.Of, before.Visibility, before.TextState, before.TextPublic, before.PhotoState)
	if err != nil {
		return fmt.Errorf("remember hidden part: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	return nil
}

type hiddenRow struct{ Visibility, TextState, TextPublic, PhotoState string }

const (
	sqlHide = `
INSERT INTO report_hidden (report_id, part, part_id, visibility, text_state, text_public, photo_state)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (report_id, part, part_id) DO UPDATE
SET visibility = excluded.visibility, text_state = excluded.text_state, text_public = excluded.text_public
WHERE report_hidden.part = 'text' AND excluded.text_state = 'released'`
	sqlUnhide = `
DELETE FROM report_hidden
WHERE report_id = $1 AND part = $2 AND part_id = $3
RETURNING visibility, text_state, text_public, photo_state`
	sqlEraseHidden = `DELETE FROM report_hidden WHERE report_id = $1`
	sqlHiddenParts = `SELECT part, part_id FROM report_hidden WHERE report_id = $1`
)

// Redact replaces what the public reads of a text.
func (m Moderated) Redact(ctx context.Context, tx pgx.Tx, part subject.Part, text string) error {
	r, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	if r.TextState != TextReleased && r.TextState != TextHeld || r.Publish != "A" && r.Publish != "B" {
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	was := r.Visibility == VisPublic && r.TextState == TextReleased
	if err := m.remember(ctx, tx, part, hiddenRow{Visibility: string(r.Visibility), TextState: string(r.TextState), TextPublic: r.TextPublic}); err != nil {
		return err
	}
	r.TextState, r.TextPublic = TextReleased, text
	if r.Visibility == VisHeld && r.Publish == "B" {
		r.Visibility = VisPublic
	}
	if err := m.save(ctx, tx, r, Hidden{Report: r.ID, Part: subject.Text, Public: was}); err != nil {
		return err
	}
	return m.s.appendStep(ctx, tx, r, "step.redacted", nil, "", subject.Public, r.DepartmentID)
}

// Covered says that parts of a photo were covered: on the timeline, and to
// open pages.
func (m Moderated) Covered(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	r, was, err := m.photoChanged(ctx, tx, part)
	if err != nil || !was {
		return err
	}
	return m.s.appendStep(ctx, tx, r, "step.redacted", nil, "", subject.Public, r.DepartmentID)
}

// Uncovered says to open pages that they are so no longer, after an appeal.
func (m Moderated) Uncovered(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	_, _, err := m.photoChanged(ctx, tx, part)
	return err
}

// photoChanged gives the report a new version and tells whether everybody saw the photo.
func (m Moderated) photoChanged(ctx context.Context, tx pgx.Tx, part subject.Part) (*Report, bool, error) {
	r, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return nil, false, err
	}
	a, err := m.photo(ctx, tx, r, part.Of)
	if err != nil {
		return nil, false, err
	}
	was := publicPhotos(r) && a.State == attachments.Released
	return r, was, m.save(ctx, tx, r, Hidden{Report: r.ID, Part: part.Part, Public: was})
}

// Publish lets through what a rule had held: the text as it was typed, or the
// whole report.
func (m Moderated) Publish(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	r, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	switch {
	case part.Part == subject.Whole && r.Visibility == VisHeld:
		r.Visibility, _ = publication(r.Publish)
	case part.Part == subject.Text && r.TextState == TextHeld:
		if r.Publish != "A" && r.Publish != "B" {
			return nil
		}
		r.TextState, r.TextPublic = TextReleased, r.Text
		if r.Visibility == VisHeld && r.Publish == "B" {
			r.Visibility = VisPublic
		}
	default:
		return nil
	}
	return m.save(ctx, tx, r, Hidden{Report: r.ID, Part: part.Part, Public: r.Visibility == VisPublic})
}

func (m Moderated) photo(ctx context.Context, tx pgx.Tx, r *Report, id uuid.UUID) (attachments.Attachment, error) {
	a, err := attachments.ByID(ctx, tx, id)
	if err == nil && (a.Subject != r.Ref() || a.State == attachments.Removed) {
		err = fault.Missing("photo of the report")
	}
	return a, err
}

// save writes what moderation changes: who may see it, and the words that the
// list's search finds.
func (m Moderated) save(ctx context.Context, tx pgx.Tx, r *Report, e Hidden) error {
	if err := tx.QueryRow(ctx, sqlSaveModerated, r.ID, string(r.TextState), r.TextPublic, string(r.Visibility), words(r)).Scan(&r.Version); err != nil {
		return fmt.Errorf("save moderated report: %w", err)
	}
	return m.s.bus.Append(ctx, tx, e)
}

const sqlSaveModerated = `
UPDATE reports
SET text_state = $2, text_public = $3, visibility = $4, words = $5, changed_at = mitwirk_now(), version = version + 1
WHERE id = $1
RETURNING version`

// Writing is a text on its way to the public.
type Writing struct {
	Report   *Report
	Category string // key
	Text     string
	Now      time.Time
}

// Gate is asked before a text can become public (moderation's rules, plugged in
// by app). nil: nothing is held.
type Gate interface {
	// Arrived looks at a new report. It returns true when all of it has to wait.
	Arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, w Writing) (wait bool, err error)
	// Leaves is asked for a text that staff want to make public. fault.Conflict
	// when a rule holds it and only moderation may let it through.
	Leaves(ctx context.Context, tx pgx.Tx, actor accounts.Actor, w Writing) error
}

// SetGate plugs moderation in; to be called before the service is used.
func (s *Service) SetGate(g Gate) { s.gate = g }

// arrived asks the gate about a new report, which is stored already.
func (s *Service) arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, category string, now time.Time) error {
	if s.gate == nil || actor.System || r.Publish != "A" && r.Publish != "B" {
		return nil
	}
	wait, err := s.gate.Arrived(ctx, tx, actor, Writing{Report: r, Category: category, Text: r.Text, Now: now})
	if err != nil || !wait || r.Visibility != VisPublic {
		return err
	}
	r.Visibility = VisHeld
	if _, err := tx.Exec(ctx, sqlHoldReport, r.ID); err != nil {
		return fmt.Errorf("hold report: %w", err)
	}
	return nil
}

const sqlHoldReport = `UPDATE reports SET visibility = 'held' WHERE id = $1`

// mayLeave refuses a release of what moderation has hidden or holds.
func (s *Service) mayLeave(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, in Release, now time.Time) error {
	rows, err := tx.Query(ctx, sqlHiddenParts, r.ID)
	if err != nil {
		return fmt.Errorf("hidden parts: %w", err)
	}
	var part string
	var of uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&part, &of}, func() error {
		switch subject.PartKind(part) {
		case subject.Photo:
			if _, asked := in.Photos[of]; asked {
				return fault.New(fault.Conflict, "moderation.err.hidden")
			}
			return nil
		case subject.Text:
			if in.TextState == "" {
				return nil
			}
		case subject.Whole:
		}
		return fault.New(fault.Conflict, "moderation.err.hidden")
	}); err != nil {
		return err
	}
	if s.gate == nil || in.TextState != TextReleased || r.Text == "" {
		return nil
	}
	text := strings.TrimSpace(in.TextPublic)
	if text == "" {
		text = r.Text
	}
	return s.gate.Leaves(ctx, tx, actor, Writing{Report: r, Text: text, Now: now})
}

// hiddenData is what open pages learn when moderation hides something: enough
// to take it away at once, and nothing of what it was.
type hiddenData struct {
	Number string           `json:"number"`
	Part   subject.PartKind `json:"part"`
	On     bool             `json:"on"`
}

// hiddenNews goes to everybody who may have had it on the screen, also where
// they may no longer know of it.
func hiddenNews(r *Report, body []byte) ([]live.Message, error) {
	var e Hidden
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	if !e.Public {
		return nil, nil
	}
	data := hiddenData{Number: r.Number.Format(subject.PrefixReport), Part: e.Part, On: e.On}
	return []live.Message{
		{Topic: live.ReportTopic(r.Number), Type: e.EventType(), Data: data},
		{Topic: live.Reports, Type: e.EventType(), Data: data},
	}, nil
}
