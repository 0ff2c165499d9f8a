package app

import (
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
)

// talk fills what belongs to the dialogue beside its words: a file, what somebody
// says of a closed case, what a partner is asked and told.
func (c *town) talk() {
	c.t.Helper()
	ctx, r := c.t.Context(), c.app.reports
	file, err := c.app.talkFiles.Prepare(ctx, "kanarifilename0.pdf", strings.NewReader("%PDF-1.4 kanarifilebytes0\n%%EOF\n"))
	c.must(err)
	c.must(r.AddWith(ctx, c.actors["owner"], c.numbers["held"], reports.Said{Text: "kanarifiletext0", Files: []casework.NewFile{file}}))
	c.must(r.Rate(ctx, c.actors["owner"], c.numbers["refused"], casework.Opinion{Value: casework.Happy, Text: "kanariopinion0"}, false))
	c.do(func(tx pgx.Tx) error {
		id, err := casework.AddPartner(ctx, tx, accounts.System, casework.Partner{
			Name: i18n.Text{"de": "Bahn", "en": "Railway"}, Mail: "partner@stelle.example", RemindDays: 5, Active: true,
		})
		c.params["partner"] = []string{id.String(), "new"}
		return err
	})
	list, err := casework.Partners(ctx, c.pool, false)
	c.must(err)
	c.must(r.HandOver(ctx, c.actors["clerk in charge"], c.numbers["held"], list[0].ID, "kanarineed0"))
	v, err := r.Get(ctx, c.actors["clerk in charge"], c.numbers["held"])
	c.must(err)
	said, err := r.Conversation(ctx, v)
	c.must(err)
	c.must(r.ReplyPartner(ctx, c.actors["clerk in charge"], c.numbers["held"], said.Handovers[0].ID, "kanarireply0"))
	_, _, err = r.TakeMail(ctx, reports.IncomingMail{Hash: []byte("kanariinboundhash0kanariinboundh"), Machine: true})
	c.must(err)
}
