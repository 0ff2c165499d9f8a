package proposals

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// which idea belongs to which measure of the demonstration's programme.
//
//go:embed measures.txt
var measuresTable string

// measureOf are the titles of measures by the titles of ideas.
func measureOf() (map[string]string, error) {
	of := map[string]string{}
	for n, line := range strings.Split(strings.TrimSpace(measuresTable), "\n") {
		idea, measure, ok := strings.Cut(line, "|")
		if !ok {
			return nil, fmt.Errorf("line %d of the measures", n+1)
		}
		of[idea] = measure
	}
	return of, nil
}

// programme links ideas with measures: what the city has promised is part of
// one, what people ask for is proposed to it.
func (f *filler) programme(ctx context.Context, list []ideas.Past) error {
	if f.Measures == nil {
		return nil
	}
	of, err := measureOf()
	if err != nil {
		return err
	}
	there, err := f.Measures(ctx)
	if err != nil {
		return err
	}
	for k := range list {
		p := &list[k]
		m, ok := there[of[p.Title]]
		if !ok {
			continue
		}
		p.Of, p.Part = &m, p.Status == ideas.Linked || p.Status.Answered()
		if p.Status == ideas.Linked {
			p.Params.Measure, p.Params.Link = m.Title.In(i18n.German), m.Path
		}
	}
	return nil
}
