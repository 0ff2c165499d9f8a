package noticepages

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type inboxView struct {
	kit.Page
	Rows   []row
	Newest string // id of the first row: "all read" ends there
	Older  string
	Paged  bool
	Nobody bool
}

// row is a notice as the page shows it.
type row struct {
	ID, URL, Title, Says, Why, Number string
	At, When                          string
	Shape                             string
	New                               bool
}

func (p *pages) inbox(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	before, err := noticeID(c.QueryParam("before"))
	if err != nil {
		return err
	}
	v := inboxView{Page: page(c, "inbox.title"), Nobody: actor.Level < accounts.L1, Paged: before != uuid.Nil}
	list, err := p.Notices.Inbox(ctx, actor, v.Loc, before, 0)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	for i := range list.Notices {
		n := &list.Notices[i]
		v.Rows = append(v.Rows, row{
			ID: n.ID.String(), URL: n.Card.Path, Title: n.Card.Title, Says: n.Says, Why: v.T(why(n)),
			Number: n.Card.Number.Format(subject.PrefixOf(n.Card.Kind)), At: stamp(n.At), When: v.Loc.DateTime(n.At, now), Shape: n.Card.Status, New: n.ReadAt == nil,
		})
	}
	if len(v.Rows) > 0 {
		v.Newest = v.Rows[0].ID
	}
	if list.Older != uuid.Nil {
		v.Older = "/inbox?before=" + list.Older.String()
	}
	return kit.Render(c, http.StatusOK, inboxPage(v))
}

// why is the key of the words for why somebody is told: by what the notice is about.
func why(n *notify.Notice) string {
	key := "notice.why." + string(n.Kind)
	switch {
	case n.About.Kind == subject.Report || n.Kind != notify.Own && n.Kind != notify.Followed:
		return key
	case n.Kind == notify.Own && n.About.Kind == subject.Idea:
		return key + ".idea"
	}
	return key + ".other"
}

// noticeID reads an id of the address; none is none.
func noticeID(text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.Missing("notice")
	}
	return id, nil
}

// count is the number in the head, for pages that are open.
func (p *pages) count(c kit.Context) error {
	n, err := p.Notices.Unread(c.Request().Context(), kit.Actor(c).Viewer())
	if err != nil {
		return err
	}
	body, err := json.Marshal(struct {
		Unread int `json:"unread"`
	}{n})
	if err != nil {
		return err
	}
	return kit.Send(c, http.StatusOK, "application/json", body)
}

func (p *pages) read(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("notice")
	}
	actor := kit.Actor(c)
	if err := p.tx(c, func(ctx context.Context, tx pgx.Tx) error { return p.Notices.MarkRead(ctx, tx, actor, id) }); err != nil {
		return err
	}
	return kit.Redirect(c, "/inbox")
}

func (p *pages) readAll(c kit.Context) error {
	var in struct {
		UpTo string `form:"up_to" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	upTo, err := noticeID(in.UpTo)
	if err != nil {
		return err
	}
	actor := kit.Actor(c)
	if err := p.tx(c, func(ctx context.Context, tx pgx.Tx) error {
		_, err := p.Notices.MarkAllRead(ctx, tx, actor, upTo)
		return err
	}); err != nil {
		return err
	}
	kit.Flash(c, "success", "inbox.read.done")
	return kit.Redirect(c, "/inbox")
}

func (p *pages) tx(c kit.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return db.Transact(c.Request().Context(), p.DB, fn)
}
