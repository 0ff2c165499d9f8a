package pictures

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

func TestDraw(t *testing.T) {
	t.Parallel()
	for key, s := range scenes() {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			a, alt := Draw(key, 1)
			if b, _ := Draw(key, 1); !bytes.Equal(a, b) {
				t.Error("one seed draws two pictures")
			}
			if two, _ := Draw(key, 2); bytes.Equal(a, two) {
				t.Error("all seeds draw the same picture")
			}
			cfg, err := jpeg.DecodeConfig(bytes.NewReader(a))
			if err != nil || cfg.Width != 1280 || cfg.Height != 960 {
				t.Errorf("%+v, %v", cfg, err)
			}
			if alt.In(i18n.German) != s.de || alt.In(i18n.English) != s.en || s.de == "" || s.en == "" {
				t.Errorf("texts: %v", alt)
			}
			solved, alt := DrawSolved(key, 1)
			if alt[i18n.German] == "" || alt[i18n.English] == "" {
				t.Errorf("texts of the solved one: %v", alt)
			}
			if key != fallback && bytes.Equal(a, solved) {
				t.Error("the repair does not show")
			}
			for seed := range uint64(2) {
				reachesEdges(t, key, seed)
			}
		})
	}
	unknown, alt := Draw("gibt-es-nicht", 1)
	if quiet, _ := Draw(fallback, 1); !bytes.Equal(unknown, quiet) || alt.In(i18n.German) == "" {
		t.Error("an unknown category must be a quiet street")
	}
}

// reachesEdges: something is drawn everywhere, however the camera is held.
func reachesEdges(t *testing.T, key string, seed uint64) {
	t.Helper()
	img, _ := render(key, seed, seed%2 == 1)
	b := img.Bounds()
	for _, p := range []image.Point{{0, 0}, {b.Dx() - 1, 0}, {0, b.Dy() - 1}, {b.Dx() - 1, b.Dy() - 1}, {b.Dx() / 2, b.Dy() - 1}} {
		if img.RGBAAt(p.X, p.Y).A != 255 {
			t.Errorf("seed %d: nothing is drawn at %v", seed, p)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		Draw("wildermuell", seed)
		seed++
	}
}

// TestSheet writes small copies of all scenes to look at, when asked to.
func TestSheet(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PICTURES_SHEET")
	if dir == "" {
		return
	}
	for key := range scenes() {
		sheet := image.NewRGBA(image.Rect(0, 0, 3*400, 2*300))
		for i := range 6 {
			img, _ := render(key, uint64(i%3), i >= 3)
			x, y := i%3*400, i/3*300
			draw.ApproxBiLinear.Scale(sheet, image.Rect(x, y, x+400, y+300), img, img.Bounds(), draw.Src, nil)
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%s.jpg", key)))
		if err != nil {
			t.Fatal(err)
		}
		if err := jpeg.Encode(f, sheet, nil); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
