package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
)

// newCover is the decision to cover parts of a photo. It is one as any other:
// with its reasons, and the statement leaves with it.
type newCover struct {
	N           int    `json:"n" minimum:"0" doc:"Of the item as you have seen it."`
	Hash        string `json:"hash" maxLength:"128" doc:"Of the item as you have seen it."`
	Parts       []rect `json:"parts" nullable:"false" minItems:"1" maxItems:"50" doc:"What is covered for good, as shares of the photo's width and height. The pixels are burnt in."`
	Ground      string `json:"ground" enum:"illegal,rule"`
	RuleNo      int    `json:"rule_no,omitempty" minimum:"1" maximum:"5"`
	LegalGround string `json:"legal_ground,omitempty" maxLength:"500"`
	Explanation string `json:"explanation" maxLength:"2000" doc:"The reasons. Goes into the statement to the author."`
	Facts       string `json:"facts,omitempty" maxLength:"5000"`
}

// photoItem is the photo that an item of the queue is about, for whoever may
// decide about it.
func photoItem(ctx context.Context, m *moderation.Service, actor accounts.Actor, text string) (*moderation.Sheet, error) {
	id, err := thing(text, "item")
	if err != nil {
		return nil, err
	}
	s, err := m.Sheet(ctx, actor, id)
	if err == nil && (s.Content.Part.Part != subject.Photo || len(s.Content.Photos) != 1) {
		err = fault.Missing("photo")
	}
	return s, err
}

// covering is the page /desk/moderation/items/{id}/cover.
func (a *api) covering(desk deskOp) {
	type read struct {
		ThingParam
		Size string `query:"size" enum:"large,small" default:"large" doc:"2048 or 640 pixels."`
	}
	see := desk("getModeratedPhoto", http.MethodGet, "/moderation/items/{id}/photo", "See the photo of an item", "Also one that is held. 404 where the item is no photo.")
	pictureReads(a, see, func(ctx context.Context, actor accounts.Actor, in *read) (photo attachments.Attachment, size string, err error) {
		s, err := photoItem(ctx, a.Moderation, actor, in.ID)
		if err != nil {
			return photo, "", err
		}
		photo, err = a.Photos.Get(ctx, s.Content.Photos[0].ID)
		return photo, in.Size, err
	})
	type input struct {
		ThingParam
		OnceParam
		Body newCover
	}
	cover := desk("coverModeratedPhoto", http.MethodPost, "/moderation/items/{id}/cover", "Cover parts of a photo",
		"Faces, number plates. A photo that is held stays so until it is released. An appeal can bring back what was there. 409: it was changed or decided about since you read it.")
	cover.status = http.StatusCreated
	writes(a, cover, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *input) (madeDecisions, error) {
		m := a.Moderation.Within(tx)
		if _, err := photoItem(ctx, m, actor, in.ID); err != nil {
			return madeDecisions{}, err
		}
		b := in.Body
		d := newDecision{
			Items: []seenItem{{ID: in.ID, N: b.N, Hash: b.Hash}}, Action: string(moderation.Redact), Ground: b.Ground, RuleNo: b.RuleNo, LegalGround: b.LegalGround,
			Explanation: b.Explanation, Facts: b.Facts, Cover: b.Parts,
		}
		o, err := d.order()
		if err != nil {
			return madeDecisions{}, renamed(err, map[string]string{"/items": "/hash"})
		}
		list, err := m.Decide(ctx, actor, o)
		return madeDecisions{append([]string{}, list...)}, renamed(err, map[string]string{"x": "/parts"})
	})
}
