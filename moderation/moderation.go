package moderation

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Harm is how bad it is if a content stays: the order of the queue.
type Harm int16

// The degrees, the worst first.
const (
	Life     Harm = iota // somebody's life or health (Art. 18)
	Crime                // may be a crime
	Personal             // personal data
	Rule                 // against the rules of the site
)

// clock is how long a content of a degree may wait for its decision.
func (h Harm) clock() time.Duration {
	switch h {
	case Life:
		return time.Hour
	case Crime:
		return 4 * time.Hour
	case Personal:
		return 24 * time.Hour
	case Rule:
	}
	return 72 * time.Hour
}

// Grounds of a notice.
const (
	GroundIllegal = "illegal"
	GroundRule    = "rule"
)

// Category is what somebody objects to.
type Category struct {
	Key    string
	Ground string
	Harm   Harm
	RuleNo int    // of the site's rules; 0: none
	DSA    string // of the Commission's transparency database
}

// Categories lists them in the order in which they are offered. Criticism of
// the city is none.
func Categories() []Category {
	return []Category{
		{"life", GroundIllegal, Life, 0, "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY"},
		{"child", GroundIllegal, Crime, 0, "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"},
		{"threat", GroundIllegal, Crime, 0, "STATEMENT_CATEGORY_VIOLENCE"},
		{"hate", GroundIllegal, Crime, 0, "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"},
		{"insult", GroundIllegal, Crime, 0, "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"},
		{"privacy", GroundIllegal, Personal, 0, "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"},
		{"copyright", GroundIllegal, Rule, 0, "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"},
		{"other_law", GroundIllegal, Crime, 0, "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"},
		{"rule1", GroundRule, Rule, 1, "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"},
		{"rule2", GroundRule, Personal, 2, "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"},
		{"rule3", GroundRule, Rule, 3, "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"},
		{"rule4", GroundRule, Rule, 4, "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"},
		{"rule5", GroundRule, Rule, 5, "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"},
	}
}

// Rules is how many numbered rules the site has (page /rules).
const Rules = 5

func categoryByKey(key string) (Category, bool) {
	for _, c := range Categories() {
		if c.Key == key {
			return c, true
		}
	}
	return Category{}, false
}

// Action is what a decision does.
type Action string

// The actions that a moderator chooses from; Restrict and Restore follow ways of their own.
const (
	Keep     Action = "keep"
	Hide     Action = "hide"
	Redact   Action = "redact"
	Label    Action = "label"
	Restrict Action = "restrict"
	Restore  Action = "restore"
)

// restricts tells whether the action takes something from the author.
func (a Action) restricts() bool {
	return a == Hide || a == Redact || a == Label || a == Restrict
}

// visibility is the word of the transparency database; nil where it says nothing.
func (a Action) visibility() *string {
	var v string
	switch a {
	case Hide:
		v = "DISABLED"
	case Redact:
		v = "OTHER"
	case Label:
		v = "LABELLED"
	case Keep, Restrict, Restore:
		return nil
	}
	return &v
}

// Labels are what a label can say; the words are in the catalogue (moderation.label.…).
func Labels() []string { return []string{"disputed", "upsetting", "commercial"} }

// Limits of what people write, in signs.
const (
	MinExplanation = 20
	MaxExplanation = 4000
	maxReason      = 2000
	maxFacts       = 5000
	maxLegal       = 500
)

// AppealMonths is how long a decision can be appealed (Art. 20 DSA: six months).
const AppealMonths = 6

// appealDays is how soon an appeal is decided.
const appealDays = 14

// PrefixFlag begins the number of a notice, e.g. "H-2026-7K3QX9".
const PrefixFlag subject.Prefix = "H"

// KindFlag and KindDecision are what moderation's own things are called where a
// reference to them is kept.
const (
	KindFlag     subject.Kind = "flag"
	KindDecision subject.Kind = "decision"
)

// ParseNumber reads the number of a notice.
func ParseNumber(text string) (subject.Number, bool) {
	rest, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(text)), string(PrefixFlag))
	if !ok {
		return 0, false
	}
	_, n, err := subject.ParseNumber(string(subject.PrefixReport) + rest)
	return n, err == nil
}

// Notice is what somebody says about a content (Art. 16 DSA).
type Notice struct {
	Part        subject.Part `json:"part"`
	URL         string       `json:"url"` // the page on which it was
	Ground      string       `json:"ground"`
	Category    string       `json:"category"`
	Explanation string       `json:"explanation"`
	LegalRef    string       `json:"legal_ref"`
	Name        string       `json:"name"`
	Mail        string       `json:"mail"`
	GoodFaith   bool         `json:"good_faith"`
	Lang        string       `json:"lang"`
	Channel     string       `json:"channel"`
}

