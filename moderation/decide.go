package moderation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
)

const decideRoute = "moderation.decide"

// Decide decides about one or more contents in one act: all or none. It gives
// the public ids of the decisions. Errors: Invalid without reasons, Forbidden by
// the policy, Conflict when a content is no longer the one that was judged or
// somebody else has decided first.
func (s *Service) Decide(ctx context.Context, actor accounts.Actor, o Order) (puids []string, err error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("decide: %w", err)
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		puids, err = idem.Once(ctx, tx, decideRoute, o.Key, idem.Hash(body, actor.Person[:]), func() ([]string, error) { return s.decide(ctx, tx, actor, o) })
		return err
	})
	return puids, err
}

// judged is one content with the decision about it, for the statements.
type judged struct {
	content subject.Content
	d       Decided
	flags   []Flagged
}

func (s *Service) decide(ctx context.Context, tx pgx.Tx, actor accounts.Actor, o Order) ([]string, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	picks := slices.Clone(o.Picks)
	slices.SortFunc(picks, func(a, b Pick) int { return bytes.Compare(a.Item[:], b.Item[:]) }) // one order of locks for all
	batch := subject.NewID()
	var done []judged
	for _, p := range picks {
		j, err := s.decideOne(ctx, tx, actor, o, p, batch, now)
		if err != nil {
			return nil, err
		}
		done = append(done, j)
	}
	if err := s.state(ctx, tx, batch, done); err != nil {
		return nil, err
	}
	puids := make([]string, len(done))
	for i, j := range done {
		puids[i] = j.d.PUID
		if err := accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation." + string(o.Action), Ref: j.content.Ref, Fields: []string{string(j.content.Part.Part)}}); err != nil {
			return nil, err
		}
	}
	return puids, nil
}

func (s *Service) decideOne(ctx context.Context, tx pgx.Tx, actor accounts.Actor, o Order, p Pick, batch uuid.UUID, now time.Time) (judged, error) {
	it, err := itemByID(ctx, tx, p.Item, true)
	if err != nil {
		return judged{}, err
	}
	t, err := s.target(it.Part.Kind)
	if err != nil {
		return judged{}, err
	}
	c, err := t.Content(ctx, tx, it.Part, true)
	if err != nil {
		return judged{}, err
	}
	cs, err := s.caseOf(ctx, tx, actor, it.ID, c)
	if err != nil {
		return judged{}, err
	}
	if err := MayDecide(actor, cs); err != nil {
		return judged{}, err
	}
	if it.N != p.N || !bytes.Equal(c.Hash, p.Hash) {
		return judged{}, fault.New(fault.Conflict, "moderation.err.stale")
	}
	flags, err := openFlags(ctx, tx, it.ID)
	if err != nil {
		return judged{}, err
	}
	holds, err := openHolds(ctx, tx, it.ID)
	if err != nil {
		return judged{}, err
	}
	j := judged{content: c, flags: flags, d: decidedBy(o, it, c, flags, holds, actor.Person, batch, now)}
	if err := insertDecision(ctx, tx, &j.d, it, c); err != nil {
		return judged{}, err
	}
	if o.Action == Keep { // what was hidden or labelled before is so no longer
		if _, err := tx.Exec(ctx, sqlReverseAll, it.ID, j.d.ID); err != nil {
			return judged{}, fmt.Errorf("reverse: %w", err)
		}
	}
	if err := s.carryOut(ctx, tx, actor, t, o, c, j.d.ID, len(holds) > 0); err != nil {
		return judged{}, err
	}
	if _, err := tx.Exec(ctx, sqlCloseFlags, it.ID, j.d.ID); err != nil {
		return judged{}, fmt.Errorf("close flags: %w", err)
	}
	outcome := map[Action]string{Keep: "released", Label: "released", Hide: "refused", Redact: "covered"}[o.Action]
	if _, err := tx.Exec(ctx, sqlEndHolds, it.ID, outcome); err != nil {
		return judged{}, fmt.Errorf("end holds: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlItemDone, it.ID, o.Label); err != nil {
		return judged{}, fmt.Errorf("close item: %w", err)
	}
	return j, nil
}

// carryOut does to the content what was decided.
func (s *Service) carryOut(ctx context.Context, tx pgx.Tx, actor accounts.Actor, t Target, o Order, c subject.Content, decision uuid.UUID, held bool) error {
	switch o.Action {
	case Hide:
		return t.Hide(ctx, tx, c.Part)
	case Redact:
		switch c.Part.Part {
		case subject.Text:
			if o.Text == "" || o.Text == c.Text {
				return fault.OnField("text", "moderation.err.redact")
			}
			return t.Redact(ctx, tx, c.Part, o.Text)
		case subject.Photo:
			if len(o.Cover) == 0 {
				return fault.OnField("x", "moderation.err.cover_first")
			}
			if err := s.photos.Conceal(ctx, tx, actor, c.Part.Of, decision, o.Cover); err != nil {
				if fault.Is(err, fault.Invalid) {
					return fault.OnField("x", "desk.err.cover").Because(err)
				}
				return err
			}
			return t.Covered(ctx, tx, c.Part)
		case subject.Whole:
		}
		return fault.OnField("action", "moderation.err.redact_part")
	case Keep, Label:
		if c.Hidden && o.Action == Keep {
			return t.Restore(ctx, tx, c.Part)
		}
		if held {
			return t.Publish(ctx, tx, c.Part)
		}
	case Restrict, Restore:
	}
	return nil
}

// decidedBy is the row of a decision.
func decidedBy(o Order, it item, c subject.Content, flags []Flagged, holds []Held, by, batch uuid.UUID, now time.Time) Decided {
	d := Decided{
		ID: subject.NewID(), Batch: batch, Item: it.ID, Part: c.Part, Action: o.Action, RuleNo: o.RuleNo, LegalGround: o.LegalGround,
		Explanation: o.Explanation, Facts: o.Facts, At: now, AppealUntil: now.AddDate(0, AppealMonths, 0), Author: c.Author, AskedAt: now,
		Label: o.Label, WasPublic: c.Public, Automated: len(holds) > 0, Source: "VOLUNTARY", Category: "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE",
		DecidedBy: by, Version: c.Version, Hash: c.Hash, Lang: c.Lang, ContentAt: c.At,
	}
	d.PUID = "mw-" + d.ID.String()
	switch o.Ground {
	case GroundIllegal:
		d.Ground = "ILLEGAL"
	case GroundRule:
		d.Ground = "INCOMPATIBLE"
	}
	key := ""
	if len(flags) > 0 {
		key, d.AskedAt, d.Source = flags[0].Category, flags[0].At, "ARTICLE_16"
		for _, f := range flags {
			if f.At.Before(d.AskedAt) {
				d.AskedAt = f.At
			}
		}
		switch flags[0].Kind {
		case "trusted_flagger":
			d.Source = "TRUSTED_FLAGGER"
		case "authority":
			d.Source = "OTHER_NOTIFICATION"
		}
	} else if len(holds) > 0 {
		d.AskedAt = holds[0].At
	}
	if o.RuleNo > 0 {
		key = fmt.Sprintf("rule%d", o.RuleNo)
	}
	if cat, ok := categoryByKey(key); ok {
		d.Category = cat.DSA
	}
	return d
}

const sqlItemDone = `UPDATE mod_items SET state = 'done', n = n + 1, label = $2 WHERE id = $1`
