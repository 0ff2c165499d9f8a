package app

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/privacy"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ask sends a request as a viewer's browser would, from their address through
// our proxy.
func (c *town) ask(v *viewer, r *http.Request, accept, lang string) *httptest.ResponseRecorder {
	r.RemoteAddr = "192.0.2.1:4711"
	r.Header.Set("X-Forwarded-For", v.remote)
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Language", lang)
	r.Header.Set("User-Agent", "kanariuseragent0")
	if v.session != "" {
		r.AddCookie(&http.Cookie{Name: "mitwirk", Value: v.session})
	}
	if v.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+v.bearer)
	}
	if v.code != "" {
		r.Header.Set("Mitwirk-Access-Code", v.code)
	}
	rec := httptest.NewRecorder()
	c.app.Handler().ServeHTTP(rec, r)
	return rec
}

func (c *town) get(t testing.TB, v *viewer, path, accept, lang string) *httptest.ResponseRecorder {
	return c.ask(v, httptest.NewRequestWithContext(t.Context(), http.MethodGet, base+path, http.NoBody), accept, lang)
}

func (c *town) post(v *viewer, path string, form map[string]string) *httptest.ResponseRecorder {
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, base+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", base)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return c.ask(v, r, "text/html", "de")
}

// address is a path of the product and the route it belongs to.
type address struct{ route, path string }

