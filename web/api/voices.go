package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type newBarrier struct {
	Text    string `json:"text" maxLength:"4000" doc:"What could not be used, and how."`
	Page    string `json:"page,omitempty" maxLength:"300" doc:"Where it was, for example /map."`
	Contact string `json:"contact,omitempty" maxLength:"200" doc:"How the city reaches you, if it should."`
}

type barrierNumber struct {
	Number string `json:"number" example:"H-2026-7K3QX9" doc:"By it everybody can see whether it is done."`
}

type barrierStanding struct {
	At     string `json:"reported_at" format:"date-time"`
	DoneAt string `json:"done_at,omitempty" format:"date-time" doc:"Absent: it is still there, or not answered."`
}

type pageVote struct {
	Page    string `json:"page" maxLength:"200" example:"/help" doc:"Path on this site."`
	Helpful bool   `json:"helpful"`
}

// voices are what everybody may say about the site, as on its pages: without an
// account, within the limits of the pages.
func (a *api) voices() {
	said := func(id, method, path, summary, detail string) op {
		o := op{id: id, method: method, path: path, tag: tagRead, open: true, scope: accounts.ScopeWrite, summary: summary, detail: detail}
		if method == http.MethodGet {
			o.scope = accounts.ScopeRead
		} else {
			o.rule = accounts.RulePost
		}
		return o
	}
	type barrierIn struct {
		OnceParam
		Body newBarrier
	}
	report := said("reportBarrier", http.MethodPost, "/barriers", "Report a barrier of the site", "What could not be used. Anybody may, without an account; only the city reads it. Sent again with the same key, it is one.")
	report.status = http.StatusCreated
	reads(a, report, func(ctx context.Context, k *call, actor accounts.Actor, in *barrierIn) (barrierNumber, error) {
		b := site.Barrier{ID: subject.NewID(), Page: kit.Clean(in.Body.Page, false), Text: kit.Clean(in.Body.Text, true), Contact: kit.Clean(in.Body.Contact, false), Lang: k.loc().Lang()}
		if in.Key != "" { // two people with one key have two: the words are part of it
			b.ID = uuid.NewSHA1(actor.Person, []byte(in.Key+"\x00"+b.Page+"\x00"+b.Text+"\x00"+b.Contact))
		}
		n, err := a.Site.ReportBarrier(ctx, b)
		return barrierNumber{n.Format(site.PrefixBarrier)}, ownFields(err)
	})
	reads(a, said("getBarrier", http.MethodGet, "/barriers/{barrier}", "See whether a barrier is gone", "By its number: when it arrived, and when it was done. Never what it says."),
		func(ctx context.Context, _ *call, _ accounts.Actor, in *BarrierParam) (barrierStanding, error) {
			n, ok := site.ParseBarrierNumber(in.Number)
			if !ok {
				return barrierStanding{}, fault.Missing("barrier")
			}
			at, done, err := a.Site.BarrierState(ctx, n)
			return barrierStanding{At: stamp(at), DoneAt: stampOf(done)}, err
		})
	type voteIn struct{ Body pageVote }
	reads(a, said("ratePage", http.MethodPost, "/feedback", "Say whether a page was helpful", "Only counted: nobody is known by it, and nothing holds two answers of one person together."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *voteIn) (nothing, error) {
			err := a.Site.Feedback(ctx, in.Body.Page, k.loc().Lang(), in.Body.Helpful)
			if fault.Is(err, fault.BadRequest) {
				err = fault.OnField("/page", "api.field.wrong")
			}
			return nothing{true}, err
		})
}
