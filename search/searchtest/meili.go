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
// it answers at once says nothing about success. doc/meilisearch.md says for each
// answer where it is documented and which recording of a real server shows it.
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
	hook    func(n int)       // before the n-th request since it was set
	hooked  int
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
	index, kind  string // no index: a swap
	do           func() (code string)
	details      map[string]any
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

// Before has f called before each request, with its number from now on, while
// nothing else is done; nil ends it.
func (m *Meili) Before(f func(n int)) { m.set(func() { m.hook, m.hooked = f, 0 }) }

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
	slow, down, hook := m.slow, m.down, m.hook
	m.hooked++
	n := m.hooked
	m.mu.Unlock()
	if hook != nil {
		hook(n)
	}
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
	switch kind := r.Header.Get("Content-Type"); {
	case len(body) > 0 && kind == "":
		return 0, nil, refuse(415, "missing_content_type", "A Content-Type header is missing.")
	case len(body) > 0 && kind != "application/json":
		return 0, nil, refuse(415, "invalid_content_type", "The Content-Type %q is invalid.", kind)
	}
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	at := func(i int) string {
		if i < len(path) {
			return path[i]
		}
		return ""
	}
	if at(0) == "indexes" && at(1) != "" && !indexUID(at(1)) {
		return 0, nil, refuse(400, "invalid_index_uid", "`%s` is not a valid index uid.", at(1))
	}
	switch what := r.Method + " " + at(0) + strings.Repeat("/*", min(len(path)-1, 1)) + strings.TrimSuffix("/"+strings.Join(path[min(2, len(path)):], "/"), "/"); what {
	case "POST indexes":
		return m.create(body)
	case "DELETE indexes/*":
		details := map[string]any{"deletedDocuments": 0}
		return m.add(at(1), "indexDeletion", details, func() string {
			if m.indexes[at(1)] == nil {
				return "index_not_found"
			}
			details["deletedDocuments"] = len(m.indexes[at(1)].docs)
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

func indexUID(s string) bool { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,400}$`).MatchString(s) }

// orNull is the name of a task's index, null for a swap.
func orNull(index string) any {
	if index == "" {
		return nil
	}
	return index
}

// add puts a task into the queue.
func (m *Meili) add(index, kind string, details map[string]any, do func() string) (int, any, *meiliError) {
	t := &meiliTask{uid: len(m.tasks), index: index, kind: kind, do: do, details: details, status: "enqueued"}
	m.tasks = append(m.tasks, t)
	return http.StatusAccepted, map[string]any{"taskUid": t.uid, "indexUid": orNull(index), "status": "enqueued", "type": kind, "enqueuedAt": time.Unix(0, 0).UTC()}, nil
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
		return 0, nil, refuse(404, "task_not_found", "Task `%s` not found.", id)
	}
	t := m.tasks[n]
	t.looks++
	if t.looks == 1 && t.status == "enqueued" {
		t.status = "processing"
	} else {
		m.work(n + 1)
	}
	at, begun := time.Unix(0, 0).UTC(), t.status != "enqueued"
	over := t.status == "succeeded" || t.status == "failed"
	answer := map[string]any{
		"uid": t.uid, "batchUid": nil, "indexUid": orNull(t.index), "status": t.status, "type": t.kind, "canceledBy": nil, "details": t.details, "error": nil,
		"duration": nil, "enqueuedAt": at, "startedAt": nil, "finishedAt": nil,
	}
	if begun {
		answer["batchUid"], answer["startedAt"] = t.uid, at
	}
	if over {
		answer["duration"], answer["finishedAt"] = "PT0.001S", at
	}
	if t.status == "failed" {
		text := "it failed"
		if t.code == "index_not_found" {
			text = "Index `" + t.index + "` not found."
		}
		answer["error"] = map[string]string{"message": text, "code": t.code, "type": "invalid_request", "link": "https://docs.meilisearch.com/errors#" + t.code}
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
	if !indexUID(in.UID) {
		return 0, nil, refuse(400, "invalid_index_uid", "Invalid value at `.uid`: `%s` is not a valid index uid.", in.UID)
	}
	return m.add(in.UID, "indexCreation", map[string]any{"primaryKey": orNull(in.PrimaryKey)}, func() string {
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
	return m.add(index, "settingsUpdate", map[string]any{}, func() string {
		if m.indexes[index] == nil { // made by its first settings
			m.indexes[index] = &meiliIndex{docs: map[string]map[string]any{}}
		}
		// what is not in the body stays as it was
		if err := json.Unmarshal(body, &m.indexes[index].settings); err != nil {
			return "internal"
		}
		return ""
	})
}

func (m *Meili) addDocs(index, primary string, body []byte) (int, any, *meiliError) {
	var docs []map[string]any
	if err := json.Unmarshal(body, &docs); err != nil {
		return 0, nil, refuse(400, "malformed_payload", "%v", err)
	}
	details := map[string]any{"receivedDocuments": len(docs), "indexedDocuments": 0}
	return m.add(index, "documentAdditionOrUpdate", details, func() string {
		if m.indexes[index] == nil { // made by its first documents
			m.indexes[index] = &meiliIndex{docs: map[string]map[string]any{}}
		}
		x := m.indexes[index]
		switch {
		case x.primary == "":
			x.primary = primary
		case primary != "" && primary != x.primary:
			return "index_primary_key_already_exists"
		}
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
		details["indexedDocuments"] = len(docs)
		return ""
	})
}

func (m *Meili) deleteDocs(index string, body []byte) (int, any, *meiliError) {
	var ids []string
	if wrong := strictly(body, &ids); wrong != nil {
		return 0, nil, wrong
	}
	details := map[string]any{"providedIds": len(ids), "deletedDocuments": 0, "originalFilter": nil}
	return m.add(index, "documentDeletion", details, func() string {
		if m.indexes[index] == nil {
			return "index_not_found"
		}
		before := len(m.indexes[index].docs)
		for _, id := range ids { // those that are not there are no error
			delete(m.indexes[index].docs, id)
		}
		details["deletedDocuments"] = before - len(m.indexes[index].docs)
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
	named := map[string]bool{}
	for _, s := range in {
		if len(s.Indexes) != 2 {
			return 0, nil, refuse(400, "invalid_swap_indexes", "Two indexes must be given for each swap. The list `%q` contains %d indexes.", s.Indexes, len(s.Indexes))
		}
		for _, x := range s.Indexes {
			if named[x] {
				return 0, nil, refuse(400, "invalid_swap_duplicate_index_found", "Indexes must be declared only once during a swap. `%s` was specified several times.", x)
			}
			named[x] = true
		}
	}
	uid := len(m.tasks)
	return m.add("", "indexSwap", map[string]any{"swaps": in}, func() string {
		for _, s := range in {
			if m.indexes[s.Indexes[0]] == nil || m.indexes[s.Indexes[1]] == nil {
				return "index_not_found"
			}
		}
		for _, s := range in {
			a, b := s.Indexes[0], s.Indexes[1]
			m.indexes[a], m.indexes[b] = m.indexes[b], m.indexes[a]
			for _, t := range m.tasks[:uid] { // the history goes along, what waits does not
				switch t.index {
				case a:
					t.index = b
				case b:
					t.index = a
				}
			}
		}
		return ""
	})
}
