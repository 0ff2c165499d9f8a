package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/subject"
)

// TestUnsubscribeLeavesNoTrace: the mails about a complaint end by the link in each of
// them, and neither the database nor what somebody takes along says that it was theirs.
func TestUnsubscribeLeavesNoTrace(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	ctx := t.Context()
	owner := accountstest.Resident(t, c.pool)
	list, err := accounts.ContactsOf(ctx, c.pool, owner.Person)
	c.must(err)
	contact := list[0].ID
	send := func() (subject.Number, subject.Ref) {
		t.Helper()
		sent, err := c.complaints.Submit(ctx, owner, complaints.Submission{
			Text: "Ich hatte einen Termin und habe trotzdem drei Stunden gewartet.", Kind: complaints.Complaining, Topic: "waiting", Lang: "de",
			NameKind: complaints.Named, Name: "Ayşe Yıldız", Contact: complaints.ByMail, Mail: accountstest.Address(), CodeRead: true,
		})
		c.must(err)
		ref := subject.Ref{Kind: subject.Complaint, ID: sent.ID}
		c.do(func(ctx context.Context, tx pgx.Tx) error { // an address that is also of their account
			if _, err := tx.Exec(ctx, `UPDATE follows SET owner_id = $2 WHERE owner_id = (SELECT contact_id FROM complaints WHERE id = $1)`, sent.ID, contact); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE complaints SET contact_id = $2 WHERE id = $1`, sent.ID, contact)
			return err
		})
		return sent.Number, ref
	}
	follow := func(ref subject.Ref) int {
		return c.count(`SELECT count(*) FROM follows WHERE target ->> 'id' = $1`, ref.ID.String())
	}
	news := func(ref subject.Ref) int {
		return c.count(`SELECT count(*) FROM mails WHERE contact_id = $1 AND kind = 'report.message' AND about_id = $2`, contact, ref.ID)
	}

	loud, kept := send()
	quiet, ended := send()
	c.stopBy(owner, ended)
	if n := follow(ended); n != 0 {
		t.Errorf("%d rows say who ended the mails about a complaint", n)
	}
	e, err := c.own.Export(ctx, owner, false)
	c.must(err)
	i := slices.IndexFunc(e.Tables, func(t owndata.Table) bool { return t.Name == "follows" })
	if i < 0 {
		t.Fatal("the export has no follows")
	}
	raw, err := json.Marshal(e.Tables[i].Rows)
	c.must(err)
	if strings.Contains(string(raw), ended.ID.String()) {
		t.Errorf("the export says whose complaint it was: %s", raw)
	}
	for _, n := range []subject.Number{loud, quiet} {
		c.must(c.complaints.Withdraw(ctx, owner, n))
	}
	if news(kept) != 1 || news(ended) != 0 {
		t.Errorf("%d mails about the one, %d about the one that was ended", news(kept), news(ended))
	}
	if n := follow(kept); n != 0 {
		t.Errorf("%d rows say who took a complaint back", n)
	}
	c.stopBy(owner, kept) // the link in the last mail
	if n := follow(kept); n != 0 {
		t.Errorf("%d rows after the link in the last mail", n)
	}
	// other links go on as before
	r := c.idea(accountstest.Resident(t, c.pool), "Mehr Schatten am Markt")
	idea := subject.Ref{Kind: subject.Idea, ID: r.Idea}
	c.stopBy(owner, idea)
	if !c.ended(owner, idea) {
		t.Error("the mails about an idea are not ended")
	}
}
