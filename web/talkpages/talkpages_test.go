package talkpages_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/internal/paper"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/capturepages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/partnerpages"
	"github.com/mitwirk/mitwirk/web/talkpages"
)

type letters struct{ list []mail.Message }

func (l *letters) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	l.list = append(l.list, m)
	return nil
}

type bundle struct {
	*reportstest.City

	site  *kittest.Site
	files *casework.Files
	post  *letters
	clerk accounts.Actor
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{City: reportstest.New(t), post: &letters{}}
	b.site = kittest.New(t, b.Pool, nil)
	drawer := preview.NewRenderer() // starts with the first file that is drawn
	t.Cleanup(drawer.Close)
	post, err := reports.NewPost(reports.PostConfig{Outbox: b.post, Messages: b.site.Catalogue, BaseURL: kittest.Base})
	must(t, err)
	b.files, err = casework.NewFiles(casework.FilesConfig{DB: b.Pool, Store: b.Files, Pictures: b.Photos, Drawer: drawer, Jobs: b.Events.Jobs})
	must(t, err)
	b.Reports.UseTalk(reports.Talk{Files: b.files, Post: post})
	must(t, talkpages.Register(b.site.Router, talkpages.Deps{
		DB: b.Pool, Reports: b.Reports, Categories: b.Categories, Files: b.files,
		Access: map[subject.Kind]talkpages.Access{subject.Report: b.Reports.MayTalk},
	}))
	must(t, partnerpages.Register(b.site.Router, partnerpages.Deps{DB: b.Pool, Reports: b.Reports, Photos: b.Photos}))
	must(t, capturepages.Register(b.site.Router, capturepages.Deps{
		DB: b.Pool, Reports: b.Reports, Categories: b.Categories, Geo: b.Geo,
		Row: func(_ *i18n.Localizer, i *reports.Item, _ time.Time) kit.Row {
			return kit.Row{URL: i.Path(), Title: i.Title["de"]}
		},
	}))
	b.clerk = b.Clerk(t, "bau-lic")
	return b
}

func (b *bundle) partner(t *testing.T) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) (err error) {
		id, err = casework.AddPartner(t.Context(), tx, accounts.System, casework.Partner{
			Name: i18n.Text{"de": "Bahn", "en": "Railway"}, Mail: "bahn@stelle.example", RemindDays: 3, Active: true,
		})
		return err
	})
	return id
}

// TestFile: a PDF leaves as a download that runs nothing, for the two sides only.
func TestFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, owner := b.Create(t)
	f, err := b.files.Prepare(t.Context(), "<b>Plan</b>.html", strings.NewReader("%PDF-1.4 x\n%%EOF\n"))
	must(t, err)
	must(t, b.Reports.AddWith(t.Context(), owner, r.Number, reports.Said{Files: []casework.NewFile{f}}))
	list, err := casework.FilesOf(t.Context(), b.Pool, subject.Ref{Kind: subject.Report, ID: r.Report})
	must(t, err)
	path := kit.FilePath(list[0].ID)
	a := b.site.As(b.clerk).Get(path).Want(http.StatusOK)
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": `attachment; filename=b.pdf`,
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	random := b.site.Browser().Get(kit.FilePath(uuid.New())).Want(http.StatusNotFound)
	for name, browser := range map[string]*kittest.Browser{"nobody": b.site.Browser(), "another team": b.site.As(b.Clerk(t, "bau-gar"))} {
		if a := browser.Get(path).Want(http.StatusNotFound); name == "nobody" && a.Body != random.Body {
			t.Error("the answer differs from that of a random file")
		}
	}
	b.site.Browser().Get("/files/x").Want(http.StatusNotFound)
}

