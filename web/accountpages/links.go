package accountpages

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// press is a page with a button that uses a link's token up.
type press struct {
	Lead   string // message keys
	Button string
	Second string // name "all", value "1"; may be empty
	About  *subject.Card
}

// said is a page that tells what a button has done.
type said struct {
	Text  string // message key
	About *subject.Card
}

func (p *pages) showConfirm(c kit.Context) error {
	ctx := c.Request().Context()
	t, err := accounts.PeekToken(ctx, p.DB, accounts.PurposeConfirm, c.Param("token"))
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, buttonPage(page(c, "confirm.title"),
		press{Lead: confirmLead(t.Target.Ref.Kind), Button: "confirm.button", About: p.about(ctx, t.Target.Ref)}))
}

// confirm switches the mails on and does nothing else: no session, no account.
func (p *pages) confirm(c kit.Context) error {
	var t accounts.Token
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		if t, err = accounts.UseToken(ctx, tx, accounts.PurposeConfirm, c.Param("token")); err != nil {
			return err
		}
		contact, err := accounts.ConfirmContact(ctx, tx, t.Target.Contact)
		if err != nil {
			return err
		}
		// whoever stopped all mails once wants them again now
		if err := accounts.ResumeMails(ctx, tx, contact); err != nil {
			return err
		}
		return accounts.ResumeMails(ctx, tx, t.Target.Contact)
	})
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, saidPage(page(c, "confirm.done.title"),
		said{Text: "confirm.done", About: p.about(c.Request().Context(), t.Target.Ref)}))
}

// confirmLead says what a yes means.
func confirmLead(kind subject.Kind) string {
	if kind == notify.KindFollow {
		return "alert.confirm.page"
	}
	return "confirm.lead"
}

// stopLead says what a link to unsubscribe ends.
func stopLead(kind subject.Kind) string {
	switch kind {
	case notify.KindFollow:
		return "alert.stop.page"
	case notify.KindDigest:
		return "notice.stop.digest"
	case subject.Report, subject.Complaint:
		return "unsubscribe.lead"
	}
	return "unsubscribe.lead.other"
}

func (p *pages) showUnsubscribe(c kit.Context) error {
	ctx := c.Request().Context()
	t, err := accounts.PeekToken(ctx, p.DB, accounts.PurposeUnsubscribe, c.Param("token"))
	if err != nil {
		return err
	}
	show := press{Lead: stopLead(t.Target.Ref.Kind), Button: "unsubscribe.button", Second: "unsubscribe.all", About: p.about(ctx, t.Target.Ref)}
	if !p.single(t) {
		show = press{Lead: "unsubscribe.lead.all", Button: "unsubscribe.all"}
	}
	return kit.Render(c, http.StatusOK, buttonPage(page(c, "unsubscribe.title"), show))
}

// unsubscribe works without a session and without a page of ours before it: mail
// programs POST it by themselves (RFC 8058).
func (p *pages) unsubscribe(c kit.Context) error {
	var in struct {
		All bool `form:"all"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	text := "unsubscribe.done"
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		t, err := accounts.UseToken(ctx, tx, accounts.PurposeUnsubscribe, c.Param("token"))
		if err != nil {
			return err
		}
		if p.single(t) && !in.All {
			return p.Unsubscribe(ctx, tx, t.Target.Contact, t.Target.Ref)
		}
		text = "unsubscribe.done.all"
		return accounts.StopMails(ctx, tx, t.Target.Contact)
	})
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, saidPage(page(c, "unsubscribe.done.title"), said{Text: text}))
}

// single tells whether a token ends the mails about one thing only.
func (p *pages) single(t accounts.Token) bool {
	return !t.Target.Ref.IsZero() && p.Unsubscribe != nil
}
