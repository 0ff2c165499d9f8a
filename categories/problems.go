package categories

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a catalogue file.
type Problem struct {
	Line int    // from 1; 0: the file as a whole
	Path string // where, e.g. "categories.laterne.q.art"
	Text string // what, for the person at the command line
}

// String is "line 12: categories.laterne.dept: no such department: bau-xyz".
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("line %d: %s", p.Line, p.Text)
	}
	return fmt.Sprintf("line %d: %s: %s", p.Line, p.Path, p.Text)
}

// FileErrors are all that is wrong with a catalogue file, in the order of its
// lines.
type FileErrors []Problem

// Error lists the problems, one per line.
func (p FileErrors) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

func (p FileErrors) sorted() FileErrors {
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return p
}
