package geo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/subject"
)

// AddressColumns names the columns of a table of addresses. Empty ones are
// detected by the names that such tables usually have.
type AddressColumns struct {
	Street, HouseNo, Suffix, Postcode, Place, Lon, Lat string
}

// BadRow is a row of a table that is not taken.
type BadRow struct {
	Row    int // the header is row 1
	Reason string
	Raw    string
}

// maxAway is how far from the middle of a file's addresses one may lie.
const maxAway = 50_000 // metres

// Longest parts of an address, in signs.
const (
	longestStreet   = 120
	longestHouseNo  = 20
	longestPostcode = 12
	longestPlace    = 80
)

// What tables of addresses call their columns, in lower case without marks.
var addressNames = map[string][]string{ //nolint:gochecknoglobals // a table
	"street":   {"strasse", "strassenname", "street", "streetname", "strname", "str", "stn", "addrstreet", "lage"},
	"house":    {"hausnummer", "hausnr", "hnr", "hsnr", "housenumber", "houseno", "number", "nummer", "nr", "addrhousenumber"},
	"suffix":   {"hausnummernzusatz", "hausnummerzusatz", "hausnrzusatz", "hnrzusatz", "zusatz", "adz", "suffix"},
	"postcode": {"plz", "postleitzahl", "postcode", "postalcode", "zip", "zipcode", "addrpostcode"},
	"place":    {"ort", "ortsname", "gemeinde", "gemeindename", "stadt", "city", "place", "town", "municipality", "addrcity", "onm"},
	"lon":      {"lon", "lng", "long", "longitude", "laenge", "laengengrad", "geolaenge", "x", "xwgs84"},
	"lat":      {"lat", "latitude", "breite", "breitengrad", "geobreite", "y", "ywgs84"},
}

// columnKey is a column's name as it is compared: "Straßen-Name" is
// "strassenname".
func columnKey(name string) string {
	name = strings.NewReplacer("ß", "ss", "ä", "ae", "ö", "oe", "ü", "ue").Replace(strings.ToLower(name))
	return strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, name)
}

// findColumn is the place of a column: the one that was asked for, else the first
// usual name that is there; -1 for none.
func findColumn(t *table.Table, what, asked string, must bool) (int, error) {
	if asked != "" {
		if i := t.Column(asked); i >= 0 {
			return i, nil
		}
		return -1, fmt.Errorf("there is no column %q; the file has: %s", clip(asked), clip200(t.Header))
	}
	for _, n := range addressNames[what] {
		if i := slices.IndexFunc(t.Header, func(h string) bool { return columnKey(h) == n }); i >= 0 {
			return i, nil
		}
	}
	if must {
		return -1, fmt.Errorf("which column is the %s? Say so with --%s. There are: %s", what, what, clip200(t.Header))
	}
	return -1, nil
}

// ReadAddresses reads a table of addresses. Rows that are none are named in
// bad. A street, a longitude and a latitude are needed; rows of one address
// are one (the last one counts).
func ReadAddresses(t *table.Table, c AddressColumns) (list []Address, bad []BadRow, err error) {
	var at [7]int
	for i, f := range []struct {
		what, asked string
		must        bool
	}{
		{"street", c.Street, true},
		{"house", c.HouseNo, false},
		{"suffix", c.Suffix, false},
		{"postcode", c.Postcode, false},
		{"place", c.Place, false},
		{"lon", c.Lon, true},
		{"lat", c.Lat, true},
	} {
		if at[i], err = findColumn(t, f.what, f.asked, f.must); err != nil {
			return nil, nil, err
		}
	}
	rows := map[int]table.Row{}
	where := map[addressKey]int{}
	var from []int // row of each of list
	for row, ok := t.Next(); ok; row, ok = t.Next() {
		a, err := readAddress(row, at)
		if err != nil {
			bad = append(bad, BadRow{row.No, err.Error(), row.Raw})
			continue
		}
		if i, again := where[keyOf(a)]; again {
			list[i], from[i] = a, row.No
			continue
		}
		where[keyOf(a)] = len(list)
		list, from = append(list, a), append(from, row.No)
		rows[row.No] = row
	}
	points := make([]subject.Point, len(list))
	for i, a := range list {
		points[i] = a.Point
	}
	middle, near := Median(points), list[:0]
	for i, a := range list {
		if d := Metres(middle, a.Point); d > maxAway {
			bad = append(bad, BadRow{from[i], fmt.Sprintf("lies %.0f km from the middle of the file's addresses", d/1000), rows[from[i]].Raw})
			continue
		}
		near = append(near, a)
	}
	slices.SortStableFunc(bad, func(a, b BadRow) int { return a.Row - b.Row })
	return near, bad, nil
}

