package practicepages

import (
	"strings"

	"github.com/a-h/templ"
)

// keyed gives an element the key of the real desk; "" for none.
func keyed(key string) templ.Attributes {
	if key == "" {
		return nil
	}
	return templ.Attributes{"data-key": key}
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
