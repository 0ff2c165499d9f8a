package offlinepages_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/offlinepages"
)

func setup(t *testing.T) *kittest.Site {
	t.Helper()
	d := dbtest.DB(t)
	s := kittest.New(t, d, func(c *kit.Config) { c.City = kit.City{Name: "München"} })
	cat, err := categories.New(categories.Config{DB: d, Bus: eventstest.New(t, d).Bus, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := categories.Parse(demo.Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cat.Import(t.Context(), accounts.System, parsed); err != nil {
		t.Fatal(err)
	}
	if err := cat.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := offlinepages.Register(s.Router, offlinepages.Deps{Categories: cat}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestForm(t *testing.T) {
	t.Parallel()
	s := setup(t)
	nobody := s.Browser().Get("/reports/offline?lang=de").Want(http.StatusOK).WantClean()
	if got := nobody.Text("h1"); got != "Ohne Netz melden" {
		t.Errorf("title %q", got)
	}
	if n := nobody.Doc().Find("select[name=category] option").Length(); n < 20 {
		t.Errorf("%d kinds", n)
	}
	if nobody.Doc().Find("select option[value=laterne]").Length() != 1 {
		t.Error("no lamp among the kinds")
	}
	if got := nobody.Text("form .notice"); !strings.Contains(got, "nur in diesem Browser") || !strings.Contains(got, "14 Tagen") {
		t.Errorf("where it is kept: %s", got)
	}
	if got := s.Browser().Get("/reports/offline?lang=en").Text("h1"); got != "Report without network" {
		t.Errorf("English: %q", got)
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a := s.Browser().Get("/manifest.webmanifest").Want(http.StatusOK)
	var m struct {
		Name, Lang string
		StartURL   string `json:"start_url"`
		Icons      []struct{ Src, Sizes, Purpose string }
	}
	if err := json.Unmarshal([]byte(a.Body), &m); err != nil {
		t.Fatal(err)
	}
	if m.Name != "Mitwirk München" || m.Lang != "de" || m.StartURL != "/" || a.Header.Get("Content-Type") != "application/manifest+json" {
		t.Errorf("%+v %s", m, a.Header.Get("Content-Type"))
	}
	for _, i := range m.Icons {
		if !strings.HasSuffix(i.Src, ".png") {
			continue
		}
		img, err := png.Decode(strings.NewReader(s.Browser().Get(i.Src).Want(http.StatusOK).Body))
		if err != nil {
			t.Fatal(err)
		}
		b := img.Bounds()
		if want, _, _ := strings.Cut(i.Sizes, "x"); want != map[int]string{192: "192", 512: "512"}[b.Dx()] {
			t.Errorf("%s is %v", i.Src, b)
		}
		_, _, _, corner := img.At(0, 0).RGBA()
		if (corner == 0xffff) != (i.Purpose == "maskable") {
			t.Errorf("%s, %s: corner with opacity %d", i.Src, i.Purpose, corner)
		}
		if r, _, bl, _ := img.At(b.Dx()*23/32, b.Dy()*12/32).RGBA(); i.Purpose == "any" && (r>>8 < 250 || bl>>8 < 250) {
			t.Errorf("%s: the dot is missing", i.Src)
		}
	}
	s.Browser().Get("/icons/gibtesnicht.png").Want(http.StatusNotFound)
}

func TestServiceWorker(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a := s.Browser().Get("/sw.js").Want(http.StatusOK)
	if a.Header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("headers: %v", a.Header)
	}
	found := regexp.MustCompile(`^self\.mitwirk=(\{.*\});\n`).FindStringSubmatch(a.Body)
	if found == nil {
		t.Fatalf("no list of files: %.200s", a.Body)
	}
	var c struct {
		Build string
		Files []string
	}
	if err := json.Unmarshal([]byte(found[1]), &c); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(c.Files, " ")
	for _, want := range []string{"/static/app-", "/static/offline-form-", "/static/FiraSans-Regular", "/icons/mitwirk-192.png"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not kept", want)
		}
	}
	for _, f := range c.Files {
		if strings.Contains(f, "desk-") || strings.Contains(f, "maplibre") || !strings.HasPrefix(f, "/static/") && !strings.HasPrefix(f, "/icons/") {
			t.Errorf("%s is kept", f)
		}
	}
	if len(c.Build) != 12 || strings.Contains(a.Body[len(found[0]):], "import") && strings.Contains(a.Body, "from\"./part") {
		t.Errorf("build %q, or the worker has parts", c.Build)
	}
	if again := s.Browser().Get("/sw.js"); !bytes.Equal([]byte(again.Body), []byte(a.Body)) {
		t.Error("another worker of the same build")
	}
	// the form that the worker keeps is nobody's, whoever asks
	me := s.As(accountstest.Resident(t, s.DB)).Get("/reports/offline").Want(http.StatusOK)
	if me.Doc().Find("link[rel=manifest]").Length() != 1 {
		t.Error("no manifest on a public page")
	}
}
