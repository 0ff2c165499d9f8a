package kit_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/web/kit"
)

func TestOwnPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"/":                         "/",
		"/reports":                  "/reports",
		"/reports/M-2026-7K3QX9#s3": "/reports/M-2026-7K3QX9#s3",
		"/map?cat=a&cat=b&q=a%20b":  "/map?cat=a&cat=b&q=a%20b",
		"/hier/Goethestraße":        "/hier/Goethestra%C3%9Fe",
		"/login?next=//evil":        "/login?next=//evil",
		"/a/":                       "/a/",
	} {
		if got, ok := kit.OwnPath(text); !ok || got != want {
			t.Errorf("%q: %q, %t", text, got, ok)
		}
	}
	evil := []string{
		"", "//", "///", "//?x", "reports", "evil.example", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
		"https://evil.example", "http:evil.example", "https:///evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
		"/%2f/evil.example", "/%2F%2Fevil.example", "/%5cevil.example", "/%5Cevil.example", "/a//b", "/a/../../b", "/./evil", "/..//evil.example", "/%2e%2e/x", "/a/%2e%2e/b",
		"/\tevil.example", "/\t/evil.example", "/%09/evil.example", "/\n/evil.example", "/\r\nSet-Cookie: a=b", "/%0d%0aSet-Cookie:a", "/ /evil.example", " /evil", "/\x00", "/\x7f", "/%00",
		"//user@evil.example", "/\u2028evil", "https://mitwirk.example", "//mitwirk.example/", "?x", "#x", ".", "..", "/%zz", "/😀", strings.Repeat("/a", 1100),
		"mailto:a@b.example", "ftp://a.example", "file:///etc/passwd", "/\\/evil.example", "/\\\\evil.example", "//\\evil.example", "/%2f%2fevil.example/%2e%2e",
	}
	// every way to write the first slashes, before every way to name a host
	for _, first := range []string{"//", "///", "/\\", "\\", "\\/", "/%2f", "/%2F", "/%5c", "/\t/", "/%09/", "/\u00a0/", "//\t", "/./", "/.//", "/../", "/a/..//", "https:", "https:/", "https://", "HTTPS://", "//%09/", " //", "\t//"} {
		for _, host := range []string{"evil.example", "evil.example/", "evil.example:80", "user@evil.example", "127.0.0.1", "[::1]", "evil%2eexample", "mitwirk.example@evil.example", "mitwirk.example.evil.example", "EVIL.EXAMPLE", "evil。example"} {
			evil = append(evil, first+host)
		}
	}
	for _, text := range evil {
		got, ok := kit.OwnPath(text)
		if !ok {
			continue
		}
		// what passes must be a path of ours for every reader of URLs
		u, err := url.Parse(got)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\t\r\n ") || strings.Contains(u.Path, "//") || strings.Contains(u.Path, "..") {
			t.Errorf("%q passes as %q", text, got)
		}
	}
	for _, text := range []string{"//evil.example", "/\\evil.example", "https://evil.example", "/%2f/evil.example", "/\t/evil.example", "/a/../b", "/\u00a0/../x"} {
		if got, ok := kit.OwnPath(text); ok {
			t.Errorf("%q passes as %q", text, got)
		}
	}
}

func FuzzOwnPath(f *testing.F) {
	for _, s := range []string{"/", "//x", "/\\x", "/%2f/x", "/a?b#c"} {
		f.Add(s)
	}
	base, _ := url.Parse("https://mitwirk.example/login")
	f.Fuzz(func(t *testing.T, text string) {
		own, ok := kit.OwnPath(text)
		if !ok {
			return
		}
		u, err := base.Parse(own)
		if err != nil || u.Host != base.Host || u.Scheme != "https" || u.User != nil {
			t.Errorf("%q leads to %v, %v", text, u, err)
		}
		if again, ok := kit.OwnPath(own); !ok || again != own {
			t.Errorf("%q becomes %q and then %q", text, own, again)
		}
	})
}
