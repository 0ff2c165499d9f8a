package geo

import (
	"regexp"
	"strings"
)

// town is the name of a municipality without its rank, and what tells it from
// others of its name: the Main or the Oder of Frankfurt.
type town struct{ name, by string }

// likeness says how two names of municipalities go together.
type likeness int

const (
	otherTown likeness = iota
	maybeTown          // one of them leaves out which one it is: "Frankfurt"
	sameTown
)

// ranks stand before or behind a name, the longer ones first. "Markt" and
// "Lutherstadt" are parts of names.
var ranks = []string{
	"universitäts- und hansestadt", "große kreis- und universitätsstadt", "freie und hansestadt", "große kreisstadt", "freie hansestadt", "kreisfreie stadt",
	"landeshauptstadt", "universitätsstadt", "kreisstadt", "hansestadt", "bundesstadt", "stadt",
}

// townBy finds the part of a name that says where it is: "am Main", "a. d. Saale",
// "/Saale", "(Oder)".
var townBy = regexp.MustCompile(`^(.+?)(?:\s+(?:am|an der|an den|im|in der|ob der|bei)\s+|\s+(?:a\.\s?d\.|i\.\s?d\.|o\.\s?d\.|a\.|i\.|b\.)\s*|\s*/\s*|\s*\()([^()/]+?)\)?$`)

func townOf(text string) town {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	var t town
	head, tail, _ := strings.Cut(text, ",")
	t.name = bareTown(head)
	if m := townBy.FindStringSubmatch(t.name); m != nil {
		t.name, t.by = bareTown(m[1]), bareTown(m[2])
	}
	if tail = bareTown(tail); t.by == "" {
		t.by = tail
	}
	fold := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")
	t.name, t.by = fold.Replace(t.name), strings.Trim(fold.Replace(t.by), ".")
	return t
}

// bareTown takes the ranks off; "" for what is a rank and nothing else.
func bareTown(text string) string {
	for {
		was := strings.TrimSpace(text)
		text = was
		for _, r := range ranks {
			if text == r {
				return ""
			}
			text = strings.TrimSuffix(strings.TrimPrefix(text, r+" "), " "+r)
		}
		if text == was {
			return text
		}
	}
}

// like compares two names: "Landeshauptstadt München" is "München, Stadt",
// "Frankfurt a. M." is "Frankfurt am Main", and neither is "Frankfurt (Oder)".
func (t town) like(o town) likeness {
	switch {
	case t.name == "" || t.name != o.name:
		return otherTown
	case t.by == o.by:
		return sameTown
	case t.by == "" || o.by == "":
		return maybeTown
	case strings.HasPrefix(t.by, o.by) || strings.HasPrefix(o.by, t.by): // "M." of "Main"
		return sameTown
	}
	return otherTown
}
