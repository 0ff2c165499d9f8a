package attachments

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"github.com/bep/imagemeta"
	"golang.org/x/image/webp"

	"github.com/mitwirk/mitwirk/subject"
)

// format is a kind of picture that we read.
type format struct {
	name   string
	is     func(head []byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	meta   imagemeta.ImageFormat
}

// sniffLen is how many bytes tell the kind.
const sniffLen = 16

// formats are the kinds that we read, by their first bytes; the name of the
// file and the type that the browser sends mean nothing.
func formats() []format {
	return []format{
		{
			name:   "jpeg",
			is:     func(b []byte) bool { return bytes.HasPrefix(b, []byte("\xff\xd8\xff")) },
			config: jpeg.DecodeConfig, decode: jpeg.Decode, meta: imagemeta.JPEG,
		},
		{
			name:   "png",
			is:     func(b []byte) bool { return bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) },
			config: png.DecodeConfig, decode: png.Decode, meta: imagemeta.PNG,
		},
		{
			name: "webp",
			is: func(b []byte) bool {
				return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
			},
			config: webp.DecodeConfig, decode: webp.Decode, meta: imagemeta.WebP,
		},
	}
}

// sniff finds the kind by the first bytes; fault Unsupported for all others
// (HEIC, GIF, TIFF, BMP, SVG, text …).
func sniff(head []byte) (format, error) {
	for _, f := range formats() {
		if f.is(head) {
			return f, nil
		}
	}
	return format{}, errType(errors.New("unknown first bytes"))
}

// header is what a file says of itself before its pixels are touched.
type header struct {
	format
	width, height int
	orientation   int // EXIF 1 to 8
	gps           *subject.Point
	memory        int // bytes that decoding takes, roughly
}

// inspect reads the header. Nothing is allocated for the pixels, so it is safe
// and fast for any file. Faults: Unsupported, TooLarge.
func inspect(r io.ReadSeeker) (header, error) {
	head := make([]byte, sniffLen)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return header{}, errType(fmt.Errorf("read head: %w", err))
	}
	f, err := sniff(head[:n])
	if err != nil {
		return header{}, err
	}
	if err := rewind(r); err != nil {
		return header{}, err
	}
	c, err := f.config(bufio.NewReader(r))
	if err != nil {
		return header{}, errType(fmt.Errorf("%s header: %w", f.name, err))
	}
	if c.Width < 1 || c.Height < 1 {
		return header{}, errType(errors.New("no pixels"))
	}
	if c.Width > MaxPixels/c.Height {
		return header{}, errPixels(c.Width, c.Height)
	}
	h := header{format: f, width: c.Width, height: c.Height}
	if err := rewind(r); err != nil {
		return header{}, err
	}
	h.memory = c.Width * c.Height * pixelBytes(f.name, c.ColorModel, r)
	if err := rewind(r); err != nil {
		return header{}, err
	}
	h.orientation, h.gps = readEXIF(r, f.meta)
	return h, rewind(r)
}

func rewind(r io.Seeker) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind upload: %w", err)
	}
	return nil
}

// pixelBytes is what a decoder allocates per pixel, at most.
func pixelBytes(name string, m color.Model, r io.Reader) int {
	switch {
	case name == "jpeg" && progressive(r):
		return 15 // three planes of 32-bit coefficients, and the picture
	case name == "jpeg":
		return 4
	case m == color.NRGBA64Model || m == color.RGBA64Model:
		return 8
	}
	return 4
}

// progressive tells whether the frame of a JPEG is of that sort (marker SOF2,
// ITU T.81 table B.1).
func progressive(r io.Reader) bool {
	b := bufio.NewReader(r)
	if _, err := b.Discard(2); err != nil {
		return false
	}
	for {
		var mark [4]byte
		if _, err := io.ReadFull(b, mark[:2]); err != nil || mark[0] != 0xff {
			return false
		}
		for mark[1] == 0xff { // fill bytes
			c, err := b.ReadByte()
			if err != nil {
				return false
			}
			mark[1] = c
		}
		switch m := mark[1]; {
		case m == 0xc2:
			return true
		case m == 0xc0, m == 0xc1, m == 0xda, m == 0xd9:
			return false
		case m >= 0xd0 && m <= 0xd8, m == 0x01: // without a length
			continue
		}
		if _, err := io.ReadFull(b, mark[2:]); err != nil {
			return false
		}
		n := int(binary.BigEndian.Uint16(mark[2:]))
		if n < 2 {
			return false
		}
		if _, err := b.Discard(n - 2); err != nil {
			return false
		}
	}
}

// readEXIF reads how the camera was held, 1 to 8, where 1 is upright and the answer
// whenever there is nothing readable; and where it stood, nil when the file does
// not say or what it says is no place. Nothing else of the metadata is looked at.
func readEXIF(r io.ReadSeeker, f imagemeta.ImageFormat) (orientation int, gps *subject.Point) {
	orientation = 1
	where := map[string]any{}
	_, err := imagemeta.Decode(imagemeta.Options{
		R:           r,
		ImageFormat: f,
		Sources:     imagemeta.EXIF,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return t.Tag == "Orientation" && t.Namespace == "IFD0" || strings.HasPrefix(t.Tag, "GPSL")
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if v, ok := t.Value.(uint16); ok && t.Tag == "Orientation" && v >= 1 && v <= 8 {
				orientation = int(v)
				return nil
			}
			where[t.Tag] = t.Value
			return nil
		},
	})
	if err != nil {
		return orientation, nil
	}
	return orientation, position(where)
}

// position is the place that EXIF tags name (JEITA CP-3451, GPS IFD). Cameras
// without a fix write zeros.
func position(tags map[string]any) *subject.Point {
	lat, ok1 := tags["GPSLatitude"].(float64)
	lon, ok2 := tags["GPSLongitude"].(float64)
	ns, ok3 := tags["GPSLatitudeRef"].(string)
	ew, ok4 := tags["GPSLongitudeRef"].(string)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil
	}
	if strings.HasPrefix(ns, "S") {
		lat = -lat
	}
	if strings.HasPrefix(ew, "W") {
		lon = -lon
	}
	at := subject.Point{Lon: lon, Lat: lat}
	if !at.Valid() || lat == 0 && lon == 0 {
		return nil
	}
	return &at
}

// decodePicture reads the pixels of a file that inspect has passed. A decoder
// that panics costs this one photo.
func decodePicture(h header, r io.Reader) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errType(fmt.Errorf("%s decoder: %v", h.name, p))
		}
	}()
	img, err = h.decode(bufio.NewReader(r))
	if err != nil {
		return nil, errType(fmt.Errorf("%s pixels: %w", h.name, err))
	}
	if b := img.Bounds(); b.Dx() != h.width || b.Dy() != h.height {
		return nil, errType(fmt.Errorf("%s: header says %d x %d, pixels are %d x %d", h.name, h.width, h.height, b.Dx(), b.Dy()))
	}
	return img, nil
}
