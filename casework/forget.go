package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

// Forget takes out of the history of the rules who made a change three years
// ago, and whom the rule named. The change itself stays.
func (r *Routing) Forget(ctx context.Context) error {
	return forget(ctx, r.cfg.DB, sqlForgetRuleAuthors)
}

// Forget takes out who answered for an event a year ago, and which addresses
// had an answer that was given to all 90 days ago.
func (u *Umbrella) Forget(ctx context.Context) error {
	return forget(ctx, u.cfg.DB, sqlForgetMailed, sqlForgetAnswerAuthors)
}

func forget(ctx context.Context, d db.DB, statements ...string) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		for _, sql := range statements {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("casework retention: %w", err)
			}
		}
		return nil
	})
}

// An answer that is still being given keeps its addresses: each has one mail.
const (
	sqlForgetRuleAuthors = `
UPDATE routing_rule_versions
SET changed_by = NULL, rule = rule - 'person'
WHERE at < mitwirk_now() - interval '3 years' AND (changed_by IS NOT NULL OR rule ? 'person')`
	sqlForgetMailed = `
DELETE FROM umbrella_mailed m
USING umbrella_answers a
WHERE a.id = m.answer_id AND a.done_at < mitwirk_now() - interval '90 days'`
	sqlForgetAnswerAuthors = `
UPDATE umbrella_answers
SET made_by = NULL
WHERE made_by IS NOT NULL AND at < mitwirk_now() - interval '1 year'`
)
