package reportpages

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// visit is one request on the way to report with everything that its page needs
// to know of the draft.
type visit struct {
	c        kit.Context
	loc      *i18n.Localizer
	actor    accounts.Actor
	now      time.Time
	draft    drafts.Draft
	form     form
	before   form // as it was before this request
	photos   []attachments.Attachment
	cat      *categories.Catalogue
	category *categories.Category // nil until one is chosen
	outcome  categories.Outcome   // of the answers so far
	wrong    fault.Fields         // wrong answers
	near     []reports.Item
	event    *casework.Event // that the report would belong to; nil: none
	taken    *subject.Point  // where a photo of this request says that it was taken; stored nowhere
}

func (v *visit) ctx() context.Context { return v.c.Request().Context() }

// local is the time in the city.
func (v *visit) local() time.Time { return v.now.In(v.loc.Zone()) }

// open loads the draft of this person, or fault.NotFound for any other.
func (p *newPages) open(c kit.Context) (*visit, error) {
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return nil, fault.Missing("draft")
	}
	v := &visit{c: c, loc: kit.Loc(c), actor: kit.Actor(c)}
	if v.draft, err = drafts.Load(v.ctx(), p.DB, v.actor, id); err != nil {
		return nil, err
	}
	if v.draft.Kind != draftKind {
		return nil, fault.Missing("draft of a report")
	}
	return v, p.know(v)
}

// know reads the draft's fields and finds out what follows from them.
func (p *newPages) know(v *visit) (err error) {
	v.form = readForm(v.draft.Body)
	if v.now, err = db.Now(v.ctx(), p.DB); err != nil {
		return err
	}
	if v.cat, err = p.Categories.Catalogue(v.ctx()); err != nil {
		return err
	}
	v.category = nil
	if k := v.cat.ByKey(v.form.Category); k != nil && k.Active {
		v.category = k
		v.outcome, v.wrong = categories.Evaluate(k, v.form.Answers[k.Key])
	}
	if v.photos, err = attachments.ForDraft(v.ctx(), p.DB, v.draft.ID); err != nil {
		return err
	}
	v.near = nil
	if v.category != nil && v.form.placed() {
		v.near, err = p.Reports.Nearby(v.ctx(), v.actor, v.form.point(), v.category.Key, v.form.Text)
	}
	if err == nil && v.form.placed() {
		v.event, err = p.eventAt(v)
	}
	return err
}

// eventAt is the big event that runs at the place.
func (p *newPages) eventAt(v *visit) (*casework.Event, error) {
	var category uuid.UUID
	if v.category != nil {
		category = v.category.ID
	}
	at := v.form.point()
	district, _, err := p.Geo.District(v.ctx(), at)
	if err != nil {
		return nil, err
	}
	return casework.EventAt(v.ctx(), p.DB, category, at, district.Ref)
}

// known is what the draft tells about the pages that there will be.
func (v *visit) known() known {
	return known{
		Category: v.category != nil, Place: v.form.placed(), Near: len(v.near) > 0,
		Questions: v.category != nil && len(v.category.Questions) > 0,
	}
}

// path is the address of a page of this draft.
func (v *visit) path(s step) string { return pathOf(v.draft.ID, string(s)) }

func pathOf(draft uuid.UUID, last string) string {
	return "/reports/new/" + draft.String() + "/" + last
}

// keep stores what changed in the form. version is the one that the page was
// made from: what another tab wrote since stays.
func (p *newPages) keep(v *visit, version int, next form) error {
	changed, err := next.changes(&v.form)
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		return nil
	}
	err = db.Transact(v.ctx(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		v.draft, err = drafts.Save(ctx, tx, v.actor, v.draft.ID, version, changed)
		return err
	})
	if err != nil {
		return err
	}
	return p.know(v)
}

// result is where a saved page leads.
type result struct {
	wrong  fault.Fields
	to     string // address; "" with wrong: the same page again
	stay   bool   // the page that asked, e.g. after a search
	anchor string
}

// show is the page of a step.
func (p *newPages) show(c kit.Context) error {
	at := step(c.Param("step"))
	if !knownStep(at) {
		return fault.Missing("step")
	}
	v, err := p.open(c)
	if fault.Is(err, fault.NotFound) {
		return p.sentBefore(c, err)
	}
	if err != nil {
		return err
	}
	k := v.known()
	if to := k.allowed(at); to != at {
		return kit.Redirect(c, v.path(to))
	}
	if at == stepNear && !k.Near || at == stepQuestions && !k.Questions {
		return kit.Redirect(c, v.path(k.after(at)))
	}
	return p.render(v, at, http.StatusOK, nil, nil)
}

