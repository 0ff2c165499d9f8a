package api_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/api"
	"github.com/mitwirk/mitwirk/web/deskpages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// The team in charge of lamps in the demo's catalogue, and another one.
const (
	lamps  = "bau-lic"
	garden = "bau-gar"
)

type bundle struct { //nolint:recvcheck // watched changes it, the rest reads
	*reportstest.City
	site  *kittest.Site
	watch *watch
	post  *letters
	ideas *ideastest.City
	about map[subject.Kind]moderation.Target
	deps  api.Deps
}

// watch holds every request and answer against the committed document.
type watch struct {
	router routers.Router
	doc    *openapi3.T
	mu     sync.Mutex
	seen   map[string]map[int]bool // operation → statuses
}

func setup(t testing.TB, change ...func(*kit.Config)) bundle {
	t.Helper()
	b := bundle{City: reportstest.New(t)}
	zone, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	b.site = kittest.New(t, b.Pool, func(c *kit.Config) {
		c.Accounts = b.Accounts
		for _, f := range change {
			f(c)
		}
	})
	queue, err := casework.NewQueue(casework.QueueConfig{
		DB: b.Pool, Catalogue: b.Categories, Zone: zone, Domains: map[subject.Kind]casework.Domain{subject.Report: b.Reports.Bulk()},
	})
	must(t, err)
	deps := api.Deps{
		DB: b.Pool, Accounts: b.Accounts, Reports: b.Reports, Categories: b.Categories, Photos: b.Photos, Drafts: b.Drafts, Queue: queue, Zone: zone,
	}
	withBeside(t, &b, &deps)
	withProposals(t, &b, &deps)
	withBeyond(t, &b, &deps)
	deps.Papers = deskpages.NewPapers(deskpages.Deps{
		DB: b.Pool, Reports: b.Reports, Categories: b.Categories, Photos: b.Photos, Messages: b.site.Catalogue, Queue: queue, Places: b.Geo, Files: deps.Files,
	})
	deps.Letters, err = mail.New(mail.Config{DB: b.Pool, Jobs: b.Events.Jobs, Catalogue: b.site.Catalogue, BaseURL: kittest.Base})
	must(t, err)
	deps.Search = searchOn(t, b.City)
	b.deps = deps
	must(t, api.Register(b.site.Router, deps))
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// watched holds what is sent and answered against the document from now on.
func (b *bundle) watched(t testing.TB) {
	t.Helper()
	doc := document(t)
	doc.Servers = openapi3.Servers{{URL: kittest.Base + api.Root}}
	router, err := legacy.NewRouter(doc)
	must(t, err)
	b.watch = &watch{router: router, doc: doc, seen: map[string]map[int]bool{}}
	for _, kind := range []string{"image/jpeg", "image/png", "image/webp", "application/pdf"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
}

// sent is a request of a test.
type sent struct {
	method, path string
	bearer       string
	code         string
	key          string
	body         any // a struct or map is JSON, []byte is a photo, string is sent as it is
	header       map[string]string
	wrong        bool // on purpose not as the document wants it
}

// broken is a body whose line breaks.
type broken struct{ from io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if err != nil {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
	t      testing.TB
}

func (b bundle) do(t testing.TB, s sent) *answer {
	t.Helper()
	var body []byte
	kind := "application/json"
	switch v := s.body.(type) {
	case nil:
		kind = ""
	case []byte:
		body, kind = v, "image/jpeg"
	case string:
		body = []byte(v)
	case broken:
		kind = "image/jpeg"
	default:
		var err error
		body, err = json.Marshal(v)
		must(t, err)
	}
	r := httptest.NewRequestWithContext(t.Context(), s.method, kittest.Base+api.Root+s.path, bytes.NewReader(body))
	if v, ok := s.body.(broken); ok {
		r.Body = io.NopCloser(v)
	}
	r.RemoteAddr = "192.0.2.1:1234"
	set := func(name, value string) {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	set("Content-Type", kind)
	set("Accept-Language", "en")
	set("Mitwirk-Access-Code", s.code)
	set("Idempotency-Key", s.key)
	if s.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+s.bearer)
	}
	for name, value := range s.header {
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	b.site.ServeHTTP(rec, r)
	a := &answer{Status: rec.Code, Header: rec.Header(), Body: rec.Body.Bytes(), t: t}
	if b.watch != nil {
		b.watch.check(t, r, body, a, s.wrong)
	}
	return a
}

// check validates one exchange.
func (w *watch) check(t testing.TB, r *http.Request, body []byte, a *answer, wrong bool) {
	t.Helper()
	r.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := w.router.FindRoute(r)
	if err != nil {
		t.Errorf("%s %s is not in the document: %v", r.Method, r.URL.Path, err)
		return
	}
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: true},
	}
	if !wrong {
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
			t.Errorf("%s %s: the request is not as the document wants it: %v", r.Method, r.URL.Path, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.Status, Header: a.Header, Options: in.Options}
	out.SetBodyBytes(a.Body)
	if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
		t.Errorf("%s %s: the answer %d is not as the document says: %v\n%s", r.Method, r.URL.Path, a.Status, err, a.Body)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	id := route.Operation.OperationID
	if w.seen[id] == nil {
		w.seen[id] = map[int]bool{}
	}
	w.seen[id][a.Status] = true
}

func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %.600s", a.Status, status, a.Body)
	}
	return a
}

