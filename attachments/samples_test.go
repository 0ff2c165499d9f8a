package attachments

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"testing"
)

// Marks that must never come out again.
const (
	markGPS     = "GPS-CANARY"
	markXMP     = "XMP-CANARY"
	markICC     = "ICC-CANARY"
	markComment = "COMMENT-CANARY"
	markTail    = "TAIL-CANARY"
	markThumb   = "THUMB-CANARY"
)

// corners is a picture whose four corners differ: red, green, blue, yellow from
// the upper left clockwise.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, cornerColours()[2*(2*y/h)+2*x/w])
		}
	}
	return img
}

// cornerColours in reading order.
func cornerColours() [4]color.RGBA {
	return [4]color.RGBA{{R: 220, A: 255}, {G: 200, A: 255}, {R: 230, G: 230, A: 255}, {B: 220, A: 255}}
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a TIFF block with an orientation and a position (Exif 2.32 §4.6).
func exif(orientation int) []byte {
	le := binary.LittleEndian
	entry := func(tag, kind uint16, n, value uint32) []byte {
		b := make([]byte, 12)
		le.PutUint16(b, tag)
		le.PutUint16(b[2:], kind)
		le.PutUint32(b[4:], n)
		le.PutUint32(b[8:], value)
		return b
	}
	var b []byte
	b = append(b, "II*\x00\x08\x00\x00\x00"...)
	b = le.AppendUint16(b, 2)
	b = append(b, entry(0x0112, 3, 1, uint32(orientation))...)
	b = append(b, entry(0x8825, 4, 1, 38)...) // the GPS directory begins at 8+2+24+4
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 3)
	b = append(b, entry(1, 2, 2, 'N')...)
	b = append(b, entry(2, 5, 3, 80)...)
	b = append(b, entry(29, 2, uint32(len(markGPS))+1, 104)...)
	b = le.AppendUint32(b, 0)
	for _, v := range []uint32{48, 1, 8, 1, 14, 1} {
		b = le.AppendUint32(b, v)
	}
	b = append(b, markGPS+"\x00"+markThumb...)
	return b
}

// withMetadata puts everything into a JPEG that a phone or an attacker does.
func withMetadata(plain []byte, orientation int) []byte {
	segment := func(marker byte, body []byte) []byte {
		b := []byte{0xff, marker}
		b = binary.BigEndian.AppendUint16(b, uint16(len(body)+2))
		return append(b, body...)
	}
	out := append([]byte{}, plain[:2]...)
	out = append(out, segment(0xe1, append([]byte("Exif\x00\x00"), exif(orientation)...))...)
	out = append(out, segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+markXMP+"</x:xmpmeta>"))...)
	out = append(out, segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"+markICC))...)
	out = append(out, segment(0xfe, []byte(markComment))...)
	out = append(out, plain[2:]...)
	return append(out, "\x00PK\x03\x04"+markTail...)
}

func pngChunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(b, kind...)
	b = append(b, body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// pngWithMetadata puts text, a profile and EXIF behind the header of a PNG.
func pngWithMetadata(plain []byte, orientation int) []byte {
	const head = 8 + 25 // signature and IHDR
	out := append([]byte{}, plain[:head]...)
	out = append(out, pngChunk("tEXt", []byte("Comment\x00"+markComment))...)
	out = append(out, pngChunk("eXIf", exif(orientation))...)
	out = append(out, plain[head:]...)
	return append(out, markTail...)
}

// bomb is a complete one-bit PNG of side x side pixels: 50 KB for 400 megapixels.
func bomb(t testing.TB, side int) []byte {
	t.Helper()
	ihdr := binary.BigEndian.AppendUint32(nil, uint32(side))
	ihdr = binary.BigEndian.AppendUint32(ihdr, uint32(side))
	ihdr = append(ihdr, 1, 0, 0, 0, 0)
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	row := make([]byte, 1+(side+7)/8)
	for range side {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", ihdr)...)
	out = append(out, pngChunk("IDAT", data.Bytes())...)
	return append(out, pngChunk("IEND", nil)...)
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
