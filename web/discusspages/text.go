package discusspages

import (
	"net/url"
	"regexp"
	"strings"
)

// piece is a part of a text: words, a link, or somebody who is spoken to.
type piece struct {
	Text    string
	URL     string // http or https; "": no link
	Mention bool
}

var rePiece = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `\x{00ab}\x{00bb}\x{201c}-\x{201f}\\]{3,500}|(?:^|[\s(,;:])@[\p{L}\p{N}][\p{L}\p{N}._-]{1,58}[\p{L}\p{N}]`)

// pieces finds links and mentions in one line of plain text. Put together again
// the pieces are the line. Only http and https addresses with a host are links.
func pieces(line string) []piece {
	var out []piece
	add := func(p piece) {
		if p.Text == "" {
			return
		}
		if n := len(out); n > 0 && p.URL == "" && !p.Mention && out[n-1].URL == "" && !out[n-1].Mention {
			out[n-1].Text += p.Text
			return
		}
		out = append(out, p)
	}
	last := 0
	for _, m := range rePiece.FindAllStringIndex(line, -1) {
		add(piece{Text: line[last:m[0]]})
		found := line[m[0]:m[1]]
		if at := strings.IndexByte(found, '@'); !strings.HasPrefix(found, "http") && at >= 0 {
			add(piece{Text: found[:at]})
			add(piece{Text: found[at:], Mention: true})
			last = m[1]
			continue
		}
		link, rest := trimLink(found)
		if u, err := url.Parse(link); err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			add(piece{Text: found})
		} else {
			add(piece{Text: link, URL: u.String()})
			add(piece{Text: rest})
		}
		last = m[1]
	}
	add(piece{Text: line[last:]})
	return out
}

// trimLink cuts off the signs that end a sentence, and a closing bracket that
// was not opened inside.
func trimLink(text string) (link, rest string) {
	end := len(text)
	for end > 0 {
		c := text[end-1]
		if strings.IndexByte(".,;:!?", c) >= 0 {
			end--
			continue
		}
		if c == ')' && strings.Count(text[:end], "(") < strings.Count(text[:end], ")") ||
			c == ']' && strings.Count(text[:end], "[") < strings.Count(text[:end], "]") {
			end--
			continue
		}
		break
	}
	return text[:end], text[end:]
}
