package mail

import (
	"bytes"
	"log/slog"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Whatever stands in a title or a reason, a mail that Validate lets through has
// the headers that we wrote and no others, one recipient, and no markup of
// somebody else's in its HTML.
func FuzzMessage(f *testing.F) {
	f.Add("anna@example.org", "M-2026-7K3QX9: In Arbeit", "In Arbeit", "Die Lampe ist bestellt.", "https://mitwirk.example/reports/M-2026-7K3QX9")
	f.Add("a@b.example", "Grün =?utf-8?q?x?=", "<img src=x onerror=alert(1)>", "\r\nBcc: x@example.org\r\n\r\n.", "https://x/\"><script>")
	f.Add("\"a b\"@example.org", strings.Repeat("ß", 500), "\x00\xff", "javascript:alert(1)", "https://x")
	f.Add("a@b.example,c@d.example", "x", "x", "--=_boundary", "http://x")
	cat, err := i18n.New(time.UTC)
	if err != nil {
		f.Fatal(err)
	}
	o := &Outbox{cfg: Config{
		Catalogue: cat, From: &netmail.Address{Name: "Mitwirk", Address: "meldungen@mitwirk.example"}, BaseURL: "https://mitwirk.example",
		Clock: clock.Fixed(time.Date(2026, 3, 14, 14, 2, 0, 0, time.UTC)),
	}, log: slog.New(slog.DiscardHandler)}
	f.Fuzz(func(t *testing.T, to, subject, lead, text, link string) {
		m := Message{
			ToAddress: to, Kind: "report.status", Lang: "de", Subject: subject, Lead: lead, Paragraphs: []string{text}, Reason: "Weil Sie folgen.",
			Button: Button{Label: "Ansehen", URL: link}, StopURL: "https://mitwirk.example/stop/x",
		}
		if m.validate() != nil {
			return
		}
		r := row{
			id: uuid.MustParse("01890000-0000-7000-8000-000000000001"), to: to, kind: m.Kind, lang: m.Lang,
			content: content{Subject: subject, Lead: lead, Paragraphs: m.Paragraphs, Button: m.Button, Reason: m.Reason, StopURL: m.StopURL},
		}
		letter, err := o.compose(r)
		if err != nil {
			t.Fatal(err)
		}
		checkHTML(t, letter.HTML)
		out, err := o.message(r, letter)
		if err != nil {
			return // an address that can't be sent to
		}
		var wire bytes.Buffer
		if _, err := out.WriteTo(&wire); err != nil {
			t.Fatal(err)
		}
		got, err := netmail.ReadMessage(&wire)
		if err != nil {
			t.Fatalf("nobody can read this mail: %v", err)
		}
		if list, err := got.Header.AddressList("To"); err != nil || len(list) != 1 {
			t.Errorf("recipients %v, %v", list, err)
		}
		for _, name := range []string{"Bcc", "Cc", "X-Injected"} {
			if _, there := got.Header[name]; there {
				t.Errorf("the mail has a header %s", name)
			}
		}
	})
}

// checkHTML finds what no mail of ours holds.
func checkHTML(t *testing.T, page string) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	doc.Find("*").Each(func(_ int, el *goquery.Selection) {
		switch name := goquery.NodeName(el); name {
		case "script", "img", "iframe", "object", "embed", "svg", "form", "base", "link":
			t.Errorf("the mail has a <%s>", name)
		}
		for _, a := range el.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" {
				t.Errorf("the mail has %s=%q", a.Key, a.Val)
			}
			if a.Key == "href" && !strings.HasPrefix(strings.ToLower(a.Val), "http") {
				t.Errorf("the mail links to %q", a.Val)
			}
		}
	})
}
