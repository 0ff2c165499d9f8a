package attachments

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/mitwirk/mitwirk/attachments/attachmentstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	d := func(x, y uint32) bool { return max(x, y)-min(x, y) < 40<<8 }
	return d(ar, br) && d(ag, bg) && d(ab, bb)
}

// TestOrientation: all eight ways to hold a camera, through the whole pipeline.
// A stored picture is made so that the upright one must be corners().
func TestOrientation(t *testing.T) {
	t.Parallel()
	// For each orientation: which upright corner (in reading order) lies at the
	// stored corners in reading order, by the drawings of the EXIF standard.
	stored := map[int][4]int{
		1: {0, 1, 2, 3}, 2: {1, 0, 3, 2}, 3: {3, 2, 1, 0}, 4: {2, 3, 0, 1},
		5: {0, 2, 1, 3}, 6: {1, 3, 0, 2}, 7: {3, 1, 2, 0}, 8: {2, 0, 3, 1},
	}
	for o, corner := range stored {
		t.Run(fmt.Sprint(o), func(t *testing.T) {
			t.Parallel()
			w, h := 96, 64
			if o >= 5 {
				w, h = h, w
			}
			img := image.NewRGBA(image.Rect(0, 0, w, h))
			for y := range h {
				for x := range w {
					img.SetRGBA(x, y, cornerColours()[corner[2*(2*y/h)+2*x/w]])
				}
			}
			for name, data := range map[string][]byte{
				"jpeg": withMetadata(jpegOf(t, img), o),
				"png":  pngWithMetadata(pngOf(t, img), o),
			} {
				p, err := newPipeline().read(t.Context(), bytes.NewReader(data))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got, err := jpeg.Decode(bytes.NewReader(p.large))
				if err != nil {
					t.Fatal(err)
				}
				if got.Bounds().Dx() != 96 || got.Bounds().Dy() != 64 || p.width != 96 || p.height != 64 {
					t.Errorf("%s: size %v, %d x %d", name, got.Bounds(), p.width, p.height)
				}
				for i, at := range []image.Point{{10, 10}, {85, 10}, {10, 54}, {85, 54}} {
					if want := cornerColours()[i]; !near(got.At(at.X, at.Y), want) {
						t.Errorf("%s: corner %d is %v, want %v", name, i, got.At(at.X, at.Y), want)
					}
				}
			}
		})
	}
}

