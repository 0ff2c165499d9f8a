package moderationpages

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// decideIn is the form of a decision, over one content or several.
type decideIn struct {
	Key         uuid.UUID `form:"key"`
	Picks       []string  `form:"pick"` // "id.n.hash"
	Action      string    `form:"action" max:"20"`
	Ground      string    `form:"ground" max:"20"`
	RuleNo      int       `form:"rule_no"`
	LegalGround string    `form:"legal_ground" max:"500"`
	Explanation string    `form:"explanation" lines:"true" max:"2000"`
	Facts       string    `form:"facts" lines:"true" max:"5000"`
	Text        string    `form:"text" lines:"true" max:"4000"`
	Label       string    `form:"label" max:"20"`
	Do          string    `form:"do" max:"10"` // "preview": only show the statement of reasons
}

// pick writes what a moderator has seen of an item.
func pick(e moderation.Entry) string {
	return e.Item.String() + "." + strconv.Itoa(e.N) + "." + hex.EncodeToString(e.Content.Hash)
}

// order reads the form.
func (in decideIn) order() (moderation.Order, error) {
	o := moderation.Order{
		Action: moderation.Action(in.Action), Ground: in.Ground, RuleNo: in.RuleNo, LegalGround: in.LegalGround, Explanation: in.Explanation,
		Facts: in.Facts, Text: in.Text, Label: in.Label,
	}
	if in.Key != uuid.Nil {
		o.Key = in.Key.String()
	}
	for _, p := range in.Picks {
		parts := strings.Split(p, ".")
		if len(parts) != 3 {
			return o, fault.OnField("items", "moderation.err.items")
		}
		id, err1 := uuid.Parse(parts[0])
		n, err2 := strconv.Atoi(parts[1])
		hash, err3 := hex.DecodeString(parts[2])
		if err1 != nil || err2 != nil || err3 != nil {
			return o, fault.OnField("items", "moderation.err.items")
		}
		o.Picks = append(o.Picks, moderation.Pick{Item: id, N: n, Hash: hash})
	}
	return o, nil
}

type queueRow struct {
	moderation.Entry

	URL   string
	Pick  string
	On    bool
	Title string
	Meta  string
	Due   string
	Late  bool
	Tags  []string
	Why   string
}

type queueView struct {
	kit.Page
	Rows    []queueRow
	Q       *moderation.Queue
	Later   bool // not the first page
	Form    formView
	Errors  kit.Errors
	Refused string
}

// formView is the form of a decision.
type formView struct {
	In      decideIn
	Actions []kit.Option
	Rules   []kit.Option
	Labels  []kit.Option
	Redact  bool // the text can be changed
}

func (p *pages) queue(c kit.Context) error {
	return p.renderQueue(c, http.StatusOK, decideIn{Key: subject.NewID()}, nil)
}

func (p *pages) renderQueue(c kit.Context, code int, in decideIn, wrong error) error {
	ctx := c.Request().Context()
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil {
		after = uuid.Nil // none, or nobody's: from the beginning
	}
	q, err := p.Moderation.Queue(ctx, kit.Actor(c), after)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := queueView{Page: deskPage(c, "modq.title"), Q: q, Later: after != uuid.Nil}
	if wrong != nil {
		var ok bool
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			return wrong
		}
	}
	for _, e := range q.Entries {
		v.Rows = append(v.Rows, rowOf(v.Page, e, in.Picks, now))
	}
	v.Form = formOf(v.Page, in, []moderation.Action{moderation.Keep, moderation.Hide})
	return kit.Render(c, code, queuePage(v))
}

func rowOf(p kit.Page, e moderation.Entry, picked []string, now time.Time) queueRow {
	r := queueRow{Entry: e, URL: "/desk/moderation/items/" + e.Item.String(), Pick: pick(e), Title: e.Content.Title}
	r.Meta = e.Content.PublicNumber() + ", " + p.T("moderation.part."+string(e.Content.Part.Part))
	r.Late = e.Due.Before(now)
	key := "modq.due"
	if r.Late {
		key = "modq.late"
	}
	r.Due = p.T(key, "date", p.Loc.DateTime(e.Due, now))
	if e.Category != "" {
		r.Tags = append(r.Tags, p.T("moderation.category."+e.Category))
	}
	if e.Flags > 0 {
		r.Tags = append(r.Tags, p.T("modq.flags", "n", e.Flags))
	}
	for _, h := range e.Holds {
		r.Tags = append(r.Tags, p.T("modq.held", "rule", p.T("moderation.rule."+string(h))))
	}
	if e.Why != "" {
		r.Why = p.T(e.Why)
	}
	for _, id := range picked {
		r.On = r.On || id == r.Pick
	}
	return r
}

func formOf(p kit.Page, in decideIn, actions []moderation.Action) formView {
	f := formView{In: in}
	for _, a := range actions {
		f.Actions = append(f.Actions, kit.Option{Value: string(a), Label: p.T("moderation.action." + string(a)), On: in.Action == string(a)})
	}
	f.Rules = []kit.Option{{Label: p.T("modq.rule.choose")}}
	for n := 1; n <= moderation.Rules; n++ {
		f.Rules = append(f.Rules, kit.Option{Value: strconv.Itoa(n), Label: moderation.RuleText(p.Loc, n), On: in.RuleNo == n})
	}
	for _, l := range moderation.Labels() {
		f.Labels = append(f.Labels, kit.Option{Value: l, Label: p.T("moderation.label." + l), On: in.Label == l})
	}
	return f
}