// save stores what a page sends, valid or not, and leads on.
func (p *newPages) save(c kit.Context) error {
	at := step(c.Param("step"))
	if !knownStep(at) {
		return fault.Missing("step")
	}
	v, err := p.open(c)
	if fault.Is(err, fault.NotFound) {
		return p.sentMeanwhile(c, err)
	}
	if err != nil {
		return err
	}
	in, err := values(c)
	if err != nil {
		return err
	}
	v.before = v.form
	next, version := v.form, number(in.Get("version"), v.draft.Version)
	p.read(v, at, in, &next)
	if err := p.keep(v, version, next); err != nil {
		return err
	}
	if c.Request().Header.Get("X-Autosave") != "" {
		return p.autosaved(v, at, in, version)
	}
	res, err := p.act(v, at, in, version)
	if err != nil {
		return p.refused(v, at, err)
	}
	if in.Get("do") == "later" {
		kit.Flash(c, "success", "wizard.later.done")
		return kit.Redirect(c, "/")
	}
	switch {
	case len(res.wrong) > 0:
		return p.render(v, at, http.StatusUnprocessableEntity, res.wrong, nil)
	case res.stay:
		return kit.Redirect(c, v.here(at)+res.anchor)
	case res.to != "":
		return p.onOrOffer(v, res.to)
	case v.fromCheck() && v.backToCheck():
		return p.onOrOffer(v, v.path(stepCheck))
	}
	return p.onOrOffer(v, v.path(v.known().after(at)))
}

// fromCheck tells that the page was opened by "Ändern" on the last one.
func (v *visit) fromCheck() bool { return v.c.QueryParam("to") == string(stepCheck) }

// here is the address of a page that keeps where it was opened from.
func (v *visit) here(at step) string {
	if v.fromCheck() {
		return v.path(at) + "?to=" + string(stepCheck)
	}
	return v.path(at)
}

// backToCheck tells that nothing has changed that would ask for other pages.
func (v *visit) backToCheck() bool {
	return v.missing() == stepCheck && v.form.Category == v.before.Category && v.form.point() == v.before.point()
}

// autosaved answers a script that saves while people type, and the one that
// sends what a device kept: next is the page that needs somebody, ready that
// there is none before the report can be sent.
func (p *newPages) autosaved(v *visit, at step, in url.Values, version int) error {
	answer := map[string]any{}
	switch at {
	case stepPlace:
		if err := p.savePlace(v, in, version); err != nil {
			return err
		}
	case stepWhat: // the words of the photos lie outside the form
		if _, err := p.describePhotos(v, in); err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
		said, err := p.takePhotoPlace(v, in, version)
		if err != nil {
			return err
		}
		maps.Copy(answer, said)
	default:
	}
	if kit.WantsJSON(v.c) { // the page goes on with the version that it has written
		answer["draft"], answer["version"] = v.draft.ID.String(), v.draft.Version
		if v.c.Request().Header.Get(keyHeader) != "" {
			var err error
			if answer["next"], answer["ready"], err = p.nextOf(v); err != nil {
				return err
			}
		}
		kit.NoStore(v.c)
		return v.c.JSON(http.StatusOK, answer)
	}
	return v.c.NoContent(http.StatusNoContent)
}

// read takes the fields of a page over into the form; it changes nothing else
// and refuses nothing.
func (p *newPages) read(v *visit, at step, in url.Values, f *form) {
	switch at {
	case stepWhat:
		readWhat(v.cat, in, f)
	case stepKind:
		readKind(v.cat, in, f)
	case stepPlace:
		readPlace(in, f)
	case stepQuestions:
		if v.category != nil && len(in["seen[]"]) > 0 {
			f.setAnswers(v.category, in)
		}
	case stepContact:
		f.Mail = clean(in.Get("mail"), false)
		readFor(in, f)
	case stepCheck:
		readCheck(in, f)
	default: // near has buttons only
	}
}

// act does what the page's button says.
func (p *newPages) act(v *visit, at step, in url.Values, version int) (result, error) {
	switch at {
	case stepWhat:
		return p.actWhat(v, in, version)
	case stepKind:
		return p.actKind(v, in)
	case stepPlace:
		return p.actPlace(v, in, version)
	case stepNear:
		return p.actNear(v, in)
	case stepQuestions:
		return p.actQuestions(v, in)
	case stepContact:
		return p.actContact(v)
	default:
		return p.actCheck(v, in)
	}
}

// refused shows what the person can do something about on the page itself;
// anything else goes to the one error writer. The draft keeps everything.
func (p *newPages) refused(v *visit, at step, err error) error {
	f := fault.As(err)
	switch f.Kind {
	case fault.Invalid:
		if len(f.Fields) > 0 {
			return p.render(v, at, http.StatusUnprocessableEntity, f.Fields, nil)
		}
		return p.render(v, at, http.StatusUnprocessableEntity, nil, f)
	case fault.TooMany:
		v.c.Response().Header().Set("Retry-After", num(int(f.RetryAfter.Seconds())))
		return p.render(v, at, http.StatusTooManyRequests, nil, f)
	case fault.TooLarge, fault.Unsupported, fault.Conflict:
		return p.render(v, at, http.StatusUnprocessableEntity, nil, f)
	default:
		return err
	}
}