// TestNoMetadata: nothing of what came along may come out, and our own files
// hold tables and pixels only.
func TestNoMetadata(t *testing.T) {
	t.Parallel()
	img := corners(700, 500)
	for name, data := range map[string][]byte{
		"jpeg": withMetadata(jpegOf(t, img), 6),
		"png":  pngWithMetadata(pngOf(t, img), 6),
		"webp": append(file(t, "lossy.webp"), markTail...),
	} {
		p, err := newPipeline().read(t.Context(), bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for form, out := range map[string][]byte{"large": p.large, "small": p.small} {
			for _, mark := range []string{markGPS, markXMP, markICC, markComment, markTail, markThumb, "Exif", "ICC_PROFILE", "adobe", "JFIF", "II*"} {
				if bytes.Contains(out, []byte(mark)) {
					t.Errorf("%s, %s: %s is still there", name, form, mark)
				}
			}
			for _, m := range markers(t, out) {
				if (m >= 0xe0 && m <= 0xef) || m == 0xfe {
					t.Errorf("%s, %s: segment %x", name, form, m)
				}
			}
		}
	}
}

// markers lists the segments of a JPEG up to the pixels and checks that nothing
// follows its end.
func markers(t *testing.T, b []byte) []byte {
	t.Helper()
	if !bytes.HasSuffix(b, []byte{0xff, 0xd9}) {
		t.Error("bytes behind the end")
	}
	var all []byte
	for i := 2; i+4 <= len(b) && b[i] == 0xff; {
		all = append(all, b[i+1])
		if b[i+1] == 0xda {
			return all
		}
		i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
	}
	t.Error("no pixels")
	return all
}

func TestRefused(t *testing.T) {
	t.Parallel()
	plain := jpegOf(t, corners(64, 48))
	huge := bytes.Clone(plain)
	sof := bytes.Index(huge, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint32(huge[sof+5:], 0x75307530) // 30000 x 30000
	for _, tt := range []struct {
		name string
		data []byte
		want fault.Kind
		key  string
	}{
		{"empty", nil, fault.Unsupported, "err.photo.type"},
		{"one byte", []byte{0xff}, fault.Unsupported, "err.photo.type"},
		{"text named .jpg", []byte("Das ist kein Bild, nur ein Text mit falschem Namen.\n"), fault.Unsupported, "err.photo.type"},
		{"HEIC", []byte("\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic"), fault.Unsupported, "err.photo.type"},
		{"AVIF", []byte("\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1"), fault.Unsupported, "err.photo.type"},
		{"SVG", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), fault.Unsupported, "err.photo.type"},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), fault.Unsupported, "err.photo.type"},
		{"TIFF", []byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), fault.Unsupported, "err.photo.type"},
		{"BMP", []byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00"), fault.Unsupported, "err.photo.type"},
		{"PDF", []byte("%PDF-1.7 and something else"), fault.Unsupported, "err.photo.type"},
		{"JPEG cut off", plain[:len(plain)/2], fault.Unsupported, "err.photo.type"},
		{"JPEG, head only", plain[:3], fault.Unsupported, "err.photo.type"},
		{"animated WebP", []byte("RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x3f\x00\x00\x2f\x00\x00ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00"), fault.Unsupported, "err.photo.type"},
		{"JPEG of 900 megapixels", huge, fault.TooLarge, "err.photo.pixels"},
		{"PNG of 400 megapixels", bomb(t, 20000), fault.TooLarge, "err.photo.pixels"},
		{"more than 12 MB", append(bytes.Clone(plain), make([]byte, MaxBytes)...), fault.TooLarge, "err.photo.size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := newPipeline().read(t.Context(), bytes.NewReader(tt.data))
			if f := fault.As(err); f == nil || f.Kind != tt.want || f.Key != tt.key {
				t.Errorf("got %v, want %s %s", err, tt.want, tt.key)
			}
		})
	}
}

// TestBomb is not parallel: it counts what is allocated. A decoder would take
// 400 MB for this file.
func TestBomb(t *testing.T) { //nolint:paralleltest // see above
	data := bomb(t, 20000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := inspect(bytes.NewReader(data))
	runtime.ReadMemStats(&after)
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v", err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10 {
		t.Errorf("%d bytes were allocated to refuse %d", n, len(data))
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	glass := image.NewNRGBA(image.Rect(0, 0, 64, 48)) // wholly transparent
	deep := image.NewNRGBA64(image.Rect(0, 0, 64, 48))
	grey := image.NewGray(image.Rect(0, 0, 64, 48))
	colours := image.NewPaletted(image.Rect(0, 0, 64, 48), color.Palette{color.White, color.Black})
	for _, tt := range []struct {
		name          string
		data          []byte
		wantW, wantH  int
		smallW, small int
	}{
		{"JPEG, not enlarged", jpegOf(t, corners(64, 48)), 64, 48, 64, 48},
		{"JPEG, wide", jpegOf(t, corners(4000, 3000)), 2048, 1536, 640, 480},
		{"JPEG, tall", jpegOf(t, corners(1500, 3000)), 1024, 2048, 320, 640},
		{"JPEG, a thin strip", jpegOf(t, corners(12000, 3)), 2048, 1, 640, 1},
		{"JPEG, grey", jpegOf(t, grey), 64, 48, 64, 48},
		{"PNG, transparent", pngOf(t, glass), 64, 48, 64, 48},
		{"PNG, 16 bit", pngOf(t, deep), 64, 48, 64, 48},
		{"PNG, palette", pngOf(t, colours), 64, 48, 64, 48},
		{"PNG of one pixel", pngOf(t, corners(1, 1)), 1, 1, 1, 1},
		{"PNG, 25 megapixels in 5 KB", bomb(t, 5000), 2048, 2048, 640, 640},
		{"WebP, lossy", file(t, "lossy.webp"), 64, 48, 64, 48},
		{"WebP, lossless", file(t, "lossless.webp"), 64, 48, 64, 48},
		{"WebP, half transparent", file(t, "alpha.webp"), 64, 48, 64, 48},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := newPipeline().read(t.Context(), bytes.NewReader(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			large, err := jpeg.DecodeConfig(bytes.NewReader(p.large))
			if err != nil {
				t.Fatal(err)
			}
			small, err := jpeg.DecodeConfig(bytes.NewReader(p.small))
			if err != nil {
				t.Fatal(err)
			}
			if large.Width != tt.wantW || large.Height != tt.wantH || small.Width != tt.smallW || small.Height != tt.small {
				t.Errorf("large %d x %d, small %d x %d", large.Width, large.Height, small.Width, small.Height)
			}
			a := p.attachment()
			if w, h := a.SmallSize(); w != small.Width || h != small.Height {
				t.Errorf("SmallSize says %d x %d", w, h)
			}
		})
	}
	p, err := newPipeline().read(t.Context(), bytes.NewReader(pngOf(t, glass)))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(p.large))
	if err != nil || !near(img.At(30, 20), color.White) {
		t.Errorf("transparent parts are %v, want white; %v", img.At(30, 20), err)
	}
}

