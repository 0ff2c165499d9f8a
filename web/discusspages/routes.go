package discusspages

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Stubs tells what the public reads in the place of what moderation hid
// (moderation.Service).
type Stubs interface {
	Stubs(ctx context.Context, actor accounts.Actor, ref subject.Ref) ([]moderation.Stub, error)
}

// Deps are what the handlers need.
type Deps struct {
	DB         db.DB
	Discussion *discussion.Service
	Stubs      Stubs                              // nil: nothing is moderated
	Describe   map[subject.Kind]subject.Describer // names the things whose votes are held
	Told       votes.Told                         // hears of decisions about held votes; nil: nobody
}

// Pages are the handlers, and what other pages embed.
type Pages struct {
	Deps
	url func(path string) string
}

// New makes the pages; Register puts their doors in place.
func New(deps Deps) (*Pages, error) {
	if deps.DB == nil || deps.Discussion == nil {
		return nil, errors.New("discusspages: something of the pages is missing")
	}
	return &Pages{Deps: deps}, nil
}

// Register adds the routes.
func (p *Pages) Register(r *kit.Router) {
	p.url = r.URL
	const at = "/discussions/:kind/:id"
	r.GET(at, p.show)
	r.POST(at, p.write)
	r.GET(at+"/write", p.writeForm)
	r.GET(at+"/new", p.fresh)
	r.GET(at+"/feed.atom", p.feed)
	r.POST(at+"/follow", p.follow)
	const one = "/comments/:number"
	r.GET(one, p.find)
	r.GET(one+"/edit", p.editForm)
	r.POST(one+"/edit", p.edit)
	r.GET(one+"/remove", p.askRemove)
	r.POST(one+"/remove", p.remove)
	r.POST(one+"/helpful", p.helpful)
	r.POST(one+"/pin", p.pin)
	r.GET(one+"/versions", p.versions)
	r.GET("/votes/receipt", p.receipt)
	r.POST("/votes/receipt", p.receipt)
	r.GET("/desk/votes", p.holds, kit.RequireSignIn)
	r.GET("/desk/votes/:id", p.hold, kit.RequireSignIn)
	r.POST("/desk/votes/:id", p.decide, kit.RequireSignIn)
}

// keepPublic is how long anybody may keep what a visitor without a session gets.
const keepPublic = 5 * time.Second

// refOf is the discussed thing that an address names.
func refOf(c kit.Context) (subject.Ref, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return subject.Ref{}, fault.Missing("discussion")
	}
	return subject.Ref{Kind: subject.Kind(c.Param("kind")), ID: id}, nil
}

func numberOf(c kit.Context) (subject.Number, error) {
	return commentNumber(c.Param("number"))
}

func commentNumber(text string) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(text)
	if err != nil || prefix != subject.PrefixComment {
		return 0, fault.Missing("comment")
	}
	return n, nil
}

// Path is where the discussion of a thing has its own doors.
func Path(ref subject.Ref) string { return "/discussions/" + string(ref.Kind) + "/" + ref.ID.String() }

// onPage is the thing's page at a comment of it.
func onPage(about discussion.Subject, n subject.Number) string {
	number := n.Format(subject.PrefixComment)
	glue := "?"
	if strings.Contains(about.Path, "?") {
		glue = "&"
	}
	return about.Path + glue + "comment=" + url.QueryEscape(number) + "#k-" + strings.ToLower(number)
}
