package contests

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Declare says, as a member of the jury, whether there is a conflict with an
// entry, and which. A conflict stays; scores that were given before go with it.
func (s *Service) Declare(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID, conflict bool, why string) error {
	why = strings.TrimSpace(why)
	var wrong fault.Fields
	check(&wrong, "why", why, MaxReason, conflict)
	if err := wrong.Err(); err != nil {
		return err
	}
	if !conflict {
		why = ""
	}
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		e, err := entryOf(ctx, r.tx, sqlEntry, r.c.Call.ID, id)
		if err != nil {
			return err
		}
		st, err := r.may(ctx, r.tx, ActDeclare, e, s.zone)
		if err != nil {
			return err
		}
		if st.Declared && (st.Conflict || !conflict) {
			return nil // said already; a conflict is not taken back
		}
		if err := exec(ctx, r.tx, "declare", sqlDropScores, e.ID, st.Juror); err != nil {
			return err
		}
		if err := exec(ctx, r.tx, "declare", sqlDeclare, e.ID, st.Juror, conflict, why); err != nil {
			return err
		}
		return s.openIfAllIn(ctx, r)
	})
}

// Score gives an entry 0 to 10 for each criterion, with a reason, as a member of
// the jury without a conflict. It can be changed until the scores are opened.
func (s *Service) Score(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID, values []int, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		e, err := entryOf(ctx, r.tx, sqlEntry, r.c.Call.ID, id)
		if err != nil {
			return err
		}
		st, err := r.may(ctx, r.tx, ActScore, e, s.zone)
		if err != nil {
			return err
		}
		var wrong fault.Fields
		for k := range r.c.Call.Criteria {
			if k >= len(values) || values[k] < 0 || values[k] > TopScore {
				wrong.Add(ScoreField(k), "contest.err.score")
			}
		}
		check(&wrong, "reason", reason, MaxReason, true)
		if err := wrong.Err(); err != nil {
			return err
		}
		if err := exec(ctx, r.tx, "score", sqlScored, e.ID, st.Juror, reason); err != nil {
			return err
		}
		if err := exec(ctx, r.tx, "score", sqlDropScores, e.ID, st.Juror); err != nil {
			return err
		}
		for k := range r.c.Call.Criteria {
			if err := exec(ctx, r.tx, "score", sqlAddScore, e.ID, st.Juror, k, values[k]); err != nil {
				return err
			}
		}
		return s.openIfAllIn(ctx, r)
	})
}

// ScoreField is the name of a criterion's entry in forms.
func ScoreField(criterion int) string { return "score_" + strconv.Itoa(criterion) }

const (
	sqlDropScores = `DELETE FROM contest_scores WHERE entry_id = $1 AND juror_id = $2`
	sqlDeclare    = `
INSERT INTO contest_reviews (entry_id, juror_id, conflict, why)
VALUES ($1, $2, $3, $4)
ON CONFLICT (entry_id, juror_id) DO UPDATE
SET conflict = excluded.conflict, why = excluded.why, reason = '', declared_at = excluded.declared_at, scored_at = NULL`
	sqlScored   = `UPDATE contest_reviews SET reason = $3, scored_at = mitwirk_now() WHERE entry_id = $1 AND juror_id = $2`
	sqlAddScore = `INSERT INTO contest_scores (entry_id, juror_id, criterion, value) VALUES ($1, $2, $3, $4)`
)

// openIfAllIn opens the scores once nobody of the jury owes one any more. Before
// the jury's phase nothing is opened: more entries and members may come.
func (s *Service) openIfAllIn(ctx context.Context, r *room) error {
	begins, ok := r.c.Call.Span("check")
	if !ok || !begins.In(r.now, s.zone) || r.c.OpenedAt != nil {
		return nil
	}
	return exec(ctx, r.tx, "open scores", sqlOpen, r.c.Call.ID)
}

const sqlOpen = `
UPDATE contests c SET opened_at = mitwirk_now()
WHERE c.call_id = $1 AND c.opened_at IS NULL
  AND EXISTS (SELECT FROM contest_reviews v JOIN contest_entries e ON e.id = v.entry_id
              WHERE e.call_id = $1 AND e.state = 'sent' AND v.scored_at IS NOT NULL)
  AND NOT EXISTS (
    SELECT FROM contest_entries e
    CROSS JOIN contest_jury j
    LEFT JOIN contest_reviews v ON v.entry_id = e.id AND v.juror_id = j.id
    WHERE e.call_id = $1 AND e.state = 'sent' AND j.call_id = $1 AND j.person_id IS NOT NULL
      AND (v.entry_id IS NULL OR NOT v.conflict AND v.scored_at IS NULL))`

// Spread is what the jury says about an entry, without saying who.
type Spread struct {
	N         int // members who scored
	Mean      float64
	Low, High float64
	Deviation float64   // of the members' means
	By        []float64 // mean of each criterion
	Opinions  []Opinion
}

// Opinion is one member's scores and reason, in an order that tells nothing.
type Opinion struct {
	Values []int
	Reason string
}

// opinionsOf is what the jury says of entries, by entry.
func opinionsOf(ctx context.Context, q db.Queryer, entries []uuid.UUID) (map[uuid.UUID][]Opinion, error) {
	rows, err := q.Query(ctx, sqlOpinions, entries)
	if err != nil {
		return nil, fmt.Errorf("opinions: %w", err)
	}
	by := make(map[uuid.UUID][]Opinion, len(entries))
	var id uuid.UUID
	var o Opinion
	_, err = pgx.ForEachRow(rows, []any{&id, &o.Values, &o.Reason}, func() error {
		by[id], o.Values = append(by[id], o), nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("opinions: %w", err)
	}
	return by, nil
}

const sqlOpinions = `
SELECT v.entry_id, ARRAY(SELECT s.value::int FROM contest_scores s WHERE s.entry_id = v.entry_id AND s.juror_id = v.juror_id ORDER BY s.criterion), v.reason
FROM contest_reviews v
WHERE v.entry_id = ANY ($1::uuid[]) AND v.scored_at IS NOT NULL
ORDER BY v.entry_id, md5(v.entry_id::text || v.juror_id::text)`

// spread counts: each member's mean over all criteria, their mean, lowest,
// highest and standard deviation (of the population).
func spread(list []Opinion, criteria int) *Spread {
	x := &Spread{By: make([]float64, criteria), Opinions: list, Low: TopScore}
	if len(list) == 0 || criteria == 0 {
		x.Low = 0
		return x
	}
	means := make([]float64, 0, len(list))
	for _, o := range list {
		sum := 0
		for k, v := range o.Values {
			sum += v
			if k < criteria {
				x.By[k] += float64(v) / float64(len(list))
			}
		}
		m := float64(sum) / float64(criteria)
		means = append(means, m)
		x.Mean += m / float64(len(list))
		x.Low, x.High = min(x.Low, m), max(x.High, m)
	}
	for _, m := range means {
		x.Deviation += (m - x.Mean) * (m - x.Mean) / float64(len(means))
	}
	x.Deviation, x.N = math.Sqrt(x.Deviation), len(list)
	return x
}

// Rank orders entries by what the jury says, the best first; those whose scores
// the reader may not see come last.
func Rank(list []Shown) {
	slices.SortStableFunc(list, func(a, b Shown) int {
		switch {
		case a.Spread == nil && b.Spread == nil:
			return 0
		case a.Spread == nil:
			return 1
		case b.Spread == nil:
			return -1
		case a.Spread.Mean > b.Spread.Mean:
			return -1
		case a.Spread.Mean < b.Spread.Mean:
			return 1
		}
		return 0
	})
}
