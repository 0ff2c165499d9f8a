package minepages

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// ownData is what the pages need, without jobs and mails.
type ownData struct {
	c     *reportstest.City
	asked []accounts.Actor
}

func (o *ownData) Fresh(ctx context.Context, actor accounts.Actor) (bool, error) {
	return accounts.Fresh(ctx, o.c.Pool, actor)
}

func (o *ownData) Export(ctx context.Context, actor accounts.Actor, _ bool) (*owndata.Export, error) {
	if err := accounts.NeedFresh(ctx, o.c.Pool, actor); err != nil {
		return nil, err
	}
	return &owndata.Export{
		MadeAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Person: actor.Person,
		Tables: []owndata.Table{{
			Name:    "reports",
			Columns: []owndata.Column{{Name: "number"}, {Name: "text", Field: "text as typed"}, {Name: "new", Field: "a column of tomorrow"}},
			Rows:    []owndata.Row{{"number": "M-2026-7K3QX9", "text": "<b>Dunkel</b>", "new": true}},
		}},
		Photos: []owndata.Photo{{ID: subject.NewID(), Alt: "Eine Laterne", File: "photos/x.jpg", Bytes: []byte("jpeg")}},
	}, nil
}

func (o *ownData) Ask(ctx context.Context, actor accounts.Actor) error {
	if actor.IsStaff() {
		return fault.New(fault.Forbidden, "err.403").With("why", "mine.erase.staff")
	}
	if err := accounts.NeedFresh(ctx, o.c.Pool, actor); err != nil {
		return err
	}
	o.asked = append(o.asked, actor)
	return nil
}

// old makes all sessions of a person old.
func old(t *testing.T, c *reportstest.City, who accounts.Actor) {
	t.Helper()
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE sessions SET created_at = mitwirk_now() - interval '11 minutes' WHERE person_id = $1`, who.Person)
		return err
	})
}

func TestTakeData(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	me := accountstest.Resident(t, c.Pool)
	b := site.As(me)
	if a := b.Get("/mine/data").Want(http.StatusOK).WantClean(); a.Doc().Find("form[action='/mine/data'] button").Length() != 3 {
		t.Errorf("%q", a.Text("main"))
	}
	form := func(f string) url.Values { return url.Values{"form": {f}} }
	a := b.Post("/mine/data", form("html")).Want(http.StatusOK).WantClean()
	if got := a.Text(".owndata"); !strings.Contains(got, "<b>Dunkel</b>") || !strings.Contains(got, "a column of tomorrowja") || a.Text("#t-reports") != "Meldungen" {
		t.Errorf("%q", got)
	}
	a = b.Post("/mine/data", form("json")).Want(http.StatusOK)
	var e owndata.Export
	if err := json.Unmarshal([]byte(a.Body), &e); err != nil || e.Person != me.Person || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v, %s", err, a.Body)
	}
	a = b.Post("/mine/data", form("zip")).Want(http.StatusOK)
	if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Content-Type") != "application/zip" {
		t.Errorf("%v", a.Header)
	}
	z, err := zip.NewReader(bytes.NewReader([]byte(a.Body)), int64(len(a.Body)))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		have[f.Name] = string(raw)
	}
	if have["photos/x.jpg"] != "jpeg" || !strings.Contains(have["meine-daten.json"], "M-2026-7K3QX9") || !strings.Contains(have["meine-daten.html"], "&lt;b&gt;Dunkel") {
		t.Errorf("%v", have)
	}
	b.Post("/mine/data", form("exe")).Want(http.StatusBadRequest)

	old(t, c, me)
	stale := site.As(me) // a new session, made old as well
	old(t, c, me)
	if a := stale.Get("/mine/data").Want(http.StatusOK); a.Doc().Find("form[action='/mine/data']").Length() != 0 || a.Doc().Find("a[href='/login?next=/mine/data']").Length() != 1 {
		t.Errorf("an old sign-in: %q", a.Text("main"))
	}
	stale.Post("/mine/data", form("json")).WantRedirect("/login")
}

func TestAskErasure(t *testing.T) {
	t.Parallel()
	c, site, data := setupData(t)
	me, visitor := accountstest.Resident(t, c.Pool), accountstest.Visitor(t, c.Pool)
	b := site.As(me)
	a := b.Get("/mine/erase").Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("#bleibt+ul"), "3 Jahre") || a.Doc().Find("form[action='/mine/erase']").Length() != 1 {
		t.Errorf("%q", a.Text("main"))
	}
	again := b.Post("/mine/erase", nil).Want(http.StatusUnprocessableEntity).WantClean()
	if !strings.Contains(again.Text(".errsum"), "Noch ist nichts gelöscht") || again.Doc().Find("#f-sure[aria-invalid=true]").Length() != 1 {
		t.Errorf("without the tick: %q", again.Text("main"))
	}
	b.Get("/mine/erase").Want(http.StatusOK)
	sure := url.Values{"sure": {"true"}}
	gone := b.Post("/mine/erase", sure).Want(http.StatusOK).WantClean()
	if !strings.Contains(gone.Text("main"), "30 Minuten") || len(data.asked) != 1 || len(b.Cookies) != 0 && b.Cookies["__Host-mitwirk"] != "" {
		t.Errorf("%q, %d, %v", gone.Text("main"), len(data.asked), b.Cookies)
	}

	// a visitor has nothing to sign in to
	v := site.As(visitor)
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE sessions SET assurance = 'visitor', created_at = mitwirk_now() - interval '9 days' WHERE person_id = $1`, visitor.Person)
		return err
	})
	v.Post("/mine/erase", sure).Want(http.StatusOK)

	stale := site.As(me)
	old(t, c, me)
	stale.Post("/mine/erase", sure).WantRedirect("/login")

	clerk := site.As(c.Clerk(t, "bau-lic"))
	if a := clerk.Get("/mine/erase").Want(http.StatusOK); a.Doc().Find("form[action='/mine/erase']").Length() != 0 {
		t.Error("staff are offered to erase the city's account")
	}
	clerk.Post("/mine/erase", sure).Want(http.StatusForbidden)
	site.Browser().Post("/mine/erase", sure).WantRedirect("/login")
}
