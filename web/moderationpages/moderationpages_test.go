package moderationpages_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/moderationpages"
	"github.com/mitwirk/mitwirk/web/reportpages"
)

type bundle struct {
	*reportstest.City
	site *kittest.Site
	mod  *moderation.Service
}

type nowhere struct{}

func (nowhere) Queue(context.Context, pgx.Tx, mail.Message) error { return nil }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tookPart says three people for every month.
func tookPart(_ context.Context, _ db.Queryer, edges []time.Time) ([]int, error) {
	out := make([]int, len(edges)-1)
	for i := range out {
		out[i] = 3
	}
	return out, nil
}

func setup(t *testing.T) bundle {
	t.Helper()
	b := bundle{City: reportstest.New(t)}
	b.site = kittest.New(t, b.Pool, nil)
	var err error
	b.mod, err = moderation.New(moderation.Config{
		DB: b.Pool, Accounts: b.Accounts, Targets: map[subject.Kind]moderation.Target{subject.Report: b.Reports.Moderated()}, Outbox: nowhere{},
		Messages: b.site.Catalogue, BaseURL: kittest.Base, Calendar: b.Categories, Files: b.Files, Photos: b.Photos, Active: tookPart,
	})
	must(t, err)
	must(t, moderationpages.Register(b.site.Router, moderationpages.Deps{DB: b.Pool, Moderation: b.mod, Categories: b.Categories}))
	must(t, reportpages.RegisterShow(b.site.Router, reportpages.ShowDeps{
		DB: b.Pool, Reports: b.Reports, Categories: b.Categories, Geo: b.Geo, Zone: time.UTC, Moderation: b.mod,
	}))
	return b
}

const said = "Hier steht ein Satz, der andere beleidigt."

func (b bundle) public(t *testing.T) (string, accounts.Actor) {
	t.Helper()
	r, owner := b.Create(t, func(s *reports.Submission) { s.Text = said })
	must(t, b.Reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased}))
	return r.Number.Format(subject.PrefixReport), owner
}

