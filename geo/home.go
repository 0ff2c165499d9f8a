package geo

import (
	"context"
	"fmt"
	"strings"

	"github.com/mitwirk/mitwirk/internal/db"
)

// Home tells in which district an address lies that somebody proved to live at,
// and whether that is the city. known is false where it can't be told: neither is
// a no then. It asks our own table only, never the geocoder outside; nothing of the
// address is kept or written to a log.
//
// Outside of the city is only what two things say: a postcode that none of our
// addresses has, and the name of another municipality. Either alone is said of our
// own people, too: where parts of the city are written as the municipality, and
// where no addresses are imported.
func (s *Service) Home(ctx context.Context, street, postcode, locality string) (district string, inCity, known bool, err error) {
	q := readQuery(street)
	if q.street != "" {
		if district, err = s.districtOfHouse(ctx, q, postcode, locality); err != nil || district != "" {
			return district, district != "", district != "", err
		}
	}
	name, err := s.townName(ctx)
	if err != nil || name == "" || strings.TrimSpace(locality) == "" {
		return "", false, false, err
	}
	ours, told, err := postcodeOurs(ctx, s.db, postcode)
	if err != nil {
		return "", false, false, err
	}
	switch like := townOf(locality).like(townOf(name)); {
	case like == sameTown && (ours || !told), like == maybeTown && ours:
		return "", true, true, nil
	case like == otherTown && told && !ours:
		return "", false, true, nil
	}
	return "", false, false, nil
}

// TownKnown tells whether anybody has said which municipality this is: without its
// name nobody can be told whether they live in it.
func (s *Service) TownKnown(ctx context.Context) (bool, error) {
	name, err := s.townName(ctx)
	return name != "", err
}

func (s *Service) townName(ctx context.Context) (string, error) {
	if s.town == nil {
		return "", nil
	}
	name, err := s.town(ctx)
	if err != nil {
		return "", fmt.Errorf("the city's name: %w", err)
	}
	return strings.TrimSpace(name), nil
}

// postcodeOurs tells whether an address of ours has a postcode; told is false where
// that says nothing: none was given, or ours are without.
func postcodeOurs(ctx context.Context, q db.Queryer, postcode string) (ours, told bool, err error) {
	if postcode == "" {
		return false, false, nil
	}
	if err := q.QueryRow(ctx, sqlPostcode, postcode).Scan(&ours, &told); err != nil {
		return false, false, fmt.Errorf("find postcode: %w", err)
	}
	return ours, told, nil
}

// districtOfHouse is where the house lies: by its number, else where all that is
// known of the street with this postcode lies in one district. "" for an address
// that is not ours, or of which we do not know enough. A house with its street,
// number and postcode is ours whatever its municipality is called: the register of
// addresses may name a part of the city there.
func (s *Service) districtOfHouse(ctx context.Context, q query, postcode, locality string) (string, error) {
	texts, err := norms(ctx, s.db, []string{q.street})
	if err != nil {
		return "", err
	}
	houses, err := findHomes(ctx, s.db, texts[0], postcode)
	if err != nil {
		return "", err
	}
	found, at := "", townOf(locality)
	for _, number := range append(q.houseNumbers(), "") {
		for _, h := range houses {
			exact := number != "" && postcode != ""
			if number != "" && h.HouseNo != number || !exact && locality != "" && h.Place != "" && townOf(h.Place).like(at) == otherTown {
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
