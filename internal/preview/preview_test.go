package preview

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/paper"
)

// written is a PDF as the desk prints it: of so many pages.
func written(t testing.TB, pages int) []byte {
	t.Helper()
	var out bytes.Buffer
	d := &paper.Doc{Title: "Lageplan", Lang: "de"}
	for range pages * 16 {
		d.Parts = append(d.Parts, paper.Part{Heading: "Abschnitt", Texts: []string{strings.Repeat("Hier steht etwas. ", 20)}})
	}
	if err := paper.Write(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func locked(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	d := fpdf.New("P", "mm", "A4", "")
	d.SetProtection(0, "geheim", "noch geheimer")
	d.AddPage()
	d.SetFont("Helvetica", "", 14)
	d.Cell(40, 10, "Nur mit Kennwort")
	if err := d.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// raw is a PDF by hand: one that no decent program writes.
func raw(pages int, box, content, extra string) []byte {
	var out bytes.Buffer
	var at []int
	obj := func(format string, args ...any) {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n", len(at))
		fmt.Fprintf(&out, format, args...)
		out.WriteString("\nendobj\n")
	}
	out.WriteString("%PDF-1.7\n")
	obj("<< /Type /Catalog /Pages 2 0 R >>")
	kids := strings.Repeat("3 0 R ", pages)
	obj("<< /Type /Pages /Count %d /Kids [%s] >>", pages, kids)
	obj("<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << %s >> >>", box, extra)
	obj("<< /Length %d >>\nstream\n%s\nendstream", len(content), content)
	if extra != "" {
		obj("<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceRGB /Length 3 >>\nstream\nabc\nendstream")
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return out.Bytes()
}

func TestRender(t *testing.T) {
	t.Parallel()
	r := NewRenderer()
	t.Cleanup(r.Close)
	good := written(t, 3)
	tests := []struct {
		name       string
		pdf        []byte
		pages      int
		total      int
		reason     Reason
		totalAtAll bool // more than pages
	}{
		{name: "one page of red", pdf: raw(1, "0 0 595 842", "1 0 0 rg 0 0 595 842 re f", ""), pages: 1, total: 1},
		{name: "a password", pdf: locked(t), reason: Locked},
		{name: "cut in the middle", pdf: append(bytes.Clone(good[:len(good)/20]), "\n%%EOF"...), reason: Unreadable},
		{name: "nothing but the sign", pdf: []byte("%PDF-1.7\n%%EOF"), reason: Unreadable},
		{name: "nothing", pdf: nil, reason: Unreadable},
		{name: "a page as large as a town", pdf: raw(1, "0 0 1e9 1e9", "1 0 0 rg 0 0 100 100 re f", ""), pages: 1, total: 1},
		{name: "five thousand pages", pdf: raw(5000, "0 0 595 842", "0 0 1 rg 0 0 100 100 re f", ""), pages: MaxPages, total: 5000},
		{name: "a picture that unpacks to 10 GB", pdf: raw(1, "0 0 595 842", "q 500 0 0 500 0 0 cm /X Do Q", "/XObject << /X 5 0 R >>"), pages: 1, total: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := r.Render(t.Context(), tt.pdf)
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Pages) != tt.pages || d.Total != tt.total || d.Reason != tt.reason {
				t.Errorf("%d of %d pages, %q", len(d.Pages), d.Total, d.Reason)
			}
			for i, p := range d.Pages {
				if at, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG)); err != nil || at.Width != p.Wide || at.Height != p.High || p.Wide > maxWide || p.High > maxHigh {
					t.Errorf("page %d is %v, %v", i+1, at, err)
				}
			}
		})
	}
	t.Run("ours", func(t *testing.T) {
		d, err := r.Render(t.Context(), good)
		if err != nil || d.Reason != "" || d.Total < 2 || len(d.Pages) != min(d.Total, MaxPages) {
			t.Fatalf("%d of %d pages, %q, %v", len(d.Pages), d.Total, d.Reason, err)
		}
		white(t, d.Pages[0].JPEG)
	})
}

// white fails when the edge of a page is not paper.
func white(t *testing.T, data []byte) {
	t.Helper()
	pic, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if g, ok := color.GrayModel.Convert(pic.At(3, 3)).(color.Gray); !ok || g.Y < 250 {
		t.Errorf("the edge is %v", g)
	}
}