// TestPreview: what a PDF looks like is seen before the file can be had, by the
// two sides only; it goes with the file, and a file that can't be drawn says so.
func TestPreview(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, owner := b.Create(t)
	ref := subject.Ref{Kind: subject.Report, ID: r.Report}
	var pdf bytes.Buffer
	must(t, paper.Write(&pdf, &paper.Doc{Title: "Lageplan", Lang: "de", Parts: []paper.Part{{Texts: []string{"Hier ist das Loch."}}}}))
	var ready []casework.NewFile
	for name, content := range map[string]string{"Plan.pdf": pdf.String(), "Kaputt.pdf": "%PDF-1.4 x\n%%EOF\n"} {
		f, err := b.files.Prepare(t.Context(), name, strings.NewReader(content))
		must(t, err)
		ready = append(ready, f)
	}
	must(t, b.Reports.AddWith(t.Context(), owner, r.Number, reports.Said{Files: ready}))
	list, err := casework.FilesOf(t.Context(), b.Pool, ref)
	must(t, err)
	at := map[string]string{}
	for _, f := range list {
		at[f.Name] = kit.FilePath(f.ID)
	}
	own, clerk := b.site.As(owner), b.site.As(b.clerk)
	talk := clerk.Get("/desk/reports/" + r.Number.Format(subject.PrefixReport) + "/talk").Want(http.StatusOK).WantClean()
	if n := talk.Doc().Find(`.talkfiles a[href="` + at["Plan.pdf"] + `/view"]`).Length(); n != 1 || strings.Contains(talk.Body, `href="`+at["Plan.pdf"]+`"`) {
		t.Errorf("%d ways to the preview, or one past it", n)
	}
	for name, browser := range map[string]*kittest.Browser{"owner": own, "clerk": clerk} {
		page := browser.Get(at["Plan.pdf"] + "/view").Want(http.StatusOK).WantClean()
		img := page.Doc().Find(".previews img")
		if img.Length() != 1 || img.AttrOr("alt", "") != "Seite 1 von 1 der Datei Plan.pdf" {
			t.Fatalf("%s: %d pictures, %q", name, img.Length(), img.AttrOr("alt", ""))
		}
		if page.Doc().Find(`a[download][href="`+at["Plan.pdf"]+`"]`).Length() != 1 {
			t.Errorf("%s: no way to the file", name)
		}
		pic := browser.Get(img.AttrOr("src", "")).Want(http.StatusOK)
		if pic.Header.Get("Content-Type") != "image/jpeg" || pic.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(pic.Body, "\xff\xd8\xff") {
			t.Errorf("%s: %v", name, pic.Header)
		}
		for _, odd := range []string{"/view/0", "/view/2", "/view/01", "/view/x"} {
			browser.Get(at["Plan.pdf"] + odd).Want(http.StatusNotFound)
		}
	}
	broken := clerk.Get(at["Kaputt.pdf"] + "/view").Want(http.StatusOK).WantClean()
	if broken.Doc().Find(".previews img").Length() != 0 || broken.Doc().Find(".notice.warn").Length() != 1 || broken.Doc().Find("a[download]").Length() != 1 {
		t.Errorf("a broken file: %s", broken.Text("main"))
	}
	random := b.site.Browser().Get(kit.FilePath(uuid.New()) + "/view").Want(http.StatusNotFound)
	for _, path := range []string{at["Plan.pdf"] + "/view", at["Plan.pdf"] + "/view/1"} {
		b.site.As(b.Clerk(t, "bau-gar")).Get(path).Want(http.StatusNotFound)
		if a := b.site.Browser().Get(path).Want(http.StatusNotFound); a.Body != random.Body {
			t.Error("the answer differs from that of a random file")
		}
	}
	if views(t, b) != 2 {
		t.Error("what was drawn is not kept")
	}
	must(t, db.Transact(t.Context(), b.Pool, func(ctx context.Context, tx pgx.Tx) error { return b.files.ForgetFiles(ctx, tx, ref) }))
	if n := views(t, b); n != 0 {
		t.Errorf("%d previews stay when their files go", n)
	}
	own.Get(at["Plan.pdf"] + "/view/1").Want(http.StatusNotFound)
}

// views counts the previews in the store.
func views(t *testing.T, b *bundle) (n int) {
	t.Helper()
	must(t, b.Files.List(t.Context(), "messages/", func(e files.Entry) error {
		if strings.HasSuffix(e.Key, preview.Key("")) {
			n++
		}
		return nil
	}))
	return n
}

