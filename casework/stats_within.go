package casework

import (
	"fmt"
	"slices"
	"strings"

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
		r.Happy, r.SoSo, r.Unhappy = 0, 0, 0
	}
}
