package search

import (
	"strconv"
	"strings"
	"unicode"
)

// term is a part of a query: one word, or a phrase in quotes.
type term struct {
	typed string   // one word as typed; "" for a phrase
	words []string // folded; one, or those of the phrase
	not   bool     // must not stand there

	stems   []string // of words; "" for one that says nothing
	forms   []string // of one word: all lexemes that are it or hold it as a part of a compound
	written []string // folded words of the vocabulary that have these lexemes
	n       int64    // documents that have one of the forms, at most
	known   bool     // the vocabulary has the word itself
}

func (t *term) word() string { return t.words[0] }

// single tells that the term is one word that must stand there.
func (t *term) single() bool { return !t.not && t.typed != "" }

// parse takes a query apart: words, "phrases", -without. What is too much is
// left out.
func parse(text string) []term {
	var list []term
	rest := strings.Map(func(r rune) rune {
		switch r {
		case '„', '“', '”', '«', '»', '‟':
			return '"'
		case '–', '−':
			return '-'
		}
		return r
	}, text)
	for rest != "" && len(list) < maxTerms {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		not := false
		if strings.HasPrefix(rest, "-") {
			not, rest = true, rest[1:]
		}
		var part string
		if strings.HasPrefix(rest, `"`) {
			part, rest, _ = strings.Cut(rest[1:], `"`)
			if words := folded(part); len(words) > 1 {
				list = append(list, term{words: words[:min(len(words), maxTerms)], not: not})
				continue
			}
		} else {
			at := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
			if at < 0 {
				at = len(rest)
			}
			part, rest = rest[:at], rest[at:]
		}
		for _, t := range tokens(part) {
			if len(list) < maxTerms && !isFiller(t.folded) {
				list = append(list, term{typed: part[t.from:t.to], words: []string{t.folded}, not: not})
			}
		}
	}
	return list
}

func folded(text string) []string {
	list := tokens(text)
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.folded
	}
	return words
}

// quoteLexeme writes a lexeme as a tsquery has it.
func quoteLexeme(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
}

// tsquery is the query for the database; exact has the words themselves only,
// any is enough, for the order of hits. Both are "" when no term says anything.
func tsquery(terms []term, loose bool) (all, exact string) {
	var need, not, own []string
	for i := range terms {
		t := &terms[i]
		if len(t.words) > 1 { // a phrase: a word that says nothing leaves its place
			var b strings.Builder
			gap := 1
			for _, s := range t.stems {
				switch {
				case s == "":
					if b.Len() > 0 {
						gap++
					}
				case b.Len() == 0:
					b.WriteString(quoteLexeme(s))
				default:
					b.WriteString(" <" + strconv.Itoa(gap) + "> " + quoteLexeme(s))
					gap = 1
				}
			}
			if b.Len() == 0 {
				continue
			}
			if t.not {
				not = append(not, "!("+b.String()+")")
				continue
			}
			need, own = append(need, "("+b.String()+")"), append(own, "("+b.String()+")")
			continue
		}
		if len(t.forms) == 0 {
			continue
		}
		forms := make([]string, len(t.forms))
		for j, f := range t.forms {
			forms[j] = quoteLexeme(f)
		}
		either := "(" + strings.Join(forms, " | ") + ")"
		if t.not {
			not = append(not, "!"+either)
			continue
		}
		need, own = append(need, either), append(own, forms[0])
	}
	if len(need) == 0 {
		return "", ""
	}
	and := " & "
	if loose {
		and = " | "
	}
	all = "(" + strings.Join(need, and) + ")"
	if len(not) > 0 {
		all += " & " + strings.Join(not, " & ")
	}
	return all, strings.Join(own, " | ")
}
