package adminpages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
)

func TestEditGroup(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.As(accountstest.Admin(t, b.DB))
	const path = "/desk/admin/groups/weg"
	form := formOn(admin.Get(path))
	form.Set("name_de", "Wege und Plätze")
	form.Set("do", "preview")
	a := admin.Post(path, form).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("#vorschau-box summary"), "Wege und Plätze") || a.Doc().Find("#vorschau-box input[type=radio]").Length() == 0 {
		t.Errorf("preview: %q", a.Text("#vorschau-box"))
	}
	form.Set("do", "save")
	admin.Post(path, form).WantRedirect(path)
	if a := admin.Get("/desk/admin/groups").Want(http.StatusOK); !strings.Contains(a.Text(".adminrows li:first-child"), "Wege und Plätze") {
		t.Errorf("list: %q", a.Text(".adminrows li:first-child"))
	}
	form.Set("name_de", "Noch anders")
	admin.Post(path, form).Want(http.StatusConflict).WantClean()
	form = formOn(admin.Get(path))
	form.Set("name_en", "")
	if a := admin.Post(path, form).Want(http.StatusUnprocessableEntity).WantClean(); a.Doc().Find("[data-error-summary] a").Length() != 1 {
		t.Errorf("errors: %q", a.Text("[data-error-summary]"))
	}
	admin.Post(path+"/move", url.Values{"to": {"down"}}).WantRedirect("/desk/admin/groups")
	admin.Post(path+"/remove", nil).Want(http.StatusConflict)
	admin.Post("/desk/admin/groups/new", url.Values{"name_de": {"Ganz neu"}, "name_en": {"Quite new"}}).WantRedirect("/desk/admin/groups/ganz-neu")
	if a := admin.Get("/desk/admin/groups/ganz-neu").Want(http.StatusOK).WantClean(); a.Doc().Find("form[action$=remove]").Length() != 1 {
		t.Error("an empty group can't be removed")
	}
	admin.Post("/desk/admin/groups/ganz-neu/remove", nil).WantRedirect("/desk/admin/groups")
	admin.Get("/desk/admin/groups/ganz-neu").Want(http.StatusNotFound)
}

func TestEditStop(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.As(accountstest.Admin(t, b.DB))
	const path = "/desk/admin/stops/gefahr"
	form := formOn(admin.Get(path))
	form.Set("title_de", "Ist es gefährlich?")
	form.Set("tel", "112")
	form.Set("title_de-x-leicht", "Ist es gefährlich?")
	form.Set("text_de-x-leicht", "Rufen Sie 112 an.")
	form.Set("do", "preview")
	a := admin.Post(path, form).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("#vorschau-box"), "Ist es gefährlich?") || a.Doc().Find("#vorschau-box a[href^=tel]").Length() != 0 {
		t.Errorf("preview: %q", a.Text("#vorschau-box"))
	}
	form.Set("do", "save")
	admin.Post(path, form).WantRedirect(path)
	a = admin.Get(path).Want(http.StatusOK)
	if v, _ := a.Doc().Find("input[name=tel]").Attr("value"); v != "112" || a.Doc().Find("form[action$=remove]").Length() != 0 {
		t.Errorf("saved: %q; or a page that answers lead to can be removed", v)
	}
	form = formOn(a)
	form.Set("tel", "Feuerwehr")
	admin.Post(path, form).Want(http.StatusUnprocessableEntity).WantClean()
	fresh := url.Values{"title_de": {"Eis"}, "title_en": {"Ice"}, "text_de": {"Bitte nicht betreten."}, "text_en": {"Please keep off."}, "hard": {"on"}}
	admin.Post("/desk/admin/stops/new", fresh).WantRedirect("/desk/admin/stops/eis")
	if a := admin.Get("/desk/admin/stops").Want(http.StatusOK).WantClean(); !strings.Contains(a.Text(".adminrows"), "Hier endet es") {
		t.Error("not in the list")
	}
	admin.Post("/desk/admin/stops/eis/remove", nil).WantRedirect("/desk/admin/stops")
}
