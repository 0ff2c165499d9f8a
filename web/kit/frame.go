package kit

import (
	"cmp"
	"maps"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// navEntry is a door of the menu. Only what exists is listed.
type navEntry struct{ key, url string }

func navigation() []navEntry {
	return []navEntry{{"report", "/reports/new"}, {"map", "/map"}, {"ideas", "/ideas"}, {"radar", "/radar"}, {"complaint", "/complaints/new"}, {"mine", "/mine"}, {"help", "/help"}}
}

func current(p Page, key string) templ.Attributes {
	if p.Nav == key {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

func pageTitle(p Page) string {
	site := "Mitwirk"
	if p.City.Name != "" {
		site += " " + p.City.Name
	}
	if p.Title == "" {
		return site
	}
	return p.Title + " – " + site
}

// themeAttrs name the look that somebody chose; without a choice the
// stylesheet follows the system.
func themeAttrs(p Page) templ.Attributes {
	if p.Theme == "" {
		return nil
	}
	return templ.Attributes{"data-kern-theme": p.Theme}
}

// headLanguages are the languages that the head has room for; the foot lists all.
func headLanguages(p Page) []Alternate { return p.Alternates[:min(2, len(p.Alternates))] }

func dirAttrs(dir string) templ.Attributes {
	if dir == "" {
		return nil
	}
	return templ.Attributes{"dir": dir}
}

// nameDir says in which direction a language's name is written where that is
// not the page's.
func nameDir(p Page, a Alternate) templ.Attributes {
	if a.Dir == "" || a.Dir == cmp.Or(p.Dir, "ltr") {
		return nil
	}
	return templ.Attributes{"dir": a.Dir}
}

// LangAttrs marks words in another language than the page's, with the direction
// that they are written in; "" is the page's.
func LangAttrs(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	a := templ.Attributes{"lang": lang}
	if lang == "ar" || lang == "fa" || lang == "he" {
		a["dir"] = "rtl"
	}
	return a
}

func noticeKindIcon(kind string) string {
	switch kind {
	case "storm", "fault":
		return "warn"
	}
	return "info"
}

// telephone is a number as a link.
func telephone(number string) templ.SafeURL {
	return templ.SafeURL("tel:" + strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number))
}

func bodyAttrs(class string) templ.Attributes {
	if class == "" {
		return nil
	}
	return templ.Attributes{"class": class}
}

// themes lists the looks; "" is the system's.
func themes() []string { return []string{"", "light", "dark"} }

func themeName(theme string) string {
	if theme == "" {
		return "system"
	}
	return theme
}

func pressed(on bool) string { return strconv.FormatBool(on) }

func promiseClass(shape string) string {
	if shape == "late" {
		return "what late"
	}
	return "what"
}

func metooNext(pressed bool) string {
	if pressed {
		return "0"
	}
	return "1"
}

func stepAttrs(s Step) templ.Attributes {
	a := templ.Attributes{}
	if s.ID != "" {
		a["id"] = s.ID
		a["data-row"] = s.ID
	}
	if s.Future {
		a["class"] = "next future"
	}
	return a
}

func rowAttrs(r Row) templ.Attributes {
	if r.Number == "" {
		return nil
	}
	return templ.Attributes{"data-row": r.Number}
}

func chipAttrs(c ChipProps) templ.Attributes {
	if c.On {
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}

func photoAlt(p Page, ph Photo) string {
	if ph.Alt == "" {
		return p.T("ui.photo.none")
	}
	return ph.Alt
}

func size(width, height int) templ.Attributes {
	if width == 0 || height == 0 {
		return nil
	}
	return templ.Attributes{"width": strconv.Itoa(width), "height": strconv.Itoa(height)}
}

func mapAttrs(m MapProps) templ.Attributes {
	a := templ.Attributes{"data-map": m.Kind, "data-lon": Degrees(m.Lon), "data-lat": Degrees(m.Lat)}
	for name, value := range map[string]string{
		"data-shape": m.Shape, "data-tiles": m.Tiles, "data-label": m.Label, "data-path": m.Path, "data-for": m.For, "data-src": m.Src,
		"data-line": m.Line, "data-geo": m.Geo,
	} {
		if value != "" {
			a[name] = value
		}
	}
	if m.Set {
		a["data-set"] = "true"
	} else if m.Zoom > 0 {
		a["data-zoom"] = strconv.FormatFloat(m.Zoom, 'f', 1, 64)
	}
	return a
}

func buttonAttrs(b ButtonProps) templ.Attributes {
	a := templ.Attributes{"type": "submit"}
	if b.Type != "" {
		a["type"] = b.Type
	}
	if b.Name != "" {
		a["name"], a["value"] = b.Name, b.Value
	}
	maps.Copy(a, b.Attrs)
	return a
}

func fieldType(f FieldProps) string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func checkValue(f FieldProps) string {
	if f.Value == "" {
		return "1"
	}
	return f.Value
}

func labelAttrs(f FieldProps) templ.Attributes {
	if f.HideLabel {
		return templ.Attributes{"class": "vh"}
	}
	return nil
}

// groupAttrs describe a group of choices; the entries themselves need not
// repeat it.
func groupAttrs(f FieldProps) templ.Attributes {
	a := templ.Attributes{}
	if d := f.described(); d != "" {
		a["aria-describedby"] = d
	}
	return a
}

// optionID gives the first choice the id that errors link to.
func optionID(name string, i int) string {
	if i == 0 {
		return FieldID(name)
	}
	return FieldID(name) + "-" + strconv.Itoa(i)
}

func optionAttrs(f FieldProps, kind string) templ.Attributes {
	a := templ.Attributes{}
	maps.Copy(a, f.Attrs)
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Required && kind == "radio" {
		a["required"] = true
	}
	return a
}
