package ideapages

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// askEdit is where authors add and change what they proposed.
func (p *pages) askEdit(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	f, err := p.editForm(c, kit.Actor(c), n)
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, editPage(f))
}

func (p *pages) editForm(c kit.Context, actor accounts.Actor, n subject.Number) (*wordsForm, error) {
	ctx := c.Request().Context()
	i, err := p.Ideas.Get(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	if !i.May.Edit {
		return nil, fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_author")
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	f := &wordsForm{
		Page: kit.NewPage(c, "idea.edit.title"), I: i, Edition: i.Edition, Head: i.Title, Text: i.Text, Free: now.Before(i.FreeUntil),
		Cost: typeMoney(i.CostCents), Address: i.Address, TakesFiles: p.Files != nil,
	}
	f.Nav, f.Robots = "ideas", "noindex"
	f.Centre = p.Centre.View(ctx)
	f.placed()
	if f.Name, err = p.Ideas.NameOf(ctx, actor, i.ID); err != nil {
		return nil, err
	}
	topics, err := p.Ideas.Topics(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range topics {
		f.Topics = append(f.Topics, kit.Option{Value: t.Key, Label: t.Name.In(f.Loc.Lang()), On: t.Key == i.Topic})
	}
	return f, nil
}

// again shows the form with what was wrong, and with what came with it.
func (p *pages) again(c kit.Context, actor accounts.Actor, n subject.Number, wrong error, change func(f *wordsForm)) error {
	if !fault.Is(wrong, fault.Invalid) && !fault.Is(wrong, fault.Conflict) {
		return wrong
	}
	f, err := p.editForm(c, actor, n)
	if err != nil {
		return err
	}
	f.wrong(c, wrong)
	change(f)
	return kit.Render(c, kit.StatusOf(fault.As(wrong).Kind), editPage(f))
}

// wrong says what is wrong with a form of words.
func (f *wordsForm) wrong(c kit.Context, wrong error) {
	if f.Errors = kit.ErrorsOf(f.Page, wrong); len(f.Errors) == 0 {
		f.Errors = kit.Errors{{Name: "text", Text: kit.Explain(c, wrong).Title}}
	}
}

func (p *pages) edit(c kit.Context) error {
	var in wordsIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	err = p.Ideas.SetText(c.Request().Context(), actor, n, ideas.Edit{Title: in.Title, Text: in.Text, Why: in.Why, Edition: in.Edition})
	if err != nil {
		return p.again(c, actor, n, err, func(f *wordsForm) {
			f.Head, f.Text, f.Why = in.Title, in.Text, in.Why
			if in.Edition != 0 && in.Edition != f.Edition { // it can be sent again, in the knowledge of what it says now
				f.NowSays = kit.Lines(f.I.Title + "\n" + f.I.Text)
			}
		})
	}
	kit.Flash(c, "success", "idea.edit.saved")
	return kit.Redirect(c, ideas.Path(n))
}

func (p *pages) details(c kit.Context) error {
	var in struct {
		Topic   string `form:"topic" max:"40"`
		Cost    string `form:"cost" max:"40"`
		Name    string `form:"name" max:"200"`
		Address string `form:"address" max:"400"`
		Lon     string `form:"lon" max:"30"`
		Lat     string `form:"lat" max:"30"`
		Of      string `form:"address_of" max:"400"`
		As      string `form:"as" max:"10"`
		Corners string `form:"corners" lines:"true" max:"20000"`
		Drawn   string `form:"corners_of" lines:"true" max:"20000"` // the corners as the form showed them
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	cents, ok := readMoney(in.Cost)
	d := ideas.Details{Topic: in.Topic, CostCents: cents, Name: in.Name, Address: in.Address, SetPlace: true}
	at := (&fields{Lon: in.Lon, Lat: in.Lat}).point()
	if in.Address != "" && (at == nil || in.Address != in.Of && in.Of != "") {
		hits, err := p.Geo.SearchAddress(ctx, in.Address, nil, 1)
		if err != nil {
			return err
		}
		if at = nil; len(hits) > 0 {
			at = &hits[0].Point
		}
	}
	switch {
	case in.As == asLine || in.As == asArea:
		d.Place, err = readCorners(in.As, in.Corners)
	case in.Corners != "" && in.Corners != in.Drawn: // drawn, but not said what it is
		err = fault.OnField("as", "idea.err.place_as")
	case at != nil:
		d.Place = ideas.PointShape(*at)
	}
	switch {
	case err != nil:
	case ok:
		err = p.Ideas.SetDetails(ctx, actor, n, d)
	default:
		err = fault.OnField("cost", "idea.err.cost")
	}
	if err != nil {
		return p.again(c, actor, n, err, func(f *wordsForm) {
			f.Cost, f.Name, f.Address, f.As, f.Corners = in.Cost, in.Name, in.Address, in.As, in.Corners
			for k := range f.Topics {
				f.Topics[k].On = f.Topics[k].Value == in.Topic
			}
		})
	}
	kit.Flash(c, "success", "idea.edit.saved")
	return kit.Redirect(c, ideas.Path(n)+"/edit")
}

// takePhoto reads the picture of a form; nil where none was chosen.
func (p *pages) takePhoto(c kit.Context) (*ideas.Upload, error) {
	file, err := c.FormFile("photo")
	if errors.Is(err, http.ErrMissingFile) || err == nil && file.Size == 0 {
		return nil, nil //nolint:nilnil // no picture is the normal case
	}
	if err != nil {
		return nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	if err := kit.Limit(c, accounts.RuleUpload); err != nil {
		return nil, err
	}
	r, err := file.Open()
	if err != nil {
		return nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	defer func() { _ = r.Close() }() // only read
	prepared, err := p.Photos.Prepare(c.Request().Context(), r)
	if err != nil {
		return nil, err
	}
	return &ideas.Upload{Prepared: prepared, Alt: strings.TrimSpace(c.FormValue("alt"))}, nil
}

func (p *pages) addPhoto(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	i, err := p.Ideas.Get(c.Request().Context(), actor, n)
	if err != nil {
		return err
	}
	if !i.May.Edit {
		return fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_author")
	}
	alt := func(f *wordsForm) { f.Alt = kit.Clean(c.FormValue("alt"), false) }
	if strings.TrimSpace(c.FormValue("alt")) == "" {
		return p.again(c, actor, n, fault.OnField("alt", "idea.err.alt"), alt)
	}
	up, err := p.takePhoto(c)
	if err != nil {
		if k := fault.As(err).Kind; k == fault.TooLarge || k == fault.Unsupported {
			return p.again(c, actor, n, fault.OnField("photo", fault.As(err).Key), alt)
		}
		return err
	}
	if up == nil {
		return p.again(c, actor, n, fault.OnField("photo", "idea.err.photo"), alt)
	}
	if err := p.Ideas.AddPhoto(c.Request().Context(), actor, n, *up); err != nil {
		return p.again(c, actor, n, err, alt)
	}
	kit.Flash(c, "success", "idea.photo.added")
	return kit.Redirect(c, ideas.Path(n)+"/edit")
}

func (p *pages) removePhoto(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("photo"))
	if err != nil {
		return fault.Missing("photo")
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	if err := p.Ideas.RemovePhoto(c.Request().Context(), actor, n, id); err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.photo.removed")
	return kit.Redirect(c, ideas.Path(n)+"/edit")
}

// invite makes a link for one more author and shows it once.
func (p *pages) invite(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	token, err := p.Ideas.Invite(c.Request().Context(), actor, n)
	if err != nil {
		return err
	}
	f, err := p.editForm(c, actor, n)
	if err != nil {
		return err
	}
	f.Invite = p.url("/ideas/join/" + token)
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, editPage(f))
}

type joinView struct {
	kit.Page
	Idea   *ideas.Idea
	Action string
	Errors kit.Errors
	Name   string
}

func (p *pages) askJoin(c kit.Context) error { return p.showJoin(c, "", nil, http.StatusOK) }

func (p *pages) showJoin(c kit.Context, name string, wrong error, status int) error {
	i, err := p.Ideas.Invited(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	v := &joinView{Page: kit.NewPage(c, "idea.join.title"), Idea: i, Action: "/ideas/join/" + c.Param("token"), Name: name}
	v.Nav, v.Robots = "ideas", "noindex"
	if wrong != nil {
		v.Errors = kit.ErrorsOf(v.Page, wrong)
	}
	kit.NoStore(c)
	return kit.Render(c, status, joinPage(v))
}

func (p *pages) join(c kit.Context) error {
	var in struct {
		Name string `form:"name" max:"200"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleCode); err != nil {
		return err
	}
	if _, err := p.Ideas.Invited(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	n, err := p.Ideas.Join(c.Request().Context(), actor, c.Param("token"), in.Name)
	if fault.Is(err, fault.Invalid) {
		return p.showJoin(c, in.Name, err, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.join.done")
	return kit.Redirect(c, ideas.Path(n))
}

// mine lists the visitor's own ideas.
func (p *pages) mine(c kit.Context) error {
	ctx := c.Request().Context()
	list, err := p.Ideas.Mine(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := &listView{Page: kit.NewPage(c, "idea.mine.title"), At: "/ideas/mine", New: "/ideas/new"}
	v.Nav, v.Robots = "ideas", "noindex"
	for i := range list {
		v.Rows = append(v.Rows, p.row(v.Loc, &list[i], nil, now))
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, minePage(v))
}

type codeView struct {
	kit.Page
	Number string
	Errors kit.Errors
}

func (p *pages) askCode(c kit.Context) error {
	v := &codeView{Page: kit.NewPage(c, "idea.open.title"), Number: kit.Clean(c.QueryParam("number"), false)}
	v.Nav, v.Robots = "ideas", "noindex"
	return kit.Render(c, http.StatusOK, codePage(v))
}

func (p *pages) openByCode(c kit.Context) error {
	var in struct {
		Number string `form:"number" max:"40"`
		Code   string `form:"code" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleCode); err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	n, err := p.Ideas.OpenByCode(c.Request().Context(), actor, in.Number, in.Code)
	if fault.Is(err, fault.Invalid) {
		v := &codeView{Page: kit.NewPage(c, "idea.open.title"), Number: in.Number}
		v.Nav, v.Robots = "ideas", "noindex"
		v.Errors = kit.Errors{{Name: "code", Text: kit.Explain(c, err).Title}}
		return kit.Render(c, http.StatusUnprocessableEntity, codePage(v))
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, ideas.Path(n))
}

func (p *pages) askWithdraw(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	i, err := p.Ideas.Get(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	if !i.May.Withdraw {
		return fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_author")
	}
	f := &wordsForm{Page: kit.NewPage(c, "idea.withdraw.title"), I: i}
	f.Nav, f.Robots = "ideas", "noindex"
	return kit.Render(c, http.StatusOK, withdrawPage(f))
}

func (p *pages) withdraw(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	if err := p.Ideas.Withdraw(c.Request().Context(), actor, n); err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.withdraw.done")
	return kit.Redirect(c, ideas.Path(n))
}
