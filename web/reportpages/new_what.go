package reportpages

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// start is the first page before there is a draft. The id of the one to come
// stands in the form, so that a repeated request makes a single one.
func (p *newPages) start(c kit.Context) error {
	v := &visit{c: c, loc: kit.Loc(c), actor: kit.Actor(c)}
	v.draft = drafts.Draft{ID: subject.NewID(), Kind: draftKind}
	if err := p.prefill(v); err != nil {
		return err
	}
	f := p.startFrame(v, nil)
	if err := p.sayObject(v, &f); err != nil {
		return err
	}
	view := p.whatProps(v, f)
	view.Keep = kept(v)
	var err error
	if view.Open, err = p.openDraft(v); err != nil {
		return err
	}
	kit.NoStore(c) // the id must not be shared
	return kit.Render(c, http.StatusOK, whatPage(view))
}

// prefill takes over what a link brings along: from the map, a poster, a search.
func (p *newPages) prefill(v *visit) (err error) {
	q := v.c.QueryParams()
	if v.now, err = db.Now(v.ctx(), p.DB); err != nil {
		return err
	}
	if v.cat, err = p.Categories.Catalogue(v.ctx()); err != nil {
		return err
	}
	readWhat(v.cat, q, &v.form)
	if at, ok := coordinates(q); ok {
		v.form.setPlace(at, "", byMap)
	}
	v.category = v.cat.ByKey(v.form.Category)
	return p.takeObject(v, q.Get("object"))
}

func (p *newPages) startFrame(v *visit, wrong fault.Fields) frame {
	f := p.frame(v, stepWhat, wrong)
	f.Action, f.Delete, f.Back, f.Version = "/reports/new", "", "", 0
	return f
}

// kept are the fields of a link that the first page passes on.
func kept(v *visit) []hidden {
	var list []hidden
	if v.form.Category != "" {
		list = append(list, hidden{"category", v.form.Category})
	}
	if v.form.Object != "" {
		list = append(list, hidden{"object", v.form.Object})
	}
	if v.form.placed() {
		list = append(list, hidden{"lon", kit.Degrees(v.form.Lon)}, hidden{"lat", kit.Degrees(v.form.Lat)})
	}
	return list
}

// openDraft offers the draft that was touched last.
func (p *newPages) openDraft(v *visit) (*openDraft, error) {
	list, err := drafts.Mine(v.ctx(), p.DB, v.actor, draftKind)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		text := readForm(d.Body).Text
		if text == "" {
			photos, err := attachments.ForDraft(v.ctx(), p.DB, d.ID)
			if err != nil {
				return nil, err
			}
			if len(photos) == 0 && readForm(d.Body).Category == "" {
				continue // nothing in it that anybody would miss
			}
			text = v.loc.T("wizard.draft.photos_only")
			if k := v.cat.ByKey(readForm(d.Body).Category); k != nil {
				text = k.Name.In(v.loc.Lang())
			}
		}
		return &openDraft{
			URL: "/reports/new/" + d.ID.String(), Delete: pathOf(d.ID, "delete"), Text: kit.Shorten(text, 160),
			Said: v.loc.T("wizard.draft.open", "date", v.loc.DateTime(d.UpdatedAt, v.now)),
		}, nil
	}
	return nil, nil //nolint:nilnil // no draft is the normal case, not an error
}