func TestFlagDecideAppeal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	number, owner := b.public(t)
	guest := b.site.Browser()
	page := guest.Get("/reports/" + number).Want(http.StatusOK)
	link, _ := page.Doc().Find(".flaglinks a").Eq(1).Attr("href")
	form := guest.Get(link).Want(http.StatusOK).WantClean()
	if n := form.Doc().Find("input[name=category]").Length(); n != len(moderation.Categories()) {
		t.Errorf("%d categories", n)
	}
	fields := url.Values{"about": {number}, "part": {"text"}, "key": {uuid.NewString()}, "category": {"rule3"}, "explanation": {"Zu kurz."}}
	wrong := guest.Post("/flag", fields).Want(http.StatusUnprocessableEntity).WantClean()
	if wrong.Doc().Find("#f-explanation").Text() != "Zu kurz." || wrong.Doc().Find(".errsum a").Length() != 2 {
		t.Errorf("entries: %s", wrong.Text(".errsum"))
	}
	fields.Set("explanation", "Der Satz beleidigt eine bestimmte Person.")
	fields.Set("good_faith", "1")
	done := guest.Post("/flag", fields).Want(http.StatusAccepted).WantClean()
	if !strings.Contains(done.Text("[role=status]"), "Danke. Wir prüfen den Inhalt. Ihre Nummer: H-") {
		t.Errorf("answer: %s", done.Text("main"))
	}
	state, _ := done.Doc().Find("main a").Last().Attr("href")
	guest.Get(state).Want(http.StatusOK).WantClean()
	if a := b.site.Browser().Get(state).Want(http.StatusOK).WantClean(); a.Doc().Find("input[name=code]").Length() != 1 {
		t.Error("a stranger is not asked for the code")
	}
	b.site.Browser().Post(state, url.Values{"code": {"2222-2222-2222"}}).Want(http.StatusUnprocessableEntity)
	if a := guest.Get("/reports/" + number); !strings.Contains(a.Body, said) {
		t.Error("a notice alone hides")
	}

	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	second := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	for _, actor := range []accounts.Actor{accountstest.Admin(t, b.Pool), accountstest.Resident(t, b.Pool), b.Clerk(t, "bau-lic")} {
		b.site.As(actor).Get("/desk/moderation").Want(http.StatusNotFound)
	}
	queue := desk.Get("/desk/moderation").Want(http.StatusOK).WantClean()
	item, _ := queue.Doc().Find(".modrow h2 a").Attr("href")
	sheet := desk.Get(item).Want(http.StatusOK).WantClean()
	pick, _ := sheet.Doc().Find("input[name=pick]").Attr("value")
	decision := url.Values{"pick": {pick}, "action": {"hide"}, "ground": {"rule"}, "rule_no": {"3"}}
	if a := desk.Post(item, decision).Want(http.StatusUnprocessableEntity).WantClean(); !strings.Contains(a.Text(".errsum"), "Ohne Begründung nicht möglich.") {
		t.Errorf("errors: %s", a.Text(".errsum"))
	}
	decision.Set("explanation", "Der Satz beleidigt eine Person.")
	desk.Post(item, decision).Want(http.StatusSeeOther)
	if a := second.Post(item, decision).Want(http.StatusConflict).WantClean(); a.Doc().Find("[role=alert]").Length() == 0 {
		t.Error("the second one is not told")
	}
	hidden := b.site.Browser().Get("/reports/" + number).Want(http.StatusOK)
	if strings.Contains(hidden.Body, "beleidigt") && strings.Contains(hidden.Body, said) || !strings.Contains(hidden.Text("[data-stub=text]"), "Regel 3") {
		t.Errorf("stub: %s", hidden.Text("[data-stub]"))
	}

	author := b.site.As(owner)
	why, _ := author.Get("/reports/" + number).Doc().Find("[data-stub=text] a").First().Attr("href")
	b.site.Browser().Get(why).Want(http.StatusNotFound)
	if a := author.Get(why).Want(http.StatusOK).WantClean(); !strings.Contains(a.Text(".panel"), "Der Satz beleidigt eine Person.") {
		t.Errorf("reasons: %s", a.Text("main"))
	}
	author.Post(why+"/appeal", url.Values{}).Want(http.StatusUnprocessableEntity)
	author.Post(why+"/appeal", url.Values{"text": {"Das war ein Zitat."}}).Want(http.StatusSeeOther)
	author.Get(why).Want(http.StatusOK).WantClean()
	if a := desk.Get("/desk/moderation/appeals").Want(http.StatusOK).WantClean(); a.Doc().Find(".modrow a").Length() != 0 {
		t.Error("who decided first may decide again")
	}
	hearing, _ := second.Get("/desk/moderation/appeals").Doc().Find(".modrow a").Attr("href")
	second.Get(hearing).Want(http.StatusOK).WantClean()
	second.Post(hearing, url.Values{"outcome": {"reversed"}, "reasons": {"Es war ein Zitat."}}).Want(http.StatusSeeOther)
	if a := b.site.Browser().Get("/reports/" + number).Want(http.StatusOK); !strings.Contains(a.Body, said) {
		t.Error("it is not back")
	}
	if a := guest.Get(state).Want(http.StatusOK); !strings.Contains(a.Text(".panel"), "entfernt") {
		t.Errorf("the notifier reads: %s", a.Text("main"))
	}
}

