// Package pictures draws the photos of the demo city: calm, flat street scenes
// of every kind of report that takes photos, before and after the repair. They
// show no real place, no people, no number plates and no writing that means anything.
//
// Invariants: the same category and seed give the same picture; no files, no
// network, no clock. The plane of a scene is 640 x 480 units, drawn at twice the
// size.
package pictures
