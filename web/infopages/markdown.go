package infopages

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// render turns Markdown into HTML: no HTML of the writer, no pictures, no
// scripts in links; headings from the second level on, none left out; lineBreaks
// keeps every line on its own, as Leichte Sprache wants it.
func render(source string, lineBreaks bool) (string, error) {
	options := []goldmark.Option{goldmark.WithParserOptions(
		parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(headings{}, 100)),
	)}
	if lineBreaks {
		options = append(options, goldmark.WithRendererOptions(html.WithHardWraps()))
	}
	var out bytes.Buffer
	if err := goldmark.New(options...).Convert([]byte(source), &out, parser.WithContext(parser.NewContext(parser.WithIDs(&ids{used: map[string]bool{}})))); err != nil {
		return "", fmt.Errorf("markdown: %w", err)
	}
	return policy().Sanitize(out.String()), nil
}

// policy lets through what Markdown makes, and nothing else.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h2", "h3", "h4", "p", "br", "ul", "li", "strong", "em", "blockquote", "hr", "code", "pre")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^t-[a-z0-9-]{1,80}$`)).OnElements("h2", "h3", "h4")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}

// headings begin at the second level, since the page's title is the first, and
// leave no level out.
type headings struct{}

// Transform implements parser.ASTTransformer.
func (headings) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	last := 1
	// Walk fails only when the function does.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			h.Level = min(max(h.Level, 2), last+1, 4)
			last = h.Level
		}
		return ast.WalkContinue, nil
	})
}

// ids makes ids of headings that can't meet those of the page.
type ids struct{ used map[string]bool }

// Generate implements parser.IDs.
func (s *ids) Generate(value []byte, _ ast.NodeKind) []byte {
	words := strings.FieldsFunc(strings.ToLower(umlauts.Replace(string(value))), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	id := "t-" + strings.Join(words, "-")
	id = strings.TrimRight(id[:min(len(id), 60)], "-")
	if id == "t" {
		id = "t-x"
	}
	base := id
	for n := 2; s.used[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	s.used[id] = true
	return []byte(id)
}

// Put implements parser.IDs.
func (s *ids) Put(value []byte) { s.used[string(value)] = true }

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue", "ß", "ss")
