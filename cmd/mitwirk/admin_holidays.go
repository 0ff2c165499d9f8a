package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
)

// holidaysCmd is "mitwirk admin holidays YEAR…".
type holidaysCmd struct {
	Years []int `arg:"" help:"Years to fill, e.g. 2027 2028."`
}

// Run writes Bavaria's fixed and movable holidays of the years down; days that
// somebody added stay. See categories.BavarianHolidays for the source.
func (c *holidaysCmd) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	service, err := categoriesOn(pool)
	if err != nil {
		return err
	}
	for _, year := range c.Years {
		if err := service.FillHolidays(ctx, accounts.System, year); err != nil {
			return plain(err)
		}
		y, err := service.Holidays(ctx, accounts.System, year)
		if err != nil {
			return plain(err)
		}
		printYear(y)
	}
	return nil
}

func printYear(y categories.Year) {
	for _, h := range y.Days {
		fmt.Printf("%s  %s\n", h.Day.Format(time.DateOnly), h.Name["de"])
	}
}
