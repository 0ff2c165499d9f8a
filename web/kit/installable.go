package kit

import "strings"

// installable tells whether a page is one for everybody: those can be installed
// and ask for the service worker. Pages of one person or of staff do not.
func installable(p Page) bool {
	for _, own := range []string{"/desk", "/login", "/account", "/inbox", "/cases", "/confirm", "/unsubscribe", "/continue", "/dev"} {
		if p.Path == own || strings.HasPrefix(p.Path, own+"/") {
			return false
		}
	}
	return !strings.HasSuffix(p.Path, "/receipt") && !strings.HasSuffix(p.Path, "/device")
}
