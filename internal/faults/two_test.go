package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// two is two server processes on one database.
type two struct {
	*city
	nodes [2]*city
	l     [2]*ledger // one book per door
}

func newTwo(t *testing.T, limit string) *two {
	t.Helper()
	c := newCity(t)
	c.limit = limit
	n := &two{city: c, nodes: [2]*city{c, c.beside()}}
	for i, node := range n.nodes {
		node.startServer()
		n.l[i] = newLedger(node)
		n.l[i].lamp = true
	}
	return n
}

// report makes a public report through one of the doors.
func (n *two) report(t *testing.T, door int) string {
	t.Helper()
	l := n.l[door]
	must(t, l.person(t, door).report(t.Context()))
	return l.entries[len(l.entries)-1].Number
}

// TestTwoProcessesAgree: votes and limits count once for the installation.
func TestTwoProcessesAgree(t *testing.T) {
	t.Parallel()
	const budget = 25
	n := newTwo(t, fmt.Sprintf(",code=%d/8760h", budget))
	number := n.report(t, 0)
	path := "/reports/" + number + "/metoo"
	people := either(8, 40)
	var wg sync.WaitGroup
	var answered atomic.Int64
	for i := range people {
		browser := browser(t)
		at := func(door int) *person {
			return &person{l: n.l[door], http: browser, rnd: rand.New(rand.NewPCG(uint64(i), 3))}
		}
		// who comes for the first time is made a person by the first click
		if a := at(i%2).insist(t.Context(), http.MethodPost, path, formType, []byte("on=true")); a.status != http.StatusSeeOther {
			t.Fatalf("the first click: %d", a.status)
		}
		for click := range 16 {
			wg.Go(func() {
				a := at(click%2).insist(t.Context(), http.MethodPost, path, formType, []byte("on=true"))
				if a.status == http.StatusSeeOther {
					answered.Add(1)
				}
			})
		}
	}
	wg.Wait()
	pool := n.pool()
	var votes, total int
	must(t, pool.QueryRow(t.Context(), `
SELECT (SELECT count(*) FROM votes WHERE aspect = 'metoo' AND value = 1), (SELECT sum(n) FROM vote_totals WHERE aspect = 'metoo' AND value = 1)`).Scan(&votes, &total))
	t.Logf("%d people, %d clicks at both doors at once: %d votes, %d counted", people, answered.Load()+int64(people), votes, total)
	if votes != people || total != people {
		t.Errorf("%d votes, %d counted, want %d", votes, total, people)
	}
	for i := range n.nodes { // what each door answers and shows
		p := n.l[i].person(t, 500+i)
		if a := p.insist(t.Context(), http.MethodPost, path, formType, []byte("on=true")); a.status != http.StatusSeeOther {
			t.Errorf("door %d: %d", i, a.status)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.l.base+path, strings.NewReader("on=false"))
		must(t, err)
		req.Header.Set("Content-Type", formType)
		req.Header.Set("Accept", "application/json")
		res, err := p.http.Do(req)
		must(t, err)
		var said struct{ Count int }
		must(t, json.NewDecoder(res.Body).Decode(&said))
		res.Body.Close()
		if said.Count != people {
			t.Errorf("door %d says %d, want %d", i, said.Count, people)
		}
	}

	var refused, let atomic.Int64
	for i := range 4 * budget {
		p := n.l[i%2].person(t, 1000+i)
		wg.Go(func() {
			switch a := p.once(t.Context(), http.MethodPost, "/reports/open", formType, []byte("number="+number+"&code=AAAA-BBBB-CCCC")); a.status {
			case http.StatusTooManyRequests:
				refused.Add(1)
			case http.StatusUnprocessableEntity:
				let.Add(1)
			default:
				t.Errorf("a wrong code: %d: %.200s", a.status, a.body)
			}
		})
	}
	wg.Wait()
	t.Logf("%d tries of an access code at both doors at once, %d an address are let through: %d were, %d refused", 4*budget, budget, let.Load(), refused.Load())
	if let.Load() != budget {
		t.Errorf("%d tries let through by two processes, want %d", let.Load(), budget)
	}
}

// frame is a live message.
type frame struct {
	Type   string `json:"type"`
	Cursor string `json:"cursor"`
	Data   struct {
		Number string `json:"number"`
		Reason string `json:"reason"`
	} `json:"data"`
}

// watcher is an open page: it keeps the cursor and what it was told.
type watcher struct {
	cursor string
	seen   map[string]int // by number of the report
	resync int
	wrong  string
}

