package accountpages

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// leave leads to another sign-in, with ?prove= to an eID that is asked what that
// call wants to know. It is a GET: the policy of our pages lets no form lead
// elsewhere, and nothing is written.
func (p *pages) leave(c kit.Context) error {
	if err := kit.Limit(c, accounts.RuleSignIn); err != nil {
		return err
	}
	address, journey, err := p.wayOut(c, c.QueryParam("prove"))
	if err != nil {
		return err
	}
	if next := c.QueryParam("next"); next != "" {
		kit.SetNext(c, next)
	}
	kit.SetJourney(c, journey.String())
	kit.NoStore(c)
	return c.Redirect(http.StatusSeeOther, address)
}

func (p *pages) wayOut(c kit.Context, call string) (string, accounts.Journey, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if call == "" {
		return p.Accounts.Leave(ctx, c.Param("provider"), actor.Locale)
	}
	q, err := p.asked(c, call, false)
	if err != nil {
		return "", accounts.Journey{}, err
	}
	address, j, err := p.Accounts.Ask(ctx, c.Param("provider"), actor.Locale, q)
	j.For = call
	return address, j, err
}

func (p *pages) asked(c kit.Context, call string, back bool) (accounts.Question, error) {
	if p.Proofs == nil {
		return accounts.Question{}, fault.Missing("call")
	}
	return p.Proofs.Asked(c.Request().Context(), kit.Actor(c), call, back)
}

// back is where the other sign-in leads to. The journey is used up whatever comes of it.
func (p *pages) back(c kit.Context) error {
	journey, err := accounts.ParseJourney(kit.TakeJourney(c))
	if err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleSignIn); err != nil {
		return err
	}
	if journey.For != "" {
		return p.backWithProof(c, journey)
	}
	id, err := p.Accounts.Return(c.Request().Context(), c.Param("provider"), journey, c.QueryParam("state"), c.QueryParam("code"))
	if err != nil {
		return err
	}
	return p.signIn(c, func(ctx context.Context, tx pgx.Tx) (accounts.SignedIn, error) {
		return p.Accounts.SignInAsIdentity(ctx, tx, kit.Actor(c), id)
	})
}

// backWithProof signs in, and keeps yes or no for the call in the same
// transaction. Whoever has said no at the eID comes back as they left.
func (p *pages) backWithProof(c kit.Context, journey accounts.Journey) error {
	if c.QueryParam("code") == "" && c.QueryParam("error") != "" {
		kit.Flash(c, "info", "signin.proof.cancelled")
		return kit.Redirect(c, kit.TakeNext(c))
	}
	q, err := p.asked(c, journey.For, true)
	if err != nil {
		return err
	}
	id, answer, err := p.Accounts.Prove(c.Request().Context(), c.Param("provider"), journey, c.QueryParam("state"), c.QueryParam("code"), q)
	if err != nil {
		return err
	}
	mine := true
	said := func() (kind, key string) {
		if !mine {
			return "info", "signin.proof.used"
		}
		return proofSaid(answer)
	}
	return p.signInSaying(c, said, func(ctx context.Context, tx pgx.Tx) (accounts.SignedIn, error) {
		in, err := p.Accounts.SignInAsIdentity(ctx, tx, kit.Actor(c), id)
		if err != nil {
			return in, err
		}
		mine, err = p.Proofs.NoteProof(ctx, tx, in.Actor, id, journey.For, q, answer)
		return in, err
	})
}

// proofSaid is what somebody reads about an answer: of a no, which part it is about.
func proofSaid(a accounts.Answer) (kind, key string) {
	switch {
	case a.Verdict == accounts.Yes:
		return "success", "signin.proof.yes"
	case a.Verdict == accounts.Untold:
		return "info", "signin.proof.untold"
	case a.Area && a.Age:
		return "info", "signin.proof.no_both"
	case a.Area:
		return "info", "signin.proof.no_area"
	}
	return "info", "signin.proof.no_age"
}
