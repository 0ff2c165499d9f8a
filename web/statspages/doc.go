// Package statspages is the city's figures: the public page, which knows public
// reports only, and the desk's, which knows all cases.
//
// Invariants: no figure per employee exists, not even for leads; times are said
// of five cases or more only; each chart stands beside the table it is drawn
// from; tables that leave the house hold no formulas.
package statspages
