package replay

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/votes"
)

// Figure is how many votes of a kind there were and how many were held.
type Figure struct {
	Name  string
	Votes int
	Held  int
}

// Share of the votes that were held.
func (f Figure) Share() float64 {
	if f.Votes == 0 {
		return 0
	}
	return float64(f.Held) / float64(f.Votes)
}

// Result is the figures of one play.
type Result struct {
	Frauds []Figure
	Honest Figure
}

// tick is how often the detectors look at what was voted on.
const tick = 10 * time.Minute

// vote is one vote of the play.
type vote struct {
	votes.Arrival

	thing int
	fraud string // "": honest
}

// play is what is happening in one process.
type play struct {
	rng   *rand.Rand
	start time.Time
	list  []vote
	nets  int
}

func newPlay(seed uint64) *play {
	return &play{rng: rand.New(rand.NewPCG(seed, 0x6d6974)), start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
}

func (p *play) voter() uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], p.rng.Uint64())
	binary.BigEndian.PutUint64(id[8:], p.rng.Uint64())
	return id
}

// net is a connection that nobody else in the play has.
func (p *play) net() string {
	p.nets++
	return "net-" + strconv.Itoa(p.nets)
}

// Run plays both processes with a seed: supports for ideas, with the frauds of
// Haar and Potsdam, and votes for and against, with that of Darmstadt.
func Run(seed uint64) Result {
	supports := newPlay(seed)
	supports.people(52, 30, 20000, func() int16 { return 1 })
	supports.haar("haar", 3, false)
	supports.haar("haar, changing connections", 17, true)
	supports.potsdam("potsdam", 29)
	a := supports.watch()

	opinions := newPlay(seed + 1)
	opinions.people(52, 30, 20000, func() int16 {
		if opinions.rng.Float64() < 0.24 {
			return -1
		}
		return 1
	})
	opinions.darmstadt("darmstadt", 7)
	b := opinions.watch()
	return Result{
		Frauds: append(a.Frauds, b.Frauds...),
		Honest: Figure{Name: "honest", Votes: a.Honest.Votes + b.Honest.Votes, Held: a.Honest.Held + b.Honest.Held},
	}
}

// people lets honest people vote on things for days: more in the evening than at
// night, on some things more than on others, many of them over the few networks
// of mobile providers, some in families, school classes and after newsletters.
func (p *play) people(things, days, n int, value func() int16) {
	weights := make([]float64, things)
	sum := 0.0
	for i := range weights {
		weights[i] = p.rng.ExpFloat64() + 0.1
		sum += weights[i]
	}
	pick := func() int {
		x := p.rng.Float64() * sum
		for i, w := range weights {
			if x -= w; x < 0 {
				return i
			}
		}
		return things - 1
	}
	mobile := make([]string, 12)
	for i := range mobile {
		mobile[i] = p.net()
	}
	domains := []string{"freemail-1", "freemail-2", "freemail-3", "freemail-4", "freemail-5"}
	one := func(at time.Time, thing int, net string) {
		a := votes.Arrival{Voter: p.voter(), At: at, Value: value(), Net: net, Fresh: p.rng.Float64() < 0.7}
		if net == "" {
			if a.Net = p.net(); p.rng.Float64() < 0.4 {
				a.Net = mobile[p.rng.IntN(len(mobile))]
			}
		}
		if p.rng.Float64() < 0.5 {
			if a.Domain = "own-" + strconv.Itoa(p.rng.IntN(4000)); p.rng.Float64() < 0.8 {
				a.Domain = domains[p.rng.IntN(len(domains))]
			}
		}
		p.list = append(p.list, vote{Arrival: a, thing: thing})
	}
	for range 8 { // newsletters: hundreds within hours, most at once
		at, thing := p.moment(days), p.rng.IntN(things)
		for range 350 {
			one(at.Add(time.Duration(p.rng.ExpFloat64()*45)*time.Minute+time.Duration(p.rng.IntN(60))*time.Second), thing, "")
			n--
		}
	}
	for range 12 { // school classes: one connection, one lesson
		at, thing, net := p.moment(days), p.rng.IntN(things), p.net()
		for range 24 + p.rng.IntN(8) {
			one(at.Add(time.Duration(p.rng.IntN(900))*time.Second), thing, net)
			n--
		}
	}
	for range 300 { // families at one computer, one after the other
		at, thing, net := p.moment(days), pick(), p.net()
		for range 2 + p.rng.IntN(3) {
			at = at.Add(time.Duration(30+p.rng.IntN(180)) * time.Second)
			one(at, thing, net)
			n--
		}
	}
	for ; n > 0; n-- {
		one(p.moment(days), pick(), "")
	}
}

