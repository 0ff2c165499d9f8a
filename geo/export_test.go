package geo

import "github.com/mitwirk/mitwirk/internal/geom"

// Planned is a statement whose plan a test looks at.
type Planned struct {
	SQL   string
	Args  []any
	Index string // that must be in the plan
}

// PlannedSQL are the statements that must not read whole tables.
func PlannedSQL() map[string]Planned {
	p, err := geom.Point(11.57, 48.14)
	if err != nil {
		panic(err)
	}
	return map[string]Planned{
		"streets":     {sqlStreets, []any{[]string{"leopoldstr", "leopold"}}, "addresses_norm"},
		"houses":      {sqlHouses, []any{[]string{"Tal"}, []string{"München"}, []string{"5"}}, "addresses_once"},
		"nearest":     {sqlNearest, []any{p, 150}, "addresses_point"},
		"district":    {sqlDistrictAt, []any{p}, "districts_area"},
		"responsible": {sqlResponsible, []any{p, ""}, "responsibilities_area"},
	}
}
