package ideapages_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// one is a programme with one measure.
type one struct{ ideas.Measure }

func (o one) Named(_ context.Context, _ db.Queryer, ids []uuid.UUID) ([]ideas.Measure, error) {
	var list []ideas.Measure
	for _, id := range ids {
		if id == o.ID {
			list = append(list, o.Measure)
		}
	}
	return list, nil
}

func (o one) Current(_ context.Context, _ db.Queryer, n subject.Number) (ideas.Measure, error) {
	if n != o.Number {
		return ideas.Measure{}, fault.Missing("measure")
	}
	return o.Measure, nil
}

func (one) Edits(context.Context, db.Queryer, accounts.Actor, uuid.UUID) (bool, error) {
	return false, nil
}

// The form keeps the measure that an idea is proposed to, without script and in
// the draft; the idea's page leads there; the desk links and unlinks.
func TestProposeToMeasure(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	_, n, err := subject.ParseNumber("R-2026-7K3QX9")
	if err != nil {
		t.Fatal(err)
	}
	c.Ideas.UseMeasures(one{ideas.Measure{ID: uuid.New(), Number: n, Title: i18n.Text{"de": "Busse mit Vorfahrt"}, Path: "/radar/R-2026-7K3QX9"}})
	b := site.Browser()
	if a := b.Get("/ideas/new?measure=R-2026-222222").Want(http.StatusOK).WantClean(); a.Doc().Find("[data-measure]").Length() != 0 || a.Doc().Find("input[name=measure]").AttrOr("value", "") != "" {
		t.Error("a measure that is none")
	}
	a := b.Get("/ideas/new?measure=R-2026-7K3QX9").Want(http.StatusOK).WantClean()
	if a.Doc().Find(`[data-measure] a[href="/radar/R-2026-7K3QX9"]`).Length() != 1 {
		t.Fatal("the form does not say what it is for")
	}
	form := url.Values{"title": {"Auch Straßenbahnen"}, "text": {""}, "measure": {a.Doc().Find("input[name=measure]").AttrOr("value", "")}, "do": {"send"}}
	a = b.Post("/ideas/new", form).Want(http.StatusUnprocessableEntity).WantClean()
	at := a.Doc().Find("form#idee").AttrOr("action", "")
	a = b.Get(at).Want(http.StatusOK) // the draft, later
	if !strings.Contains(a.Text("[data-measure]"), "Busse mit Vorfahrt") {
		t.Error("the draft has lost the measure")
	}
	form.Set("text", "Sie stehen auch an Rot.")
	form.Set("version", a.Doc().Find("input[name=version]").First().AttrOr("value", ""))
	number := b.Post(at, form).Want(http.StatusOK).WantClean().Text("[data-receipt-number]")
	if again := b.Post(at, form).Want(http.StatusOK).Text("[data-receipt-number]"); number == "" || again != number {
		t.Fatalf("sent again: %q and %q", number, again)
	}
	page := site.Browser().Get("/ideas/" + number).Want(http.StatusOK).WantClean()
	if !strings.Contains(page.Text("[data-measure]"), "Vorgeschlagen zum Vorhaben: Busse mit Vorfahrt") {
		t.Errorf("%q", page.Text("[data-measure]"))
	}

	_, in, err := subject.ParseNumber(number)
	if err != nil {
		t.Fatal(err)
	}
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, accounts.System, in).Department)
	if err != nil {
		t.Fatal(err)
	}
	desk := site.As(c.Clerk(t, dep.Key))
	work := "/desk/ideas/" + number
	desk.Get(work).Want(http.StatusOK).WantClean()
	wrong := desk.Post(work+"/measures", url.Values{"measure": {"R-2026-222222"}}).Want(http.StatusUnprocessableEntity).WantClean()
	if field := wrong.Doc().Find("#f-measure-link"); field.AttrOr("value", "") != "R-2026-222222" || field.AttrOr("aria-invalid", "") != "true" {
		t.Error("the typed number is gone, or nothing is said at it")
	}
	b.Post(work+"/measures", url.Values{"measure": {"R-2026-7K3QX9"}}).Want(http.StatusUnauthorized)
	desk.Post(work+"/measures", url.Values{"measure": {"R-2026-7K3QX9"}}).WantRedirect(work)
	page = site.Browser().Get("/ideas/" + number).Want(http.StatusOK).WantClean()
	if !strings.Contains(page.Text("[data-measure]"), "Gehört zu Vorhaben: Busse mit Vorfahrt") || !strings.Contains(page.Text("#timeline"), "Busse mit Vorfahrt") {
		t.Errorf("%q, %q", page.Text("[data-measure]"), page.Text("#timeline"))
	}
	if a := desk.Get(work + "?to=linked").Want(http.StatusOK); a.Doc().Find("#f-measure").AttrOr("value", "") != "R-2026-7K3QX9" {
		t.Error("the status does not begin with the measure")
	}
	cut := desk.Get(work).Doc().Find("[data-measure] input[name=cut]").AttrOr("value", "")
	desk.Post(work+"/measures", url.Values{"cut": {cut}}).WantRedirect(work)
	if page := site.Browser().Get("/ideas/" + number).Want(http.StatusOK); page.Doc().Find("[data-measure]").Length() != 0 {
		t.Error("still there")
	}
}
