package api

import (
	"context"
	"net/http"
	"net/url"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// CallProof is what a call asks of an eID; exported for huma.
type CallProof struct {
	City      bool     `json:"city,omitempty" doc:"Who lives in the city."`
	Districts []string `json:"districts,omitempty" nullable:"false" maxItems:"200" doc:"Refs: who lives in one of them,"`
	Postcodes []string `json:"postcodes,omitempty" nullable:"false" maxItems:"100" doc:"or has one of these."`
	AgeFrom   int      `json:"age_from,omitempty" minimum:"0" maximum:"120" doc:"In full years, included; absent: none."`
	AgeTo     int      `json:"age_to,omitempty" minimum:"0" maximum:"120" doc:"Included; absent: none."`
	Comments  bool     `json:"comments,omitempty" doc:"Comments need the proof, too."`
}

func (p *CallProof) proof() ideas.Proof {
	if p == nil {
		return ideas.Proof{}
	}
	return ideas.Proof{City: p.City, Districts: p.Districts, Postcodes: p.Postcodes, AgeFrom: p.AgeFrom, AgeTo: p.AgeTo, Talk: p.Comments}
}

func proofOf(c *ideas.Call) *CallProof {
	if c.Who != ideas.WhoProved {
		return nil
	}
	p := c.Proof
	return &CallProof{City: p.City, Districts: p.Districts, Postcodes: p.Postcodes, AgeFrom: p.AgeFrom, AgeTo: p.AgeTo, Comments: p.Talk}
}

// proofState is what an eID has answered about the reader.
type proofState struct {
	Answer string     `json:"answer" enum:"yes,no,none" doc:"none: not asked, or asked too long ago."`
	Until  string     `json:"until,omitempty" format:"date-time" doc:"Until when the answer is kept."`
	Ways   []proofWay `json:"ways" nullable:"false" doc:"Sign-ins that can answer."`
}

type proofWay struct {
	Label string `json:"label"`
	Page  string `json:"page" format:"uri" doc:"To be opened in a browser: it leads to the eID and back to the call."`
}

// callProof is the reader's own answer; nobody is told about anybody else.
func (a *api) callProof() {
	type input struct{ CallParam }
	reads(a, ideaOp("getCallProof", http.MethodGet, "/calls/{number}/proof", "Read whether you may take part in a call that asks an eID",
		"Your own yes or no, which nobody else reads, and where to prove it. What the eID says beyond that is not stored. 404 for calls that ask for no proof."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (proofState, error) {
			n, err := in.call()
			if err != nil {
				return proofState{}, err
			}
			c, err := a.Ideas.Call(ctx, actor, n)
			if err == nil && (c.Who != ideas.WhoProved || c.State != ideas.CallPublished) {
				err = fault.Missing("proof of a call")
			}
			if err != nil {
				return proofState{}, err
			}
			was, err := a.Ideas.ProofOf(ctx, actor, c)
			if err != nil {
				return proofState{}, err
			}
			ways, err := a.Ideas.WaysToProve(ctx, c)
			if err != nil {
				return proofState{}, err
			}
			out := proofState{Answer: "none", Ways: make([]proofWay, len(ways))}
			if was != nil {
				out.Answer, out.Until = "no", stampOf(&was.Until)
				if was.Yes {
					out.Answer = "yes"
				}
			}
			q := url.Values{"prove": {n.Format(subject.PrefixCall)}, "next": {c.Path()}}.Encode()
			for i, w := range ways {
				out.Ways[i] = proofWay{Label: w.Label, Page: a.router.URL("/login/with/" + w.Key + "?" + q)}
			}
			return out, nil
		})
}
