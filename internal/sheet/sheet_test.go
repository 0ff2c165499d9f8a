package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                   "",
		"Laterne 12":         "Laterne 12",
		"=1+1":               "'=1+1",
		"+49 89 1":           "'+49 89 1",
		"-5":                 "'-5",
		"@SUM(A1)":           "'@SUM(A1)",
		"  =1":               "'  =1",
		"\t=1":               "' =1",
		"\r\n=1":             "' \n=1",
		"\u00a0=1":           "'\u00a0=1",
		"\x00=1":             "'=1",
		"\ufeff=1":           "'=1",
		"＝1":                 "'＝1",
		"a\nb":               "a\nb",
		"Meldung - erledigt": "Meldung - erledigt",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWriterIsRFC4180(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := NewWriter(&b)
	if err := w.Row("a", `say "x", y`, "two\nlines"); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := "a,\"say \"\"x\"\", y\",\"two\r\nlines\"\r\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// FuzzText: whatever comes in, no cell that a spreadsheet reads begins with the
// sign of a formula, also when it skips blanks, and what was harmless stays.
func FuzzText(f *testing.F) {
	for _, s := range []string{"=1", " +1", "\t-1", "\r@x", "\ufeff=1", "\x00=1", "＝1", "'=1", "\u200b=1", "a,b\"c\nd", "\xff=1", "\n\n=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var b bytes.Buffer
		w := NewWriter(&b)
		if err := w.Row(Text(in), "x"); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		row, err := csv.NewReader(&b).Read()
		if err != nil || len(row) != 2 || row[1] != "x" {
			t.Fatalf("%q does not come back: %q, %v", in, row, err)
		}
		cell := strings.TrimLeftFunc(row[0], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
		if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@＝＋－＠", first) {
			t.Fatalf("%q became %q, which is a formula", in, row[0])
		}
	})
}
