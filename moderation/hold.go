package moderation

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// RuleKind is what a rule holds.
type RuleKind string

// The kinds of rules.
const (
	HoldCategory  RuleKind = "category"
	HoldNewAuthor RuleKind = "new_author"
	HoldPhone     RuleKind = "phone"
	HoldMail      RuleKind = "mail"
	HoldLink      RuleKind = "link"
	HoldWords     RuleKind = "words"
)

// ofText tells whether the rule looks at the words themselves: such a hold ends
// when they are covered.
func (k RuleKind) ofText() bool {
	return k == HoldPhone || k == HoldMail || k == HoldLink || k == HoldWords
}

func (k RuleKind) harm() Harm {
	if k == HoldPhone || k == HoldMail {
		return Personal
	}
	return Rule
}

// HoldRule is a rule as the moderators set it.
type HoldRule struct {
	ID       uuid.UUID
	Kind     RuleKind
	Category string   // key, of kind category
	Words    []string // of kind words
	Scope    subject.PartKind
	Active   bool
}

// Text is a text on its way to the public.
type Text struct {
	Part      subject.Part // the text; the whole thing when a rule says so
	Category  string       // key of its category; may be empty
	Text      string
	NewAuthor bool
	Outside   bool // outside the staffed hours
}

// Match tells which active rules hold a text. It is pure.
func Match(rules []HoldRule, t Text) []HoldRule {
	var hit []HoldRule
	for _, r := range rules {
		on := false
		switch r.Kind {
		case HoldCategory:
			on = r.Category != "" && r.Category == t.Category
		case HoldNewAuthor:
			on = t.NewAuthor && t.Outside
		case HoldPhone:
			on = HasPhone(t.Text)
		case HoldMail:
			on = reMail.MatchString(t.Text)
		case HoldLink:
			on = reLink.MatchString(t.Text)
		case HoldWords:
			on = hasWord(t.Text, r.Words)
		}
		if r.Active && on {
			hit = append(hit, r)
		}
	}
	return hit
}

// What looks like a way to reach somebody or to lead people away. The same
// shapes as the wizard's hint.
var (
	reMail  = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
	rePhone = regexp.MustCompile(`(?:\+|\b00|\b0|\(0)[\d()/ .\-\x{2013}\x{00a0}]{5,24}\d`)
	reLink  = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s]+`)
	reDate  = regexp.MustCompile(`^0?\d{1,2}\. ?\d{1,2}\. ?\d{2,4}`)
)

// HasPhone tells whether a text seems to hold a phone number.
func HasPhone(text string) bool {
	return slices.ContainsFunc(rePhone.FindAllString(text, -1), func(s string) bool {
		n := 0
		for _, r := range s {
			if unicode.IsDigit(r) {
				n++
			}
		}
		return !reDate.MatchString(s) && n >= 7 && n <= 15
	})
}

// hasWord finds a blocked word as a word of its own, in any case.
func hasWord(text string, words []string) bool {
	have := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	line := " " + strings.Join(have, " ") + " "
	return slices.ContainsFunc(words, func(w string) bool {
		w = strings.Join(strings.Fields(strings.ToLower(w)), " ")
		return w != "" && strings.Contains(line, " "+w+" ")
	})
}

// Arrived looks at a new thing before anybody sees it. It notes what holds it
// and tells whether all of it has to wait; until is when somebody reads it.
func (s *Service) Arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, whole, text subject.Part, category, words string, now time.Time) (wait bool, until time.Time, err error) {
	cal, err := s.cal.Calendar(ctx)
	if err != nil {
		return false, now, err
	}
	fresh, err := NewAuthor(ctx, tx, actor.Person, now)
	if err != nil {
		return false, now, err
	}
	outside, until := Staffed(cal, true, now)
	rules, err := holdRules(ctx, tx)
	if err != nil {
		return false, until, err
	}
	hits := Match(rules, Text{Part: text, Category: category, Text: words, NewAuthor: fresh, Outside: outside})
	if _, ok, err := restricted(ctx, tx, actor.Person, OfContent); err != nil {
		return false, until, err
	} else if ok {
		hits = append(hits, HoldRule{Kind: HoldNewAuthor, Scope: subject.Whole, Active: true})
	}
	for _, r := range hits {
		part := text
		if r.Scope == subject.Whole {
			part, wait = whole, true
		} else if words == "" {
			continue
		}
		if err := s.hold(ctx, tx, part, r, until); err != nil {
			return false, until, err
		}
	}
	return wait, until, nil
}

func (s *Service) hold(ctx context.Context, tx pgx.Tx, part subject.Part, r HoldRule, until time.Time) error {
	c, err := s.content(ctx, tx, part, false)
	if err != nil {
		return err
	}
	item, err := openItem(ctx, tx, part, r.Kind.harm())
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlHold, subject.NewID(), item, c.Hash, r.Kind, r.Scope, until); err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	return nil
}

// Leaves is asked for words that staff want to make public. What the rules find
// in them is fault.Conflict: they cover it, or moderation decides. Clean words
// end the holds that were about the words.
func (s *Service) Leaves(ctx context.Context, tx pgx.Tx, whole, text subject.Part, words string) error {
	waits, err := db.Exists(ctx, tx, sqlWaits, whole.Kind, whole.ID)
	if err != nil {
		return err
	}
	if waits {
		return fault.New(fault.Conflict, "moderation.err.waits")
	}
	rules, err := holdRules(ctx, tx)
	if err != nil {
		return err
	}
	for _, r := range Match(rules, Text{Part: text, Text: words}) {
		if r.Kind.ofText() {
			return fault.New(fault.Conflict, "moderation.err.held").With("why", "moderation.rule."+string(r.Kind))
		}
	}
	for _, sql := range []string{sqlCovered, sqlCloseCovered} {
		if _, err := tx.Exec(ctx, sql, text.Kind, text.ID); err != nil {
			return fmt.Errorf("end holds: %w", err)
		}
	}
	return nil
}

// NameFits refuses a name that people would read beside what somebody wrote:
// one that the rules about words would hold is Invalid on "name".
func (s *Service) NameFits(ctx context.Context, q db.Queryer, name string) error {
	rules, err := holdRules(ctx, q)
	if err != nil {
		return err
	}
	for _, r := range Match(rules, Text{Text: name}) {
		if r.Kind.ofText() {
			return fault.OnField("name", "moderation.err.name")
		}
	}
	return nil
}

// HeldUntil tells until when the author of a thing was told that it waits; ok is
// false when nothing holds it.
func (s *Service) HeldUntil(ctx context.Context, ref subject.Ref) (until time.Time, ok bool, err error) {
	var at *time.Time
	if err := s.db.QueryRow(ctx, sqlHeldUntil, ref.Kind, ref.ID).Scan(&at); err != nil {
		return until, false, fmt.Errorf("held until: %w", err)
	}
	if at == nil {
		return until, false, nil
	}
	return *at, true, nil
}

// HoldRules lists the rules for moderators.
func (s *Service) HoldRules(ctx context.Context, actor accounts.Actor) ([]HoldRule, error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	return holdRules(ctx, s.db)
}

// SetHoldRule changes a rule, or adds the one of a category.
func (s *Service) SetHoldRule(ctx context.Context, actor accounts.Actor, r HoldRule) error {
	var wrong fault.Fields
	if !slices.Contains([]RuleKind{HoldCategory, HoldNewAuthor, HoldPhone, HoldMail, HoldLink, HoldWords}, r.Kind) || (r.Kind == HoldCategory) != (r.Category != "") {
		wrong.Add("kind", "field.choice")
	}
	if r.Scope != subject.Text && r.Scope != subject.Whole {
		wrong.Add("scope", "field.choice")
	}
	if len(r.Words) > 2000 {
		wrong.Add("words", "field.too_long", "n", 2000)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayModerate(actor); err != nil {
			return err
		}
		if r.Words == nil {
			r.Words = []string{}
		}
		var id uuid.UUID
		if err := tx.QueryRow(ctx, sqlSetRule, subject.NewID(), r.Kind, r.Category, r.Words, r.Scope, r.Active, actor.Person).Scan(&id); err != nil {
			return fmt.Errorf("set hold rule: %w", err)
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.rule", Ref: subject.Ref{Kind: "hold_rule", ID: id}, Fields: []string{string(r.Kind)}})
	})
}

func holdRules(ctx context.Context, q db.Queryer) ([]HoldRule, error) {
	rows, err := q.Query(ctx, sqlRules)
	if err != nil {
		return nil, fmt.Errorf("hold rules: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[HoldRule])
	if err != nil {
		return nil, fmt.Errorf("hold rules: %w", err)
	}
	return list, nil
}

// Held is a hold as moderators see it.
type Held struct {
	Kind  RuleKind
	At    time.Time
	Until time.Time
}

func openHolds(ctx context.Context, q db.Queryer, item uuid.UUID) ([]Held, error) {
	rows, err := q.Query(ctx, sqlOpenHolds, item)
	if err != nil {
		return nil, fmt.Errorf("open holds: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Held])
	if err != nil {
		return nil, fmt.Errorf("open holds: %w", err)
	}
	return list, nil
}

const (
	sqlRules = `
