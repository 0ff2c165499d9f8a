package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
)

type visitor struct {
	Token     string `json:"token" doc:"Send it as Authorization: Bearer …. It is shown this once." example:"mwv_…"`
	ExpiresAt string `json:"expires_at" format:"date-time" doc:"At the latest; earlier when it is not used for 30 days."`
}

func (a *api) visitors() {
	type input struct{ OnceParam }
	type output struct{ Body visitor }
	add(a, operation{Operation: huma.Operation{
		OperationID: "createVisitor", Method: http.MethodPost, Path: "/visitors", Tags: []string{tagReport}, DefaultStatus: http.StatusCreated,
		Summary: "Become a visitor",
		Description: "Gives a token by which you are the same person again, without an account: for photos and for \"affects me too\". " +
			"It knows nothing about you. A visitor is one person: a system that many people use gets one for each of them.",
	}, fails: []int{409, 422, 429}}, func(ctx context.Context, k *call, in *input) (*output, error) {
		if k.known {
			return nil, fault.New(fault.Conflict, "api.err.known")
		}
		if err := a.limit(ctx, k, accounts.RuleVisit); err != nil {
			return nil, err
		}
		t, err := a.Accounts.NewVisitorToken(ctx, in.Key, k.loc().Lang())
		if err != nil {
			return nil, err
		}
		return &output{visitor{Token: t.Token, ExpiresAt: stamp(t.ExpiresAt)}}, nil
	})
}