// A file that never ends is stopped, and the next one is drawn as if nothing had
// been.
func TestRenderStops(t *testing.T) {
	t.Parallel()
	r := NewRenderer()
	t.Cleanup(r.Close)
	if _, err := r.Render(t.Context(), raw(1, "0 0 10 10", "", "")); err != nil { // compiled
		t.Fatal(err)
	}
	r.limit = 300 * time.Millisecond
	slow := raw(10, "0 0 595 842", strings.Repeat("0 0 m 595 842 300 0 10 800 c 0 842 l f* ", 300000), "")
	d, err := r.Render(t.Context(), slow)
	if err != nil || d.Reason != Slow || len(d.Pages) == MaxPages {
		t.Errorf("%d pages, %q, %v", len(d.Pages), d.Reason, err)
	}
	r.limit = time.Minute
	if d, err = r.Render(t.Context(), raw(1, "0 0 595 842", "", "")); err != nil || len(d.Pages) != 1 {
		t.Errorf("afterwards: %+v, %v", d, err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err = r.Render(gone, slow); !fault.Is(err, fault.Unavailable) {
		t.Errorf("nobody waits: %v", err)
	}
}

// drawer counts.
type drawer struct {
	n   int
	doc Document
}

func (d *drawer) Render(context.Context, []byte) (Document, error) {
	d.n++
	return d.doc, nil
}

func TestShelf(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	want := Document{Total: 12, Reason: Slow, Pages: []Page{{Wide: 3, High: 4, JPEG: []byte("one")}, {Wide: 5, High: 6, JPEG: []byte{}}}}
	made := &drawer{doc: want}
	s := &Shelf{Store: files.NewMemory(), Drawer: made}
	here := true
	f := File{Key: "messages/ab/x", Read: func(context.Context) ([]byte, error) { return nil, nil }, Here: func(context.Context) (bool, error) { return here, nil }}
	for range 2 {
		if got, err := s.Of(ctx, f); err != nil || !cmp.Equal(got, want, cmpopts.IgnoreUnexported(Document{})) {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if made.n != 1 {
		t.Errorf("drawn %d times", made.n)
	}
	if err := s.Store.Put(ctx, Key(f.Key), []byte("cut")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Of(ctx, f); err != nil || made.n != 2 {
		t.Errorf("a broken one was not drawn anew: %d, %v", made.n, err)
	}
	// Erased while it was drawn: nothing stays.
	here = false
	f.Key = "messages/ab/y"
	if _, err := s.Of(ctx, f); !fault.Is(err, fault.NotFound) {
		t.Errorf("an erased file: %v", err)
	}
	if _, err := s.Store.Get(ctx, Key(f.Key)); !fault.Is(err, fault.NotFound) {
		t.Errorf("its preview stayed: %v", err)
	}
}

// TestDrawnAgain: a file that took too long is drawn a few times more by who can
// wait, never by who looks.
func TestDrawnAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	made := &drawer{doc: Document{Total: 12, Reason: Slow}}
	s := &Shelf{Store: files.NewMemory(), Drawer: made}
	f := File{Key: "messages/ab/z", Read: func(context.Context) ([]byte, error) { return nil, nil }, Here: func(context.Context) (bool, error) { return true, nil }}
	for i := range 5 {
		d, err := s.Draw(ctx, f)
		if n := min(i+1, maxTries); err != nil || made.n != n || d.Again() != (n < maxTries) {
			t.Errorf("run %d: drawn %d times, again %v, %v", i+1, made.n, d.Again(), err)
		}
		if d, err := s.Of(ctx, f); err != nil || d.Reason != Slow || made.n != min(i+1, maxTries) {
			t.Errorf("looking draws: %d times, %v", made.n, err)
		}
	}
	// The machine has less to do by now.
	made.n, f.Key = 0, "messages/ab/w"
	if _, err := s.Of(ctx, f); err != nil {
		t.Fatal(err)
	}
	made.doc = Document{Total: 1, Pages: []Page{{Wide: 1, High: 1, JPEG: []byte("x")}}}
	for range 2 {
		if d, err := s.Draw(ctx, f); err != nil || d.Reason != "" || made.n != 2 {
			t.Errorf("%q, drawn %d times, %v", d.Reason, made.n, err)
		}
	}
	if d, err := s.Of(ctx, f); err != nil || len(d.Pages) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestNoCode: a process that may make no code says so, and keeps nothing of it.
func TestNoCode(t *testing.T) {
	t.Parallel()
	r := NewRenderer()
	t.Cleanup(r.Close)
	r.code = func() bool { return false }
	s := &Shelf{Store: files.NewMemory(), Drawer: r}
	f := File{Key: "messages/ab/v", Read: func(context.Context) ([]byte, error) { return nil, nil }, Here: func(context.Context) (bool, error) { return true, nil }}
	if d, err := s.Of(t.Context(), f); err != nil || d.Reason != Off {
		t.Errorf("%q, %v", d.Reason, err)
	}
	if _, err := s.Store.Get(t.Context(), Key(f.Key)); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is kept: %v", err)
	}
	if !makesCode() {
		t.Error("this machine draws nothing")
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	ask := Known(func(_ context.Context, keys []string) (map[string]bool, error) {
		known := map[string]bool{}
		for _, k := range keys {
			known[k] = k == "a/1"
		}
		return known, nil
	})
	got, err := ask(t.Context(), []string{"a/1", "a/1.view", "a/2", "a/2.view"})
	if want := map[string]bool{"a/1": true, "a/1.view": true, "a/2": false, "a/2.view": false}; err != nil || !cmp.Equal(got, want, cmpopts.IgnoreUnexported(Document{})) {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzRender(f *testing.F) {
	r := NewRenderer()
	f.Cleanup(r.Close)
	f.Add(written(f, 1))
	f.Add(locked(f))
	f.Add(raw(2, "0 0 595 842", "1 0 0 rg 0 0 10 10 re f", ""))
	f.Add(raw(1, "0 0 595 842", "/X Do", "/XObject << /X 5 0 R >>"))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		d, err := r.Render(t.Context(), pdf)
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		if err == nil && d.Reason == "" && len(d.Pages) != min(d.Total, MaxPages) {
			t.Errorf("%d of %d pages and no reason", len(d.Pages), d.Total)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(Document{Total: 1, Pages: []Page{{Wide: 1, High: 1, JPEG: []byte("x")}}}))
	f.Add([]byte{0, 0, 0, 9})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if d, ok := decode(raw); ok {
			if again, ok := decode(encode(d)); !ok || !cmp.Equal(again, d, cmp.AllowUnexported(Document{})) {
				t.Errorf("%+v is not %+v", again, d)
			}
		}
	})
}
