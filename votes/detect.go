package votes

import (
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Pattern is why votes are held.
type Pattern string

// The patterns, after what is known to have happened elsewhere.
const (
	Clockwork Pattern = "clockwork"  // new voters at even intervals for long (Haar 2021)
	OneSource Pattern = "one_source" // new voters from one connection, one after the other as on one computer (Potsdam 2010)
	OneDomain Pattern = "one_domain" // the same with the addresses of one mail domain
	OneSided  Pattern = "one_sided"  // far more votes than ever, all at one end (Darmstadt 2022)
)

// Arrival is a vote as the detectors see it.
type Arrival struct {
	Voter  uuid.UUID
	At     time.Time
	Value  int16
	Net    string // hashed; "": unknown
	Domain string // hashed; "": without a confirmed address
	Fresh  bool   // the account is younger than a day, or there is none
}

// Finding is a pattern in the votes on one thing.
type Finding struct {
	Pattern Pattern
	Net     string // of OneSource
	Voters  []uuid.UUID
	From    time.Time
	To      time.Time
}

// History is how a thing was voted on before the votes that are looked at.
type History struct {
	Hours float64       // how long it could be voted on
	By    map[int16]int // votes by value
}

// falseAlarm bounds how likely chance alone may make a finding: thresholds
// follow from it, not from taste.
const falseAlarm = 1e-9

// Detect finds patterns in the votes on one thing of the last day, in order of
// time. It is pure.
func Detect(list []Arrival, before History) []Finding {
	var found []Finding
	taken := map[uuid.UUID]bool{}
	note := func(f Finding) {
		for _, v := range f.Voters {
			taken[v] = true
		}
		found = append(found, f)
	}
	for _, by := range []struct {
		pattern Pattern
		key     func(Arrival) string
	}{
		{OneSource, func(a Arrival) string { return a.Net }},
		{OneDomain, func(a Arrival) string { return a.Domain }},
	} {
		for _, f := range series(list, by.pattern, by.key) {
			note(f)
		}
	}
	var fresh []Arrival
	for _, a := range list {
		if a.Fresh && !taken[a.Voter] {
			fresh = append(fresh, a)
		}
	}
	for _, f := range clockwork(fresh) {
		note(f)
	}
	var rest []Arrival
	for _, a := range list {
		if !taken[a.Voter] {
			rest = append(rest, a)
		}
	}
	if f, ok := oneSided(rest, before); ok {
		note(f)
	}
	return found
}

// handover is how long one computer needs at least between two people's votes:
// to leave one session and begin the next.
const handover = 8 * time.Second

// series finds new voters who share a key and come one after the other as on
// one computer. Many people behind one address (a school, a mobile network) now
// and then vote in the same seconds; a single machine never does. Without any
// such pair the chance that it was many people is (1 - expected share) ^ gaps.
func series(list []Arrival, pattern Pattern, key func(Arrival) string) []Finding {
	groups := map[string][]Arrival{}
	var order []string
	for _, a := range list {
		k := key(a)
		if k == "" || !a.Fresh {
			continue
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], a)
	}
	var found []Finding
	for _, k := range order {
		for _, run := range runs(groups[k], 20*time.Minute) {
			if len(run) < 20 || !serial(run) {
				continue
			}
			f := finding(pattern, run)
			if pattern == OneSource {
				f.Net = k
			}
			found = append(found, f)
		}
	}
	return found
}

// runs cuts arrivals where nobody came for longer than gap.
func runs(list []Arrival, gap time.Duration) [][]Arrival {
	var out [][]Arrival
	start := 0
	for i := 1; i <= len(list); i++ {
		if i == len(list) || list[i].At.Sub(list[i-1].At) > gap {
			out = append(out, list[start:i])
			start = i
		}
	}
	return out
}

// serial tells whether the gaps of a run are those of one machine: chance would
// have put more of them under the time of a handover.
func serial(run []Arrival) bool {
	gaps := len(run) - 1
	span := run[gaps].At.Sub(run[0].At)
	if span <= 0 {
		return true // all in one moment
	}
	short := 0
	for i := range gaps {
		if run[i+1].At.Sub(run[i].At) < handover {
			short++
		}
	}
	p := 1 - math.Exp(-handover.Seconds()*float64(gaps)/span.Seconds())
	return binomialAtMost(gaps, short, p) < falseAlarm
}

// The bounds of an even interval that is looked for, and how many beats make one.
const (
	beatFrom  = 2 * time.Second
	beatTo    = 10 * time.Minute
	beatsFrom = 20
	beatAhead = 12 // arrivals within which the next beat is looked for
)

// clockwork finds chains of arrivals at an even interval. People come at random:
// at the rate of all arrivals the chance that one falls into the tolerance of the
// next beat is 1 - e^(-rate·2·tolerance), and a chain of n beats has it n times.
func clockwork(list []Arrival) []Finding {
	used := make([]bool, len(list))
	var found []Finding
	for i := range list {
		if used[i] {
			continue
		}
		var best []int
		for j := i + 1; j < len(list) && j <= i+beatAhead; j++ {
			gap := list[j].At.Sub(list[i].At)
			if used[j] || gap < beatFrom {
				continue
			}
			if gap > beatTo {
				break
			}
			if c := chain(list, used, i, j, gap); len(c) > len(best) && unlikely(list, c, gap) {
				best = c
			}
		}
		if best == nil {
			continue
		}
		run := make([]Arrival, 0, len(best))
		for _, k := range best {
			used[k] = true
			run = append(run, list[k])
		}
		found = append(found, finding(Clockwork, run))
	}
	return found
}

