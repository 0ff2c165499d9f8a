package categories

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/search"
)

// fold makes words comparable however they are typed: lower case, umlauts and
// ae/oe/ue as a/o/u, ß as ss, no other accents. It is what mitwirk_fold does in
// the database.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range strings.ToLower(s) {
		switch r {
		case 'ä', 'á', 'à', 'â':
			b.WriteByte('a')
		case 'ö', 'ó', 'ò', 'ô':
			b.WriteByte('o')
		case 'ü', 'ú', 'ù', 'û':
			b.WriteByte('u')
		case 'é', 'è', 'ê', 'ë':
			b.WriteByte('e')
		case 'í', 'ì', 'î', 'ï':
			b.WriteByte('i')
		case 'ç':
			b.WriteByte('c')
		case 'ß':
			b.WriteString("ss")
		case '\u0308': // a diaeresis typed apart from its letter
		default:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("ae", "a", "oe", "o", "ue", "u").Replace(b.String())
}

// word is one word of a text.
type word struct {
	typed  string // as it stands there
	folded string
	stem   string
	root   string // of a participle: "eis" of "vereist"; "" for other words
	filler bool   // says nothing by itself
}

// maxWords is how much of a text is looked at.
const maxWords = 200

// wordsOf takes a text apart. A word with a dash counts whole and in its parts
// ("U-Bahn", "S-Bahn-Station").
func wordsOf(text string) []word {
	var list []word
	add := func(typed string) {
		f := fold(typed)
		if utf8.RuneCountInString(f) >= 2 && len(list) < maxWords {
			list = append(list, word{typed, f, stem(f), root(f), isFiller(f)})
		}
	}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '\u0308'
	}) {
		w = strings.Trim(w, "-")
		if !strings.Contains(w, "-") {
			add(w)
			continue
		}
		add(strings.ReplaceAll(w, "-", ""))
		for part := range strings.SplitSeq(w, "-") {
			add(part)
		}
	}
	return list
}

// telling are the words that say something about what is reported. "Es gibt
// keine Bank" says that something is missing, without a word for it.
func telling(words []word) []word {
	var list []word
	gives, no := false, -1
	for i, w := range words {
		if w.folded == "mehr" && i > 0 && (words[i-1].folded == "nicht" || i == no+1 && no >= 0) {
			continue // "nicht mehr" wishes for nothing
		}
		gives = gives || w.folded == "gibt" || w.folded == "there"
		if w.folded == "no" || strings.HasPrefix(w.folded, "kein") && len(w.folded) <= len("keinem") {
			no = i
		}
		if !w.filler {
			list = append(list, w)
		}
	}
	if gives && no >= 0 {
		for _, missing := range []string{"fehlt", "missing"} {
			list = append(list, word{typed: words[no].typed, folded: missing, stem: stem(missing)})
		}
	}
	return list
}

// stem cuts the endings of German and English inflection off a folded word. It
// only has to do the same to both sides.
func stem(s string) string {
	for _, end := range []string{"ungen", "ung", "est", "ern", "em", "en", "er", "es", "et", "nd", "st", "e", "n", "s", "t"} {
		if rest, ok := strings.CutSuffix(s, end); ok && utf8.RuneCountInString(rest) >= 4 {
			return rest
		}
	}
	return s
}

// root cuts the ends off a German participle: "vermüllt" comes from "Müll",
// "vereist" from "Eis".
func root(s string) string {
	for _, start := range []string{"ver", "zer", "ent", "be", "ge"} {
		rest, ok := strings.CutPrefix(s, start)
		if !ok {
			continue
		}
		for _, end := range []string{"tes", "ter", "ten", "te", "et", "t"} {
			if r, ok := strings.CutSuffix(rest, end); ok && utf8.RuneCountInString(r) >= 3 {
				return r
			}
		}
	}
	return ""
}

// likeness tells how well a typed word fits a word of the catalogue, from 0
// (not at all) to 1 (the same).
func likeness(typed, known word) float64 {
	switch {
	case typed.folded == known.folded:
		return 1
	case typed.stem == known.stem:
		return 0.95
	}
	return max(related(typed, known), mistyped(typed.folded, known.folded))
}

// related is the likeness of words of which one holds the other. The end of a
// German compound says what a thing is ("Straßenlaterne" is a lamp), its
// beginning only what it is near ("Kinderwagen" is no playground).
func related(typed, known word) float64 {
	m, n := utf8.RuneCountInString(typed.stem), utf8.RuneCountInString(known.stem)
	switch {
	case typed.root != "" && (typed.root == known.folded || typed.root == known.stem):
		return 0.85
	case n >= 4 && strings.HasSuffix(typed.stem, known.stem):
		return 0.9
	case m >= 3 && strings.HasSuffix(known.stem, typed.stem):
		return 0.6
	case n >= 4 && strings.HasPrefix(typed.stem, known.stem), m >= 5 && strings.HasPrefix(known.stem, typed.stem):
		return 0.35
	case n >= 5 && strings.Contains(typed.stem, known.stem):
		return 0.35
	}
	return 0
}

// mistyped is the likeness of words that differ by typing errors: one in a
// word of six signs or more, two from ten on. The first sign is seldom wrong,
// and asking for it keeps "Laub" from "Raub".
func mistyped(typed, known string) float64 {
	limit := 0
	switch n := utf8.RuneCountInString(known); {
	case n >= 10:
		limit = 2
	case n >= 6:
		limit = 1
	}
	if limit == 0 || typed[0] != known[0] {
		return 0
	}
	switch search.Typos(typed, known, limit) {
	case 1:
		return 0.8
	case 2:
		return 0.65 * float64(limit-1) // two are too many where one is allowed
	}
	return 0
}

// isFiller tells whether a folded word says nothing about what is reported.
func isFiller(w string) bool {
	switch w {
	case "der", "die", "das", "dem", "den", "des", "ein", "eine", "einen", "einem", "einer", "eines",
		"und", "oder", "aber", "auch", "ist", "sind", "war", "wird", "wurde", "werden", "hat", "haben", "bin",
		"es", "er", "sie", "ich", "wir", "man", "mir", "uns", "mein", "meine", "ihr", "ihre", "sich",
		"hier", "da", "dort", "so", "zu", "zum", "zur", "am", "an", "auf", "aus", "bei", "beim", "bis", "fur",
		"im", "in", "ins", "mit", "nach", "seit", "uber", "um", "unter", "von", "vom", "vor", "dass", "wenn",
		"wie", "was", "wer", "wo", "noch", "nur", "schon", "sehr", "viel", "viele", "mehrere", "alle", "alles", "immer", "wieder",
		"nicht", "kein", "keine", "keinen", "etwas", "anderes", "andere", "weiss", "genau", "los", "bitte", "danke",
		"tag", "tage", "tagen", "woche", "wochen", "monat", "monate", "monaten", "jahr", "jahre", "heute", "gestern", "jetzt", "oft",
		"kann", "konnen", "muss", "mussen", "geht", "gehen", "steht", "liegt", "liegen", "gibt", "ja", "nein",
		"the", "of", "to", "is", "are", "has", "have", "it", "its", "on", "at", "by", "for", "with", "and", "or",
		"this", "that", "there", "not", "no", "yes", "my", "we", "you", "be", "been", "from", "about", "know", "don",
		"where", "what", "how", "very", "some", "something", "else", "day", "days", "week", "weeks", "month", "months":
		return true
	}
	return false
}