// TestTalkAndPartner: the team writes and hands over, the partner answers.
func TestTalkAndPartner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.Create(t, func(s *reports.Submission) { s.Text = "Geheim-Marker" })
	id := b.partner(t)
	desk, path := b.site.As(b.clerk), "/desk/reports/"+r.Number.Format(subject.PrefixReport)
	b.site.As(b.Clerk(t, "bau-gar")).Get(path + "/talk").Want(http.StatusForbidden)
	page := desk.Get(path + "/talk").Want(http.StatusOK).WantClean()
	if n := page.Doc().Find("select[name=partner] option").Length(); n != 1 {
		t.Errorf("%d partners", n)
	}
	if a := desk.Post(path+"/talk", url.Values{"text": {""}}).Want(http.StatusUnprocessableEntity); a.Doc().Find(".errsum a").Length() == 0 {
		t.Error("no summary of what is wrong")
	}
	desk.Post(path+"/talk", url.Values{"text": {"Wir kommen morgen."}}).WantRedirect(path + "/talk")
	desk.Post(path+"/handover", url.Values{"partner": {uuid.NewString()}}).Want(http.StatusUnprocessableEntity)
	desk.Post(path+"/handover", url.Values{"partner": {id.String()}, "need": {"Bitte prüfen."}}).WantRedirect(path + "/talk")
	desk.Post(path+"/handover", url.Values{"partner": {id.String()}}).Want(http.StatusConflict)
	link, err := url.Parse(b.post.list[len(b.post.list)-1].Button.URL)
	must(t, err)
	partner := b.site.Browser()
	shown := partner.Get(link.Path).Want(http.StatusOK).WantClean()
	if strings.Contains(shown.Body, "Geheim-Marker") || !strings.Contains(shown.Body, "Bitte prüfen.") || shown.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Error("the partner sees what is held, or not what is asked")
	}
	partner.Post(link.Path, url.Values{"kind": {"done"}}).Want(http.StatusUnprocessableEntity)
	partner.Post(link.Path, url.Values{"kind": {"done"}, "text": {"Lampe getauscht."}}).WantRedirect(link.Path)
	if n := partner.Get(link.Path).Want(http.StatusOK).Doc().Find("main form").Length(); n != 0 {
		t.Errorf("%d forms after the last word", n)
	}
	if text := desk.Get(path + "/talk").Text("article.panel"); !strings.Contains(text, "Lampe getauscht.") {
		t.Errorf("the team reads %q", text)
	}
	partner.Get("/p/nichts").Want(http.StatusGone)
	partner.Get("/p/crew/nichts").Want(http.StatusGone)
}

// TestJoinedTalk: what was said about a report that was joined to this one is
// read here, in a part of its own.
func TestJoinedTalk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kept, _ := b.Create(t)
	joined, owner := b.Create(t, func(s *reports.Submission) { s.Place.Point.Lon += 0.01 })
	must(t, b.Reports.Add(t.Context(), owner, joined.Number, "Jetzt sind es zwei."))
	must(t, b.Reports.SetStatus(t.Context(), b.clerk, joined.Number, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: kept.Number}}))
	a := b.site.As(b.clerk).Get("/desk/reports/" + kept.Number.Format(subject.PrefixReport) + "/talk").Want(http.StatusOK).WantClean()
	if part := a.Text("[data-joined=" + joined.Number.Format(subject.PrefixReport) + "]"); !strings.Contains(part, "Jetzt sind es zwei.") {
		t.Errorf("of the joined report the team reads %q", part)
	}
}

// TestRoute: the sheet has a code per report, and the page behind it two taps.
func TestRoute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.Create(t)
	desk, number := b.site.As(b.clerk), r.Number.Format(subject.PrefixReport)
	b.site.As(accountstest.Resident(t, b.Pool)).Get("/desk/route").Want(http.StatusForbidden)
	if got, _ := desk.Get("/desk/route?number=" + number).Want(http.StatusOK).WantClean().Doc().Find("textarea[name=number]").Html(); got != number {
		t.Errorf("the number is %q", got)
	}
	day := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	desk.Post("/desk/route", url.Values{"number": {"M-1"}, "crew": {"x"}, "until": {day}}).Want(http.StatusUnprocessableEntity)
	sheet := desk.Post("/desk/route", url.Values{"number": {number}, "crew": {"Trupp Nord"}, "until": {day}}).Want(http.StatusOK)
	if sheet.Header.Get("Cache-Control") != "no-store" || sheet.Doc().Find(".stops svg.qr").Length() != 1 {
		t.Error("no code on the sheet, or it is stored")
	}
	address, _ := sheet.Doc().Find(".stops a").Attr("href")
	link, err := url.Parse(address)
	must(t, err)
	crew := b.site.Browser()
	if n := crew.Get(link.Path).Want(http.StatusOK).WantClean().Doc().Find("input[type=file][capture]").Length(); n != 1 {
		t.Errorf("%d fields for a photo", n)
	}
	for range 2 {
		crew.Post(link.Path, url.Values{}).WantRedirect(link.Path)
	}
	if v := b.Get(t, accounts.Actor{}, r.Number); v.Status != reports.Resolved {
		t.Errorf("%s", v.Status)
	}
}

