package ideapages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// splitView is the form in which the city says how an idea would be split.
type splitView struct {
	*showView

	In      splitIn
	NowSays []string // the words as they are, where they changed meanwhile
	Errors  kit.Errors
}

type splitIn struct {
	Title     string `form:"title" max:"400"`
	Text      string `form:"text" lines:"true" max:"20000"`
	RestTitle string `form:"rest_title" max:"400"`
	RestText  string `form:"rest_text" lines:"true" max:"20000"`
	Why       string `form:"why" lines:"true" max:"4000"`
	Edition   int    `form:"edition"`
}

func (p *pages) splitForm(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	return p.showSplit(c, n, splitIn{}, nil)
}

// showSplit shows the form, with the words as they are where nothing was typed.
func (p *pages) showSplit(c kit.Context, n subject.Number, in splitIn, wrong error) error {
	show, err := p.showView(c, n)
	if err != nil {
		return err
	}
	if !show.I.May.Work {
		return fault.Missing("idea")
	}
	if in == (splitIn{}) {
		in = splitIn{RestTitle: show.I.Title, RestText: show.I.Text, Edition: show.I.Edition}
	}
	v := &splitView{showView: show, In: in}
	v.Page.Title, v.Nav, v.Robots = v.T("idea.split.title"), "desk", "noindex"
	status := http.StatusOK
	if wrong != nil {
		status = kit.StatusOf(fault.As(wrong).Kind)
		if v.Errors = kit.ErrorsOf(v.Page, wrong); len(v.Errors) == 0 {
			v.Errors = kit.Errors{{Name: "title", Text: kit.Explain(c, wrong).Title}}
		}
		if v.In.Edition != show.I.Edition { // it can be sent again, in the knowledge of what it says now
			v.In.Edition, v.NowSays = show.I.Edition, kit.Lines(show.I.Title+"\n"+show.I.Text)
		}
	}
	kit.NoStore(c)
	return kit.Render(c, status, splitPage(v))
}

func (p *pages) askSplit(c kit.Context) error {
	var in splitIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	err = p.Ideas.AskSplit(c.Request().Context(), kit.Actor(c), n, ideas.Parts{
		Title: in.Title, Text: in.Text, RestTitle: in.RestTitle, RestText: in.RestText, Why: in.Why, Edition: in.Edition,
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.showSplit(c, n, in, err)
	}
	return p.deskDone(c, n, err, "idea.split.asked")
}

// unsplit takes a split back, from the page of the idea that was split.
func (p *pages) unsplit(c kit.Context) error {
	var in struct {
		Part string `form:"part" max:"40"`
		Why  string `form:"why" lines:"true" max:"4000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	prefix, part, perr := subject.ParseNumber(in.Part)
	if perr != nil || prefix != subject.PrefixIdea {
		return fault.Missing("split")
	}
	return p.deskDone(c, n, p.Ideas.UndoSplit(c.Request().Context(), kit.Actor(c), part, in.Why), "idea.split.undone", deskTyped{form: "why", of: ideaNumber(part), UndoWhy: in.Why})
}

// agreeSplit is an author's answer; after a yes it shows the new idea's number and
// code, once.
func (p *pages) agreeSplit(c kit.Context) error {
	var in struct {
		Do string `form:"do" max:"10"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	r, err := p.Ideas.AgreeSplit(c.Request().Context(), actor, n, in.Do == "yes")
	if err != nil {
		return err
	}
	if in.Do == "yes" {
		return p.sent(c, r)
	}
	kit.Flash(c, "success", "idea.merge.answered")
	return kit.Redirect(c, ideas.Path(n))
}

func (v *splitView) deskPath() string { return "/desk/ideas/" + v.Number }

// undoWhy is what was typed about taking a split back that had something wrong.
func (v *workView) undoWhy(part string) string {
	if v.Typed.of != part {
		return ""
	}
	return v.Typed.UndoWhy
}
