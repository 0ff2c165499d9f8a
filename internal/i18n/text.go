package i18n

// Text is a name or sentence with its translations, stored as jsonb:
// {"de": …, "en": …, "de-x-leicht": …}.
type Text map[string]string

// In is the text in a language. Leichte Sprache falls back to German, every
// other language to German, and German to whatever there is.
func (t Text) In(lang string) string {
	for _, l := range []string{lang, German, English} {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, s := range t {
		return s
	}
	return ""
}