SELECT id, kind, category, words, scope, active
FROM hold_rules
ORDER BY array_position(ARRAY['phone', 'mail', 'link', 'words', 'new_author', 'category'], kind), category`
	sqlSetRule = `
INSERT INTO hold_rules (id, kind, category, words, scope, active, changed_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT hold_rules_one DO UPDATE
SET words = excluded.words, scope = excluded.scope, active = excluded.active, changed_by = excluded.changed_by, changed_at = mitwirk_now()
RETURNING id`
	sqlHold = `
INSERT INTO holds (id, item_id, content_hash, rule_kind, scope, told_until)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT holds_once DO NOTHING`
	sqlOpenHolds = `SELECT rule_kind, held_at, told_until FROM holds WHERE item_id = $1 AND ended_at IS NULL ORDER BY held_at, id`
	sqlEndHolds  = `UPDATE holds SET ended_at = mitwirk_now(), outcome = $2 WHERE item_id = $1 AND ended_at IS NULL`
	sqlWaits     = `
SELECT EXISTS (
  SELECT FROM holds h JOIN mod_items i ON i.id = h.item_id
  WHERE i.subject_kind = $1 AND i.subject_id = $2 AND i.part = 'whole' AND h.ended_at IS NULL
)`
	sqlHeldUntil = `
SELECT max(h.told_until)
FROM holds h JOIN mod_items i ON i.id = h.item_id
WHERE i.subject_kind = $1 AND i.subject_id = $2 AND h.ended_at IS NULL`
	sqlCovered = `
UPDATE holds h SET ended_at = mitwirk_now(), outcome = 'covered'
FROM mod_items i
WHERE i.id = h.item_id AND i.subject_kind = $1 AND i.subject_id = $2 AND i.part = 'text' AND h.ended_at IS NULL`
	sqlCloseCovered = `
UPDATE mod_items i SET state = 'done'
WHERE i.subject_kind = $1 AND i.subject_id = $2 AND i.part = 'text' AND i.state = 'open'
  AND NOT EXISTS (SELECT FROM flags f WHERE f.item_id = i.id AND f.decision_id IS NULL)
  AND NOT EXISTS (SELECT FROM holds h WHERE h.item_id = i.id AND h.ended_at IS NULL)`
)
