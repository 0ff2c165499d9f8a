package adminpages

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// formOn are the entries of the editor's form on a page, as a browser would send them.
func formOn(a *kittest.Answer) url.Values {
	v := url.Values{}
	a.Doc().Find("form[method=post]").Each(func(_ int, f *goquery.Selection) {
		if len(v) > 0 || f.Find("input[name=was]").Length() == 0 {
			return
		}
		f.Find("input, textarea, select").Each(func(_ int, e *goquery.Selection) {
			name, _ := e.Attr("name")
			value, _ := e.Attr("value")
			kind, _ := e.Attr("type")
			_, on := e.Attr("checked")
			switch {
			case goquery.NodeName(e) == "textarea":
				v.Add(name, e.Text())
			case goquery.NodeName(e) == "select":
				chosen, _ := e.Find("option[selected]").Attr("value")
				v.Add(name, chosen)
			case (kind == "checkbox" || kind == "radio") && !on:
			default:
				v.Add(name, value)
			}
		})
	})
	return v
}

func TestEditCategory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.As(accountstest.Admin(t, b.DB))
	const path = "/desk/admin/categories/laterne"
	form := formOn(admin.Get(path))
	form.Set("do", "preview")
	form.Set("name_de", "Laterne oder Lampe")
	a := admin.Post(path, form).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("#vorschau-box"), "Laterne oder Lampe") || a.Doc().Find("#vorschau-box [data-question] input").Length() == 0 {
		t.Errorf("preview: %q", a.Text("#vorschau-box"))
	}
	if k := b.category(t, "laterne"); k.Name["de"] == "Laterne oder Lampe" {
		t.Error("the preview saved")
	}
	form.Set("do", "save")
	admin.Post(path, form).WantRedirect(path)
	if k := b.category(t, "laterne"); k.Name["de"] != "Laterne oder Lampe" {
		t.Errorf("saved: %q", k.Name["de"])
	}
	form.Set("name_de", "Noch etwas")
	if a := admin.Post(path, form).Want(http.StatusConflict).WantClean(); !strings.Contains(a.Text("[role=alert]"), "Jemand hat gerade") {
		t.Errorf("conflict: %q", a.Text("[role=alert]"))
	}
	form = formOn(admin.Get(path))
	form.Set("name_en", "")
	form.Set("near_m", "99999")
	a = admin.Post(path, form).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("[data-error-summary] a").Length() != 2 {
		t.Errorf("errors: %q", a.Text("[data-error-summary]"))
	}
	form = formOn(admin.Get(path))
	form.Del("active")
	admin.Post(path, form).WantRedirect(path)
	if a := admin.Get("/desk/admin/categories").Want(http.StatusOK); !strings.Contains(a.Text(".adminrows li:has(.tag)"), "Laterne oder Lampe") {
		t.Error("a category that is off is still in the list")
	}
}