// TestProgressive: such files take far more memory and are worked on alone.
func TestProgressive(t *testing.T) {
	t.Parallel()
	plain := jpegOf(t, corners(64, 48))
	prog := withMetadata(bytes.Clone(plain), 1)
	prog[bytes.Index(prog, []byte{0xff, 0xc0})+1] = 0xc2
	if progressive(bytes.NewReader(plain)) || !progressive(bytes.NewReader(prog)) {
		t.Error("the frame's sort is not recognised")
	}
	h, err := inspect(bytes.NewReader(prog))
	if err != nil || h.memory != 64*48*15 {
		t.Errorf("memory %d, %v", h.memory, err)
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	photo := jpegOf(t, corners(64, 48))
	p := newPipeline()
	p.wait = time.Millisecond
	if err := p.working.Acquire(t.Context(), atOnce); err != nil {
		t.Fatal(err)
	}
	_, err := p.read(t.Context(), bytes.NewReader(photo))
	if f := fault.As(err); f == nil || f.Kind != fault.Unavailable || f.RetryAfter == 0 || f.Key != "err.photo.busy" {
		t.Errorf("no place: %v", err)
	}
	p.working.Release(atOnce)
	if _, err := p.read(t.Context(), bytes.NewReader(photo)); err != nil {
		t.Errorf("with a place: %v", err)
	}
	if !p.receiving.TryAcquire(atOnceRecv) {
		t.Error("a place of a received upload is not given back")
	}
	if _, err := p.read(t.Context(), bytes.NewReader(photo)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("too many received at once: %v", err)
	}
}

// TestSpool: nothing is left of an upload, however it ends.
func TestSpool(t *testing.T) {
	t.Parallel()
	photo := jpegOf(t, corners(64, 48))
	for name, r := range map[string]io.Reader{
		"fine":             bytes.NewReader(photo),
		"byte by byte":     iotest.OneByteReader(bytes.NewReader(photo)),
		"breaks off":       io.MultiReader(bytes.NewReader(photo[:200]), iotest.ErrReader(io.ErrUnexpectedEOF)),
		"breaks off early": iotest.ErrReader(context.Canceled),
		"too large":        io.MultiReader(bytes.NewReader(photo), strings.NewReader(strings.Repeat("x", MaxBytes))),
		"no picture":       strings.NewReader("text"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPipeline()
			p.tempDir = t.TempDir()
			_, err := p.read(t.Context(), r)
			wantErr := map[string]fault.Kind{"breaks off": fault.BadRequest, "breaks off early": fault.BadRequest, "too large": fault.TooLarge, "no picture": fault.Unsupported}[name]
			if (wantErr == "") != (err == nil) || (err != nil && !fault.Is(err, wantErr)) {
				t.Errorf("got %v, want %q", err, wantErr)
			}
			if left, err := os.ReadDir(p.tempDir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
	p := newPipeline()
	p.tempDir = filepath.Join(t.TempDir(), "missing")
	if _, err := p.read(t.Context(), bytes.NewReader(photo)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("no room on the disk: %v", err)
	}
}

func TestCover(t *testing.T) {
	t.Parallel()
	p, err := encode(corners(320, 200))
	if err != nil {
		t.Fatal(err)
	}
	p, err = cover(p.large, []Rect{{X: 0.02, Y: 0.02, W: 0.1, H: 0.1}, {X: 0.9, Y: 0.9, W: 0.1, H: 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(p.large))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[image.Point]color.Color{
		{1, 1}: boxColour, {20, 15}: boxColour, {47, 31}: boxColour, // outwards to blocks of 16
		{60, 40}: cornerColours()[0], {250, 30}: cornerColours()[1],
		{319, 199}: boxColour, {290, 182}: boxColour, {260, 150}: cornerColours()[3],
	} {
		if !near(img.At(at.X, at.Y), want) {
			t.Errorf("%v is %v, want %v", at, img.At(at.X, at.Y), want)
		}
	}
	small, err := jpeg.Decode(bytes.NewReader(p.small))
	if err != nil || !near(small.At(10, 10), boxColour) {
		t.Errorf("the small form is not covered: %v", err)
	}
}

func TestCheckRects(t *testing.T) {
	t.Parallel()
	nan := 0.0
	nan /= nan
	for _, tt := range []struct {
		name string
		r    Rect
		ok   bool
	}{
		{"all of it", Rect{0, 0, 1, 1}, true},
		{"a corner", Rect{0.9, 0.9, 0.1, 0.1}, true},
		{"no width", Rect{0.5, 0.5, 0, 0.1}, false},
		{"outside", Rect{0.9, 0.5, 0.2, 0.1}, false},
		{"negative", Rect{-0.1, 0.5, 0.2, 0.1}, false},
		{"no number", Rect{nan, 0.5, 0.2, 0.1}, false},
	} {
		if err := checkRects([]Rect{tt.r}); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := checkRects(make([]Rect, maxRects+1)); err == nil {
		t.Error("too many")
	}
}

func TestCleanAlt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  Ein Loch\n\tin der Straße ": "Ein Loch in der Straße",
		"":                             "",
		"a\x00b\xffc":                  "a bc",
		strings.Repeat("ä", MaxAlt):    strings.Repeat("ä", MaxAlt),
	} {
		if got, err := cleanAlt(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if _, err := cleanAlt(strings.Repeat("a", MaxAlt+1)); !fault.Is(err, fault.Invalid) {
		t.Errorf("too long: %v", err)
	}
}

// FuzzInspect: foreign bytes may be refused, never more.
func FuzzInspect(f *testing.F) {
	img := corners(64, 48)
	f.Add(jpegOf(f, img))
	f.Add(withMetadata(jpegOf(f, img), 6))
	f.Add(pngWithMetadata(pngOf(f, img), 3))
	f.Add(bomb(f, 300))
	f.Add(attachmentstest.WithPosition(jpegOf(f, img), subject.Point{Lon: 11.5755, Lat: 48.1374}))
	for _, name := range []string{"lossy.webp", "lossless.webp", "alpha.webp"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := inspect(bytes.NewReader(data))
		if err != nil {
			if k := fault.As(err).Kind; k != fault.Unsupported && k != fault.TooLarge {
				t.Errorf("refused as %s: %v", k, err)
			}
			return
		}
		if h.width*h.height > MaxPixels || h.orientation < 1 || h.orientation > 8 || h.memory < h.width*h.height {
			t.Errorf("passed: %+v", h)
		}
		if h.gps != nil && !h.gps.Valid() {
			t.Errorf("no place: %+v", *h.gps)
		}
		if h.width*h.height > 1<<20 {
			return
		}
		p, err := newPipeline().read(t.Context(), bytes.NewReader(data))
		if err != nil {
			return
		}
		if out, err := inspect(bytes.NewReader(p.large)); err != nil || out.name != "jpeg" || out.orientation != 1 {
			t.Errorf("made %+v, %v", out, err)
		}
	})
}

func BenchmarkUpload12MP(b *testing.B) {
	img := image.NewRGBA(image.Rect(0, 0, 4000, 3000))
	seed := uint32(1)
	for i := range img.Pix { // soft noise, so that the coder has something to do
		if i%64 == 0 {
			seed = seed*1664525 + 1013904223
		}
		img.Pix[i] = byte(seed>>24)/2 + byte(i>>16)
	}
	data := jpegOf(b, img)
	p := newPipeline()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.read(b.Context(), bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefuseBomb(b *testing.B) {
	data := bomb(b, 20000)
	for b.Loop() {
		if _, err := inspect(bytes.NewReader(data)); err == nil {
			b.Fatal("passed")
		}
	}
}