// paths are all addresses that can be read: every GET route of the router, its
// parameters filled with what the city has.
func (c *town) paths(t testing.TB) []address {
	t.Helper()
	h, _ := c.app.Handler().(*http.ServeMux).Handler(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	router, ok := h.(*kit.Router)
	if !ok {
		t.Fatalf("the pages are no kit.Router any more but %T: tell the canary where its routes are", h)
	}
	c.ids(t)
	var list []address
	for _, r := range router.Routes() {
		if r.Method != http.MethodGet || r.Path == "/live" { // the socket is heard by live
			continue
		}
		filled, err := c.fill(r.Path)
		if err != nil {
			t.Errorf("%s: %v", r.Path, err)
		}
		for _, p := range filled {
			list = append(list, address{r.Path, p})
		}
	}
	for _, q := range []string{"/map?kind=list", "/reports?sort=old", "/live/poll?topic=reports", "/static/", "/healthz"} {
		list = append(list, address{q, q})
	}
	for _, n := range c.params["number"] {
		list = append(list, address{"/live/poll?topic=report", "/live/poll?topic=report:" + n})
	}
	if len(list) < 100 {
		t.Fatalf("only %d addresses", len(list))
	}
	return list
}

// ids reads what parameters can be filled with.
func (c *town) ids(t testing.TB) {
	t.Helper()
	for name, query := range map[string]string{
		"photo": "SELECT id::text FROM attachments", "message_file": "SELECT id::text FROM message_files", "note_file": "SELECT id::text FROM note_files", "idea_file": "SELECT id::text FROM subject_files", "message": "SELECT id::text FROM site_messages", "object": "SELECT code FROM objects",
		"token": "SELECT 'AAAA-BBBB-CCCC-DDDD'", "category": "SELECT key FROM categories ORDER BY key LIMIT 3",
		"district_set": "SELECT id::text FROM district_sets",
	} {
		rows, err := c.pool.Query(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(list) == 0 {
			t.Fatalf("%s: %v, %v", name, list, err)
		}
		c.params[name] = list
	}
	sent := c.params["draft"]
	c.params["draft"] = []string{sent[0], sent[len(sent)-1]} // one that was sent, with its receipt, and one that was not
	c.params["subject"] = []string{"reading", "desk"}
	c.params["street"] = []string{"Kanarigasse0", "Kanariweg0", "Kanaristill0", "Kanariplatz0"}
	c.params["step"] = []string{"what", "kind", "place", "near", "questions", "contact", "check", "gps"}
	c.params["key"] = []string{"page.impressum", "impressum", "datenschutz", "help"}
	c.params["day"] = []string{c.column("SELECT to_char(mitwirk_now() AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD')")[0]}
	c.params["decision"] = c.column("SELECT id::text FROM decisions")
	c.params["kind"] = []string{string(subject.Idea)} // of what is discussed
	c.params["name"] = []string{"mitwirk-192.png"}    // of an icon
	c.params["ref"] = []string{"1", "x"}              // of a district
	c.params["slug"] = c.column("SELECT slug FROM programmes")
	c.params["view"] = []string{"1"} // page of a PDF
	c.params["slot"], c.params["file"] = []string{"hall", "report", "x"}, []string{"x.mp4"}
	for _, s := range reports.Statuses() {
		c.params["to"] = append(c.params["to"], string(s))
	}
}

// fill makes a route's addresses. A parameter that it does not know is an
// error: whoever adds a page says here what it stands for.
func (c *town) fill(route string) ([]string, error) {
	switch {
	case strings.HasPrefix(route, "/tiles/"):
		return append(c.tiles("/tiles/reports/"), c.tiles("/tiles/ideas/")...), nil
	case strings.HasPrefix(route, "/desk/tiles/"):
		return c.tiles("/desk/tiles/"), nil
	}
	list := []string{""}
	parts := strings.TrimPrefix(route, "/")
	route = strings.TrimPrefix(route, "/api/v1") // the API names what the pages name
	for part := range strings.SplitSeq(parts, "/") {
		values := []string{part}
		if name, ok := strings.CutPrefix(part, ":"); ok {
			name, suffix, _ := strings.Cut(name, ".")
			switch {
			case name == "number" && strings.HasPrefix(route, "/barrierefreiheit"):
				name = "barrier"
			case name == "code" && (strings.HasPrefix(route, "/o/") || strings.HasPrefix(route, "/objects/")):
				name = "object"
			case name == "number" && strings.HasPrefix(route, "/ideas/calls/"), strings.HasPrefix(route, "/desk/calls/"):
				name = "call"
			case name == "number" && (strings.HasPrefix(route, "/ideas/") || strings.HasPrefix(route, "/desk/ideas/")):
				name = "idea"
			case name == "id" && strings.HasPrefix(route, "/discussions/"):
				name = "idea_id"
			case name == "number" && strings.Contains(route, "/radar/measures/"):
				name = "measure"
			case name == "id" && strings.HasPrefix(route, "/desk/radar/inquiries/"):
				name = "inquiry"
			case name == "id" && strings.HasPrefix(route, "/desk/radar/answers/"):
				name = "answer"
			case strings.HasPrefix(route, "/flag/"):
				name = "flag"
			case strings.HasPrefix(route, "/desk/moderation/items/"):
				name = "mod_item"
			case strings.HasPrefix(route, "/desk/moderation/appeals/"):
				name = "mod_appeal"
			case strings.HasPrefix(route, "/desk/moderation/copies/"):
				name = "mod_copy"
			case strings.HasPrefix(route, "/desk/moderation/accounts/"):
				name = "mod_account"
			case strings.HasPrefix(route, "/desk/bulk/"), strings.HasPrefix(route, "/desk/batches/"):
				name = "batch"
			case strings.HasPrefix(route, "/desk/routing/rules/"):
				name = "rule"
			case strings.HasPrefix(route, "/desk/events/"), strings.HasPrefix(route, "/events/"):
				name = "event"
			case name == "id" && strings.HasPrefix(route, "/account/organisations/"):
				name = "organisation"
			case name == "file" && (strings.HasPrefix(route, "/ideas/") || strings.HasPrefix(route, "/desk/ideas/")):
				name = "idea_file"
			case name == "file" && strings.HasPrefix(route, "/desk/reports/"):
				name = "note_file"
			case strings.HasPrefix(route, "/files/"), name == "file" && strings.Contains(route, "/messages/"):
				name = "message_file"
			case strings.HasPrefix(route, "/moderation/items/"):
				name = "mod_item"
			case strings.HasPrefix(route, "/moderation/appeals/"):
				name = "mod_appeal"
			case strings.HasPrefix(route, "/desk/admin/people/"), strings.HasPrefix(route, "/admin/people/"):
				name = "person"
			case strings.HasPrefix(route, "/desk/admin/departments/"):
				name = "department"
			case name == "key" && (strings.HasPrefix(route, "/desk/admin/categories/") || strings.HasPrefix(route, "/admin/categories/")):
				name = "category"
			case name == "key" && strings.HasPrefix(route, "/desk/practice/"):
				name = "practice"
			case strings.HasPrefix(route, "/desk/admin/districts/"):
				name = "district_set"
			case name == "id" && strings.Contains(route, "messages"):
				name = "message"
			case name == "page" && strings.HasSuffix(route, "/view/:page"):
				name = "view"
			case name == "id", name == "photo", name == "attachment":
				name = "photo"
			}
			values = slices.Clone(c.params[name])
			if len(values) == 0 {
				return nil, errors.New("what stands for " + part + "? Tell fill in canary_read_test.go")
			}
			for i := range values {
				values[i] = url.PathEscape(values[i])
				if suffix != "" {
					values[i] += "." + suffix
				}
			}
		} else if strings.Contains(part, "*") {
			values = []string{"x"}
		}
		var next []string
		for _, head := range list {
			for _, v := range values {
				next = append(next, head+"/"+v)
			}
		}
		list = next
	}
	return list, nil
}

// visit asks every address as one viewer: as a page in German and, where it is
// not the desk's, as a program in English.
func (c *town) visit(t *testing.T, v *viewer, paths []address, marks []*mark, found *findings) {
	t.Helper()
	var hidden, open []*mark
	for _, m := range marks {
		if !m.may(v) {
			hidden = append(hidden, m)
		} else if word.MatchString(m.name) {
			open = append(open, m)
		}
	}
	statuses := map[int]int{}
	token, byToken := c.token(v), 0
	for _, a := range paths {
		for _, how := range []struct{ accept, lang string }{{"text/html", "de"}, {"application/json", "en"}} {
			if how.lang == "en" && (isTile(a.path) || strings.HasPrefix(a.path, "/desk")) {
				continue
			}
			as := v
			if strings.HasPrefix(a.path, "/api/v1/") && token != "" { // where a cookie is nobody
				as = &viewer{name: v.name, person: v.person, bearer: token, remote: v.remote}
			}
			rec := c.get(t, as, a.path, how.accept, how.lang)
			statuses[rec.Code]++
			if rec.Code == http.StatusOK && as != v {
				byToken++
			}
			if rec.Code >= 500 {
				t.Errorf("%s answers %d", a.path, rec.Code)
			}
			body := readable(t, rec)
			head := headers(rec.Header())
			for _, m := range hidden {
				if m.name == "network address of "+v.name || m.name == "session of "+v.name {
					continue // one's own
				}
				if strings.Contains(strings.ToLower(a.path), m.name) { // what was asked comes back
					continue
				}
				if strings.HasSuffix(a.route, "/admin/audit") && v.has(subject.Admin) && c.acts(m.name) {
					continue // the log names who acted
				}
				if strings.HasSuffix(a.route, "/me/export") && !slices.ContainsFunc(m.places, func(p place) bool { return p.key != "mails.about_id" }) {
					continue // an export names by its id what one wrote about
				}
				for _, b := range [][]byte{body, head} {
					if at, ok := m.in(b); ok {
						found.add(m, v.name, a.route, at)
					}
				}
			}
			for _, m := range open {
				if _, ok := m.in(body); ok {
					found.rightly(m, v.name)
				}
			}
			if isTile(a.path) {
				c.tile(t, v, a, rec, hidden, found)
			}
		}
	}
	if statuses[http.StatusOK] < 20 {
		t.Errorf("answers %v: does this viewer get in at all?", statuses)
	}
	if token != "" && byToken < 20 {
		t.Errorf("the API answers %d times by token: does it let this viewer in at all?", byToken)
	}
	t.Logf("%d signs must not be seen; answers %v, of the API by token %d", len(hidden), statuses, byToken)
}

// acts tells whether a sign is the id of one of the viewers.
func (c *town) acts(sign string) bool {
	return slices.ContainsFunc(c.viewers, func(v *viewer) bool { return v.person.String() == sign })
}

// token is one for the API with all scopes that a viewer with a session may
// have; empty for others.
func (c *town) token(v *viewer) (secret string) {
	actor := c.actors[v.name]
	if v.session == "" || actor.Level < accounts.L1 || actor.NeedsFactor {
		return ""
	}
	c.do(func(tx pgx.Tx) (err error) {
		secret, _, err = accounts.CreatePersonalToken(c.t.Context(), tx, actor, accounts.APIToken{Name: "Kanari", Scopes: accounts.PersonalScopes(actor)}, time.Hour)
		return err
	})
	return secret
}

func headers(h http.Header) []byte {
	var b bytes.Buffer
	_ = h.Write(&b) // into memory
	return bytes.ToLower(b.Bytes())
}

// readable is an answer's body, unpacked, in lower case.
func readable(t testing.TB, rec *httptest.ResponseRecorder) []byte {
	t.Helper()
	body := rec.Body.Bytes()
	if rec.Header().Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return nil
		}
		if body, err = io.ReadAll(z); err != nil {
			t.Error(err)
		}
	}
	if bytes.HasPrefix(body, []byte("PK\x03\x04")) { // a sheet
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Error(err)
			return nil
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Error(err)
				continue
			}
			part, err := io.ReadAll(r)
			if err != nil {
				t.Error(err)
			}
			body = append(body, part...)
		}
	}
	return bytes.ToLower(body)
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// search looks for what is held by its words: nothing may be found by them.
func (c *town) search(t *testing.T, marks []*mark) {
	v := c.by["anonymous"]
	n := 0
	for _, m := range marks {
		if m.may(v) || !word.MatchString(m.name) {
			continue
		}
		n++
		var got struct{ Features []any }
		rec := c.get(t, v, "/reports.geojson?q="+url.QueryEscape(m.name), "application/json", "de")
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != http.StatusOK {
			t.Fatalf("%d, %v: %.200s", rec.Code, err, rec.Body)
		}
		if len(got.Features) > 0 {
			t.Errorf("a search for %s finds %d reports", m.columns(), len(got.Features))
		}
		if page := c.get(t, v, "/search?exact=1&q="+url.QueryEscape(m.name), "text/html", "de"); page.Code != http.StatusOK || bytes.Contains(page.Body.Bytes(), []byte(`class="item"`)) {
			t.Errorf("a search over everything for %s: %d, or it finds something", m.columns(), page.Code)
		}
	}
	if n < 10 {
		t.Errorf("searched for %d words only", n)
	}
	var got struct{ Features []any }
	rec := c.get(t, v, "/reports.geojson?q=kanaritextshown0", "application/json", "de")
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || len(got.Features) != 1 {
		t.Errorf("a word that everybody may read finds %d reports (%v)", len(got.Features), err)
	}
	if page := c.get(t, v, "/search?exact=1&q=kanaritextshown0", "text/html", "de"); !bytes.Contains(page.Body.Bytes(), []byte(`class="item"`)) {
		t.Error("a word that everybody may read is not found by the search over everything")
	}
}

