package deskpages

import (
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// releaseIn is the form about what the public sees.
type releaseIn struct {
	Version    int      `form:"version"`
	ShowText   bool     `form:"show_text"`
	TextPublic string   `form:"text_public" lines:"true"`
	Show       []string `form:"show"` // ids of photos
	Reason     string   `form:"withhold_reason" max:"500"`
	Do         string   `form:"do"` // release, next, withhold, preview

	alts map[uuid.UUID]string
}

// photoLine is one photo of the form.
type photoLine struct {
	reports.Photo
	On    bool
	Alt   string
	Cover string // page on which parts of it are covered
}

// releaseForm is the form as it is shown.
type releaseForm struct {
	ShowText bool
	Public   string
	Photos   []photoLine
	Reason   string
}

// releaseFormOf begins with everything on, which is the common case, or shows
// what was decided, or what was just typed.
func releaseFormOf(r *reports.View, in *releaseIn, public string) *releaseForm {
	f := &releaseForm{ShowText: r.TextState != reports.TextWithheld, Public: public}
	if in != nil {
		f.ShowText, f.Public, f.Reason = in.ShowText, in.TextPublic, in.Reason
	}
	fresh := r.Visibility == reports.VisHeld || r.TextState == reports.TextHeld
	for _, ph := range r.Photos {
		line := photoLine{Photo: ph, On: fresh || !ph.Held, Alt: ph.Alt}
		if in != nil {
			line.On = slices.Contains(in.Show, ph.ID.String())
			if alt, ok := in.alts[ph.ID]; ok {
				line.Alt = alt
			}
		}
		f.Photos = append(f.Photos, line)
	}
	return f
}

// publicText is the text that the public reads, or would read.
func (p *pages) publicText(v *visit) (string, error) {
	if v.r.TextState != reports.TextReleased {
		return v.r.Text, nil
	}
	public, err := p.Reports.Get(v.ctx, accounts.Actor{}, v.n)
	if fault.Is(err, fault.NotFound) {
		return v.r.Text, nil
	}
	if err != nil {
		return "", err
	}
	return public.Text, nil
}

func (p *pages) release(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in releaseIn
	if err := kit.Bind(c, &in); err != nil {
		return p.failed(v, err, forms{open: "release", release: &in})
	}
	in.alts = map[uuid.UUID]string{}
	for _, ph := range v.r.Photos {
		if typed, ok := c.Request().PostForm["alt-"+ph.ID.String()]; ok && len(typed) > 0 {
			in.alts[ph.ID] = kit.Clean(typed[0], false)
		}
	}
	f := forms{open: "release", release: &in}
	if in.Do == "preview" {
		return p.render(v, 200, f)
	}
	next, err := p.next(v) // before the case leaves the list
	if err != nil {
		return err
	}
	if err := p.applyRelease(v, &in); err != nil {
		return p.failed(v, err, f)
	}
	key := "desk.done.release"
	if in.Do == "withhold" {
		key = "desk.done.withhold"
	}
	if in.Do == "next" && next != "" {
		kit.Flash(c, "success", "desk.done.release_next", "number", v.n.Format(subject.PrefixReport))
		return kit.Redirect(c, next)
	}
	return done(v, key)
}

// applyRelease writes the descriptions of the photos and what is public.
func (p *pages) applyRelease(v *visit, in *releaseIn) error {
	if in.Version != v.r.Version {
		return fault.New(fault.Conflict, "report.err.version")
	}
	out := reports.Release{Photos: map[uuid.UUID]bool{}, Version: v.r.Version, Withhold: in.Do == "withhold", Reason: in.Reason, Alts: in.alts}
	for _, ph := range v.r.Photos {
		out.Photos[ph.ID] = slices.Contains(in.Show, ph.ID.String())
	}
	switch {
	case v.r.Text == "":
	case !in.ShowText:
		out.TextState = reports.TextWithheld
	case in.TextPublic == "" && !out.Withhold:
		return fault.OnField("text_public", "desk.err.text_public")
	default:
		out.TextState, out.TextPublic = reports.TextReleased, in.TextPublic
	}
	return renamed(p.Reports.Release(v.ctx, v.actor, v.n, out), map[string]string{"reason": "withhold_reason"})
}
