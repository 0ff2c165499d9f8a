package geo

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/subject"
)

// foreign is a text of somebody else's server as it may be shown: one line
// without control signs, cut.
func foreign(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.In(r, unicode.Cf): // also signs that turn a line round
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return strings.Join(strings.Fields(s), " ")
}

// askedFor asks the geocoder, if there is one, for what somebody typed, within
// the city's area. ok is false when it has nothing to say: then our own table
// answers.
func (s *Service) askedFor(ctx context.Context, text string, near *subject.Point, limit int) (hits []Address, ok bool, err error) {
	if s.geocoder == nil || utf8.RuneCountInString(strings.TrimSpace(text)) < 2 {
		return nil, false, nil
	}
	area, err := s.cityArea(ctx)
	if err != nil {
		return nil, false, err
	}
	if r := []rune(text); len(r) > maxQuery {
		text = string(r[:maxQuery])
	}
	found, err := s.geocoder.Search(ctx, strings.TrimSpace(text), area, maxHits)
	if err != nil {
		return nil, false, goneOrSilent(ctx, err)
	}
	if found, err = s.cityOnly(ctx, found, area); err != nil {
		return nil, false, err
	}
	if near != nil { // its order is by fit; of houses of one street the nearest comes first
		slices.SortStableFunc(found, func(a, b Address) int {
			if a.Street != b.Street || a.HouseNo != b.HouseNo {
				return 0
			}
			return cmp.Compare(Metres(*near, a.Point), Metres(*near, b.Point))
		})
	}
	return found[:min(limit, len(found))], len(found) > 0, nil
}

// askedAt asks the geocoder, if there is one, for the nearest address.
func (s *Service) askedAt(ctx context.Context, p subject.Point) (a Address, ok bool, err error) {
	if s.geocoder == nil {
		return a, false, nil
	}
	found, err := s.geocoder.Reverse(ctx, p)
	if err != nil {
		return a, false, goneOrSilent(ctx, err)
	}
	for _, a := range found {
		if Metres(p, a.Point) > nearestMetres {
			continue
		}
		if a.District, _, err = s.District(ctx, a.Point); err != nil {
			return a, false, err
		}
		return a, true, nil
	}
	return a, false, nil
}

// goneOrSilent is the error of a geocoder that matters to its caller: only
// that whoever asked has gone. Everything else is answered by our own table.
func goneOrSilent(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	return nil
}

// cityArea is the box around the districts, else what Config.Area says.
func (s *Service) cityArea(ctx context.Context) (*subject.BBox, error) {
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return nil, err
	}
	if b, ok := ix.box(); ok {
		return &b, nil
	}
	if s.area == nil {
		return nil, nil //nolint:nilnil // no limit is a fact
	}
	return s.area(ctx)
}

// cityOnly leaves out what is not the city's, and fills in the districts.
func (s *Service) cityOnly(ctx context.Context, list []Address, area *subject.BBox) ([]Address, error) {
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return nil, err
	}
	in := make([]Address, 0, len(list))
	for _, a := range list {
		if area != nil && !area.Holds(a.Point) {
			continue
		}
		l, ok := ix.at(a.Point)
		if !ok && len(ix.districts) > 0 {
			continue
		}
		a.District = l
		in = append(in, a)
	}
	return in, nil
}