func (p *pages) decideMany(c kit.Context) error {
	var in decideIn
	err := kit.Bind(c, &in)
	var o moderation.Order
	if err == nil {
		o, err = in.order()
	}
	if err == nil {
		_, err = p.Moderation.Decide(c.Request().Context(), kit.Actor(c), o)
	}
	if err != nil {
		return p.renderQueue(c, status(err), in, err)
	}
	kit.Flash(c, "success", "modq.done")
	return kit.Redirect(c, "/desk/moderation")
}

// look puts a content into the queue that a moderator wants to see by themselves.
func (p *pages) look(c kit.Context) error {
	part := c.QueryParam("part")
	if part == "" {
		part = string(subject.Text)
	}
	prefix, n, kind, photo, err := partOf(c.QueryParam("number"), part, c.QueryParam("photo"))
	if err != nil {
		return err
	}
	id, err := p.Moderation.ItemOf(c.Request().Context(), kit.Actor(c), prefix, n, kind, photo)
	if err != nil {
		return err
	}
	return kit.Redirect(c, "/desk/moderation/items/"+id.String())
}

type pastLine struct{ When, Did, Ground, Explanation string }

type flagLine struct{ Number, Category, When, Explanation, Legal, Name string }

type itemView struct {
	kit.Page
	S       *moderation.Sheet
	Row     queueRow
	Version string
	State   string
	Flags   []flagLine
	Past    []pastLine
	Form    formView
	Errors  kit.Errors
	Refused string
	Reason  string // typed into the warning or the copy
	Warned  []accountRow

	Statement []string // what the author would read; empty: not asked for
	Spoken    string   // the language of the statement
}

// judged are the pictures that the decision is about: what nobody but the team
// sees is the team's, unless a rule holds it or a decision took it away.
func (v itemView) judged() []subject.ContentPhoto {
	if c := &v.S.Content; c.Part.Part == subject.Photo || c.Hidden || len(v.S.Held) > 0 {
		return c.Photos
	}
	var out []subject.ContentPhoto
	for _, ph := range v.S.Content.Photos {
		if ph.Public {
			out = append(out, ph)
		}
	}
	return out
}

// typed is what a moderator has entered on the page of an item.
type typed struct {
	in     decideIn
	reason string // of the warning or the copy

	statement, lang string
}

func fresh() typed { return typed{in: decideIn{Key: subject.NewID()}} }

func (p *pages) item(c kit.Context) error {
	return p.renderItem(c, http.StatusOK, fresh(), nil)
}

func (p *pages) renderItem(c kit.Context, code int, t typed, wrong error) error {
	in := t.in
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := p.Moderation.Sheet(ctx, kit.Actor(c), id)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := itemView{Page: deskPage(c, "modq.title"), S: s, Reason: t.reason, Spoken: t.lang}
	if t.statement != "" {
		v.Statement = strings.Split(t.statement, "\n\n")
	}
	if wrong != nil {
		var ok bool
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			return wrong
		}
	}
	v.Row = rowOf(v.Page, s.Entry, nil, now)
	v.Version = v.T("modq.item.version", "n", s.Content.Version, "date", v.Loc.Day(s.Content.At))
	switch {
	case s.Content.Hidden:
		v.State = v.T("modq.item.hidden")
	case s.Content.Public:
		v.State = v.T("modq.item.public")
	default:
		v.State = v.T("modq.item.notpublic")
	}
	for _, f := range s.Flagged {
		v.Flags = append(v.Flags, flagLine{
			f.Number.Format(moderation.PrefixFlag), v.T("moderation.category." + f.Category), v.Loc.DateTime(f.At, now), f.Explanation, f.LegalRef, f.Name,
		})
	}
	for _, d := range s.Past {
		v.Past = append(v.Past, pastLine{v.Loc.Day(d.At), v.T("moderation.did." + string(d.Action)), moderation.GroundText(v.Loc, &d), d.Explanation})
	}
	for _, r := range s.Warned {
		v.Warned = append(v.Warned, accountRowOf(v.Page, r))
	}
	if in.Text == "" {
		in.Text = s.Content.Text
	}
	in.Picks = []string{pick(s.Entry)}
	actions := []moderation.Action{moderation.Keep, moderation.Hide, moderation.Redact, moderation.Label}
	if s.Content.Part.Part == subject.Whole {
		actions = []moderation.Action{moderation.Keep, moderation.Hide, moderation.Label}
	}
	v.Form = formOf(v.Page, in, actions)
	v.Form.Redact = s.Content.Part.Part == subject.Text
	return kit.Render(c, code, itemPage(v))
}

func (p *pages) decide(c kit.Context) error {
	var in decideIn
	err := kit.Bind(c, &in)
	var o moderation.Order
	if err == nil {
		o, err = in.order()
	}
	if err == nil && in.Do == "preview" {
		t := typed{in: in}
		if t.statement, t.lang, err = p.Moderation.Preview(c.Request().Context(), kit.Actor(c), o); err == nil {
			return p.renderItem(c, http.StatusOK, t, nil)
		}
	}
	if err == nil {
		_, err = p.Moderation.Decide(c.Request().Context(), kit.Actor(c), o)
	}
	if err != nil {
		return p.renderItem(c, status(err), typed{in: in}, err)
	}
	kit.Flash(c, "success", "modq.done")
	return kit.Redirect(c, "/desk/moderation")
}
