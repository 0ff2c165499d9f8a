package categories

// All are the categories in order, then those that are no longer offered. Nobody
// may change what the list points to.
func (c *Catalogue) All() []*Category {
	out := make([]*Category, 0, len(c.Categories)+len(c.retired))
	for _, list := range [][]Category{c.Categories, c.retired} {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	return out
}
