// Package objects puts lamps, signals, bins and containers along the streets
// of the demo city, all made up: positions and numbers follow from a rule, and
// none of them is a real one. It owns no tables.
package objects
