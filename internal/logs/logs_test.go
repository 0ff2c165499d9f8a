package logs

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"ours", "insert report: no rows in result set", "insert report: no rows in result set"},
		{"constraint", `ERROR: duplicate key value violates unique constraint "reports_number" (SQLSTATE 23505)`, `ERROR: duplicate key value violates unique constraint "reports_number" (SQLSTATE 23505)`},
		{"typed text", `ERROR: invalid input syntax for type uuid: "Anna Beispiel" (SQLSTATE 22P02)`, `ERROR: invalid input syntax for type uuid: [text] (SQLSTATE 22P02)`},
		{"number", `strconv.ParseFloat: parsing "0171 2345678": invalid syntax`, `strconv.ParseFloat: parsing [text]: invalid syntax`},
		{"mail", "550 anna.beispiel@example.org unknown", "550 [mail] unknown"},
		{"peer", "read tcp 10.0.0.1:8080->203.0.113.77:53412: i/o timeout", "read tcp [address]->[address]: i/o timeout"},
		{"peer 6", "read tcp [2001:db8::1]:8080: reset", "read tcp [address]: reset"},
		{"code", "no receipt for ABCD-EFGH-JK23", "no receipt for [code]"},
		{"place", "no district at 11.575512 48.137400", "no district at [place] [place]"},
		{"phone", "call +49 171 2345678", "call [phone]"},
		{"query", "bad request to /reports?q=Anna", "bad request to [path]"},
		{"id", "report 0199a6a2-8f5e-7cc1-9d4c-1f0a3b5c7d9e is gone", "report 0199a6a2-8f5e-7cc1-9d4c-1f0a3b5c7d9e is gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Error(tt.text); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: Replace}))
	log.Error("x", "err", errors.New(`no "Geheimnis"`), "panic", struct{ s string }{"Geheimnis"}, "cause", "from 203.0.113.77", "route", "/reports/:number", "who", "anna@example.org", "n", 3, "addr", "127.0.0.1:8080")
	for _, marker := range []string{"Geheimnis", "203.0.113", "anna"} {
		if strings.Contains(out.String(), marker) {
			t.Errorf("%s is in %s", marker, out.String())
		}
	}
	for _, want := range []string{`"route":"/reports/:number"`, `"n":3`, `"addr":"127.0.0.1:8080"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
	}
}

func FuzzError(f *testing.F) {
	f.Add(`constraint "a" and "b"`)
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, text string) {
		if got := Error(text); reMail.MatchString(got) {
			t.Errorf("%q keeps an address: %q", text, got)
		}
	})
}
