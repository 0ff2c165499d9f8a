package reportpages

import "slices"

// step is a page of the way to report; the value is its last path segment.
type step string

// The pages in their order. kind is the second half of the first step: the
// sentence comes first, then what it may be about.
const (
	stepWhat      step = "what"
	stepKind      step = "kind"
	stepPlace     step = "place"
	stepNear      step = "near"
	stepQuestions step = "questions"
	stepContact   step = "contact"
	stepCheck     step = "check"
)

// known is what the draft tells so far about which pages there will be.
type known struct {
	Category  bool // it is chosen
	Place     bool // it is set
	Near      bool // open reports of the category are nearby; meaningful with both
	Questions bool // the category asks something; meaningful with Category
}

// trail are the pages that this draft goes through. What is not known yet is
// counted as coming: a way that gets shorter is better than one that grows.
func (k known) trail() []step {
	list := []step{stepWhat, stepKind, stepPlace}
	if !k.Category || !k.Place || k.Near {
		list = append(list, stepNear)
	}
	if !k.Category || k.Questions {
		list = append(list, stepQuestions)
	}
	return append(list, stepContact, stepCheck)
}

// progress is which step of how many a page is. what and kind are one step.
func (k known) progress(at step) (i, of int) {
	list := k.trail()
	i = slices.Index(list, at)
	if i > 0 {
		i-- // kind shares the number of what
	}
	return i + 1, len(list) - 1
}

// after is the page that follows, and at itself when it is the last.
func (k known) after(at step) step {
	list := k.trail()
	i := slices.Index(list, at)
	if i < 0 { // a page that this draft leaves out: on to the first one behind its place
		return k.after(k.missingNeighbour(at))
	}
	return list[min(i+1, len(list)-1)]
}

// before is the page that comes before, and "" for the first.
func (k known) before(at step) step {
	list := k.trail()
	i := slices.Index(list, at)
	if i < 0 {
		return k.missingNeighbour(at)
	}
	if i == 0 {
		return ""
	}
	return list[i-1]
}

// missingNeighbour is the page before the place of one that is left out.
func (k known) missingNeighbour(at step) step {
	if at == stepQuestions && slices.Contains(k.trail(), stepNear) {
		return stepNear
	}
	return stepPlace
}

// allowed is the page to show when at is asked for: at itself, or the first
// one before it that still needs an answer.
func (k known) allowed(at step) step {
	order := []step{stepWhat, stepKind, stepPlace, stepNear, stepQuestions, stepContact, stepCheck}
	i := slices.Index(order, at)
	if i > slices.Index(order, stepKind) && !k.Category {
		return stepKind
	}
	if i > slices.Index(order, stepPlace) && !k.Place {
		return stepPlace
	}
	return at
}

// knownStep tells whether a path segment names a page.
func knownStep(s step) bool {
	switch s {
	case stepWhat, stepKind, stepPlace, stepNear, stepQuestions, stepContact, stepCheck:
		return true
	}
	return false
}
