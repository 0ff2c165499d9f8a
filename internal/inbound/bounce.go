package inbound

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"regexp"
	"strings"
)

// Bounce is what a mail server says became of a mail of ours: a delivery status
// notification (RFC 3464).
type Bounce struct {
	MessageID string // of the mail that it is about, without angle brackets; "" when it does not say
	Failed    bool   // given up, not only late
	Status    string // by RFC 3463, e.g. "5.1.1"; "" when it does not say
}

// How much of a notification is read.
const (
	maxReport = 64 << 10 // bytes of the machine's part, and of the head that came back
	maxBlocks = 20       // recipients: our mails have one
)

// readBounce reads a notification; ok is false for any other mail. What is broken in
// it is left out.
func readBounce(h textproto.MIMEHeader, body io.Reader) (b Bounce, ok bool) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || params["boundary"] == "" ||
		params["report-type"] != "" && !strings.EqualFold(params["report-type"], "delivery-status") {
		return b, false
	}
	r := multipart.NewReader(body, params["boundary"])
	for range maxParts {
		part, err := r.NextRawPart()
		if err != nil { // the end, or as far as it can be read
			break
		}
		sort, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			continue
		}
		switch sort {
		case "message/delivery-status", "message/global-delivery-status":
			ok = true
			b.read(firstOf(part))
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			if head := headOf(firstOf(part)); b.MessageID == "" {
				b.MessageID = messageID(head.Get("Message-Id"))
			}
		}
	}
	return b, ok
}

func firstOf(part *multipart.Part) []byte {
	data := decoded(part.Header.Get("Content-Transfer-Encoding"), part)
	return data[:min(len(data), maxReport)]
}

// read takes the fields of the recipients (RFC 3464 §2.3): the worst of them counts.
func (b *Bounce) read(data []byte) {
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	blocks := strings.Split(strings.TrimSpace(text), "\n\n")
	for _, block := range blocks[:min(len(blocks), maxBlocks)] {
		f := headOf([]byte(block))
		if f.Get("Action") == "" && f.Get("Status") == "" { // that of the whole mail
			continue
		}
		status := statusIn(f.Get("Status"))
		if status == "" || strings.HasSuffix(status, ".0.0") { // the server's own words say more
			if s := statusIn(f.Get("Diagnostic-Code")); s != "" {
				status = s
			}
		}
		failed := strings.EqualFold(firstWord(f.Get("Action")), "failed")
		if failed && !b.Failed || failed == b.Failed && status > b.Status {
			b.Failed, b.Status = failed, status
		}
	}
}

var enhanced = regexp.MustCompile(`\b([245])\.(\d{1,3})\.(\d{1,3})\b`) //nolint:gochecknoglobals // a constant in all but name

func statusIn(text string) string { return enhanced.FindString(text) }

func firstWord(text string) string {
	if words := strings.Fields(text); len(words) > 0 {
		return words[0]
	}
	return ""
}

// headOf reads header fields as far as they can be read.
func headOf(data []byte) textproto.MIMEHeader {
	data = append(bytes.TrimLeft(data, "\r\n"), "\r\n\r\n"...)
	h, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(data))).ReadMIMEHeader()
	if err != nil && h == nil {
		return textproto.MIMEHeader{}
	}
	return h
}

// messageID is the id in angle brackets; "" for what is none.
func messageID(text string) string {
	text = strings.TrimSpace(text)
	id, ok := strings.CutPrefix(text, "<")
	if !ok {
		return ""
	}
	id, _, ok = strings.Cut(id, ">")
	if !ok || len(id) > 250 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 127 }) {
		return ""
	}
	return id
}
