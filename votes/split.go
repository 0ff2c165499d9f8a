package votes

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Cell is a group of levels of verification and how many of them voted, in tens.
type Cell struct {
	From, To int // levels, both included
	N        int
}

// splitFrom is below which a group is joined to its neighbour.
const splitFrom = 10

// Split is how the votes of a value are spread over the levels, for the final
// report only: rounded to tens, groups under ten joined to a neighbour. nil when
// there is only one group left to tell of.
func Split(ctx context.Context, q db.Queryer, ref subject.Ref, aspect Aspect, value int16) ([]Cell, error) {
	rows, err := q.Query(ctx, sqlSplit, string(ref.Kind), ref.ID, string(aspect), value)
	if err != nil {
		return nil, fmt.Errorf("split votes: %w", err)
	}
	var by [4]int
	var level int16
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&level, &n}, func() error {
		by[level] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("split votes: %w", err)
	}
	return SplitOf(by), nil
}

// SplitOf merges and rounds the numbers of the levels 0 to 3. It is pure.
func SplitOf(by [4]int) []Cell {
	var cells []Cell
	for level, n := range by {
		cells = append(cells, Cell{From: level, To: level, N: n})
	}
	for { // the smallest joins the smaller of its neighbours until all are large enough
		least := -1
		for i, c := range cells {
			if c.N < splitFrom && (least < 0 || c.N < cells[least].N) {
				least = i
			}
		}
		if least < 0 || len(cells) == 1 {
			break
		}
		with := least + 1
		if with == len(cells) || least > 0 && cells[least-1].N < cells[with].N {
			with = least - 1
		}
		a, b := min(least, with), max(least, with)
		cells[a] = Cell{From: cells[a].From, To: cells[b].To, N: cells[a].N + cells[b].N}
		cells = append(cells[:b], cells[b+1:]...)
	}
	if len(cells) < 2 {
		return nil
	}
	for i := range cells {
		cells[i].N = (cells[i].N + 5) / 10 * 10
	}
	return cells
}

const sqlSplit = `
SELECT level, sum(n)::int
FROM vote_totals
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND value = $4
GROUP BY level`
