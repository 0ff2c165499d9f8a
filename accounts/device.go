package accounts

import "strings"

// DeviceOf puts what a browser says of itself into words that its owner
// recognises, e.g. "Firefox, Windows". Nothing else of it is kept; "" where it
// says nothing that we know.
func DeviceOf(userAgent string) string {
	first := func(names ...[2]string) string {
		for _, n := range names {
			if strings.Contains(userAgent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	// the order matters: most browsers also claim to be others
	browser := first([2]string{"Edg", "Edge"}, [2]string{"OPR/", "Opera"}, [2]string{"SamsungBrowser", "Samsung Internet"},
		[2]string{"Firefox/", "Firefox"}, [2]string{"FxiOS", "Firefox"}, [2]string{"CriOS", "Chrome"}, [2]string{"Chrome/", "Chrome"},
		[2]string{"Safari/", "Safari"})
	system := first([2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"}, [2]string{"Android", "Android"}, [2]string{"Windows", "Windows"},
		[2]string{"Mac OS X", "Mac"}, [2]string{"CrOS", "Chromebook"}, [2]string{"Linux", "Linux"})
	if browser == "" || system == "" {
		return browser + system
	}
	return browser + ", " + system
}
