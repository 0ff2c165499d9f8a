package app

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// eid is somebody with an eID that says more than anybody needs.
type eid struct {
	*mockoidc.MockUser
}

// What the eID says: none of it may be anywhere afterwards.
func attributes() map[string]any {
	return map[string]any{
		"birthdate": "1987-03-14", "given_name": "Kanarienvorname", "family_name": "Kanariennachname", "email": "kanarieneid@post.example",
		"address": map[string]any{"street_address": "Kanarieneidgasse 77", "postal_code": "09427", "locality": "Kanarienhausen"},
	}
}

func (e eid) Userinfo([]string) ([]byte, error) {
	out := attributes()
	out["sub"] = e.Subject
	return json.Marshal(out)
}

// browser is somebody at the product; what leads to its address goes to the test's server.
type browser struct {
	t      *testing.T
	at     string
	client *http.Client
	seen   strings.Builder // everything that came back from us
}

func newBrowser(t *testing.T, at string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, at: at, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) send(method, path string, form url.Values) (status int, to, body string) {
	b.t.Helper()
	own := strings.HasPrefix(path, "/") || strings.HasPrefix(path, base)
	if own {
		path = b.at + strings.TrimPrefix(path, base)
	}
	var in io.Reader
	if form != nil {
		in = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, path, in)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if own {
		_ = res.Header.Write(&b.seen)
		b.seen.Write(raw)
	}
	return res.StatusCode, res.Header.Get("Location"), string(raw)
}

// prove goes from the call's button to the eID and back to where it was pressed.
func (b *browser) prove(way string) string {
	b.t.Helper()
	at := way
	for range 4 {
		status, to, body := b.send(http.MethodGet, at, nil)
		if status == http.StatusOK {
			return body
		}
		if to == "" {
			b.t.Fatalf("%s: %d %.300s", at, status, body)
		}
		at = to
	}
	b.t.Fatalf("no end: %s", at)
	return ""
}