func (a *answer) json(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%v in %.300s", err, a.Body)
	}
}

// problem is an error as a caller reads it.
type problem struct {
	Type, Title, Detail, Code string
	Status                    int
	Errors                    []struct{ Field, Code, Detail string }
}

func (a *answer) problem() problem {
	a.t.Helper()
	var p problem
	a.json(&p)
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") || p.Status != a.Status || p.Title == "" || p.Code == "" {
		a.t.Errorf("no problem: %d %s %s", a.Status, a.Header.Get("Content-Type"), a.Body)
	}
	return p
}

// wrong tells whether the problem names a field with a code.
func (p problem) wrong(field, code string) bool {
	return slices.ContainsFunc(p.Errors, func(e struct{ Field, Code, Detail string }) bool {
		return e.Field == field && e.Code == code && e.Detail != "" && e.Detail != code
	})
}

type fields = map[string]any

func lamp(change ...func(fields)) fields {
	f := fields{
		"category": "laterne", "text": "Die Laterne vor dem Kindergarten ist dunkel.",
		"place":   fields{"lon": reportstest.Marienplatz.Lon, "lat": reportstest.Marienplatz.Lat, "address": "Marienplatz 8"},
		"answers": fields{"art": []string{"eine"}},
	}
	for _, c := range change {
		c(f)
	}
	return f
}

func picture(t testing.TB, shade uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 160))
	for i := range 320 * 160 {
		img.SetRGBA(i%320, i/320, color.RGBA{R: shade, G: uint8(i / 320), B: 90, A: 255})
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, img, nil))
	return out.Bytes()
}

// token makes a token; ttl 0 is a year.
func (b bundle) token(t testing.TB, department string, scopes ...accounts.Scope) string {
	t.Helper()
	secret, _ := b.tokenOf(t, department, scopes...)
	return secret
}

func (b bundle) tokenOf(t testing.TB, department string, scopes ...accounts.Scope) (string, accounts.APIToken) {
	t.Helper()
	in := accounts.APIToken{Name: "Test " + accountstest.Random(), Scopes: scopes}
	if department != "" {
		d, err := accounts.DepartmentByKey(t.Context(), b.Pool, department)
		must(t, err)
		in.Department = &d.ID
	}
	var secret string
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) (err error) {
		secret, in, err = accounts.CreateAPIToken(t.Context(), tx, accounts.System, in, 0)
		return err
	})
	return secret, in
}

