package searchtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// MeiliKey is the key of the server that NewMeili starts.
const MeiliKey = "a key of sixteen bytes or more"

// Meili speaks the protocol of a Meilisearch server as its reference describes
// it (https://www.meilisearch.com/docs/reference/api), and strictly: a field or
// an attribute that the reference does not allow is refused with its code.
// Everything that changes something is a task that is done later, in order; what
// it answers at once says nothing about success.
type Meili struct {
	URL string

	mu      sync.Mutex
	indexes map[string]*meiliIndex
	tasks   []*meiliTask
	slow    time.Duration
	down    bool
	fail    map[string]string // type of task -> code with which the next one fails
	asked   []string          // method and path of every request
	sent    []byte            // every body
}

type meiliIndex struct {
	primary  string
	settings meiliSettings
	docs     map[string]map[string]any
}

// meiliSettings are those of the reference that may be set; others are refused.
type meiliSettings struct {
	RankingRules         []string
	SearchableAttributes []string
	DisplayedAttributes  []string
	FilterableAttributes []string
	SortableAttributes   []string
	Synonyms             map[string][]string
	StopWords            []string
	LocalizedAttributes  []struct{ Locales, AttributePatterns []string }
	TypoTolerance        *struct {
		Enabled             bool
		MinWordSizeForTypos struct{ OneTypo, TwoTypos int }
		DisableOnWords      []string
		DisableOnAttributes []string
		DisableOnNumbers    bool
	}
	Pagination *struct{ MaxTotalHits int }
	Faceting   *struct {
		MaxValuesPerFacet int
		SortFacetValuesBy map[string]string
	}
	PrefixSearch *string
}

type meiliTask struct {
	uid          int
	index, kind  string
	do           func() (code string)
	status, code string
	looks        int
}

// NewMeili starts a server that the test ends.
func NewMeili(t testing.TB) *Meili {
	t.Helper()
	m := &Meili{indexes: map[string]*meiliIndex{}, fail: map[string]string{}}
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	m.URL = s.URL
	return m
}

// Down makes the server refuse everything, or no longer.
func (m *Meili) Down(down bool) { m.set(func() { m.down = down }) }

// Slow makes it answer searches after a while.
func (m *Meili) Slow(d time.Duration) { m.set(func() { m.slow = d }) }

// FailNext makes the next task of a type fail with a code.
func (m *Meili) FailNext(kind, code string) { m.set(func() { m.fail[kind] = code }) }

func (m *Meili) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// Docs are the documents of an index by their id; nil when there is none. What
// is still to be done is done before.
func (m *Meili) Docs(index string) map[string]map[string]any {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.work(len(m.tasks))
	if m.indexes[index] == nil {
		return nil
	}
	return m.indexes[index].docs
}

// Sent is everything that it was ever sent, and Asked how often it was sent
// something to a path that fits.
func (m *Meili) Sent() string { m.mu.Lock(); defer m.mu.Unlock(); return string(m.sent) }

// Asked counts requests, e.g. "POST /swap-indexes".
func (m *Meili) Asked(pattern string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	re := regexp.MustCompile(pattern)
	for _, a := range m.asked {
		if re.MatchString(a) {
			n++
		}
	}
	return n
}

type meiliError struct {
	status     int
	code, text string
}

func refuse(status int, code, format string, args ...any) *meiliError {
	return &meiliError{status, code, fmt.Sprintf(format, args...)}
}

