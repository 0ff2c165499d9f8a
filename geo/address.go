package geo

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/mitwirk/mitwirk/subject"
)

const (
	defaultHits = 8
	maxHits     = 20
)

// SearchAddress asks the geocoder, if there is one; when it is silent or knows
// nothing the own table answers. That one finds streets, houses and known places by what somebody typed.
// It bears umlauts in all spellings, ss for ß, "Str.", typing errors, a
// postcode, the municipality's name and house numbers that it does not know
// (then the street's middle comes back). The best fit comes first, among equal
// ones the nearest to near (nil: by name). limit 0 is 8, at most 20.
func (s *Service) SearchAddress(ctx context.Context, text string, near *subject.Point, limit int) ([]Address, error) {
	limit = min(cmp.Or(max(limit, 0), defaultHits), maxHits)
	if hits, ok, err := s.askedFor(ctx, text, near, limit); err != nil || ok {
		return hits, err
	}
	q := readQuery(text)
	texts, err := norms(ctx, s.db, q.variants())
	if err != nil {
		return nil, err
	}
	if len([]rune(texts[0])) < 2 {
		return []Address{}, nil
	}
	found, err := findStreets(ctx, s.db, texts)
	if err != nil {
		return nil, err
	}
	streets := rank(found, texts, q.postcode, near)
	streets = streets[:min(limit, len(streets))]
	hits, err := s.withHouses(ctx, streets, q.houseNumbers())
	if err != nil {
		return nil, err
	}
	for i := range hits {
		if hits[i].District, _, err = s.District(ctx, hits[i].Point); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// withHouses puts the wanted house in the place of its street where it is known.
func (s *Service) withHouses(ctx context.Context, streets []street, numbers []string) ([]Address, error) {
	hits := make([]Address, len(streets))
	for i, st := range streets {
		hits[i] = st.Address
	}
	if len(numbers) == 0 || len(streets) == 0 {
		return hits, nil
	}
	houses, err := findHouses(ctx, s.db, streets, numbers)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(houses, func(a, b Address) int {
		return cmp.Or(slices.Index(numbers, a.HouseNo)-slices.Index(numbers, b.HouseNo), strings.Compare(a.Postcode, b.Postcode))
	})
	for i, st := range streets {
		at := slices.IndexFunc(houses, func(h Address) bool { return h.Street == st.Street && h.Place == st.Place })
		if at >= 0 {
			hits[i] = houses[at]
		}
	}
	// a street of two postcodes has two rows, and both have found the same house
	seen := map[Address]bool{}
	return slices.DeleteFunc(hits, func(a Address) bool {
		again := seen[a]
		seen[a] = true
		return again
	}), nil
}

// withMiddles tidies house numbers, leaves out doubles and adds the streets'
// own rows where they are missing.
func withMiddles(list []Address) []Address {
	type key struct{ street, place, no, postcode string }
	type name struct{ street, place string }
	seen := map[key]bool{}
	houses := map[name][]Address{}
	hasOwn := map[name]bool{}
	var order []name
	out := make([]Address, 0, len(list))
	for _, a := range list {
		a.Street = strings.Join(strings.Fields(a.Street), " ")
		a.HouseNo = tidyHouseNo(a.HouseNo)
		k, n := key{a.Street, a.Place, a.HouseNo, a.Postcode}, name{a.Street, a.Place}
		if a.Street == "" || seen[k] {
			continue
		}
		seen[k] = true
		if len(houses[n]) == 0 && !hasOwn[n] {
			order = append(order, n)
		}
		if a.HouseNo == "" {
			hasOwn[n] = true
		} else {
			houses[n] = append(houses[n], a)
		}
		out = append(out, a)
	}
	for _, n := range order {
		if !hasOwn[n] {
			out = append(out, middle(houses[n]))
		}
	}
	return out
}

// middle is a street's own row: where the house nearest to the mean stands.
func middle(houses []Address) Address {
	var mean subject.Point
	for _, h := range houses {
		mean.Lon += h.Point.Lon / float64(len(houses))
		mean.Lat += h.Point.Lat / float64(len(houses))
	}
	best := slices.MinFunc(houses, func(a, b Address) int {
		return cmp.Compare(Metres(mean, a.Point), Metres(mean, b.Point))
	})
	best.HouseNo = ""
	return best
}
