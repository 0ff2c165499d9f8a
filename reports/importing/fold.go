package importing

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// group is the rows that make one report, in the order of their times.
type group []*record

func (g group) first() *record { return g[0] }
func (g group) last() *record  { return g[len(g)-1] }

// foldRows puts rows together: those of one key always, the others by f, which
// may be nil. Groups are in the order of their first rows' times.
func foldRows(list []*record, f *Fold) []group {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *record) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.row, b.row))
	})
	groups := make([]group, 0, len(list))
	byKey := map[string]int{}
	open := map[string]int{} // the newest group of equal fields
	for _, r := range list {
		if i, ok := byKey[r.key]; ok {
			groups[i] = append(groups[i], r)
			continue
		}
		at := -1
		var same string
		if f != nil {
			same = f.of(r)
			if i, ok := open[same]; ok && r.created.Sub(groups[i].last().created) <= f.Within {
				at = i
			}
		}
		if at < 0 {
			groups = append(groups, nil)
			at = len(groups) - 1
		}
		groups[at] = append(groups[at], r)
		byKey[r.key] = at
		if f != nil {
			open[same] = at
		}
	}
	return groups
}

// of is what a row says in the fields that are compared.
func (f Fold) of(r *record) string {
	var b strings.Builder
	for _, name := range f.Fields {
		switch name {
		case Category:
			b.WriteString(r.category)
		case Address:
			b.WriteString(r.address)
		case Lat:
			b.WriteString(strconv.FormatFloat(r.point.Lat, 'g', -1, 64))
		case Lon:
			b.WriteString(strconv.FormatFloat(r.point.Lon, 'g', -1, 64))
		case Title:
			b.WriteString(r.title)
		case Description:
			b.WriteString(r.text)
		case Created, ID, StatusWord, Closed: // never compared, see ParseFold
		}
		b.WriteByte(0) // no text holds it
	}
	return b.String()
}

// Batches is what a list looks like that was read again and again: many times
// the same number of rows with one time.
type Batches struct {
	N    int // how many
	Rows int // of each
}

const (
	batchRows  = 10 // fewer at one time may be chance
	batchTimes = 3
)

// findBatches looks for the most frequent number of rows with one time.
func findBatches(list []*record) Batches {
	at := map[int64]int{}
	for _, r := range list {
		if h, m, s := r.created.Clock(); h+m+s > 0 { // days without a time gather rows by themselves
			at[r.created.UnixNano()]++
		}
	}
	sizes := map[int]int{}
	for _, n := range at {
		if n >= batchRows {
			sizes[n]++
		}
	}
	var b Batches
	for rows, n := range sizes {
		if n > b.N || (n == b.N && rows > b.Rows) {
			b = Batches{N: n, Rows: rows}
		}
	}
	if b.N < batchTimes {
		return Batches{}
	}
	return b
}

// Proposal is a way to fold that would change something, with what it makes of
// the rows; Others are the same fields with other spans.
type Proposal struct {
	Fold    Fold
	Reports int
	Others  []Proposal
}

// worthwhile is the share of rows that must fold for a proposal.
const worthwhile = 0.02

// propose tries the same kind at the same place within a week; nil when that
// changes little.
func propose(list []*record, batches Batches) *Proposal {
	day := 24 * time.Hour
	fields := []Field{Category, Lat, Lon}
	p := &Proposal{Fold: Fold{fields, 7 * day}}
	p.Reports = len(foldRows(list, &p.Fold))
	if batches.N == 0 && float64(len(list)-p.Reports) < worthwhile*float64(len(list)) || p.Reports == len(list) {
		return nil
	}
	for _, within := range []time.Duration{day, 3 * day, 14 * day, 30 * day} {
		f := Fold{fields, within}
		p.Others = append(p.Others, Proposal{Fold: f, Reports: len(foldRows(list, &f))})
	}
	return p
}
