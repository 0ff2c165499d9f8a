package reports_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/notify"
)

// pushService is one as RFC 8030 has it: it keeps what it was sent.
type pushService struct {
	*httptest.Server

	mu     sync.Mutex
	status int
	calls  []pushCall
}

type pushCall struct {
	path string
	head http.Header
	body []byte
}

func startPush(t *testing.T) *pushService {
	t.Helper()
	s := &pushService{status: http.StatusCreated}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls = append(s.calls, pushCall{r.URL.Path, r.Header.Clone(), body})
		if s.status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "90")
		}
		if s.status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(s.status)
	}))
	t.Cleanup(s.Close)
	return s
}

// take answers with a status from now on and gives back the calls so far.
func (s *pushService) take(status int) []pushCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls, s.status = nil, status
	return calls
}

// browser holds the keys of a subscription.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
	notify.Subscription
}

func newBrowser(t *testing.T, endpoint string) browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	enc := base64.RawURLEncoding.EncodeToString
	return browser{key, auth, notify.Subscription{Endpoint: endpoint, P256dh: enc(key.PublicKey().Bytes()), Auth: enc(auth)}}
}

// open decrypts what was sent (RFC 8188, RFC 8291): its content without the padding.
func (b browser) open(t *testing.T, body []byte) []byte {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	salt, from, sealed := body[:16], body[21:21+body[20]], body[21+int(body[20]):]
	theirs, err := ecdh.P256().NewPublicKey(from)
	must(err)
	shared, err := b.key.ECDH(theirs)
	must(err)
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(from)
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	must(err)
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	must(err)
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	must(err)
	block, err := aes.NewCipher(key)
	must(err)
	gcm, err := cipher.NewGCM(block)
	must(err)
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	must(err)
	text := strings.TrimRight(string(plain), "\x00")
	if !strings.HasSuffix(text, "\x02") {
		t.Fatalf("no last record: %q", text)
	}
	return []byte(strings.TrimSuffix(text, "\x02"))
}

// signed checks the signature of a call (RFC 8292) with the key that browsers were given.
func signed(t *testing.T, head, publicKey, audience string) {
	t.Helper()
	token, k, ok := strings.Cut(strings.TrimPrefix(head, "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || k != publicKey || len(parts) != 3 {
		t.Fatalf("authorization %q", head)
	}
	dec := base64.RawURLEncoding.DecodeString
	point, err := dec(k)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := dec(parts[2])
	if err != nil || len(sig) != 64 {
		t.Fatalf("signature of %d bytes, %v", len(sig), err)
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(pub, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		t.Error("the signature is wrong")
	}
	raw, err := dec(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	if until := time.Until(time.Unix(claims.Exp, 0)); claims.Aud != audience || claims.Sub != "https://mitwirk.example" || until <= 0 || until > 24*time.Hour {
		t.Errorf("%+v", claims)
	}
}

func (c noticed) subscribe(t *testing.T, who accounts.Actor, in notify.Subscription) (id uuid.UUID, err error) {
	t.Helper()
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		id, err = c.n.Subscribe(t.Context(), tx, who, in, "de")
		return nil
	})
	return id, err
}

func (c noticed) browsers(t *testing.T, who accounts.Actor) int {
	t.Helper()
	list, err := c.n.Browsers(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func pushed(t *testing.T) (noticed, *pushService) {
	t.Helper()
	service := startPush(t)
	return withNotices(t, func(cfg *notify.Config) { cfg.Push.Client = service.Client() }), service
}

// A browser is told once that there is news, signed, without a word of what it is;
// nobody else's is.
func TestPush(t *testing.T) {
	t.Parallel()
	c, service := pushed(t)
	reader, other := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	mine, theirs := newBrowser(t, service.URL+"/push/mine"), newBrowser(t, service.URL+"/push/theirs")
	for who, b := range map[*accounts.Actor]browser{&reader: mine, &other: theirs} {
		if _, err := c.subscribe(t, *who, b.Subscription); err != nil {
			t.Fatal(err)
		}
	}
	c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Never})
	r, _ := c.Create(t)
	c.Events.Work(t)
	calls := service.take(http.StatusCreated)
	if len(calls) != 1 || calls[0].path != "/push/mine" {
		t.Fatalf("%+v", calls)
	}
	got := calls[0]
	if content := mine.open(t, got.body); len(content) != 0 {
		t.Errorf("content %q", content)
	}
	for name, want := range map[string]string{"Ttl": "86400", "Topic": "inbox", "Urgency": "normal", "Content-Encoding": "aes128gcm"} {
		if got.head.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.head.Get(name), want)
		}
	}
	for name, values := range got.head {
		if strings.Contains(strings.Join(values, " "), r.Number.Format("M")) || name == "Cookie" || name == "Referer" {
			t.Errorf("%s: %q", name, values)
		}
	}
	key, err := c.n.PushKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	signed(t, got.head.Get("Authorization"), key, service.URL)
	// the same event once more
	c.exec(t, `UPDATE river.river_job SET state = 'available', scheduled_at = clock_timestamp(), finalized_at = NULL WHERE kind = 'event' OR kind LIKE 'event%'`)
	c.Events.Work(t)
	if calls := service.take(http.StatusCreated); len(calls) != 0 {
		t.Errorf("told again: %+v", calls)
	}
}

