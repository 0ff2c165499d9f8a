package ideas

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// Parts is how the city would split an idea: what stays, and what becomes an idea
// of its own.
type Parts struct {
	Title, Text         string // of the new idea
	RestTitle, RestText string // of what stays
	Why                 string
	Edition             int // of the words as they were read; 0: do not compare
}

// SplitView is a split as pages show it.
type SplitView struct {
	ID                  uuid.UUID
	State               string // "asked", "split"
	Why                 string
	Title, Text         string // of the new idea, while it is asked for
	RestTitle, RestText string
	From                subject.Number
	FromTitle           string
	New                 subject.Number // 0 while it is asked for
	NewTitle            string
	LeaveUntil          *time.Time
	IsNew               bool // the idea that was asked about is the new one
}

func (p *Parts) validate() error {
	p.Title, p.Text, p.RestTitle, p.RestText = oneLine(p.Title), strings.TrimSpace(p.Text), oneLine(p.RestTitle), strings.TrimSpace(p.RestText)
	p.Why = strings.TrimSpace(p.Why)
	var wrong, rest fault.Fields
	checkWords(&wrong, p.Title, p.Text)
	checkWords(&rest, p.RestTitle, p.RestText)
	for _, f := range rest {
		f.Name = "rest_" + f.Name
		wrong = append(wrong, f)
	}
	if p.Why == "" {
		wrong.Add("why", "idea.err.why")
	} else if over := len([]rune(p.Why)) - MaxWhy; over > 0 {
		wrong.Add("why", "idea.err.long", "over", over, "max", MaxWhy)
	}
	return wrong.Err()
}

// maySplit: the idea is open, and nobody supports it in a call just now.
func (s *Service) maySplit(i *Idea, c *Call, now time.Time) error {
	if i.Visibility != VisPublic || i.Status != Open && i.Status != Checking && i.Status != Council {
		return fault.New(fault.Conflict, "idea.err.split_state")
	}
	if s.running(i, c, now) {
		return fault.New(fault.Conflict, "idea.err.split_phase")
	}
	return nil
}

// AskSplit asks the authors of an idea whether a part of it may become an idea of
// its own. Nothing happens before one of them has said yes.
func (s *Service) AskSplit(ctx context.Context, actor accounts.Actor, n subject.Number, p Parts) error {
	if err := p.validate(); err != nil {
		return err
	}
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea, c *Call, now time.Time) error {
		if err := s.maySplit(i, c, now); err != nil {
			return err
		}
		if p.Edition != 0 && p.Edition != i.Edition {
			return fault.New(fault.Conflict, "idea.err.version")
		}
		tag, err := tx.Exec(ctx, sqlAskSplit, subject.NewID(), i.ID, p.Why, p.Title, p.Text, p.RestTitle, p.RestText, i.Edition)
		if err != nil {
			return fmt.Errorf("ask split: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "idea.err.split_open")
		}
		return s.step(ctx, tx, i, "idea.step.split_asked", nil, p.Why, i.Department)
	})
}

// AgreeSplit is an author's answer. With yes the part is an idea of its own, with
// the same authors; comments, followers and supports stay where they are, and
// supporters choose for 14 days: also this, only this, or neither. The receipt of
// the new idea is shown once.
func (s *Service) AgreeSplit(ctx context.Context, actor accounts.Actor, n subject.Number, yes bool) (receipt Receipt, err error) {
	err = s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, c *Call, now time.Time) error {
		if !i.IsAuthor {
			return fault.Missing("split")
		}
		var id uuid.UUID
		var p Parts
		err := tx.QueryRow(ctx, sqlAskedSplit, i.ID).Scan(&id, &p.Why, &p.Title, &p.Text, &p.RestTitle, &p.RestText, &p.Edition)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("split")
		}
		if err != nil {
			return fmt.Errorf("split: %w", err)
		}
		if !yes {
			if _, err := tx.Exec(ctx, sqlDropSplit, i.ID); err != nil {
				return fmt.Errorf("decline split: %w", err)
			}
			return s.step(ctx, tx, i, "idea.step.split_no", nil, "", uuid.Nil)
		}
		if err := s.maySplit(i, c, now); err != nil {
			return err
		}
		if p.Edition != i.Edition { // the words were changed meanwhile
			return fault.New(fault.Conflict, "idea.err.split_changed")
		}
		receipt, err = s.split(ctx, tx, actor, i, p, id, now)
		return err
	})
	return receipt, err
}