// Validate checks what needs no database.
func (n *Notice) Validate() error {
	var wrong fault.Fields
	c, ok := categoryByKey(n.Category)
	if !ok || c.Ground != n.Ground {
		wrong.Add("category", "moderation.err.category")
	}
	switch l := utf8.RuneCountInString(strings.TrimSpace(n.Explanation)); {
	case l < MinExplanation:
		wrong.Add("explanation", "moderation.err.short", "n", MinExplanation)
	case l > MaxExplanation:
		wrong.Add("explanation", "field.too_long", "n", MaxExplanation)
	}
	if utf8.RuneCountInString(n.LegalRef) > maxLegal {
		wrong.Add("legal_ref", "field.too_long", "n", maxLegal)
	}
	if utf8.RuneCountInString(n.Name) > 200 {
		wrong.Add("name", "field.too_long", "n", 200)
	}
	if !n.GoodFaith {
		wrong.Add("good_faith", "moderation.err.good_faith")
	}
	return wrong.Err()
}

// Pick is an item of the queue as the moderator has seen it.
type Pick struct {
	Item uuid.UUID `json:"item"`
	N    int       `json:"n"`    // decisions so far
	Hash []byte    `json:"hash"` // of the content
}

// Order is one act of decision over one or more items.
type Order struct {
	Picks       []Pick             `json:"picks"`
	Action      Action             `json:"action"`
	Ground      string             `json:"ground"` // "illegal", "rule"; "" to keep
	RuleNo      int                `json:"rule_no"`
	LegalGround string             `json:"legal_ground"`
	Explanation string             `json:"explanation"`
	Facts       string             `json:"facts"`
	Text        string             `json:"text"` // to redact a text: what the public reads from now on
	Label       string             `json:"label"`
	Cover       []attachments.Rect `json:"cover,omitempty"` // to redact a photo: its parts that are covered from now on
	Key         string             `json:"key"`             // names the act, so that it is done once
}

// Validate checks what needs no database. What lacks its reasons is refused on
// the field "explanation".
func (o *Order) Validate() error {
	o.Explanation, o.Facts, o.LegalGround, o.Text = strings.TrimSpace(o.Explanation), strings.TrimSpace(o.Facts), strings.TrimSpace(o.LegalGround), strings.TrimSpace(o.Text)
	var wrong fault.Fields
	switch o.Action {
	case Keep, Hide, Redact, Label:
	case Restrict, Restore:
		wrong.Add("action", "moderation.err.action")
	default:
		wrong.Add("action", "moderation.err.action")
	}
	if len(o.Picks) == 0 || len(o.Picks) > 100 {
		wrong.Add("items", "moderation.err.items")
	}
	if o.Action.restricts() {
		switch o.Ground {
		case GroundIllegal:
			if o.LegalGround == "" {
				wrong.Add("legal_ground", "moderation.err.legal_ground")
			}
			o.RuleNo = 0
		case GroundRule:
			if o.RuleNo < 1 || o.RuleNo > Rules {
				wrong.Add("rule_no", "moderation.err.rule")
			}
			o.LegalGround = ""
		default:
			wrong.Add("ground", "moderation.err.ground")
		}
	} else {
		o.Ground, o.RuleNo, o.LegalGround = "", 0, ""
	}
	if o.Explanation == "" {
		wrong.Add("explanation", "moderation.err.reason")
	}
	for _, f := range []struct {
		name, text string
		most       int
	}{{"explanation", o.Explanation, maxReason}, {"facts", o.Facts, maxFacts}, {"legal_ground", o.LegalGround, maxLegal}, {"text", o.Text, MaxExplanation}} {
		if utf8.RuneCountInString(f.text) > f.most {
			wrong.Add(f.name, "field.too_long", "n", f.most)
		}
	}
	if o.Action == Label && !slices.Contains(Labels(), o.Label) {
		wrong.Add("label", "moderation.err.label")
	}
	if o.Action != Label {
		o.Label = ""
	}
	return wrong.Err()
}

// Outcome is what an appeal came to.
type Outcome string

// The outcomes.
const (
	Upheld       Outcome = "upheld"
	Partly       Outcome = "partly"
	Reversed     Outcome = "reversed"
	Inadmissible Outcome = "inadmissible"
)

// Outcomes lists them for a form.
func Outcomes() []Outcome { return []Outcome{Upheld, Partly, Reversed, Inadmissible} }
