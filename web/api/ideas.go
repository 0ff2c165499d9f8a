package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// The tags of taking part in ideas.
const (
	tagIdeas      = "Ideas"
	tagIdeaDesk   = "Ideas desk"
	tagDiscussion = "Discussion"
	tagVotes      = "Votes"
)

// proposals adds calls, ideas, discussions and votes: what people do there, and
// what the city does with it.
func (a *api) proposals() {
	a.ideaLists()
	a.ideaReads()
	a.calls()
	a.ideaCreate()
	a.ideaEdits()
	a.ideaAuthors()
	a.ideaTakePart()
	a.amendments()
	a.ideaDesk()
	a.ideaDeskMore()
	a.ideaSplits()
	a.deskCalls()
	a.contestOps()
	a.discussions()
	a.commentWrites()
	a.votes()
}

func proposalTags() []*huma.Tag {
	return []*huma.Tag{
		{Name: tagIdeas, Description: "Calls and ideas: read, propose, support, change. Reading needs nothing; a person takes part by a visitor's or a personal token."},
		{Name: tagIdeaDesk, Description: "What the city does with ideas, and how it sets up calls. By a token with the scopes desk:read and desk:write."},
		{Name: tagContests, Description: "Calls of the kind contest: teams, entries, jury, finalists, vote, winners. Entries are known to team, jury and office alone."},
		{Name: tagDiscussion, Description: "Comments on ideas and on all else that is discussed."},
		{Name: tagVotes, Description: "What a receipt proves, and votes that wait for a moderator."},
	}
}

// IdeaParam is in every path of an idea.
type IdeaParam struct {
	Number string `path:"number" maxLength:"40" doc:"The public number of the idea." example:"I-2026-7K3QX9"`
}

func (p IdeaParam) idea() (subject.Number, error) {
	return numbered(p.Number, subject.PrefixIdea, "idea")
}

// CallParam is in every path of a call.
type CallParam struct {
	Number string `path:"number" maxLength:"40" doc:"The public number of the call." example:"A-2026-7K3QX9"`
}

func (p CallParam) call() (subject.Number, error) {
	return numbered(p.Number, subject.PrefixCall, "call")
}

// numbered reads a public number with a prefix. What is none is not found.
func numbered(text string, want subject.Prefix, what string) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(text)
	if err != nil || prefix != want {
		return 0, fault.Missing(what).Because(err)
	}
	return n, nil
}

// ideaWork is who does something with one idea, in one transaction.
type ideaWork struct {
	k     *call
	tx    pgx.Tx
	actor accounts.Actor
	ideas *ideas.Service
	n     subject.Number
}

// ideaWrites adds an operation that changes something about one idea.
func ideaWrites[I interface {
	idea() (subject.Number, error)
}, O any](a *api, o op, do func(ctx context.Context, w *ideaWork, in *I) (O, error)) {
	writes(a, o, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *I) (O, error) {
		n, err := (*in).idea()
		if err != nil {
			var none O
			return none, err
		}
		return do(ctx, &ideaWork{k: k, tx: tx, actor: actor, ideas: a.Ideas.Within(tx), n: n}, in)
	})
}

// ideaDrop is ideaWrites for what has no other answer than that it is done.
func ideaDrop[I interface {
	idea() (subject.Number, error)
}](a *api, o op, do func(ctx context.Context, w *ideaWork, in *I) error) {
	ideaWrites(a, o, func(ctx context.Context, w *ideaWork, in *I) (nothing, error) {
		return nothing{Done: true}, do(ctx, w, in)
	})
}

// ideaOp is an operation of residents: open to the anonymous where it reads.
func ideaOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagIdeas, summary: summary, detail: detail, open: true, scope: accounts.ScopeWrite}
	if method == http.MethodGet {
		o.scope = accounts.ScopeRead
	}
	return o
}

// byPeople makes an operation one of visitors and personal tokens.
func (o op) byPeople() op {
	o.open, o.people = false, true
	return o
}

// ideaStatus is where an idea stands.
type ideaStatus struct {
	Code  string `json:"code" enum:"open,checking,council,accepted,partly,linked,declined,done,elsewhere,withdrawn,merged"`
	Label string `json:"label" example:"In Prüfung"`
	Since string `json:"since" format:"date-time"`
}

func ideaStatusOf(loc *i18n.Localizer, s ideas.Status, since time.Time) ideaStatus {
	return ideaStatus{Code: string(s), Label: loc.T("idea." + string(s) + ".label"), Since: stamp(since)}
}

