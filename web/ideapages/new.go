package ideapages

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// draftKind is what drafts of ideas are kept under.
const draftKind = "idea"

// fields are what a draft holds: the three fields of the form, and what the
// place stands for.
type fields struct {
	Title     string `form:"title" json:"title" max:"400"`
	Text      string `form:"text" json:"text" lines:"true" max:"20000"`
	Address   string `form:"address" json:"address" max:"400"`
	Lon       string `form:"lon" json:"lon" max:"30"`
	Lat       string `form:"lat" json:"lat" max:"30"`
	AddressOf string `form:"address_of" json:"address_of" max:"400"` // the address that lon and lat belong to
	Call      string `form:"call" json:"call" max:"20"`
	Report    string `form:"report" json:"report" max:"20"`
	Measure   string `form:"measure" json:"measure" max:"20"` // that it is proposed to
}

type fieldsIn struct {
	fields

	Version int    `form:"version"`
	Do      string `form:"do" max:"20"`
	Other   bool   `form:"other"` // looked at similar ideas, and it is something else
}

// newView is the form.
type newView struct {
	kit.Page
	F       fields
	Action  string
	Delete  string
	Version int
	Errors  kit.Errors
	Call    *ideas.Call
	Measure *ideas.Measure // that it is proposed to; nil: none
	Closed  string
	Proof   *proofView // what the call asks for; nil: nothing
	Similar []row
	Asked   bool // similar ideas are shown before it is sent
	Found   string
	Drafts  []draftLine
	Map     kit.MapProps
	Saved   string
}

type draftLine struct{ URL, Title, When string }

func (f *fields) point() *subject.Point {
	lon, err1 := strconv.ParseFloat(f.Lon, 64)
	lat, err2 := strconv.ParseFloat(f.Lat, 64)
	p := subject.Point{Lon: lon, Lat: lat}
	if err1 != nil || err2 != nil || !p.Valid() || p == (subject.Point{}) {
		return nil
	}
	return &p
}

// start is the form before there is a draft.
func (p *pages) start(c kit.Context) error {
	var in fieldsIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if err := p.fillFrom(ctx, actor, kit.Loc(c).Lang(), &in.fields); err != nil {
		return err
	}
	v, err := p.newView(c, in.fields, in.path())
	if err != nil {
		return err
	}
	v.Action = "/ideas/new"
	list, err := drafts.Mine(ctx, p.DB, actor, draftKind)
	if err != nil {
		return err
	}
	for _, d := range list {
		f := readFields(d)
		if f.Title == "" && f.Text == "" {
			continue
		}
		title := f.Title
		if title == "" {
			title = kit.Shorten(f.Text, 80)
		}
		v.Drafts = append(v.Drafts, draftLine{URL: "/ideas/new/" + d.ID.String(), Title: title, When: v.Loc.DateTime(d.UpdatedAt, d.UpdatedAt)})
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, newPage(v))
}

func readFields(d drafts.Draft) fields {
	get := func(name string) string {
		s, err := drafts.Field[string](d, name)
		if err != nil {
			return ""
		}
		return s
	}
	return fields{
		Title: get("title"), Text: get("text"), Address: get("address"), Lon: get("lon"), Lat: get("lat"), AddressOf: get("address_of"),
		Call: get("call"), Report: get("report"), Measure: get("measure"),
	}
}

// path is the form before there is a draft, for what it is about.
func (f *fields) path() string {
	q := url.Values{}
	for name, v := range map[string]string{"call": f.Call, "report": f.Report, "measure": f.Measure} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return "/ideas/new"
	}
	return "/ideas/new?" + q.Encode()
}

// newView is the form; at is where it stands, also for a browser that comes back
// from elsewhere.
func (p *pages) newView(c kit.Context, f fields, at string) (*newView, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v := &newView{Page: kit.NewPage(c, "idea.new.title"), F: f}
	v.Nav, v.Robots = "ideas", "noindex"
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	if f.Call != "" {
		if prefix, n, err := subject.ParseNumber(f.Call); err == nil && prefix == subject.PrefixCall {
			call, err := p.Ideas.Call(ctx, actor, n)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			v.Call = call
		}
	}
	if v.Measure, err = p.measureOf(ctx, f.Measure); err != nil {
		return nil, err
	}
	if v.Measure == nil {
		v.F.Measure = ""
	}
	if v.Proof, err = p.proof(c, v.Loc, v.Call, at); err != nil {
		return nil, err
	}
	if v.Call != nil && !v.Call.Collects(now, p.Zone) {
		v.Closed = v.T("idea.err.call_closed")
	}
	v.Map = p.Centre.View(ctx).Map("pick")
	v.Map.Class = "wizmap"
	if at := f.point(); at != nil {
		v.Map.Lon, v.Map.Lat, v.Map.Set = at.Lon, at.Lat, true
	}
	return v, nil
}

