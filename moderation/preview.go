package moderation

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
)

// Preview is the statement of reasons that an order about one content would send
// to its author, and its language; "" for an order that takes nothing away.
// Nothing is written. Errors: those of Decide that need no lock.
func (s *Service) Preview(ctx context.Context, actor accounts.Actor, o Order) (body, lang string, err error) {
	if err := MayModerate(actor); err != nil {
		return "", "", err
	}
	if err := o.Validate(); err != nil {
		return "", "", err
	}
	sh, err := s.Sheet(ctx, actor, o.Picks[0].Item)
	if err != nil || !o.Action.restricts() {
		return "", "", err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return "", "", err
	}
	d := decidedBy(o, item{ID: sh.Item, Part: sh.Content.Part}, sh.Content, sh.Flagged, sh.Held, actor.Person, uuid.Nil, now)
	lang = sh.Content.Lang
	return AuthorStatement(s.messages.For(lang), []Stated{{Content: sh.Content, Decision: d}}), lang, nil
}