// moment is a moment of the days as people choose it.
func (p *play) moment(days int) time.Time {
	for {
		at := p.start.Add(time.Duration(p.rng.Float64() * float64(days) * 24 * float64(time.Hour)))
		hour := at.Hour()
		chance := 1.0
		switch {
		case hour < 6:
			chance = 0.05
		case hour < 9:
			chance = 0.4
		case hour >= 22:
			chance = 0.4
		}
		if p.rng.Float64() < chance {
			return at
		}
	}
}

func (p *play) haar(name string, day int, changing bool) {
	at := p.start.Add(time.Duration(day)*24*time.Hour + 9*time.Hour)
	thing, net := p.rng.IntN(52), p.net()
	for range 3699 {
		at = at.Add(30*time.Second + time.Duration(p.rng.IntN(2000)-1000)*time.Millisecond)
		if changing {
			net = p.net()
		}
		p.list = append(p.list, vote{thing: thing, fraud: name, Arrival: votes.Arrival{Voter: p.voter(), At: at, Value: 1, Net: net, Fresh: true}})
	}
}

func (p *play) potsdam(name string, day int) {
	at := p.start.Add(time.Duration(day)*24*time.Hour + 15*time.Hour)
	thing, net := p.rng.IntN(52), p.net()
	for range 200 {
		at = at.Add(20*time.Second + time.Duration(p.rng.ExpFloat64()*25*float64(time.Second)))
		p.list = append(p.list, vote{thing: thing, fraud: name, Arrival: votes.Arrival{Voter: p.voter(), At: at, Value: 1, Net: net, Fresh: true}})
	}
}

func (p *play) darmstadt(name string, of int) {
	at := p.start.Add(22*24*time.Hour + 18*time.Hour)
	for thing := range of {
		for range 120 + p.rng.IntN(120) {
			when := at.Add(time.Duration(p.rng.Float64() * 3 * float64(time.Hour)))
			p.list = append(p.list, vote{thing: thing, fraud: name, Arrival: votes.Arrival{Voter: p.voter(), At: when, Value: -1, Net: p.net(), Domain: "freemail-1"}})
		}
	}
}

// watch lets the detectors look every few minutes, as votes.Watch does: at the
// last day of each thing that was voted on since, with what came before as its
// history. What is held once stays held.
func (p *play) watch() Result {
	slices.SortFunc(p.list, func(a, b vote) int { return a.At.Compare(b.At) })
	things := map[int][]vote{}
	for _, v := range p.list {
		things[v.thing] = append(things[v.thing], v)
	}
	held := map[uuid.UUID]bool{}
	for thing := range things {
		list := things[thing]
		end := 0
		for now := p.start; end < len(list); now = now.Add(tick) {
			before := end
			for end < len(list) && !list[end].At.After(now) {
				end++
			}
			if end == before {
				continue
			}
			day := now.Add(-24 * time.Hour)
			from := 0
			h := votes.History{By: map[int16]int{}, Hours: day.Sub(list[0].At).Hours()}
			for from < end && list[from].At.Before(day) {
				if !held[list[from].Voter] {
					h.By[list[from].Value]++
				}
				from++
			}
			arrivals := make([]votes.Arrival, 0, end-from)
			for _, v := range list[from:end] {
				arrivals = append(arrivals, v.Arrival)
			}
			for _, f := range votes.Detect(arrivals, h) {
				for _, id := range f.Voters {
					held[id] = true
				}
			}
		}
	}
	return p.judge(held)
}

func (p *play) judge(held map[uuid.UUID]bool) Result {
	r := Result{Honest: Figure{Name: "honest"}}
	by := map[string]int{}
	for _, v := range p.list {
		f := &r.Honest
		if v.fraud != "" {
			i, known := by[v.fraud]
			if !known {
				i = len(r.Frauds)
				by[v.fraud] = i
				r.Frauds = append(r.Frauds, Figure{Name: v.fraud})
			}
			f = &r.Frauds[i]
		}
		f.Votes++
		if held[v.Voter] {
			f.Held++
		}
	}
	return r
}
