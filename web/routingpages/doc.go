// Package routingpages is where admins change the rules by which new cases find
// their department, try a draft on the last 30 days and put it into force; and
// where big events (a storm) are run: what is told to all who are concerned.
//
// Invariants: everything works without script; nobody changes the rules in force
// directly, only a draft that was tried out; team leads read.
package routingpages
