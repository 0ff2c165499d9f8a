package city

import (
	"math/rand/v2"
	"slices"
	"time"
)

// dice are the demo's random numbers.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x6d69747769726b))} }

// chance is true in p of 100 cases.
func (d dice) chance(p int) bool { return d.IntN(100) < p }

// pick chooses by weights.
func (d dice) pick(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.IntN(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}

// hourWeights is when people report: from 6 to 22, most at 8 to 10 and 16 to 17.
var hourWeights = []int{0, 0, 0, 0, 0, 0, 2, 5, 9, 10, 8, 6, 5, 5, 5, 6, 9, 9, 7, 5, 4, 3, 2, 0} //nolint:gochecknoglobals // a table

// weekdayWeights makes 21 % of the reports come at weekends.
var weekdayWeights = map[time.Weekday]int{ //nolint:gochecknoglobals // a table
	time.Monday: 17, time.Tuesday: 16, time.Wednesday: 16, time.Thursday: 15, time.Friday: 15, time.Saturday: 11, time.Sunday: 10,
}

// stormEvery spreads three storms over the two years, as days before today.
var stormDays = []int{70, 290, 520} //nolint:gochecknoglobals // a table

func isStorm(daysAgo int) bool {
	return slices.Contains(stormDays, daysAgo)
}

// moments draws n times of the last days before now, oldest first, by weekday,
// hour and storms.
func (d dice) moments(n, days int, now time.Time, zone *time.Location) []time.Time {
	today := now.In(zone)
	weights := make([]int, days)
	for ago := range days {
		at := today.AddDate(0, 0, -ago)
		weights[ago] = weekdayWeights[at.Weekday()]
		if isStorm(ago) {
			weights[ago] *= 5
		}
	}
	perDay := make([]int, days)
	for range n {
		perDay[d.pick(weights)]++
	}
	list := make([]time.Time, 0, n)
	for ago := days - 1; ago >= 0; ago-- {
		day := today.AddDate(0, 0, -ago)
		for range perDay[ago] {
			at := time.Date(day.Year(), day.Month(), day.Day(), d.pick(hourWeights), d.IntN(60), d.IntN(60), d.IntN(1e9), zone)
			if at.After(now) { // today's evening has not come yet
				at = now.Add(-time.Duration(d.IntN(6*3600)) * time.Second)
			}
			list = append(list, at)
		}
	}
	sortTimes(list)
	return list
}

func sortTimes(list []time.Time) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].Before(list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}
