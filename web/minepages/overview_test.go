package minepages

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func rowOf(loc *i18n.Localizer, i *reports.Item, _ time.Time) kit.Row {
	return kit.Row{URL: i.Path(), Title: i.Title.In(loc.Lang()), Shape: string(i.Status), Number: i.Number.Format(subject.PrefixReport)}
}

func setup(t *testing.T) (*reportstest.City, *kittest.Site) {
	t.Helper()
	c, site, _ := setupData(t)
	return c, site
}

func setupData(t *testing.T) (*reportstest.City, *kittest.Site, *ownData) {
	t.Helper()
	c := reportstest.New(t)
	site := kittest.New(t, c.Pool, nil)
	data := &ownData{c: c}
	if err := Register(site.Router, Deps{DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Drafts: c.Drafts, Data: data, Row: rowOf}); err != nil {
		t.Fatal(err)
	}
	return c, site, data
}

func submit(t *testing.T, c *reportstest.City, who accounts.Actor) reports.Receipt {
	t.Helper()
	r, err := c.Reports.Submit(t.Context(), who, reportstest.Submission())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// numbers are the reports of a part of the page, in its order.
func numbers(a *kittest.Answer, part string) string {
	var out []string
	for _, n := range a.Doc().Find("#teil-" + part).Parent().Find("[data-row]").Nodes {
		for _, attr := range n.Attr {
			if attr.Key == "data-row" {
				out = append(out, attr.Val)
			}
		}
	}
	return strings.Join(out, ",")
}

func TestOverview(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	me, other := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	asked, open, done := submit(t, c, me), submit(t, c, me), submit(t, c, me)
	theirs := submit(t, c, other)
	clerk := c.Clerk(t, "bau-lic")
	soon := time.Now().AddDate(0, 0, 7)
	for r, change := range map[reports.Receipt]reports.Change{
		asked: {To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welche Laterne meinen Sie?", Until: &soon}},
		done:  {To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Neu.", SeenBy: "crew"}},
	} {
		if err := c.Reports.SetStatus(t.Context(), clerk, r.Number, change); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Reports.MeToo(t.Context(), me, theirs.Number, true); err != nil {
		t.Fatal(err)
	}
	id := subject.NewID()
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		fields, err := drafts.Fields(map[string]string{"text": "Der Mülleimer quillt über."})
		if err == nil {
			_, err = drafts.Create(t.Context(), tx, me, id, "report", fields)
		}
		return err
	})
	n := func(r reports.Receipt) string { return r.Number.Format(subject.PrefixReport) }

	mine := site.As(me)
	a := mine.Get("/mine").Want(http.StatusOK).WantClean()
	for part, want := range map[string]string{"asked": n(asked), "open": n(open), "closed": n(done), "followed": n(theirs)} {
		if got := numbers(a, part); got != want {
			t.Errorf("%s: %s, want %s", part, got, want)
		}
	}
	if got := a.Doc().Find("main h2").First().Text(); !strings.Contains(got, "Frage an Sie") {
		t.Errorf("first stands %q", got)
	}
	if got := a.Text(".askitem q"); got != "Welche Laterne meinen Sie?" {
		t.Errorf("the question is %q", got)
	}
	if got := a.Text(".minedrafts h3"); got != "Der Mülleimer quillt über." {
		t.Errorf("draft %q", got)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Error("may be kept")
	}
	if a.Doc().Find("#geraete").Length() != 0 {
		t.Error("somebody with an account is told to make one")
	}
	if got := numbers(mine.Get("/mine?show=closed").Want(http.StatusOK), "closed"); got != n(done) {
		t.Errorf("closed alone: %s", got)
	}

	if foreign := site.As(other).Get("/mine"); strings.Contains(foreign.Body, "Mülleimer") || strings.Contains(foreign.Body, n(open)) {
		t.Error("somebody else's things are shown")
	}
	site.As(other).Post("/mine/drafts/"+id.String()+"/delete", nil).WantRedirect("/mine")
	if got := mine.Get("/mine").Text(".minedrafts h3"); got == "" {
		t.Error("somebody else deleted the draft")
	}
	for range 2 {
		mine.Post("/mine/drafts/"+id.String()+"/delete", nil).WantRedirect("/mine")
	}
	if mine.Get("/mine").Doc().Find(".minedrafts").Length() != 0 {
		t.Error("the draft is still there")
	}
}

// What was hidden or taken back meanwhile is followed no more.
func TestFollowedIsPublic(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	me := accountstest.Resident(t, c.Pool)
	r, _ := c.Create(t)
	if _, err := c.Reports.MeToo(t.Context(), me, r.Number, true); err != nil {
		t.Fatal(err)
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE reports SET visibility = 'hidden' WHERE id = $1`, r.Report)
		return err
	})
	if got := numbers(site.As(me).Get("/mine?show=followed").Want(http.StatusOK), "followed"); got != "" {
		t.Errorf("hidden, and listed: %s", got)
	}
}

// Pages of a part lead to each other, and hold every report once.
func TestParts(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	me := accountstest.Resident(t, c.Pool)
	seen := map[string]int{}
	for range 27 {
		seen[submit(t, c, me).Number.Format(subject.PrefixReport)] = 0
	}
	b := site.As(me)
	first := b.Get("/mine").Want(http.StatusOK)
	if href, _ := first.Doc().Find(".minemore a").Attr("href"); href != "/mine?show=open" {
		t.Errorf("the rest is at %q", href)
	}
	for at := "/mine?show=open"; at != ""; {
		a := b.Get(at).Want(http.StatusOK)
		for number := range strings.SplitSeq(numbers(a, "open"), ",") {
			seen[number]++
		}
		at, _ = a.Doc().Find("nav.pager a[rel=next]").Attr("href")
	}
	for number, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", number, n)
		}
	}
	b.Get("/mine?show=open&before=x").Want(http.StatusBadRequest)
}

// Without an account it is this device's, and the page says so.
func TestOverviewWithoutAccount(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	r, visitor := c.Create(t)
	a := site.As(visitor).Get("/mine").Want(http.StatusOK)
	if numbers(a, "open") != r.Number.Format(subject.PrefixReport) || !strings.Contains(a.Text("#geraete+p"), "diesem Gerät") {
		t.Errorf("%q", a.Text("main"))
	}
	b := site.Browser()
	if a := b.Get("/mine").Want(http.StatusOK); len(b.Cookies) != 0 || a.Doc().Find("#geraete").Length() != 1 {
		t.Errorf("nobody: %v, %q", b.Cookies, a.Text("main"))
	}
	site.Browser().Post("/mine/drafts/"+subject.NewID().String()+"/delete", nil).WantRedirect("/mine")
	site.Browser().Post("/mine/drafts/x/delete", nil).Want(http.StatusNotFound)
}
