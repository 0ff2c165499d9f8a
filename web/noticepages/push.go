package noticepages

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/web/kit"
)

// browserRow is a browser that is told of news.
type browserRow struct {
	ID, Says, At, When string
}

// subscribe makes the browser that asks be told of news in the inbox: its script sends
// what its push service has given it.
func (p *pages) subscribe(c kit.Context) error {
	var in struct {
		Endpoint string `form:"endpoint" max:"1000"`
		P256dh   string `form:"p256dh" max:"200"`
		Auth     string `form:"auth" max:"100"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	actor, lang := kit.Actor(c), i18n.Match(kit.Loc(c).Lang())
	if err := p.tx(c, func(ctx context.Context, tx pgx.Tx) error {
		_, err := p.Notices.Subscribe(ctx, tx, actor, notify.Subscription(in), lang)
		return err
	}); err != nil {
		return err
	}
	kit.Flash(c, "success", "push.done")
	return kit.Redirect(c, "/account/notices")
}

func (p *pages) unsubscribe(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("browser")
	}
	actor := kit.Actor(c)
	if err := p.tx(c, func(ctx context.Context, tx pgx.Tx) error { return p.Notices.Unsubscribe(ctx, tx, actor, id) }); err != nil {
		return err
	}
	kit.Flash(c, "success", "push.ended")
	return kit.Redirect(c, "/account/notices")
}

// browsers are the actor's, for the page of settings.
func (p *pages) browsers(c kit.Context, v *settingsView) error {
	ctx := c.Request().Context()
	key, err := p.Notices.PushKey(ctx)
	if err != nil {
		return err
	}
	v.PushKey = key
	list, err := p.Notices.Browsers(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	for _, b := range list {
		v.Browsers = append(v.Browsers, browserRow{
			ID: b.ID.String(), Says: v.T("push.browser", "service", b.Service), At: stamp(b.At), When: v.Loc.DateTime(b.At, v.Now),
		})
	}
	return nil
}
