package kit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"
)

// QRCode is a QR code as the path of an SVG, one unit a module.
type QRCode struct {
	Size int    // modules a side, without the quiet zone
	Path string // of the dark modules
}

// QuietZone is the free margin that readers need, in modules (ISO/IEC 18004).
const QuietZone = 4

// NewQR makes the code of a text. Medium correction: a sticker in the street
// may lose 15 % of itself.
func NewQR(text string) (QRCode, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return QRCode{}, fmt.Errorf("QR code: %w", err)
	}
	code.DisableBorder = true
	rows := code.Bitmap()
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
		}
	}
	return QRCode{Size: len(rows), Path: path.String()}, nil
}

// viewBox holds the code with its quiet zone.
func (q QRCode) viewBox() string {
	side := strconv.Itoa(q.Size + 2*QuietZone)
	return fmt.Sprintf("-%d -%d %s %s", QuietZone, QuietZone, side, side)
}

// mailEscape writes blanks as mail programs read them (RFC 6068): %20, not +.
func mailEscape(query string) string { return strings.ReplaceAll(query, "+", "%20") }
