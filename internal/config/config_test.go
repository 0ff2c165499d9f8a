package config_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/config"
)

func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	want, err := config.Reference()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../doc/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("doc/configuration.md is old; run make generate:\n%s", d)
	}
}

func parse(t *testing.T, args ...string) (config.Settings, error) {
	t.Helper()
	var s config.Settings
	p, err := kong.New(&s, kong.Name("mitwirk"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Parse(args)
	return s, err
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, flag, want string }{
		{"address without port", "--addr=127.0.0.1", "MITWIRK_ADDR"},
		{"port too high", "--addr=:65536", "MITWIRK_ADDR"},
		{"internal address", "--internal-addr=x", "MITWIRK_INTERNAL_ADDR"},
		{"base without scheme", "--base-url=mitwirk.example.org", "https://"},
		{"base with a path", "--base-url=https://example.org/mitwirk", "without a path"},
		{"proxy", "--trusted-proxies=10.0.0.0/8,example.org", `"example.org"`},
		{"database", "--database-url=mysql://u:secret@h/d", "MITWIRK_DATABASE_URL"},
		{"files with two slashes", "--files-url=file://var/lib/secret", "three slashes"},
		{"smtp", "--smtp-url=mail.example.org:secret", "smtps://"},
		{"smtp without sender", "--smtp-url=smtp://mail.example.org", "MITWIRK_MAIL_FROM"},
		{"mailbox by another protocol", "--imap-url=pop3s://stadt:secret@mail.example.org", "imaps://"},
		{"mailbox of nobody", "--imap-url=imaps://mail.example.org/secret", "no user"},
		{"folder without a mailbox", "--imap-done=Erledigt", "MITWIRK_IMAP_URL"},
		{"address without a mailbox", "--inbound-address=meldung@example.org", "MITWIRK_IMAP_URL"},
		{"sender", "--mail-from=nobody", "no mail address"},
		{"zone", "--timezone=Europe/Munich", "MITWIRK_TIMEZONE"},
		{"local zone", "--timezone=Local", "MITWIRK_TIMEZONE"},
		{"centre the other way round", "--map-center=48.1374", "longitude,latitude"},
		{"centre out of range", "--map-center=11.5,98.1", "longitude,latitude"},
		{"geocoder", "--geocoder-url=photon.example.org", "MITWIRK_GEOCODER_URL"},
		{"geocoder with a key", "--geocoder-url=https://photon.example.org/api?key=1", "MITWIRK_GEOCODER_URL"},
		{"geocoder of another kind", "--geocoder-kind=pelias", "geocoder-kind"},
		{"centre not a number", "--map-center=NaN,48", "longitude,latitude"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, tt.flag)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%s: got %v, want %q in it", tt.flag, err, tt.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	s, err := parse(t, "--addr=0.0.0.0:80", "--trusted-proxies=10.1.2.3/8,::1", "--map-center=11.5755, 48.1374",
		"--imap-url=imaps://meldung%40example.org:geheim@mail.example.org/INBOX", "--imap-done=Erledigt", "--inbound-address=meldung@example.org",
		"--database-url=host=/run/postgresql dbname=mitwirk", "--files-url=s3://photos?region=eu-central-1")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Base(); got != "http://localhost:80" {
		t.Errorf("base %q", got)
	}
	nets, err := s.Proxies()
	if err != nil || len(nets) != 2 || nets[0].String() != "10.0.0.0/8" || nets[1].String() != "::1/128" {
		t.Errorf("proxies %v, %v", nets, err)
	}
	if lon, lat, ok, err := s.Centre(); lon != 11.5755 || lat != 48.1374 || !ok || err != nil {
		t.Errorf("centre %v %v %v %v", lon, lat, ok, err)
	}
	if s, err = parse(t, "--base-url=https://mitwirk.example.org/"); err != nil || s.Base() != "https://mitwirk.example.org" {
		t.Errorf("base %q, %v", s.Base(), err)
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	s := config.Server{Limits: []string{"report=5/1m", " report=9/1h", "code=3/10s"}}
	got, err := s.RateLimits()
	if err != nil || len(got["report"]) != 2 || got["report"][1] != (config.RateLimit{9, time.Hour}) || got["code"][0].N != 3 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "report", "report=5", "report=0/1m", "report=5/1ms", "unknown=5/1m", "report=x/1m"} {
		s := config.Server{Limits: []string{bad}}
		if _, err := s.RateLimits(); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