func tolerance(gap time.Duration) time.Duration {
	return max(time.Second, gap*8/100)
}

// chain follows a beat from i and j on; one beat may be missing now and then.
func chain(list []Arrival, used []bool, i, j int, gap time.Duration) []int {
	out := []int{i, j}
	tol := tolerance(gap)
	missed := 0
	for k, last := j+1, list[j].At; k < len(list); {
		next := last.Add(gap)
		near, off := -1, tol+1
		for m := k; m < len(list) && list[m].At.Sub(next) <= tol; m++ {
			if d := list[m].At.Sub(next).Abs(); !used[m] && d < off {
				near, off = m, d
			}
		}
		if near < 0 {
			missed++
			if missed > 1+len(out)/10 {
				break
			}
			last = next
			for k < len(list) && list[k].At.Before(last) {
				k++
			}
			continue
		}
		out = append(out, near)
		last, k = list[near].At, near+1
	}
	return out
}

// unlikely tells whether a chain is no chance.
func unlikely(list []Arrival, c []int, gap time.Duration) bool {
	if len(c) < beatsFrom {
		return false
	}
	first, last := c[0], c[len(c)-1]
	span := list[last].At.Sub(list[first].At).Seconds()
	rate := float64(last-first) / span
	p := 1 - math.Exp(-rate*2*tolerance(gap).Seconds())
	beats := int(span/gap.Seconds() + 0.5)
	starts := float64(len(list)) * beatAhead
	return starts*binomialAtLeast(beats, len(c)-1, p) < falseAlarm
}

// What a burst at one end is: so many times what ever came in an hour, nearly all
// of one value that was not nearly all before.
const (
	burstWindow  = 3 * time.Hour
	burstTimes   = 5.0
	burstShare   = 0.85
	burstAtLeast = 25
	burstBefore  = 10 // votes before, to compare with
)

// oneSided finds a burst of one value on a thing that is voted on with several:
// far above its own history in number, and in share. A newsletter brings more
// votes of the same mix; such a burst stays.
func oneSided(list []Arrival, before History) (Finding, bool) {
	total := 0
	for _, n := range before.By {
		total += n
	}
	if len(before.By) < 2 || total < burstBefore || before.Hours <= 0 {
		return Finding{}, false // nothing to compare with, or an aspect of one value
	}
	var worst Finding
	for value := range values(list) {
		share := (float64(before.By[value]) + 1) / (float64(total) + 2)
		usual := burstTimes * max(float64(total)/before.Hours*burstWindow.Hours(), 1)
		var run []Arrival
		marked := map[int]bool{}
		end := 0
		of := 0
		for start := range list { // windows, each as wide as burstWindow
			for end < len(list) && list[end].At.Sub(list[start].At) < burstWindow {
				if list[end].Value == value {
					of++
				}
				end++
			}
			n := end - start
			if of >= burstAtLeast && float64(of) > burstShare*float64(n) && share < 0.7 &&
				poissonAtLeast(of, usual*share) < falseAlarm && binomialAtLeast(n, of, share) < falseAlarm {
				for k := start; k < end; k++ {
					if list[k].Value == value && !marked[k] {
						marked[k] = true
						run = append(run, list[k])
					}
				}
			}
			if list[start].Value == value {
				of--
			}
		}
		if len(run) > len(worst.Voters) {
			worst = finding(OneSided, run)
		}
	}
	return worst, len(worst.Voters) > 0
}

func values(list []Arrival) map[int16]bool {
	out := map[int16]bool{}
	for _, a := range list {
		out[a.Value] = true
	}
	return out
}

func finding(p Pattern, run []Arrival) Finding {
	f := Finding{Pattern: p, From: run[0].At, To: run[len(run)-1].At}
	for _, a := range run {
		f.Voters = append(f.Voters, a.Voter)
	}
	slices.SortFunc(f.Voters, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return f
}

// binomialAtMost is the chance of at most k hits in n tries of chance p.
func binomialAtMost(n, k int, p float64) float64 {
	sum := 0.0
	for i := 0; i <= k && i <= n; i++ {
		sum += math.Exp(logBinomial(n, i, p))
	}
	return min(sum, 1)
}

// binomialAtLeast is the chance of at least k hits in n tries of chance p.
func binomialAtLeast(n, k int, p float64) float64 {
	sum := 0.0
	for i := max(k, 0); i <= n; i++ {
		sum += math.Exp(logBinomial(n, i, p))
	}
	return min(sum, 1)
}

func logBinomial(n, k int, p float64) float64 {
	switch {
	case p <= 0:
		if k == 0 {
			return 0
		}
		return math.Inf(-1)
	case p >= 1:
		if k == n {
			return 0
		}
		return math.Inf(-1)
	}
	return lfact(n) - lfact(k) - lfact(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p)
}

// poissonAtLeast is the chance of k or more where mu are expected.
func poissonAtLeast(k int, mu float64) float64 {
	sum := 0.0
	for i := range k {
		sum += math.Exp(float64(i)*math.Log(mu) - mu - lfact(i))
	}
	if tail := 1 - sum; tail > 1e-12 {
		return tail
	}
	return math.Exp(float64(k)*math.Log(mu) - mu - lfact(k)) // the first term leads: 1 - sum has no digits left
}

func lfact(n int) float64 {
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}
