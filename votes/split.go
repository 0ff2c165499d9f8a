package votes

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
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
	cells := joined(by, 0)
	for i := range cells {
		cells[i].N = tens(cells[i].N)
	}
	return cells
}

// tens rounds to ten.
func tens(n int) int { return (n + 5) / 10 * 10 }

// joined are the groups of the levels from least on, not rounded; nil when there
// is only one left to tell of.
func joined(by [4]int, least int) []Cell {
	var cells []Cell
	for level := least; level < len(by); level++ {
		cells = append(cells, Cell{From: level, To: level, N: by[level]})
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
	return cells
}

// SplitTable is how the votes on the things of one process are spread over the
// levels, for its final report: the whole, and each thing by the same groups.
type SplitTable struct {
	Cells []Cell              // of the whole
	Rows  map[uuid.UUID][]int // by the groups of the whole; what is missing can't be told
}

// SplitAll makes the table of a process's report: of the votes of a value from
// the level on that counts. nil when there is nothing to tell.
func SplitAll(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID, aspect Aspect, value int16, least int) (*SplitTable, error) {
	rows, err := q.Query(ctx, sqlSplitAll, string(kind), ids, string(aspect), value)
	if err != nil {
		return nil, fmt.Errorf("split votes: %w", err)
	}
	by := map[uuid.UUID][4]int{}
	var id uuid.UUID
	var level int16
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&id, &level, &n}, func() error {
		row := by[id]
		row[level] = n
		by[id] = row
		return nil
	}); err != nil {
		return nil, fmt.Errorf("split votes: %w", err)
	}
	return TableOf(by, least), nil
}

// TableOf makes the table: groups under ten are joined, a thing that has one by
// the groups of the whole is left out, and so are so many others, the smallest
// first, that the whole less all that are shown has no such group either.
// Everything is in tens. It is pure.
func TableOf(by map[uuid.UUID][4]int, least int) *SplitTable {
	var whole [4]int
	ids := make([]uuid.UUID, 0, len(by))
	total := map[uuid.UUID]int{}
	for id, row := range by {
		for level := least; level < len(row); level++ {
			whole[level] += row[level]
			total[id] += row[level]
		}
		if total[id] > 0 {
			ids = append(ids, id)
		}
	}
	cells := joined(whole, least)
	if cells == nil {
		return nil
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return cmp.Or(total[a]-total[b], bytes.Compare(a[:], b[:])) })
	t := &SplitTable{Rows: map[uuid.UUID][]int{}}
	rest, some := make([]int, len(cells)), false // of those that are left out
	leave := func(row []int) {
		some = true
		for k, n := range row {
			rest[k] += n
		}
	}
	for _, id := range ids {
		row := inCells(by[id], cells)
		if small(row) {
			leave(row)
			continue
		}
		t.Rows[id] = row
	}
	for _, id := range ids {
		if !some || !small(rest) {
			break
		}
		if row, shown := t.Rows[id]; shown {
			delete(t.Rows, id)
			leave(row)
		}
	}
	for _, row := range t.Rows {
		for k := range row {
			row[k] = tens(row[k])
		}
	}
	for i := range cells {
		cells[i].N = tens(cells[i].N)
	}
	t.Cells = cells
	return t
}

func inCells(by [4]int, cells []Cell) []int {
	out := make([]int, len(cells))
	for k, c := range cells {
		for level := c.From; level <= c.To; level++ {
			out[k] += by[level]
		}
	}
	return out
}

func small(row []int) bool {
	return slices.ContainsFunc(row, func(n int) bool { return n < splitFrom })
}

const sqlSplitAll = `
SELECT subject_id, level, sum(n)::int
FROM vote_totals
WHERE subject_kind = $1 AND subject_id = ANY ($2) AND aspect = $3 AND value = $4
GROUP BY subject_id, level
HAVING sum(n) > 0`

const sqlSplit = `
SELECT level, sum(n)::int
FROM vote_totals
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND value = $4
GROUP BY level`
