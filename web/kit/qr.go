package kit

import (
	"bytes"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"

	"github.com/mitwirk/mitwirk/geo"
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

// SVG is the code as a file of its own.
func (q QRCode) SVG() []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%s" shape-rendering="crispEdges"><rect x="-%d" y="-%d" width="100%%" height="100%%" fill="#fff"/><path d="%s"/></svg>`,
		q.viewBox(), QuietZone, QuietZone, q.Path)
}

// SendQR answers with the code of an address of ours, which anybody may keep:
// it says nothing but the address.
func SendQR(c Context, address string) error {
	q, err := NewQR(address)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=604800")
	return Send(c, http.StatusOK, "image/svg+xml", q.SVG())
}

// PictureSVG is the plain drawing of a place as a file of its own, for paper.
func PictureSVG(pic geo.Picture) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%s" font-family="sans-serif" font-size="13">`, pic.ViewBox())
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="#f4f3ef"/>`, -pic.Width/2, -pic.Height/2, pic.Width, pic.Height)
	for _, s := range pic.Shapes {
		paint := map[string]string{
			"park": `fill="#cfe3c8"`, "water": `fill="#b9d3e6"`, "rail": `fill="none" stroke="#999" stroke-width="3"`,
			"road": `fill="none" stroke="#fff" stroke-width="9" stroke-linecap="round"`,
		}[s.Kind]
		if s.Kind == "road" { // an edge, so that white shows on paper
			fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="#b5b5b5" stroke-width="11"/>`, s.Path)
		}
		fmt.Fprintf(&b, `<path d="%s" %s/>`, s.Path, paint)
	}
	for _, l := range pic.Labels {
		fmt.Fprintf(&b, `<text x="%d" y="%d" transform="%s" dominant-baseline="middle" stroke="#fff" stroke-width="3" paint-order="stroke">%s</text>`, l.X, l.Y, l.Turn(), html.EscapeString(l.Text))
	}
	b.WriteString(`<circle r="11" fill="#fff" stroke="#000" stroke-width="1.5"/><circle r="7"/></svg>`)
	return b.Bytes()
}

// mailEscape writes blanks as mail programs read them (RFC 6068): %20, not +.
func mailEscape(query string) string { return strings.ReplaceAll(query, "+", "%20") }
