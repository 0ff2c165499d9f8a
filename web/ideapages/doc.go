// Package ideapages is what residents and the city see of ideas: the list with
// its filters as cards, on a map and as files, the page of an idea, the way to
// propose one, what its authors can do, calls with their phases, and the desk's
// side of all that.
//
// Invariants: everything works without script; a page shows what the service's
// View holds and asks the same policies; no name of a clerk is on any public page;
// the order at random is the same for a visitor as long as the address is.
package ideapages
