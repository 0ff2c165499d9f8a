package app

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// seen is somebody who is told of the thing, by all ways that there are.
type seen struct {
	actor  accounts.Actor
	cookie string
	bearer string
	unread atomic.Int64 // what their open page shows; -1: nothing yet
}

// sightCity is a city whose workers run, with readers of every sort.
type sightCity struct {
	*reachCity

	server   *httptest.Server
	push     *httptest.Server
	pushed   atomic.Int64
	busy     atomic.Bool // the push service can't now
	one      *seen       // whose inbox, number and browser are watched
	author   accounts.Actor
	areaFeed uuid.UUID
	wordFeed uuid.UUID
	mailed   map[string]uuid.UUID // column -> contact that is mailed
}

func newSightCity(t *testing.T) *sightCity {
	t.Helper()
	c := &sightCity{mailed: map[string]uuid.UUID{}}
	c.busy.Store(true)
	c.push = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c.pushed.Add(1)
		if c.busy.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(c.push.Close)
	c.reachCity = &reachCity{product: start(t, true, func(cfg *Config) { cfg.Push.Client = c.push.Client() }), t: t}
	c.server = httptest.NewServer(c.Handler())
	t.Cleanup(c.server.Close)
	return c
}

// person is somebody signed in, with a token of the API, a browser that is told, and an
// open page.
func (c *sightCity) person(grants ...func(ctx context.Context, tx pgx.Tx, person uuid.UUID) error) *seen {
	c.t.Helper()
	s := &seen{}
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		id, err := accounts.NewPerson(ctx, tx, accounts.L1, "de")
		if err != nil {
			return err
		}
		if _, _, err := accounts.OwnContact(ctx, tx, accounts.System, id, accountstest.Address()); err != nil {
			return err
		}
		for _, grant := range grants {
			if err := grant(ctx, tx, id); err != nil {
				return err
			}
		}
		s.actor.Person = id
		return nil
	})
	c.signIn(s)
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	c.must(err)
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	enc := base64.RawURLEncoding.EncodeToString
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO push_subscriptions (endpoint_hash, id, person_id, endpoint, p256dh, auth, lang)
			VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, 'de')`, auth, s.actor.Person, c.push.URL+"/"+enc(auth), key.PublicKey().Bytes(), auth)
		return err
	})
	c.listen(s)
	return s
}

// signIn gives them a session, and a token while they may have one.
func (c *sightCity) signIn(s *seen) {
	c.t.Helper()
	c.do(func(ctx context.Context, tx pgx.Tx) (err error) {
		if s.cookie, _, s.actor, err = accounts.StartSession(ctx, tx, s.actor.Person, accounts.ByPasskey); err != nil {
			return err
		}
		if s.bearer == "" {
			s.bearer, _, err = accounts.CreatePersonalToken(ctx, tx, s.actor, accounts.APIToken{Name: "Sicht", Scopes: accounts.PersonalScopes(s.actor)}, time.Hour)
		}
		return err
	})
}

// listen opens a page of theirs: it hears how much they have not read.
func (c *sightCity) listen(s *seen) {
	c.t.Helper()
	s.unread.Store(-1)
	head := http.Header{"Origin": {c.server.URL}, "Cookie": {"mitwirk=" + s.cookie}}
	ws, res, err := websocket.DefaultDialer.DialContext(c.t.Context(), "ws"+strings.TrimPrefix(c.server.URL, "http")+"/live", head)
	c.must(err)
	_ = res.Body.Close() // of an upgrade: empty
	c.t.Cleanup(func() { _ = ws.Close() })
	c.must(ws.WriteJSON(map[string]any{"type": "subscribe", "topics": []string{"inbox"}}))
	ready := make(chan struct{})
	go func() {
		for {
			var frame struct {
				Type string `json:"type"`
				Data struct {
					Unread *int64 `json:"unread"`
				} `json:"data"`
			}
			if ws.ReadJSON(&frame) != nil {
				s.unread.Store(-2) // the page knows that it has to ask anew
				return
			}
			if frame.Type == "subscribed" {
				close(ready)
			}
			if frame.Data.Unread != nil {
				s.unread.Store(*frame.Data.Unread)
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(settle):
		c.t.Fatal("the socket says nothing")
	}
}

// follow lets somebody follow the whole city, or a search, and tells the follow.
func (c *sightCity) follow(who uuid.UUID, words string, cadence follows.Cadence) (id uuid.UUID) {
	c.t.Helper()
	c.do(func(ctx context.Context, tx pgx.Tx) (err error) {
		if words == "" {
			id, err = follows.FollowArea(ctx, tx, follows.AreaFollow{Kind: follows.Person, Owner: who, Cadence: cadence, Lang: "de"})
			return err
		}
		id, err = follows.FollowSearch(ctx, tx, follows.SearchFollow{Saved: search.Saved{Text: words}, Kind: follows.Person, Owner: who, Cadence: cadence, Lang: "de"})
		return err
	})
	return id
}

// subscribers are those who wait for mails: by day, and for the end of their quiet hours.
func (c *sightCity) subscribers() {
	c.t.Helper()
	for column, f := range map[string]struct {
		words   string
		cadence follows.Cadence
	}{onDigest: {"", follows.Daily}, onAreaMail: {"", follows.Each}, onSearchMail: {sign, follows.Each}} {
		who := accountstest.Resident(c.t, c.pool)
		id := c.follow(who.Person, f.words, f.cadence)
		if column == onDigest {
			c.follow(who.Person, sign, f.cadence)
			c.areaFeed = id
		}
		if column == onSearchMail {
			c.follow(who.Person, "Balanstraße", f.cadence)
			c.wordFeed = id
		}
		c.do(func(ctx context.Context, tx pgx.Tx) error {
			var contact uuid.UUID
			if err := tx.QueryRow(ctx, `SELECT id FROM contacts WHERE person_id = $1`, who.Person).Scan(&contact); err != nil {
				return err
			}
			c.mailed[column] = contact
			_, err := tx.Exec(ctx, `INSERT INTO quiet_hours (person_id, from_minute, to_minute)
				SELECT $1, (m + 1439) % 1440, (m + 120) % 1440
				FROM (SELECT extract(epoch FROM (mitwirk_now() AT TIME ZONE 'Europe/Berlin')::time)::int / 60 AS m) AS now`, who.Person)
			return err
		})
	}
}

// waiting tells whether something about a thing waits to be mailed.
func (c *sightCity) waiting(column string, about subject.Ref) int {
	return min(1, c.count(`SELECT count(*) FROM deliveries WHERE state = 'waiting' AND contact_id = $1 AND subject_id = $2`, c.mailed[column], about.ID))
}

// due makes what waits due now, and waits until nothing does.
func (c *sightCity) due() {
	c.t.Helper()
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM quiet_hours`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE deliveries SET due_at = mitwirk_now() - interval '1 minute' WHERE state = 'waiting'`)
		return err
	})
	c.must(c.notify.SendDue(c.t.Context()))
	c.becomes("mails on their way", 0, settle, func() int { return c.count(`SELECT count(*) FROM mails WHERE state IN ('queued', 'sending')`) })
}

// mails counts those to an address that say something.
func (c *sightCity) mails(column, what string) int {
	return c.count(`SELECT count(*) FROM mails WHERE contact_id = $1 AND content::text LIKE '%' || $2 || '%'`, c.mailed[column], what)
}

// api asks the API as somebody; nil: as anybody.
func (c *sightCity) api(path string, as *seen) string {
	c.t.Helper()
	rec := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(c.t.Context(), http.MethodGet, base+"/api/v1"+path, http.NoBody)
	if as != nil {
		req.Header.Set("Authorization", "Bearer "+as.bearer)
	}
	c.Handler().ServeHTTP(rec, req)
	return rec.Body.String()
}

// has is 1 where a text holds another.
func has(text, what string) int {
	if strings.Contains(text, what) {
		return 1
	}
	return 0
}

// thing is what a row of the matrix is about.
type thing struct {
	ref    subject.Ref
	title  string // as everybody is told of it
	number string // that its hits lead to
	path   string // the same for those that have none
	words  string // that its search finds; "": sign
	as     *seen  // whoever searches; nil: anybody
}

// reads are the ways to look at each column; what it is about is there where one gives 1.
func (c *sightCity) reads(th *thing) map[string]func() int {
	words := th.words
	if words == "" {
		words = sign
	}
	q, cookie := url.QueryEscape(words), ""
	if th.as != nil {
		cookie = th.as.cookie
	}
	hit := th.number
	if th.path != "" {
		hit = th.path
	}
	one := func() *seen { return c.one }
	return map[string]func() int{
		onSearchPage:  func() int { return c.shows("/search?q="+q, cookie, hit) },
		onSearchAPI:   func() int { return has(c.api("/search?q="+q, th.as), hit) },
		onProposals:   func() int { return c.shows("/search/suggestions?q="+url.QueryEscape(sign[:7]), "", sign) },
		onProposalAPI: func() int { return has(c.api("/search/suggestions?q="+url.QueryEscape(sign[:7]), nil), sign) },
		onInbox:       func() int { return c.shows("/inbox", one().cookie, th.title) },
		onInboxAPI:    func() int { return has(c.api("/me/notices", one()), th.title) },
		onCount:       func() int { return c.shows("/inbox/count", one().cookie, `{"unread":1}`) },
		onLive:        func() int { return int(max(one().unread.Load(), 0)) },
		onAreaFeed:    func() int { return c.feed(c.areaFeed, hit) },
		onSearchFeed:  func() int { return c.feed(c.wordFeed, hit) },
		onDigest:      func() int { return c.waiting(onDigest, th.ref) },
		onAreaMail:    func() int { return c.waiting(onAreaMail, th.ref) },
		onSearchMail:  func() int { return c.waiting(onSearchMail, th.ref) },
		onPush:        func() int { return int(min(1, c.pushed.Load())) },
	}
}
