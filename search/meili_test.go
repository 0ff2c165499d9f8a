package search_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/search/searchtest"
	"github.com/mitwirk/mitwirk/subject"
)

// mirrored is an index with a server beside it. What was put has reached the
// server before anybody searches, as it does within a second.
type mirrored struct {
	*search.Meili

	d    db.DB
	jobs *jobs.Client
	name string
}

func (m *mirrored) Search(ctx context.Context, v subject.Viewer, q search.Query) (search.Found, error) {
	if _, err := m.jobs.Drain(ctx, m.d); err != nil {
		return search.Found{}, err
	}
	return m.Meili.Search(ctx, v, q)
}

func newMirrored(t *testing.T, cfg search.MeiliConfig) *mirrored {
	t.Helper()
	d := dbtest.DB(t)
	pg, err := search.NewPostgres(search.PostgresConfig{DB: d, Most: 1000})
	if err != nil {
		t.Fatal(err)
	}
	c, err := jobs.New(jobs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Name = "test_" + uuid.NewString()[:8]
	cfg.DB, cfg.Postgres, cfg.Jobs = d, pg, c
	x, err := search.NewMeili(cfg)
	if err != nil {
		t.Fatal(err)
	}
	x.RegisterJobs()
	return &mirrored{Meili: x, d: d, jobs: c, name: cfg.Name}
}

func (m *mirrored) build(t *testing.T) {
	t.Helper()
	if err := m.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func (m *mirrored) put(t *testing.T, docs ...search.Document) error {
	t.Helper()
	return db.Transact(t.Context(), m.d, func(ctx context.Context, tx pgx.Tx) error { return m.Put(ctx, tx, docs) })
}

func (m *mirrored) drain(t *testing.T) {
	t.Helper()
	if _, err := m.jobs.Drain(t.Context(), m.d); err != nil {
		t.Fatal(err)
	}
}

func (m *mirrored) find(t *testing.T, text string) search.Found {
	t.Helper()
	f, err := m.Search(t.Context(), subject.Viewer{}, search.Query{Text: text, Lang: "de", Sort: search.ByRelevance})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestMeili: the contract on the recorded protocol. It proves what is sent, how
// answers are read and that rights and filters hold; what a real server finds
// TestMeiliServer proves.
func TestMeili(t *testing.T) {
	t.Parallel()
	searchtest.Contract(t, func(t *testing.T) (search.Index, db.DB) {
		t.Helper()
		m := newMirrored(t, search.MeiliConfig{URL: searchtest.NewMeili(t).URL, Key: searchtest.MeiliKey, Wait: 20 * time.Second})
		m.build(t)
		t.Cleanup(func() {
			for who, n := range m.Answers() {
				if n > 0 && who != "meilisearch" && who != "postgres_number" {
					t.Errorf("%d searches were answered by %s", n, who)
				}
			}
		})
		return m, m.d
	})
}

// TestMeiliServer is the same contract on a real server.
func TestMeiliServer(t *testing.T) {
	t.Parallel()
	url := os.Getenv("MEILI_TEST_URL")
	if url == "" {
		t.Skip("MEILI_TEST_URL names no Meilisearch server (key in MEILI_TEST_KEY)")
	}
	searchtest.Contract(t, func(t *testing.T) (search.Index, db.DB) {
		t.Helper()
		m := newMirrored(t, search.MeiliConfig{URL: url, Key: os.Getenv("MEILI_TEST_KEY"), Wait: 20 * time.Second})
		m.build(t)
		t.Cleanup(func() {
			if err := m.Remove(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
		return m, m.d
	})
}

// TestMeiliFallsBack: a server that is slow, down or not filled yet costs time
// once, and no hit.
func TestMeiliFallsBack(t *testing.T) {
	t.Parallel()
	server := searchtest.NewMeili(t)
	m := newMirrored(t, search.MeiliConfig{URL: server.URL, Key: searchtest.MeiliKey})
	now, err := db.Now(t.Context(), m.d)
	if err != nil {
		t.Fatal(err)
	}
	things := searchtest.Things(now)
	if err := m.put(t, things["lamp"]); err != nil {
		t.Fatal(err)
	}
	ask := func(want string) {
		t.Helper()
		before := m.Answers()[want]
		f, err := m.Meili.Search(t.Context(), subject.Viewer{}, search.Query{Text: "Laterne", Lang: "de", Sort: search.ByRelevance})
		if err != nil || f.Total != 1 {
			t.Errorf("%s: %d hits, %v", want, f.Total, err)
		}
		if m.Answers()[want] != before+1 {
			t.Errorf("answered by %v, want %s", m.Answers(), want)
		}
	}
	ask("postgres_not_ready")
	m.build(t)
	server.Slow(time.Minute)
	began := time.Now()
	ask("postgres_slow")
	if took := time.Since(began); took > 5*time.Second { // 300 ms on a machine at rest
		t.Errorf("it took %s", took)
	}
	ask("postgres_resting")
	m.Wake()
	server.Slow(0)
	server.Down(true)
	ask("postgres_failing")
	m.Wake()
	server.Down(false)
	ask("meilisearch")
}

// TestMeiliTasks: an answer of 202 is no success. A task that fails is seen, and
// the job is tried again.
func TestMeiliTasks(t *testing.T) {
	t.Parallel()
	server := searchtest.NewMeili(t)
	m := newMirrored(t, search.MeiliConfig{URL: server.URL, Key: searchtest.MeiliKey, Wait: 20 * time.Second})
	m.build(t)
	now, err := db.Now(t.Context(), m.d)
	if err != nil {
		t.Fatal(err)
	}
	lamp := searchtest.Things(now)["lamp"]
	if err := m.put(t, lamp); err != nil {
		t.Fatal(err)
	}
	state := func() search.State {
		s, err := m.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	server.FailNext("documentAdditionOrUpdate", "no_space_left_on_device")
	if _, err := m.jobs.Drain(t.Context(), m.d); err == nil || !strings.Contains(err.Error(), "no_space_left_on_device") {
		t.Errorf("the job ended with %v", err)
	}
	if s := state(); s.Failed != "no_space_left_on_device" || !s.Ready || len(server.Docs(m.name)) != 0 {
		t.Errorf("%+v, %d documents", s, len(server.Docs(m.name)))
	}
	for range 2 { // again, and once more: a job may run twice
		if _, err := m.jobs.Drain(t.Context(), m.d); err != nil {
			t.Fatal(err)
		}
	}
	if s := state(); s.Failed != "" || len(server.Docs(m.name)) != 1 {
		t.Errorf("%+v, %d documents", s, len(server.Docs(m.name)))
	}
	server.Down(true)
	lamp.Body = "Anders."
	if err := m.put(t, lamp); err != nil {
		t.Fatalf("a server that is down holds up a change: %v", err)
	}
	if _, err := m.jobs.Drain(t.Context(), m.d); err == nil {
		t.Error("a job that reached nobody is done")
	}
	server.Down(false)
	if _, err := m.jobs.Drain(t.Context(), m.d); err != nil {
		t.Fatal(err)
	}
	for _, d := range server.Docs(m.name) {
		if d["body"] != "Anders." {
			t.Errorf("the old state: %v", d)
		}
	}
}

// TestMeiliHidden: what is no longer public is deleted, and nothing else than
// public fields ever leaves.
func TestMeiliHidden(t *testing.T) {
	t.Parallel()
	server := searchtest.NewMeili(t)
	m := newMirrored(t, search.MeiliConfig{URL: server.URL, Key: searchtest.MeiliKey, Wait: 20 * time.Second})
	now, err := db.Now(t.Context(), m.d)
	if err != nil {
		t.Fatal(err)
	}
	things := searchtest.Things(now)
	var all []search.Document
	for name, d := range things {
		if d.Kind == subject.Report && d.Audience == subject.Public { // an owner that the index need not know of
			d.Owners, d.Department = []uuid.UUID{searchtest.Owner}, searchtest.Team
			things[name] = d
		}
		all = append(all, d)
	}
	if err := m.put(t, all...); err != nil {
		t.Fatal(err)
	}
	m.build(t) // filled from what is there
	bin := things["bin"]
	if err := m.put(t, bin); err != nil {
		t.Fatal(err)
	}
	m.drain(t)
	if n := len(server.Docs(m.name)); n != 11 {
		t.Errorf("%d documents, want the 11 public ones", n)
	}
	bin.Audience = subject.Owner
	if err := m.put(t, bin); err != nil {
		t.Fatal(err)
	}
	if err := db.Transact(t.Context(), m.d, func(ctx context.Context, tx pgx.Tx) error {
		return m.Delete(ctx, tx, []subject.Ref{things["light"].Ref})
	}); err != nil {
		t.Fatal(err)
	}
	m.drain(t)
	for id := range server.Docs(m.name) {
		if strings.Contains(id, bin.ID.String()) || strings.Contains(id, things["light"].ID.String()) {
			t.Errorf("%s is still there", id)
		}
	}
	sent := server.Sent()
	for _, secret := range []string{"Geheimgasse", searchtest.Owner.String(), searchtest.Team.String()} {
		if strings.Contains(sent, secret) {
			t.Errorf("%s has left the house", secret)
		}
	}
}

// TestMeiliRebuild: a second index is filled and swapped in; what changes
// meanwhile is in it, and what was left half done is begun anew.
func TestMeiliRebuild(t *testing.T) {
	t.Parallel()
	server := searchtest.NewMeili(t)
	m := newMirrored(t, search.MeiliConfig{URL: server.URL, Key: searchtest.MeiliKey, Wait: 20 * time.Second})
	now, err := db.Now(t.Context(), m.d)
	if err != nil {
		t.Fatal(err)
	}
	var docs []search.Document
	for range 1200 { // more than one part
		d := searchtest.Things(now)["lamp old"]
		d.ID = subject.NewID()
		docs = append(docs, d)
	}
	if err := m.put(t, docs...); err != nil {
		t.Fatal(err)
	}
	changed := false
	if err := m.Rebuild(t.Context(), func(int) {
		if changed {
			return
		}
		changed = true
		docs[0].Body, docs[1].Audience = "Jetzt mit Wackelkontakt.", subject.Owner
		if err := m.put(t, docs[:2]...); err != nil {
			t.Error(err)
		}
		m.drain(t)
	}); err != nil {
		t.Fatal(err)
	}
	if n := len(server.Docs(m.name)); n != 1199 || server.Docs(m.name+"_next") != nil || server.Asked("^POST /swap-indexes$") != 1 {
		t.Errorf("%d documents, second index %v, %d swaps", n, server.Docs(m.name+"_next") != nil, server.Asked("^POST /swap-indexes$"))
	}
	if f := m.find(t, "Wackelkontakt"); f.Total != 1 || m.Answers()["meilisearch"] != 1 {
		t.Errorf("what changed meanwhile: %d, %v", f.Total, m.Answers())
	}
	// the server ranks so many and tells no greater number: that there are more is said
	if f := m.find(t, "Laterne"); f.Total != 1000 || !f.More {
		t.Errorf("%d hits, more %t", f.Total, f.More)
	}
	// killed between a swap and the note of it
	if _, err := m.d.Exec(t.Context(), `UPDATE search_mirrors SET after_kind = '~', building = true, changed_at = mitwirk_now() - interval '1 hour' WHERE name = $1`, m.name); err != nil {
		t.Fatal(err)
	}
	if err := m.Continue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(server.Docs(m.name)); n != 1199 || server.Asked("^POST /swap-indexes$") != 2 {
		t.Errorf("%d documents after %d swaps", n, server.Asked("^POST /swap-indexes$"))
	}
	if f := m.find(t, "Wackelkontakt"); f.Total != 1 {
		t.Errorf("found %d", f.Total)
	}
	// a change that could not be sent for a week: the mirror is not asked until it is made anew
	if err := m.GiveUp(t.Context()); err == nil {
		t.Error("given up without an error")
	}
	if s, err := m.State(t.Context()); err != nil || s.Ready {
		t.Errorf("%+v, %v", s, err)
	}
	if err := m.Continue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := m.State(t.Context()); err != nil || !s.Ready || s.Failed != "" {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestMeiliRace: whatever changes while the index is made, before each of the requests
// that make it, is in it afterwards as it is in the database: changed, hidden, new. With
// an index that is asked meanwhile, and with none.
func TestMeiliRace(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"the first one": true, "another one": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := searchtest.NewMeili(t)
			m := newMirrored(t, search.MeiliConfig{URL: server.URL, Key: searchtest.MeiliKey, Wait: 20 * time.Second})
			now, err := db.Now(t.Context(), m.d)
			if err != nil {
				t.Fatal(err)
			}
			thing := func(body string) search.Document {
				d := searchtest.Things(now)["lamp old"]
				d.ID, d.Body = subject.NewID(), body
				return d
			}
			stays, changes := thing("Bleibt."), thing("Wird anders.")
			if err := m.put(t, stays, changes); err != nil {
				t.Fatal(err)
			}
			if !first {
				m.build(t)
			}
			step, fired := 1, true
			for ; fired; step++ {
				hides := thing("Geht weg.")
				if err := m.put(t, hides); err != nil {
					t.Fatal(err)
				}
				m.drain(t)
				if first {
					m.forget(t)
				}
				fired = m.raced(t, server, step, func() error {
					changes.Body, hides.Audience = fmt.Sprintf("Stand %d.", step), subject.Owner
					return m.put(t, changes, hides, thing(fmt.Sprintf("Neu %d.", step)))
				})
				want := m.publicBodies(t)
				got := map[string]string{}
				for id, d := range server.Docs(m.name) {
					got[id], _ = d["body"].(string)
				}
				if !maps.Equal(got, want) || server.Docs(m.name+"_next") != nil {
					t.Fatalf("what changed before request %d: %d documents %v, want %d %v; second index there: %t",
						step, len(got), got, len(want), want, server.Docs(m.name+"_next") != nil)
				}
			}
			if step < 15 {
				t.Errorf("%d requests only", step)
			}
		})
	}
}

// raced makes the index anew and has something change before one of its requests; false
// where there are not so many.
func (m *mirrored) raced(t *testing.T, server *searchtest.Meili, step int, change func() error) (fired bool) {
	t.Helper()
	done := make(chan error, 1)
	var once sync.Once
	server.Before(func(n int) {
		if n != step {
			return
		}
		once.Do(func() {
			fired = true
			if err := change(); err != nil {
				t.Error(err)
			}
			fed := make(chan struct{})
			go func() {
				defer close(fed)
				_, err := m.jobs.Drain(context.WithoutCancel(t.Context()), m.d)
				done <- err
			}()
			select { // at once, or when whoever makes the index lets go of the lock
			case <-fed:
			case <-time.After(500 * time.Millisecond):
			}
		})
	})
	m.build(t)
	server.Before(nil)
	if fired {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	m.drain(t)
	return fired
}

// forget makes it as if there had never been an index.
func (m *mirrored) forget(t *testing.T) {
	t.Helper()
	if err := m.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.d.Exec(t.Context(), `DELETE FROM search_mirrors`); err != nil {
		t.Fatal(err)
	}
}

// publicBodies are the documents that the server must have, by their ids there.
func (m *mirrored) publicBodies(t *testing.T) map[string]string {
	t.Helper()
	rows, err := m.d.Query(t.Context(), `SELECT subject_kind || '_' || subject_id || '_' || coalesce(nullif(lang, ''), 'any'), body FROM documents WHERE audience = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	var id, body string
	if _, err := pgx.ForEachRow(rows, []any{&id, &body}, func() error { list[id] = body; return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestMeiliGoesOn: a part whose task fails is sent again; the parts before it are not.
func TestMeiliGoesOn(t *testing.T) {
	t.Parallel()
	server := searchtest.NewMeili(t)
	m := newMirrored(t, search.MeiliConfig{URL: server.URL, Key: searchtest.MeiliKey, Wait: 20 * time.Second})
	now, err := db.Now(t.Context(), m.d)
	if err != nil {
		t.Fatal(err)
	}
	docs := make([]search.Document, 1200)
	for i := range docs {
		docs[i] = searchtest.Things(now)["lamp old"]
		docs[i].ID = subject.NewID()
	}
	if err := m.put(t, docs...); err != nil {
		t.Fatal(err)
	}
	err = m.Rebuild(t.Context(), func(n int) {
		if n == 500 {
			server.FailNext("documentAdditionOrUpdate", "no_space_left_on_device")
		}
	})
	if err == nil {
		t.Fatal("a part that failed is no error")
	}
	if s, err := m.State(t.Context()); err != nil || s.Ready || s.Failed != "no_space_left_on_device" {
		t.Errorf("%+v, %v", s, err)
	}
	if err := m.Continue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := m.State(t.Context()); err != nil || !s.Ready || s.Failed != "" {
		t.Errorf("%+v, %v", s, err)
	}
	made, parts := server.Asked("^POST /indexes$"), server.Asked("^POST /indexes/[^/]+/documents$")
	if n := len(server.Docs(m.name)); n != 1200 || made != 2 || parts != 4 {
		t.Errorf("%d documents, %d indexes made, %d parts sent", n, made, parts)
	}
}

// TestMeiliAsks: what the server would leave out of a question goes to the database, and
// stems are always taken apart as they were when they were sent.
func TestMeiliAsks(t *testing.T) {
	t.Parallel()
	server := searchtest.NewMeili(t)
	m := newMirrored(t, search.MeiliConfig{URL: server.URL, Key: searchtest.MeiliKey, Wait: 20 * time.Second})
	now, err := db.Now(t.Context(), m.d)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.put(t, searchtest.Things(now)["lamp"]); err != nil {
		t.Fatal(err)
	}
	m.build(t)
	f, err := m.Search(t.Context(), subject.Viewer{}, search.Query{Text: "Straßenlaterne", Lang: "en", Sort: search.ByRelevance})
	if err != nil || f.Total != 1 || strings.Contains(server.Sent(), `"eng","deu"`) || !strings.Contains(server.Sent(), `"locales":["deu"]`) {
		t.Errorf("%d hits, %v, asked %s", f.Total, err, server.Sent())
	}
	const long = `"die Straßenlaterne vor Haus 12" "Haus 12 flackert" "Laterne dunkel" -Rosenheimer`
	if f := m.find(t, long); f.Total != 0 || m.Answers()["postgres_long"] != 1 {
		t.Errorf("%d hits of eleven words, the last of which must not be there: %v", f.Total, m.Answers())
	}
}