func (b bundle) expired(t testing.TB, department string, scopes ...accounts.Scope) string {
	t.Helper()
	secret, in := b.tokenOf(t, department, scopes...)
	_, err := b.Pool.Exec(t.Context(), `UPDATE api_tokens SET expires_at = mitwirk_now() - interval '1 second' WHERE id = $1`, in.ID)
	must(t, err)
	return secret
}

func (b bundle) visitor(t testing.TB) string {
	t.Helper()
	var v struct{ Token string }
	b.do(t, sent{method: "POST", path: "/visitors"}).want(201).json(&v)
	return v.Token
}

// receipt is what came back for a new report.
type receipt struct {
	Number     string
	AccessCode string `json:"access_code"`
	Status     struct{ Code, Next string }
}

func (b bundle) report(t testing.TB, s sent, change ...func(fields)) receipt {
	t.Helper()
	s.method, s.path = "POST", "/reports"
	if s.body == nil {
		s.body = lamp(change...)
	}
	var r receipt
	b.do(t, s).want(201).json(&r)
	return r
}

func (r receipt) number(t testing.TB) subject.Number {
	t.Helper()
	_, n, err := subject.ParseNumber(r.Number)
	must(t, err)
	return n
}

func (b bundle) version(t testing.TB, r receipt) int {
	t.Helper()
	return b.Get(t, accounts.System, r.number(t)).Version
}

func random() string { return subject.NewNumber(2026).Format(subject.PrefixReport) }

