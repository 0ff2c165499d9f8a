package radarpages

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
)

// filled is a form as a browser would send it; changes replace its values.
func filled(doc *goquery.Document, form string, changes url.Values) url.Values {
	v := url.Values{}
	doc.Find(form + " [name]").Each(func(_ int, s *goquery.Selection) {
		name, kind := s.AttrOr("name", ""), s.AttrOr("type", "")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "button", (kind == "checkbox" || kind == "radio") && !checked:
		case goquery.NodeName(s) == "textarea":
			v.Add(name, s.Text())
		case goquery.NodeName(s) == "select":
			v.Add(name, s.Find("option[selected]").AttrOr("value", ""))
		default:
			v.Add(name, s.AttrOr("value", ""))
		}
	})
	maps.Copy(v, changes)
	return v
}

// TestInquiryPages: from the form of the editors to the draft, all without script.
func TestInquiryPages(t *testing.T) {
	t.Parallel()
	c := setup(t, 4)
	editor := c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	department := subject.NewID()
	if _, err := c.site.DB.Exec(t.Context(), `INSERT INTO departments (id, key, name) VALUES ($1, $2, '{"de":"Mobilitätsreferat","en":"Mobility"}')`,
		department, "d-"+uuid.NewString()[:8]); err != nil {
		t.Fatal(err)
	}
	doc := editor.Get("/desk/radar/inquiries/new?p=" + c.p.Slug).Want(http.StatusOK).WantClean().Doc()
	if n := doc.Find(".rasks li").Length(); n != 4 {
		t.Fatalf("%d measures", n)
	}
	form := filled(doc, "form.redit", url.Values{"title": {"Stand 2026"}, "questions": {"Was fehlt?"}, "do": {"send"}})
	none := maps.Clone(form)
	none["measures"] = nil
	editor.Post("/desk/radar/inquiries/new", none).Want(http.StatusUnprocessableEntity).WantClean()
	board := editor.Post("/desk/radar/inquiries/new", form).Header.Get("Location")
	rows := editor.Get(board).Want(http.StatusOK).WantClean().Doc().Find("tbody tr")
	if rows.Length() != 2 { // those that are over are not proposed
		t.Fatalf("%d rows", rows.Length())
	}
	path := rows.First().Find("th a").AttrOr("href", "")
	editor.Get("/desk/radar/inquiries").Want(http.StatusOK).WantClean()
	c.browser().Get(path).WantRedirect("/login")
	c.as(accountstest.Resident(t, c.site.DB)).Get(path).Want(http.StatusNotFound)
	other := c.as(accountstest.Staff(t, c.site.DB, subject.Caseworker))
	other.Get(path).Want(http.StatusNotFound)
	other.Get("/desk/radar/inquiries").Want(http.StatusOK).WantClean()
	other.Get(board).Want(http.StatusForbidden)

	page := editor.Get(path).Want(http.StatusOK).WantClean().Doc() // an editor may write for them
	answer := filled(page, "form.redit", url.Values{radar.FieldYearly: {"Zwei Linien fahren."}, "q1": {"Nichts."}, "do": {"hand_in"}})
	bad := filled(page, "form.redit", url.Values{"end": {"bald"}, "do": {"hand_in"}})
	if text := editor.Post(path, bad).Want(http.StatusUnprocessableEntity).WantClean().Doc().Find(".errsum").Text(); text == "" {
		t.Error("nobody says what is wrong")
	}
	editor.Post(path, answer).WantRedirect(path)
	late := filled(page, "form.redit", url.Values{radar.FieldYearly: {"Drei Linien fahren."}, "do": {"save"}})
	kept := editor.Post(path, late).Want(http.StatusConflict).WantClean().Doc()
	if !strings.Contains(kept.Find("[data-kept]").Text(), "Drei Linien fahren.") || !strings.Contains(kept.Find(".rread").Text(), "Zwei Linien fahren.") {
		t.Error("words that came too late are lost, or shown as if they were stored")
	}
	two := c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	page = two.Get(path).Want(http.StatusOK).WantClean().Doc()
	if editor.Get(path).Doc().Find("[value=release]").Length() != 0 {
		t.Error("who handed it in may release it")
	}
	two.Post(path, filled(page, ".panel form", url.Values{"do": {"release"}})).WantRedirect(path)
	page = editor.Get(path).Want(http.StatusOK).WantClean().Doc()
	take := filled(page, "form.redit", url.Values{"do": {"take"}})
	if list := take["take"]; len(list) != 1 || list[0] != radar.FieldYearly {
		t.Errorf("proposes to take over %v", list)
	}
	desk := editor.Post(path, take).Header.Get("Location")
	if text := editor.Get(desk).Want(http.StatusOK).Doc().Find("[name=yearly_de]").Text(); !strings.Contains(text, "Zwei Linien fahren.") {
		t.Errorf("the draft says %q", text)
	}
}

