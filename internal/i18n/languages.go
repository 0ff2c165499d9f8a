package i18n

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Keys that a catalogue may hold about its own language; all are optional.
const (
	keyName     = "language.name"  // as speakers of it write it: "Türkçe"
	keyDir      = "language.dir"   // "rtl" or "ltr"; the script says it else
	keyMonths   = "date.months"    // twelve names with commas
	keyWeekdays = "date.weekdays"  // seven, from Sunday
	keyToday    = "date.today"     // in running text
	keyTomorrow = "date.tomorrow"  //
	keyYestrday = "date.yesterday" //
)

// Language is one that pages can be read in.
type Language struct {
	Tag   string // BCP 47, as in html lang
	Name  string // in the language itself
	Dir   string // "ltr" or "rtl"
	Added bool   // not one of the product's own: from the operator's folder
}

// words are the messages of one language.
type words struct {
	lang   Language
	base   string // the product's language whose grammar of dates and numbers is used where the catalogue has none
	bundle *goi18n.Bundle
	keys   map[string]bool
	months []string
	days   []string
}

// builtIn are the product's own languages, in the order of the menu.
func builtIn() []Language {
	return []Language{
		{Tag: German, Name: "Deutsch", Dir: "ltr"},
		{Tag: Easy, Name: "Leichte Sprache", Dir: "ltr"},
		{Tag: English, Name: "English", Dir: "ltr"},
	}
}

// read takes the files "<area>.<lang>.toml" of a folder.
func (c *Catalogue) read(folder fs.FS, dir string, own bool) error {
	files, err := fs.Glob(folder, path.Join(dir, "*.toml"))
	if err != nil {
		return fmt.Errorf("list catalogues: %w", err)
	}
	for _, f := range files {
		raw, err := fs.ReadFile(folder, f)
		if err != nil {
			return fmt.Errorf("read %s: %w", f, err)
		}
		lang, err := fileLanguage(path.Base(f))
		if err != nil {
			return err
		}
		w, err := c.wordsOf(lang, own)
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		// The library takes plural rules from the name: those of German for Leichte Sprache.
		file, err := w.bundle.ParseMessageFileBytes(raw, "area."+w.grammar()+".toml")
		if err != nil {
			return fmt.Errorf("parse %s: %w", f, err)
		}
		for _, m := range file.Messages {
			w.keys[m.ID] = true
		}
	}
	return nil
}

// fileLanguage is the language in a name like "hall.tr.toml".
func fileLanguage(name string) (string, error) {
	_, lang, ok := strings.Cut(strings.TrimSuffix(name, ".toml"), ".")
	if !ok {
		return "", fmt.Errorf("%s: a catalogue is named <area>.<language>.toml, e.g. hall.tr.toml", name)
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return "", fmt.Errorf("%s: %q is no language tag (BCP 47)", name, lang)
	}
	return tag.String(), nil
}

func (w *words) grammar() string {
	if w.lang.Added {
		return w.lang.Tag
	}
	return w.base
}

func (c *Catalogue) wordsOf(lang string, own bool) (*words, error) {
	if w, ok := c.words[lang]; ok {
		return w, nil
	}
	w := &words{lang: Language{Tag: lang, Dir: "ltr", Added: !own}, base: English, keys: map[string]bool{}}
	if i := slices.IndexFunc(builtIn(), func(l Language) bool { return l.Tag == lang }); i >= 0 {
		w.lang = builtIn()[i]
	}
	if lang == German || lang == Easy {
		w.base = German
	}
	tag, err := language.Parse(w.grammar())
	if err != nil {
		return nil, fmt.Errorf("language: %w", err)
	}
	if w.lang.Added {
		w.lang.Name = cmp.Or(display.Self.Name(tag), lang)
		if rightToLeft(tag) {
			w.lang.Dir = "rtl"
		}
	}
	w.bundle = goi18n.NewBundle(tag)
	w.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	c.words[lang] = w
	return w, nil
}

// finish reads what a catalogue says about its own language.
func (w *words) finish() error {
	say := func(key string) string {
		if !w.keys[key] {
			return ""
		}
		text, err := goi18n.NewLocalizer(w.bundle, w.grammar()).Localize(&goi18n.LocalizeConfig{MessageID: key})
		if err != nil {
			return ""
		}
		return strings.TrimSpace(text)
	}
	w.lang.Name = cmp.Or(say(keyName), w.lang.Name)
	switch dir := say(keyDir); dir {
	case "":
	case "ltr", "rtl":
		w.lang.Dir = dir
	default:
		return fmt.Errorf("%s: %s is %q, expected ltr or rtl", w.lang.Tag, keyDir, dir)
	}
	for key, list := range map[string]*[]string{keyMonths: &w.months, keyWeekdays: &w.days} {
		text := say(key)
		if text == "" {
			continue
		}
		for name := range strings.SplitSeq(text, ",") {
			*list = append(*list, strings.TrimSpace(name))
		}
		if want := map[string]int{keyMonths: 12, keyWeekdays: 7}[key]; len(*list) != want {
			return fmt.Errorf("%s: %s has %d names, expected %d", w.lang.Tag, key, len(*list), want)
		}
	}
	return nil
}

// rightToLeft tells by the script that a language is usually written in.
func rightToLeft(tag language.Tag) bool {
	script, _ := tag.Script()
	return slices.Contains([]string{"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"}, script.String())
}

// Languages are those that pages can be read in, in the order of the menu: the
// product's own, then the operator's by name.
func (c *Catalogue) Languages() []Language { return slices.Clone(c.languages) }

// Language is one of them by its tag; false for any other.
func (c *Catalogue) Language(tag string) (Language, bool) {
	w, ok := c.words[tag]
	if !ok {
		return Language{}, false
	}
	return w.lang, true
}

func (c *Catalogue) order() {
	for _, l := range builtIn() {
		if w, ok := c.words[l.Tag]; ok {
			c.languages = append(c.languages, w.lang)
		}
	}
	var added []Language
	for _, w := range c.words {
		if w.lang.Added {
			added = append(added, w.lang)
		}
	}
	slices.SortFunc(added, func(a, b Language) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Tag, b.Tag))
	})
	c.languages = append(c.languages, added...)
}

// Match picks the best of the catalogue's languages for what a browser accepts;
// prefs come first (a query parameter, a cookie). German when nothing fits.
// Leichte Sprache is chosen, never guessed.
func (c *Catalogue) Match(prefs ...string) string {
	for _, p := range prefs {
		for part := range strings.SplitSeq(p, ",") {
			tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
			for tag != "" {
				if w, ok := c.fold[strings.ToLower(tag)]; ok {
					return w
				}
				i := strings.LastIndexByte(tag, '-') // "tr-TR" is served by "tr"
				tag = tag[:max(i, 0)]
			}
		}
	}
	return German
}

// Missing are the keys of German that a language has no message for, and the
// keys that nothing in the product asks for; both sorted.
func (c *Catalogue) Missing(lang string) (missing, unknown []string) {
	w, ok := c.words[lang]
	if !ok {
		w = &words{}
	}
	for key := range c.words[German].keys {
		if !w.keys[key] {
			missing = append(missing, key)
		}
	}
	about := []string{keyName, keyDir, keyMonths, keyWeekdays, keyToday, keyTomorrow, keyYestrday}
	for key := range maps.Keys(w.keys) {
		if !c.words[German].keys[key] && !slices.Contains(about, key) {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(missing)
	slices.Sort(unknown)
	return missing, unknown
}
