package ideas

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// WithdrawMerge takes the city's question back whether an idea may go on in
// another one, as long as it waits for consent. Who was asked reads that on both
// ideas and in the inbox. Whoever works on the idea asked about may; Missing where
// nothing waits any more.
func (s *Service) WithdrawMerge(ctx context.Context, actor accounts.Actor, n subject.Number, why string) error {
	why = strings.TrimSpace(why)
	if over := utf8.RuneCountInString(why) - MaxWhy; over > 0 {
		var f fault.Fields
		f.Add("why", "idea.err.long", "over", over, "max", MaxWhy)
		return f.Err()
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		i, err := byNumber(ctx, tx, n, actor.Person, false)
		if err != nil {
			return err
		}
		if !mayKnow(actor, i) || !worksOn(actor, i) {
			return fault.Missing("idea")
		}
		return s.withdrawMerge(ctx, tx, actor, i.ID, why)
	})
}

// withdrawMerge locks both ideas as an answer does, so that of the two only the
// first one counts. The other idea may have been hidden meanwhile: nothing is
// written to it then.
func (s *Service) withdrawMerge(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, why string) error {
	var into uuid.UUID
	err := tx.QueryRow(ctx, sqlAskedFrom, id).Scan(&into)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("merge")
	}
	if err != nil {
		return fmt.Errorf("question to merge: %w", err)
	}
	ids := []uuid.UUID{id, into}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	locked := map[uuid.UUID]*Idea{}
	for _, one := range ids {
		if locked[one], err = byID(ctx, tx, one, actor.Person, true); err != nil {
			return err
		}
	}
	if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
		return err
	}
	from, to := locked[id], locked[into]
	if !mayKnow(actor, from) || !worksOn(actor, from) {
		return fault.Missing("idea")
	}
	if err := closeAsked(ctx, tx, from, to, "withdrawn"); err != nil {
		return err
	}
	for _, i := range []*Idea{from, to} {
		if i.Visibility != VisPublic {
			continue
		}
		if err := s.step(ctx, tx, i, "idea.step.merge_withdrawn", map[string]any{
			"number": other(i, from, to).Number.Format(subject.PrefixIdea), "title": other(i, from, to).Title,
		}, why, from.Department); err != nil {
			return err
		}
	}
	return nil
}

const sqlAskedFrom = `SELECT into_id FROM idea_merges WHERE from_id = $1 AND state = 'asked'`
