package ideapages_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/ideapages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// letters keeps what would be mailed.
type letters struct{ list []mail.Message }

func (l *letters) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	l.list = append(l.list, m)
	return nil
}

type contestCity struct {
	*ideastest.City

	site  *kittest.Site
	rooms *contests.Service
	post  *letters
	today time.Time
}

func contestSetup(t *testing.T) *contestCity {
	t.Helper()
	c := &contestCity{City: ideastest.New(t), post: &letters{}}
	c.site = kittest.New(t, c.Pool, nil)
	words, err := i18n.New(c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	c.rooms, err = contests.New(contests.Config{DB: c.Pool, Outbox: c.post, Messages: words, BaseURL: "https://stadt.example", Zone: c.Zone})
	if err != nil {
		t.Fatal(err)
	}
	c.Ideas.UseContests(c.rooms)
	err = ideapages.Register(c.site.Router, ideapages.Deps{
		DB: c.Pool, Ideas: c.Ideas, Contests: c.rooms, Geo: c.Geo, Photos: c.Photos, Forms: c.Drafts, Centre: kit.CentreAt(subject.Point{Lon: 11.57, Lat: 48.13}), Zone: c.Zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	y, m, d := time.Now().In(c.Zone).Date()
	c.today = time.Date(y, m, d, 12, 0, 0, 0, c.Zone)
	return c
}

// at sets the clock of the whole database: every later connection reads it.
func (c *contestCity) at(t *testing.T, days int) {
	t.Helper()
	now := c.today.AddDate(0, 0, days).Format(time.RFC3339)
	if _, err := c.Pool.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET mitwirk.now = %L', current_database(), '`+now+`'); END $$`); err != nil {
		t.Fatal(err)
	}
	c.Pool.Reset()
}

func (c *contestCity) day(n int) string { return c.today.AddDate(0, 0, n).Format(time.DateOnly) }

// form is a contest whose phases last a day each, from tomorrow on.
func (c *contestCity) form(department accounts.Department) url.Values {
	f := url.Values{
		"department": {department.ID.String()}, "kind": {"contest"}, "title": {"Innovationswettbewerb 2026"}, "text": {"Wir suchen Lösungen."},
		"criteria": {"Hilft vielen\nIst neu"}, "participation": {"cooperation"}, "who": {"all"}, "answer_by": {c.day(10)},
	}
	for n, ph := range []string{"collect", "check", "support", "decide", "implement"} {
		f.Set(ph+"_from", c.day(n+1))
		f.Set(ph+"_to", c.day(n+1))
	}
	return f
}

func (c *contestCity) publish(t *testing.T, office *kittest.Browser, form url.Values) string {
	t.Helper()
	a := office.Post("/desk/calls/new", form)
	desk := a.Header.Get("Location")
	if !strings.HasPrefix(desk, "/desk/calls/A-") {
		t.Fatalf("%d %.2000s", a.Status, a.Body)
	}
	office.Post(desk+"/publish", nil).Want(http.StatusUnprocessableEntity) // no challenge yet
	office.Get(desk + "/contest").Want(http.StatusOK).WantClean()
	office.Post(desk+"/contest/challenges", url.Values{"title": {"Wartezeiten"}}).Want(http.StatusUnprocessableEntity).WantClean()
	office.Post(desk+"/contest/challenges", url.Values{"title": {"Wartezeiten"}, "text": {"Niemand soll warten."}, "do": {"save"}}).WantRedirect(desk + "/contest")
	office.Post(desk+"/contest/series", url.Values{"series": {"innovation"}}).WantRedirect(desk + "/contest")
	office.Get(desk).Want(http.StatusOK).WantClean()
	office.Post(desk+"/publish", nil).WantRedirect(desk)
	return desk
}

func link(t *testing.T, a *kittest.Answer) string {
	t.Helper()
	at := a.Want(http.StatusOK).Doc().Find(".notice a").AttrOr("href", "")
	i := strings.Index(at, "/ideas/")
	if i < 0 {
		t.Fatalf("no link: %.3000s", a.Body)
	}
	return at[i:]
}

// A contest through all its phases, by its pages, with an injected clock.
func TestContestThroughItsPhases(t *testing.T) {
	t.Parallel()
	c := contestSetup(t)
	dep := accountstest.Department(t, c.Pool)
	c.at(t, 0)
	office := c.site.As(accountstest.Staff(t, c.Pool, subject.TeamLead, dep.ID))
	desk := c.publish(t, office, c.form(dep))
	clock := func(days int) { // sessions of staff end after some hours
		c.at(t, days)
		office = c.site.As(accountstest.Staff(t, c.Pool, subject.TeamLead, dep.ID))
	}
	at := strings.Replace(desk, "/desk/", "/ideas/", 1)
	lead, mate, other := c.site.As(accountstest.Resident(t, c.Pool)), c.site.As(accountstest.Resident(t, c.Pool)), c.site.As(accountstest.Resident(t, c.Pool))
	jury, biased := c.site.As(accountstest.Resident(t, c.Pool)), c.site.As(accountstest.Resident(t, c.Pool))
	public := c.site.Browser()
	public.Get(at).Want(http.StatusOK).WantClean()
	lead.Get(at + "/teams/new").Want(http.StatusForbidden)
	for _, b := range []*kittest.Browser{jury, biased} {
		way := link(t, office.Post(desk+"/contest/jury", url.Values{"mail": {"jury@beispiel.example"}}))
		b.Get(way).Want(http.StatusOK).WantClean()
		b.Post(way, url.Values{"name": {"Prof. Beispiel"}}).WantRedirect(at + "/jury")
		c.site.As(accountstest.Resident(t, c.Pool)).Get(way).Want(http.StatusNotFound) // once
	}

	clock(1) // entries are collected
	entries := map[string]string{}
	for name, b := range map[string]*kittest.Browser{"Alpha": lead, "Beta": other} {
		b.Get(at + "/teams/new").Want(http.StatusOK).WantClean()
		b.Post(at+"/teams/new", url.Values{"name": {"Team " + name}}).WantRedirect(at + "/team")
		b.Post(at+"/teams/new", url.Values{"name": {"Noch eins"}}).Want(http.StatusForbidden)
		a := b.Get(at + "/team").Want(http.StatusOK).WantClean()
		challenge := a.Doc().Find("select[name=challenge] option").Last().AttrOr("value", "")
		form := url.Values{"version": {"1"}, "challenge": {challenge}, "title": {"Lösung " + name}, "summary": {"Kurz " + name}, "plan": {"Geheimplan " + name}, "do": {"send"}}
		bad := url.Values{"version": {"1"}, "do": {"send"}}
		b.Post(at+"/team", bad).Want(http.StatusUnprocessableEntity).WantClean()
		b.Post(at+"/team", form).WantRedirect(at + "/team")
		a = b.Post(at+"/team", form).Want(http.StatusConflict).WantClean() // of an old version: it can be sent again
		if v := a.Doc().Find("input[name=version]").AttrOr("value", ""); v != "2" || !strings.Contains(a.Text("[data-now]"), "Geheimplan "+name) {
			t.Errorf("version %s, now %q", v, a.Text("[data-now]"))
		}
		var id string
		if err := c.Pool.QueryRow(t.Context(), `SELECT id::text FROM contest_entries WHERE title = $1`, "Lösung "+name).Scan(&id); err != nil {
			t.Fatal(err)
		}
		entries[name] = at + "/entries/" + id
	}
	way := link(t, lead.Post(at+"/team/invite", nil))
	mate.Post(way, nil).WantRedirect(at + "/team")
	if a := mate.Get(at + "/team").Want(http.StatusOK).WantClean(); !strings.Contains(a.Body, "Geheimplan Alpha") {
		t.Error("a member does not see the entry of the team")
	}
	mate.Post(at+"/team/invite", nil).Want(http.StatusForbidden)
	leaves := c.site.As(accountstest.Resident(t, c.Pool))
	leaves.Post(at+"/teams/new", url.Values{"name": {"Team Gamma"}}).WantRedirect(at + "/team")
	leaves.Post(at+"/team/leave", nil).Want(http.StatusUnprocessableEntity).WantClean()
	leaves.Post(at+"/team/leave", url.Values{"yes": {"1"}}).WantRedirect(at)
	leaves.Get(at + "/team").Want(http.StatusNotFound)
	secret := func(names ...string) {
		t.Helper()
		for _, path := range []string{at, "/ideas", at + "/results", "/ideas.atom", "/ideas.json", "/ideas.csv", entries["Alpha"]} {
			for _, n := range names {
				if a := public.Get(path); strings.Contains(a.Body, n) {
					t.Errorf("%s tells %q to everybody", path, n)
				}
			}
		}
	}
	secret("Lösung Alpha", "Team Alpha", "Kurz Alpha", "Geheimplan", "Lösung Beta")
	public.Get(entries["Alpha"]).Want(http.StatusNotFound)
	other.Get(entries["Alpha"]).Want(http.StatusNotFound)
	jury.Post(entries["Alpha"]+"/score", url.Values{"score_0": {"5"}, "score_1": {"5"}, "reason": {"x"}}).Want(http.StatusForbidden)

	biased.Post(entries["Beta"]+"/conflict", url.Values{"conflict": {"no"}}).WantRedirect(entries["Beta"])
	if a := biased.Get(entries["Beta"]).Want(http.StatusOK).WantClean(); a.Doc().Find("[data-when]").Length() != 1 {
		t.Error("a member of the jury is not told when to score")
	}

	clock(2)                                                                                     // the jury
	other.Post(at+"/team/leave", url.Values{"yes": {"1"}}).Want(http.StatusConflict).WantClean() // somebody answers for the entry
	jury.Get(at + "/jury").Want(http.StatusOK).WantClean()
	if a := jury.Get(entries["Alpha"]).Want(http.StatusOK).WantClean(); strings.Contains(a.Body, "Geheimplan") || strings.Contains(a.Body, "Kurz Alpha") {
		t.Error("an entry is open before its conflict is declared")
	}
	if a := jury.Post(entries["Alpha"]+"/conflict", url.Values{"why": {"Wir kennen uns"}}).Want(http.StatusUnprocessableEntity).WantClean(); a.Text("#f-why") != "Wir kennen uns" {
		t.Error("the reason of a conflict is lost")
	}
	give := func(b *kittest.Browser, entry, first, reason string) {
		t.Helper()
		b.Post(entry+"/conflict", url.Values{"conflict": {"no"}}).WantRedirect(entry)
		if a := b.Get(entry).Want(http.StatusOK).WantClean(); !strings.Contains(a.Body, "Geheimplan") {
			t.Error("the jury can't read the plan")
		}
		b.Post(entry+"/score", url.Values{"score_0": {"11"}, "score_1": {"6"}, "reason": {reason}}).Want(http.StatusUnprocessableEntity).WantClean()
		b.Post(entry+"/score", url.Values{"score_0": {first}, "score_1": {"6"}, "reason": {reason}}).WantRedirect(entry)
	}
	give(jury, entries["Alpha"], "10", "Sehr überzeugend")
	give(jury, entries["Beta"], "2", "Zu teuer gedacht")
	biased.Post(entries["Alpha"]+"/conflict", url.Values{"conflict": {"yes"}, "why": {"Meine Schwester ist dabei"}}).WantRedirect(entries["Alpha"])
	biased.Post(entries["Alpha"]+"/score", url.Values{"score_0": {"1"}, "score_1": {"1"}, "reason": {"x"}}).Want(http.StatusForbidden)
	if a := office.Get(desk + "/contest").Want(http.StatusOK).WantClean(); strings.Contains(a.Body, "Sehr überzeugend") || strings.Contains(a.Body, "8,0") {
		t.Error("scores are not sealed")
	}
	office.Post(desk+"/contest/finalists", nil).Want(http.StatusConflict)
	give(biased, entries["Beta"], "4", "Ginge auch")
	if a := office.Get(desk + "/contest").Want(http.StatusOK).WantClean(); !strings.Contains(a.Body, "8,0") || a.Doc().Find("[data-rank] h3").First().Text() != "Lösung Alpha" {
		t.Errorf("the ranking is not open once all are in: %s", a.Text("#reihung"))
	}
	if a := biased.Get(entries["Alpha"]).Want(http.StatusOK).WantClean(); strings.Contains(a.Body, "Sehr überzeugend") || strings.Contains(a.Body, "Geheimplan") || strings.Contains(a.Body, "8,0") {
		t.Error("who has a conflict sees the scores")
	}
	if a := jury.Get(entries["Beta"]).Want(http.StatusOK).WantClean(); !strings.Contains(a.Body, "Ginge auch") {
		t.Error("open scores are not shown to the jury")
	}
	jury.Post(entries["Beta"]+"/score", url.Values{"score_0": {"9"}, "score_1": {"9"}, "reason": {"x"}}).Want(http.StatusForbidden)
	secret("Lösung Alpha", "Team Alpha", "Sehr überzeugend", "Geheimplan", "Meine Schwester")

	id := func(name string) string { return strings.TrimPrefix(entries[name], at+"/entries/") }
	office.Post(desk+"/contest/finalists", url.Values{"yes_" + id("Alpha"): {"1"}}).Want(http.StatusUnprocessableEntity).WantClean()
	named := url.Values{"yes_" + id("Alpha"): {"1"}, "reason_" + id("Alpha"): {"Sofort machbar"}, "reason_" + id("Beta"): {"Noch zu früh"}}
	office.Post(desk+"/contest/finalists", named).WantRedirect(desk + "/contest")
	if a := public.Get(at).Want(http.StatusOK).WantClean(); !strings.Contains(a.Body, "Kurz Alpha") || !strings.Contains(a.Body, "Sofort machbar") || a.Doc().Find("[data-finalist]").Length() != 1 {
		t.Error("the finalist is not public")
	}
	secret("Lösung Beta", "Team Beta", "Noch zu früh", "Geheimplan", "Sehr überzeugend", "Meine Schwester")
	if a := other.Get(at + "/team").Want(http.StatusOK).WantClean(); !strings.Contains(a.Body, "Noch zu früh") {
		t.Error("a team is not told why")
	}

	public.Post(at+"/vote", url.Values{"for": {id("Alpha")}}).Want(http.StatusForbidden) // not yet
	clock(3)                                                                             // the public vote
	public.Post(at+"/vote", url.Values{"for": {id("Beta")}}).Want(http.StatusNotFound)
	for range 3 {
		public.Post(at+"/vote", url.Values{"for": {id("Alpha")}}).Want(http.StatusSeeOther)
	}
	public.Get(at).Want(http.StatusOK).WantClean()
	office.Post(desk+"/contest/winners", url.Values{"yes_" + id("Alpha"): {"1"}, "reason_" + id("Alpha"): {"Ja"}}).Want(http.StatusConflict)

	clock(4) // winners
	if a := public.Get(at).Want(http.StatusOK).WantClean(); !strings.Contains(a.Text("[data-finalist]"), "1 Stimme") {
		t.Errorf("one person is not one vote: %s", a.Text("[data-finalist]"))
	}
	office.Post(desk+"/contest/winners", url.Values{"yes_" + id("Alpha"): {"1"}, "reason_" + id("Alpha"): {"Die meisten Stimmen"}}).WantRedirect(desk + "/contest")
	clock(5) // the pilot
	pilot := url.Values{"partner": {"Stadtbibliothek"}, "tests": {"Zwei Schalter"}, "from": {c.day(5)}, "to": {c.day(60)}}
	a := office.Post(desk+"/contest/pilots/"+id("Alpha"), url.Values{"partner": {"Stadtbibliothek"}, "from": {c.day(5)}}).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("#f-to-err").Length() != 1 || a.Doc().Find("#f-partner").AttrOr("value", "") != "Stadtbibliothek" {
		t.Error("the missing last day of a pilot is not said where it is missing")
	}
	office.Post(desk+"/contest/pilots/"+id("Alpha"), pilot).WantRedirect(desk + "/contest")
	pilot.Set("outcome", "stays")
	pilot.Set("report", "Es hat sich gelohnt.")
	office.Post(desk+"/contest/pilots/"+id("Alpha"), pilot).WantRedirect(desk + "/contest")
	a = public.Get(at).Want(http.StatusOK).WantClean()
	for _, want := range []string{"Die meisten Stimmen", "Stadtbibliothek", "Es hat sich gelohnt."} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("%q is missing", want)
		}
	}

	// next year
	asks := c.site.As(accountstest.Resident(t, c.Pool))
	asks.Post(at+"/remind", nil).WantRedirect(at)
	visitor := c.site.Browser()
	visitor.Post(at+"/remind", url.Values{"mail": {"unsinn"}}).Want(http.StatusUnprocessableEntity).WantClean()
	visitor.Post(at+"/remind", url.Values{"mail": {"neugierig@beispiel.example"}}).WantRedirect(at)
	c.today = c.today.AddDate(0, 0, 5)
	c.publish(t, c.site.As(accountstest.Staff(t, c.Pool, subject.TeamLead, dep.ID)), c.form(dep))
	told := func() (n int) {
		t.Helper()
		for range 2 { // the second time does nothing
			if err := c.rooms.Announce(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range c.post.list {
			if m.Kind == "contest.next" {
				n++
			}
		}
		return n
	}
	if n := told(); n != 0 {
		t.Errorf("%d told before it begins", n)
	}
	c.at(t, 1)
	if n := told(); n != 1 {
		t.Errorf("%d told, not the one who said yes", n)
	}
}

// A call for the city's staff is there for nobody else, at any of its doors.
func TestContestForStaffOnly(t *testing.T) {
	t.Parallel()
	c := contestSetup(t)
	dep := accountstest.Department(t, c.Pool)
	c.at(t, 0)
	form := c.form(dep)
	form.Set("title", "Nurfuerunsere")
	form.Set("staff_only", "1")
	at := strings.Replace(c.publish(t, c.site.As(accountstest.Staff(t, c.Pool, subject.TeamLead, dep.ID)), form), "/desk/", "/ideas/", 1)
	c.at(t, 1)
	staff, resident, public := c.site.As(accountstest.Staff(t, c.Pool, subject.Analyst)), c.site.As(accountstest.Resident(t, c.Pool)), c.site.Browser()
	if a := staff.Get(at).Want(http.StatusOK).WantClean(); !strings.Contains(a.Body, "Nurfuerunsere") {
		t.Error("staff does not see it")
	}
	staff.Post(at+"/teams/new", url.Values{"name": {"Amtsteam"}}).WantRedirect(at + "/team")
	for _, b := range []*kittest.Browser{resident, public} {
		for _, path := range []string{at, at + "/results", at + "/entries/" + subject.NewID().String()} {
			b.Get(path).Want(http.StatusNotFound)
		}
		for _, path := range []string{at + "/vote", at + "/remind"} {
			b.Post(path, url.Values{"back": {"1"}, "mail": {"a@beispiel.example"}}).Want(http.StatusNotFound)
		}
		for _, path := range []string{"/ideas", "/ideas.atom", "/ideas.json", "/ideas.csv", "/ideas.geojson"} {
			if a := b.Get(path).Want(http.StatusOK); strings.Contains(a.Body, "Nurfuerunsere") || strings.Contains(a.Body, strings.TrimPrefix(at, "/ideas/calls/")) {
				t.Errorf("%s tells of it", path)
			}
		}
	}
	for _, path := range []string{"/team", "/jury", "/teams/new", "/join/irgendwas"} {
		resident.Get(at + path).Want(http.StatusNotFound)
	}
	if a := staff.Get("/ideas").Want(http.StatusOK); !strings.Contains(a.Body, "Nurfuerunsere") {
		t.Error("staff does not find it in the list")
	}
}
