package config_test

import (
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/config"
)

// Settings that pass the check can be used: nothing that Validate lets through
// fails later, and the site's address has no slash at its end.
func FuzzSettings(f *testing.F) {
	f.Add("127.0.0.1:8080", "https://mitwirk.example", "10.0.0.0/8,192.0.2.7", "report=20/5m", "Europe/Berlin", "11.5,48.1", "Mitwirk <m@example.org>")
	f.Add("[::]:80", "", "::ffff:1.2.3.4/96", "", "UTC", "", "")
	f.Add(":0", "http://x/", "0/0", "report=1/1ns", "../etc/passwd", "NaN,1", "<>")
	f.Fuzz(func(t *testing.T, addr, base, proxies, limits, zone, centre, from string) {
		s := config.Server{
			Addr: addr, BaseURL: base, TrustedProxies: strings.Split(proxies, ","), Limits: strings.Split(limits, ","),
			Timezone: zone, MapCenter: centre, MailFrom: from,
		}
		if s.Validate() != nil {
			return
		}
		if strings.HasSuffix(s.Base(), "/") || !strings.HasPrefix(s.Base(), "http") {
			t.Errorf("the site's address is %q", s.Base())
		}
		if lon, lat, ok, err := s.Centre(); err != nil || ok && !(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90) {
			t.Errorf("maps open at %v, %v (%v)", lon, lat, err)
		}
		all, err := s.RateLimits()
		if err != nil {
			t.Error(err)
		}
		for rule, list := range all {
			for _, l := range list {
				if l.N < 1 || l.Per <= 0 {
					t.Errorf("%s: %d in %s lets nobody in", rule, l.N, l.Per)
				}
			}
		}
	})
}
