package categories

import (
	"slices"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// check notes every reference to something that the file does not have.
func (p *parser) check(c *Catalogue) {
	if len(c.Categories) == 0 {
		p.failf(nil, "categories", "is empty")
	}
	for i := range c.Categories {
		k := &c.Categories[i]
		path := "categories." + k.Key
		if _, ok := c.Group(k.Group); !ok && k.Group != "" {
			p.failf(p.where[path], path+".group", "no such group: %s", k.Group)
		}
		if _, ok := c.Department(k.Department); !ok && k.Department != "" {
			p.failf(p.where[path], path+".dept", "no such department: %s", k.Department)
		}
		for j, q := range k.Questions {
			p.checkConditions(k, j, join(path+".q", q.Key))
			for _, o := range q.Options {
				p.checkEffects(c, o.Effects, join(path+".q", q.Key), o.Key)
			}
		}
	}
	for _, s := range c.Signposts {
		if _, ok := c.Stop(s.Stop); !ok && s.Stop != "" {
			p.failf(p.where["signposts."+s.Key], "signposts."+s.Key+".stop", "no such stop page: %s", s.Stop)
		}
	}
}

// checkConditions: a question may depend only on earlier ones with options,
// and only on answers that they offer.
func (p *parser) checkConditions(k *Category, at int, path string) {
	for _, cond := range k.Questions[at].ShownIf {
		i := slices.IndexFunc(k.Questions[:at], func(q Question) bool { return q.Key == cond.Question })
		if i < 0 {
			p.failf(p.where[path], path+".when", "no earlier question: %s", cond.Question)
			continue
		}
		for _, a := range cond.Any {
			if _, ok := k.Questions[i].Option(a); !ok {
				p.failf(p.where[path], path+".when", "the question %s has no answer %s", cond.Question, a)
			}
		}
	}
}

func (p *parser) checkEffects(c *Catalogue, e Effects, path, option string) {
	if _, ok := c.Stop(e.Stop); !ok && e.Stop != "" {
		p.failf(p.where[path], join(path, option), "no such stop page: %s", e.Stop)
	}
	if _, ok := c.Department(e.Route); !ok && e.Route != "" {
		p.failf(p.where[path], join(path, option), "no such department: %s", e.Route)
	}
	if _, ok := c.Body(e.Body); !ok && e.Body != "" {
		p.failf(p.where[path], join(path, option), "no such outside body: %s", e.Body)
	}
}

// keyUnknown is the category of those who do not know: a full way to the
// triage desk.
const keyUnknown = "sonstiges"

// Unknown is the category of "Weiß ich nicht": "sonstiges", or the last one
// where the operator has no such key.
func (c *Catalogue) Unknown() *Category {
	if k := c.byKey[keyUnknown]; k != nil && k.Active {
		return k
	}
	if len(c.Categories) == 0 {
		return nil
	}
	return &c.Categories[len(c.Categories)-1]
}

// sameText tells whether two texts say the same in every language.
func sameText(a, b i18n.Text) bool {
	for _, lang := range languages() {
		if a[lang] != b[lang] {
			return false
		}
	}
	return true
}
