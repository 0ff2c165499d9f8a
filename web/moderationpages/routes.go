package moderationpages

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps are what the handlers need.
type Deps struct {
	DB         db.DB
	Moderation *moderation.Service
	Categories *categories.Service
}

type pages struct{ Deps }

// keepPublic is how long anybody may keep the public pages.
const keepPublic = 5 * time.Second

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Moderation == nil || deps.Categories == nil {
		return errors.New("moderationpages: something of the pages is missing")
	}
	p := &pages{deps}
	r.GET("/flag", p.flagForm)
	r.POST("/flag", p.flag)
	r.GET("/flag/:number", p.flagState)
	r.POST("/flag/:number", p.openFlag)
	r.POST("/flag/:number/appeal", p.appealFlag)
	r.GET("/moderation/decisions/:puid", p.why)
	r.POST("/moderation/decisions/:puid/appeal", p.appeal)
	r.GET("/moderation/open/:token", p.askOpen)
	r.POST("/moderation/open/:token", p.open)
	r.GET("/moderation/register", p.register)
	r.GET("/moderation/transparency", p.figures)
	r.GET("/moderation/transparency/:file", p.report)

	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	const desk = "/desk/moderation"
	get(desk, p.queue)
	post(desk, p.decideMany)
	get(desk+"/look", p.look)
	get(desk+"/items/:id", p.item)
	post(desk+"/items/:id", p.decide)
	get(desk+"/items/:id/cover", p.coverForm)
	post(desk+"/items/:id/cover", p.cover)
	post(desk+"/items/:id/warn", p.warn)
	post(desk+"/items/:id/copy", p.askCopy)
	get(desk+"/appeals", p.appeals)
	get(desk+"/appeals/:id", p.hearing)
	post(desk+"/appeals/:id", p.decideAppeal)
	get(desk+"/rules", p.rules)
	post(desk+"/rules", p.setRule)
	get(desk+"/copies", p.copies)
	post(desk+"/copies/:id/approve", p.approveCopy)
	post(desk+"/copies/:id/open", p.openCopy)
	get(desk+"/accounts", p.accounts)
	post(desk+"/accounts/:id/propose", p.propose)
	post(desk+"/accounts/:id/second", p.second)
	return nil
}

// deskPage is a page of the moderators; nothing of it stays in a cache.
func deskPage(c kit.Context, title string) kit.Page {
	p := kit.NewPage(c, title)
	p.Nav, p.Robots = "desk", "noindex"
	kit.NoStore(c)
	return p
}

func idOf(c kit.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.Missing("id")
	}
	return id, nil
}

// shown tells how an error of a form is shown: its wrong entries, or what a
// refusal or a conflict says. ok is false for what the one writer has to say.
func shown(c kit.Context, p kit.Page, err error) (errs kit.Errors, refused string, ok bool) {
	e := fault.As(err)
	switch e.Kind {
	case fault.Invalid:
		return kit.ErrorsOf(p, e), "", len(e.Fields) > 0
	case fault.Conflict, fault.Forbidden, fault.TooMany:
		text := kit.Explain(c, e)
		return nil, text.Title + " " + text.Detail, true
	}
	return nil, "", false
}

func status(err error) int { return kit.StatusOf(fault.As(err).Kind) }

// partOf reads what a content is: "M-2026-7K3QX9", "text", the photo's id.
func partOf(number, part, photo string) (subject.Prefix, subject.Number, subject.PartKind, uuid.UUID, error) {
	prefix, n, err := subject.ParseNumber(number)
	if err != nil || prefix != subject.PrefixReport && prefix != subject.PrefixComment && prefix != subject.PrefixIdea {
		return "", 0, "", uuid.Nil, fault.Missing("content")
	}
	kind := subject.PartKind(part)
	switch kind {
	case subject.Whole, subject.Text:
		return prefix, n, kind, uuid.Nil, nil
	case subject.Photo:
		id, err := uuid.Parse(photo)
		if err != nil {
			return "", 0, "", uuid.Nil, fault.Missing("photo")
		}
		return prefix, n, kind, id, nil
	}
	return "", 0, "", uuid.Nil, fault.Missing("part")
}
