package kit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func TestDeskNav(t *testing.T) {
	t.Parallel()
	cat, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	page := func(path string) kit.Page { return kit.Page{Path: path, Loc: cat.For("de")} }
	as := func(r ...subject.Role) accounts.Actor { return accounts.Actor{Roles: r} }
	if n := kit.DeskNav(page("/desk"), as(subject.Resident)); len(n) != 0 {
		t.Errorf("a resident sees areas of the desk: %v", n)
	}
	for _, tt := range []struct {
		path, on string
	}{{"/desk", "/desk"}, {"/desk/reports/M-2026-7K3QX9", "/desk"}, {"/desk/objects/print", "/desk/objects"}, {"/desk/objectsX", "/desk"}} {
		items := kit.DeskNav(page(tt.path), as(subject.Caseworker, subject.Editor))
		i := slices.IndexFunc(items, func(i kit.NavItem) bool { return i.On })
		if i < 0 || items[i].URL != tt.on {
			t.Errorf("%s: on is %v of %v, want %s", tt.path, i, items, tt.on)
		}
	}
	for _, n := range kit.DeskNav(page("/desk/calls/new"), as(subject.Caseworker)) {
		if n.On {
			t.Errorf("calls are not in the menu of a caseworker, and %s is on", n.URL)
		}
	}
	var urls []string
	editor := kit.DeskNav(page("/desk/site"), as(subject.Editor))
	for _, n := range editor {
		urls = append(urls, n.URL)
	}
	if want := []string{"/desk/templates", "/desk/radar", "/desk/ideas", "/desk/calls", "/desk/site"}; !slices.Equal(urls, want) || !editor[len(editor)-1].On {
		t.Errorf("an editor sees %v", editor)
	}
	for role, want := range map[subject.Role]string{subject.Caseworker: "/desk", subject.Resident: ""} {
		if got := kit.DeskHome(as(role)); got != want {
			t.Errorf("the desk of a %s begins at %q", role, got)
		}
	}
}
