package radarpages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/subject"
)

// TestSecondPersonByPage: releases, taking out and help requests wait for another
// editor, on the desk's pages.
func TestSecondPersonByPage(t *testing.T) {
	t.Parallel()
	c := setup(t, 6)
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[1].Measure
	one, two, anybody := c.as(accountstest.Staff(t, c.site.DB, subject.Editor)), c.as(accountstest.Staff(t, c.site.DB, subject.Editor)), c.browser()
	path, releases := deskPath(m), "/desk/radar/releases?p="+c.p.Slug

	one.Post("/desk/radar/releases", url.Values{"p": {c.p.Slug}, "on": {"2026-08-01"}, "notes_de": {"Viel Neues"}}).WantRedirect(releases)
	anybody.Get("/radar?at=2026-08-01").Want(http.StatusNotFound)
	doc := one.Get(releases).Want(http.StatusOK).WantClean().Doc()
	at := doc.Find("[data-release-waits] form").AttrOr("action", "")
	if at == "" || doc.Find("[data-release-waits] button[value=approve]").Length() != 0 {
		t.Fatal("one's own release can be approved, or none waits")
	}
	one.Post(at, url.Values{"p": {c.p.Slug}, "do": {"approve"}}).Want(http.StatusForbidden)
	doc = two.Get(releases).Want(http.StatusOK).WantClean().Doc()
	if !strings.Contains(doc.Find("[data-release-waits]").Text(), "Viel Neues") || doc.Find("[data-release-waits] button[value=approve]").Length() != 1 {
		t.Error("the second person does not see what to approve")
	}
	c.as(accountstest.Staff(t, c.site.DB, subject.TeamLead)).Post(at, url.Values{"do": {"approve"}}).Want(http.StatusForbidden)
	two.Post(at, url.Values{"p": {c.p.Slug}, "do": {"approve"}}).WantRedirect(releases)
	for _, path := range []string{"/radar?at=2026-08-01&p=" + c.p.Slug, "/radar/changes?from=2026-07-01&p=" + c.p.Slug} {
		if got := anybody.Get(path).Want(http.StatusOK).WantClean().Doc().Find("[data-release-note]").Text(); !strings.Contains(got, "Viel Neues") {
			t.Errorf("%s says nothing of what the release says: %q", path, got)
		}
	}

	help := url.Values{"key": {uuid.NewString()}, "kind": {"testers"}, "wanted_de": {"Wer testet?"}, "until": {"2099-01-01"}}
	one.Post(path+"/help", help).WantRedirect(path)
	if strings.Contains(anybody.Get(m.Path()).Want(http.StatusOK).Body, "Wer testet?") {
		t.Error("public before another has read it")
	}
	request := path + "/help/" + help.Get("key")
	one.Post(request, url.Values{"do": {"approve"}}).Want(http.StatusForbidden)
	two.Get(path).Want(http.StatusOK).WantClean()
	two.Post(request, url.Values{"do": {"approve"}}).WantRedirect(path)
	if !strings.Contains(anybody.Get(m.Path()).Want(http.StatusOK).Body, "Wer testet?") {
		t.Error("not public")
	}
	one.Post(request, url.Values{"outcome_de": {"Zehn haben getestet."}}).WantRedirect(path)
	two.Get(path).Want(http.StatusOK).WantClean()
	two.Post(request, url.Values{"do": {"approve"}}).WantRedirect(path)
	if !strings.Contains(anybody.Get(m.Path()).Body, "Zehn haben getestet.") {
		t.Error("what came of it is not public")
	}

	one.Post(path, url.Values{"do": {"take_out"}}).WantRedirect(path)
	if doc := one.Get(path).Want(http.StatusOK).WantClean().Doc(); !strings.Contains(doc.Find("#entwurf").Text(), "aus dem Programm genommen") {
		t.Errorf("%q", doc.Find("#entwurf").Text())
	}
	two.Post(path, url.Values{"do": {"approve"}, "version": {"1"}}).WantRedirect(path)
	if got, _, err := c.radar.Measure(t.Context(), accounts.Actor{}, m.Number); err != nil || !got.Past() {
		t.Errorf("still part of the programme: %v", err)
	}
}

// proposed is ideas to a measure.
type proposed struct{ list []ideas.MeasureIdea }

func (p *proposed) OfMeasure(context.Context, accounts.Actor, uuid.UUID) ([]ideas.MeasureIdea, error) {
	return p.list, nil
}

func (p *proposed) LinkMeasure(_ context.Context, _ accounts.Actor, n subject.Number, _ string) error {
	p.list = append(p.list, ideas.MeasureIdea{Item: ideas.Item{Number: n, Title: "Auch Straßenbahnen", Lang: "de", Status: ideas.Open}, Part: true})
	return nil
}

func (p *proposed) UnlinkMeasure(context.Context, accounts.Actor, subject.Number, uuid.UUID) error {
	p.list = nil
	return nil
}

// TestIdeasOfMeasure: the page offers the form of ideas and lists what there is;
// editors link and unlink.
func TestIdeasOfMeasure(t *testing.T) {
	t.Parallel()
	c := setup(t, 3, func(d *Deps) {
		d.Ideas, d.IdeaFor = &proposed{}, func(number string) string { return "/ideas/new?measure=" + number }
	})
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[0].Measure
	anybody, editor := c.browser(), c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	doc := anybody.Get(m.Path()).Want(http.StatusOK).WantClean().Doc()
	if doc.Find(`a[href="/ideas/new?measure=`+m.PublicNumber()+`"]`).Length() != 1 || doc.Find("[data-ideas]").Length() != 0 {
		t.Error("no way to propose an idea")
	}
	path := deskPath(m)
	editor.Get(path).Want(http.StatusOK).WantClean()
	editor.Post(path+"/ideas", url.Values{"idea": {"keine"}}).Want(http.StatusUnprocessableEntity)
	c.as(accountstest.Staff(t, c.site.DB, subject.TeamLead)).Post(path+"/ideas", url.Values{"idea": {"I-2026-7K3QX9"}}).Want(http.StatusForbidden)
	editor.Post(path+"/ideas", url.Values{"idea": {"I-2026-7K3QX9"}}).WantRedirect(path)
	if doc := anybody.Get(m.Path()).Want(http.StatusOK).WantClean().Doc(); doc.Find(`[data-ideas] a[href="/ideas/I-2026-7K3QX9"]`).Length() != 1 {
		t.Error("the idea is not listed")
	}
	editor.Get(path).Want(http.StatusOK).WantClean()
	editor.Post(path+"/ideas", url.Values{"idea": {"I-2026-7K3QX9"}, "do": {"cut"}}).WantRedirect(path)
	if doc := anybody.Get(m.Path()).Want(http.StatusOK).Doc(); doc.Find("[data-ideas]").Length() != 0 {
		t.Error("still listed")
	}
}
