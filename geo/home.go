package geo

import (
	"context"
	"strings"
)

// Home tells in which district an address lies that somebody proved to live at,
// and whether that is the city. known is false where it can't be told: neither is
// a no then. It asks our own table only, never the geocoder outside; nothing of the
// address is kept or written to a log.
func (s *Service) Home(ctx context.Context, street, postcode, locality string) (district string, inCity, known bool, err error) {
	q := readQuery(street)
	if q.street != "" {
		if district, err = s.districtOfHouse(ctx, q, postcode, locality); err != nil || district != "" {
			return district, district != "", district != "", err
		}
	}
	if locality == "" || s.city == nil {
		return "", false, false, nil
	}
	name, err := s.city(ctx)
	if err != nil || name == "" {
		return "", false, false, err
	}
	return "", sameTown(locality, name), true, nil
}

// sameTown compares the names of municipalities: "München, Landeshauptstadt" is München.
func sameTown(a, b string) bool {
	bare := func(s string) string {
		head, _, _ := strings.Cut(s, ",")
		head, _, _ = strings.Cut(head, " (")
		return strings.ToLower(strings.Join(strings.Fields(head), " "))
	}
	return bare(a) == bare(b)
}

// districtOfHouse is where the house lies: by its number, else where all that is
// known of the street with this postcode lies in one district. "" for an address
// that is not ours, or of which we do not know enough.
func (s *Service) districtOfHouse(ctx context.Context, q query, postcode, locality string) (string, error) {
	texts, err := norms(ctx, s.db, []string{q.street})
	if err != nil {
		return "", err
	}
	houses, err := findHomes(ctx, s.db, texts[0], postcode)
	if err != nil {
		return "", err
	}
	found := ""
	for _, number := range append(q.houseNumbers(), "") {
		for _, h := range houses {
			if number != "" && h.HouseNo != number || locality != "" && h.Place != "" && !sameTown(h.Place, locality) {
				continue
			}
			l, ok, err := s.District(ctx, h.Point)
			if err != nil {
				return "", err
			}
			if !ok || found != "" && l.Ref != found { // a border goes through the street: it is not told which side
				return "", nil
			}
			found = l.Ref
		}
		if found != "" {
			break
		}
	}
	return found, nil
}
