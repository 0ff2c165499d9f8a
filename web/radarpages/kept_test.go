package radarpages

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// TestProgrammeKeepsLanguages: the form asks for German and English; what there is
// in other languages stays when it is saved.
func TestProgrammeKeepsLanguages(t *testing.T) {
	t.Parallel()
	c := setup(t, 3)
	p, err := c.radar.Programme(t.Context(), accounts.System, c.p.Slug)
	if err != nil {
		t.Fatal(err)
	}
	easy := func(to *i18n.Text, words string) {
		if *to == nil {
			*to = i18n.Text{}
		}
		if (*to)[i18n.German] == "" {
			(*to)[i18n.German] = "Auf Deutsch"
		}
		(*to)[i18n.Easy] = words
	}
	easy(&p.Name, "Leichter Name")
	easy(&p.Intro, "Leichte Einleitung")
	easy(&p.Fields[1].Name, "Leichtes Feld")
	easy(&p.Fields[1].Intro, "Leichter Text zum Feld")
	easy(&p.Fields[1].Core, "Leichter Bereich")
	easy(&p.Questions[0].Text, "Leichte Frage")
	easy(&p.Questions[0].Low, "leicht nein")
	easy(&p.Questions[0].High, "leicht ja")
	if err := c.radar.SetProgramme(t.Context(), accounts.System, p); err != nil {
		t.Fatal(err)
	}
	editor := c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	path := "/desk/radar/programme"
	doc := editor.Get(path + "?p=" + p.Slug).Want(http.StatusOK).WantClean().Doc()
	form := filled(doc, "form.redit", url.Values{"field1.intro_de": {"Ein neuer Text"}, "field2.core_de": {""}, "do": {"save"}})
	editor.Post(path, form).WantRedirect(path + "?p=" + p.Slug)
	now, err := c.radar.Programme(t.Context(), accounts.System, p.Slug)
	if err != nil {
		t.Fatal(err)
	}
	f, q := now.Fields[1], now.Questions[0]
	for words, got := range map[string]string{
		"Leichter Name": now.Name[i18n.Easy], "Leichte Einleitung": now.Intro[i18n.Easy], "Leichtes Feld": f.Name[i18n.Easy],
		"Leichter Text zum Feld": f.Intro[i18n.Easy], "Ein neuer Text": f.Intro[i18n.German], "Leichter Bereich": f.Core[i18n.Easy],
		"Leichte Frage": q.Text[i18n.Easy], "leicht nein": q.Low[i18n.Easy], "leicht ja": q.High[i18n.Easy],
	} {
		if got != words {
			t.Errorf("%q is %q now", words, got)
		}
	}
}