func TestGoneIsAStub(t *testing.T) {
	t.Parallel()
	b := setup(t)
	number, _ := b.public(t)
	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	item := desk.Get("/desk/moderation/look?number=" + number + "&part=whole").Want(http.StatusSeeOther).Header.Get("Location")
	pick, _ := desk.Get(item).Want(http.StatusOK).Doc().Find("input[name=pick]").Attr("value")
	desk.Post(item, url.Values{"pick": {pick}, "action": {"hide"}, "ground": {"rule"}, "rule_no": {"4"}, "explanation": {"Werbung."}}).Want(http.StatusSeeOther)
	a := b.site.Browser().Get("/reports/" + number).Want(http.StatusGone).WantClean()
	if !strings.Contains(a.Text("[data-stub=whole]"), "Regel 4, Werben Sie nicht") || strings.Contains(a.Body, "Laterne") {
		t.Errorf("stub: %s", a.Text("main"))
	}
	b.site.Browser().Get("/flag?about=" + number + "&part=text").Want(http.StatusNotFound)
	// the general form asks for a number; one that is not public is one that nobody has
	ask := b.site.Browser().Get("/flag").Want(http.StatusOK).WantClean()
	if ask.Doc().Find("form[action='/flag'] #f-about").Length() != 1 {
		t.Error("the general form does not ask for a number")
	}
	hidden := b.site.Browser().Get("/flag?about=" + number).Want(http.StatusNotFound).WantClean()
	none := b.site.Browser().Get("/flag?about=M-2026-222222").Want(http.StatusNotFound)
	if hidden.Text(".errsum") == "" || hidden.Text(".errsum") != none.Text(".errsum") {
		t.Errorf("%q is not %q", hidden.Text(".errsum"), none.Text(".errsum"))
	}
}

func TestOtherPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/moderation/register", "/moderation/transparency"} {
		b.site.Browser().Get(path).Want(http.StatusOK).WantClean()
	}
	if words := b.site.Browser().Get("/moderation/transparency").Text("[data-recipients]"); !strings.Contains(words, "wer nur liest") {
		t.Errorf("who is not counted: %q", words)
	}
	b.site.Browser().Get("/moderation/transparency/2020-H1.csv").Want(http.StatusNotFound)
	number, _ := b.public(t)
	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	second := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	for _, path := range []string{"/desk/moderation", "/desk/moderation/appeals", "/desk/moderation/rules", "/desk/moderation/copies", "/desk/moderation/accounts"} {
		desk.Get(path).Want(http.StatusOK).WantClean()
	}
	desk.Post("/desk/moderation/rules", url.Values{"kind": {"words"}, "scope": {"text"}, "active": {"1"}, "words": {"Mist\n\nKram"}}).Want(http.StatusSeeOther)
	if a := desk.Get("/desk/moderation/rules"); !strings.Contains(a.Doc().Find("textarea").Text(), "Mist\nKram") {
		t.Error("the words are not kept")
	}
	item := desk.Get("/desk/moderation/look?number=" + number + "&part=text").Want(http.StatusSeeOther).Header.Get("Location")
	desk.Post(item+"/copy", url.Values{"authority": {"Polizei"}}).Want(http.StatusUnprocessableEntity)
	first := desk.Post(item+"/copy", url.Values{"authority": {"Polizei"}, "reason": {"Drohung"}}).Want(http.StatusCreated).Text("[data-half]")
	approve, _ := second.Get("/desk/moderation/copies").Want(http.StatusOK).WantClean().Doc().Find("main form").Attr("action")
	desk.Post(approve, nil).Want(http.StatusForbidden)
	half := second.Post(approve, nil).Want(http.StatusCreated).Text("[data-half]")
	if a := desk.Post(strings.TrimSuffix(approve, "approve")+"open", url.Values{"first": {first}, "second": {half}}).Want(http.StatusOK); !strings.Contains(a.Body, said) {
		t.Errorf("copy: %s", a.Body)
	}
	desk.Post(item+"/warn", url.Values{}).Want(http.StatusUnprocessableEntity)
	desk.Post(item+"/warn", url.Values{"explanation": {"Bitte nicht."}}).Want(http.StatusSeeOther)
	desk.Get(item).Want(http.StatusOK).WantClean()
}

