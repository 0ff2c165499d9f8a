// Package chart is the drawing of a programme: rings, sectors and one mark for
// each measure, as SVG. It knows no database and no measure, only marks.
//
// Invariants:
//   - Place depends on its arguments alone: the same items and known spots give
//     the same spots on every machine; lengths are compared as whole hundredths;
//   - a known spot in the same ring and sector stays where it is, whoever comes
//     or goes, so that a mark moves only when its ring or sector changes;
//   - no two marks of a segment overlap, and each lies inside its segment; marks
//     beyond MaxInSegment stand behind a pill that counts them, none is dropped;
//   - nothing of the SVG needs a script or a style attribute.
package chart
