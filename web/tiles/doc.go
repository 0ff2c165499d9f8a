// Package tiles serves vector tiles: /tiles/{layer}/{z}/{x}/{y}.mvt. Where the
// tiles come from is a port per layer.
//
// Invariant: a tile holds what everybody may see, whoever asks; it may be kept
// for a few seconds by anybody. It owns no tables.
package tiles
