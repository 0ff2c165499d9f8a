package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed locales
var locales embed.FS

// The languages of the product.
const (
	German  = "de"
	English = "en"
	Easy    = "de-x-leicht"
)

// Catalogue holds all messages in all languages.
type Catalogue struct {
	words     map[string]*words // by tag
	fold      map[string]string // a tag in lower case: the tag
	languages []Language
	zone      *time.Location
}

// Config makes a Catalogue.
type Config struct {
	Zone *time.Location // dates are shown in it; nil: UTC
	// Added is a folder of the operator with further languages, and perhaps other
	// words for the product's own: files "<area>.<language>.toml". Nil: none.
	Added fs.FS
}

// New reads the embedded catalogues. Dates are shown in zone.
func New(zone *time.Location) (*Catalogue, error) { return Load(Config{Zone: zone}) }

// Load reads the embedded catalogues and those of the operator, whose messages
// replace the product's.
func Load(cfg Config) (*Catalogue, error) {
	c := empty(cfg.Zone)
	if err := c.read(locales, "locales", true); err != nil {
		return nil, err
	}
	if cfg.Added != nil {
		if err := c.read(cfg.Added, ".", false); err != nil {
			return nil, err
		}
	}
	if err := c.settle(); err != nil {
		return nil, err
	}
	return c, nil
}

func empty(zone *time.Location) *Catalogue {
	if zone == nil {
		zone = time.UTC
	}
	return &Catalogue{words: map[string]*words{}, fold: map[string]string{}, zone: zone}
}

// settle makes the languages that were read those of the catalogue.
func (c *Catalogue) settle() error {
	for tag, w := range c.words {
		if err := w.finish(); err != nil {
			return err
		}
		c.fold[strings.ToLower(tag)] = tag
	}
	c.order()
	return nil
}

// Zone is the city's time zone.
func (c *Catalogue) Zone() *time.Location { return c.zone }

// Match picks the best of the product's languages for what a browser accepts;
// prefs come first (a query parameter, a cookie). German when nothing fits.
func Match(prefs ...string) string {
	for _, p := range prefs {
		for part := range strings.SplitSeq(p, ",") {
			tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
			switch tag = strings.ToLower(tag); {
			case tag == Easy:
				return Easy
			case tag == German || strings.HasPrefix(tag, "de-"):
				return German
			case tag == English || strings.HasPrefix(tag, "en-"):
				return English
			}
		}
	}
	return German
}

// For gives the messages in one language: its own, else those it falls back to
// key by key. Leichte Sprache falls back to German, an added language to English
// and then German. A language that is not there is German.
func (c *Catalogue) For(lang string) *Localizer {
	w, ok := c.words[lang]
	if !ok {
		w = c.words[German]
	}
	chain := []string{w.lang.Tag}
	if w.lang.Added {
		chain = append(chain, English)
	}
	if w.lang.Tag != German {
		chain = append(chain, German)
	}
	l := &Localizer{words: w, zone: c.zone}
	for _, tag := range chain {
		next, ok := c.words[tag]
		if !ok {
			continue
		}
		l.chain = append(l.chain, source{next.keys, goi18n.NewLocalizer(next.bundle, next.grammar())})
	}
	tag := language.German
	switch {
	case w.lang.Added:
		tag = language.Make(w.lang.Tag)
	case w.base == English:
		tag = language.BritishEnglish
	}
	l.p = message.NewPrinter(tag)
	return l
}

// Localizer speaks one language.
type Localizer struct {
	words *words
	zone  *time.Location
	chain []source
	p     *message.Printer
}

// source is the messages of one language in the chain of fallbacks.
type source struct {
	keys map[string]bool
	l    *goi18n.Localizer
}

// Lang is the language's tag, e.g. "de".
func (l *Localizer) Lang() string { return l.words.lang.Tag }

// Language is the language with its name and direction.
func (l *Localizer) Language() Language { return l.words.lang }

// HTMLLang is the language's tag as an HTML lang attribute.
func (l *Localizer) HTMLLang() string { return l.words.lang.Tag }

// T is the message of a key. Params are name, value, name, value …; the one
// called "n" decides the plural. A missing key comes back as the key.
func (l *Localizer) T(key string, params ...any) string {
	data := make(map[string]any, len(params)/2)
	for i := 0; i+1 < len(params); i += 2 {
		data[fmt.Sprint(params[i])] = params[i+1]
	}
	return l.TMap(key, data)
}

// TMap is T with the parameters as a map.
func (l *Localizer) TMap(key string, params map[string]any) string {
	cfg := &goi18n.LocalizeConfig{MessageID: key}
	if n, ok := params["n"]; ok {
		data := maps.Clone(params)
		if i, isInt := toInt(n); isInt {
			cfg.PluralCount = i
			data["n"] = l.Int(i)
		}
		cfg.TemplateData = data
	} else {
		cfg.TemplateData = params
	}
	for _, s := range l.chain {
		if !s.keys[key] {
			continue
		}
		// a plural form or a parameter that a translation lacks: the next language has it
		if text, err := s.l.Localize(cfg); err == nil && text != "" {
			return text
		}
	}
	return key
}

// Has tells whether a key has a message in this language or its fallback.
func (l *Localizer) Has(key string) bool {
	return slices.ContainsFunc(l.chain, func(s source) bool { return s.keys[key] })
}

func toInt(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int32:
		return int(n), true
	case int64:
		return int(n), true
	}
	return 0, false
}

// Int writes a whole number with the language's separators.
func (l *Localizer) Int(n int) string { return l.p.Sprint(number.Decimal(n)) }

// Decimal writes a number with that many digits after the point.
func (l *Localizer) Decimal(x float64, digits int) string {
	return l.p.Sprint(number.Decimal(x, number.Scale(digits)))
}