// readMails: a mail says to whom it goes no more than they may see.
func (c *town) readMails(marks []*mark, found *findings) {
	c.t.Helper()
	rows, err := c.pool.Query(c.t.Context(), `
SELECT m.kind, m.content::text, COALESCE(c.person_id, r.person_id, '00000000-0000-0000-0000-000000000000')
FROM mails AS m
JOIN contacts AS c ON c.id = m.contact_id
LEFT JOIN reports AS r ON r.contact_id = c.id
WHERE m.content IS NOT NULL`)
	c.must(err)
	n := 0
	var v viewer
	var kind, content string
	_, err = pgx.ForEachRow(rows, []any{&kind, &content, &v.person}, func() error {
		n++
		for _, m := range marks {
			if at, ok := m.in([]byte(strings.ToLower(content))); ok && !m.may(&v) {
				found.add(m, "who gets a mail", kind, at)
			}
		}
		return nil
	})
	c.must(err)
	if n < 3 {
		c.t.Errorf("%d mails only", n)
	}
}

// nobody is a place that holds no words of anybody.
func (c *town) nobody(marks []*mark, where string, text []byte, found *findings) {
	text = bytes.ToLower(text)
	for _, m := range marks {
		if m.kind == markID {
			continue
		}
		if at, ok := m.in(text); ok && !m.may(c.by["anonymous"]) {
			found.add(m, "whoever runs the system", where, at)
		}
	}
}

