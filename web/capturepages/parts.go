package capturepages

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/web/kit"
)

// nextDo is what Enter does: propose first, then save.
func nextDo(v *view) string {
	if v.Ready && len(v.Places) > 0 {
		return "save"
	}
	return "propose"
}

func nextLabel(v *view) string { return v.T("talk.capture.do." + nextDo(v)) }

// focus puts the cursor where the next key belongs.
func focus(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"autofocus": true}
}

// likelyKinds names what the text sounds like.
func likelyKinds(v *view) string {
	if len(v.Kinds) == 0 {
		return v.T("talk.capture.kind.unknown")
	}
	names := make([]string, len(v.Kinds))
	for i, k := range v.Kinds {
		names[i] = k.Label
	}
	return v.T("talk.capture.kind.likely", "names", strings.Join(names, " · "))
}

// typedField is the field of a question that is answered with words.
func typedField(q question) kit.FieldProps {
	f := q.FieldProps
	switch q.Kind {
	case categories.Long:
		f.Rows = 3
	case categories.Number:
		f.Type, f.InputMode = "number", "numeric"
	case categories.Date:
		f.Type = "date"
	case categories.Short, categories.One, categories.Several, categories.YesNo, categories.Notice:
	}
	return f
}