func (s *Service) split(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, p Parts, id uuid.UUID, now time.Time) (Receipt, error) {
	part := &Idea{
		ID: subject.NewID(), Call: i.Call, Topic: i.Topic, Department: i.Department, Title: p.Title, Text: p.Text, Lang: i.Lang, Visibility: VisPublic,
		Status: i.Status, Params: i.Params, Edition: 1, Point: i.Point, Address: i.Address, District: i.District, Goal: i.Goal, EndsAt: i.EndsAt,
		AnswerBy: i.AnswerBy, Channel: "split", CreatedAt: now.In(s.zone), Staff: i.Staff,
	}
	if err := insert(ctx, tx, part); err != nil {
		return Receipt{}, err
	}
	for _, sql := range []string{sqlSplitAuthors, sqlSplitPlace} {
		if _, err := tx.Exec(ctx, sql, i.ID, part.ID); err != nil {
			return Receipt{}, fmt.Errorf("split: %w", err)
		}
	}
	until := now.Add(leaveFor)
	if _, err := tx.Exec(ctx, sqlSplitDone, id, part.ID, until); err != nil {
		return Receipt{}, fmt.Errorf("split: %w", err)
	}
	if err := s.step(ctx, tx, part, "idea.step.split_from", map[string]any{"number": i.Number.Format(subject.PrefixIdea)}, p.Why, i.Department); err != nil {
		return Receipt{}, err
	}
	if err := s.bus.Append(ctx, tx, Submitted{Idea: part.ID}); err != nil {
		return Receipt{}, err
	}
	i.Title, i.Text, i.Edition = p.RestTitle, p.RestText, i.Edition+1
	if err := insertVersion(ctx, tx, i, "change", p.Why); err != nil {
		return Receipt{}, err
	}
	if err := save(ctx, tx, i); err != nil {
		return Receipt{}, err
	}
	params := map[string]any{"number": part.Number.Format(subject.PrefixIdea), "date": until.Format(time.RFC3339)}
	if err := s.step(ctx, tx, i, "idea.step.split", params, p.Why, i.Department); err != nil {
		return Receipt{}, err
	}
	if err := s.bus.Append(ctx, tx, Changed{Idea: i.ID}); err != nil {
		return Receipt{}, err
	}
	held, err := s.arrived(ctx, tx, actor, part, part.Title+"\n"+part.Text, now)
	if err != nil {
		return Receipt{}, err
	}
	code, err := accounts.CreateReceipt(ctx, tx, part.Ref())
	return Receipt{Idea: part.ID, Number: part.Number, Code: code, Held: held}, err
}

// UndoSplit takes a split back: what was split off goes on in the idea that it was
// a part of, with its supports, followers and comments, and the words are what
// they were, unless their authors have changed them since.
func (s *Service) UndoSplit(ctx context.Context, actor accounts.Actor, part subject.Number, why string) error {
	why, err := words("why", why, MaxWhy)
	if err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var from int64
		err := tx.QueryRow(ctx, sqlSplitFrom, int64(part)).Scan(&from)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("split")
		}
		if err != nil {
			return fmt.Errorf("undo split: %w", err)
		}
		return s.twoIn(ctx, tx, actor, part, subject.Number(from), func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, off, i *Idea, c *Call, now time.Time) error {
			if !worksOn(actor, i) {
				return fault.Missing("idea")
			}
			if err := s.mayMerge(off, i, c, now); err != nil {
				return err
			}
			return s.unsplit(ctx, tx, off, i, why, now)
		})
	})
}

func (s *Service) unsplit(ctx context.Context, tx pgx.Tx, off, i *Idea, why string, now time.Time) error {
	var edition int
	err := tx.QueryRow(ctx, sqlUndoSplit, i.ID, off.ID).Scan(&edition)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("split")
	}
	if err != nil {
		return fmt.Errorf("undo split: %w", err)
	}
	tag, err := tx.Exec(ctx, sqlSplitMerge, subject.NewID(), off.ID, i.ID, why)
	if err != nil {
		return fmt.Errorf("undo split: %w", err)
	}
	if tag.RowsAffected() == 0 { // somebody is asked to merge it with another one
		return fault.New(fault.Conflict, "idea.err.merge_open")
	}
	if i.Edition == edition+1 { // before it is merged: that may say by when there is an answer
		var title, text string
		if err := tx.QueryRow(ctx, sqlWordsOf, i.ID, edition).Scan(&title, &text); err != nil {
			return fmt.Errorf("undo split: %w", err)
		}
		i.Title, i.Text, i.Edition = title, text, i.Edition+1
		if err := insertVersion(ctx, tx, i, "change", why); err != nil {
			return err
		}
		if err := save(ctx, tx, i); err != nil {
			return err
		}
	}
	if err := s.merge(ctx, tx, off, i, now); err != nil {
		return err
	}
	params := map[string]any{"number": off.Number.Format(subject.PrefixIdea)}
	if err := s.step(ctx, tx, i, "idea.step.unsplit", params, why, i.Department); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
}

