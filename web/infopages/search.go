package infopages

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Findable is the pages of help and information as the search sees them: its
// Source.
type Findable struct{ p *pages }

// NewFindable makes it of what the pages need.
func NewFindable(d Deps) Findable {
	return Findable{&pages{Deps: d, url: func(path string) string { return path }}}
}

// Kind implements search.Source.
func (Findable) Kind() subject.Kind { return search.Page }

// Documents implements search.Source: a page in each language that has its
// text, as the operator wrote it or as the program brings it.
func (f Findable) Documents(ctx context.Context, _ db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	city, err := f.p.Site.City(ctx)
	if err != nil {
		return nil, err
	}
	var docs []search.Document
	for _, t := range texts() {
		id := search.KeyID(search.Page, t.key)
		if !slices.Contains(ids, id) {
			continue
		}
		for _, lang := range []string{i18n.German, i18n.English} {
			body, in, err := f.p.body(ctx, t, lang, &city)
			if err != nil {
				return nil, err
			}
			if in != lang {
				continue
			}
			details, err := f.p.details(ctx, &city, lang)
			if err != nil {
				return nil, err
			}
			docs = append(docs, search.Document{
				Ref: subject.Ref{Kind: search.Page, ID: id}, Lang: lang, Title: i18n.Text{lang: f.p.Messages.For(lang).T(t.title())},
				Body: read(fill(body, details)), Path: t.path, Audience: subject.Public,
			})
		}
	}
	return docs, nil
}

// IDs implements search.Source.
func (Findable) IDs(_ context.Context, _ db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	for _, t := range texts() {
		if id := search.KeyID(search.Page, t.key); bytes.Compare(id[:], after[:]) > 0 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return ids[:min(len(ids), limit)], nil
}

var (
	markdownLink = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	markdownLine = regexp.MustCompile(`(?m)^\s*(#+|[-*>]|\d+\.)\s+`)
)

// read is what people read of a text in Markdown.
func read(body string) string {
	body = markdownLink.ReplaceAllString(body, "$1")
	body = markdownLine.ReplaceAllString(body, "")
	return strings.NewReplacer("**", "", "`", "", `\`, "", "|", " ", "---", "").Replace(body)
}
