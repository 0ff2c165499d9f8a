package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// FuzzCreate: whatever the body is, the answer is one of those that the
// document knows, and never our fault.
func FuzzCreate(f *testing.F) {
	for _, seed := range []string{
		`{"category":"laterne","place":{"lon":11.5755,"lat":48.1374},"answers":{"art":["eine"]}}`,
		`{"category":"laterne","place":{"lon":11.5755,"lat":48.1374},"text":"\u0000\u202e"}`,
		`{"category":"laterne","place":{"lon":11.5755,"lat":48.1374},"answers":{"\u0000":["\u0000"],"art":null}}`,
		`{"category":"laterne","place":{"lon":1e308,"lat":-1e308}}`, `{"place":null}`, `{"photos":[{"id":"00000000-0000-0000-0000-000000000000"}]}`,
		`[[[[[[`, `{"mail":"a@b","mail":1}`, `"`, ``, `null`, `{"category":{"a":[{}]}}`, "{\"text\":\"\xff\xfe\"}",
	} {
		f.Add(seed)
	}
	b := setup(f)
	f.Fuzz(func(t *testing.T, body string) {
		clearRates(t, b)
		b.fuzzed(t, http.MethodPost, "/reports", body, 201, 400, 413, 422)
	})
}

// FuzzFilter: whatever the query is, it is a list or a word about what is wrong.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"category=laterne&status=open", "bbox=11,48,12,49&limit=3", "bbox=NaN,,,", "from=2026-02-30&to=9999-12-31", "before=abc.1&after=",
		"q=M-2026-7K3QX9", "q=%00", "q=%25%5f%5c", "limit=-1", "district=%ff", "status=open&status=kaputt", "%zz=1", "before=zik0zj.0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11",
	} {
		f.Add(seed)
	}
	b := setup(f)
	f.Fuzz(func(t *testing.T, query string) {
		b.fuzzed(t, http.MethodGet, "/reports?"+query, "", 200, 422)
	})
}

func (b bundle) fuzzed(t *testing.T, method, path, body string, known ...int) {
	t.Helper()
	u, err := url.Parse(kittest.Base + "/api/v1" + path)
	if err != nil || u.Fragment != "" {
		t.Skip("no address")
	}
	r := httptest.NewRequestWithContext(t.Context(), method, kittest.Base, strings.NewReader(body))
	r.URL = u
	r.RemoteAddr = "192.0.2.1:1234"
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	b.site.ServeHTTP(rec, r)
	if !slices.Contains(known, rec.Code) {
		t.Errorf("%d: %s", rec.Code, rec.Body)
	}
}