const (
	sqlAskSplit = `
INSERT INTO idea_splits (id, idea_id, why, title, text, rest_title, rest_text, edition) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (idea_id) WHERE state = 'asked' DO NOTHING`
	sqlAskedSplit = `
SELECT id, why, title, text, rest_title, rest_text, edition FROM idea_splits
WHERE idea_id = $1 AND state = 'asked'
FOR UPDATE`
	// the words stand in the ideas and their versions from then on.
	sqlDropSplit = `
UPDATE idea_splits SET state = 'declined', why = '', title = '', text = '', rest_title = '', rest_text = ''
WHERE idea_id = $1 AND state = 'asked'`
	sqlSplitDone = `
UPDATE idea_splits
SET state = 'split', new_id = $2, split_at = mitwirk_now(), leave_until = $3, title = '', text = '', rest_title = '', rest_text = ''
WHERE id = $1`
	sqlSplitAuthors = `
INSERT INTO idea_authors (idea_id, person_id, shown_name, founder, since)
SELECT $2, person_id, shown_name, founder, mitwirk_now() FROM idea_authors WHERE idea_id = $1`
	sqlSplitPlace = `UPDATE ideas p SET geom = i.geom FROM ideas i WHERE i.id = $1 AND p.id = $2`
	sqlSplitFrom  = `
SELECT i.number
FROM idea_splits s
JOIN ideas p ON p.id = s.new_id
JOIN ideas i ON i.id = s.idea_id
WHERE p.number = $1 AND s.state = 'split'`
	sqlUndoSplit = `
UPDATE idea_splits SET state = 'undone', undone_at = mitwirk_now()
WHERE idea_id = $1 AND new_id = $2 AND state = 'split'
RETURNING edition`
	sqlSplitMerge = `
INSERT INTO idea_merges (id, from_id, into_id, why, from_yes, into_yes) VALUES ($1, $2, $3, $4, true, true)
ON CONFLICT (from_id) WHERE state IN ('asked', 'merged') DO NOTHING`
	sqlWordsOf = `SELECT title, text FROM idea_versions WHERE idea_id = $1 AND n = $2`
	// the split that an idea came from, those that came of it, and the one that is asked for.
	sqlSplitsOf = `
SELECT s.id, s.state, s.why, s.title, s.text, s.rest_title, s.rest_text, i.number, i.title, coalesce(p.number, 0), coalesce(p.title, ''),
       s.leave_until, s.new_id IS NOT DISTINCT FROM $1::uuid
FROM idea_splits s
JOIN ideas i ON i.id = s.idea_id AND i.visibility = 'public'
LEFT JOIN ideas p ON p.id = s.new_id
WHERE (s.idea_id = $1 OR s.new_id = $1) AND s.state IN ('asked', 'split') AND (s.state = 'asked' OR p.visibility = 'public')
ORDER BY s.asked_at, s.id
LIMIT 50`
	sqlChooseFrom = `
SELECT i.id FROM idea_splits s JOIN ideas i ON i.id = s.idea_id
WHERE s.new_id = $1 AND s.state = 'split' AND s.leave_until > $2
LIMIT 1`
)

// splitsOf lists what was split off an idea or what it was split off from, and the
// split that waits for consent.
func splitsOf(ctx context.Context, q db.Queryer, id uuid.UUID) (list []SplitView, open *SplitView, err error) {
	rows, err := q.Query(ctx, sqlSplitsOf, id)
	if err != nil {
		return nil, nil, fmt.Errorf("splits: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SplitView])
	if err != nil {
		return nil, nil, fmt.Errorf("splits: %w", err)
	}
	for i := range all {
		if all[i].State == "asked" {
			open = &all[i]
		} else {
			list = append(list, all[i])
		}
	}
	return list, open, nil
}

// mayChoose tells whether somebody who supports the idea from which this one was
// split off may support this one too, although its time is over.
func mayChoose(ctx context.Context, q db.Queryer, actor accounts.Actor, i *Idea, c *Call, now time.Time) (bool, error) {
	if actor.Person == uuid.Nil || i.Visibility != VisPublic || i.Status.IsClosed() || c != nil && c.State != CallPublished {
		return false, nil
	}
	var from uuid.UUID
	err := q.QueryRow(ctx, sqlChooseFrom, i.ID, now).Scan(&from)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("choose: %w", err)
	}
	mine, err := votes.Mine(ctx, q, actor.Person, Scope(c), ref(from), votes.Support)
	return mine == 1, err
}
