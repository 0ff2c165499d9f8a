// Package attachmentstest makes photos as phones do, for the tests of other
// packages.
package attachmentstest

import (
	"encoding/binary"
	"math"

	"github.com/mitwirk/mitwirk/subject"
)

// WithPosition puts EXIF data with a position into a JPEG (Exif 2.32 §4.6).
func WithPosition(plain []byte, at subject.Point) []byte {
	body := append([]byte("Exif\x00\x00"), Position(at)...)
	out := append([]byte{}, plain[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, plain[2:]...)
}

// Position is a TIFF block with a GPS directory that names a place to about a metre.
func Position(at subject.Point) []byte {
	le := binary.LittleEndian
	var b []byte
	entry := func(tag, kind uint16, n, value uint32) {
		b = le.AppendUint16(b, tag)
		b = le.AppendUint16(b, kind)
		b = le.AppendUint32(b, n)
		b = le.AppendUint32(b, value)
	}
	letter := func(v float64, plus, minus byte) uint32 {
		if v < 0 {
			return uint32(minus)
		}
		return uint32(plus)
	}
	b = append(b, "II*\x00\x08\x00\x00\x00"...)
	b = le.AppendUint16(b, 1)
	entry(0x8825, 4, 1, 26) // the GPS directory begins at 8+2+12+4
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 4)
	const values = 26 + 2 + 4*12 + 4
	entry(1, 2, 2, letter(at.Lat, 'N', 'S'))
	entry(2, 5, 3, values)
	entry(3, 2, 2, letter(at.Lon, 'E', 'W'))
	entry(4, 5, 3, values+24)
	b = le.AppendUint32(b, 0)
	for _, v := range []float64{math.Abs(at.Lat), math.Abs(at.Lon)} {
		degrees := math.Floor(v)
		minutes := math.Floor((v - degrees) * 60)
		seconds := ((v-degrees)*60 - minutes) * 60
		for _, f := range [][2]uint32{{uint32(degrees), 1}, {uint32(minutes), 1}, {uint32(math.Round(seconds * 100)), 100}} {
			b = le.AppendUint32(b, f[0])
			b = le.AppendUint32(b, f[1])
		}
	}
	return b
}
