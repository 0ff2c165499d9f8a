package categories

// Form is what the browser's twin of Evaluate needs to know of a category: the
// rules without the words. Its JSON is the contract with
// web/islands/questions.ts.
type Form struct {
	Category   string         `json:"category"`
	Department string         `json:"department"`
	Publish    Publish        `json:"publish"`
	Days       int            `json:"days"` // 0: no target
	Targets    bool           `json:"targets"`
	Wish       bool           `json:"wish"`
	Questions  []FormQuestion `json:"questions"`
}

// FormQuestion is the rules of one question.
type FormQuestion struct {
	Key      string       `json:"key"`
	Type     Type         `json:"type"`
	Required bool         `json:"required,omitempty"`
	ShownIf  []Condition  `json:"shown_if,omitempty"`
	Options  []FormOption `json:"options,omitempty"`
	Min      *int         `json:"min,omitempty"`
	Max      *int         `json:"max,omitempty"`
}

// FormOption is the rules of one option.
type FormOption struct {
	Key     string  `json:"key"`
	Effects Effects `json:"effects"`
}

// Form returns the rules of the category for the browser.
func (c *Category) Form() Form {
	f := Form{
		Category: c.Key, Department: c.Department, Publish: c.Publish,
		Days: c.TargetDays(), Targets: c.TargetOn, Wish: c.Wish,
		Questions: make([]FormQuestion, 0, len(c.Questions)),
	}
	for _, q := range c.Questions {
		fq := FormQuestion{Key: q.Key, Type: q.Type, Required: q.Required, ShownIf: q.ShownIf, Min: q.Min, Max: q.Max}
		for _, o := range q.Options {
			fq.Options = append(fq.Options, FormOption{Key: o.Key, Effects: o.Effects})
		}
		f.Questions = append(f.Questions, fq)
	}
	return f
}