func (w *watcher) dial(ctx context.Context, c *city) (*websocket.Conn, error) {
	header := http.Header{"Origin": {"http://" + c.addr}}
	for tries := 0; ; tries++ {
		conn, res, err := (&websocket.Dialer{HandshakeTimeout: 30 * time.Second}).DialContext(ctx, "ws://"+c.addr+"/live", header)
		if res != nil && res.Body != nil {
			_ = res.Body.Close()
		}
		if err != nil {
			if tries < 20 && ctx.Err() == nil {
				pause(ctx, time.Duration(100+rand.IntN(400))*time.Millisecond)
				continue
			}
			return nil, err
		}
		return conn, conn.WriteJSON(map[string]string{"type": "subscribe", "topic": "reports", "cursor": w.cursor})
	}
}

// read takes messages until the connection ends, or enough says so.
func (w *watcher) read(conn *websocket.Conn, enough func() bool, subscribed func()) {
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil {
			w.wrong = err.Error()
			return
		}
		if f.Cursor != "" {
			w.cursor = f.Cursor
		}
		switch f.Type {
		case "report.submitted":
			w.seen[f.Data.Number]++
		case "resync":
			w.resync++
		case "subscribed":
			subscribed()
		case "error":
			w.wrong = f.Data.Reason
		}
		if enough() {
			return
		}
	}
}

// TestCutSockets: sockets at two processes are cut at any moment and come back
// to the other one with their cursor; nothing is lost and nothing comes twice.
func TestCutSockets(t *testing.T) {
	t.Parallel()
	n := newTwo(t, "")
	sockets, reports := either(200, 10_000), either(6, 12)
	ctx, stop := context.WithTimeout(t.Context(), either(60*time.Second, 170*time.Second))
	defer stop()
	var open, resumed, done sync.WaitGroup
	watchers := make([]*watcher, sockets)
	cut := make(chan struct{})
	spread := either(1500*time.Millisecond, 25*time.Second)
	gate := make(chan struct{}, 64) // so many connect at once, as behind a proxy
	began := time.Now()
	open.Add(sockets)
	resumed.Add(sockets)
	for i := range watchers {
		w := &watcher{seen: map[string]int{}}
		watchers[i] = w
		done.Go(func() {
			var opened, back sync.Once
			defer opened.Do(open.Done)
			defer back.Do(resumed.Done)
			all := func() bool { return len(w.seen) == reports }
			connect := func(at int) *websocket.Conn {
				gate <- struct{}{}
				defer func() { <-gate }()
				conn, err := w.dial(ctx, n.nodes[at])
				if err != nil {
					w.wrong = err.Error()
					return nil
				}
				return conn
			}
			conn := connect(i % 2)
			if conn == nil {
				return
			}
			read := make(chan struct{})
			go func() {
				defer close(read)
				w.read(conn, func() bool { return false }, func() { opened.Do(open.Done) })
			}()
			select {
			case <-cut:
			case <-ctx.Done():
			}
			pause(ctx, time.Duration(rand.Int64N(int64(spread))))
			_ = conn.NetConn().Close() // no goodbye
			<-read
			if conn = connect((i + 1) % 2); conn == nil {
				return
			}
			defer conn.Close()
			end := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
			defer end()
			w.read(conn, all, func() { back.Do(resumed.Done) })
		})
	}
	open.Wait()
	t.Logf("%d sockets are open after %s", sockets, time.Since(began).Round(time.Millisecond))
	var numbers []string
	close(cut)
	cutting := time.Now()
	for i := range reports { // while they are cut, and once all are back
		if i == reports-1 {
			resumed.Wait()
			t.Logf("all were cut and are back after %s", time.Since(cutting).Round(time.Millisecond))
		}
		numbers = append(numbers, n.report(t, i%2))
		pause(ctx, spread/time.Duration(reports))
	}
	done.Wait()
	want := map[string]bool{}
	for _, number := range numbers {
		want[number] = true
	}
	lost, double, other, resync := 0, 0, 0, 0
	for i, w := range watchers {
		if w.wrong != "" {
			t.Errorf("socket %d: %s", i, w.wrong)
		}
		resync += w.resync
		for number, times := range w.seen {
			if times > 1 {
				double++
			}
			if !want[number] {
				other++
			}
		}
		for number := range want {
			if w.seen[number] == 0 {
				lost++
			}
		}
		if t.Failed() && i > 50 {
			break
		}
	}
	t.Logf("%d sockets cut and resumed at the other process, %d messages each: %d lost, %d double, %d of something else, %d resyncs, in %s",
		sockets, reports, lost, double, other, resync, time.Since(began).Round(time.Millisecond))
	if lost+double+other+resync > 0 {
		t.Error("the cursor does not hold what it promises")
	}
}