// TestInquiryLink: the link of an office opens its question and nothing else.
func TestInquiryLink(t *testing.T) {
	t.Parallel()
	c := setup(t, 4)
	c.browser().Get("/p/plan/erfunden").Want(http.StatusGone)
	c.browser().Post("/p/plan/erfunden", url.Values{"do": {"hand_in"}}).Want(http.StatusGone)
}

// TestProgrammePage: an editor changes the programme and sees the chart before.
func TestProgrammePage(t *testing.T) {
	t.Parallel()
	c := setup(t, 6)
	lead, editor := c.as(accountstest.Staff(t, c.site.DB, subject.TeamLead)), c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	path := "/desk/radar/programme"
	lead.Get(path + "?p=" + c.p.Slug).Want(http.StatusForbidden)
	lead.Get("/desk/radar/questions").Want(http.StatusOK).WantClean()
	doc := editor.Get(path + "?p=" + c.p.Slug).Want(http.StatusOK).WantClean().Doc()
	form := filled(doc, "form.redit", url.Values{"field0.name_de": {"Straße und Schiene"}, "field0.weight": {"2,5"}, "field3.name_de": {"Neues Feld"}, "do": {"preview"}})
	preview := editor.Post(path, form).Want(http.StatusOK).WantClean()
	if n := preview.Doc().Find("svg a.mk").Length(); n != 6 || !strings.Contains(preview.Doc().Find("svg").Text(), "Neues Feld") {
		t.Errorf("the preview has %d marks", n)
	}
	if strings.Contains(c.browser().Get("/radar").Body, "Neues Feld") {
		t.Error("the preview is stored")
	}
	form.Set("do", "save")
	editor.Post(path, form).WantRedirect(path + "?p=" + c.p.Slug)
	if !strings.Contains(c.browser().Get("/radar").Body, "Neues Feld") {
		t.Error("not stored")
	}
	editor.Post(path, form).Want(http.StatusConflict) // as it was before
	form.Set("field0.weight", "viel")
	form.Set("version", "0")
	editor.Post(path, form).Want(http.StatusUnprocessableEntity).WantClean()

	// days and people
	two := []string{accountstest.Staff(t, c.site.DB, subject.Editor).Person.String(), accountstest.Staff(t, c.site.DB, subject.Editor).Person.String()}
	doc = editor.Get(path + "?p=" + c.p.Slug).Want(http.StatusOK).Doc()
	form = filled(doc, "form.redit", url.Values{"starts": {"2020-02-01"}, "ends": {"2019-01-31"}, "editors": two, "do": {"save"}})
	doc = editor.Post(path, form).Want(http.StatusUnprocessableEntity).WantClean().Doc()
	if doc.Find("#f-ends").AttrOr("value", "") != "2019-01-31" || doc.Find("[name=editors][checked]").Length() != 2 || doc.Find(".errsum a[href='#f-ends']").Length() != 1 {
		t.Error("what was typed, or what is wrong about it, is not there")
	}
	form.Set("ends", "2030-01-31")
	editor.Post(path, form).WantRedirect(path + "?p=" + c.p.Slug)
	if head := c.browser().Get("/radar").Text(".rhead"); !strings.Contains(head, "vom 1. Februar 2020 bis zum 31. Januar 2030") {
		t.Errorf("the page says %q", head)
	}
	editor.Get(path + "?p=" + c.p.Slug).Want(http.StatusForbidden) // others edit it now
	if editor.Get("/desk/radar?p="+c.p.Slug).Want(http.StatusOK).WantClean().Doc().Find("a[href^='/desk/radar/new']").Length() != 0 {
		t.Error("a button that only refuses")
	}
}

// TestLiveParts: what an open page fetches has the parts that the page has.
func TestLiveParts(t *testing.T) {
	t.Parallel()
	c := setup(t, 6)
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/radar", st.Items[1].Path()} {
		page := c.browser().Get(path).Want(http.StatusOK).Doc()
		slot := page.Find("[data-live]")
		if topic := slot.AttrOr("data-live", ""); !strings.HasPrefix(topic, "programme:") && !strings.HasPrefix(topic, "measure:") {
			t.Errorf("%s listens to %q", path, topic)
		}
		id := slot.AttrOr("data-fragment", "")
		if page.Find("#"+id).Length() != 1 {
			t.Errorf("%s has no %q", path, id)
		}
		fragment := c.browser().Get(path + "?fragment=" + id).Want(http.StatusOK)
		if strings.Contains(fragment.Body, "<html") || fragment.Doc().Find("#"+id).Length() != 1 {
			t.Errorf("the fragment of %s is no fragment", path)
		}
		fragment.Doc().Find("[data-live-part]").Each(func(_ int, s *goquery.Selection) {
			name := s.AttrOr("data-live-part", "")
			if page.Find("[data-live-part="+name+"]").Length() != 1 {
				t.Errorf("%s has no part %q", path, name)
			}
		})
	}
	if old := c.browser().Get("/radar?at=2025-07-01").Doc(); old.Find("[data-live]").Length() != 0 {
		t.Error("a state of the past waits for news")
	}
}
