package logs

import (
	"log/slog"
	"regexp"
	"slices"
)

var (
	reMail  = regexp.MustCompile(`[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`)
	reNamed = regexp.MustCompile(`\b(constraint|relation|column|table|function|index|schema|kind|route|setting) "[a-z0-9_.]+"`)
	reQuote = regexp.MustCompile(`"[^"]*"|„[^“]*“|'[^']*'|` + "`[^`]*`")
	reCode  = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b`)
	reIPv4  = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b`)
	reIPv6  = regexp.MustCompile(`\[?\b[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,7}\b\]?(:\d+)?`)
	rePhone = regexp.MustCompile(`(\+|\b0)[0-9][0-9 /()-]{5,}[0-9]`)
	rePlace = regexp.MustCompile(`-?\d{1,3}\.\d{4,}`)
	rePath  = regexp.MustCompile(`(^|[\s(])/[^\s:]{2,}\?[^\s]+`)
)

// Error is the text of an error without what it may have got from people:
// quoted words, addresses, numbers and places. Names of constraints and tables
// stay.
func Error(text string) string {
	kept := reNamed.FindAllString(text, -1)
	text = reNamed.ReplaceAllString(text, "\x00")
	for _, r := range []struct {
		find *regexp.Regexp
		put  string
	}{
		{reQuote, "[text]"}, {reMail, "[mail]"}, {reCode, "[code]"}, {rePath, "$1[path]"}, {reIPv4, "[address]"}, {reIPv6, "[address]"}, {rePlace, "[place]"}, {rePhone, "[phone]"},
	} {
		text = r.find.ReplaceAllString(text, r.put)
	}
	out := make([]byte, 0, len(text))
	for i := range len(text) {
		if text[i] == 0 && len(kept) > 0 {
			out = append(out, kept[0]...)
			kept = kept[1:]
			continue
		}
		out = append(out, text[i])
	}
	return string(out)
}

// errorKeys are attributes that hold the text of an error.
func errorKeys() []string { return []string{"err", "error", "cause", "panic", "value"} }

// Replace is for slog.HandlerOptions: it cleans errors, and mail addresses
// wherever they are.
func Replace(_ []string, a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	switch v := a.Value.Any().(type) {
	case error:
		return slog.String(a.Key, Error(v.Error()))
	case string:
		if slices.Contains(errorKeys(), a.Key) {
			return slog.String(a.Key, Error(v))
		}
		if a.Key != "stack" && a.Key != "trace" && reMail.MatchString(v) { // a stack names modules@versions
			return slog.String(a.Key, reMail.ReplaceAllString(v, "[mail]"))
		}
	default:
		if slices.Contains(errorKeys(), a.Key) {
			return slog.String(a.Key, "[value]")
		}
	}
	return a
}
