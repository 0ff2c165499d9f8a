package search

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/meilisearch/meilisearch-go"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// formVersion counts the ways in which documents were given to the server. Who
// changes what is in mirrored changes it: the index is made anew then.
const formVersion = 3

// mirrored is a document as the server has it: what everybody reads. There is
// no field for owners, departments or whoever wrote it.
type mirrored struct {
	ID           string   `json:"id"`   // kind_id_lang
	Kind         string   `json:"kind"` // "report"
	UUID         string   `json:"uuid"`
	Lang         string   `json:"lang"` // "any": found in every language
	Title        string   `json:"title"`
	TitleEnglish string   `json:"title_en"`
	Body         string   `json:"body"`
	Keywords     string   `json:"keywords"`
	TitleStems   string   `json:"title_stems"`
	KeywordStems string   `json:"keyword_stems"`
	BodyStems    string   `json:"body_stems"`
	Parts        []string `json:"parts"` // of compounds: "latern" of "Gehweglaternenmast", and all that is as long
	Facets       []string `json:"facets"`
	Weight       int      `json:"weight"`       // what leads on comes before single reports
	At           *int64   `json:"at,omitempty"` // Unix seconds
	Geo          *geo     `json:"_geo,omitempty"`
	Placed       bool     `json:"placed"`
}

type geo struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

const anyLang = "any"

// stemFields are searched as the database searches: by stems, without typing
// errors. textFields are searched when nothing has the words as they are.
func stemFields() []string { return []string{"title_stems", "keyword_stems", "body_stems", "parts"} }
func textFields() []string { return []string{"title", "title_en", "keywords", "body"} }

// synonyms are words that people use for the same thing, folded. Those of single
// kinds of reports are in the catalogue's own keywords.
func synonyms() [][]string {
	return [][]string{
		{"strasse", "str"},
		{"platz", "pl"},
		{"mull", "abfall", "unrat"},
		{"laterne", "lampe"},
		{"gehweg", "gehsteig", "burgersteig", "trottoir"},
		{"fahrrad", "rad", "velo"},
		{"gully", "gulli", "einlauf"},
		{"defekt", "kaputt", "beschadigt"},
	}
}

// settings of the index. Prefixes are the database's affair (Suggest), so that a
// finished word is not the beginning of others.
func settings(stems map[string]string) *meilisearch.Settings {
	same := map[string][]string{}
	for _, list := range synonyms() {
		for _, w := range list {
			for _, o := range list {
				if a, b := stems[w], stems[o]; a != "" && b != "" && a != b {
					same[a] = append(same[a], b)
				}
			}
		}
	}
	noPrefix := "disabled"
	return &meilisearch.Settings{
		SearchableAttributes: append(stemFields(), textFields()...),
		DisplayedAttributes:  []string{"id", "kind", "uuid", "lang", "at", "_geo", "facets"},
		FilterableAttributes: []string{"kind", "lang", "facets", "placed", "at", "_geo"},
		SortableAttributes:   []string{"at", "_geo"},
		RankingRules:         []string{"sort", "words", "typo", "proximity", "attribute", "weight:desc", "exactness", "at:desc"},
		Synonyms:             same,
		LocalizedAttributes: []*meilisearch.LocalizedAttributes{
			{AttributePatterns: []string{"title_en"}, Locales: []string{"eng"}},
			{AttributePatterns: []string{"title", "keywords", "body", "*_stems", "parts"}, Locales: []string{"deu"}},
		},
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled: true, MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 4, TwoTypos: 8}, // as typosIn
			DisableOnWords: []string{}, DisableOnAttributes: stemFields(),
		},
		Pagination:   &meilisearch.Pagination{MaxTotalHits: meiliMost + 1}, // what it tells of a total ends there: one more says that there are more
		Faceting:     &meilisearch.Faceting{MaxValuesPerFacet: 500, SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeCount}},
		PrefixSearch: &noPrefix,
	}
}

