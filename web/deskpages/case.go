package deskpages

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// visit is one request about one case: who asks, what they see, and in which
// list they work.
type visit struct {
	c     kit.Context
	ctx   context.Context //nolint:containedctx // of this request; lives no longer
	actor accounts.Actor
	n     subject.Number
	r     *reports.View
	list  place
	now   time.Time
}

// open loads the case. What the actor may not know of does not exist; what they
// know of but don't work on is refused with the reason.
func (p *pages) open(c kit.Context) (*visit, error) {
	n, err := number(c)
	if err != nil {
		return nil, err
	}
	v := &visit{c: c, ctx: c.Request().Context(), actor: kit.Actor(c), n: n, list: p.placeOf(c)}
	if v.now, err = db.Now(v.ctx, p.DB); err != nil {
		return nil, err
	}
	return v, p.reload(v)
}

func (p *pages) reload(v *visit) error {
	r, err := p.Reports.OnDesk(v.ctx, v.actor, v.n)
	if err != nil {
		return err
	}
	v.r = r
	return nil
}

// path is the case in the list in which the clerk works.
func (v *visit) path() string { return casePath(v.n) + v.list.query() }

// sub is a page below the case in the same list.
func (v *visit) sub(name string) string { return casePath(v.n) + "/" + name + v.list.query() }

func (p *pages) show(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	f := forms{}
	if to, ok := v.r.LikelyNext(); ok { // the ready sentence stands there
		f.to, f.status = to, p.beginning(v, to, "")
	}
	return p.render(v, http.StatusOK, f)
}

// forms is what was typed into the forms of a case, with what is wrong with it;
// zero ones are shown as they begin.
type forms struct {
	open    string // the form that somebody works in: "status", "release", "step", "move", "objection"
	refused *kit.ErrorText
	errors  kit.Errors
	status  *statusIn
	to      reports.Status
	release *releaseIn
	step    stepIn
	team    string

	moveReason string
	purpose    string     // of reading contact data
	version    int        // of the report or the case, as the form was opened
	person     *uuid.UUID // chosen to have the case
	priority   casework.Priority
	reopen     bool
	reason     string
	split      splitIn
	note       string
	on         string // of a resubmission
	reminder   string
	target     string // a new target
	linkTo     string

	targetReason string
	stale        bool // somebody else was faster: the new state stands beside what was typed
}

// failed renders the case again with what was typed. Errors that no form can
// mend go to the one writer.
func (p *pages) failed(v *visit, err error, f forms) error {
	e := fault.As(err)
	switch e.Kind {
	case fault.Invalid:
		f.errors = kit.ErrorsOf(kit.NewPage(v.c, ""), e)
	case fault.Conflict, fault.Forbidden, fault.Unsupported, fault.TooLarge, fault.Unavailable, fault.TooMany:
		text := kit.Explain(v.c, e)
		f.refused = &text
		f.stale = e.Kind == fault.Conflict
	default:
		return err
	}
	if err := p.reload(v); err != nil {
		return err
	}
	return p.render(v, kit.StatusOf(e.Kind), f)
}

func (p *pages) render(v *visit, status int, f forms) error {
	cv, err := p.caseView(v, f)
	if err != nil {
		return err
	}
	kit.NoStore(v.c) // held text must not stay in a shared machine's cache
	return kit.Render(v.c, status, casePage(cv))
}

// done goes back to the case and says what happened.
func done(v *visit, key string, params ...any) error {
	kit.Flash(v.c, "success", key, params...)
	return kit.Redirect(v.c, v.path())
}

// photoOf is a photo of the case by its id in the path.
func photoOf(v *visit) (reports.Photo, error) {
	id, err := uuid.Parse(v.c.Param("photo"))
	if err != nil {
		return reports.Photo{}, fault.Missing("photo")
	}
	for _, ph := range v.r.Photos {
		if ph.ID == id {
			return ph, nil
		}
	}
	return reports.Photo{}, fault.Missing("photo")
}

// sentence is what the public would read, in one language.
type sentence struct {
	Lang, Label, Text string
	Word, Next        string // "Wie geht es weiter?" and the answer
}

// sentences are the words of a status with these parameters, German and English.
func (p *pages) sentences(v *visit, to reports.Status, params reports.StatusParams) ([]sentence, error) {
	r := *v.r
	r.Status, r.StatusAt, r.Params, r.DuplicateOf = to, v.now, params, nil
	if to == reports.Resolved || to == reports.NoAction {
		until := v.now.AddDate(0, 0, 8*7)
		r.Actor.ReopenUntil = &until
	}
	if to == reports.Reopened && r.Target.WorkingDays > 0 {
		days, err := p.Categories.Calendar(v.ctx)
		if err != nil {
			return nil, err
		}
		due := days.AddWorkingDays(v.now, r.Target.WorkingDays)
		r.Target.Due = &due
	}
	var out []sentence
	for _, lang := range []string{i18n.German, i18n.English} {
		loc := p.Messages.For(lang)
		f, err := p.Reports.Facts(v.ctx, &r, lang, v.now)
		if err != nil {
			return nil, err
		}
		s := reports.StatusSentence(loc, f)
		out = append(out, sentence{Lang: lang, Label: reports.StatusLabel(loc, to, r.Quiet), Text: s.Text, Word: loc.T("ui.next"), Next: s.Next})
	}
	return out, nil
}