// TestQuickerColleague: who saves after somebody else keeps their words, sees what
// the other one wrote, and can save once more.
func TestQuickerColleague(t *testing.T) {
	t.Parallel()
	c := setup(t, 4)
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[1].Measure
	one, two := c.as(accountstest.Staff(t, c.site.DB, subject.Editor)), c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	path := deskPath(m)
	mine := filled(one.Get(path).Want(http.StatusOK).Doc(), "form.redit", url.Values{"title_de": {"Mein langer Titel"}, "do": {"save"}})
	theirs := filled(two.Get(path).Want(http.StatusOK).Doc(), "form.redit", url.Values{"title_de": {"Ein anderer Titel"}, "do": {"save"}})
	two.Post(path, theirs).WantRedirect(path)
	page := one.Post(path, mine).Want(http.StatusConflict).WantClean()
	doc := page.Doc()
	if got := doc.Find("#f-title_de").AttrOr("value", ""); got != "Mein langer Titel" {
		t.Errorf("the form says %q", got)
	}
	if got := doc.Find("[data-kept]").Text(); !strings.Contains(got, "Ein anderer Titel") {
		t.Errorf("what was saved meanwhile is not shown: %q", got)
	}
	again := filled(doc, "form.redit", url.Values{"do": {"hand_in"}})
	one.Post(path, again).WantRedirect(path)
	review := two.Get(path).Want(http.StatusOK).WantClean().Doc().Find("[data-review-row]").Text()
	if !strings.Contains(review, "Mein langer Titel") || !strings.Contains(review, m.Content.In("de").Title) {
		t.Errorf("the second person sees of the change: %q", review)
	}

	where := "/desk/radar/programme"
	late := filled(one.Get(where+"?p="+c.p.Slug).Want(http.StatusOK).Doc(), "form.redit", url.Values{"intro_de": {"Meine Einleitung"}, "do": {"save"}})
	quick := filled(two.Get(where+"?p="+c.p.Slug).Want(http.StatusOK).Doc(), "form.redit", url.Values{"do": {"save"}})
	two.Post(where, quick).WantRedirect(where + "?p=" + c.p.Slug)
	doc = one.Post(where, late).Want(http.StatusConflict).WantClean().Doc()
	if doc.Find("#f-intro_de").Text() != "Meine Einleitung" || doc.Find("[data-kept]").Length() != 1 {
		t.Error("what was typed about the programme is lost")
	}
	one.Post(where, filled(doc, "form.redit", url.Values{"do": {"save"}})).WantRedirect(where + "?p=" + c.p.Slug)

	today, err := c.radar.Today(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release := url.Values{"p": {c.p.Slug}, "on": {string(today)}, "notes_de": {"Lange Notizen"}}
	one.Post("/desk/radar/releases", release).WantRedirect("/desk/radar/releases?p=" + c.p.Slug)
	doc = two.Post("/desk/radar/releases", release).Want(http.StatusUnprocessableEntity).WantClean().Doc()
	if doc.Find("#f-notes_de").Text() != "Lange Notizen" || doc.Find(`.errsum a[href="#f-on"]`).Length() != 1 {
		t.Error("the notes of a second release of the day are lost")
	}
	if doc := two.Get("/desk/radar?p=" + c.p.Slug).Want(http.StatusOK).WantClean().Doc(); doc.Find(`[data-second-person] a[href^="/desk/radar/releases"]`).Length() != 1 {
		t.Error("nobody sees that a release waits")
	}
}

// TestHelpForms: what is wrong with a request for help is said at its form, with
// what was typed; who takes part reads what the city writes to them.
func TestHelpForms(t *testing.T) {
	t.Parallel()
	c := setup(t, 4)
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[1].Measure
	one, two := c.as(accountstest.Staff(t, c.site.DB, subject.Editor)), c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	helper := c.as(accountstest.Resident(t, c.site.DB))
	path := deskPath(m)
	ask := url.Values{"key": {uuid.NewString()}, "kind": {"places"}, "wanted_de": {"Wir suchen Hinterhöfe."}, "wanted_en": {"We look for yards."}, "until": {"2020-01-01"}}
	doc := one.Post(path+"/help", ask).Want(http.StatusUnprocessableEntity).WantClean().Doc()
	if doc.Find("#f-wanted_de").Text() != "Wir suchen Hinterhöfe." || doc.Find("#f-wanted_en").Text() != "We look for yards." ||
		doc.Find("#f-kind option[selected]").AttrOr("value", "") != "places" || doc.Find("details[open] #f-until").Length() != 1 {
		t.Error("what was typed is lost, or its form is shut")
	}
	ask.Set("until", "2099-01-01")
	one.Post(path+"/help", ask).WantRedirect(path)
	if doc := two.Get("/desk/radar?p=" + c.p.Slug).Want(http.StatusOK).WantClean().Doc(); doc.Find(`[data-second-person] a[href^="`+path+`"]`).Length() != 1 {
		t.Error("nobody sees that a request waits")
	}
	request := path + "/help/" + ask.Get("key")
	two.Post(request, url.Values{"do": {"approve"}}).WantRedirect(path)
	doc = one.Post(request, url.Values{"outcome_en": {"Ten took part."}}).Want(http.StatusUnprocessableEntity).WantClean().Doc()
	if doc.Find("textarea[name=outcome_en]").Text() != "Ten took part." || doc.Find(`.errsum a[href="#f-outcome_de"]`).Length() != 1 || doc.Find("#f-outcome_de").Length() != 1 {
		t.Error("what was typed is lost, or the error leads nowhere")
	}
	helper.Post(m.Path()+"/help/"+ask.Get("key"), url.Values{"on": {"1"}}).WantRedirect(m.Path())
	if one.Get(path).Want(http.StatusOK).WantClean().Doc().Find(`button[value=message]`).Length() != 1 {
		t.Error("nothing can be written to who takes part")
	}
	one.Post(request, url.Values{"do": {"message"}, "key": {uuid.NewString()}, "message_de": {"Treffpunkt am Brunnen."}}).WantRedirect(path)
	if got := helper.Get(m.Path()).Want(http.StatusOK).WantClean().Doc().Find("[data-help-said]").Text(); !strings.Contains(got, "Treffpunkt am Brunnen.") {
		t.Errorf("who takes part reads %q", got)
	}
	if strings.Contains(c.browser().Get(m.Path()).Body, "Treffpunkt am Brunnen.") {
		t.Error("everybody reads it")
	}
	if code := c.browser().Get("/radar/embed").Want(http.StatusOK).Doc().Find("#f-code").Text(); !strings.Contains(code, "frame=chart&amp;p=") {
		t.Errorf("the code for other pages is no HTML: %s", code)
	}
}

// someDistricts is a city with two.
type someDistricts struct{}

func (someDistricts) Districts(context.Context) ([]geo.Label, error) {
	return []geo.Label{{Ref: "05", Name: "Au-Haidhausen"}, {Ref: "09", Name: "Neuhausen-Nymphenburg"}}, nil
}

// TestDistrictsAreTheCitys: a measure is in districts that there are, by number or
// name; others would stand on its page as they were typed.
func TestDistrictsAreTheCitys(t *testing.T) {
	t.Parallel()
	c := setup(t, 3, func(d *Deps) { d.Geo = someDistricts{} })
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[1].Measure
	editor := c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	path := deskPath(m)
	form := filled(editor.Get(path).Want(http.StatusOK).Doc(), "form.redit", url.Values{"districts": {"05; Atlantis"}, "do": {"save"}})
	doc := editor.Post(path, form).Want(http.StatusUnprocessableEntity).WantClean().Doc()
	if doc.Find("#f-districts").AttrOr("value", "") != "05; Atlantis" || !strings.Contains(doc.Find(".errsum").Text(), "Atlantis") {
		t.Error("nobody says what is wrong, or what was typed is lost")
	}
	form.Set("districts", "neuhausen-nymphenburg; 05")
	editor.Post(path, form).WantRedirect(path)
	if got := editor.Get(path).Doc().Find("#f-districts").AttrOr("value", ""); !strings.Contains(got, "09") || !strings.Contains(got, "05") {
		t.Errorf("stored as %q", got)
	}
	file := "field,status,title_de,change_de,from_when_de,where_de,districts\nMobilität,geplant,Titel,Besser,2027,Dort,Atlantis\n"
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"p": c.p.Slug, "release": ""} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := editor.Request(http.MethodPost, "/desk/radar/import", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	if text := editor.Do(r).Want(http.StatusUnprocessableEntity).WantClean().Doc().Find("main").Text(); !strings.Contains(text, "Atlantis") {
		t.Errorf("a file with a district that is none: %q", text)
	}
}