// create makes the draft of what was typed, and the visitor a person.
func (p *pages) create(c kit.Context) error {
	var in fieldsIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	body, err := drafts.Fields(in.fields)
	if err != nil {
		return err
	}
	var d drafts.Draft
	err = db.Transact(ctx, p.DB, func(ctx context.Context, tx pgx.Tx) error {
		d, err = drafts.Create(ctx, tx, actor, subject.NewID(), draftKind, body)
		return err
	})
	if err != nil {
		return err
	}
	if c.Request().Header.Get("X-Autosave") == "1" {
		c.Response().Header().Set("Location", "/ideas/new/"+d.ID.String())
		return kit.Send(c, http.StatusCreated, "application/json", []byte(`{"version":`+strconv.Itoa(d.Version)+`}`))
	}
	return p.forward(c, actor, d, in)
}

func (p *pages) draft(c kit.Context, actor accounts.Actor) (drafts.Draft, error) {
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return drafts.Draft{}, fault.Missing("draft")
	}
	d, err := drafts.Load(c.Request().Context(), p.DB, actor, id)
	if err == nil && d.Kind != draftKind {
		err = fault.Missing("draft of an idea")
	}
	return d, err
}

func (p *pages) resume(c kit.Context) error {
	d, err := p.draft(c, kit.Actor(c))
	if err != nil {
		return err
	}
	return p.form(c, d, nil, false, http.StatusOK)
}

// form shows the draft again: with errors, or with similar ideas.
func (p *pages) form(c kit.Context, d drafts.Draft, wrong error, asked bool, status int) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	f := readFields(d)
	at := "/ideas/new/" + d.ID.String()
	v, err := p.newView(c, f, at)
	if err != nil {
		return err
	}
	v.Action, v.Delete, v.Version, v.Asked = at, at+"/delete", d.Version, asked
	v.Saved = v.T("idea.draft.kept")
	if wrong != nil {
		v.Errors = kit.ErrorsOf(v.Page, wrong)
		if len(v.Errors) == 0 {
			v.Errors = kit.Errors{{Name: "title", Text: kit.Explain(c, wrong).Title}}
		}
	}
	if v.Similar, err = p.similarRows(ctx, v.Page, actor, f); err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, status, newPage(v))
}

func (p *pages) similarRows(ctx context.Context, page kit.Page, actor accounts.Actor, f fields) ([]row, error) {
	list, err := p.Ideas.Similar(ctx, actor, f.Title, f.Text, f.point())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	var out []row
	for i := range list {
		out = append(out, p.row(page.Loc, &list[i], nil, now))
	}
	return out, nil
}

// keep saves what was typed; it goes on with do=send.
func (p *pages) keep(c kit.Context) error {
	var in fieldsIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	actor := kit.Actor(c)
	d, err := p.draft(c, actor)
	if err != nil {
		if id, perr := uuid.Parse(c.Param("draft")); perr == nil && in.Do == "send" { // sent before: the same receipt again
			if r, serr := p.send(c, actor, drafts.Draft{ID: id}, in.fields); serr == nil {
				return p.sent(c, r)
			}
		}
		return err
	}
	body, err := drafts.Fields(in.fields)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = db.Transact(ctx, p.DB, func(ctx context.Context, tx pgx.Tx) error {
		d, err = drafts.Save(ctx, tx, actor, d.ID, in.Version, body)
		return err
	})
	if err != nil {
		return err
	}
	if c.Request().Header.Get("X-Autosave") == "1" {
		return kit.Send(c, http.StatusOK, "application/json", []byte(`{"version":`+strconv.Itoa(d.Version)+`}`))
	}
	return p.forward(c, actor, d, in)
}