// readAddress understands one row; at are the columns' places in the order of
// AddressColumns.
func readAddress(row table.Row, at [7]int) (Address, error) {
	if row.Err != nil {
		return Address{}, row.Err
	}
	text := func(i int) string {
		if at[i] < 0 {
			return ""
		}
		return strings.Join(strings.Fields(table.Text(row.Fields[at[i]])), " ")
	}
	a := Address{Street: text(0), HouseNo: tidyHouseNo(text(1) + text(2)), Postcode: text(3), Place: text(4)}
	switch {
	case a.Street == "":
		return a, errors.New("the street is empty")
	case a.HouseNo == "0":
		a.HouseNo = ""
	}
	for _, p := range []struct {
		what, text string
		most       int
	}{{"street", a.Street, longestStreet}, {"house number", a.HouseNo, longestHouseNo}, {"postcode", a.Postcode, longestPostcode}, {"place", a.Place, longestPlace}} {
		if n := utf8.RuneCountInString(p.text); n > p.most {
			return a, fmt.Errorf("the %s has %d signs; at most %d", p.what, n, p.most)
		}
	}
	var err error
	a.Point, err = table.Point(text(5), text(6))
	return a, err
}

// addressKey is what no two addresses share: addresses_once.
type addressKey struct{ street, place, no, postcode string }

func keyOf(a Address) addressKey { return addressKey{a.Street, a.Place, a.HouseNo, a.Postcode} }

// AddressChange is what an import does, or would do.
type AddressChange struct {
	Same, Added, Moved, Removed int

	add    []Address
	move   []movedAddress
	remove []uuid.UUID
}

type movedAddress struct {
	id uuid.UUID
	to subject.Point
}

// PlanAddresses compares a list with what is there and changes nothing. A
// street without a row of its own gets one at the house in its middle. With
// replace, what the list does not have goes.
func (s *Service) PlanAddresses(ctx context.Context, list []Address, replace bool) (AddressChange, error) {
	var c AddressChange
	there, err := loadAddresses(ctx, s.db)
	if err != nil {
		return c, err
	}
	type name struct{ street, place string }
	hasOwn := map[name]bool{}
	for k := range there {
		if k.no == "" {
			hasOwn[name{k.street, k.place}] = true
		}
	}
	given := map[addressKey]bool{}
	for _, a := range list {
		given[keyOf(a)] = true
	}
	keep := map[addressKey]bool{}
	for _, a := range withMiddles(list) {
		k := keyOf(a)
		old, ok := there[k]
		switch {
		case !ok && a.HouseNo == "" && !given[k] && hasOwn[name{a.Street, a.Place}] && !replace:
			continue // its middle was worked out from more houses, or was given
		case !ok:
			c.add = append(c.add, a)
		case old.point != a.Point && (a.HouseNo != "" || given[k] || replace):
			c.move = append(c.move, movedAddress{old.id, a.Point})
		default:
			c.Same++
		}
		keep[k] = true
	}
	if replace {
		for k, old := range there {
			if !keep[k] {
				c.remove = append(c.remove, old.id)
			}
		}
	}
	c.Added, c.Moved, c.Removed = len(c.add), len(c.move), len(c.remove)
	return c, nil
}

// ApplyAddresses does what a plan says, in pieces of their own transactions:
// one that ends early has done a part, and planning again finds the rest. What
// is new comes before what goes. progress may be nil.
func (s *Service) ApplyAddresses(ctx context.Context, c AddressChange, progress func(done, of int)) error {
	done, of := 0, c.Added+c.Moved+c.Removed
	step := func(n int) {
		if done += n; progress != nil {
			progress(done, of)
		}
	}
	for piece := range slices.Chunk(c.add, batchRows) {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error { return addAddresses(ctx, tx, piece) })
		if err != nil {
			return err
		}
		step(len(piece))
	}
	for piece := range slices.Chunk(c.move, batchRows) {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error { return moveAddresses(ctx, tx, piece) })
		if err != nil {
			return err
		}
		step(len(piece))
	}
	for piece := range slices.Chunk(c.remove, batchRows) {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sqlRemoveAddresses, piece)
			return err
		})
		if err != nil {
			return fmt.Errorf("remove addresses: %w", err)
		}
		step(len(piece))
	}
	return nil
}
