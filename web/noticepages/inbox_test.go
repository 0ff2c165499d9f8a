package noticepages

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

type outbox struct{ list []mail.Message }

func (o *outbox) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	o.list = append(o.list, m)
	return nil
}

// places is a city of one district and one address.
type places struct{}

func (places) Districts(context.Context) ([]geo.Label, error) {
	return []geo.Label{{Ref: "01", Name: "Altstadt"}}, nil
}

func (places) DistrictByRef(_ context.Context, ref string) (geo.Label, bool, error) {
	return geo.Label{Ref: "01", Name: "Altstadt"}, ref == "01", nil
}

func (places) SearchAddress(_ context.Context, text string, _ *subject.Point, _ int) ([]geo.Address, error) {
	if !strings.HasPrefix(text, "Marienplatz") {
		return nil, nil
	}
	return []geo.Address{{Street: "Marienplatz", HouseNo: "8", Point: reportstest.Marienplatz}}, nil
}

// find says what a search finds: here, only that it was asked.
func find(_ context.Context, s search.Saved, _ string, _ int) ([]subject.Card, error) {
	return []subject.Card{{Title: "Gefunden zu " + s.Text, Path: "/reports/M-2026-7K3QX9"}}, nil
}

type bundle struct {
	*reportstest.City
	site *kittest.Site
	n    *notify.Service
	out  *outbox
}