func (c *town) readJobsAndEvents(marks []*mark, found *findings) {
	c.t.Helper()
	for where, query := range map[string]string{
		"jobs":   "SELECT kind || ' ' || args::text || ' ' || COALESCE(errors::text, '') || ' ' || metadata::text || ' ' || COALESCE(tags::text, '') FROM river.river_job",
		"events": "SELECT type || ' ' || body::text FROM events",
	} {
		rows, err := c.pool.Query(c.t.Context(), query)
		c.must(err)
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		c.must(err)
		if len(list) < 5 {
			c.t.Errorf("%d %s only", len(list), where)
		}
		c.nobody(marks, where, []byte(strings.Join(list, "\n")), found)
	}
	rec := httptest.NewRecorder()
	c.app.Metrics().ServeHTTP(rec, httptest.NewRequestWithContext(c.t.Context(), http.MethodGet, "/metrics", http.NoBody))
	if rec.Code != http.StatusOK {
		c.t.Errorf("/metrics answers %d", rec.Code)
	}
	c.nobody(marks, "/metrics", rec.Body.Bytes(), found)
}

// readColumns: what is personal has been copied into no column that is said to
// hold nothing personal. Columns whose rows say who may see them are read by
// extras.
func (c *town) readColumns(fields privacy.Fields, marks []*mark, found *findings) {
	c.t.Helper()
	byRow := []string{"timeline_entries.reason", "timeline_entries.params", "reports.status_params", "reports.number", "cases.number", "documents.number", "documents.path", "calls.title"}
	for _, f := range fields.All() {
		if f.Personal || slices.Contains(byRow, f.Key()) {
			continue
		}
		rows, err := c.pool.Query(c.t.Context(), "SELECT t."+f.Column+"::text FROM "+f.Table+" AS t WHERE t."+f.Column+" IS NOT NULL")
		c.must(err)
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		c.must(err)
		text := []byte(strings.ToLower(strings.Join(list, "\n")))
		for _, m := range marks {
			if m.kind == markID || m.may(c.by["anonymous"]) {
				continue
			}
			if at, ok := m.in(text); ok {
				found.add(m, "whoever trusts fields.yaml", f.Key(), at)
			}
		}
	}
}

