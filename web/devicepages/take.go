package devicepages

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// takeView is what the second device shows.
type takeView struct {
	kit.Page
	Action string
	Errors kit.Errors
}

// show asks for the digits. It uses nothing up: mail programs and previews
// fetch links, too.
func (p *pages) show(c kit.Context) error {
	open, err := drafts.LinkOpen(c.Request().Context(), p.DB, c.Param("token"))
	if err != nil {
		return err
	}
	if !open {
		return gone(c)
	}
	return kit.Render(c, http.StatusOK, takePage(takeView{Page: page(c, "device.take.title"), Action: c.Request().URL.Path}))
}

// gone is the answer to every link that is no good, whatever the reason.
func gone(c kit.Context) error {
	return kit.Render(c, http.StatusGone, gonePage(page(c, "device.gone.title")))
}

// take compares the digits and takes the draft over. Wrong ones are counted and
// make nobody a person.
func (p *pages) take(c kit.Context) error {
	if err := kit.Limit(c, accounts.RuleCode); err != nil {
		return err
	}
	var in struct {
		Code string `form:"code" max:"20"`
	}
	if err := kit.Bind(c, &in); err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	ctx, token := c.Request().Context(), c.Param("token")
	if in.Code == "" {
		return wrong(c, "device.code.need", 0)
	}
	var answer drafts.Answer
	err := db.Transact(ctx, p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		answer, err = drafts.TryCode(ctx, tx, token, in.Code)
		return err
	})
	switch {
	case fault.Is(err, fault.Gone):
		return gone(c)
	case err != nil:
		return err
	case !answer.OK && answer.Left == 0:
		return gone(c)
	case !answer.OK:
		return wrong(c, "device.code.wrong", answer.Left)
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	var draft uuid.UUID
	err = db.Transact(ctx, p.DB, func(ctx context.Context, tx pgx.Tx) error {
		draft, err = p.Drafts.Take(ctx, tx, actor, token, in.Code)
		return err
	})
	if fault.Is(err, fault.Gone) { // another device was quicker
		return gone(c)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "device.take.done")
	taken, err := drafts.Load(ctx, p.DB, actor, draft)
	if err != nil {
		return err
	}
	return kit.Redirect(c, formOf(taken.Kind)+draft.String())
}

// formOf is where a draft of a kind goes on.
func formOf(kind string) string {
	if kind == "complaint" {
		return "/complaints/new/"
	}
	return "/reports/new/"
}

func wrong(c kit.Context, key string, left int) error {
	view := takeView{Page: page(c, "device.take.title"), Action: c.Request().URL.Path}
	view.Errors = kit.Errors{{Name: "code", Text: view.T(key, "n", left)}}
	view.Title = view.T("ui.error") + " " + view.Title
	return kit.Render(c, http.StatusUnprocessableEntity, takePage(view))
}
