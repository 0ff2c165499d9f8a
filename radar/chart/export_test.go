package chart

// Sized is a mark as it is drawn.
type Sized struct {
	Mark

	Size, X, Y float64
}

// Sizes are the marks as they are drawn, and how many pills stand for.
func (c *Chart) Sizes() (list []Sized, grouped int) {
	marks, pills := c.arrange()
	for _, m := range marks {
		p := m.Spot.point()
		list = append(list, Sized{m, m.size, float64(p.x) / 100, float64(p.y) / 100})
	}
	for _, p := range pills {
		grouped += p.n
	}
	return list, grouped
}