// TestThanksAndPartners: a team's thanks; offices are the admins' to change.
func TestThanksAndPartners(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, owner := b.Create(t)
	must(t, b.Reports.SetStatus(t.Context(), b.clerk, r.Number, reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "x", SeenBy: "crew"}}))
	must(t, b.Reports.Rate(t.Context(), owner, r.Number, casework.Opinion{Value: casework.Happy, Text: "Danke schön!"}, false))
	if text := b.site.As(b.clerk).Get("/desk/thanks").Want(http.StatusOK).WantClean().Text(".thankslist"); !strings.Contains(text, "Danke schön!") {
		t.Errorf("%q", text)
	}
	if strings.Contains(b.site.As(b.Clerk(t, "bau-gar")).Get("/desk/thanks").Want(http.StatusOK).Body, "Danke schön!") {
		t.Error("another team reads it")
	}
	b.site.As(b.clerk).Get("/desk/partners").Want(http.StatusForbidden)
	admin := b.site.As(accountstest.Admin(t, b.Pool))
	admin.Get("/desk/partners/new").Want(http.StatusOK).WantClean()
	admin.Post("/desk/partners/new", url.Values{"name_de": {"Bahn"}, "mail": {"x"}, "remind_days": {"0"}}).Want(http.StatusUnprocessableEntity)
	admin.Post("/desk/partners/new", url.Values{"name_de": {"Bahn"}, "name_en": {"Railway"}, "mail": {"bahn@stelle.example"}, "remind_days": {"5"}, "active": {"1"}}).WantRedirect("/desk/partners")
	if n := admin.Get("/desk/partners").Want(http.StatusOK).WantClean().Doc().Find(".items .item").Length(); n != 1 {
		t.Errorf("%d partners", n)
	}
}

// TestCapture: for somebody else, once, with the channel and without an owner.
func TestCapture(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.Geo.ReplaceAddresses(t.Context(), []geo.Address{{Street: "Marienplatz", HouseNo: "8", Postcode: "80331", Place: "München", Point: reportstest.Marienplatz}})
	must(t, err)
	b.site.As(accountstest.Resident(t, b.Pool)).Get("/desk/capture").Want(http.StatusForbidden)
	desk := b.site.As(b.clerk)
	first := desk.Get("/desk/capture").Want(http.StatusOK).WantClean()
	key, _ := first.Doc().Find("input[name=key]").Attr("value")
	form := url.Values{"key": {key}, "do": {"propose"}, "channel": {"phone"}, "text": {"Die Laterne ist dunkel."}, "address": {"Marienplatz 8"}}
	second := desk.Post("/desk/capture", form).Want(http.StatusOK).WantClean()
	if kind, _ := second.Doc().Find("select[name=category] option[selected]").Attr("value"); kind != "laterne" {
		t.Errorf("kind %q", kind)
	}
	form.Set("do", "save")
	form.Set("category", "laterne")
	form.Set("asked", "laterne")
	form.Set("q_art", "eine")
	form.Set("release", "1")
	var codes []string
	for range 2 { // sent twice
		a := desk.Post("/desk/capture", form).Want(http.StatusOK)
		if a.Doc().Find(".spelled li").Length() != 12 || a.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("no code to read out: %s", a.Text("main"))
		}
		codes = append(codes, a.Text(".receipt-read"))
	}
	var n, owners int
	must(t, b.Pool.QueryRow(t.Context(), `SELECT count(*), (SELECT count(*) FROM report_owners) FROM reports WHERE channel = 'phone' AND person_id IS NULL AND text_state = 'released'`).Scan(&n, &owners))
	if n != 1 || owners != 0 || codes[0] != codes[1] {
		t.Errorf("%d reports, %d owners, %v", n, owners, codes)
	}
	form.Set("key", uuid.NewString())
	form.Set("address", "Gibtesnichtgasse")
	if a := desk.Post("/desk/capture", form).Want(http.StatusOK); !strings.Contains(a.Body, "f-address-err") {
		t.Error("an unknown address is not said to be one")
	}
}