// render prints a step: with the wrong fields, or with a fault that concerns
// the whole of it.
func (p *newPages) render(v *visit, at step, status int, wrong fault.Fields, whole *fault.Error) error {
	f := p.frame(v, at, wrong)
	var alert *kit.FlashMessage
	if whole != nil {
		alert = &kit.FlashMessage{Kind: "danger", Text: said(v.loc, whole.Key, whole.Params)}
		f.Flash = alert
	}
	page, err := p.view(v, at, f)
	if err != nil {
		return err
	}
	kit.NoStore(v.c)
	return kit.Render(v.c, status, page)
}

func (p *newPages) view(v *visit, at step, f frame) (templ.Component, error) {
	switch at {
	case stepWhat:
		return p.whatView(v, f), nil
	case stepKind:
		return p.kindView(v, f)
	case stepPlace:
		return p.placeView(v, f)
	case stepNear:
		return p.nearView(v, f), nil
	case stepQuestions:
		return p.questionsView(v, f)
	case stepContact:
		return p.contactView(v, f)
	default:
		return p.checkView(v, f)
	}
}

// frame is what all pages of a draft share.
func (p *newPages) frame(v *visit, at step, wrong fault.Fields) frame {
	k := v.known()
	f := frame{Page: kit.NewPage(v.c, "wizard."+string(at)+".title"), Step: at, Draft: v.draft.ID.String(), Version: v.draft.Version, Event: v.event}
	f.Nav, f.Robots = "report", "noindex"
	if at == stepQuestions || at == stepPlace {
		f.Scripts = []string{"report-new"}
	}
	f.I, f.Of = k.progress(at)
	f.Name = f.Title
	if at == stepKind {
		f.Name = f.T("wizard.what.title")
	}
	if len(wrong) > 0 {
		f.Title = f.T("ui.error") + " " + f.Title
	}
	f.Action, f.Delete = v.here(at), pathOf(v.draft.ID, "delete")
	if before := k.before(at); v.fromCheck() {
		f.Back = v.path(stepCheck)
	} else if before != "" {
		f.Back = v.path(before)
	}
	for _, w := range wrong {
		f.Errors = append(f.Errors, kit.FieldError{Name: w.Name, Text: said(v.loc, w.Key, w.Params)})
	}
	f.Night = p.night(v.ctx(), v.loc, v.now, v.department())
	return f
}

// said is a message with what to do about it, where the catalogue has that apart.
func said(loc *i18n.Localizer, key string, params map[string]any) string {
	text := loc.TMap(key, params)
	if loc.Has(key + ".more") {
		text += " " + loc.TMap(key+".more", params)
	}
	return text
}

// department is who will read the report, "" before that is known.
func (v *visit) department() string {
	if v.category == nil {
		return ""
	}
	return v.outcome.Department
}

// night says when reports are read again; "" while they are.
func (p *newPages) night(ctx context.Context, loc *i18n.Localizer, now time.Time, department string) string {
	at, open, err := p.Categories.NextReading(ctx, department)
	if err != nil || open { // a courtesy: without it the form still works
		return ""
	}
	return loc.T("wizard.night", "day", loc.NearDate(at, now), "time", hour(loc, at))
}

// hour is a time on the full hour as it is said: "7 Uhr", "07:00"; with minutes otherwise.
func hour(loc *i18n.Localizer, at time.Time) string {
	local := at.In(loc.Zone())
	if local.Minute() == 0 && loc.Lang() != i18n.English {
		return num(local.Hour()) + " Uhr"
	}
	return loc.Clock(at)
}

// values reads a posted form, with or without files.
func values(c kit.Context) (url.Values, error) {
	in, err := c.FormParams()
	if err == nil {
		return in, nil
	}
	var tooLarge *http.MaxBytesError
	if ok := asMaxBytes(err, &tooLarge); ok {
		return nil, fault.New(fault.TooLarge, "err.photo.size").Because(err)
	}
	return nil, fault.New(fault.BadRequest, "err.400").Because(err)
}

// resume is the short address of a draft: on to the first page that needs an answer.
func (p *newPages) resume(c kit.Context) error {
	v, err := p.open(c)
	if fault.Is(err, fault.NotFound) {
		return p.sentBefore(c, err)
	}
	if err != nil {
		return err
	}
	k := v.known()
	to := k.allowed(stepCheck)
	if to == stepKind && v.form.Text == "" && len(v.photos) == 0 {
		to = stepWhat
	}
	return kit.Redirect(c, v.path(to))
}

// remove is "Entwurf löschen": at once and for good. Again is no error.
func (p *newPages) remove(c kit.Context) error {
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return fault.Missing("draft")
	}
	actor := kit.Actor(c)
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return p.Drafts.Delete(ctx, tx, actor, id)
	})
	if err != nil && (!fault.Is(err, fault.NotFound) || actor.Anonymous()) {
		return err
	}
	return kit.Redirect(c, "/reports/new/deleted")
}

func (p *newPages) deleted(c kit.Context) error {
	page := kit.NewPage(c, "wizard.draft.deleted.title")
	page.Nav, page.Robots = "report", "noindex"
	return kit.Render(c, http.StatusOK, deletedPage(page))
}

// blank tells whether nothing but blanks is there.
func blank(s string) bool { return strings.TrimSpace(s) == "" }
