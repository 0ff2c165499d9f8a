package ideapages

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// splitTable is the final report's table of levels in words.
type splitTable struct {
	Heads []string
	Whole []string
	Rows  []splitRow
}

type splitRow struct {
	URL, Title, Lang string
	Cells            []string
}

// split says how the votes of a call that is over are spread over the levels of
// verification.
func (p *pages) split(ctx context.Context, loc *i18n.Localizer, call *ideas.Call, list []ideas.Item) (*splitTable, error) {
	var ids []uuid.UUID // all of them, not only those on the page
	err := p.Ideas.NumbersOf(ctx, call, func(id string, _ subject.Number) {
		if parsed, err := uuid.Parse(id); err == nil {
			ids = append(ids, parsed)
		}
	})
	if err != nil {
		return nil, err
	}
	t, err := votes.SplitAll(ctx, p.DB, subject.Idea, ids, votes.Support, 1, call.MinLevel)
	if err != nil || t == nil {
		return nil, err
	}
	out := &splitTable{}
	for _, c := range t.Cells {
		var names []string
		for level := c.From; level <= c.To; level++ {
			names = append(names, loc.T("idea.results.level."+strconv.Itoa(level)))
		}
		out.Heads = append(out.Heads, strings.Join(names, loc.T("idea.results.or")))
		out.Whole = append(out.Whole, loc.Int(c.N))
	}
	for i := range list {
		row, shown := t.Rows[list[i].ID]
		if !shown {
			continue
		}
		r := splitRow{URL: list[i].Path(), Title: list[i].Title}
		if list[i].Lang != loc.Lang() {
			r.Lang = list[i].Lang
		}
		for _, n := range row {
			r.Cells = append(r.Cells, loc.Int(n))
		}
		out.Rows = append(out.Rows, r)
	}
	return out, nil
}
