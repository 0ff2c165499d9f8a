package faults_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// entry is a report of which the client was told that it is there.
type entry struct {
	Key    uuid.UUID // the draft's id: the Idempotency-Key of the form
	Number string    // as the receipt shows it
	Photos []photo   // of which it was told that they are stored
}

type photo struct {
	ID  string
	Sum string // of the bytes that the server handed out afterwards; empty when nobody asked in time
}

// ledger is the client's book.
type ledger struct {
	base string
	mail bool // leave a mail address
	lamp bool // report a lamp, whose kind and place are public at once

	mu      sync.Mutex
	entries []entry
	answers map[string]int // by status, or the kind of silence
	began   int            // drafts that were begun anew, because nobody knew whose the first was
	retries int

	acks  atomic.Int64  // reports acknowledged so far
	acked chan struct{} // a signal per acknowledged report, for whoever listens
}

func newLedger(c *city) *ledger {
	return &ledger{base: "http://" + c.addr, answers: map[string]int{}, acked: make(chan struct{}, 1)}
}

func (l *ledger) count(answer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[answer]++
}

// statuses are the answers by their status, as text.
func (l *ledger) statuses() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []string
	for k, n := range l.answers {
		list = append(list, fmt.Sprintf("%s: %d", k, n))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// person is somebody with a browser.
type person struct {
	l    *ledger
	http *http.Client
	rnd  *rand.Rand
	shot []byte // the photo, different for each person
}

func (l *ledger) person(t testing.TB, n int) *person {
	t.Helper()
	return &person{l: l, http: browser(t), rnd: rand.New(rand.NewPCG(uint64(n), 7)), shot: picture(n)}
}

func browser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// picture is a small photo of its own.
func picture(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			m.Set(x, y, color.RGBA{R: uint8(x + n*13), G: uint8(y * n), B: uint8(x ^ y), A: 255})
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, nil)
	return b.Bytes()
}

// answer is what came back.
type answer struct {
	status   int
	location string
	body     []byte
	header   http.Header
}

// once sends a request; status 0 is silence.
func (p *person) once(ctx context.Context, method, path, kind string, body []byte) answer {
	req, err := http.NewRequestWithContext(ctx, method, p.l.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if strings.HasPrefix(path, "/uploads") {
		req.Header.Set("Accept", "application/json")
	}
	res, err := p.http.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			p.l.count("silence")
		}
		return answer{}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil { // cut off in the middle: nothing was said
		p.l.count("silence")
		return answer{}
	}
	p.l.count(fmt.Sprint(res.StatusCode))
	return answer{res.StatusCode, res.Header.Get("Location"), raw, res.Header}
}

// insist sends until there is an answer that is not "later".
func (p *person) insist(ctx context.Context, method, path, kind string, body []byte) answer {
	for tries := 0; ctx.Err() == nil; tries++ {
		a := p.once(ctx, method, path, kind, body)
		later := a.status == 0 || a.status >= 500 || a.status == http.StatusTooManyRequests || a.status == http.StatusConflict
		if !later {
			return a
		}
		p.l.mu.Lock()
		p.l.retries++
		p.l.mu.Unlock()
		pause(ctx, time.Duration(20+p.rnd.IntN(80))*time.Millisecond)
	}
	return answer{}
}

func (l *ledger) category() string {
	if l.lamp {
		return "laterne"
	}
	return "sonstiges"
}

const formType = "application/x-www-form-urlencoded"

// words is the text of a report: what the checker finds it by.
func words(key uuid.UUID) string { return "Ledger " + key.String() }

