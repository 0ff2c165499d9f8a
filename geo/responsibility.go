package geo

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Forward says how a report reaches the body in charge.
type Forward string

// The ways.
const (
	ForwardMail Forward = "mail" // we pass it on by mail
	ForwardLink Forward = "link" // people report it there themselves
	ForwardNone Forward = "none" // we only say who it is
)

// Responsibility says who is in charge in an area that is not the city's.
type Responsibility struct {
	BodyKey    string // "schloesser"
	Name       i18n.Text
	Phrase     i18n.Text // the name within a sentence, with its article: "die Deutsche Bahn"; may be empty
	Text       i18n.Text // what the operator adds; may be empty
	Link       string    // https; may be empty unless Forward is ForwardLink
	Forward    Forward
	Categories []string // keys of categories; empty: of everything
}

// Sentence tells people who is in charge here and what becomes of a report,
// in their language. The link stands in it as text.
func (r Responsibility) Sentence(loc *i18n.Localizer) string {
	body := r.Phrase.In(loc.Lang())
	if body == "" {
		body = r.Name.In(loc.Lang())
	}
	return loc.T("geo.responsible."+string(r.Forward), "body", body, "Body", upperFirst(body), "link", r.Link)
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// area is a responsibility with its shape, as a file holds it.
type area struct {
	Responsibility
	shape *gogeom.MultiPolygon
	no    int // of the feature
}

// parseResponsibilities reads GeoJSON features with the properties body,
// name_de, name_en, phrase_de, phrase_en, text_de, text_en, categories (a list
// of keys, or one text with commas), link and forward.
func parseResponsibilities(raw []byte) ([]area, error) {
	features, err := parseFeatures(raw, "Polygon", "MultiPolygon")
	if err != nil {
		return nil, err
	}
	var bad problems
	areas := make([]area, 0, len(features))
	for _, f := range features {
		a, err := f.responsibility()
		if err != nil {
			bad.addf(f.no, "%s", err)
			continue
		}
		areas = append(areas, a)
	}
	return areas, bad.err()
}

func (f feature) responsibility() (area, error) {
	shape, ok := f.shape.(*gogeom.MultiPolygon)
	if !ok {
		return area{}, errors.New("geometry is no area")
	}
	r := Responsibility{
		BodyKey: f.text("body"),
		Name:    f.texts("name"),
		Phrase:  f.texts("phrase"),
		Text:    f.texts("text"),
		Link:    f.text("link"),
		Forward: Forward(f.text("forward")),
	}
	if r.Forward == "" {
		r.Forward = ForwardNone
	}
	var err error
	if r.Categories, err = f.list("categories"); err != nil {
		return area{}, err
	}
	switch {
	case r.BodyKey == "":
		return area{}, errors.New("property body is missing")
	case r.Name[i18n.German] == "":
		return area{}, errors.New("property name_de is missing")
	case !slices.Contains([]Forward{ForwardMail, ForwardLink, ForwardNone}, r.Forward):
		return area{}, errors.New("property forward must be mail, link or none")
	case r.Forward == ForwardLink && r.Link == "":
		return area{}, errors.New("property link is missing; forward is link")
	case r.Link != "" && !webLink(r.Link):
		return area{}, errors.New("property link is no address that begins with https:// or http://")
	}
	for _, s := range append([]string{r.BodyKey, r.Link}, values(r.Name, r.Phrase, r.Text)...) {
		if err := plain(s, 2000); err != nil {
			return area{}, err
		}
	}
	return area{Responsibility: r, shape: shape, no: f.no}, nil
}

// texts collects name_de, name_en and name_de-x-leicht of "name".
func (f feature) texts(field string) i18n.Text {
	t := i18n.Text{}
	for _, lang := range []string{i18n.German, i18n.English, i18n.Easy} {
		if s := f.text(field + "_" + lang); s != "" {
			t[lang] = s
		}
	}
	return t
}

func (f feature) list(field string) ([]string, error) {
	raw, ok := f.props[field]
	if !ok || string(raw) == "null" {
		return []string{}, nil
	}
	var keys []string
	if json.Unmarshal(raw, &keys) != nil {
		var one string
		if json.Unmarshal(raw, &one) != nil {
			return nil, errors.New("property " + field + " is no list of texts")
		}
		keys = strings.Split(one, ",")
	}
	out := []string{}
	for _, k := range keys {
		if k = strings.TrimSpace(k); k == "" {
			continue
		}
		if err := plain(k, 100); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

func values(texts ...i18n.Text) []string {
	var out []string
	for _, t := range texts {
		for _, s := range t {
			out = append(out, s)
		}
	}
	return out
}

func webLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// plain refuses what no name or sentence holds, and what the database could
// not store.
func plain(s string, most int) error {
	switch {
	case utf8.RuneCountInString(s) > most:
		return errors.New("a text is too long: " + clip(s))
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("a text holds control characters")
	}
	return nil
}
