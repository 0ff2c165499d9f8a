package kit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/logs"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// TestDatabaseGone: the error page needs no database, for anybody.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	site := kittest.New(t, pool, func(cfg *kit.Config) {
		cfg.CityOf = func(context.Context, string) kit.City { return kit.City{Phone: "115"} }
	})
	site.GET("/now", func(c kit.Context) error {
		_, err := db.Now(c.Request().Context(), pool)
		return err
	})
	signedIn := site.As(accountstest.Visitor(t, pool))
	pool.Close()
	for name, b := range map[string]*kittest.Browser{"nobody": site.Browser(), "somebody": signedIn} {
		a := b.Get("/now").WantClean()
		if a.Status != http.StatusServiceUnavailable && a.Status != http.StatusInternalServerError {
			t.Errorf("%s: %d", name, a.Status)
		}
		if a.Text("h1") == "" || a.Doc().Find(`main a[href="tel:112"]`).Length() != 1 || a.Doc().Find(`main a[href="tel:115"]`).Length() != 1 {
			t.Errorf("%s: %q", name, a.Text("main"))
		}
		if a := b.Get("/nothing"); name == "nobody" && a.Status != http.StatusNotFound {
			t.Errorf("a page that is not there: %d", a.Status)
		}
	}
}

// TestErrorPagesHelp: what somebody can do next, kind by kind.
func TestErrorPagesHelp(t *testing.T) {
	t.Parallel()
	slow := fault.New(fault.TooMany, "err.429")
	slow.RetryAfter = 10 * time.Minute
	down := fault.New(fault.Unavailable, "err.503")
	down.RetryAfter = 30 * time.Second
	site := failing(t, map[string]error{
		"404": fault.Missing("x"), "403": fault.New(fault.Forbidden, "err.403"), "409": fault.New(fault.Conflict, "err.409"),
		"413": fault.New(fault.TooLarge, "err.413"), "429": slow, "500": errors.New("x"), "503": down,
	})
	for _, tt := range []struct {
		path, selector, text string
	}{
		{"404", "form[role=search] input[name=q]", "Startseite"},
		{"404", `a[href="/reports/new"]`, "Melden"},
		{"403", `a[href="/login"]`, "nicht angemeldet"},
		{"409", "h1", "neu"},
		{"413", "li", "12 MB"},
		{"429", `a[href="tel:112"]`, "Ab 13:10 Uhr geht es wieder."},
		{"500", ".errno strong", "Nummer der Anfrage"},
		{"500", `a.kern-btn[href=""]`, "Noch einmal versuchen"},
		{"503", `a[href="tel:112"]`, "in 30 Sekunden noch einmal"},
		{"503", `a.kern-btn[href=""]`, "Noch einmal versuchen"},
	} {
		a := site.Browser().Get("/fail/" + tt.path).WantClean()
		if strconv.Itoa(a.Status) != tt.path || a.Doc().Find("main "+tt.selector).Length() == 0 || !strings.Contains(a.Text("main"), tt.text) {
			t.Errorf("%s: %d, %q", tt.path, a.Status, a.Text("main"))
		}
		if id := a.Header.Get("X-Request-Id"); tt.path == "500" && a.Text(".errno strong") != id {
			t.Errorf("number %q, want %q", a.Text(".errno strong"), id)
		}
	}
	a := site.Browser().Post("/fail/503", url.Values{})
	if a.Doc().Find(`main a[href=""]`).Length() != 0 {
		t.Error("what was sent can be asked for again with its entries lost")
	}
	if a.Text("h1") != "Noch nicht gesendet." || !strings.Contains(a.Text("main"), "Ihre Eingaben stehen noch da") {
		t.Errorf("after sending: %q", a.Text("main"))
	}
}

// TestLogHoldsNothingPersonal: markers go through everything that a request
// brings, and none of them into the log.
func TestLogHoldsNothingPersonal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var mu sync.Mutex
	site := kittest.New(t, dbtest.Tx(t), func(cfg *kit.Config) {
		cfg.Logger = slog.New(slog.NewJSONHandler(writer(func(b []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return out.Write(b)
		}), &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: logs.Replace}))
	})
	const marker = "GEHEIMNIS"
	site.GET("/login/:token", func(kit.Context) error { return fmt.Errorf("parse %q: wrong", marker) })
	site.POST("/form", func(c kit.Context) error {
		var in struct {
			N float64 `form:"n"`
		}
		if err := kit.Bind(c, &in); err != nil {
			return err
		}
		return fault.New(fault.Unavailable, "err.503").Because(fmt.Errorf("mail to anna.%s@beispiel.example from 203.0.113.77: refused", marker))
	})
	site.GET("/panic", func(kit.Context) error { panic(marker) })
	b := site.Browser()
	b.Remote = "203.0.113.77:4711"
	b.Header.Set("User-Agent", marker)
	b.Header.Set("Referer", "https://mitwirk.example/reports?q="+marker)
	b.Cookies["__Host-mitwirk"] = marker
	for _, path := range []string{"/login/" + marker, "/" + marker, "/reports?q=" + marker + "&lon=11.575512", "/panic?x=" + marker} {
		b.Get(path)
	}
	b.Post("/form", url.Values{"n": {marker}, "text": {marker}})
	b.Post("/form", url.Values{"n": {"1"}})
	r := b.Request(http.MethodPost, "/form", strings.NewReader("{"+marker))
	r.Header.Set("Content-Type", "application/"+marker)
	b.Do(r)
	r = b.Request(marker, "/form", nil)
	r.Header.Set("Origin", "https://"+marker+".example")
	b.Do(r)
	text := out.String()
	for _, secret := range []string{marker, strings.ToLower(marker), "203.0.113", "11.5755", "anna"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in the log:\n%s", secret, text)
		}
	}
	for _, want := range []string{`"route":"/login/:token"`, `"status":500`, `"msg":"request"`, `"msg":"dep.down"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in the log:\n%s", want, text)
		}
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