// What was read or hidden meanwhile is told to no browser, and nothing in quiet hours.
func TestPushAsksAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sql  string
		want int
	}{
		"":            {`SELECT 1`, 1},
		"read":        {`UPDATE notices SET read_at = mitwirk_now()`, 0},
		"hidden":      {`UPDATE reports SET visibility = 'hidden'`, 0},
		"erased":      {`DELETE FROM push_subscriptions`, 0},
		"a day later": {`UPDATE notices SET at = at - interval '25 hours'`, 0},
		"quiet": {`INSERT INTO quiet_hours (person_id, from_minute, to_minute)
			SELECT person_id, (m + 1439) % 1440, (m + 60) % 1440
			FROM push_subscriptions, LATERAL (SELECT extract(epoch FROM (mitwirk_now() AT TIME ZONE 'Europe/Berlin')::time)::int / 60 AS m) AS now`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, service := pushed(t)
			service.take(http.StatusServiceUnavailable)
			reader := accountstest.Resident(t, c.Pool)
			if _, err := c.subscribe(t, reader, newBrowser(t, service.URL+"/push/1").Subscription); err != nil {
				t.Fatal(err)
			}
			c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Never})
			c.Create(t)
			c.Events.Work(t)
			if n := len(service.take(http.StatusCreated)); n != 1 {
				t.Fatalf("%d first tries", n)
			}
			c.exec(t, tt.sql)
			c.exec(t, `UPDATE river.river_job SET scheduled_at = clock_timestamp() - interval '1 second' WHERE state = 'scheduled'`)
			c.Events.Work(t)
			if n := len(service.take(http.StatusCreated)); n != tt.want {
				t.Errorf("%d calls, want %d", n, tt.want)
			}
		})
	}
}