func (m *Meili) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	m.mu.Lock()
	m.asked = append(m.asked, r.Method+" "+r.URL.Path)
	m.sent = append(append(m.sent, body...), '\n')
	slow, down := m.slow, m.down
	m.mu.Unlock()
	if down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if slow > 0 && strings.HasSuffix(r.URL.Path, "/search") {
		select {
		case <-time.After(slow):
		case <-r.Context().Done():
			return
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	status, answer, wrong := m.route(r, body)
	if wrong != nil {
		kind := "invalid_request"
		if wrong.status == http.StatusUnauthorized || wrong.status == http.StatusForbidden {
			kind = "auth"
		}
		status = wrong.status
		answer = map[string]string{"message": wrong.text, "code": wrong.code, "type": kind, "link": "https://docs.meilisearch.com/errors#" + wrong.code}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) //nolint:errchkjson // the client has gone: nobody to tell
}

func (m *Meili) route(r *http.Request, body []byte) (int, any, *meiliError) {
	switch auth := r.Header.Get("Authorization"); {
	case auth == "":
		return 0, nil, refuse(401, "missing_authorization_header", "The Authorization header is missing.")
	case auth != "Bearer "+MeiliKey:
		return 0, nil, refuse(403, "invalid_api_key", "The provided API key is invalid.")
	}
	if len(body) > 0 && r.Header.Get("Content-Type") != "application/json" {
		return 0, nil, refuse(415, "invalid_content_type", "The Content-Type %q is invalid.", r.Header.Get("Content-Type"))
	}
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	at := func(i int) string {
		if i < len(path) {
			return path[i]
		}
		return ""
	}
	if at(0) == "indexes" && at(1) != "" && !regexp.MustCompile(`^[A-Za-z0-9_-]{1,400}$`).MatchString(at(1)) {
		return 0, nil, refuse(400, "invalid_index_uid", "%q is not a valid index uid.", at(1))
	}
	switch what := r.Method + " " + at(0) + strings.Repeat("/*", min(len(path)-1, 1)) + strings.TrimSuffix("/"+strings.Join(path[min(2, len(path)):], "/"), "/"); what {
	case "POST indexes":
		return m.create(body)
	case "DELETE indexes/*":
		return m.add(at(1), "indexDeletion", func() string {
			if m.indexes[at(1)] == nil {
				return "index_not_found"
			}
			delete(m.indexes, at(1))
			return ""
		})
	case "PATCH indexes/*/settings":
		return m.setSettings(at(1), body)
	case "POST indexes/*/documents":
		return m.addDocs(at(1), r.URL.Query().Get("primaryKey"), body)
	case "POST indexes/*/documents/delete-batch":
		return m.deleteDocs(at(1), body)
	case "POST swap-indexes":
		return m.swap(body)
	case "GET tasks/*":
		return m.task(at(1))
	case "POST indexes/*/search":
		return m.search(at(1), body)
	default:
		return 0, nil, refuse(404, "not_found", "%s is not spoken here", what)
	}
}

// add puts a task into the queue.
func (m *Meili) add(index, kind string, do func() string) (int, any, *meiliError) {
	t := &meiliTask{uid: len(m.tasks), index: index, kind: kind, do: do, status: "enqueued"}
	m.tasks = append(m.tasks, t)
	return http.StatusAccepted, map[string]any{"taskUid": t.uid, "indexUid": index, "status": "enqueued", "type": kind, "enqueuedAt": time.Unix(0, 0).UTC()}, nil
}

// work does the first n tasks, each once.
func (m *Meili) work(n int) {
	for _, t := range m.tasks[:n] {
		if t.status == "succeeded" || t.status == "failed" {
			continue
		}
		t.status = "succeeded"
		if t.code = m.fail[t.kind]; t.code != "" {
			delete(m.fail, t.kind)
		} else {
			t.code = t.do()
		}
		if t.code != "" {
			t.status = "failed"
		}
	}
}

// task tells how far one is: done at the second look.
func (m *Meili) task(id string) (int, any, *meiliError) {
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 || n >= len(m.tasks) {
		return 0, nil, refuse(404, "task_not_found", "Task %q not found.", id)
	}
	t := m.tasks[n]
	t.looks++
	if t.looks == 1 && t.status == "enqueued" {
		t.status = "processing"
	} else {
		m.work(n + 1)
	}
	answer := map[string]any{"uid": t.uid, "indexUid": t.index, "status": t.status, "type": t.kind, "error": nil, "enqueuedAt": time.Unix(0, 0).UTC()}
	if t.status == "failed" {
		answer["error"] = map[string]string{"message": "it failed", "code": t.code, "type": "invalid_request", "link": "https://docs.meilisearch.com/errors#" + t.code}
	}
	return http.StatusOK, answer, nil
}

// strictly reads a body that must have known fields only.
func strictly(body []byte, to any) *meiliError {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return refuse(400, "bad_request", "%v", err)
	}
	return nil
}