func setup(t *testing.T) bundle {
	t.Helper()
	c := reportstest.New(t)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	words, err := i18n.New(zone)
	if err != nil {
		t.Fatal(err)
	}
	out := &outbox{}
	n, err := notify.New(notify.Config{
		DB: c.Pool, Bus: c.Events.Bus, Jobs: c.Events.Jobs, Outbox: out, Messages: words, BaseURL: "https://mitwirk.example", Zone: zone,
		Domains: map[subject.Kind]notify.Domain{subject.Report: c.Reports.Noticed()},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.UseNotices(n)
	site := kittest.New(t, c.Pool, nil)
	if err := Register(site.Router, Deps{DB: c.Pool, Accounts: c.Accounts, Notices: n, Categories: c.Categories, Places: places{}, Feed: c.Reports.InArea, Find: find}); err != nil {
		t.Fatal(err)
	}
	return bundle{c, site, n, out}
}

func TestInboxPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me, other := accountstest.Resident(t, b.Pool), accountstest.Resident(t, b.Pool)
	mine := b.site.As(me)
	a := mine.Get("/inbox").Want(http.StatusOK).WantClean()
	if a.Doc().Find(".notice").Length() != 0 || a.Doc().Find("[data-inbox-count][hidden]").Length() != 1 {
		t.Error("an empty inbox shows something")
	}
	mine.Post("/alerts/new", url.Values{"where": {"all"}, "news": {"new"}, "cadence": {"never"}}).WantRedirect("/account/notices")
	r, _ := b.Create(t)
	b.Create(t)
	b.Events.Work(t)
	a = mine.Get("/inbox").Want(http.StatusOK).WantClean()
	if n := a.Doc().Find(".notice--new").Length(); n != 2 {
		t.Fatalf("%d new notices", n)
	}
	if got := a.Text("[data-inbox-count]"); got != "2" {
		t.Errorf("the head says %q", got)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Error("may be kept")
	}
	id, _ := a.Doc().Find(".notice").Last().Attr("data-notice")
	b.site.As(other).Post("/inbox/"+id+"/read", nil).Want(http.StatusNotFound)
	for range 2 {
		mine.Post("/inbox/"+id+"/read", nil).WantRedirect("/inbox")
	}
	if got := mine.Get("/inbox/count").Want(http.StatusOK).Body; strings.TrimSpace(got) != `{"unread":1}` {
		t.Errorf("count %s", got)
	}
	b.site.As(other).Post("/inbox/read", url.Values{"up_to": {id}}).WantRedirect("/inbox")
	if got := mine.Get("/inbox").Text("[data-inbox-count]"); got != "1" {
		t.Errorf("the head says %q", got)
	}
	mine.Post("/inbox/read", nil).WantRedirect("/inbox")
	if n := mine.Get("/inbox").Doc().Find(".notice--new").Length(); n != 0 {
		t.Errorf("%d still new", n)
	}
	if body := b.site.As(other).Get("/inbox").Body; strings.Contains(body, r.Number.Format(subject.PrefixReport)) {
		t.Error("somebody else's notices are shown")
	}
	b.site.Browser().Get("/inbox").Want(http.StatusOK).WantClean()
}

func TestFollowArea(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me, other := accountstest.Resident(t, b.Pool), accountstest.Resident(t, b.Pool)
	mine := b.site.As(me)
	mine.Get("/alerts/new").Want(http.StatusOK).WantClean()
	base := url.Values{"news": {"all"}, "cadence": {"each"}}
	with := func(more url.Values) url.Values {
		v := url.Values{}
		for _, from := range []url.Values{base, more} {
			maps.Copy(v, from)
		}
		return v
	}
	for name, wrong := range map[string]url.Values{
		"no place": {}, "no such district": {"where": {"district"}, "district": {"99"}}, "no such address": {"where": {"address"}, "address": {"Nirgendwo"}, "radius": {"500"}},
		"no radius": {"where": {"address"}, "address": {"Marienplatz 8"}, "radius": {"x"}}, "two corners": {"where": {"area"}, "area": {"11.5, 48.1\n11.6, 48.1"}},
		"crossing": {"where": {"area"}, "area": {"11.5, 48.1\n11.6, 48.2\n11.6, 48.1\n11.5, 48.2"}}, "no corners": {"where": {"area"}},
		"no such kind": {"where": {"all"}, "category": {"x"}}, "no such cadence": {"where": {"all"}, "cadence": {"hourly"}},
	} {
		if n := mine.Post("/alerts/new", with(wrong)).Want(http.StatusUnprocessableEntity).Doc().Find(".errsum").Length(); n != 1 {
			t.Errorf("%s: no summary of errors", name)
		}
	}
	for _, right := range []url.Values{
		{"where": {"district"}, "district": {"01"}, "category": {"laterne"}},
		{"where": {"address"}, "address": {"Marienplatz 8"}, "radius": {"500"}},
		{"where": {"area"}, "area": {"11.5, 48.1\n11.6, 48.1\n11.6, 48.2"}},
	} {
		mine.Post("/alerts/new", with(right)).WantRedirect("/account/notices")
	}
	a := mine.Get("/account/notices").Want(http.StatusOK).WantClean()
	if n := a.Doc().Find("[data-area]").Length(); n != 3 {
		t.Fatalf("%d areas", n)
	}
	if !strings.Contains(a.Body, "500 m um Marienplatz 8") {
		t.Error("the circle is not described")
	}
	id, _ := a.Doc().Find("[data-area]").Eq(1).Attr("data-area")
	b.site.As(other).Post("/account/notices/areas/"+id, url.Values{"end": {"1"}}).Want(http.StatusNotFound)
	r, _ := b.Create(t)
	if feed := b.site.Browser().Get("/alerts/" + id + "/feed.atom").Want(http.StatusOK).Body; !strings.Contains(feed, r.Number.Format(subject.PrefixReport)) {
		t.Errorf("the feed lacks the report: %s", feed)
	}
	b.site.Browser().Get("/alerts/" + uuid.NewString() + "/feed.atom").Want(http.StatusNotFound)
	mine.Post("/account/notices/areas/"+id, url.Values{"cadence": {"weekly"}}).WantRedirect("/account/notices")
	mine.Post("/account/notices/areas/"+id, url.Values{"end": {"1"}}).WantRedirect("/account/notices")
	if n := mine.Get("/account/notices").Doc().Find("[data-area]").Length(); n != 2 {
		t.Errorf("%d areas", n)
	}
}

// An address without account says yes before anything is sent to it.
func TestFollowByMail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	who := b.site.Browser()
	form := url.Values{"where": {"all"}, "news": {"all"}, "cadence": {"each"}, "mail": {"keine"}}
	who.Post("/alerts/new", form).Want(http.StatusUnprocessableEntity)
	form.Set("mail", accountstest.Address())
	who.Post("/alerts/new", form).Want(http.StatusOK).WantClean()
	if len(b.out.list) != 1 || b.out.list[0].Kind != "alert.confirm" || b.out.list[0].StopURL == "" {
		t.Fatalf("%+v", b.out.list)
	}
	b.Create(t)
	b.Events.Work(t)
	if len(b.out.list) != 1 {
		t.Error("mailed before a yes")
	}
	_, token, _ := strings.Cut(b.out.list[0].Button.URL, "/confirm/")
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) error {
		got, err := accounts.UseToken(t.Context(), tx, accounts.PurposeConfirm, token)
		if err == nil {
			_, err = accounts.ConfirmContact(t.Context(), tx, got.Target.Contact)
		}
		return err
	})
	b.Create(t, func(s *reports.Submission) { s.Text = "Noch eine Laterne." })
	b.Events.Work(t)
	if len(b.out.list) != 2 || b.out.list[1].Kind != "notice.area" {
		t.Errorf("%d mails", len(b.out.list))
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me := accountstest.Resident(t, b.Pool)
	mine := b.site.As(me)
	for _, wrong := range []url.Values{
		{"own": {"x"}, "followed": {"each"}}, {"own": {"each"}, "followed": {"each"}, "comments": {"x"}}, {"own": {"each"}, "followed": {"each"}, "quiet_from": {"22:00"}}, {"own": {"each"}, "followed": {"each"}, "quiet_from": {"25:00"}, "quiet_to": {"7:00"}},
	} {
		mine.Post("/account/notices", wrong).Want(http.StatusUnprocessableEntity)
	}
	mine.Post("/account/notices", url.Values{"own": {"daily"}, "followed": {"never"}, "comments": {"weekly"}, "quiet_from": {"22:00"}, "quiet_to": {"07:00"}}).WantRedirect("/account/notices")
	w, err := b.n.WishesOf(t.Context(), me)
	if err != nil || w != (notify.Wishes{Own: follows.Daily, Followed: follows.Never, Comments: follows.Weekly, Quiet: notify.Quiet{From: 22 * 60, To: 7 * 60}}) {
		t.Errorf("%+v, %v", w, err)
	}
	if got, _ := mine.Get("/account/notices").Want(http.StatusOK).WantClean().Doc().Find("[name=quiet_from]").Attr("value"); got != "22:00" {
		t.Errorf("from %q", got)
	}
	// what they have ended the mails about can be followed again
	r, _ := b.Create(t)
	ref := subject.Ref{Kind: subject.Report, ID: r.Report}
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) error { return follows.Mute(t.Context(), tx, me.Person, ref, "de") })
	again := mine.Get("/account/notices").Want(http.StatusOK).WantClean().Doc().Find("[action^='/account/notices/muted/']")
	path, _ := again.Attr("action")
	if again.Length() != 1 || path != "/account/notices/muted/report/"+r.Report.String() {
		t.Fatalf("%d ways to follow again, %q", again.Length(), path)
	}
	mine.Post(path, url.Values{}).WantRedirect("/account/notices")
	if on, err := follows.Has(t.Context(), b.Pool, follows.Person, me.Person, ref); err != nil || !on {
		t.Errorf("not followed again: %v, %v", on, err)
	}
}