// report sends one report through the form, as somebody without script does,
// again and again with the same key until it is acknowledged.
func (p *person) report(ctx context.Context) error {
	key := uuid.New()
	for begun := false; !begun; {
		in := url.Values{
			"draft": {key.String()}, "text": {words(key)}, "category": {p.l.category()}, "do": {"next"},
			"lon": {fmt.Sprintf("%.6f", 11.5+p.rnd.Float64()/10)}, "lat": {fmt.Sprintf("%.6f", 48.1+p.rnd.Float64()/20)},
		}
		a := p.insist(ctx, http.MethodPost, "/reports/new", formType, []byte(in.Encode()))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case a.status == http.StatusSeeOther && strings.Contains(a.location, key.String()):
			begun = true
		case a.status == http.StatusNotFound, a.status == http.StatusUnauthorized:
			// The first answer was lost and with it the cookie: the draft is
			// nobody's who could prove it. Nothing was acknowledged.
			key = uuid.New()
			p.l.mu.Lock()
			p.l.began++
			p.l.mu.Unlock()
		default:
			return fmt.Errorf("begin: %d to %q: %.300s", a.status, a.location, a.body)
		}
	}
	e := entry{Key: key}
	if p.rnd.IntN(3) == 0 {
		ph, err := p.upload(ctx, key)
		if err != nil {
			return err
		}
		e.Photos = append(e.Photos, ph)
	}
	if p.l.lamp {
		in := url.Values{"seen[]": {"art"}, "q_art": {"eine"}, "do": {"next"}}
		if a := p.insist(ctx, http.MethodPost, "/reports/new/"+key.String()+"/questions", formType, []byte(in.Encode())); a.status != http.StatusSeeOther {
			return fmt.Errorf("questions: %d: %.300s", a.status, a.body)
		}
	}
	if p.l.mail {
		in := url.Values{"mail": {fmt.Sprintf("r%s@example.org", key)}, "do": {"next"}}
		if a := p.insist(ctx, http.MethodPost, "/reports/new/"+key.String()+"/contact", formType, []byte(in.Encode())); a.status != http.StatusSeeOther {
			return fmt.Errorf("contact: %d: %.300s", a.status, a.body)
		}
	}
	a := p.insist(ctx, http.MethodPost, "/reports/new/"+key.String()+"/check", formType, []byte("do=send"))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if a.status != http.StatusSeeOther || !strings.HasSuffix(a.location, "/receipt") {
		return fmt.Errorf("send: %d to %q: %.300s", a.status, a.location, a.body)
	}
	// From here on the report is the product's word.
	p.l.mu.Lock()
	p.l.entries = append(p.l.entries, e)
	at := len(p.l.entries) - 1
	p.l.mu.Unlock()
	p.l.acks.Add(1)
	select {
	case p.l.acked <- struct{}{}:
	default:
	}
	a = p.insist(ctx, http.MethodGet, a.location, "", nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m := numberShown.FindSubmatch(a.body)
	if a.status != http.StatusOK || m == nil {
		return fmt.Errorf("receipt: %d: %.300s", a.status, a.body)
	}
	p.l.mu.Lock()
	p.l.entries[at].Number = string(m[0])
	p.l.mu.Unlock()
	return nil
}

var numberShown = regexp.MustCompile(`M-20[0-9]{2}-[0-9A-Z]{6}`)

// upload sends a photo until it is acknowledged, and reads it back.
func (p *person) upload(ctx context.Context, draft uuid.UUID) (photo, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("draft", draft.String())
	part, err := w.CreateFormFile("photo", "photo.jpg")
	if err != nil {
		return photo{}, err
	}
	if _, err := part.Write(p.shot); err != nil {
		return photo{}, err
	}
	if err := w.Close(); err != nil {
		return photo{}, err
	}
	a := p.insist(ctx, http.MethodPost, "/uploads", w.FormDataContentType(), b.Bytes())
	if ctx.Err() != nil {
		return photo{}, ctx.Err()
	}
	var got struct{ ID, URL string }
	if err := json.Unmarshal(a.body, &got); err != nil || a.status != http.StatusCreated {
		return photo{}, fmt.Errorf("upload: %d: %.300s", a.status, a.body)
	}
	ph := photo{ID: got.ID}
	if a = p.once(ctx, http.MethodGet, got.URL, "", nil); a.status == http.StatusOK {
		sum := sha256.Sum256(a.body)
		ph.Sum = hex.EncodeToString(sum[:])
	}
	return ph, nil
}

// load lets people report until stop is closed; then each finishes what was
// begun. The function it returns waits for them.
func (l *ledger) load(t testing.TB, people int, stop <-chan struct{}) (wait func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range people {
		p := l.person(t, i)
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := p.report(ctx); err != nil && ctx.Err() == nil {
					t.Errorf("person %d: %v", i, err)
					return
				}
			}
		})
	}
	return func() {
		done := make(chan struct{})
		go func() {
			wg.Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(90 * time.Second):
			t.Error("people wait for an answer for more than 90 s after the last fault")
		}
		cancel()
		<-done
	}
}