// TestCoverPage: a photo is covered and the reasons are given in one form, also
// without a script; without a part, or for a text, there is nothing to cover.
func TestCoverPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := accountstest.Resident(t, b.Pool)
	sub := reportstest.Submission()
	sub.Text, sub.Draft = said, b.Draft(t, owner)
	var buf bytes.Buffer
	must(t, jpeg.Encode(&buf, image.NewGray(image.Rect(0, 0, 64, 64)), nil))
	_, err := b.Photos.Upload(t.Context(), owner, sub.Draft, &buf, "Eine Laterne")
	must(t, err)
	r, err := b.Reports.Submit(t.Context(), owner, sub)
	must(t, err)
	photo := b.Get(t, accounts.System, r.Number).Photos[0].ID
	must(t, b.Reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased, Photos: map[uuid.UUID]bool{photo: true}}))
	number := r.Number.Format(subject.PrefixReport)

	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	text := desk.Get("/desk/moderation/look?number=" + number + "&part=text").Want(http.StatusSeeOther).Header.Get("Location")
	desk.Get(text + "/cover").Want(http.StatusNotFound)
	item := desk.Get("/desk/moderation/look?number=" + number + "&part=photo&photo=" + photo.String()).Want(http.StatusSeeOther).Header.Get("Location")
	sheet := desk.Get(item).Want(http.StatusOK).WantClean()
	if sheet.Doc().Find("details.blurred:not([open]) img.blur").Length() != 1 || sheet.Doc().Find("details.blurred[open]").Length() != 0 {
		t.Error("an upsetting picture opens by itself")
	}
	link, _ := sheet.Doc().Find("a[href$='/cover']").Attr("href")
	page := desk.Get(link).Want(http.StatusOK).WantClean()
	if page.Doc().Find("[data-cover] details:not([open]) [data-stage] img").Length() != 1 || page.Doc().Find("[data-rect]").Length() != 3 {
		t.Errorf("the form: %s", page.Text("main"))
	}
	for _, who := range []accounts.Actor{accountstest.Admin(t, b.Pool), owner, b.Clerk(t, "bau-lic")} {
		b.site.As(who).Get(link).Want(http.StatusNotFound)
		b.site.As(who).Post(link, url.Values{"x": {"1"}}).Want(http.StatusNotFound)
	}
	pick, _ := page.Doc().Find("input[name=pick]").Attr("value")
	form := url.Values{"pick": {pick}, "ground": {"rule"}, "rule_no": {"2"}, "explanation": {"Ein Gesicht ist zu sehen."}}
	if a := desk.Post(link, form).Want(http.StatusUnprocessableEntity).WantClean(); !strings.Contains(a.Text(".errsum"), "Bitte verdecken Sie zuerst") {
		t.Errorf("without a part: %s", a.Text(".errsum"))
	}
	form["x"], form["y"], form["w"], form["h"] = []string{"10", ""}, []string{"20,5", ""}, []string{"30", ""}, []string{"viel", ""}
	if a := desk.Post(link, form).Want(http.StatusUnprocessableEntity).WantClean(); a.Doc().Find("[name='x[]'][value='10']").Length() != 1 {
		t.Error("what was typed is gone")
	}
	form.Set("h", "40")
	desk.Post(link, form).Want(http.StatusSeeOther)
}

// TestLabelIsShown: a text with a label stays, and the page says what it is.
func TestLabelIsShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	number, _ := b.public(t)
	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	item := desk.Get("/desk/moderation/look?number=" + number + "&part=text").Want(http.StatusSeeOther).Header.Get("Location")
	pick, _ := desk.Get(item).Want(http.StatusOK).Doc().Find("input[name=pick]").Attr("value")
	desk.Post(item, url.Values{"pick": {pick}, "action": {"label"}, "label": {"disputed"}, "ground": {"rule"}, "rule_no": {"3"}, "explanation": {"Das ist strittig."}}).Want(http.StatusSeeOther)
	a := b.site.Browser().Get("/reports/" + number).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Body, said) || a.Doc().Find("[data-stub=text]").Length() != 1 {
		t.Errorf("the label: %q", a.Text("[data-stub]"))
	}
}
