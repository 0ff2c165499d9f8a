package discusspages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// show is the discussion with a page of its own, for things whose own page
// does not embed it, and for whoever comes by a link.
func (p *Pages) show(c kit.Context) error {
	ref, err := refOf(c)
	if err != nil {
		return err
	}
	v, err := p.Load(c, kit.NewPage(c, "discussion.title"), ref)
	if err != nil {
		return err
	}
	v.Title, v.Robots = v.T("discussion.page", "title", v.About.Title), "noindex"
	v.Feed = v.path("/feed.atom")
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, alonePage(v))
}

// bare is a view of no more than the thing.
func (p *Pages) bare(c kit.Context, about discussion.Subject, title string) (*View, error) {
	v := &View{Page: kit.NewPage(c, title), About: about, Sort: discussion.Newest}
	v.Robots = "noindex"
	v.Form = Form{Key: subject.NewID(), Lang: v.Loc.Lang()}
	kit.NoStore(c)
	return v, p.fill(c.Request().Context(), kit.Actor(c), v)
}

// writeForm is the form without script, and an answer's for an open page.
func (p *Pages) writeForm(c kit.Context) error {
	ref, err := refOf(c)
	if err != nil {
		return err
	}
	return p.renderWrite(c, http.StatusOK, ref, Form{To: c.QueryParam("to")}, nil)
}

func (p *Pages) renderWrite(c kit.Context, code int, ref subject.Ref, in Form, wrong error) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	about, err := p.Discussion.About(ctx, actor, ref)
	if err != nil {
		return err
	}
	if !about.Write {
		return fault.New(fault.Forbidden, "err.403").With("why", closedKey(&View{About: about}))
	}
	title := "discussion.write"
	var to *discussion.Comment
	if in.To != "" {
		n, err := commentNumber(in.To)
		if err != nil {
			return err
		}
		_, one, err := p.Discussion.Get(ctx, actor, n)
		if err != nil {
			return err
		}
		if one.Ref != ref || one.Visibility != discussion.VisPublic {
			return fault.Missing("comment")
		}
		to, title = &one, "discussion.answer"
	}
	v, err := p.bare(c, about, title)
	if err != nil {
		return err
	}
	if to != nil {
		v.P.List = []discussion.Comment{*to}
		if err := p.fill(ctx, actor, v); err != nil {
			return err
		}
	}
	if wrong != nil {
		keep := v.Form
		v.Form = in
		if v.Form.Key == uuid.Nil {
			v.Form.Key = keep.Key
		}
		if err := v.refuse(c, wrong); err != nil {
			return err
		}
	}
	return kit.Render(c, code, formPage(v, to))
}

// refuse puts what is wrong into the form; what only the one writer can say
// comes back.
func (v *View) refuse(c kit.Context, wrong error) error {
	e := fault.As(wrong)
	switch e.Kind {
	case fault.Invalid:
		v.Form.Errors = kit.ErrorsOf(v.Page, e)
		if len(v.Form.Errors) > 0 {
			return nil
		}
	case fault.Conflict, fault.Forbidden, fault.TooMany:
		text := kit.Explain(c, e)
		v.Form.Refused = text.Title + " " + text.Detail
		return nil
	}
	return wrong
}

func status(err error) int { return kit.StatusOf(fault.As(err).Kind) }

func (p *Pages) write(c kit.Context) error {
	ref, err := refOf(c)
	if err != nil {
		return err
	}
	var in Form
	if err := kit.Bind(c, &in); err != nil {
		if fault.Is(err, fault.Invalid) {
			return p.renderWrite(c, http.StatusUnprocessableEntity, ref, in, err)
		}
		return err
	}
	ctx := c.Request().Context()
	about, err := p.Discussion.About(ctx, kit.Actor(c), ref)
	if err != nil {
		return err
	}
	w := discussion.Writing{Ref: ref, Stance: discussion.Stance(in.Stance), Text: in.Text, Lang: in.Lang, Official: in.Official}
	if w.Lang == "" {
		w.Lang = kit.Loc(c).Lang()
	}
	if in.To != "" {
		if w.Parent, err = commentNumber(in.To); err != nil {
			return err
		}
	}
	if err := w.Validate(); err != nil { // before a visitor is made of somebody who made a slip
		return p.renderWrite(c, status(err), ref, in, err)
	}
	if err := kit.Limit(c, accounts.RuleReport); err != nil {
		return p.renderWrite(c, status(err), ref, in, err)
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	done, err := p.Discussion.Write(ctx, actor, w, in.once())
	if err != nil {
		return p.renderWrite(c, status(err), ref, in, err)
	}
	said(c, done, "discussion.written")
	return kit.Redirect(c, onPage(about, done.Number))
}

// once names what is sent for its idempotency: the form together with the words,
// since a page that a proxy keeps for a moment has one form for several people.
func (f *Form) once() string {
	if f.Key == uuid.Nil {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{f.To, f.Stance, f.Text}, "\x00")))
	return f.Key.String() + "/" + hex.EncodeToString(sum[:8])
}

// said tells what became of a comment: it is there, or it waits.
func said(c kit.Context, done discussion.Written, key string) {
	if !done.Held {
		kit.Flash(c, "success", key)
		return
	}
	until := kit.Now(c)
	if done.Until != nil {
		until = *done.Until
	}
	kit.Flash(c, "info", "mod.held", "time", kit.Loc(c).DateTime(until, kit.Now(c)))
}

func (p *Pages) follow(c kit.Context) error {
	ref, err := refOf(c)
	if err != nil {
		return err
	}
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	ctx := c.Request().Context()
	about, err := p.Discussion.About(ctx, kit.Actor(c), ref)
	if err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	if err := p.Discussion.Follow(ctx, actor, ref, in.On); err != nil {
		return err
	}
	key := "discussion.followed.off"
	if in.On {
		key = "discussion.followed.on"
		if !kit.SignedIn(c) {
			key = "discussion.followed.visitor"
		}
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, about.Path+"#diskussion")
}

// find leads to a comment wherever it stands.
func (p *Pages) find(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	about, _, err := p.Discussion.Thread(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	return kit.Redirect(c, onPage(about, n))
}

// fresh is what has come since a moment: its number as JSON, or the rows.
func (p *Pages) fresh(c kit.Context) error {
	ref, err := refOf(c)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, c.QueryParam("since"))
	if err != nil {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if kit.WantsJSON(c) {
		n, err := p.Discussion.CountSince(ctx, actor, ref, at)
		if err != nil {
			return err
		}
		body, err := json.Marshal(map[string]int{"count": n})
		if err != nil {
			return err
		}
		return kit.Send(c, http.StatusOK, "application/json", body)
	}
	v := &View{Page: kit.NewPage(c, "discussion.title"), Sort: discussion.Newest}
	v.About, v.P.List, _, err = p.Discussion.Since(ctx, actor, ref, at)
	if err != nil {
		return err
	}
	counts, err := p.Discussion.Counts(ctx, ref)
	if err != nil {
		return err
	}
	v.P.Counts = counts
	v.Form = Form{Key: subject.NewID(), Lang: v.Loc.Lang()}
	if err := p.fill(ctx, actor, v); err != nil {
		return err
	}
	v.P.At = v.Now
	return kit.Render(c, http.StatusOK, freshPart(v))
}
