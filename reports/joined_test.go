package reports_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

func into(n subject.Number) reports.Change {
	return reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: n}}
}

// everything is what a merge may touch, as text; versions and the time of the
// last change are what any change moves.
func everything(t *testing.T, c *talkCity) string {
	t.Helper()
	var all []string
	for _, sql := range []string{
		`SELECT coalesce(jsonb_agg(to_jsonb(v) - 'at' ORDER BY subject_id, voter_id)::text, '') FROM votes v WHERE value <> 0`,
		`SELECT coalesce(jsonb_agg(to_jsonb(v) - 'derived' ORDER BY subject_id, level, value)::text, '') FROM vote_totals v WHERE n <> 0`,
		`SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY id)::text, '') FROM follows f`,
		`SELECT coalesce(jsonb_agg(to_jsonb(a) - 'changed_at' - 'version' ORDER BY id)::text, '') FROM attachments a`,
		`SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY from_id)::text, '') FROM links l`,
		`SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY id)::text, '') FROM messages m`,
		`SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY id)::text, '') FROM message_files m`,
		`SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY id)::text, '') FROM timeline_entries e`,
		`SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY report_id)::text, '') FROM report_decisions d`,
		`SELECT jsonb_agg(to_jsonb(c) - 'version' - 'changed_at' ORDER BY subject_id)::text FROM cases c`,
		`SELECT jsonb_agg(to_jsonb(r) - 'version' - 'changed_at' ORDER BY id)::text FROM reports r`,
	} {
		var s string
		if err := c.Pool.QueryRow(t.Context(), sql).Scan(&s); err != nil {
			t.Fatal(sql, err)
		}
		all = append(all, strings.ReplaceAll(s, "}, {", "},\n{"))
	}
	return strings.Join(all, "\n")
}

