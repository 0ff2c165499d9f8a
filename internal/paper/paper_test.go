package paper_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/paper"
)

func doc(text string) *paper.Doc {
	return &paper.Doc{
		Title: "Laterne dunkel, Löwenstraße", Lang: "de", Foot: "M-2026-7K3QX9", At: time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC),
		Parts: []paper.Part{
			{Facts: []paper.Fact{{"Ort", text}, {"Art", "Laterne"}}},
			{Heading: "Verlauf", Texts: []string{text}, Entries: []paper.Entry{{Title: "Gelöst", When: "14. März", Lines: []string{text, ""}, Tag: "Nur das Team"}}},
		},
	}
}

func written(t testing.TB, d *paper.Doc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := paper.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrite: a document is the same each time, says its language and title, and
// takes as many pages as it needs.
func TestWrite(t *testing.T) {
	t.Parallel()
	one := written(t, doc("Grüße, „Straße“ – 5 €"))
	if !bytes.HasPrefix(one, []byte("%PDF-")) || !bytes.Contains(one, []byte("/Lang (de)")) || !bytes.Contains(one, []byte("/Outlines")) {
		t.Error("no PDF with a language and an outline")
	}
	if diff := cmp.Diff(one, written(t, doc("Grüße, „Straße“ – 5 €"))); diff != "" {
		t.Error("not the same twice")
	}
	if n := bytes.Count(written(t, doc(strings.Repeat("Wort für Wort. ", 2000))), []byte("/Type /Page\n")); n < 5 {
		t.Errorf("%d pages", n)
	}
}

// FuzzWrite: whatever somebody typed can be printed.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{"", "ä", "🚲 👨‍👩‍👧", "\x00\xff\u202e", "مرحبا 汉字", strings.Repeat("x", 5000), "a\r\n\tb", "(\\)", "\ufffd\uffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 20_000 {
			return
		}
		written(t, doc(s))
	})
}