func TestEditQuestion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.As(accountstest.Admin(t, b.DB))
	const path = "/desk/admin/categories/laterne/questions/"
	// what was reported before keeps its question and its answer
	sent, _ := b.city.Create(t, func(s *reports.Submission) { s.Answers = map[string][]string{"art": {"flackert"}} })
	asked := func() (question, shown string) {
		if err := b.city.Pool.QueryRow(t.Context(), `SELECT a.question->>'de', a.shown->>'de' FROM report_answers a JOIN reports r ON r.id = a.report_id WHERE r.number = $1`, sent.Number).
			Scan(&question, &shown); err != nil {
			t.Fatal(err)
		}
		return question, shown
	}
	q, s := asked()
	form := formOn(admin.Get(path + "art"))
	form.Set("label_de", "Was ist mit der Lampe?")
	form.Set("o2_name_de", "Sie blinkt")
	n := len(b.category(t, "laterne").Questions[1].Options)
	form.Set(optionField(n, "name_de"), "Sie summt")
	form.Set(optionField(n, "name_en"), "It hums")
	form.Set(optionField(n, "days"), "9")
	form.Set("do", "preview")
	a := admin.Post(path+"art", form).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("#vorschau-box"), "Sie summt") {
		t.Errorf("preview: %q", a.Text("#vorschau-box"))
	}
	form.Set("do", "save")
	admin.Post(path+"art", form).WantRedirect("/desk/admin/categories/laterne#fragen")
	art, _ := b.category(t, "laterne").Question("art")
	if o, ok := art.Option("sie-summt"); !ok || o.Effects.Days != 9 || art.Name["de"] != "Was ist mit der Lampe?" {
		t.Errorf("saved: %+v", art)
	}
	if q2, s2 := asked(); q2 != q || s2 != s {
		t.Errorf("the old report says %q: %q now, it was %q: %q", q2, s2, q, s)
	}
	// an answer that another question waits for can't go
	form = formOn(admin.Get(path + "art"))
	for i := range art.Options {
		if art.Options[i].Key == "mehrere" {
			form.Set(optionField(i, "name_de"), "")
			form.Set(optionField(i, "name_en"), "")
		}
	}
	form.Set("do", "save")
	if a := admin.Post(path+"art", form).Want(http.StatusUnprocessableEntity).WantClean(); !strings.Contains(a.Text("[data-error-summary]"), "hängt davon ab") {
		t.Errorf("errors: %q", a.Text("[data-error-summary]"))
	}
	// a new question, shown after an answer; rows by button
	form = formOn(admin.Get(path + "new"))
	form.Set("label_de", "Wie laut summt sie?")
	form.Set("label_en", "How loud is it?")
	form.Set("do", "row")
	form.Set("o0_name_de", "Leise")
	form.Set("o0_name_en", "Quiet")
	form.Set("o1_name_de", "Laut")
	form.Set("o1_name_en", "Loud")
	more := admin.Post(path+"new", form).Want(http.StatusOK).WantClean()
	form = formOn(more)
	form.Set("do", "up-1")
	form = formOn(admin.Post(path+"new", form).Want(http.StatusOK))
	if form.Get("o0_name_de") != "Laut" {
		t.Errorf("up: %q", form.Get("o0_name_de"))
	}
	form.Set("when_art", "sie-summt")
	form.Set("do", "save")
	admin.Post(path+"new", form).WantRedirect("/desk/admin/categories/laterne#fragen")
	k := b.category(t, "laterne")
	last := k.Questions[len(k.Questions)-1]
	if last.Key != "wie-laut-summt-sie" || last.ShownIf[0].Any[0] != "sie-summt" || last.Options[0].Name["de"] != "Laut" {
		t.Errorf("new question %+v", last)
	}
	was := formOn(admin.Get("/desk/admin/categories/laterne")).Get("was")
	admin.Post(path+last.Key+"/move", url.Values{"was": {was}, "to": {"up"}}).WantRedirect("/desk/admin/categories/laterne#fragen")
	form = formOn(admin.Get(path + last.Key))
	form.Set("do", "out")
	admin.Post(path+last.Key, form).WantRedirect("/desk/admin/categories/laterne#fragen")
	if _, ok := b.category(t, "laterne").Question(last.Key); ok {
		t.Error("the question is still asked")
	}
	admin.Get(path + last.Key).Want(http.StatusNotFound)
}

func TestEditDepartment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.As(accountstest.Admin(t, b.DB))
	form := formOn(admin.Get("/desk/admin/departments/new"))
	form.Set("key", "neu")
	form.Set("name_de", "Neues Team")
	form.Set("h_mo", "8 bis 12")
	if a := admin.Post("/desk/admin/departments/new", form).Want(http.StatusUnprocessableEntity).WantClean(); a.Doc().Find("#f-h_mo-err").Length() != 1 {
		t.Error("wrong hours are not named")
	}
	form.Set("h_mo", "8–12, 13:30-17")
	admin.Post("/desk/admin/departments/new", form).WantRedirect("/desk/admin/departments")
	form = formOn(admin.Get("/desk/admin/departments/neu").Want(http.StatusOK).WantClean())
	if form.Get("h_mo") != "08:00-12:00, 13:30-17:00" {
		t.Errorf("hours: %q", form.Get("h_mo"))
	}
	form.Del("active")
	admin.Post("/desk/admin/departments/neu", form).WantRedirect("/desk/admin/departments")
	// one that has categories stays, and the page says why
	form = formOn(admin.Get("/desk/admin/departments/bau-lic"))
	form.Del("active")
	if a := admin.Post("/desk/admin/departments/bau-lic", form).Want(http.StatusUnprocessableEntity).WantClean(); !strings.Contains(a.Text("[data-error-summary]"), "Laterne") {
		t.Errorf("why not: %q", a.Text("[data-error-summary]"))
	}
}

func TestCalendarPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.As(accountstest.Admin(t, b.DB))
	a := admin.Get("/desk/admin/calendar?year=2027").Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text(".adminrows"), "Karfreitag") || !strings.Contains(a.Text(".adminrows"), "26. März") {
		t.Errorf("days: %q", a.Text(".adminrows"))
	}
	admin.Post("/desk/admin/calendar/add", url.Values{"day": {"2027-02-09"}, "name_de": {"Faschingsdienstag"}}).WantRedirect("/desk/admin/calendar?year=2027")
	admin.Post("/desk/admin/calendar/fill", url.Values{"year": {"2027"}}).WantRedirect("/desk/admin/calendar?year=2027")
	admin.Post("/desk/admin/calendar/remove", url.Values{"day": {"2027-01-06"}}).WantRedirect("/desk/admin/calendar?year=2027")
	if a = admin.Get("/desk/admin/calendar?year=2027"); !strings.Contains(a.Text(".adminrows"), "Faschingsdienstag") || strings.Contains(a.Text(".adminrows"), "Heilige Drei") {
		t.Errorf("days: %q", a.Text(".adminrows"))
	}
	admin.Post("/desk/admin/calendar/hours", url.Values{"h_mo": {"9-10"}}).WantRedirect("/desk/admin/calendar")
	if a = admin.Get("/desk/admin/calendar"); a.Doc().Find("#f-h_mo[value='09:00-10:00']").Length() != 1 {
		t.Error("the hours of the city")
	}
	admin.Get("/desk/admin/calendar?year=99999").Want(http.StatusNotFound)
}

func TestDistrictsPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.As(accountstest.Admin(t, b.DB))
	send := func(body string) *kittest.Answer {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("file", "neu.geojson")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r := admin.Request(http.MethodPost, "/desk/admin/districts", &form)
		r.Header.Set("Content-Type", w.FormDataContentType())
		return admin.Do(r)
	}
	if a := send("{}").Want(http.StatusUnprocessableEntity).WantClean(); a.Doc().Find("#f-file-err").Length() != 1 {
		t.Error("a bad file is not named")
	}
	a := send(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ref":"1","name":"Altstadt"},"geometry":{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1],[11.6,48.2],[11.5,48.2],[11.5,48.1]]]}}]}`)
	path := a.Header.Get("Location")
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(path, "/desk/admin/districts/") {
		t.Fatalf("%d %q: %.300s", a.Status, path, a.Body)
	}
	if a = admin.Get(path).Want(http.StatusOK).WantClean(); !strings.Contains(a.Text("table"), "Altstadt") {
		t.Errorf("preview: %q", a.Text("main"))
	}
	admin.Post(path+"/switch", url.Values{}).WantRedirect("/desk/admin/districts")
	if a = admin.Get("/desk/admin/districts").Want(http.StatusOK).WantClean(); !strings.Contains(a.Text(".adminrows"), "Gilt jetzt") {
		t.Errorf("sets: %q", a.Text(".adminrows"))
	}
	admin.Post(path+"/discard", url.Values{}).Want(http.StatusNotFound)
}

func TestExportsPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sent, _ := b.city.Create(t, func(s *reports.Submission) {})
	dep, err := accounts.DepartmentByKey(t.Context(), b.DB, "bau-lic")
	if err != nil {
		t.Fatal(err)
	}
	lead := b.As(accountstest.Staff(t, b.DB, subject.TeamLead, dep.ID))
	lead.Get("/desk/admin").Want(http.StatusOK)
	form := url.Values{"key": {subject.NewID().String()}, "source": {"cases"}, "department": {dep.ID.String()}, "reason": {"Umfrage"}}
	lead.Post("/desk/admin/exports", url.Values{"source": {"cases"}, "department": {dep.ID.String()}}).Want(http.StatusUnprocessableEntity).WantClean()
	for range 2 {
		lead.Post("/desk/admin/exports", form).WantRedirect("/desk/admin/exports")
	}
	a := lead.Get("/desk/admin/exports").Want(http.StatusOK).WantClean()
	path, ok := a.Doc().Find("form[action$='/fetch']").Attr("action")
	if !ok || a.Doc().Find(".adminrows > li").Length() != 1 {
		t.Fatalf("list: %q", a.Text("main"))
	}
	file := lead.Post(path, url.Values{}).Want(http.StatusOK)
	if !strings.Contains(file.Body, sent.Number.Format(subject.PrefixReport)) || !strings.Contains(file.Body, "Grund: Umfrage") {
		t.Errorf("file %q", file.Body)
	}
	lead.Post(path, url.Values{}).Want(http.StatusGone)
	accountstest.Do(t, b.DB, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE export_requests SET n = 51, fetched_at = NULL`)
		return err
	})
	lead.Post(path, url.Values{}).Want(http.StatusForbidden)
	admin := b.As(accountstest.Admin(t, b.DB))
	admin.Post("/desk/admin/exports", form).Want(http.StatusForbidden)
	admin.Get("/desk/admin/exports").Want(http.StatusOK).WantClean()
	admin.Post(strings.TrimSuffix(path, "fetch")+"decide", url.Values{"do": {"approve"}}).WantRedirect("/desk/admin/exports")
	lead.Post(path, url.Values{}).Want(http.StatusOK)
}

// category is one of the catalogue as it is now.
func (b *bundle) category(t *testing.T, key string) *categories.Category {
	t.Helper()
	c, err := b.city.Categories.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c.ByKey(key)
}
