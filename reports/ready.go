package reports

// ReadySentence is the category's ready sentence for "Gelöst" in a language.
func (v *View) ReadySentence(lang string) string {
	if v.Category == nil {
		return ""
	}
	return v.Category.Ready.In(lang)
}
