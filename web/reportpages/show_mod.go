package reportpages

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Moderation is what the page of a report says of decisions about it
// (moderation.Service); nil: nothing, and nobody can object.
type Moderation interface {
	Stubs(ctx context.Context, actor accounts.Actor, ref subject.Ref) ([]moderation.Stub, error)
	Gone(ctx context.Context, n subject.Number) (*moderation.Stub, error)
	HeldUntil(ctx context.Context, ref subject.Ref) (until time.Time, ok bool, err error)
}

// stubView is a decision in the place of what it took away, or beside it.
type stubView struct {
	Part  subject.PartKind
	Text  string
	Why   string // for the author: the way to the reasons and the appeal
	Label bool   // a hint beside the content
}

func stubOf(p kit.Page, s moderation.Stub) stubView {
	ground := moderation.RuleText(p.Loc, s.RuleNo)
	if s.Law {
		ground = p.T("moderation.law.short")
	}
	v := stubView{Part: s.Part, Label: s.Action == moderation.Label}
	switch s.Action {
	case moderation.Label:
		v.Text = p.T("mod.stub.labelled", "label", p.T("moderation.label."+s.Label), "date", p.Loc.Day(s.At), "ground", ground)
	case moderation.Redact:
		v.Text = p.T("mod.stub.redacted", "date", p.Loc.Day(s.At), "ground", ground)
	default:
		v.Text = p.T("mod.stub", "date", p.Loc.Day(s.At), "ground", ground)
	}
	if s.PUID != "" {
		v.Why = "/moderation/decisions/" + s.PUID
	}
	return v
}

// moderated fills what moderation says on the page.
func (p *showPages) moderated(ctx context.Context, v *showView, actor accounts.Actor) error {
	if p.Moderation == nil {
		return nil
	}
	ref := subject.Ref{Kind: subject.Report, ID: v.R.ID}
	list, err := p.Moderation.Stubs(ctx, actor, ref)
	if err != nil {
		return err
	}
	for _, s := range list {
		v.Stubs = append(v.Stubs, stubOf(v.Page, s))
	}
	v.Flag = v.R.Visibility == reports.VisPublic
	if v.R.Actor.Owner && v.R.Visibility == reports.VisHeld {
		until, held, err := p.Moderation.HeldUntil(ctx, ref)
		if err != nil {
			return err
		}
		if held {
			v.HeldNotice = v.T("mod.held", "time", v.Loc.DateTime(until, v.Now))
		}
	}
	return nil
}

type goneView struct {
	kit.Page
	Number string
	Stub   stubView
}

// gone is what stands where a public report was before moderation hid it. For
// every other number the answer is the one that was there.
func (p *showPages) gone(c kit.Context, n subject.Number, missing error) error {
	if p.Moderation == nil || !fault.Is(missing, fault.NotFound) {
		return missing
	}
	stub, err := p.Moderation.Gone(c.Request().Context(), n)
	if fault.Is(err, fault.NotFound) {
		return missing
	}
	if err != nil {
		return err
	}
	page := kit.NewPage(c, "mod.stub.title")
	page.Robots = "noindex"
	return kit.Render(c, http.StatusGone, gonePage(goneView{Page: page, Number: n.Format(subject.PrefixReport), Stub: stubOf(page, *stub)}))
}

// photoName tells photos apart where there are several.
func (v *showView) photoName(i int) string {
	if len(v.R.Photos) == 1 {
		return v.T("moderation.part.photo")
	}
	return v.T("moderation.part.photo") + " " + strconv.Itoa(i+1)
}

// flagURL is where somebody objects to a part of the report.
func (v *showView) flagURL(kind subject.PartKind, photo uuid.UUID) string {
	u := "/flag?about=" + v.Number + "&part=" + string(kind)
	if kind == subject.Photo {
		u += "&photo=" + photo.String()
	}
	return u
}
