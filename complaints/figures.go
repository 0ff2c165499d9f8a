package complaints

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// K is the smallest group that is ever published.
const K = 5

// Each period has at least this many: with fewer, most groups would be too small.
const periodLeast = 20

// Rest is what groups that are too small are put together under.
const Rest = "rest"

// Fact is one thing that was answered: what the figures know of it. It never
// changes after the first answer.
type Fact struct {
	At                               time.Time // of the first answer, in the city
	Kind, Topic, Department, Outcome string
	Days                             int
}

// Cell is one published number: never one to four.
type Cell struct {
	Key string `json:"key"`
	N   int    `json:"n"`
}

// Table is a period's answers by one property. The cells are all of its answers,
// each in exactly one of them.
type Table struct {
	By    string `json:"by"` // month, kind, topic, department, days, outcome
	Cells []Cell `json:"cells"`
}

// Period is whole months that lie behind us. Periods do not overlap.
type Period struct {
	From   string  `json:"from"` // first month, "2026-01"
	To     string  `json:"to"`   // last month
	N      int     `json:"n"`
	Tables []Table `json:"tables"`
}

// Figures makes what is published, of facts in the order of their answers. now is
// the city's time.
//
// That no combination tells of a group under K rests on three things. Periods do
// not overlap, are made from the oldest on, and end before the running month: what
// is published never changes, so that comparing yesterday's with today's tells
// nothing. Within a period each table splits all answers into cells of at least K;
// small ones are put together, and when that is too small itself it takes the
// smallest other one in. And there are no tables by two properties: of two tables
// of one property each the size of an intersection is known only when one cell is
// everything, and then it is a cell itself.
func Figures(facts []Fact, now time.Time) []Period {
	months := byMonth(facts, now)
	var periods []Period
	var open []monthly
	n := 0
	for _, m := range months {
		open = append(open, m)
		if n += len(m.facts); n < periodLeast {
			continue
		}
		periods = append(periods, period(open, n))
		open, n = nil, 0
	}
	return periods
}

type monthly struct {
	month string
	facts []Fact
}

func byMonth(facts []Fact, now time.Time) []monthly {
	running := now.Format("2006-01")
	all := slices.Clone(facts)
	slices.SortStableFunc(all, func(a, b Fact) int { return a.At.Compare(b.At) })
	var list []monthly
	for _, f := range all {
		m := f.At.In(now.Location()).Format("2006-01")
		if m >= running {
			continue
		}
		if len(list) == 0 || list[len(list)-1].month != m {
			list = append(list, monthly{month: m})
		}
		last := &list[len(list)-1]
		last.facts = append(last.facts, f)
	}
	return list
}

func period(months []monthly, n int) Period {
	p := Period{From: months[0].month, To: months[len(months)-1].month, N: n}
	var all []Fact
	byMonth := map[string]int{}
	for _, m := range months {
		all = append(all, m.facts...)
		byMonth[m.month] = len(m.facts)
	}
	p.Tables = append(p.Tables, Table{By: "month", Cells: grouped(byMonth)})
	for _, t := range []struct {
		by  string
		key func(Fact) string
	}{
		{"kind", func(f Fact) string { return f.Kind }},
		{"topic", func(f Fact) string { return f.Topic }},
		{"department", func(f Fact) string { return f.Department }},
		{"days", func(f Fact) string { return band(f.Days) }},
		{"outcome", func(f Fact) string { return f.Outcome }},
	} {
		counts := map[string]int{}
		for _, f := range all {
			counts[t.key(f)]++
		}
		p.Tables = append(p.Tables, Table{By: t.by, Cells: grouped(counts)})
	}
	return p
}

// band is how long an answer took, in working days.
func band(days int) string {
	for _, most := range []int{5, 10, 20} {
		if days <= most {
			return "d" + strconv.Itoa(most)
		}
	}
	return "more"
}

// grouped puts what is under K together under Rest, which takes the next smallest
// group in as long as it is under K itself.
func grouped(counts map[string]int) []Cell {
	cells := make([]Cell, 0, len(counts))
	for key, n := range counts {
		cells = append(cells, Cell{key, n})
	}
	slices.SortFunc(cells, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.Key, b.Key)) })
	rest, i := 0, 0
	for ; i < len(cells) && (cells[i].N < K || rest > 0 && rest < K); i++ {
		rest += cells[i].N
	}
	out := cells[i:]
	slices.SortFunc(out, func(a, b Cell) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Key, b.Key)) })
	if rest > 0 {
		out = append(out, Cell{Rest, rest})
	}
	return out
}

// Published is the public statistics.
type Published struct {
	Periods     []Period
	Topics      TopicList
	Departments map[string]i18n.Text // by key
}

// Label is a cell's key in words: the name of a topic or a department as it is
// now, a month, what an outcome is called. What has no name any more is its key.
func (p *Published) Label(loc *i18n.Localizer, by, key string) string {
	if key == Rest {
		return loc.T("complaint.stats.rest")
	}
	switch by {
	case "month":
		if at, err := time.Parse("2006-01", key); err == nil {
			return loc.Month(at)
		}
	case "topic":
		return p.Topics.Name(key, loc.Lang())
	case "department":
		return cmp.Or(p.Departments[key].In(loc.Lang()), key)
	case "kind":
		return loc.T("complaint.kind." + key)
	case "outcome":
		return loc.T("complaint.outcome." + key)
	case "days":
		return loc.T("complaint.stats." + key)
	}
	return key
}

// Labelled are the periods with the words of a language beside the keys.
func (p *Published) Labelled(loc *i18n.Localizer) []LabelledPeriod {
	out := make([]LabelledPeriod, len(p.Periods))
	for i, d := range p.Periods {
		out[i] = LabelledPeriod{From: d.From, To: d.To, N: d.N, Tables: make([]LabelledTable, len(d.Tables))}
		for j, t := range d.Tables {
			cells := make([]LabelledCell, len(t.Cells))
			for k, c := range t.Cells {
				cells[k] = LabelledCell{Key: c.Key, Label: p.Label(loc, t.By, c.Key), N: c.N}
			}
			out[i].Tables[j] = LabelledTable{By: t.By, Label: loc.T("complaint.stats.by." + t.By), Cells: cells}
		}
	}
	return out
}

// LabelledPeriod is a Period for readers.
type LabelledPeriod struct {
	From   string          `json:"from"`
	To     string          `json:"to"`
	N      int             `json:"n"`
	Tables []LabelledTable `json:"tables"`
}

// LabelledTable is a Table for readers.
type LabelledTable struct {
	By    string         `json:"by"` // month, kind, topic, department, days, outcome
	Label string         `json:"label"`
	Cells []LabelledCell `json:"cells"`
}

// LabelledCell is a Cell for readers.
type LabelledCell struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	N     int    `json:"n"`
}

// Statistics are the public figures. Periods are made once and kept
// (complaint_periods): counting happens at most once a day, and what was
// published stays whatever is sorted, renamed or erased afterwards.
func (s *Service) Statistics(ctx context.Context) (Published, error) {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return Published{}, err
	}
	p := Published{Departments: map[string]i18n.Text{}}
	if p.Periods, err = s.periods(ctx, now.In(s.zone)); err != nil {
		return Published{}, err
	}
	if p.Topics, err = s.Topics(ctx); err != nil {
		return Published{}, err
	}
	names, err := departmentNames(ctx, s.db)
	for _, d := range names {
		p.Departments[d.Key] = d.Name
	}
	return p, err
}
