package capturepages

import (
	"strings"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// letter is one sign of the code and the word that is said for it.
type letter struct{ Sign, Word string }

// spell gives the words for a code: German by DIN 5009 (cities), English by the
// alphabet of the ICAO.
func spell(lang, code string) []letter {
	words := strings.Fields("Aachen Berlin Chemnitz Düsseldorf Essen Frankfurt Goslar Hamburg Ingelheim Jena Köln Leipzig München Nürnberg Offenbach Potsdam Quickborn Rostock Salzwedel Tübingen Unna Völklingen Wuppertal Xanten Ypsilon Zwickau")
	digits := strings.Fields("null eins zwei drei vier fünf sechs sieben acht neun")
	if lang == i18n.English {
		words = strings.Fields("Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu")
		digits = strings.Fields("zero one two three four five six seven eight nine")
	}
	var list []letter
	for _, r := range strings.ToUpper(code) {
		switch {
		case r >= 'A' && r <= 'Z':
			list = append(list, letter{string(r), words[r-'A']})
		case r >= '0' && r <= '9':
			list = append(list, letter{string(r), digits[r-'0']})
		}
	}
	return list
}
