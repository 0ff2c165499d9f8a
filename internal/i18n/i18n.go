package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
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
	bundle *goi18n.Bundle
	zone   *time.Location
}

// New reads the embedded catalogues. Dates are shown in zone.
func New(zone *time.Location) (*Catalogue, error) {
	b := goi18n.NewBundle(language.German)
	b.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	files, err := fs.Glob(locales, "locales/*.toml")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	for _, f := range files {
		raw, err := locales.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f, err)
		}
		// the library takes the language from the name: "<area>.<lang>.toml"
		if _, err := b.ParseMessageFileBytes(raw, f); err != nil {
			return nil, fmt.Errorf("parse %s: %w", f, err)
		}
	}
	if zone == nil {
		zone = time.UTC
	}
	return &Catalogue{bundle: b, zone: zone}, nil
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

// For gives the messages in one language.
func (c *Catalogue) For(lang string) *Localizer {
	chain := []string{lang}
	if lang == Easy {
		chain = append(chain, German)
	}
	tag := language.German
	if lang == English {
		tag = language.BritishEnglish
	}
	return &Localizer{lang: lang, zone: c.zone, l: goi18n.NewLocalizer(c.bundle, chain...), p: message.NewPrinter(tag)}
}

// Localizer speaks one language.
type Localizer struct {
	lang string
	zone *time.Location
	l    *goi18n.Localizer
	p    *message.Printer
}

// Lang is the language's tag, e.g. "de".
func (l *Localizer) Lang() string { return l.lang }

// HTMLLang is the language's tag as an HTML lang attribute.
func (l *Localizer) HTMLLang() string { return l.lang }

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
	text, err := l.l.Localize(cfg)
	if err != nil && text == "" {
		return key
	}
	return text
}

// Has tells whether a key has a message in this language or its fallback.
func (l *Localizer) Has(key string) bool {
	text, err := l.l.Localize(&goi18n.LocalizeConfig{MessageID: key, PluralCount: 2})
	return text != "" && (err == nil || text != key)
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
