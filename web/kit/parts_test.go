package kit

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

func testPage(t *testing.T, lang string) Page {
	t.Helper()
	c, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return Page{
		Title: "Muster", Lang: lang, Loc: c.For(lang), Path: "/reports", Nav: "map",
		City:       City{Name: "München", Demo: true},
		Flash:      &FlashMessage{Kind: "success", Text: "Gespeichert."},
		Alternates: []Alternate{{Lang: "en", Name: "English", URL: "/reports?lang=en"}},
		Theme:      os.Getenv("MITWIRK_GALLERY_THEME"),
	}
}

func render(t *testing.T, parts ...templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	for _, c := range parts {
		if err := c.Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// with gives a component its children.
func with(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

func text(s string) templ.Component { return templ.Raw(s) }

// gallery holds every part once, as pages would use them.
func gallery(p Page) templ.Component {
	errs := ErrorsOf(p, &fault.Error{Fields: []fault.Field{{Name: "place", Key: "js.map.outside"}}})
	statuses := make([]templ.Component, 0, 20)
	for _, s := range []string{
		"received", "in_review", "waiting", "planned", "in_progress", "commissioned", "resolved", "forwarded",
		"not_responsible", "no_action", "duplicate", "reopened", "withdrawn",
	} {
		statuses = append(statuses, text("<p>"), Status(s, s), text("</p>"))
	}
	inside := templ.Join(
		text(`<div class="shell">`),
		Crumbs(p, []Crumb{{"Karte", "/map"}, {"M-2026-7K3QX9", ""}}),
		WizardHead(p, 2, 6, "Wo ist es?", "/reports/new"),
		text(`<div class="split"><div class="stack"><h1>Alle Teile</h1>`),
		ErrorSummary(p, errs),
		with(StatusBox(p, StatusProps{Key: "in_progress", Label: "In Arbeit", Plain: "Das Baureferat ist dran.", Next: "Unser Ziel: gelöst bis Freitag, 14. März."}),
			with(Promise("ok", "Erste Antwort: pünktlich"), text("<span>Ziel: Do, 5. Nov.</span>")),
			with(Promise("late", "Reparatur: 3 Werktage zu spät"), text("<span>Ziel: Di, 17. Nov.</span>"))),
		text(`<div class="acts">`), MeToo(p, MeTooProps{Action: "/reports/M-2026-7K3QX9/metoo", Count: 23}),
		LinkButton(ButtonProps{Label: "Folgen", Variant: "secondary", Icon: "bell", URL: "/reports"}), text("</div>"),
		text(`<h2>Zeichen</h2><div class="row">`), templ.Join(statuses...), Due("late", "3 Tage zu spät"), Due("soon", "morgen"), text("</div>"),
		text(`<section id="timeline" aria-labelledby="verlauf"><h2 id="verlauf">Verlauf</h2>`), LiveButton("report:M-2026-7K3QX9", "timeline"),
		with(Track(),
			with(TrackRow(Step{Shape: "in_review", Title: "Wird geprüft", At: "2026-11-03T09:14:00+01:00", When: "Dienstag, 3. November, 9:14 Uhr", Who: "Baureferat"}), with(Quote(), text("<p>Danke.</p>"))),
			TrackRow(Step{Shape: "step", Title: "Stelle abgesichert", At: "2026-11-03T08:14:00+01:00", When: "Dienstag, 3. November, 8:14 Uhr"}),
			TrackRow(Step{Shape: "received", Title: "Eingegangen", At: "2026-11-03T07:52:00+01:00", When: "Dienstag, 3. November, 7:52 Uhr"})),
		text("</section>"),
		text(`<h2>Liste</h2>`),
		with(Items(), ItemRow(Row{URL: "/reports/a", Title: "Laterne dunkel, Tal 50", Shape: "received", Status: "Eingegangen", Say: "Erste Antwort bis 24. November.", Meta: "Tal 50, 2 betroffen", End: "gestern", Number: "M-2026-7K3QX9"}),
			ItemRow(Row{URL: "/reports/b", Title: "Schlagloch, Rosenheimer Straße", Shape: "commissioned", Status: "Firma beauftragt", Late: "Ziel verpasst,", Say: "neu: 27. November.", Meta: "23 betroffen", On: true})),
		Pagination(p, "/reports?a", "/reports?b"),
		text(`<div class="row">`), Chip(ChipProps{URL: "/reports?s", Label: "Status"}), Chip(ChipProps{URL: "/reports", Label: "90 Tage", On: true, Remove: " entfernen"}), text("</div>"),
		text(`<form class="wizform" action="/" method="post">`),
		Field(p, FieldProps{Name: "place", Label: "Adresse oder Ort", Value: "Freising", Error: errs.For("place"), Hint: "Zum Beispiel: Tal 50"}),
		Field(p, FieldProps{Name: "text", Label: "Was ist los?", Rows: 4, Optional: true}),
		Select(p, FieldProps{Name: "sort", Label: "Sortieren"}, []Option{{Value: "new", Label: "Neueste zuerst", On: true}}),
		Radios(p, FieldProps{Name: "many", Label: "Wie viele?"}, []Option{{Value: "1", Label: "Eine"}, {Value: "2", Label: "Mehrere", Hint: "Zwei oder mehr", On: true}}),
		PickGrid(p, FieldProps{Name: "kind", Label: "Art"}, []Option{{Value: "a", Label: "Laterne", Icon: "lamp"}, {Value: "b", Label: "Loch im Weg", Icon: "hole", On: true}, {Value: "c", Label: "Müll", Icon: "bin"}}),
		Checkbox(p, FieldProps{Name: "mail", Label: "Ich möchte Mails bekommen"}, true),
		text(`<div class="actions">`), Button(ButtonProps{Label: "Weiter"}), Button(ButtonProps{Label: "Standort", Variant: "secondary", Icon: "locate", Type: "button"}), text("</div></form>"),
		with(ReceiptBox(p, "M-2026-7K3QX9", "ABCD-EFGH-JKLM"), text("<p>Mit beidem können Sie die Meldung ergänzen.</p>")),
		with(Empty("Hier ist noch nichts gemeldet."), LinkButton(ButtonProps{Label: "Etwas melden", URL: "/reports/new", Variant: "secondary"})),
		text(`</div><aside class="stack" aria-label="Hinweise">`), MapBox(MapProps{Kind: "show", Class: "sidemap", Lon: 11.58, Lat: 48.13, Set: true, Shape: "in_progress"}),
		with(Panel("amt", "Wer kümmert sich?"), with(Facts(), with(Fact("Bezirk"), text("5 Au-Haidhausen")))),
		with(Note("warn", "Gefahr für Leib und Leben?"), text(`<p>Rufen Sie <a href="tel:112">112</a> an.</p>`)),
		with(Note("ok", "Tal 50, 80331 München"), text(`<p>Bezirk 1.</p>`)), with(Note("info", ""), text(`<p>Ein Hinweis.</p>`)),
		PhotoFigure(p, Photo{URL: "data:image/gif;base64,R0lGODlhAQABAAAAACw=", Alt: "Ein Loch", Width: 640, Height: 480, Note: "Das sehen im Moment nur Sie und das Team."}, 1, 2),
		text(`<dl class="figures">`), Figure("312", "Meldungen gelöst"), text(`</dl></aside></div></div>`),
	)
	return with(LayoutClass(p, "gallery"), inside)
}

func TestGallery(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{i18n.German, i18n.English} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			html := render(t, gallery(testPage(t, lang)))
			if file := os.Getenv("MITWIRK_GALLERY"); file != "" && lang == i18n.German {
				if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			// the content security policy of every page: nothing inline
			if bad := regexp.MustCompile(`(?i)\s(style|on[a-z]+)=|<style|<script>`).FindString(html); bad != "" {
				t.Errorf("inline %q", bad)
			}
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
				id := s.AttrOr("id", "")
				if seen[id] {
					t.Errorf("id %q twice", id)
				}
				seen[id] = true
			})
			doc.Find("label[for]").Each(func(_ int, s *goquery.Selection) {
				if !seen[s.AttrOr("for", "")] {
					t.Errorf("label for %q leads nowhere", s.AttrOr("for", ""))
				}
			})
			doc.Find(".errsum a, a.skip").Each(func(_ int, s *goquery.Selection) {
				if !seen[strings.TrimPrefix(s.AttrOr("href", ""), "#")] {
					t.Errorf("link %q leads nowhere", s.AttrOr("href", ""))
				}
			})
			doc.Find("[aria-describedby], [aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
				for id := range strings.FieldsSeq(s.AttrOr("aria-describedby", "") + " " + s.AttrOr("aria-labelledby", "")) {
					if !seen[id] {
						t.Errorf("%q is described by nothing", id)
					}
				}
			})
			if n := doc.Find("svg").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Children().Length() == 0 }).Length(); n > 0 {
				t.Errorf("%d empty drawings", n)
			}
			if key := regexp.MustCompile(`>\s*(ui|nav|btn|banner|live)\.[a-z.]+\s*<`).FindString(html); key != "" {
				t.Errorf("message without text: %s", key)
			}
		})
	}
}

func TestErrorsOf(t *testing.T) {
	t.Parallel()
	p := testPage(t, i18n.German)
	errs := ErrorsOf(p, fault.OnField("place", "js.map.outside"))
	if got := errs.For("place"); got != "Dieser Ort liegt außerhalb der Stadt." {
		t.Errorf("got %q", got)
	}
	if errs.For("text") != "" || ErrorsOf(p, nil) != nil {
		t.Error("an entry without a fault has an error")
	}
}
