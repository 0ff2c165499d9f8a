package deskpages

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func currentTab(on bool) templ.Attributes {
	if on {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

// numberOf names a row for the live list, in the words of its messages.
func numberOf(n subject.Number) string { return n.Format(subject.PrefixReport) }

func keyName(k string) string {
	if k == "/" {
		return "slash"
	}
	return k
}

// size is a width and a height as attributes.
type size struct{ w, h string }

// thumb is the size of the small form of a photo, whose longer side is 640.
func thumb(ph reports.Photo) size {
	w, h := ph.Width, ph.Height
	if long := max(w, h); long > attachments.SmallSide {
		w, h = max(1, w*attachments.SmallSide/long), max(1, h*attachments.SmallSide/long)
	}
	return size{strconv.Itoa(max(1, w)), strconv.Itoa(max(1, h))}
}

func altOf(p kit.Page, ph reports.Photo, i int) string {
	if ph.Alt != "" {
		return ph.Alt
	}
	return p.T("desk.photo.n", "i", i)
}

// statusAttrs mark the chosen status, and the ones that have a key.
func statusAttrs(l statusLink) templ.Attributes {
	a := templ.Attributes{}
	if l.On {
		a["aria-current"] = "true"
	}
	if k, ok := statusKeys()[l.Key]; ok {
		a["data-key"], a["data-go"] = k, "true"
	}
	return a
}

// primaryUnless keeps it to one filled button on a page.
func primaryUnless(other bool) string {
	if other {
		return "secondary"
	}
	return "primary"
}

func releaseLabel(v caseView) string {
	switch {
	case len(v.R.Photos) == 0 && v.R.Text == "":
		return v.T("desk.release.button.kind")
	case len(v.R.Photos) == 0:
		return v.T("desk.release.button.text")
	case v.R.Text == "":
		return v.T("desk.release.button.photos")
	}
	return v.T("desk.release.button")
}

func stepOptions(v caseView) []kit.Option {
	var out []kit.Option
	for _, k := range reports.StepKinds() {
		out = append(out, kit.Option{Value: string(k), Label: v.T("step." + string(k) + ".label"), On: v.step.Kind == string(k)})
	}
	return out
}

func decisionOptions(v caseView) []kit.Option {
	return []kit.Option{
		{Value: "keep", Label: v.T("desk.objection.keep"), On: v.open == "objection" && !v.reopen},
		{Value: "reopen", Label: v.T("desk.objection.reopen"), On: v.reopen},
	}
}