// forward sends a draft, or shows it once more: with errors, with similar
// ideas that one could support instead.
func (p *pages) forward(c kit.Context, actor accounts.Actor, d drafts.Draft, in fieldsIn) error {
	ctx := c.Request().Context()
	if in.Do != "send" {
		return kit.Redirect(c, "/ideas/new/"+d.ID.String())
	}
	f := readFields(d)
	if err := p.locate(ctx, actor, &d, &f); err != nil {
		return err
	}
	sub := ideas.Submission{Title: f.Title, Text: f.Text, Address: f.Address}
	if err := sub.Validate(); err != nil {
		return p.form(c, d, err, false, http.StatusUnprocessableEntity)
	}
	if !in.Other {
		list, err := p.Ideas.Similar(ctx, actor, f.Title, f.Text, f.point())
		if err != nil {
			return err
		}
		if len(list) > 0 {
			return p.form(c, d, nil, true, http.StatusOK)
		}
	}
	r, err := p.send(c, actor, d, f)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.form(c, d, err, false, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return toProof(c, err, "/ideas/new/"+d.ID.String()) // the draft waits there
	}
	return p.sent(c, r)
}

// locate finds the place of a typed address that has none yet. An address that
// nobody knows stays as words.
func (p *pages) locate(ctx context.Context, actor accounts.Actor, d *drafts.Draft, f *fields) error {
	if f.Address == "" || f.Address == f.AddressOf && f.point() != nil {
		return nil
	}
	if f.point() != nil && f.AddressOf == "" { // a pin, and words beside it
		return nil
	}
	hits, err := p.Geo.SearchAddress(ctx, f.Address, nil, 1)
	if err != nil {
		return err
	}
	if len(hits) == 0 {
		f.Lon, f.Lat, f.AddressOf = "", "", ""
	} else {
		f.Lon, f.Lat, f.AddressOf = kit.Degrees(hits[0].Point.Lon), kit.Degrees(hits[0].Point.Lat), f.Address
	}
	body, err := drafts.Fields(*f)
	if err != nil {
		return err
	}
	return db.Transact(ctx, p.DB, func(ctx context.Context, tx pgx.Tx) error {
		*d, err = drafts.Save(ctx, tx, actor, d.ID, d.Version, body)
		return err
	})
}

func (p *pages) send(c kit.Context, actor accounts.Actor, d drafts.Draft, f fields) (ideas.Receipt, error) {
	ctx := c.Request().Context()
	sub := ideas.Submission{Draft: d.ID, Version: d.Version, Title: f.Title, Text: f.Text, Address: f.Address, Point: f.point(), Lang: kit.Loc(c).Lang()}
	if prefix, n, err := subject.ParseNumber(f.Call); err == nil && prefix == subject.PrefixCall {
		call, err := p.Ideas.Call(ctx, actor, n)
		if err != nil {
			return ideas.Receipt{}, err
		}
		sub.Call = call.ID
	}
	r, err := p.ownReport(ctx, actor, f.Report)
	if err != nil {
		return ideas.Receipt{}, err
	}
	if r != nil {
		sub.Report = r.ID
	}
	m, err := p.measureOf(ctx, f.Measure)
	if err != nil {
		return ideas.Receipt{}, err
	}
	if m != nil {
		sub.Measure = m.Number
	}
	if err := kit.Limit(c, accounts.RuleReport); err != nil {
		return ideas.Receipt{}, err
	}
	return p.Ideas.Submit(ctx, actor, sub)
}

// sent shows number and code, once, and what can be added now.
func (p *pages) sent(c kit.Context, r ideas.Receipt) error {
	v := &sentView{Page: kit.NewPage(c, "idea.sent.title"), Number: ideaNumber(r.Number), Code: r.Code, Held: r.Held}
	v.Nav, v.Robots = "ideas", "noindex"
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, sentPage(v))
}

type sentView struct {
	kit.Page
	Number, Code string
	Held         bool
}

func (p *pages) drop(c kit.Context) error {
	actor := kit.Actor(c)
	d, err := p.draft(c, actor)
	if err != nil {
		return err
	}
	if err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return p.Forms.Delete(ctx, tx, actor, d.ID)
	}); err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.draft.dropped")
	return kit.Redirect(c, "/ideas")
}