// ideaPlace is where an idea is about.
type ideaPlace struct {
	Lon      *float64        `json:"lon,omitempty"`
	Lat      *float64        `json:"lat,omitempty"`
	Address  string          `json:"address,omitempty"`
	District string          `json:"district,omitempty" doc:"Ref of the district."`
	Geometry json.RawMessage `json:"geometry,omitempty" doc:"GeoJSON of a line or an area; absent for a point."`
	Metres   *int            `json:"metres,omitempty" doc:"From the place that was asked for."`
}

func ideaPlaceOf(p *subject.Point, address, district, shape string) *ideaPlace {
	if p == nil && address == "" {
		return nil
	}
	out := &ideaPlace{Address: address, District: district}
	if p != nil {
		out.Lon, out.Lat = &p.Lon, &p.Lat
	}
	if shape != "" {
		out.Geometry = json.RawMessage(shape)
	}
	return out
}

// ideaLinks lead on from an idea.
type ideaLinks struct {
	Self       string `json:"self" format:"uri"`
	Timeline   string `json:"timeline" format:"uri"`
	Versions   string `json:"versions" format:"uri"`
	Discussion string `json:"discussion" format:"uri" doc:"The comments on it."`
	Page       string `json:"page" format:"uri" doc:"The page for people."`
}

func (a *api) ideaLinksOf(n subject.Number, id uuid.UUID) ideaLinks {
	self := a.router.URL(Root + "/ideas/" + n.Format(subject.PrefixIdea))
	return ideaLinks{
		Self: self, Timeline: self + "/timeline", Versions: self + "/versions", Page: a.router.URL(ideas.Path(n)),
		Discussion: a.router.URL(Root + "/discussions/" + string(subject.Idea) + "/" + id.String() + "/comments"),
	}
}

// ideaListed is an idea in a list.
type ideaListed struct {
	Number       string     `json:"number" example:"I-2026-7K3QX9"`
	Title        string     `json:"title" doc:"In the words of whoever proposed it."`
	Excerpt      string     `json:"excerpt" doc:"How the text begins."`
	Language     string     `json:"language" doc:"Of title and text."`
	Topic        string     `json:"topic" doc:"Key."`
	Status       ideaStatus `json:"status"`
	Place        *ideaPlace `json:"place,omitempty"`
	Supports     int        `json:"supports" doc:"Those that count, by the rule of the call."`
	Goal         int        `json:"goal,omitempty" doc:"Supports after which something happens; absent: none."`
	Comments     int        `json:"comments"`
	SupportUntil string     `json:"support_until,omitempty" format:"date-time"`
	AnswerBy     string     `json:"answer_by,omitempty" format:"date-time"`
	Author       string     `json:"author,omitempty" doc:"The name that is shown; absent: none."`
	CostCents    *int64     `json:"cost_cents,omitempty" doc:"As its authors estimate, in cents of a euro."`
	CreatedAt    string     `json:"created_at" format:"date-time"`
	Links        ideaLinks  `json:"links"`
}

func (a *api) ideaListedOf(loc *i18n.Localizer, i *ideas.Item) ideaListed {
	out := ideaListed{
		Number: i.Number.Format(subject.PrefixIdea), Title: i.Title, Excerpt: i.Excerpt, Language: i.Lang, Topic: i.Topic,
		Status: ideaStatusOf(loc, i.Status, i.StatusAt), Place: ideaPlaceOf(i.Point, i.Address, i.District, ""), Supports: i.Supports, Goal: i.Goal,
		Comments: i.Comments, SupportUntil: stampOf(i.EndsAt), AnswerBy: stampOf(i.AnswerBy), Author: i.Author, CostCents: i.CostCents,
		CreatedAt: stamp(i.CreatedAt), Links: a.ideaLinksOf(i.Number, i.ID),
	}
	if out.Place != nil && i.Metres > 0 {
		out.Place.Metres = &i.Metres
	}
	return out
}

func (a *api) ideasListed(loc *i18n.Localizer, list []ideas.Item) []ideaListed {
	out := make([]ideaListed, len(list))
	for i := range list {
		out[i] = a.ideaListedOf(loc, &list[i])
	}
	return out
}

// dateOf is a day as JSON has it; "" for none.
func dateOf(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.Format(time.DateOnly)
}
