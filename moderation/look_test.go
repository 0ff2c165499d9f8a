package moderation_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
)

// TestMaySeePhoto: whoever has to judge a picture sees it, from the notice to the
// end of an appeal, and nobody else by this way.
func TestMaySeePhoto(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner := b.public(t)
	photo := v.Photos[0].ID
	ref := text(v).Ref
	inTeam := accountstest.Staff(t, b.Pool, subject.Moderator, b.Clerk(t, v.Department.Key).Departments...)
	sees := func(when string, want bool) {
		t.Helper()
		if err := b.mod.MaySeePhoto(t.Context(), b.second, ref, photo); (err == nil) != want {
			t.Errorf("%s: %v", when, err)
		}
		for name, actor := range map[string]accounts.Actor{
			"nobody": {}, "the author": owner, "an admin": accountstest.Admin(t, b.Pool), "a clerk": b.Clerk(t, v.Department.Key), "a moderator of the team": inTeam,
		} {
			if err := b.mod.MaySeePhoto(t.Context(), actor, ref, photo); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %s: %v", when, name, err)
			}
		}
	}
	sees("before", false)
	id, err := b.mod.ItemFor(t.Context(), b.first, v.Number, subject.Photo, photo)
	must(t, err)
	sees("with an open item", true)
	if err := b.mod.MaySeePhoto(t.Context(), b.second, ref, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("another photo: %v", err)
	}
	s, err := b.mod.Sheet(t.Context(), b.first, id)
	must(t, err)
	o := hide(s)
	o.Explanation = "Ein Gesicht ist zu sehen."
	puids, err := b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	sees("decided", false)
	must(t, b.mod.AppealAsAuthor(t.Context(), owner, puids[0], "Das bin ich selbst.", "de"))
	sees("with an appeal", true)
	list, err := b.mod.Appeals(t.Context(), b.second)
	must(t, err)
	if len(list) != 1 || len(list[0].Content.Photos) != 1 {
		t.Fatalf("appeals: %+v", list)
	}
	if h, err := b.mod.AppealByID(t.Context(), b.first, list[0].ID); err != nil || h.Why == "" || len(h.Content.Photos) != 0 || h.Content.Text != "" {
		t.Errorf("who decided first reads %+v, %v", h.Content, err)
	}
	must(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, moderation.Upheld, "Es ist ein anderer Mensch."))
	sees("afterwards", false)
}

// TestQueueHasPages: what waits behind the first fifty is reached, in the same order.
func TestQueueHasPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.public(t)
	_, err := b.mod.ItemFor(t.Context(), b.first, v.Number, subject.Text, uuid.Nil)
	must(t, err)
	_, err = b.Pool.Exec(t.Context(), `
INSERT INTO mod_items (id, subject_kind, subject_id, part, part_id, harm, due_at)
SELECT gen_random_uuid(), 'report', $1, 'photo', $2, 2, mitwirk_now() FROM generate_series(1, 1) n`, v.ID, v.Photos[0].ID)
	must(t, err)
	// fifty of things that this moderator may not decide about would hide the rest
	for range 54 {
		r, _ := b.Create(t)
		_, err = b.Pool.Exec(t.Context(), `
INSERT INTO mod_items (id, subject_kind, subject_id, part, part_id, harm, due_at)
VALUES (gen_random_uuid(), 'report', $1, 'whole', '00000000-0000-0000-0000-000000000000', 1, mitwirk_now())`, r.Report)
		must(t, err)
	}
	seen := map[uuid.UUID]bool{}
	last := moderation.Life
	after, pages := uuid.Nil, 0
	for {
		q, err := b.mod.Queue(t.Context(), b.first, after)
		must(t, err)
		pages++
		for _, e := range q.Entries {
			if seen[e.Item] || e.Harm < last {
				t.Errorf("%s again, or out of order", e.Item)
			}
			seen[e.Item], last = true, e.Harm
		}
		if !q.More {
			break
		}
		after = q.Next
	}
	if len(seen) != 56 || pages != 2 {
		t.Errorf("%d items on %d pages", len(seen), pages)
	}
}
