package discusspages

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/web/kit"
)

func closedKey(v *View) string {
	if v.About.WhyNot != "" {
		return v.About.WhyNot
	}
	return "discussion.why.closed"
}

func stanceIcon(s discussion.Stance) string {
	switch s {
	case discussion.Pro:
		return "plus"
	case discussion.Contra:
		return "minus"
	case discussion.Question:
		return "question"
	case discussion.Neither:
	}
	return "info"
}

// next is what a press of a button makes of one's vote: pressed again it is
// taken back.
func next(mine, value int16) string {
	if mine == value {
		return "0"
	}
	return strconv.Itoa(int(value))
}

func textLabel(to string) string {
	if to != "" {
		return "discussion.text.answer"
	}
	return "discussion.text"
}

func sendLabel(to string) string {
	if to != "" {
		return "discussion.send.answer"
	}
	return "discussion.send"
}

func isAnswer(c *discussion.Comment) bool { return c.Parent != uuid.Nil }

func (v *View) crumbs() []kit.Crumb {
	return []kit.Crumb{{Name: v.About.Title, URL: v.About.Path}, {Name: v.T("discussion.title")}}
}
