package devicepages

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// handView is what the first device shows.
type handView struct {
	kit.Page
	Link    string
	Base    string // of Link, and
	Token   string // its end
	Code    string // "123 456"
	QR      kit.QRCode
	State   string // address that tells where the draft is
	Back    string
	Minutes int
}

// hand makes the link. What it shows can't be shown again: the page is the
// answer itself, and asking once more makes a new link.
func (p *pages) hand(c kit.Context) error {
	draft, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return fault.Missing("draft")
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	var h drafts.Handover
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		h, err = drafts.HandOver(ctx, tx, kit.Actor(c), draft)
		return err
	})
	if fault.Is(err, fault.NotFound) { // this page, sent again by a reload after the other device has taken the draft
		return p.where(c)
	}
	if err != nil {
		return err
	}
	view := handView{
		Page: page(c, "device.hand.title"), Link: p.url("/continue/" + h.Token), Base: p.url("/continue/"), Token: h.Token, Code: h.Code[:3] + " " + h.Code[3:],
		State: c.Request().URL.Path, Back: strings.TrimSuffix(c.Request().URL.Path, "/device"), Minutes: int(drafts.HandoverTTL.Minutes()),
	}
	view.Scripts = []string{"device-hand"}
	if view.QR, err = kit.NewQR(view.Link); err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, handPage(view))
}

// Where a draft is, as the first device asks.
const (
	stateHere  = "here"
	stateTaken = "taken"
)

// where tells the first device whether the other one has taken the draft. A
// draft of somebody else, and one that never was, is not found.
func (p *pages) where(c kit.Context) error {
	draft, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return fault.Missing("draft")
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	taken, err := drafts.TakenAway(ctx, p.DB, actor, draft)
	if err != nil {
		return err
	}
	state := stateTaken
	if !taken {
		if err := (drafts.Owners{}).Mine(ctx, p.DB, actor, draft); err != nil {
			return err
		}
		state = stateHere
	}
	switch {
	case kit.WantsJSON(c):
		return c.JSON(http.StatusOK, map[string]string{"state": state})
	case !taken:
		return kit.Redirect(c, strings.TrimSuffix(c.Request().URL.Path, "/device"))
	}
	return kit.Render(c, http.StatusOK, movedPage(page(c, "device.moved.title")))
}