// TestOperations walks through everything, against the document.
func TestOperations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.watched(t)

	type kind struct {
		Key       string
		Name      map[string]string
		Questions []struct{ Key string }
	}
	var cat struct{ Categories []kind }
	b.do(t, sent{method: "GET", path: "/categories"}).want(200).json(&cat)
	b.do(t, sent{method: "GET", path: "/events"}).want(200)
	b.do(t, sent{method: "GET", path: "/figures?by=month&from=2026-01-01&to=2026-03-31"}).want(200)
	b.do(t, sent{method: "GET", path: "/figures?by=person&from=2026-01-01&to=2026-03-31", wrong: true}).want(422)
	b.do(t, sent{method: "GET", path: "/figures?by=month&from=2026-04-01&to=2026-03-31"}).want(422)
	if i := slices.IndexFunc(cat.Categories, func(c kind) bool { return c.Key == "laterne" }); i < 0 || cat.Categories[i].Name["de"] == "" || cat.Categories[i].Name["en"] == "" || len(cat.Categories[i].Questions) == 0 {
		t.Errorf("the catalogue lacks the lamp with its questions: %+v", cat.Categories)
	}

	me := b.visitor(t)
	b.do(t, sent{method: "POST", path: "/visitors", bearer: me}).want(409)
	b.do(t, sent{method: "POST", path: "/visitors", key: "short", wrong: true}).want(422)

	var shot struct{ ID uuid.UUID }
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: picture(t, 10)}).want(201).json(&shot)
	b.do(t, sent{method: "POST", path: "/photos", body: picture(t, 10)}).want(401)
	b.do(t, sent{method: "POST", path: "/photos", bearer: b.token(t, "", accounts.ScopeRead), body: picture(t, 10)}).want(403)
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: "text", wrong: true}).want(415)
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: []byte("no photo at all")}).want(415)
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: bytes.Repeat([]byte{0xff, 0xd8, 0xff, 0xe0}, 4<<20)}).want(413)
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: picture(t, 10), key: "short", wrong: true}).want(422)

	mine := b.report(t, sent{bearer: me}, func(f fields) {
		f["photos"] = []fields{{"id": shot.ID, "alt": "Eine dunkle Laterne"}}
		f["mail"] = accountstest.Address()
		f["place"].(fields)["note"] = "vor dem Eingang"
		f["language"] = "de"
	})
	if mine.Status.Code != "received" || mine.Status.Next == "" {
		t.Errorf("receipt %+v", mine)
	}
	b.do(t, sent{method: "POST", path: "/reports", body: "{", wrong: true}).want(400)
	b.do(t, sent{method: "POST", path: "/reports", body: lamp(func(f fields) { delete(f, "place") }), wrong: true}).want(422)
	b.do(t, sent{method: "POST", path: "/reports", body: `{"text":"` + strings.Repeat("x", 200<<10) + `"}`, wrong: true}).want(413)
	b.do(t, sent{method: "POST", path: "/reports", body: "<a/>", header: map[string]string{"Content-Type": "text/xml"}, wrong: true}).want(415)

	var list struct {
		Items []struct{ Number string }
		Total int
	}
	b.report(t, sent{})
	b.report(t, sent{})
	first := b.do(t, sent{method: "GET", path: "/reports?category=laterne&status=open&status=work&limit=2&bbox=11,48,12,49&from=2020-01-01"}).want(200)
	first.json(&list)
	if list.Total != 3 || len(list.Items) != 2 {
		t.Errorf("list: %s", first.Body)
	}
	next := linkOf(first, "next")
	if next == "" || linkOf(first, "prev") != "" {
		t.Fatalf("links %q", first.Header.Get("Link"))
	}
	second := b.do(t, sent{method: "GET", path: strings.TrimPrefix(next, kittest.Base+api.Root)}).want(200)
	before := list.Items[1].Number
	second.json(&list)
	if len(list.Items) != 1 || list.Items[0].Number == before || linkOf(second, "next") != "" || linkOf(second, "prev") == "" {
		t.Errorf("second page %q: %s", second.Header.Get("Link"), second.Body)
	}
	b.do(t, sent{method: "GET", path: "/reports?bbox=1,2,3", wrong: true}).want(422)

	one := "/reports/" + mine.Number
	b.do(t, sent{method: "GET", path: one}).want(200)
	b.do(t, sent{method: "GET", path: one, code: mine.AccessCode}).want(200)
	b.do(t, sent{method: "GET", path: one, code: "2222-2222-2222"}).want(403)
	b.do(t, sent{method: "GET", path: "/reports/" + random()}).want(404)
	b.do(t, sent{method: "GET", path: one + "/timeline"}).want(200)
	b.do(t, sent{method: "GET", path: one + "/timeline", code: "2222-2222-2222"}).want(403)
	b.do(t, sent{method: "GET", path: "/reports/" + random() + "/timeline"}).want(404)

	you := b.visitor(t)
	for _, method := range []string{"POST", "DELETE"} {
		b.do(t, sent{method: method, path: one + "/me-too"}).want(401)
		b.do(t, sent{method: method, path: one + "/me-too", bearer: b.token(t, "", accounts.Scopes()[:2]...)}).want(403)
		b.do(t, sent{method: method, path: "/reports/" + random() + "/me-too", bearer: you}).want(404)
		b.do(t, sent{method: method, path: one + "/me-too", bearer: you}).want(200)
	}

	code := mine.AccessCode
	b.do(t, sent{method: "POST", path: one + "/additions", code: code, body: fields{"text": "Jetzt auch die daneben."}}).want(201)
	b.do(t, sent{method: "POST", path: one + "/additions", code: code, body: fields{"text": "   "}}).want(422)
	b.do(t, sent{method: "POST", path: one + "/additions", body: fields{"text": "Von wem anders."}}).want(403)
	b.do(t, sent{method: "POST", path: "/reports/" + random() + "/additions", body: fields{"text": "Ins Leere."}}).want(404)

	staff := b.token(t, lamps, accounts.Scopes()...)
	b.do(t, sent{method: "PUT", path: one + "/status", bearer: staff, body: fields{
		"status": "waiting", "question": "Welche genau?", "until": "2030-01-31", "version": b.version(t, mine),
	}}).want(200)
	b.do(t, sent{method: "PUT", path: one + "/status", bearer: staff, body: fields{"status": "in_review", "version": 1}}).want(409)
	b.do(t, sent{method: "PUT", path: one + "/status", bearer: staff, body: fields{"status": "in_review"}, wrong: true}).want(422)
	b.do(t, sent{method: "PUT", path: one + "/status", body: fields{"status": "in_review", "version": 1}}).want(401)
	b.do(t, sent{method: "PUT", path: one + "/status", bearer: me, body: fields{"status": "in_review", "version": 1}}).want(403)
	b.do(t, sent{method: "PUT", path: "/reports/" + random() + "/status", bearer: staff, body: fields{"status": "in_review", "version": 1}}).want(404)
	b.do(t, sent{method: "PUT", path: one + "/status", bearer: staff, body: "[", wrong: true}).want(400)

	b.do(t, sent{method: "PATCH", path: one + "/case", bearer: staff, body: fields{"priority": "high", "nobody": true}}).want(200)
	b.do(t, sent{method: "PATCH", path: one + "/case", bearer: staff, body: fields{"priority": "normal", "case_version": 1}}).want(409)
	b.do(t, sent{method: "PATCH", path: one + "/case", bearer: staff, body: fields{"target": "2031-01-31"}}).want(422)
	b.do(t, sent{method: "PATCH", path: one + "/case", body: fields{"priority": "high"}}).want(401)
	b.do(t, sent{method: "PATCH", path: one + "/case", bearer: me, body: fields{"priority": "high"}}).want(403)
	b.do(t, sent{method: "PATCH", path: "/reports/" + random() + "/case", bearer: staff, body: fields{"priority": "high"}}).want(404)
	b.do(t, sent{method: "PATCH", path: one + "/case", bearer: staff, body: "[", wrong: true}).want(400)
	b.do(t, sent{method: "DELETE", path: one + "/last-step", bearer: staff}).want(200)
	b.do(t, sent{method: "DELETE", path: one + "/last-step", bearer: staff}).want(409)
	b.do(t, sent{method: "DELETE", path: one + "/last-step"}).want(401)
	b.do(t, sent{method: "DELETE", path: one + "/last-step", bearer: me}).want(403)
	b.do(t, sent{method: "DELETE", path: "/reports/" + random() + "/last-step", bearer: staff}).want(404)
	b.do(t, sent{method: "PUT", path: one + "/status", bearer: staff, body: fields{
		"status": "waiting", "question": "Welche genau?", "until": "2030-01-31", "version": b.version(t, mine),
	}}).want(200)

	b.do(t, sent{method: "POST", path: one + "/answers", code: code, body: fields{"text": "Die linke."}}).want(201)
	b.do(t, sent{method: "POST", path: one + "/answers", code: code, body: fields{"text": "Noch einmal."}}).want(403)
	b.do(t, sent{method: "POST", path: one + "/withdrawal"}).want(403)
	b.do(t, sent{method: "POST", path: "/reports/" + random() + "/withdrawal"}).want(404)
	b.do(t, sent{method: "POST", path: one + "/withdrawal", code: code}).want(200)

	b.do(t, sent{method: "POST", path: "/reports/" + random() + "/answers", body: fields{"text": "Ins Leere."}}).want(404)

	b.nonsense(t, here, staff, mine.Number)
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: broken{bytes.NewReader(picture(t, 3)[:500])}, wrong: true}).want(400)
	status := b.token(t, lamps, accounts.ScopeStatus)
	b.do(t, sent{method: "POST", path: "/reports", bearer: status, body: lamp()}).want(403)
	b.do(t, sent{method: "GET", path: "/reports", bearer: status}).want(403)
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: picture(t, 3), header: map[string]string{"Content-Type": "image/gif"}, wrong: true}).want(415)
	b.watch.complete(t, here)
}

