package discussion

import "math"

// z of a one-sided confidence of 95 %.
const confidence = 1.6448536269514722

// lowerBound is the lower end of Wilson's confidence interval (1927) for the
// share of readers who find a comment helpful: few votes promise little, so that
// an early one does not lead for ever. 0 without votes.
func lowerBound(up, down int) float64 {
	n := float64(up + down)
	if n == 0 {
		return 0
	}
	p, z := float64(up)/n, confidence
	return max(0, (p+z*z/(2*n)-z*math.Sqrt((p*(1-p)+z*z/(4*n))/n))/(1+z*z/n))
}