func (m *Meili) create(body []byte) (int, any, *meiliError) {
	var in struct{ UID, PrimaryKey string }
	if wrong := strictly(body, &in); wrong != nil {
		return 0, nil, wrong
	}
	return m.add(in.UID, "indexCreation", func() string {
		if m.indexes[in.UID] != nil {
			return "index_already_exists"
		}
		m.indexes[in.UID] = &meiliIndex{primary: in.PrimaryKey, docs: map[string]map[string]any{}}
		return ""
	})
}

func (m *Meili) setSettings(index string, body []byte) (int, any, *meiliError) {
	var in meiliSettings
	if wrong := strictly(body, &in); wrong != nil {
		return 0, nil, wrong
	}
	for _, rule := range in.RankingRules {
		name, order, custom := strings.Cut(rule, ":")
		if custom && order != "asc" && order != "desc" || !custom && !slices.Contains([]string{"words", "typo", "proximity", "attribute", "sort", "exactness"}, name) {
			return 0, nil, refuse(400, "invalid_settings_ranking_rules", "%q ranking rule is invalid.", rule)
		}
	}
	if p := in.PrefixSearch; p != nil && *p != "disabled" && *p != "indexingTime" {
		return 0, nil, refuse(400, "invalid_settings_prefix_search", "%q", *p)
	}
	for _, l := range in.LocalizedAttributes {
		for _, one := range l.Locales {
			if len(one) != 3 && len(one) != 2 {
				return 0, nil, refuse(400, "invalid_settings_localized_attributes", "Unsupported locale %q", one)
			}
		}
	}
	return m.add(index, "settingsUpdate", func() string {
		if m.indexes[index] == nil {
			return "index_not_found"
		}
		m.indexes[index].settings = in
		return ""
	})
}

func (m *Meili) addDocs(index, primary string, body []byte) (int, any, *meiliError) {
	var docs []map[string]any
	if err := json.Unmarshal(body, &docs); err != nil {
		return 0, nil, refuse(400, "malformed_payload", "%v", err)
	}
	return m.add(index, "documentAdditionOrUpdate", func() string {
		if m.indexes[index] == nil { // made by its first documents
			m.indexes[index] = &meiliIndex{primary: primary, docs: map[string]map[string]any{}}
		}
		x := m.indexes[index]
		for _, d := range docs {
			id, ok := d[x.primary].(string)
			if !ok {
				return "missing_document_id"
			}
			if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,511}$`).MatchString(id) {
				return "invalid_document_id"
			}
			if geo, ok := d["_geo"].(map[string]any); ok && (geo["lat"] == nil || geo["lng"] == nil || len(geo) != 2) {
				return "invalid_document_geo_field"
			}
		}
		for _, d := range docs {
			id, _ := d[x.primary].(string)
			x.docs[id] = d
		}
		return ""
	})
}

func (m *Meili) deleteDocs(index string, body []byte) (int, any, *meiliError) {
	var ids []string
	if wrong := strictly(body, &ids); wrong != nil {
		return 0, nil, wrong
	}
	return m.add(index, "documentDeletion", func() string {
		if m.indexes[index] == nil {
			return "index_not_found"
		}
		for _, id := range ids {
			delete(m.indexes[index].docs, id)
		}
		return ""
	})
}

func (m *Meili) swap(body []byte) (int, any, *meiliError) {
	var in []struct {
		Indexes []string
		Rename  bool
	}
	if wrong := strictly(body, &in); wrong != nil {
		return 0, nil, wrong
	}
	for _, s := range in {
		if len(s.Indexes) != 2 || s.Indexes[0] == s.Indexes[1] {
			return 0, nil, refuse(400, "invalid_swap_indexes", "Two indexes must be given for each swap.")
		}
	}
	return m.add("", "indexSwap", func() string {
		for _, s := range in {
			if m.indexes[s.Indexes[0]] == nil || m.indexes[s.Indexes[1]] == nil {
				return "index_not_found"
			}
		}
		for _, s := range in {
			m.indexes[s.Indexes[0]], m.indexes[s.Indexes[1]] = m.indexes[s.Indexes[1]], m.indexes[s.Indexes[0]]
		}
		return ""
	})
}
