package moderationpages

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// flagIn is the form of a notice.
type flagIn struct {
	Key         uuid.UUID `form:"key"`
	Number      string    `form:"about" max:"20"`
	Part        string    `form:"part" max:"10"`
	Photo       string    `form:"photo" max:"40"`
	Category    string    `form:"category" max:"20"`
	Explanation string    `form:"explanation" lines:"true" max:"4000"`
	Legal       string    `form:"legal_ref" max:"500"`
	Name        string    `form:"name" max:"200"`
	Mail        string    `form:"mail" max:"254"`
	GoodFaith   bool      `form:"good_faith"`
}

type flagView struct {
	kit.Page
	In      flagIn
	Content subject.Content
	Errors  kit.Errors
	Refused string
}

// of is a group of categories.
func (v flagView) of(ground string) []kit.Option {
	var out []kit.Option
	for _, c := range moderation.Categories() {
		if c.Ground == ground {
			out = append(out, kit.Option{Value: c.Key, Label: v.T("moderation.category." + c.Key), On: v.In.Category == c.Key})
		}
	}
	return out
}

func (p *pages) flagForm(c kit.Context) error {
	in := flagIn{Key: subject.NewID(), Number: c.QueryParam("about"), Part: c.QueryParam("part"), Photo: c.QueryParam("photo")}
	if in.Part != "" {
		return p.renderFlag(c, http.StatusOK, in, nil)
	}
	return p.flagByNumber(c, in)
}

// askFlagView is the general form: what is it about?
type askFlagView struct {
	kit.Page
	Number string
	Errors kit.Errors
}

// flagByNumber asks for the number of what somebody wants to flag: a report, an
// idea, a comment. What the public does not see is unknown, as a number is that
// nobody has.
func (p *pages) flagByNumber(c kit.Context, in flagIn) error {
	in.Number, in.Part = strings.ToUpper(strings.TrimSpace(in.Number)), string(subject.Whole)
	if in.Number != "" {
		err := p.renderFlag(c, http.StatusOK, in, nil)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	v := askFlagView{Page: kit.NewPage(c, "flag.title"), Number: in.Number}
	v.Robots = "noindex"
	kit.NoStore(c)
	code := http.StatusOK
	if in.Number != "" {
		code, v.Errors = http.StatusNotFound, kit.Errors{{Name: "about", Text: v.T("flag.number.unknown")}}
	}
	return kit.Render(c, code, askFlagPage(v))
}

func (p *pages) renderFlag(c kit.Context, code int, in flagIn, wrong error) error {
	prefix, n, kind, photo, err := partOf(in.Number, in.Part, in.Photo)
	if err != nil {
		return err
	}
	content, err := p.Moderation.PartOf(c.Request().Context(), prefix, n, kind, photo)
	if err != nil {
		return err
	}
	v := flagView{Page: kit.NewPage(c, "flag.title"), In: in, Content: content}
	v.Robots = "noindex"
	kit.NoStore(c)
	if wrong != nil {
		var ok bool
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			return wrong
		}
	}
	return kit.Render(c, code, flagPage(v))
}

type doneView struct {
	kit.Page
	Number, Code string
	Again        bool
}

