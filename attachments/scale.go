package attachments

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"

	"github.com/mitwirk/mitwirk/subject"
)

// quality of the JPEG files that are kept.
const quality = 85

// catmullRomMax is the number of source pixels up to which the slow, sharp
// scaler is used: 12 megapixels would take more than a second with it.
const catmullRomMax = 2_000_000

// picture is a photo in the two forms that are kept.
type picture struct {
	large, small  []byte // JPEG without metadata
	width, height int    // of the large form
	sum           [sha256.Size]byte
	gps           *subject.Point // what the upload said; goes no further than to whoever sent it
}

// shrink scales a picture down so that its longer side is at most side; it
// never enlarges. Large ones are halved by the fast scaler first (halving makes
// it a clean average of four), the rest is done by the sharp one where cheap.
func shrink(src image.Image, side int) *image.RGBA {
	b := src.Bounds()
	w, h := fit(b.Dx(), b.Dy(), side)
	for b.Dx() >= 2*w && b.Dy() >= 2*h {
		src = scaled(draw.ApproxBiLinear, src, (b.Dx()+1)/2, (b.Dy()+1)/2)
		b = src.Bounds()
	}
	switch {
	case b.Dx() == w && b.Dy() == h:
		dst := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(dst, dst.Bounds(), src, b.Min, draw.Src)
		return dst
	case b.Dx()*b.Dy() <= catmullRomMax:
		return scaled(draw.CatmullRom, src, w, h)
	}
	return scaled(draw.ApproxBiLinear, src, w, h)
}

func scaled(s draw.Scaler, src image.Image, w, h int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	s.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}

// opaque puts a picture with transparent parts on white, as a browser shows it.
func opaque(img *image.RGBA) *image.RGBA {
	if img.Opaque() {
		return img
	}
	dst := image.NewRGBA(img.Bounds())
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), img, img.Bounds().Min, draw.Over)
	return dst
}

// upright turns and mirrors a picture by its EXIF orientation (Exif 2.32, tag
// 0x0112): where the pixel at x, y of the upright one lies in the stored one.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	var from func(x, y int) (int, int)
	switch orientation {
	case 2: // mirrored left to right
		from = func(x, y int) (int, int) { return w - 1 - x, y }
	case 3: // upside down
		from = func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case 4: // mirrored top to bottom
		from = func(x, y int) (int, int) { return x, h - 1 - y }
	case 5: // mirrored along the main diagonal
		from = func(x, y int) (int, int) { return y, x }
	case 6: // to be turned right by 90 degrees
		from = func(x, y int) (int, int) { return y, h - 1 - x }
	case 7: // mirrored along the other diagonal
		from = func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }
	case 8: // to be turned left by 90 degrees
		from = func(x, y int) (int, int) { return w - 1 - y, x }
	default:
		return src
	}
	dw, dh := w, h
	if orientation >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range dh {
		for x := range dw {
			sx, sy := from(x, y)
			copy(dst.Pix[y*dst.Stride+4*x:][:4], src.Pix[sy*src.Stride+4*sx:][:4])
		}
	}
	return dst
}

// encode makes both forms from the upright large one. image/jpeg writes tables
// and pixels only: no EXIF, no colour profile, no comment.
func encode(large *image.RGBA) (picture, error) {
	p := picture{width: large.Bounds().Dx(), height: large.Bounds().Dy()}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, large, &jpeg.Options{Quality: quality}); err != nil {
		return picture{}, fmt.Errorf("encode photo: %w", err)
	}
	p.large = bytes.Clone(buf.Bytes())
	p.sum = sha256.Sum256(p.large)
	buf.Reset()
	if err := jpeg.Encode(&buf, shrink(large, SmallSide), &jpeg.Options{Quality: quality}); err != nil {
		return picture{}, fmt.Errorf("encode small photo: %w", err)
	}
	p.small = bytes.Clone(buf.Bytes())
	return p, nil
}
