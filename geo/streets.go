package geo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/subject"
)

// Street is a street of the city's register, or one that only reports know.
type Street struct {
	Name  string        // as the register spells it
	Place string        // the municipality; "" where the name alone says it
	Point subject.Point // its middle; zero for one that only reports know
}

// Title is the street with its municipality where both are needed.
func (s Street) Title() string {
	if s.Place == "" {
		return s.Name
	}
	return s.Name + ", " + s.Place
}

// Path is the street's page: "/hier/Rosenheimer-Straße", escaped.
func (s Street) Path() string { return "/hier/" + url.PathEscape(s.Slug()) }

// Slug is the street in an address that people read: hyphens for blanks.
func (s Street) Slug() string { return streetSlug.Replace(s.Title()) }

var streetSlug = strings.NewReplacer(" ", "-", "/", "-", "\\", "-") //nolint:gochecknoglobals // a table

const maxStreet = 100 // signs

// ReadStreet takes a street's name apart that somebody typed or that stands in
// an address: "Hauptstraße, Laim" is a name and a municipality. Both are empty
// for what can't be a name.
func ReadStreet(text string) (name, place string) {
	if utf8.RuneCountInString(text) > maxStreet || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", ""
	}
	name, place, _ = strings.Cut(text, ",")
	clean := func(s string) string { return strings.Trim(strings.Join(strings.Fields(s), " "), " -,;") }
	return clean(name), clean(place)
}

// houseAtEnd is what geo_street cuts off in SQL.
var houseAtEnd = regexp.MustCompile(`\s+\d+\s*[a-zA-Z]?(\s*[-/–]\s*\d+\s*[a-zA-Z]?)?\s*$`)

// StreetOf is the street of an address: without its house number and without
// what follows a comma.
func StreetOf(address string) string {
	street, _, _ := strings.Cut(address, ",")
	return strings.TrimSpace(houseAtEnd.ReplaceAllString(street, ""))
}

// FindStreets finds the streets with this name in any spelling ("Rosenheimer
// Str.", "rosenheimer-strasse"). Several share it where municipalities do; then
// each has its Place. None is no error.
func (s *Service) FindStreets(ctx context.Context, text string) ([]Street, error) {
	name, place := ReadStreet(text)
	if name == "" {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, sqlStreetsNamed, name, place)
	if err != nil {
		return nil, fmt.Errorf("find street: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanStreet)
	if err != nil {
		return nil, fmt.Errorf("find street: %w", err)
	}
	if len(list) == 1 && place == "" { // the name alone says it
		list[0].Place = ""
	}
	return list, nil
}

// SimilarStreets are what may be meant by a name that no street has, the best
// first.
func (s *Service) SimilarStreets(ctx context.Context, text string, near *subject.Point, limit int) ([]Street, error) {
	name, _ := ReadStreet(strings.ReplaceAll(text, "-", " "))
	if name == "" {
		return nil, nil
	}
	hits, err := s.SearchAddress(ctx, name, near, limit)
	if err != nil {
		return nil, err
	}
	var list []Street
	seen := map[string]bool{}
	for _, h := range hits {
		if !seen[h.Street] {
			seen[h.Street] = true
			list = append(list, Street{Name: h.Street, Point: h.Point})
		}
	}
	return list, nil
}

// StreetLetters are the letters with which streets begin, in their order.
func (s *Service) StreetLetters(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, sqlStreetLetters)
	if err != nil {
		return nil, fmt.Errorf("letters of streets: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("letters of streets: %w", err)
	}
	return list, nil
}

// StreetsOf are the streets with a letter, by name, at most 2,000.
func (s *Service) StreetsOf(ctx context.Context, letter string) ([]Street, error) {
	if name, _ := ReadStreet(letter); name == "" {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, sqlStreetsOfLetter, letter)
	if err != nil {
		return nil, fmt.Errorf("streets of a letter: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanStreet)
	if err != nil {
		return nil, fmt.Errorf("streets of a letter: %w", err)
	}
	return list, nil
}

// scanStreet reads street, place, point.
func scanStreet(row pgx.CollectableRow) (st Street, err error) {
	var p gogeom.Point
	err = row.Scan(&st.Name, &st.Place, &p)
	st.Point = point(&p)
	return st, err
}

const (
	// One row for each municipality: the longest spelling is the written-out one.
	sqlStreetsNamed = `SELECT DISTINCT ON (geo_norm(place))
       street,
       place,
       point
  FROM addresses
 WHERE norm = geo_norm($1)
   AND house_no = ''
   AND ($2::text = '' OR geo_norm(place) = geo_norm($2))
 ORDER BY geo_norm(place),
          length(street) DESC,
          street,
          postcode
 LIMIT 50`

	sqlStreetLetters = `SELECT DISTINCT upper(left(mitwirk_fold(street), 1)) AS letter
  FROM addresses
 WHERE house_no = ''
   AND street ~ '^[[:alpha:]]'
 ORDER BY letter
 LIMIT 60`

	// The municipality only where two of them have the street.
	sqlStreetsOfLetter = `SELECT max(street),
       CASE WHEN count(*) OVER (PARTITION BY norm) > 1 THEN max(place) ELSE '' END,
       (array_agg(point ORDER BY postcode))[1]
  FROM addresses
 WHERE house_no = ''
   AND upper(left(mitwirk_fold(street), 1)) = upper(left(mitwirk_fold($1), 1))
 GROUP BY norm,
          geo_norm(place)
 ORDER BY mitwirk_fold(max(street)),
          2
 LIMIT 2000`
)