func (p *pages) flag(c kit.Context) error {
	var in flagIn
	err := kit.Bind(c, &in)
	if err != nil {
		if fault.Is(err, fault.Invalid) {
			return p.renderFlag(c, http.StatusUnprocessableEntity, in, err)
		}
		return err
	}
	prefix, n, kind, photo, err := partOf(in.Number, in.Part, in.Photo)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	content, err := p.Moderation.PartOf(ctx, prefix, n, kind, photo)
	if err != nil {
		return err
	}
	notice := moderation.Notice{
		Part: content.Part, URL: content.Path, Category: in.Category, Explanation: in.Explanation, LegalRef: in.Legal, Name: in.Name, Mail: in.Mail,
		GoodFaith: in.GoodFaith, Lang: kit.Loc(c).Lang(), Channel: "web",
	}
	for _, cat := range moderation.Categories() {
		if cat.Key == in.Category {
			notice.Ground = cat.Ground
		}
	}
	if err := notice.Validate(); err != nil { // before a visitor is made of somebody who made a slip
		return p.renderFlag(c, status(err), in, err)
	}
	if err := kit.Limit(c, accounts.RuleReport); err != nil {
		return p.renderFlag(c, status(err), in, err)
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	key := ""
	if in.Key != uuid.Nil {
		key = in.Key.String()
	}
	r, err := p.Moderation.Flag(ctx, actor, notice, key)
	if err != nil {
		return p.renderFlag(c, status(err), in, err)
	}
	v := doneView{Page: kit.NewPage(c, "flag.done.title"), Number: r.Number.Format(moderation.PrefixFlag), Code: r.Code, Again: r.Code == ""}
	v.Robots = "noindex"
	kit.NoStore(c)
	return kit.Render(c, http.StatusAccepted, flagDonePage(v))
}

type flagStateView struct {
	kit.Page
	Number   string
	F        *moderation.FlagState
	Lines    []string // what became of it
	Received string
	Appeal   appealView
	Errors   kit.Errors
	Refused  string
}

func (p *pages) flagState(c kit.Context) error {
	return p.renderState(c, http.StatusOK, "", nil)
}

// renderState is the state for whoever may know it, and the question for the
// code for everybody else, whether the number exists or not.
func (p *pages) renderState(c kit.Context, code int, typed string, wrong error) error {
	n, ok := moderation.ParseNumber(c.Param("number"))
	if !ok {
		return fault.Missing("flag")
	}
	ctx := c.Request().Context()
	number := n.Format(moderation.PrefixFlag)
	v := flagStateView{Page: kit.NewPage(c, "flag.state.title", "number", number), Number: number}
	v.Robots = "noindex"
	kit.NoStore(c)
	if wrong != nil {
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			if !fault.Is(wrong, fault.Invalid) {
				return wrong
			}
			text := kit.Explain(c, wrong)
			v.Refused = text.Title + " " + text.Detail
		}
	}
	f, err := p.Moderation.FlagByNumber(ctx, kit.Actor(c), n)
	if fault.Is(err, fault.NotFound) {
		return kit.Render(c, code, flagCodePage(v))
	}
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v.F, v.Received = f, v.T("flag.state.received", "date", v.Loc.DateTime(f.ReceivedAt, now))
	if d := f.Decision; d != nil {
		v.Lines = []string{v.T("moderation.told."+string(d.Action), "number", number), d.Explanation}
		v.Appeal = p.appealView(v.Page, "/flag/"+number+"/appeal", f.Appeal, f.MayAppeal, d.AppealUntil, typed)
	}
	return kit.Render(c, code, flagStatePage(v))
}

func (p *pages) openFlag(c kit.Context) error {
	n, ok := moderation.ParseNumber(c.Param("number"))
	if !ok {
		return fault.Missing("flag")
	}
	var in struct {
		Code string `form:"code" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleCode); err != nil {
		return p.renderState(c, status(err), "", err)
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	if err := p.Moderation.OpenFlag(c.Request().Context(), actor, n, in.Code); err != nil {
		return p.renderState(c, status(err), "", err)
	}
	return kit.Redirect(c, "/flag/"+n.Format(moderation.PrefixFlag))
}

func (p *pages) appealFlag(c kit.Context) error {
	n, ok := moderation.ParseNumber(c.Param("number"))
	if !ok {
		return fault.Missing("flag")
	}
	var in appealIn
	err := kit.Bind(c, &in)
	if err == nil {
		err = p.Moderation.AppealAsNotifier(c.Request().Context(), kit.Actor(c), n, in.Text, kit.Loc(c).Lang())
	}
	if err != nil {
		return p.renderState(c, status(err), in.Text, err)
	}
	return kit.Redirect(c, "/flag/"+n.Format(moderation.PrefixFlag))
}
