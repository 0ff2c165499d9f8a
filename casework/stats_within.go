package casework

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// figureRoles see the figures of the desk, each where it counts.
func figureRoles() []subject.Role {
	return []subject.Role{subject.Admin, subject.TeamLead, subject.Analyst, subject.Caseworker}
}

// inRemits is a condition about f, a row of case_facts, that begins with AND: it
// lies where the actor sees figures. "" for everywhere.
func inRemits(where *db.Where, actor accounts.Actor) string {
	actor.Within(where, accounts.Columns{Department: "f.department_id", Category: "f.category_id", District: "f.district_ref"}, figureRoles()...)
	if sql := where.SQL(); sql != "" {
		return "\n  AND" + strings.TrimPrefix(sql, "WHERE")
	}
	return ""
}

// FiguresEverywhere tells whether the actor sees the figures of the whole city.
func FiguresEverywhere(actor accounts.Actor) bool { return FigureLimits(actor) == "" }

// FigureLimits names where the actor sees figures: "" for the whole city, and the same
// for two actors only where the same cases count for both.
func FigureLimits(actor accounts.Actor) string {
	var where db.Where
	within := inRemits(&where, actor)
	if within == "" {
		return ""
	}
	return fmt.Sprintf("%s %#v", within, where.Args())
}

// hideMore hides what people said in further rows, the smallest first, until
// enough are hidden together: another way of telling the same cases apart shows
// the sum, and the row with too few would follow from it.
func hideMore(rows []FigureRow) {
	var shown []*FigureRow
	hidden := 0
	for i := range rows {
		if hidden += rows[i].few; rows[i].Rated() > 0 {
			shown = append(shown, &rows[i])
		}
	}
	slices.SortFunc(shown, func(a, b *FigureRow) int { return a.Rated() - b.Rated() })
	for _, r := range shown {
		if hidden == 0 || hidden >= FewFigures {
			return
		}
		hidden += r.Rated()
		r.hide()
	}
}

// hide takes what people said out of a row.
func (r *FigureRow) hide() {
	r.few += r.Rated()
	r.Happy, r.SoSo, r.Unhappy = 0, 0, 0
}

// OfWholeMonths tells whether figures are of months of the city from their first to
// their last day, or to now where the last one still runs: of two times that differ by
// a day, the difference would be what was said on that day.
func OfWholeMonths(f FigureFilter, now time.Time) (bool, error) {
	zone, err := time.LoadLocation(f.Zone) // "" is UTC
	if err != nil {
		return false, fmt.Errorf("figures: zone: %w", err)
	}
	first := func(at time.Time) bool {
		at = at.In(zone)
		return at.Equal(time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone))
	}
	return first(f.From) && (first(f.To) || f.To.After(now)), nil
}
