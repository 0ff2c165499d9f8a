package discusspages

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// View is the discussion as one page shows it.
type View struct {
	kit.Page
	About    discussion.Subject
	P        discussion.Page
	Sort     discussion.Sort
	Stance   *discussion.Stance
	After    string
	Selected *discussion.Comment // the one that the address names, with what it answers
	Follows  bool
	Now      time.Time
	Form     Form
	stubs    map[uuid.UUID]moderation.Stub
	offices  map[uuid.UUID]string
}

// Form is what somebody writes.
type Form struct {
	Key      uuid.UUID `form:"key"`
	To       string    `form:"to" max:"20"` // number of the comment that is answered
	Stance   string    `form:"stance" max:"10"`
	Text     string    `form:"text" lines:"true" max:"4000"`
	Lang     string    `form:"lang" max:"3"`
	Official bool      `form:"official"`
	Version  int       `form:"version"` // of the one that is edited
	Errors   kit.Errors
	Refused  string
}

// What a page's address says about its discussion.
const (
	paramSort    = "csort"
	paramStance  = "cstance"
	paramAfter   = "cafter"
	paramComment = "comment"
)

// Load reads the part of a discussion that the address of the request asks for.
// page is the page that embeds it.
func (p *Pages) Load(c kit.Context, page kit.Page, ref subject.Ref) (*View, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v := &View{Page: page, Sort: discussion.Sort(c.QueryParam(paramSort)), After: c.QueryParam(paramAfter)}
	if !v.Sort.Valid() {
		v.Sort = discussion.Newest
	}
	if s := discussion.Stance(c.QueryParam(paramStance)); s == discussion.Pro || s == discussion.Contra || s == discussion.Question {
		v.Stance = &s
	}
	var err error
	v.About, v.P, err = p.Discussion.List(ctx, actor, ref, discussion.Filter{Sort: v.Sort, Stance: v.Stance, After: v.After})
	if err != nil {
		return nil, err
	}
	if n, err := commentNumber(c.QueryParam(paramComment)); err == nil && v.After == "" {
		about, one, err := p.Discussion.Thread(ctx, actor, n)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil && about.Ref == ref {
			v.Selected = &one
		}
	}
	if v.Follows, err = p.Discussion.Follows(ctx, actor, ref); err != nil {
		return nil, err
	}
	v.Form = Form{Key: subject.NewID(), Lang: page.Loc.Lang()}
	return v, p.fill(ctx, actor, v)
}

// fill reads what the comments of a view need beside themselves.
func (p *Pages) fill(ctx context.Context, actor accounts.Actor, v *View) (err error) {
	if v.Now, err = db.Now(ctx, p.DB); err != nil {
		return err
	}
	v.stubs, v.offices = map[uuid.UUID]moderation.Stub{}, map[uuid.UUID]string{}
	official := v.About.Official
	for _, c := range v.all() {
		official = official || c.Official
		if c.Visibility != discussion.VisHidden || p.Stubs == nil {
			continue
		}
		list, err := p.Stubs.Stubs(ctx, actor, subject.Ref{Kind: subject.Comment, ID: c.ID})
		if err != nil {
			return err
		}
		if len(list) > 0 {
			v.stubs[c.ID] = list[0]
		}
	}
	if !official {
		return nil
	}
	list, err := accounts.Departments(ctx, p.DB)
	for _, d := range list {
		v.offices[d.ID] = d.Name.In(v.Loc.Lang())
	}
	return err
}

// all lists every comment of the view.
func (v *View) all() []*discussion.Comment {
	var out []*discussion.Comment
	take := func(list []discussion.Comment) {
		for i := range list {
			out = append(out, &list[i])
			for j := range list[i].Replies {
				out = append(out, &list[i].Replies[j])
			}
		}
	}
	take(v.P.Pinned)
	take(v.P.List)
	if v.Selected != nil {
		take([]discussion.Comment{*v.Selected})
	}
	return out
}

// shows tells whether a comment of the list stands on the page already.
func (v *View) shows(c *discussion.Comment) bool { return v.Selected != nil && v.Selected.ID == c.ID }

// link is the page in another order, choice or place.
func (v *View) link(sort discussion.Sort, stance *discussion.Stance, after string) string {
	q := url.Values{}
	if sort != discussion.Newest {
		q.Set(paramSort, string(sort))
	}
	if stance != nil {
		q.Set(paramStance, string(*stance))
	}
	if after != "" {
		q.Set(paramAfter, after)
	}
	path := v.About.Path
	if len(q) > 0 {
		glue := "?"
		if strings.Contains(path, "?") {
			glue = "&"
		}
		path += glue + q.Encode()
	}
	return path + "#diskussion"
}

func (v *View) path(rest string) string { return Path(v.About.Ref) + rest }

func (v *View) topic() string {
	return "comments:" + string(v.About.Ref.Kind) + "/" + v.About.Ref.ID.String()
}

// who is the author as people read it.
func (v *View) who(c *discussion.Comment) string {
	switch {
	case c.Official:
		return v.T("discussion.city")
	case c.AuthorName == "":
		return v.T("discussion.gone")
	}
	return c.AuthorName
}

// office is who of the city answered: department and role.
func (v *View) office(c *discussion.Comment) string {
	out := v.offices[c.Department]
	if c.Role != "" {
		out += ", " + v.T("discussion.role."+string(c.Role))
	}
	return out
}

func (v *View) when(c *discussion.Comment) string { return v.Loc.DateTime(c.CreatedAt, v.Now) }

func (v *View) held(c *discussion.Comment) string {
	if c.HeldUntil == nil {
		return v.T("own.held")
	}
	return v.T("discussion.held", "time", v.Loc.DateTime(*c.HeldUntil, v.Now))
}

// stub says what stands in the place of words that are gone.
func (v *View) stub(c *discussion.Comment) string {
	if c.Visibility == discussion.VisRemoved {
		return v.T("discussion.removed")
	}
	s, ok := v.stubs[c.ID]
	if !ok {
		return v.T("discussion.hidden")
	}
	day := v.Loc.Date(s.At, v.Now)
	if s.Law || s.RuleNo == 0 {
		return v.T("discussion.hidden.law", "date", day)
	}
	return v.T("discussion.hidden.rule", "date", day, "n2", s.RuleNo)
}

// why leads an author to the reasons of what happened to their comment.
func (v *View) why(c *discussion.Comment) string {
	if s := v.stubs[c.ID]; s.PUID != "" {
		return "/moderation/decisions/" + s.PUID
	}
	return ""
}

// langAttr marks a text that is not in the page's language.
func (v *View) langAttr(c *discussion.Comment) string {
	if c.Lang == v.Loc.Lang() {
		return ""
	}
	return c.Lang
}

func (v *View) stances() []kit.Option {
	var out []kit.Option
	for _, s := range discussion.Stances() {
		key := "discussion.stance.none"
		if s != discussion.Neither {
			key = "discussion.stance." + string(s)
		}
		out = append(out, kit.Option{Value: string(s), Label: v.T(key), On: v.Form.Stance == string(s)})
	}
	return out
}

func (v *View) langs() []kit.Option {
	var out []kit.Option
	for _, l := range discussion.Languages() {
		out = append(out, kit.Option{Value: l, Label: v.T("discussion.lang." + l), On: v.Form.Lang == l})
	}
	return out
}

// since is the moment from which on something is new on this page.
func (v *View) since() string { return v.P.At.UTC().Format(time.RFC3339Nano) }
