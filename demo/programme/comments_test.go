package programme

import (
	"slices"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/discussion"
)

// TestRemarks: the table is about measures that there are, and can be written.
func TestRemarks(t *testing.T) {
	t.Parallel()
	list, err := remarks()
	if err != nil {
		t.Fatal(err)
	}
	measures := strings.Count(strings.TrimSpace(table), "\n") + 1
	answered := 0
	for i, r := range list {
		w := discussion.Writing{Stance: r.stance, Text: r.text, Lang: "de"}
		if err := w.Validate(); err != nil || r.no < 1 || r.no > measures || !slices.Contains([]discussion.Stance{discussion.Pro, discussion.Contra, discussion.Question}, r.stance) {
			t.Errorf("comment %d: %+v, %v", i+1, r, err)
		}
		if r.answer != "" {
			answered++
		}
	}
	if answered < 5 || answered == len(list) {
		t.Errorf("%d of %d are answered", answered, len(list))
	}
}
