package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/mail"
)

// Letters are the mails that were given up (mail.Outbox).
type Letters interface {
	DeadLetters(ctx context.Context) ([]mail.Dead, error)
	Replay(ctx context.Context, tx pgx.Tx, id uuid.UUID) error
}

// deadLetter names neither recipient nor words.
type deadLetter struct {
	ID    string `json:"id"`
	Kind  string `json:"kind" example:"report.status"`
	Code  int    `json:"smtp_code,omitempty" doc:"Of the server's refusal; absent: it never answered."`
	Tries int    `json:"tries"`
	At    string `json:"given_up_at" format:"date-time"`
	Again bool   `json:"again" doc:"Its words are still there: it can be sent anew."`
}

type deadLetterList struct {
	Items []deadLetter `json:"items" nullable:"false" doc:"Of the last 90 days, newest first, at most 200."`
}

func (a *api) deadLetters() {
	reads(a, adminOp("listDeadLetters", http.MethodGet, "/admin/deliveries", "List mails that were given up", "Without addresses and words. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (deadLetterList, error) {
			if err := accounts.May(actor, accounts.ManagePeople); err != nil {
				return deadLetterList{}, err
			}
			list, err := a.Letters.DeadLetters(ctx)
			out := deadLetterList{Items: make([]deadLetter, len(list))}
			for i, d := range list {
				out.Items[i] = deadLetter{ID: d.ID.String(), Kind: d.Kind, Code: d.Code, Tries: d.Tries, At: stamp(d.At), Again: d.Again}
			}
			return out, err
		})
	type input struct {
		ThingParam
		OnceParam
	}
	o := adminOp("replayDeadLetter", http.MethodPost, "/admin/deliveries/{id}/replay", "Send a mail anew",
		"For another 72 hours, with the same Message-ID; address and permission are asked again. 404 where its words are gone. No body. For admins.")
	writes(a, o, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *input) (nothing, error) {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return nothing{}, err
		}
		if err := accounts.May(actor, accounts.ManagePeople); err != nil {
			return nothing{}, err
		}
		id, err := thing(in.ID, "mail")
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Letters.Replay(ctx, tx, id)
	})
}