// What a service answers decides: gone deletes the subscription, too much waits as long
// as it asks, a refusal ends it, another address is not followed.
func TestPushAnswers(t *testing.T) {
	t.Parallel()
	for status, tt := range map[int]struct {
		browsers, waiting, more int // subscriptions left, jobs that wait, calls after an hour
	}{
		http.StatusCreated:             {1, 0, 0},
		http.StatusAccepted:            {1, 0, 0},
		http.StatusNotFound:            {0, 0, 0},
		http.StatusGone:                {0, 0, 0},
		http.StatusTooManyRequests:     {1, 1, 1},
		http.StatusInternalServerError: {1, 1, 1},
		http.StatusForbidden:           {1, 0, 0},
		http.StatusFound:               {1, 0, 0},
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			c, service := pushed(t)
			service.take(status)
			reader := accountstest.Resident(t, c.Pool)
			if _, err := c.subscribe(t, reader, newBrowser(t, service.URL+"/push/1").Subscription); err != nil {
				t.Fatal(err)
			}
			c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Never})
			c.Create(t)
			c.Events.Work(t)
			if calls := service.take(http.StatusCreated); len(calls) != 1 || calls[0].path != "/push/1" {
				t.Errorf("%d calls", len(calls))
			}
			var waiting int
			if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM river.river_job WHERE kind = 'notify_push' AND state = 'scheduled'
				AND scheduled_at > clock_timestamp() + interval '50 seconds'`).Scan(&waiting); err != nil {
				t.Fatal(err)
			}
			c.exec(t, `UPDATE river.river_job SET scheduled_at = clock_timestamp() - interval '1 second' WHERE state = 'scheduled'`)
			c.Events.Work(t)
			if n, more := c.browsers(t, reader), len(service.take(http.StatusCreated)); n != tt.browsers || waiting != tt.waiting || more != tt.more {
				t.Errorf("%d browsers, %d waiting, %d more calls; want %+v", n, waiting, more, tt)
			}
		})
	}
}

// A browser that names an address inside of the city's own net reaches nothing there
// (Decidim GHSA 2026-45573); what is no address of a push service is refused at once.
func TestPushReachesNoInside(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	service := startPush(t)
	reader := accountstest.Resident(t, c.Pool)
	good := newBrowser(t, service.URL+"/push/1")
	for name, edit := range map[string]func(*notify.Subscription){
		"http":       func(s *notify.Subscription) { s.Endpoint = "http://push.example/1" },
		"none":       func(s *notify.Subscription) { s.Endpoint = "" },
		"file":       func(s *notify.Subscription) { s.Endpoint = "file:///etc/passwd" },
		"a password": func(s *notify.Subscription) { s.Endpoint = "https://a:b@push.example/1" },
		"a line":     func(s *notify.Subscription) { s.Endpoint = "https://push.example/1\r\nX: y" },
		"too long":   func(s *notify.Subscription) { s.Endpoint = "https://push.example/" + strings.Repeat("x", 1000) },
		"no key":     func(s *notify.Subscription) { s.P256dh = base64.RawURLEncoding.EncodeToString(make([]byte, 65)) },
		"no auth":    func(s *notify.Subscription) { s.Auth = "AAAA" },
	} {
		in := good.Subscription
		edit(&in)
		if _, err := c.subscribe(t, reader, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, who := range []accounts.Actor{{}, accountstest.Visitor(t, c.Pool)} {
		if _, err := c.subscribe(t, who, good.Subscription); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("without an account: %v", err)
		}
	}
	if _, err := c.subscribe(t, reader, good.Subscription); err != nil {
		t.Fatal(err)
	}
	c.follow(t, follows.AreaFollow{Kind: follows.Person, Owner: reader.Person, Cadence: follows.Never})
	c.Create(t)
	c.Events.Work(t)
	if calls := service.take(http.StatusCreated); len(calls) != 0 {
		t.Errorf("%d calls to this machine", len(calls))
	}
	if n := c.browsers(t, reader); n != 0 {
		t.Errorf("%d browsers left", n)
	}
}

// A browser belongs to whoever has subscribed with it last; nobody ends another's; the
// eleventh takes the place of the oldest; all go with their person.
func TestBrowsers(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	first, second := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	shared := newBrowser(t, "https://push.example/shared").Subscription
	id, err := c.subscribe(t, first, shared)
	if err != nil {
		t.Fatal(err)
	}
	end := func(who accounts.Actor) (err error) {
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { err = c.n.Unsubscribe(t.Context(), tx, who, id); return nil })
		return err
	}
	if err := end(second); !fault.Is(err, fault.NotFound) {
		t.Errorf("ends another's: %v", err)
	}
	if again, err := c.subscribe(t, second, shared); err != nil || again != id {
		t.Errorf("%v, %v", again, err)
	}
	if c.browsers(t, first) != 0 || c.browsers(t, second) != 1 || c.browsers(t, accounts.Actor{}) != 0 {
		t.Error("it is not the second one's alone")
	}
	if err := end(second); err != nil {
		t.Error(err)
	}
	for range 12 {
		if _, err := c.subscribe(t, first, newBrowser(t, "https://push.example/"+uuid.NewString()).Subscription); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.browsers(t, first); n != 10 {
		t.Errorf("%d browsers, want 10", n)
	}
	for range 2 {
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return notify.ForgetPerson(t.Context(), tx, first.Person) })
	}
	if n := c.browsers(t, first); n != 0 {
		t.Errorf("%d browsers of an erased person", n)
	}
}
