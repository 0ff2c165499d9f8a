package privacy

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := parse(strings.NewReader(`
# reports
reports.id: none
reports.text: {field: free text, purpose: handling, audience: [author, department], retention: category}
contacts.address: {field: mail address, purpose: status mails, audience: [], retention: 90 days}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Tables(); len(got) != 2 || got[0] != "contacts" || len(f.Table("reports")) != 2 || len(f.All()) != 3 {
		t.Errorf("tables %v", got)
	}
	text, ok := f.Column("reports", "text")
	if !ok || !text.Personal || text.Name != "free text" || text.Retention != "category" || len(f.Personal("reports")) != 1 {
		t.Errorf("got %+v", text)
	}
	for _, tt := range []struct {
		who  Audience
		want int // hidden columns
	}{{Public, 2}, {Author, 1}, {Department, 1}, {Admin, 2}} {
		if got := f.Hidden(tt.who); len(got) != tt.want {
			t.Errorf("hidden from %s: %v", tt.who, got)
		}
	}
	if _, ok := f.Column("reports", "nothing"); ok {
		t.Error("found a column that isn't there")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const whole = "{field: a, purpose: b, audience: [author], retention: c}"
	for _, tt := range []struct{ name, text, want string }{
		{"no column", "reports: none", "table.column"},
		{"a schema", "public.reports.id: none", "table.column"},
		{"another word", "reports.id: no", "none"},
		{"twice", "reports.id: none\nreports.id: none", "twice"},
		{"unknown audience", strings.Replace("reports.id: "+whole, "author", "friends", 1), "friends"},
		{"no audience", "reports.id: {field: a, purpose: b, retention: c}", "needed"},
		{"a typing error", strings.Replace("reports.id: "+whole, "purpose", "porpoise", 1), "porpoise"},
		{"a list", "- a", "flat map"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := parse(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("reports.id: none\n")
	f.Add("a.b: {field: a, purpose: b, audience: [], retention: c}\n")
	f.Add("*a: &a\n")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = parse(strings.NewReader(text)) // must not panic
	})
}
