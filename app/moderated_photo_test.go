package app

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestModeratorSeesWhatIsHeld: a picture that a rule holds, and one that a decision
// took away while an appeal waits, is shown to the moderator who judges it and to
// nobody else beside author and team.
func TestModeratorSeesWhatIsHeld(t *testing.T) {
	t.Parallel()
	a := start(t, true)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cookie := func(roles ...subject.Role) (token string, who accounts.Actor) {
		t.Helper()
		must(db.Transact(t.Context(), a.pool, func(ctx context.Context, tx pgx.Tx) error {
			id, err := accounts.NewPerson(ctx, tx, accounts.L1, "de")
			if err != nil {
				return err
			}
			for _, r := range roles {
				if err := accounts.GrantRole(ctx, tx, accounts.System, id, r); err != nil {
					return err
				}
			}
			token, _, who, err = accounts.StartSession(ctx, tx, id, accounts.ByPasskey)
			return err
		}))
		return token, who
	}
	firstToken, first := cookie(subject.Moderator)
	secondToken, second := cookie(subject.Moderator)
	adminToken, _ := cookie(subject.Admin)
	residentToken, _ := cookie()

	owner := accountstest.Resident(t, a.pool)
	sub := reportstest.Submission()
	sub.Draft = subject.NewID()
	must(db.Transact(t.Context(), a.pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := drafts.Create(ctx, tx, owner, sub.Draft, "report", nil)
		return err
	}))
	var picture bytes.Buffer
	must(jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64)), nil))
	photo, err := a.photos.Upload(t.Context(), owner, sub.Draft, &picture, "Eine Laterne")
	must(err)
	must(a.moderation.SetHoldRule(t.Context(), first, moderation.HoldRule{Kind: moderation.HoldCategory, Category: sub.Category, Scope: subject.Whole, Active: true}))
	r, err := a.reports.Submit(t.Context(), owner, sub)
	must(err)

	look := func(when string, want map[string]int) {
		t.Helper()
		for token, code := range want {
			rec := httptest.NewRecorder()
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, base+photo.Path(), http.NoBody)
			req.Header.Set("Cookie", "mitwirk="+token)
			a.Handler().ServeHTTP(rec, req)
			if rec.Code != code {
				t.Errorf("%s: %d, want %d", when, rec.Code, code)
			}
		}
	}
	others := func(moderators int) map[string]int {
		return map[string]int{firstToken: moderators, secondToken: moderators, adminToken: http.StatusNotFound, residentToken: http.StatusNotFound}
	}
	look("held by a rule", others(http.StatusOK))
	decide := func(part subject.PartKind, of uuid.UUID, action moderation.Action) string {
		t.Helper()
		item, err := a.moderation.ItemFor(t.Context(), first, r.Number, part, of)
		must(err)
		sheet, err := a.moderation.Sheet(t.Context(), first, item)
		must(err)
		puids, err := a.moderation.Decide(t.Context(), first, moderation.Order{
			Picks:  []moderation.Pick{{Item: item, N: sheet.N, Hash: sheet.Content.Hash}},
			Action: action, Ground: moderation.GroundRule, RuleNo: 2, Explanation: "Ein Gesicht ist zu sehen.",
		})
		must(err)
		return puids[0]
	}
	queue, err := a.moderation.Queue(t.Context(), first, uuid.Nil)
	must(err)
	if len(queue.Entries) == 0 {
		t.Fatal("nothing waits")
	}
	for _, e := range queue.Entries {
		sheet, err := a.moderation.Sheet(t.Context(), first, e.Item)
		must(err)
		_, err = a.moderation.Decide(t.Context(), first, moderation.Order{
			Picks: []moderation.Pick{{Item: e.Item, N: sheet.N, Hash: sheet.Content.Hash}}, Action: moderation.Keep, Explanation: "In Ordnung.",
		})
		must(err)
	}
	must(a.reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased, Photos: map[uuid.UUID]bool{photo.ID: true}}))
	look("public", map[string]int{firstToken: http.StatusOK, residentToken: http.StatusOK})
	puid := decide(subject.Photo, photo.ID, moderation.Hide)
	look("hidden", others(http.StatusNotFound))
	must(a.moderation.AppealAsAuthor(t.Context(), owner, puid, "Das bin ich selbst.", "de"))
	look("with an appeal", others(http.StatusOK))
	list, err := a.moderation.Appeals(t.Context(), second)
	must(err)
	must(a.moderation.DecideAppeal(t.Context(), second, list[0].ID, moderation.Upheld, "Es ist ein anderer Mensch."))
	look("after the appeal", others(http.StatusNotFound))
}
