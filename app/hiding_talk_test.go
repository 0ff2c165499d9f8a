package app

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestHidingReachesIdeasAndComments: what a moderator hides of an idea or of what
// is said about it is gone within two seconds from page, list, feed, files, tile,
// API, search and open sockets; what is restored is there again.
func TestHidingReachesIdeasAndComments(t *testing.T) {
	t.Parallel()
	a := start(t, true)
	server := httptest.NewServer(a.Handler())
	t.Cleanup(server.Close)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	at := reportstest.Marienplatz
	r, err := a.ideas.Submit(t.Context(), accountstest.Resident(t, a.pool), ideas.Submission{
		Title: "Ein Aquarium am Markt", Text: "Darin schwimmt ein Quastenflosser.", Lang: "de", Topic: "gruen", Point: &at, Address: "Marienplatz 8",
	})
	must(err)
	idea := r.Number.Format(subject.PrefixIdea)
	ref := subject.Ref{Kind: subject.Idea, ID: r.Idea}
	said, err := a.discussion.Write(t.Context(), accountstest.Resident(t, a.pool), discussion.Writing{Ref: ref, Text: "Lieber ein Schnabeligel.", Lang: "de"}, "")
	must(err)

	contains := func(what string) func(*httptest.ResponseRecorder) bool {
		return func(rec *httptest.ResponseRecorder) bool {
			return rec.Code == http.StatusOK && strings.Contains(rec.Body.String(), what)
		}
	}
	get := func(s surface) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, base+s.path, http.NoBody)
		req.Header.Set("Accept", "text/html,application/json,*/*")
		a.Handler().ServeHTTP(rec, req)
		return rec
	}
	reach := func(s surface, shown bool, began time.Time, within time.Duration, what string) {
		t.Helper()
		for every := time.NewTicker(20 * time.Millisecond); ; <-every.C {
			if s.shows(get(s)) == shown {
				return
			}
			if time.Since(began) > within {
				t.Errorf("%s: the %s shows it: %v, after %s", what, s.name, !shown, within)
				return
			}
		}
	}
	first, second := accountstest.Staff(t, a.pool, subject.Moderator), accountstest.Staff(t, a.pool, subject.Moderator)
	decide := func(who accounts.Actor, prefix subject.Prefix, n subject.Number, part subject.PartKind, action moderation.Action) {
		t.Helper()
		item, err := a.moderation.ItemOf(t.Context(), who, prefix, n, part, uuid.Nil)
		must(err)
		sheet, err := a.moderation.Sheet(t.Context(), who, item)
		must(err)
		_, err = a.moderation.Decide(t.Context(), who, moderation.Order{
			Picks:  []moderation.Pick{{Item: item, N: sheet.N, Hash: sheet.Content.Hash}},
			Action: action, Ground: moderation.GroundRule, RuleNo: 3, Explanation: "Tiere gehören nicht auf den Markt.",
		})
		must(err)
	}
	for _, tt := range []struct {
		what          string
		prefix        subject.Prefix
		n             subject.Number
		topic, frames string
		surfaces      []surface
	}{
		{"comment", subject.PrefixComment, said.Number, live.CommentsTopic(ref), "comment.hidden", []surface{
			{"page", "/ideas/" + idea, contains("Schnabeligel")},
			{"API", "/api/v1/discussions/idea/" + r.Idea.String() + "/comments", contains("Schnabeligel")},
			{"search", "/search?q=Schnabeligel", contains("/comments/")},
		}},
		{"idea", subject.PrefixIdea, r.Number, live.IdeaTopic(r.Number), "idea.hidden", []surface{
			{"page", "/ideas/" + idea, contains("Quastenflosser")},
			{"list", "/ideas", contains(idea)},
			{"feed", "/ideas.atom", contains(idea)},
			{"JSON", "/ideas.json", contains(idea)},
			{"GeoJSON", "/ideas.geojson", contains(idea)},
			{"CSV", "/ideas.csv", contains(idea)},
			{"tile", "/tiles/ideas/0/0/0.mvt", func(rec *httptest.ResponseRecorder) bool { return rec.Code == http.StatusOK && rec.Body.Len() > 0 }},
			{"API", "/api/v1/ideas/" + idea, contains(idea)},
			{"list of the API", "/api/v1/ideas", contains(idea)},
			{"search", "/search?q=Quastenflosser", contains("/ideas/" + idea)},
			{"search for its comment", "/search?q=Schnabeligel", contains("/comments/")},
		}},
	} {
		for _, s := range tt.surfaces {
			reach(s, true, clockNow(), settle, tt.what+" before")
		}
		var tile []byte
		for _, s := range tt.surfaces {
			if s.name == "tile" {
				tile = get(s).Body.Bytes()
			}
		}
		socket := openSocket(t, server.URL, tt.topic)
		began := clockNow()
		decide(first, tt.prefix, tt.n, subject.Whole, moderation.Hide)
		if !socket.hears(tt.frames, hideWithin) {
			t.Errorf("%s: an open page does not hear of it in %s", tt.what, hideWithin)
		}
		for _, s := range tt.surfaces {
			reach(s, false, began, hideWithin, tt.what+" hidden")
		}
		decide(second, tt.prefix, tt.n, subject.Whole, moderation.Keep)
		for _, s := range tt.surfaces {
			reach(s, true, clockNow(), settle, tt.what+" restored")
			if s.name == "tile" && !bytes.Equal(get(s).Body.Bytes(), tile) {
				t.Errorf("%s: the tile is not what it was", tt.what)
			}
		}
	}
}