// create makes the draft out of the first page, and the visitor a person. Sent
// again it goes on with the same draft.
func (p *newPages) create(c kit.Context) error {
	in, err := values(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(in.Get("draft"))
	if err != nil {
		id = subject.NewID()
	}
	if id, err = p.unsent(c, id); err != nil {
		return err
	}
	if id == uuid.Nil {
		return p.sentOffline(c, in)
	}
	v := &visit{c: c, loc: kit.Loc(c)}
	if v.cat, err = p.Categories.Catalogue(v.ctx()); err != nil {
		return err
	}
	readWhat(v.cat, in, &v.form)
	if at, ok := coordinates(in); ok && in.Get(fromPhoto) == "" {
		v.form.setPlace(at, "", byMap)
	}
	if err := p.takeObject(v, in.Get("object")); err != nil {
		return err
	}
	if err := p.begin(v, id); err != nil {
		return p.notBegun(v, id, err)
	}
	if v.draft.Kind != draftKind {
		return fault.Missing("draft of a report")
	}
	if err := p.know(v); err != nil {
		return err
	}
	if c.Request().Header.Get("X-Autosave") != "" {
		c.Response().Header().Set("Location", v.path(stepWhat))
		return p.autosaved(v, stepWhat, in, v.draft.Version)
	}
	res, err := p.actWhat(v, in, v.draft.Version)
	if err != nil {
		return p.refused(v, stepWhat, err)
	}
	if in.Get("do") == "later" {
		kit.Flash(c, "success", "wizard.later.done")
		return kit.Redirect(c, "/")
	}
	if len(res.wrong) > 0 {
		return p.render(v, stepWhat, http.StatusUnprocessableEntity, res.wrong, nil)
	}
	if res.stay {
		return kit.Redirect(c, v.path(stepWhat)+res.anchor)
	}
	if res.to == "" {
		res.to = v.path(v.known().after(stepWhat))
	}
	return p.onOrOffer(v, res.to)
}

// begin makes the draft, and whoever asks a person if they were nobody so far.
func (p *newPages) begin(v *visit, id uuid.UUID) (err error) {
	if v.actor, err = kit.Visitor(v.c); err != nil {
		return err
	}
	fields, err := v.form.changes(&form{})
	if err != nil {
		return err
	}
	return db.Transact(v.ctx(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		if v.draft, err = drafts.Create(ctx, tx, v.actor, id, draftKind, fields); err != nil {
			return err
		}
		v.draft, err = drafts.Save(ctx, tx, v.actor, id, v.draft.Version, fields) // sent again: with what is there now
		return err
	})
}

// notBegun gives back what was typed when there are too many drafts or visitors.
func (p *newPages) notBegun(v *visit, id uuid.UUID, err error) error {
	why := fault.As(err)
	if why.Kind != fault.TooMany || v.c.Request().Header.Get("X-Autosave") != "" {
		return err
	}
	v.draft.ID = id
	if v.now, err = db.Now(v.ctx(), p.DB); err != nil {
		return err
	}
	f := p.startFrame(v, nil)
	f.Flash = &kit.FlashMessage{Kind: "danger", Text: said(v.loc, why.Key, why.Params)}
	view := p.whatProps(v, f)
	view.Keep = kept(v)
	v.c.Response().Header().Set("Retry-After", num(int(why.RetryAfter.Seconds())))
	kit.NoStore(v.c)
	return kit.Render(v.c, http.StatusTooManyRequests, whatPage(view))
}

func readWhat(cat *categories.Catalogue, in url.Values, f *form) {
	if _, sent := in["text"]; sent {
		f.Text = clean(in.Get("text"), true)
	}
	readKind(cat, in, f)
}

// actWhat takes photos in or out and goes on to the kinds, or past them when
// one of the suggestions was chosen.
func (p *newPages) actWhat(v *visit, in url.Values, version int) (result, error) {
	if in.Get("do") == fromPhoto {
		_, err := p.takePhotoPlace(v, in, version)
		return result{to: v.path(v.afterWhat())}, err
	}
	wrong, err := p.describePhotos(v, in)
	if err != nil {
		return result{}, err
	}
	if _, err := p.takePhotoPlace(v, in, version); err != nil {
		return result{}, err
	}
	if id, ok := strings.CutPrefix(in.Get("do"), "remove:"); ok {
		return result{stay: true, anchor: "#" + kit.FieldID("photo")}, p.discard(v, id)
	}
	failed, err := p.upload(v)
	if err != nil {
		return result{}, err
	}
	wrong = append(wrong, failed...)
	tooLong(&wrong, "text", "wizard.what.long", v.form.Text, reports.MaxText)
	if in.Get("need") != "" || v.category != nil && v.category.Key == unknownKind {
		p.needSomething(v, &wrong)
	}
	if len(wrong) > 0 {
		return result{wrong: wrong}, p.know(v)
	}
	if err := p.know(v); err != nil {
		return result{}, err
	}
	if in.Get("category") != "" && v.category != nil {
		return result{to: v.path(v.known().after(stepKind))}, nil
	}
	return result{}, nil
}

// needSomething asks for a sentence or a photo where the kind alone says nothing.
func (p *newPages) needSomething(v *visit, wrong *fault.Fields) {
	if v.form.Text == "" && len(v.photos) == 0 {
		wrong.Add("text", "wizard.what.need")
	}
}

// describePhotos stores the alternative texts.
func (p *newPages) describePhotos(v *visit, in url.Values) (fault.Fields, error) {
	var wrong fault.Fields
	for _, a := range v.photos {
		name := "alt-" + a.ID.String()
		if _, sent := in[name]; !sent || clean(in.Get(name), false) == a.Alt {
			continue
		}
		_, err := p.Photos.Describe(v.ctx(), v.actor, a.ID, in.Get(name))
		if f := fault.As(err); f != nil {
			if f.Kind != fault.Invalid || len(f.Fields) == 0 {
				return nil, err
			}
			wrong = append(wrong, fault.Field{Name: name, Key: f.Fields[0].Key, Params: f.Fields[0].Params})
		}
	}
	return wrong, nil
}

func (p *newPages) discard(v *visit, text string) error {
	id, err := uuid.Parse(text)
	if err != nil {
		return fault.Missing("photo")
	}
	for _, a := range v.photos {
		if a.ID == id {
			return p.Photos.Discard(v.ctx(), v.actor, id)
		}
	}
	return nil // gone already
}

// upload takes the photos that came with the form. One that is refused never
// costs the draft or the other photos.
func (p *newPages) upload(v *visit) (fault.Fields, error) {
	m := v.c.Request().MultipartForm
	if m == nil {
		return nil, nil
	}
	var wrong fault.Fields
	for _, h := range m.File["photo"] {
		if h.Size == 0 {
			continue // a file input that was left empty
		}
		err := p.uploadOne(v, h)
		f := fault.As(err)
		switch {
		case f == nil:
		case f.Kind == fault.Internal || f.Kind == fault.NotFound:
			return nil, err
		default:
			wrong = append(wrong, fault.Field{Name: "photo", Key: f.Key, Params: f.Params})
		}
		if f != nil && f.Kind == fault.Conflict {
			break // five already
		}
	}
	if len(m.File["photo"]) == 0 {
		return wrong, nil
	}
	var err error
	v.photos, err = attachments.ForDraft(v.ctx(), p.DB, v.draft.ID)
	return wrong, err
}

func (p *newPages) uploadOne(v *visit, h *multipart.FileHeader) error {
	file, err := h.Open()
	if err != nil {
		return err
	}
	a, err := p.Photos.Upload(v.ctx(), v.actor, v.draft.ID, file, "")
	if a.Taken != nil {
		v.taken = a.Taken
	}
	return errors.Join(err, file.Close())
}

func (p *newPages) whatView(v *visit, f frame) templ.Component {
	return whatPage(p.whatProps(v, f))
}

func (p *newPages) whatProps(v *visit, f frame) whatView {
	view := whatView{frame: f, Text: v.form.Text, Category: v.form.Category, Placed: v.form.placed()}
	// a kind that wants no photo does not offer any; those that are there already stay in sight
	view.Photos = v.category == nil || v.category.Photo != categories.PhotoNone || len(v.photos) > 0
	if v.c.QueryParam("need") != "" && len(f.Errors) == 0 {
		view.Errors = kit.Errors{{Name: "text", Text: f.T("wizard.what.need")}}
	}
	for _, a := range v.photos {
		view.Shots = append(view.Shots, shotOf(a))
	}
	return view
}

func shotOf(a attachments.Attachment) shot {
	w, h := a.SmallSize()
	return shot{ID: a.ID.String(), URL: a.SmallPath(), Alt: a.Alt, Width: w, Height: h}
}

func asMaxBytes(err error, to **http.MaxBytesError) bool { return errors.As(err, to) }

// number reads a whole number, or gives the other one.
func number(s string, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}
