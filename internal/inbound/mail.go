package inbound

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// What is read of a mail.
const (
	MaxBytes = 40 << 20
	maxText  = 100_000 // bytes of text
	maxParts = 50
	maxDepth = 8
)

// Mail is what a mail says.
type Mail struct {
	Hash    []byte // of Message-ID, sender and date, or of the whole mail without a Message-ID
	From    string // plain address; "" when there is none that can be read
	To      []string
	Subject string
	Text    string  // without what it quotes at its end
	Machine bool    // nobody wrote it: nothing may be made of it
	Bounce  *Bounce // a server says what became of a mail of ours; nil: it is none of these
	Files   []File
}

// File is an attachment, as it was sent.
type File struct {
	Name string
	Data []byte
}

// ErrNoMail tells that something is no mail at all.
var ErrNoMail = errors.New("no mail")

// Read reads a mail. own is the domain of our own Message-IDs: mails of ours that
// come back are a machine's.
func Read(raw []byte, own string) (Mail, error) {
	if len(raw) > MaxBytes {
		return Mail{}, fmt.Errorf("%w: more than %d bytes", ErrNoMail, MaxBytes)
	}
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, fmt.Errorf("%w: %w", ErrNoMail, err)
	}
	h := textproto.MIMEHeader(m.Header)
	out := Mail{Subject: clean(header(h.Get("Subject")), false), Hash: hashOf(h, raw)}
	if a, err := netmail.ParseAddressList(h.Get("From")); err == nil && len(a) > 0 {
		out.From = a[0].Address
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "To", "Cc"} {
		for _, line := range h[textproto.CanonicalMIMEHeaderKey(name)] {
			list, err := netmail.ParseAddressList(line)
			if err != nil {
				continue
			}
			for _, a := range list {
				out.To = append(out.To, a.Address)
			}
		}
	}
	out.Machine = byMachine(h, own)
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return Mail{}, fmt.Errorf("%w: %w", ErrNoMail, err)
	}
	if b, ok := readBounce(h, bytes.NewReader(body)); ok {
		out.Bounce, out.Machine = &b, true
	}
	p := parser{}
	p.part(h, bytes.NewReader(body), 0)
	text := p.plain.String()
	if strings.TrimSpace(text) == "" {
		text = textOf(p.html.String())
	}
	out.Text, out.Files = clean(withoutQuote(text), true), p.files
	return out, nil
}

// hashOf is the same for a mail that arrives twice, by two of its addresses. Sender
// and date are in it because programs exist that give each mail the same Message-ID,
// and because whoever knows the Message-ID of a mail could send another one first.
func hashOf(h textproto.MIMEHeader, raw []byte) []byte {
	id := strings.TrimSpace(h.Get("Message-Id"))
	if id == "" {
		sum := sha256.Sum256(raw)
		return sum[:]
	}
	sum := sha256.Sum256([]byte("message-id " + id + "\n" + h.Get("From") + "\n" + h.Get("Date")))
	return sum[:]
}

// byMachine tells whether a program wrote it: RFC 3834 §2 and what is usual.
func byMachine(h textproto.MIMEHeader, own string) bool {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	if auto != "" && !strings.HasPrefix(auto, "no") {
		return true
	}
	if path := strings.TrimSpace(h.Get("Return-Path")); path == "<>" { // a bounce (RFC 5321 §4.5.5)
		return true
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "junk", "list", "auto_reply":
		return true
	}
	for _, name := range []string{"List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Loop", "X-Failed-Recipients", "Feedback-Id"} {
		if h.Get(name) != "" {
			return true
		}
	}
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind == "multipart/report" {
		return true
	}
	from := strings.ToLower(h.Get("From"))
	for _, word := range []string{"mailer-daemon", "postmaster@", "noreply@", "no-reply@", "donotreply@"} {
		if strings.Contains(from, word) {
			return true
		}
	}
	return own != "" && strings.HasSuffix(strings.TrimSuffix(strings.TrimSpace(h.Get("Message-Id")), ">"), "@"+own) // a loop
}

// header decodes encoded words (RFC 2047), as well as can be.
func header(s string) string {
	d := mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	out, err := d.DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}

// parser gathers texts and files of the parts.
type parser struct {
	plain, html strings.Builder
	files       []File
	parts       int
}

func (p *parser) part(h textproto.MIMEHeader, body io.Reader, depth int) {
	p.parts++
	if p.parts > maxParts || depth > maxDepth {
		return
	}
	kind, params, err := mime.ParseMediaType(cmp.Or(h.Get("Content-Type"), "text/plain"))
	if err != nil && kind == "" {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		r := multipart.NewReader(body, params["boundary"])
		for p.parts <= maxParts {
			next, err := r.NextRawPart()
			if err != nil { // the end, or as far as it can be read
				return
			}
			p.part(next.Header, next, depth+1)
		}
		return
	}
	data := decoded(h.Get("Content-Transfer-Encoding"), body)
	name, attached := fileName(h, params)
	switch {
	case !attached && kind == "text/plain":
		add(&p.plain, data, params["charset"])
	case !attached && kind == "text/html":
		add(&p.html, data, params["charset"])
	case kind == "message/rfc822", strings.HasPrefix(kind, "text/calendar"):
	case len(data) > 0:
		p.files = append(p.files, File{Name: name, Data: data})
	}
}

// decoded undoes the transfer encoding; what is broken in it ends the part.
func decoded(encoding string, body io.Reader) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, skipper{body})
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, _ := io.ReadAll(io.LimitReader(body, MaxBytes))
	return data
}

// skipper leaves out what is no sign of base64, which mail programs put in.
type skipper struct{ r io.Reader }

func (s skipper) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	kept := b[:0]
	for _, c := range b[:n] {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '+' || c == '/' || c == '=' {
			kept = append(kept, c)
		}
	}
	return len(kept), err
}

func fileName(h textproto.MIMEHeader, params map[string]string) (name string, attached bool) {
	how, more, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	name = header(params["name"])
	if err == nil && more["filename"] != "" {
		name = header(more["filename"])
	}
	return clean(name, false), err == nil && how == "attachment" || name != ""
}

func add(to *strings.Builder, data []byte, label string) {
	if to.Len() > maxText {
		return
	}
	text := toUTF8(data, label)
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	if to.Len() > 0 {
		to.WriteString("\n")
	}
	to.WriteString(text)
}

// toUTF8 reads bytes by their charset; without one, or with a wrong one, UTF-8 if
// they are that, else Latin 1 as Windows has it.
func toUTF8(data []byte, label string) string {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	if label != "" && label != "utf-8" && label != "us-ascii" {
		if r, err := charset.NewReaderLabel(label, bytes.NewReader(data)); err == nil {
			if out, err := io.ReadAll(r); err == nil {
				return strings.ToValidUTF8(string(out), "")
			}
		}
	}
	if utf8.Valid(data) {
		return string(data)
	}
	r, err := charset.NewReaderLabel("windows-1252", bytes.NewReader(data))
	if err != nil {
		return strings.ToValidUTF8(string(data), "")
	}
	out, _ := io.ReadAll(r)
	return strings.ToValidUTF8(string(out), "")
}