// TestProofKeepsNoAttribute: an eID is asked by two calls and says yes to one and
// no to the other. Then no word of what it said is in any row of the database, in
// the log, or in anything that the product has sent; and nobody else reads the no.
func TestProofKeepsNoAttribute(t *testing.T) {
	t.Parallel()
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(m.ClientSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startWith(t, true, "bundid="+m.Issuer()+"|"+m.ClientID+"|"+secret+"|BundID|level=3,proof,scope=profile")
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	b := newBrowser(t, server.URL)
	// a no needs a postcode that is none of ours
	if _, err := p.geo.ReplaceAddresses(t.Context(), []geo.Address{{Street: "Talweg", HouseNo: "1", Postcode: "80331", Place: "Vogelstadt", Point: subject.Point{Lon: 11.57, Lat: 48.13}}}); err != nil {
		t.Fatal(err)
	}

	grown := p.proofCall(t, "Kanal", ideas.Proof{AgeFrom: 16})
	resident := p.proofCall(t, "Hafen", ideas.Proof{City: true, AgeFrom: 16})
	for call, want := range map[*ideas.Call]string{grown: "Das ist nachgewiesen", resident: "Ihre eID hat Nein gesagt"} {
		_, _, page := b.send(http.MethodGet, call.Path(), nil)
		way := "/login/with/bundid?" + url.Values{"next": {call.Path()}, "prove": {call.Number.Format(subject.PrefixCall)}}.Encode()
		if !strings.Contains(page, strings.ReplaceAll(way, "&", "&amp;")) {
			t.Fatalf("no way to prove it: %.3000s", page)
		}
		m.QueueUser(eid{&mockoidc.MockUser{Subject: "kanarienperson"}})
		if page = b.prove(way); !strings.Contains(page, want) {
			t.Errorf("%s: back without %q", call.Title.In(i18n.German), want)
		}
		if _, _, page := newBrowser(t, server.URL).send(http.MethodGet, call.Path(), nil); strings.Contains(page, want) {
			t.Errorf("somebody else reads %q", want)
		}
	}
	var rows, good int
	if err := p.pool.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE yes) FROM call_proofs`).Scan(&rows, &good); err != nil || rows != 2 || good != 1 {
		t.Errorf("%d answers, %d of them yes, %v", rows, good, err)
	}
	// whoever breaks off at the eID comes back as they left
	if status, to, _ := b.send(http.MethodGet, "/login/with/bundid?prove="+resident.Number.Format(subject.PrefixCall)+"&next="+url.QueryEscape(resident.Path()), nil); status != http.StatusSeeOther || !strings.HasPrefix(to, m.Issuer()) {
		t.Errorf("to the eID: %d, %s", status, to)
	}
	if status, to, _ := b.send(http.MethodGet, "/login/with/bundid/back?error=access_denied&state=x", nil); status != http.StatusSeeOther || to != resident.Path() {
		t.Errorf("broken off: %d, %s", status, to)
	}
	if status, _, _ := b.send(http.MethodGet, "/login/with/bundid?prove=A-2026-AAAAAA", nil); status != http.StatusNotFound {
		t.Errorf("a call that is none: %d", status)
	}
	p.comesBack(t, m, server.URL, grown)
	p.nowhere(t, b)
}

// comesBack: when the sign-in was taken off its account, the eID is somebody new,
// and is told that it has taken part already.
func (p product) comesBack(t *testing.T, m *mockoidc.MockOIDC, at string, call *ideas.Call) {
	t.Helper()
	var person uuid.UUID
	if err := p.pool.QueryRow(t.Context(), `SELECT person_id FROM identities`).Scan(&person); err != nil {
		t.Fatal(err)
	}
	if err := pgx.BeginFunc(t.Context(), p.pool, func(tx pgx.Tx) error { return accounts.ForgetFactors(t.Context(), tx, person) }); err != nil {
		t.Fatal(err)
	}
	m.QueueUser(eid{&mockoidc.MockUser{Subject: "kanarienperson"}})
	way := "/login/with/bundid?" + url.Values{"next": {call.Path()}, "prove": {call.Number.Format(subject.PrefixCall)}}.Encode()
	if page := newBrowser(t, at).prove(way); !strings.Contains(page, "schon jemand mitgemacht") || strings.Contains(page, "data-proof-yes") {
		t.Error("the eID takes part a second time, or is not told why not")
	}
	if n := p.list(t, `SELECT count(*)::text FROM call_proofs WHERE yes`); n[0] != "1" {
		t.Errorf("%s yes of one eID", n[0])
	}
}

// proofCall is a call that collects ideas now from those that an eID lets in.
func (p product) proofCall(t *testing.T, title string, proof ideas.Proof) *ideas.Call {
	t.Helper()
	today := time.Now().UTC().Truncate(24 * time.Hour)
	end := today.AddDate(0, 0, 20)
	c, err := p.ideas.ImportCall(t.Context(), ideas.Call{
		Kind: "ideas", Participation: "consultation", Who: ideas.WhoProved, Proof: proof, Title: i18n.Text{"de": title}, Text: i18n.Text{"de": "Was fehlt?"},
		Criteria: []i18n.Text{{"de": "Es hilft."}}, AnswerBy: &end, Spans: []ideas.Span{{Phase: ideas.Collect, From: today.AddDate(0, 0, -2), To: &end}},
	}, today.AddDate(0, 0, -9))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// nowhere reads every column of every table, the log, and all that b was sent.
func (p product) nowhere(t *testing.T, b *browser) {
	t.Helper()
	tables := p.list(t, `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if len(tables) < 100 {
		t.Fatalf("%d tables only", len(tables))
	}
	signs := []string{"1987-03-14", "kanarieneidgasse", "09427", "kanarienhausen", "kanarienvorname", "kanariennachname", "kanarieneid@post", "gasse 77"}
	said := strings.ToLower(string(p.log.bytes()) + b.seen.String())
	found := 0
	for _, table := range tables {
		text := strings.ToLower(strings.Join(p.list(t, `SELECT t::text FROM `+table+` t`), "\n"))
		if strings.Contains(text, "kanarienperson") { // who it is, is known: the search works
			found++
		}
		for _, sign := range signs {
			if strings.Contains(text, sign) || strings.Contains(text, hex.EncodeToString([]byte(sign))) {
				t.Errorf("%s holds %q", table, sign)
			}
		}
	}
	if found == 0 {
		t.Error("the sign-in itself is not found: nothing was looked through")
	}
	for _, sign := range signs {
		if strings.Contains(said, sign) {
			t.Errorf("the log or a page says %q", sign)
		}
	}
}

func (p product) list(t *testing.T, sql string) []string {
	t.Helper()
	rows, err := p.pool.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}