// reachable ties a confirmed address to a report, as its author's.
func reachable(t *testing.T, c *talkCity, r reports.Receipt, address, lang string) uuid.UUID {
	t.Helper()
	contact := subject.NewID()
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO contacts (id, kind, address, address_hash, confirmed_at) VALUES ($1, 'mail', $2, $3, mitwirk_now())`, contact, address, contact[:]); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `UPDATE reports SET contact_id = $2 WHERE id = $1`, r.Report, contact); err != nil {
			return err
		}
		return follows.Subject(t.Context(), tx, follows.Contact, contact, subject.Ref{Kind: subject.Report, ID: r.Report}, lang)
	})
	return contact
}

// TestMergeCarriesTheDialogue: the team of the kept report reads what was written
// about the merged one, with its files; its author does not, nor does anybody
// else; and those who reported the merged one are told, in their language, once
// the step can't be taken back.
func TestMergeCarriesTheDialogue(t *testing.T) {
	t.Parallel()
	c := talking(t)
	words, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	post, err := reports.NewPost(reports.PostConfig{Outbox: c.post, Messages: words, BaseURL: "https://stadt.example"})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.SubscribeMails(post)
	kept, keptOwner := c.Create(t)
	merged, owner := c.Create(t)
	last, _ := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	english := reachable(t, c, merged, "lamp@example.org", "en")
	german := reachable(t, c, last, "lampe@example.org", "de")
	if err := c.Reports.AddWith(t.Context(), owner, merged.Number, reports.Said{Text: "Der Mast trägt die Nummer 12.", Files: []casework.NewFile{c.file(t, "Plan.pdf", pdf("fine"))}}); err != nil {
		t.Fatal(err)
	}
	c.Events.Work(t)
	file := c.talk(t, owner, merged.Number).Files
	// last -> merged -> kept, and kept with another department
	c.set(t, clerk, last.Number, into(merged.Number))
	c.set(t, clerk, merged.Number, into(kept.Number))
	if err := c.Reports.Move(t.Context(), clerk, kept.Number, "bau-gar", "Der Mast steht im Park."); err != nil {
		t.Fatal(err)
	}
	garden := c.Clerk(t, "bau-gar")
	talk := c.talk(t, garden, kept.Number)
	if len(talk.Joined) != 1 || talk.Joined[0].Number != merged.Number || talk.Joined[0].Messages[0].Text != "Der Mast trägt die Nummer 12." || len(talk.Joined[0].Files) != 1 || !talk.Unread {
		t.Fatalf("the new team reads %+v", talk.Joined)
	}
	for name, actor := range map[string]accounts.Actor{"the author of the kept one": keptOwner, "a stranger": accountstest.Visitor(t, c.Pool)} {
		if j := c.talk(t, actor, kept.Number).Joined; len(j) != 0 {
			t.Errorf("%s reads %+v", name, j)
		}
		if err := c.Reports.MayTalk(t.Context(), actor, merged.Report); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens files: %v", name, err)
		}
	}
	if err := c.Reports.MayTalk(t.Context(), garden, merged.Report); err != nil || len(file) != 1 {
		t.Errorf("the new team opens no file: %v", err)
	}
	if err := c.Reports.MarkRead(t.Context(), garden, kept.Number); err != nil || c.talk(t, garden, kept.Number).Unread {
		t.Errorf("still new: %v", err)
	}
	c.Events.Work(t)
	if n := len(c.post.take("report.status")); n != 0 {
		t.Fatalf("%d mails left while it can be taken back", n)
	}
	later(t, c.City)
	later(t, c.City)
	told := map[uuid.UUID][]string{}
	for _, m := range c.post.take("report.status") {
		told[m.ToContact] = append(told[m.ToContact], m.Subject+"\n"+m.Lead+"\n"+strings.Join(m.Paragraphs, "\n"))
	}
	number := kept.Number.Format(subject.PrefixReport)
	if got := strings.Join(told[english], "\n"); !strings.Contains(got, number) || !strings.Contains(got, "The team there also reads") {
		t.Errorf("the English mail: %q", got)
	}
	if got := strings.Join(told[german], "\n"); !strings.Contains(got, "Das Team dort liest auch") {
		t.Errorf("the German mail: %q", got)
	}
	// taken apart, nobody of the other team reads it any more
	c.set(t, clerk, merged.Number, reports.Change{To: reports.InReview})
	if j := c.talk(t, garden, kept.Number).Joined; len(j) != 0 {
		t.Errorf("still joined: %+v", j)
	}
	if err := c.Reports.MayTalk(t.Context(), garden, merged.Report); !fault.Is(err, fault.NotFound) {
		t.Errorf("the file is still theirs: %v", err)
	}
}

// TestUndoMergeExactly: whatever moved along is where it was, to the last row,
// and nobody is written to.
func TestUndoMergeExactly(t *testing.T) {
	t.Parallel()
	c := talking(t)
	words, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	post, err := reports.NewPost(reports.PostConfig{Outbox: c.post, Messages: words, BaseURL: "https://stadt.example"})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.SubscribeMails(post)
	kept, keptOwner := c.Create(t)
	merged, owner := c.Create(t)
	reachable(t, c, merged, "lampe@example.org", "de")
	clerk := c.Clerk(t, "bau-lic")
	for _, n := range []subject.Number{kept.Number, merged.Number} {
		for range 3 {
			if _, err := c.Reports.MeToo(t.Context(), accountstest.Visitor(t, c.Pool), n, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	both := accountstest.Visitor(t, c.Pool)
	for _, n := range []subject.Number{kept.Number, merged.Number} {
		if _, err := c.Reports.MeToo(t.Context(), both, n, true); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range []reports.Receipt{kept, merged, merged} {
		state := attachments.Released
		if i == 2 { // the second one is not public: it stays, and stays the second
			state = attachments.Held
		}
		prepared, err := c.Photos.Prepare(t.Context(), strings.NewReader(picture(t)))
		if err != nil {
			t.Fatal(err)
		}
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			return attachments.Attach(t.Context(), tx, []attachments.Copy{{
				Prepared: prepared, Subject: subject.Ref{Kind: subject.Report, ID: r.Report}, Owner: owner.Person, Ord: i / 2, State: state,
			}})
		})
	}
	if err := c.Reports.AddWith(t.Context(), owner, merged.Number, reports.Said{Text: "Mast 12.", Files: []casework.NewFile{c.file(t, "Plan.pdf", pdf("fine"))}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Reports.Add(t.Context(), keptOwner, kept.Number, "Mast 13."); err != nil {
		t.Fatal(err)
	}
	c.Events.Work(t)
	later(t, c.City)
	sent, before := len(c.post.take("report.status")), everything(t, c)
	c.set(t, clerk, merged.Number, into(kept.Number))
	if everything(t, c) == before {
		t.Fatal("the merge changed nothing")
	}
	if err := c.Reports.TakeBack(t.Context(), clerk, merged.Number, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(everything(t, c), "\n")); diff != "" {
		t.Errorf("after the undo (-before +after):\n%s", diff)
	}
	later(t, c.City)
	if n := len(c.post.take("report.status")); n != sent {
		t.Errorf("%d mails of a merge that was undone", n-sent)
	}
}

// TestMergeInParallel: 64 clerks who merge at once do it once, and 64 who take
// it back do that once; everything is as it was. Whoever has lost their role
// does neither.
func TestMergeInParallel(t *testing.T) {
	t.Parallel()
	c := talking(t)
	kept, _ := c.Create(t)
	merged, _ := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	c.set(t, clerk, merged.Number, reports.Change{To: reports.InReview})
	version := c.Get(t, clerk, merged.Number).Version
	before := everything(t, c)
	all := func(do func() error) (done int) {
		var wg sync.WaitGroup
		start, errs := make(chan struct{}), make([]error, 64)
		for i := range errs {
			wg.Go(func() {
				<-start
				errs[i] = do()
			})
		}
		close(start)
		wg.Wait()
		for _, err := range errs {
			switch {
			case err == nil:
				done++
			case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable):
				t.Errorf("one of 64: %v", err)
			}
		}
		return done
	}
	change := into(kept.Number)
	change.Version = version
	if n := all(func() error { return c.Reports.SetStatus(t.Context(), clerk, merged.Number, change) }); n != 1 {
		t.Fatalf("merged %d times", n)
	}
	if v := c.Get(t, clerk, kept.Number); v.MeToo != 1 || len(v.Merged) != 1 {
		t.Errorf("%d concerned, %d merged", v.MeToo, len(v.Merged))
	}
	u, ok, err := c.Reports.LastUndo(t.Context(), clerk)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if n := all(func() error { return c.Reports.TakeBack(t.Context(), clerk, merged.Number, u.Entry) }); n != 1 {
		t.Fatalf("taken back %d times", n)
	}
	if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(everything(t, c), "\n")); diff != "" {
		t.Errorf("after both (-before +after):\n%s", diff)
	}
	c.set(t, clerk, merged.Number, into(kept.Number))
	gone(t, c, clerk)
	if err := c.Reports.TakeBack(t.Context(), clerk, merged.Number, uuid.Nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("taken back without the role: %v", err)
	}
	third, _ := c.Create(t)
	if err := c.Reports.SetStatus(t.Context(), clerk, third.Number, into(kept.Number)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("merged without the role: %v", err)
	}
	if err := c.Reports.Move(t.Context(), clerk, third.Number, "awm", "weg"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("handed on without the role: %v", err)
	}
}

// gone takes somebody's roles while they still hold a page.
func gone(t *testing.T, c *talkCity, actor accounts.Actor) {
	t.Helper()
	for _, sql := range []string{
		`DELETE FROM role_grant_limits WHERE grant_id IN (SELECT id FROM role_grants WHERE person_id = $1)`,
		`DELETE FROM role_grants WHERE person_id = $1`,
	} {
		if _, err := c.Pool.Exec(t.Context(), sql, actor.Person); err != nil {
			t.Fatal(err)
		}
	}
}
