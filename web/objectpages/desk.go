package objectpages

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// selection is the filter of the list, which travels to the stickers.
type selection struct {
	Kind, Text string
	After      *geo.ObjectCursor
}

// readSelection reads ?kind=, ?q= and ?after=kind/number.
func readSelection(v url.Values) selection {
	clean := func(s string, most int) string {
		s = strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")), " ")
		if utf8.RuneCountInString(s) > most {
			s = string([]rune(s)[:most])
		}
		return s
	}
	s := selection{Kind: clean(v.Get("kind"), 40), Text: clean(v.Get("q"), 100)}
	if kind, number, ok := strings.Cut(clean(v.Get("after"), 120), "/"); ok {
		s.After = &geo.ObjectCursor{Kind: kind, Number: number}
	}
	return s
}

func (s selection) values() url.Values {
	v := url.Values{}
	if s.Kind != "" {
		v.Set("kind", s.Kind)
	}
	if s.Text != "" {
		v.Set("q", s.Text)
	}
	return v
}

// at is the address of the selection, from a cursor on (nil: from the start).
func (s selection) at(path string, after *geo.ObjectCursor) string {
	v := s.values()
	if after != nil {
		v.Set("after", after.Kind+"/"+after.Number)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

type listView struct {
	kit.Page
	Selection   selection
	Kinds       []kit.Option
	Rows        []listRow
	Count       string
	First, Next string // "" for none
	Print       string
	Empty       string
}

type listRow struct{ Kind, Number, Place, Code, URL string }

func (p *pages) list(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.SeeObjects); err != nil {
		return err
	}
	ctx, loc := c.Request().Context(), kit.Loc(c)
	v := listView{Page: kit.NewPage(c, "object.desk.title"), Selection: readSelection(c.QueryParams())}
	v.Nav, v.Robots = "desk", "noindex"
	s := v.Selection
	kinds, err := p.Geo.ObjectKinds(ctx)
	if err != nil {
		return err
	}
	v.Kinds = []kit.Option{{Label: v.T("object.desk.kind.all"), On: s.Kind == ""}}
	for _, k := range kinds {
		v.Kinds = append(v.Kinds, kit.Option{Value: k.Key, Label: geo.KindName(loc, k.Key) + " (" + loc.Int(k.N) + ")", On: k.Key == s.Kind})
	}
	objects, next, total, err := p.Geo.Objects(ctx, geo.ObjectFilter{Kind: s.Kind, Text: s.Text, After: s.After})
	if err != nil {
		return err
	}
	for i := range objects {
		o := &objects[i]
		place, err := p.Geo.PlaceOf(ctx, o)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, listRow{Kind: geo.KindName(loc, o.Kind), Number: o.Number, Place: place, Code: spaced(o.Code), URL: o.Path()})
	}
	v.Count = v.T("object.desk.count", "n", total)
	if s.After != nil {
		v.First = s.at("/desk/objects", nil)
	}
	if next != nil {
		v.Next = s.at("/desk/objects", next)
	}
	if len(v.Rows) > 0 {
		v.Print = s.at("/desk/objects/print", s.After)
	} else if v.Empty = v.T("object.desk.none"); len(kinds) == 0 {
		v.Empty = v.T("object.desk.none.all")
	}
	return kit.Render(c, http.StatusOK, listPage(v))
}

// format is a sheet of labels, in millimetres on A4.
type format struct {
	Key           string // class of the sheet, and ?size=
	Width, Height string // as people write them
	Columns, Rows int
}

func (f format) onSheet() int { return f.Columns * f.Rows }

// formats are the usual sheets. Their measures stand in stickers.css.
func formats() []format {
	return []format{
		{Key: "70x37", Width: "70", Height: "37", Columns: 3, Rows: 8},
		{Key: "63x38", Width: "63,5", Height: "38,1", Columns: 3, Rows: 7},
		{Key: "105x74", Width: "105", Height: "74", Columns: 2, Rows: 4},
	}
}

// perPrint is how many stickers one page makes, about ten sheets.
const perPrint = 240

type printView struct {
	kit.Page
	Selection selection
	Format    format
	Sizes     []kit.Option
	Skip      string
	Sheets    [][]sticker
	Count     string
	Next      string
	Back      string
}

// sticker is one label; the zero one stays free.
type sticker struct {
	QR       kit.QRCode
	Names    [2]string // German, English
	Asks     [2]string
	Address  string // short: host and path
	Number   string
	Occupied bool
}

func (p *pages) print(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.SeeObjects); err != nil {
		return err
	}
	ctx := c.Request().Context()
	v := printView{Page: kit.NewPage(c, "object.print.title"), Selection: readSelection(c.QueryParams()), Format: formats()[0]}
	v.Nav, v.Robots = "desk", "noindex"
	for _, f := range formats() {
		if f.Key == c.QueryParam("size") {
			v.Format = f
		}
	}
	for _, f := range formats() {
		label := v.T("object.print.size.of", "width", measure(v.Loc, f.Width), "height", measure(v.Loc, f.Height), "n", f.onSheet())
		v.Sizes = append(v.Sizes, kit.Option{Value: f.Key, Label: label, On: f.Key == v.Format.Key})
	}
	skip, err := strconv.Atoi(c.QueryParam("skip"))
	if err != nil || skip < 0 || skip >= v.Format.onSheet() {
		skip = 0
	}
	v.Skip = strconv.Itoa(skip)
	s := v.Selection
	objects, next, _, err := p.Geo.Objects(ctx, geo.ObjectFilter{Kind: s.Kind, Text: s.Text, After: s.After, Limit: perPrint - skip})
	if err != nil {
		return err
	}
	labels := make([]sticker, skip, skip+len(objects))
	for i := range objects {
		one, err := p.sticker(&objects[i])
		if err != nil {
			return err
		}
		labels = append(labels, one)
	}
	for len(labels) > 0 && len(objects) > 0 {
		n := min(len(labels), v.Format.onSheet())
		v.Sheets = append(v.Sheets, labels[:n])
		labels = labels[n:]
	}
	v.Count = v.T("object.print.count", "n", len(objects))
	v.Back = s.at("/desk/objects", s.After)
	if next != nil {
		v.Next = s.at("/desk/objects/print", next) + "&size=" + v.Format.Key
	}
	return kit.Render(c, http.StatusOK, printPage(v))
}

// measure writes millimetres in the page's language.
func measure(loc *i18n.Localizer, mm string) string {
	if loc.Lang() == i18n.English {
		return strings.ReplaceAll(mm, ",", ".")
	}
	return mm
}

// sticker is what is printed for an object, in both languages.
func (p *pages) sticker(o *geo.Object) (sticker, error) {
	address := p.url(o.Path())
	qr, err := kit.NewQR(address)
	if err != nil {
		return sticker{}, err
	}
	de, en := p.Messages.For(i18n.German), p.Messages.For(i18n.English)
	_, short, _ := strings.Cut(address, "://")
	return sticker{
		QR: qr, Names: [2]string{geo.KindName(de, o.Kind), geo.KindName(en, o.Kind)}, Number: o.Number,
		Asks: [2]string{de.T("object.sticker.ask"), en.T("object.sticker.ask")}, Address: short, Occupied: true,
	}, nil
}