// madeBy tells apart what an index was made with.
func madeBy(s *meilisearch.Settings) (string, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("settings of the search: %w", err)
	}
	sum := sha256.Sum256(append(b, formVersion))
	return hex.EncodeToString(sum[:16]), nil
}

// mirroredID names a document; the server takes letters, digits, - and _.
func mirroredID(d *Document) string {
	return string(d.Kind) + "_" + d.ID.String() + "_" + langOf(d.Lang)
}

func langOf(lang string) string {
	if lang == "" {
		return anyLang
	}
	return lang
}

// forms writes public documents as the server has them.
func forms(ctx context.Context, q db.Queryer, docs []Document) ([]mirrored, error) {
	words := map[string]bool{}
	for i := range docs {
		for _, text := range []string{docs[i].titles(), docs[i].Keywords, docs[i].Body} {
			for w := range strings.FieldsSeq(plain(text)) {
				words[w] = true
			}
		}
	}
	stems, err := stemMap(ctx, q, slices.Sorted(maps.Keys(words)))
	if err != nil {
		return nil, err
	}
	list := make([]mirrored, 0, len(docs))
	for i := range docs {
		d := &docs[i]
		if d.Audience != subject.Public { // the last of several locks
			continue
		}
		m := mirrored{
			ID: mirroredID(d), Kind: string(d.Kind), UUID: d.ID.String(), Lang: langOf(d.Lang), Title: d.Title["de"], TitleEnglish: d.Title["en"], Body: d.Body, Keywords: d.Keywords,
			Facets: d.facetList(), Weight: 1, Placed: d.Point != nil,
		}
		switch d.Kind {
		case Category:
			m.Weight = 3
		case Place, Page:
			m.Weight = 2
		}
		parts := map[string]bool{}
		stemmed := func(text string) string {
			var out []string
			for w := range strings.FieldsSeq(plain(text)) {
				out = append(out, stems[w])
				if !teaches(w) {
					continue
				}
				for _, p := range partsOf(stems[w]) {
					parts[p] = true
				}
			}
			return strings.Join(out, " ")
		}
		m.TitleStems, m.KeywordStems, m.BodyStems = stemmed(d.titles()), stemmed(d.Keywords), stemmed(d.Body)
		m.Parts = slices.Sorted(maps.Keys(parts))
		if m.Parts == nil {
			m.Parts = []string{}
		}
		if d.At != nil {
			at := d.At.Unix()
			m.At = &at
		}
		if d.Point != nil {
			m.Geo = &geo{Lat: d.Point.Lat, Lng: d.Point.Lon}
		}
		list = append(list, m)
	}
	return list, nil
}

// stemMap gives the stems of folded words; a word that says nothing is its own, so
// that a phrase keeps its places.
func stemMap(ctx context.Context, q db.Queryer, words []string) (map[string]string, error) {
	rows, err := q.Query(ctx, sqlStems, words)
	if err != nil {
		return nil, fmt.Errorf("stems: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("stems: %w", err)
	}
	out := make(map[string]string, len(words))
	for i, w := range words {
		if out[w] = list[i]; list[i] == "" {
			out[w] = w
		}
	}
	return out, nil
}

// partsOf are what a compound may be made of, as sqlForms finds it: its beginnings, and
// all that has three signs and more before it, of four signs and more. All of them, also
// those that are no word yet: somebody may write it later, and somebody may look for one
// that stands in compounds only.
func partsOf(stem string) []string {
	const least, before = 4, 3
	if !teaches(stem) { // no word of the vocabulary
		return nil
	}
	r := []rune(stem)
	var out []string
	for n := least; n < len(r); n++ {
		out = append(out, string(r[:n]))
	}
	for from := before; from <= len(r)-least; from++ {
		for to := from + least; to <= len(r); to++ {
			out = append(out, string(r[from:to]))
		}
	}
	return out
}
