package discusspages

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// receiptView is what a receipt proves.
type receiptView struct {
	kit.Page
	Code   string
	Proof  *votes.Proof
	Wrong  string
	Sealed string
}

// state is the message about a vote: that it counts, never what it is.
func (v *receiptView) state() string {
	switch {
	case v.Proof.Withdrawn:
		return v.T("votes.receipt.withdrawn")
	case v.Proof.State == votes.Held:
		return v.T("votes.receipt.held")
	case v.Proof.State == votes.Void:
		return v.T("votes.receipt.void")
	}
	return v.T("votes.receipt.counted")
}

// receipt looks a receipt up. The code comes in the body, never in an address.
func (p *Pages) receipt(c kit.Context) error {
	v := &receiptView{Page: kit.NewPage(c, "votes.receipt.title")}
	v.Robots = "noindex"
	kit.NoStore(c)
	if c.Request().Method != http.MethodPost {
		return kit.Render(c, http.StatusOK, receiptPage(v))
	}
	var in struct {
		Code string `form:"code" max:"60"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleCode); err != nil {
		return err
	}
	proof, err := votes.Verify(c.Request().Context(), p.DB, in.Code)
	if fault.Is(err, fault.NotFound) {
		v.Code, v.Wrong = in.Code, v.T("votes.receipt.wrong")
		return kit.Render(c, http.StatusUnprocessableEntity, receiptPage(v))
	}
	if err != nil {
		return err
	}
	v.Proof = &proof
	if proof.Sealed != nil {
		v.Sealed = v.Loc.Day(*proof.Sealed)
	}
	return kit.Render(c, http.StatusOK, receiptPage(v))
}

// holdRow is one line of the moderators' list.
type holdRow struct {
	votes.Hold

	Title, Path string
	When        string
}

type holdsView struct {
	kit.Page
	Open, Done []holdRow
	One        *holdRow
	Reason     string
	Seen       int
	Errors     kit.Errors
	Refused    string
}

func (p *Pages) holdsPage(c kit.Context, title string) (*holdsView, error) {
	if err := votes.MayDecideHolds(kit.Actor(c)); err != nil {
		return nil, err
	}
	v := &holdsView{Page: kit.NewPage(c, title)}
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	return v, nil
}

func (p *Pages) holds(c kit.Context) error {
	v, err := p.holdsPage(c, "votes.desk.title")
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	for _, of := range []struct {
		open bool
		to   *[]holdRow
	}{{true, &v.Open}, {false, &v.Done}} {
		list, err := votes.Holds(ctx, p.DB, actor, of.open)
		if err != nil {
			return err
		}
		if *of.to, err = p.rows(ctx, v.Page, list); err != nil {
			return err
		}
	}
	return kit.Render(c, http.StatusOK, holdsPage(v))
}

// rows names the things whose votes are held.
func (p *Pages) rows(ctx context.Context, page kit.Page, list []votes.Hold) ([]holdRow, error) {
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	by := map[subject.Kind][]uuid.UUID{}
	for _, h := range list {
		by[h.Ref.Kind] = append(by[h.Ref.Kind], h.Ref.ID)
	}
	cards := map[subject.Ref]subject.Card{}
	for kind, ids := range by {
		d, ok := p.Describe[kind]
		if !ok {
			continue
		}
		all, err := d.Describe(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, card := range all {
			cards[card.Ref] = card
		}
	}
	rows := make([]holdRow, 0, len(list))
	for _, h := range list {
		r := holdRow{Hold: h, Title: string(h.Ref.Kind), When: page.T("votes.desk.when", "from", page.Loc.DateTime(h.From, now), "to", page.Loc.DateTime(h.To, now))}
		if card, ok := cards[h.Ref]; ok {
			r.Title, r.Path = card.Title, card.Path
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (p *Pages) hold(c kit.Context) error { return p.renderHold(c, http.StatusOK, "", nil) }

func (p *Pages) renderHold(c kit.Context, code int, reason string, wrong error) error {
	v, err := p.holdsPage(c, "votes.desk.one")
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("hold")
	}
	ctx := c.Request().Context()
	h, err := votes.HoldByID(ctx, p.DB, kit.Actor(c), id)
	if err != nil {
		return err
	}
	list, err := p.rows(ctx, v.Page, []votes.Hold{h})
	if err != nil {
		return err
	}
	v.One, v.Reason, v.Seen = &list[0], reason, h.N
	if wrong != nil {
		form := View{Page: v.Page}
		if err := form.refuse(c, wrong); err != nil {
			return err
		}
		v.Errors, v.Refused = form.Form.Errors, form.Form.Refused
	}
	return kit.Render(c, code, holdPage(v))
}

func (p *Pages) decide(c kit.Context) error {
	if err := votes.MayDecideHolds(kit.Actor(c)); err != nil {
		return err
	}
	var in struct {
		Release string `form:"release" max:"10"`
		Seen    int    `form:"seen"`
		Reason  string `form:"reason" lines:"true" max:"2000"`
	}
	err := kit.Bind(c, &in)
	if err == nil && in.Release != "yes" && in.Release != "no" {
		err = fault.OnField("release", "field.choice")
	}
	id, bad := uuid.Parse(c.Param("id"))
	if bad != nil {
		return fault.Missing("hold")
	}
	if err == nil {
		err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
			h, err := votes.Decide(ctx, tx, kit.Actor(c), id, in.Seen, in.Release == "yes", in.Reason)
			if err != nil || p.Told == nil {
				return err
			}
			return p.Told(ctx, tx, votes.HoldsChanged{Hold: h.ID, Kind: h.Ref.Kind, ID: h.Ref.ID})
		})
	}
	if err != nil {
		return p.renderHold(c, status(err), in.Reason, err)
	}
	key := "votes.desk.voided"
	if in.Release == "yes" {
		key = "votes.desk.released"
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, "/desk/votes")
}