// readFiles: names are random, and no photo brings more than its picture.
func (c *town) readFiles(marks []*mark, found *findings) {
	c.t.Helper()
	n := 0
	err := filepath.WalkDir(c.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := bytes.ToLower(raw)
		for _, m := range marks {
			if at, ok := m.in(text); ok {
				found.add(m, "whoever gets the files", "a photo", at)
			}
			if at, ok := m.in([]byte(strings.ToLower(d.Name()))); ok && word.MatchString(m.name) {
				found.add(m, "whoever gets the files", "a file's name", at)
			}
		}
		if bytes.Contains(text, []byte("kanariexif0")) {
			c.t.Error("a photo still has the words that its camera put in")
		}
		return nil
	})
	c.must(err)
	if n == 0 {
		c.t.Error("there are no files")
	}
}

// logTime is when a line was written: its seconds may look like a latitude.
var logTime = regexp.MustCompile(`"time":"[^"]*",?`)

// readLog: the log knows ids and route patterns.
func (c *town) readLog(marks []*mark, found *findings) {
	c.t.Helper()
	text := logTime.ReplaceAll(c.log.bytes(), nil)
	if len(text) < 1000 {
		c.t.Errorf("the log has %d bytes only", len(text))
	}
	c.nobody(marks, "the log", text, found)
	for _, sign := range []string{"kanariuseragent0", "kanariexif0"} {
		if bytes.Contains(bytes.ToLower(text), []byte(sign)) {
			c.t.Errorf("the log holds %s", sign)
		}
	}
	for _, n := range c.numbers { // numbers of public reports are public, those of others are not; neither belongs here
		if bytes.Contains(text, []byte(n.Format(subject.PrefixReport))) {
			c.t.Errorf("the log holds the number of a report")
		}
	}
}
