// Package places is the ground of the demo city: Munich's 25 districts, about
// 200 of its streets with house numbers, well-known places, areas where others
// than the city are in charge, and a plain picture to lie under the map.
//
// Everything here is APPROXIMATE and made for a demonstration. Names and
// numbers of the districts are the official ones; their shapes are not: each is
// the part of a hand-drawn outline of the city that lies nearer to this
// district's centre than to any other (a Voronoi cell), computed by code.
// Streets are straight lines between two hand-placed ends, house numbers are
// spread along them by a rule, areas and rivers are drawn roughly. Nothing was
// taken from a data set; no position may be relied on. A city imports its own
// files instead.
//
// The package holds no state and writes no tables.
package places
