package app

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// hideWithin is how soon something that moderation hides is gone everywhere.
const hideWithin = 2 * time.Second

// surface is one way in which the public meets a report.
type surface struct {
	name, path string
	shows      func(rec *httptest.ResponseRecorder) bool
}

// TestHidingReachesEverything: what a moderator hides is gone within two
// seconds from page, list, map, tile, feeds, files, API, search, photo and open
// sockets, each by itself; and what is restored is there again as it was.
func TestHidingReachesEverything(t *testing.T) {
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
	owner := accountstest.Resident(t, a.pool)
	sub := reportstest.Submission()
	sub.Draft, sub.Text = subject.NewID(), "Neben der Laterne liegt ein Quastenflosser."
	must(db.Transact(t.Context(), a.pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := drafts.Create(ctx, tx, owner, sub.Draft, "report", nil)
		return err
	}))
	var picture bytes.Buffer
	must(jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64)), nil))
	photo, err := a.photos.Upload(t.Context(), owner, sub.Draft, &picture, "Eine Laterne")
	must(err)
	r, err := a.reports.Submit(t.Context(), owner, sub)
	must(err)
	must(a.reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased, Photos: map[uuid.UUID]bool{photo.ID: true}}))
	number := r.Number.Format(subject.PrefixReport)

	contains := func(what string) func(*httptest.ResponseRecorder) bool {
		return func(rec *httptest.ResponseRecorder) bool {
			return rec.Code == http.StatusOK && strings.Contains(rec.Body.String(), what)
		}
	}
	whole := []surface{
		{"page", "/reports/" + number, contains("Quastenflosser")},
		{"list", "/reports", contains(number)},
		{"map", "/map", contains(number)},
		{"tile", "/tiles/reports/0/0/0.mvt", func(rec *httptest.ResponseRecorder) bool { return rec.Code == http.StatusOK && rec.Body.Len() > 0 }},
		{"feed", "/reports.atom", contains(number)},
		{"GeoJSON", "/reports.geojson", contains(number)},
		{"CSV", "/reports.csv", contains(number)},
		{"API", "/api/v1/reports/" + number, contains(number)},
		{"list of the API", "/api/v1/reports", contains(number)},
		{"search", "/reports?q=Quastenflosser", contains(number)},
		{"photo", photo.Path(), contains("")},
	}
	words := []surface{
		whole[0],
		{"API", "/api/v1/reports/" + number, contains("Quastenflosser")},
		{"search", "/reports?q=Quastenflosser", contains(number)},
	}
	get := func(s surface) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, base+s.path, http.NoBody)
		req.Header.Set("Accept", "text/html,application/json,*/*")
		a.Handler().ServeHTTP(rec, req)
		return rec
	}
	// reach waits until a surface shows the report or does not.
	reach := func(s surface, shown bool, began time.Time, what string) {
		t.Helper()
		for every := time.NewTicker(20 * time.Millisecond); ; <-every.C {
			if s.shows(get(s)) == shown {
				return
			}
			if time.Since(began) > hideWithin {
				t.Errorf("%s: the %s shows it: %v, after %s", what, s.name, !shown, hideWithin)
				return
			}
		}
	}
	first, second := accountstest.Staff(t, a.pool, subject.Moderator), accountstest.Staff(t, a.pool, subject.Moderator)
	decide := func(who accounts.Actor, kind subject.PartKind, of uuid.UUID, action moderation.Action) {
		t.Helper()
		item, err := a.moderation.ItemFor(t.Context(), who, r.Number, kind, of)
		must(err)
		sheet, err := a.moderation.Sheet(t.Context(), who, item)
		must(err)
		_, err = a.moderation.Decide(t.Context(), who, moderation.Order{
			Picks:  []moderation.Pick{{Item: item, N: sheet.N, Hash: sheet.Content.Hash}},
			Action: action, Ground: moderation.GroundRule, RuleNo: 3, Explanation: "Fische gehören in den Fluss.",
		})
		must(err)
	}
	for _, tt := range []struct {
		part     subject.PartKind
		of       uuid.UUID
		surfaces []surface
	}{
		{subject.Text, uuid.Nil, words},
		{subject.Photo, photo.ID, whole[len(whole)-1:]},
		{subject.Whole, uuid.Nil, whole},
	} {
		what := string(tt.part)
		before := map[string]string{}
		for _, s := range tt.surfaces {
			reach(s, true, clockNow(), what+" before")
			before[s.name] = get(s).Body.String()
		}
		socket := openSocket(t, server.URL, live.ReportTopic(r.Number), live.Reports)
		began := clockNow()
		decide(first, tt.part, tt.of, moderation.Hide)
		if !socket.hears("report.hidden", hideWithin) {
			t.Errorf("%s: an open page does not hear of it in %s", what, hideWithin)
		}
		for _, s := range tt.surfaces {
			reach(s, false, began, what+" hidden")
		}
		began = clockNow()
		decide(second, tt.part, tt.of, moderation.Keep)
		for _, s := range tt.surfaces {
			reach(s, true, began, what+" restored")
			if s.name == "tile" || s.name == "photo" { // without times and keys of forms
				if get(s).Body.String() != before[s.name] {
					t.Errorf("%s: the %s is not what it was", what, s.name)
				}
			}
		}
	}
	v, err := a.reports.Get(t.Context(), accounts.Actor{}, r.Number)
	must(err)
	if v.Text != sub.Text || len(v.Photos) != 1 || v.Photos[0].ID != photo.ID || v.Photos[0].Alt != "Eine Laterne" {
		t.Errorf("restored as %q with %d photos", v.Text, len(v.Photos))
	}
}

func clockNow() time.Time { return time.Now() }

// ear is an open page's socket.
type ear struct {
	frames chan string
}

func openSocket(t *testing.T, url string, topics ...string) ear {
	t.Helper()
	ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(url, "http")+"/live", http.Header{"Origin": {url}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close() // of an upgrade: empty
	t.Cleanup(func() { _ = ws.Close() })
	if err := ws.WriteJSON(map[string]any{"type": "subscribe", "topics": topics}); err != nil {
		t.Fatal(err)
	}
	e := ear{make(chan string, 100)}
	ready := make(chan struct{})
	go func() {
		defer close(e.frames)
		for told := false; ; {
			_, frame, err := ws.ReadMessage()
			if err != nil {
				return
			}
			var m struct {
				Type string `json:"type"`
			}
			if json.Unmarshal(frame, &m) == nil && !told {
				told = true
				close(ready)
			}
			e.frames <- string(frame)
		}
	}()
	select {
	case <-ready: // the subscription has been answered
	case <-time.After(hideWithin):
		t.Fatal("the socket says nothing")
	}
	return e
}

func (e ear) hears(what string, within time.Duration) bool {
	end := time.After(within)
	for {
		select {
		case frame, ok := <-e.frames:
			if !ok {
				return false
			}
			if strings.Contains(frame, what) {
				return true
			}
		case <-end:
			return false
		}
	}
}
