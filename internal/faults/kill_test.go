package faults_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestKill ends server and database by SIGKILL at random points while people
// report. Nothing that was acknowledged may be lost or doubled.
func TestKill(t *testing.T) {
	t.Parallel()
	kills, setup := either(6, 200), time.Now()
	c := newCity(t)
	c.startServer()
	l := newLedger(c)
	stop := make(chan struct{})
	wait := l.load(t, 6, stop)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, set up after %s", seed, time.Since(setup).Round(time.Millisecond))
	rnd := rand.New(rand.NewPCG(seed, 1))
	count := map[string]int{}
	var gaps []time.Duration
	for i := range kills {
		// under load: at least one report has come through since the last fault
		awaitAck(t, l)
		pause(t.Context(), time.Duration(rnd.IntN(either(150, 500)))*time.Millisecond)
		began := time.Now()
		switch kind := killKinds[rnd.IntN(len(killKinds))]; {
		case !long && i == 0, kind == "server" && (long || i > 2): // the short form has each kind at least once
			count["server"]++
			c.killServer()
			c.startServer()
		case !long && i == 1, kind == "database" && (long || i > 2):
			count["database"]++
			c.killDB()
		case !long && i == 2, kind == "session":
			count["session"]++
			c.killBackend(rnd.IntN(1000))
		default:
			count["server and database"]++
			c.killServer()
			c.killDB()
			c.startServer()
		}
		awaitAck(t, l)
		gaps = append(gaps, time.Since(began))
		if t.Failed() {
			break
		}
		if i%20 == 19 {
			t.Logf("%d kills, %d reports acknowledged", i+1, l.acks.Load())
		}
	}
	close(stop)
	wait()
	sum := c.compare(t, l)
	slices.Sort(gaps)
	t.Logf("kills: %v; %+v; answers: %s; repeated requests: %d; begun anew: %d; until the next acknowledged report: median %s, 99 %% %s",
		count, sum, l.statuses(), l.retries, l.began, gaps[len(gaps)/2].Round(time.Millisecond), gaps[len(gaps)*99/100].Round(time.Millisecond))
	if sum.Acknowledged < kills {
		t.Errorf("%d reports for %d kills: that was no load", sum.Acknowledged, kills)
	}
	if l.answers["500"] > 0 {
		t.Errorf("%d times 500: a dependency that is away answers 503: %s", l.answers["500"], c.logged("\"kind\":\"internal\""))
	}
}

// killKinds are what is killed, as often as it stands here.
var killKinds = []string{"server", "server", "server", "database", "database", "session", "session", "both"}

// awaitAck waits for the next acknowledged report.
func awaitAck(t *testing.T, l *ledger) {
	t.Helper()
	select {
	case <-l.acked:
	default:
	}
	select {
	case <-l.acked:
	case <-time.After(60 * time.Second):
		t.Fatalf("no report came through for a minute; answers so far: %s", l.statuses())
	}
}
