// Package metrics serves /metrics for Prometheus, on the internal address only.
//
// Invariants: labels are HTTP methods, route patterns, statuses and names of the
// product's own parts; no path, no number of a report, no address of anybody. A
// database that does not answer leaves the process's own figures.
package metrics
