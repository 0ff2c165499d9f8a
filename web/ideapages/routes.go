package ideapages

import (
	"context"
	"errors"
	"hash/fnv"
	"time"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Talk embeds the discussion of an idea (discusspages.Pages).
type Talk interface {
	Part(c kit.Context, page kit.Page, ref subject.Ref) (templ.Component, error)
}

// Deps is what the pages of ideas need.
type Deps struct {
	DB       db.DB
	Ideas    *ideas.Service
	Contests *contests.Service // nil: there are none
	Geo      *geo.Service
	Photos   ideas.Photos
	Files    *casework.Files // authors can add PDF; nil: they can't
	Forms    ideas.Forms
	Reports  *reports.Service // a report can become an idea; nil: none can
	Talk     Talk             // nil: nothing is discussed
	Centre   kit.Centre
	Zone     *time.Location
	// Complaints are those that an idea belongs to, of the ones that the actor
	// works on; nil: none are shown.
	Complaints interface {
		Beside(ctx context.Context, actor accounts.Actor, of subject.Ref) ([]complaints.Complaint, error)
	}
}

type pages struct {
	Deps
	url func(path string) string
}

// How long anybody may keep the answer to a visitor without a session. What was
// hidden must be gone soon.
const keepPublic = 5 * time.Second

// photoBody lets a form with one picture in.
const photoBody = attachments.MaxBytes + 1<<20

// Register adds the pages.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Ideas == nil || deps.Geo == nil || deps.Photos == nil || deps.Forms == nil || deps.Zone == nil {
		return errors.New("ideapages: something of the pages is missing")
	}
	p := &pages{Deps: deps, url: r.URL}
	r.GET("/ideas", p.list)
	r.GET("/ideas.atom", p.atom)
	r.GET("/ideas.json", p.json)
	r.GET("/ideas.geojson", p.geojson)
	r.GET("/ideas.csv", p.csv)
	r.GET("/ideas.xlsx", p.xlsx)
	r.GET("/ideas/new", p.start)
	r.POST("/ideas/new", p.create)
	r.GET("/ideas/new/:draft", p.resume)
	r.POST("/ideas/new/:draft", p.keep)
	r.POST("/ideas/new/:draft/delete", p.drop)
	r.GET("/ideas/mine", p.mine)
	r.GET("/ideas/open", p.askCode)
	r.POST("/ideas/open", p.openByCode)
	r.GET("/ideas/join/:token", p.askJoin)
	r.POST("/ideas/join/:token", p.join)
	r.GET("/ideas/calls/:number", p.call)
	r.GET("/ideas/calls/:number/results", p.results)
	r.GET("/ideas/:number", p.show)
	r.POST("/ideas/:number/support", p.support)
	r.POST("/ideas/:number/follow", p.follow)
	r.GET("/ideas/:number/versions", p.versions)
	r.GET("/ideas/:number/amend", p.askAmend)
	r.POST("/ideas/:number/amend", p.amend)
	r.POST("/ideas/:number/amendments/:id", p.decideAmendment)
	r.GET("/ideas/:number/edit", p.askEdit)
	r.POST("/ideas/:number/edit", p.edit)
	r.POST("/ideas/:number/details", p.details)
	r.POST("/ideas/:number/photos", p.addPhoto, kit.BodyLimit(photoBody))
	r.POST("/ideas/:number/photos/:photo/remove", p.removePhoto)
	r.POST("/ideas/:number/files", p.addFile, kit.BodyLimit(kit.TalkBody))
	r.GET("/ideas/:number/files/:file", p.file)
	kit.ViewRoutes(r, "/ideas/:number/files/:file", p.viewFile)
	r.POST("/ideas/:number/files/:file/remove", p.removeFile)
	r.POST("/ideas/:number/invite", p.invite)
	r.POST("/ideas/:number/merge", p.agreeMerge)
	r.POST("/ideas/:number/split", p.agreeSplit)
	r.GET("/ideas/:number/withdraw", p.askWithdraw)
	r.POST("/ideas/:number/withdraw", p.withdraw)
	p.registerDesk(r)
	p.registerContests(r)
	return nil
}

// numberOf reads the number of an idea in the path. What is none answers as one
// that does not exist.
func numberOf(c kit.Context) (subject.Number, error) { return number(c, subject.PrefixIdea) }

func number(c kit.Context, want subject.Prefix) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(c.Param("number"))
	if err != nil || prefix != want {
		return 0, fault.Missing("idea")
	}
	return n, nil
}

// writer is who writes, within the limits of an address; a visitor without a
// session gets one. Whoever may not know of the idea gets none.
func (p *pages) writer(c kit.Context) (subject.Number, accounts.Actor, error) {
	n, err := numberOf(c)
	if err != nil {
		return 0, accounts.Actor{}, err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return 0, accounts.Actor{}, err
	}
	if _, err := p.Ideas.Get(c.Request().Context(), kit.Actor(c), n); err != nil {
		return 0, accounts.Actor{}, err
	}
	actor, err := kit.Visitor(c)
	return n, actor, err
}

// seedOf is the order at random of a visitor: by who they are, else by the
// address that the request comes from and the day; neither is kept.
func seedOf(c kit.Context, now time.Time) int64 {
	h := fnv.New64a()
	if a := kit.Actor(c); !a.Anonymous() {
		_, _ = h.Write(a.Person[:])
	} else {
		_, _ = h.Write([]byte(accounts.AddressKey(kit.ClientIP(c)) + now.Format(time.DateOnly)))
	}
	return int64(h.Sum64()>>40) + 1
}
