package inbound

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// textOf is what a person reads of HTML.
func textOf(source string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(1 << 20)
	hidden := 0 // inside of what is not shown
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String() // the end, or as far as it can be read
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(blanks.ReplaceAllString(string(z.Text()), " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style", "head", "title":
				hidden++
			case "br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote":
				b.WriteString("\n")
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style", "head", "title":
				hidden = max(0, hidden-1)
			case "p", "div", "tr", "li":
				b.WriteString("\n")
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

var blanks = regexp.MustCompile(`[\s\x{a0}]+`)

// quoteLine begins what mail programs quote below an answer.
var quoteLine = regexp.MustCompile(`(?i)^(am .{4,90} schrieb.{0,90}:|on .{4,90} wrote:|-{2,} ?(original message|ursprüngliche nachricht|forwarded message|weitergeleitete nachricht).*|_{10,}|von: .+@.+)$`)

// withoutQuote cuts off the quoted mail at the end of an answer. What stands
// between quotes is kept: people answer point by point.
func withoutQuote(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, l := range lines {
		l = strings.TrimSpace(l)
		if i > 0 && quoteLine.MatchString(l) || l == "-- " {
			if kept := strings.TrimSpace(strings.Join(lines[:i], "\n")); kept != "" {
				return kept
			}
		}
	}
	end := len(lines)
	for end > 0 && (strings.HasPrefix(strings.TrimSpace(lines[end-1]), ">") || strings.TrimSpace(lines[end-1]) == "") {
		end--
	}
	if end == 0 {
		return text
	}
	return strings.Join(lines[:end], "\n")
}

// clean takes out what prints nothing or turns the direction of a text; lines
// says whether it may have several.
func clean(text string, lines bool) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200d' || r == '\u200c':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	out := strings.Split(text, "\n")
	blank := 0
	kept := out[:0]
	for _, l := range out {
		l = strings.TrimSpace(l)
		if l == "" {
			blank++
			if blank > 1 {
				continue
			}
		} else {
			blank = 0
		}
		kept = append(kept, l)
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
