package geo

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

// What a file of objects may hold: all lamps of a large city several times.
const (
	maxObjectFile  = 256 << 20 // bytes, unpacked
	maxObjects     = 500_000
	maxObjectLine  = 64 << 10
	maxObjectNo    = 60
	maxObjectPlace = 200
)

// ObjectRow is one row of a file that can be taken.
type ObjectRow struct {
	Row    int
	Kind   string
	Number string
	Place  string
	Point  subject.Point
}

func (r ObjectRow) reject(reason string) ObjectReject {
	return ObjectReject{Row: r.Row, Kind: r.Kind, Number: r.Number, Reason: reason}
}

// ObjectFile is a file as it was read: what can be taken, and what can't with
// the reason.
type ObjectFile struct {
	Rows    []ObjectRow
	Rejects []ObjectReject

	seen map[[2]string]int // kind and number -> place in Rows
}

// ReadObjects reads a table (CSV with a head; comma, semicolon or tab) or a
// GeoJSON FeatureCollection of points, packed with gzip or not. kind is that of
// all rows; "" where each names its own. The names of columns are found by
// their usual words in German and English. A row that is not understood is in
// Rejects; an error says that the file as a whole is not.
func ReadObjects(r io.Reader, kind string) (*ObjectFile, error) {
	if kind != "" {
		k, ok := objectKind(kind)
		if !ok {
			return nil, fmt.Errorf("kind %q: small letters, digits and hyphens are possible, or a word such as Laterne", clip(kind))
		}
		kind = k
	}
	in, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	limited := &capped{r: in, left: maxObjectFile}
	b := bufio.NewReaderSize(limited, maxObjectLine)
	if bom, err := b.Peek(3); err == nil && string(bom) == "\ufeff" {
		_, _ = b.Discard(3) // was peeked
	}
	first, err := firstSign(b)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	f := &ObjectFile{seen: map[[2]string]int{}}
	if first == '{' {
		err = f.readGeoJSON(b, kind)
	} else {
		err = f.readTable(b, kind)
	}
	if err != nil {
		return nil, err
	}
	if len(f.Rows)+len(f.Rejects) == 0 {
		return nil, errors.New("the file holds no objects")
	}
	return f, nil
}

// unpacked looks for the sign of gzip; the file's name does not matter.
func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if magic, err := b.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return b, nil //nolint:nilerr // a file of one sign is no gzip
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return z, nil
}

// capped ends with an error where a file is too large, so that a small packed
// one can't fill the memory.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, fmt.Errorf("the file is larger than %d MB", maxObjectFile>>20)
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// firstSign is the first sign that is no blank; it stays in the reader.
func firstSign(b *bufio.Reader) (byte, error) {
	for {
		c, err := b.ReadByte()
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n", rune(c)) {
			return c, b.UnreadByte()
		}
	}
}

// objectKinds are what cities call the kinds that we have words for.
//
//nolint:gochecknoglobals // a table
var objectKinds = map[string]string{
	"lamp": "lamp", "laterne": "lamp", "strassenlaterne": "lamp", "leuchte": "lamp", "strassenleuchte": "lamp", "lichtmast": "lamp", "mast": "lamp",
	"lichtpunkt": "lamp", "leuchtstelle": "lamp", "strassenbeleuchtung": "lamp", "beleuchtung": "lamp", "streetlight": "lamp", "street-lamp": "lamp",
	"signal": "signal", "ampel": "signal", "lsa": "signal", "lichtsignalanlage": "signal", "lichtzeichenanlage": "signal", "traffic-signal": "signal", "traffic-signals": "signal",
	"bin": "bin", "muelleimer": "bin", "papierkorb": "bin", "abfallbehaelter": "bin", "abfalleimer": "bin", "abfallkorb": "bin", "waste-basket": "bin", "litter-bin": "bin",
	"container": "container", "wertstoffinsel": "container", "wertstoffcontainer": "container", "glascontainer": "container", "recycling": "container", "sammelstelle": "container",
	"tree": "tree", "baum": "tree", "bench": "bench", "bank": "bench", "sitzbank": "bench", "fountain": "fountain", "brunnen": "fountain", "trinkbrunnen": "fountain",
	"toilet": "toilet", "toilette": "toilet", "playground": "playground", "spielplatz": "playground", "drain": "drain", "gully": "drain", "gulli": "drain",
	"sign": "sign", "schild": "sign", "verkehrszeichen": "sign", "stop": "stop", "haltestelle": "stop", "lift": "lift", "aufzug": "lift",
	"hydrant": "hydrant", "bike-rack": "bike-rack", "fahrradstaender": "bike-rack",
}

var kindForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// objectKind is the key of a kind: ours where a word is known, else the word
// itself if it can be one.
func objectKind(word string) (string, bool) {
	key := plainWord(word, "-")
	if known, ok := objectKinds[key]; ok {
		return known, true
	}
	if known, ok := objectKinds[strings.TrimSuffix(strings.TrimSuffix(key, "n"), "s")]; ok { // Laternen, lamps
		return known, true
	}
	return key, kindForm.MatchString(key)
}

// plainWord writes a word in small letters without umlauts, with sep for
// everything that is neither letter nor digit.
func plainWord(s, sep string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		text := ""
		switch r {
		case 'ä':
			text = "ae"
		case 'ö':
			text = "oe"
		case 'ü':
			text = "ue"
		case 'ß':
			text = "ss"
		default:
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				text = string(r)
			}
		}
		if text == "" {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString(sep)
			gap = false
		}
		b.WriteString(text)
	}
	return b.String()
}

// add takes a row over or rejects it.
func (f *ObjectFile) add(row int, kind, number, place string, at subject.Point, wrong string) {
	r := ObjectRow{Row: row, Number: tidy(number), Place: tidy(place), Point: at}
	var ok bool
	if r.Kind, ok = objectKind(kind); !ok {
		r.Kind = clip(tidy(kind))
	}
	_, outside := geom.Point(at.Lon, at.Lat)
	key := [2]string{r.Kind, r.Number}
	before, again := f.seen[key]
	switch {
	case wrong != "":
	case !utf8.ValidString(kind + number + place):
		wrong = "is not UTF-8"
		r.Number, r.Kind = strings.ToValidUTF8(r.Number, "?"), strings.ToValidUTF8(r.Kind, "?")
	case kind == "":
		wrong = "has no kind; name one for all rows with --kind"
	case !ok:
		wrong = fmt.Sprintf("kind %q can't be used", r.Kind)
	case r.Number == "":
		wrong = "has no number"
	case plain(r.Number, maxObjectNo) != nil:
		wrong = "the number is too long or holds control characters"
	case plain(r.Place, maxObjectPlace) != nil:
		wrong = "the place is too long or holds control characters"
	case at == subject.Point{}:
		wrong = "has no coordinates"
	case outside != nil:
		wrong = fmt.Sprintf("%v, %v is outside the range of WGS 84 (longitude -180 to 180, latitude -90 to 90)", at.Lon, at.Lat)
	case again && f.Rows[before].Point == r.Point && f.Rows[before].Place == r.Place:
		return // the same once more
	case again:
		wrong = fmt.Sprintf("row %d has the same kind and number", f.Rows[before].Row)
	}
	if wrong != "" {
		r.Number = clip(r.Number)
		f.Rejects = append(f.Rejects, r.reject(wrong))
		return
	}
	f.seen[key] = len(f.Rows)
	f.Rows = append(f.Rows, r)
}

// full tells that a file holds more than we take.
func (f *ObjectFile) full() error {
	if len(f.Rows)+len(f.Rejects) > maxObjects {
		return fmt.Errorf("more than %d objects in the file", maxObjects)
	}
	return nil
}

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") }