// apart are the areas whose operations have a test of their own, which sends each
// of them with nonsense and is complete as this one.
func apart() []func(path string) bool {
	return []func(path string) bool{inIdeas, onDesk, besideCases, inSearch, beyondReports, inCity}
}

// here are the operations of no such area.
func here(path string) bool {
	return !slices.ContainsFunc(apart(), func(of func(string) bool) bool { return of(path) })
}

// nonsense sends every operation of an area what it refuses whoever sends it, and
// broken bodies by staff.
func (b bundle) nonsense(t testing.TB, of func(path string) bool, staff, number string) {
	t.Helper()
	fill := strings.NewReplacer("{number}", number, "{other}", number, "{id}", uuid.NewString(), "{photo}", uuid.NewString(), "{day}", "today", "{from}", "2031-01-01", "{slug}", "digital", "{key}", "lamp", "{kind}", "complaint",
		"{flag}", "H"+strings.TrimPrefix(number, "M"), "{decision}", "mw-"+uuid.NewString(), "{file}", uuid.NewString(), "{role}", "caseworker", "{question}", "art",
		"{code}", "22222222", "{ref}", "nirgends", "{slot}", "hall", "{barrier}", "H-2026-7K3QX9")
	for path, item := range b.watch.doc.Paths.Map() {
		if !of(path) {
			continue
		}
		for method, op := range item.Operations() {
			s := sent{method: method, path: fill.Replace(strings.Replace(path, "/holidays/{day}", "/holidays/2027-05-04", 1)), wrong: true}
			s.bearer = "mwt_wrong"
			if a := b.do(t, s).want(401); !strings.Contains(a.Header.Get("WWW-Authenticate"), "invalid_token") {
				t.Errorf("%s %s: WWW-Authenticate %q", method, path, a.Header.Get("WWW-Authenticate"))
			}
			s.bearer = ""
			if op.Security != nil && !slices.ContainsFunc(*op.Security, func(r openapi3.SecurityRequirement) bool { return len(r) == 0 }) {
				s.bearer = staff // never anonymous
			}
			if op.RequestBody != nil && op.RequestBody.Value.Content["application/json"] != nil {
				large := 200 << 10
				if op.RequestBody.Value.Content["application/json"].Schema.Value.Properties["files"] != nil {
					large = 15 << 20
				}
				for _, name := range []string{"file", "geojson", "content"} { // a whole catalogue, a map, a document
					if op.RequestBody.Value.Content["application/json"].Schema.Value.Properties[name] != nil {
						large = 17 << 20
					}
				}
				for body, want := range map[string]int{"{": 400, `"` + strings.Repeat("x", large) + `"`: 413, `{"colour":"red"}`: 422} {
					s.body = body
					b.do(t, s).want(want)
				}
				s.body, s.header = "<a/>", map[string]string{"Content-Type": "text/xml"}
				b.do(t, s).want(415)
			}
			s.body, s.header = nil, nil
			if op.Responses.Status(422) != nil && op.RequestBody == nil {
				s.code, s.key, s.path = strings.Repeat("2", 50), "short", s.path+"?limit=0"
				b.do(t, s).want(422)
			}
		}
	}
}

// unseen are statuses that nobody can bring about at will, or that have a test
// of their own (TestLimits, TestOnceInParallel).
var unseen = []int{409, 429, 500, 503}

// complete fails when an operation of an area was not sent, or left a documented
// status out.
func (w *watch) complete(t *testing.T, of func(path string) bool) {
	t.Helper()
	for path, item := range w.doc.Paths.Map() {
		if !of(path) {
			continue
		}
		for method, op := range item.Operations() {
			for text := range op.Responses.Map() {
				var status int
				must(t, json.Unmarshal([]byte(text), &status))
				if !w.seen[op.OperationID][status] && !slices.Contains(unseen, status) {
					t.Errorf("%s %s: nothing brought about %d", method, path, status)
				}
			}
		}
	}
}

func linkOf(a *answer, rel string) string {
	for part := range strings.SplitSeq(a.Header.Get("Link"), ", ") {
		at, found := strings.CutSuffix(part, `>; rel="`+rel+`"`)
		if found {
			return strings.TrimPrefix(at, "<")
		}
	}
	return ""
}
