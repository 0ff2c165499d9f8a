package mail

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/subject"
)

// Message is what one person gets. Texts are plain text in Lang, by the sending
// package's catalogue; the layout, the footer's fixed words and all headers are
// made here.
type Message struct {
	// ToContact is the recipient as a contact; its address is looked up when the
	// mail is sent. Either this or ToAddress.
	ToContact uuid.UUID
	// ToAddress is the recipient as an address, for mail to offices that are no
	// contact of anybody's.
	ToAddress string
	// Kind says what sort of mail it is, e.g. "report.status": for the log and
	// for the permission to write.
	Kind string
	// About is the thing it is about; mails about the same one form a thread.
	// The zero Ref begins a thread of its own.
	About subject.Ref
	// Thread is what its thread is about where that is more than About: the discussion
	// of a comment. The zero Ref: About.
	Thread subject.Ref
	// Lang is "de", "en" or "de-x-leicht".
	Lang string
	// Subject carries number and step, never private content.
	Subject string
	// Lead is the first line: the status sentence.
	Lead string
	// Next is the second: "Wie geht es weiter?"; may be empty.
	Next string
	// Paragraphs follow; may be empty.
	Paragraphs []string
	// Parts follow those: paragraphs about other things, each left out when it may
	// not be read any more at the time of sending. May be empty.
	Parts []Part
	// Button is the one thing to press; the zero value leaves it out.
	Button Button
	// Reason is the footer's first line: why you get this.
	Reason string
	// StopURL ends these mails with one click (RFC 8058: a POST to it, without
	// session). A GET shows a button. Empty where nothing can be stopped.
	StopURL string
	// ReplyTo is where an answer goes; empty: to the sender.
	ReplyTo string
}

// Part is a paragraph about a thing; one about nothing always stays.
type Part struct {
	About subject.Ref `json:"about,omitzero"`
	Text  string      `json:"text"`
}

// Button is a link that looks like one.
type Button struct {
	Label string
	URL   string
}

// validate finds what a caller has done wrong.
func (m *Message) validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if (m.ToContact == uuid.Nil) == (m.ToAddress == "") {
		bad("mail: one of ToContact and ToAddress")
	}
	if m.ToAddress != "" {
		if a, err := netmail.ParseAddress(m.ToAddress); err != nil || a.Name != "" {
			bad("mail: ToAddress is not a plain address")
		}
	}
	if m.ReplyTo != "" {
		if a, err := netmail.ParseAddress(m.ReplyTo); err != nil || a.Address != m.ReplyTo {
			bad("mail: ReplyTo is not a plain address")
		}
	}
	for name, text := range map[string]string{"Kind": m.Kind, "Subject": m.Subject, "Lead": m.Lead, "Reason": m.Reason} {
		if strings.TrimSpace(text) == "" {
			bad("mail: %s is empty", name)
		}
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		bad("mail: line break in the subject")
	}
	for _, link := range []string{m.Button.URL, m.StopURL} {
		if link == "" {
			continue
		}
		u, err := url.Parse(link)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			bad("mail: a link must be absolute")
		}
	}
	if (m.Button.Label == "") != (m.Button.URL == "") {
		bad("mail: a button needs a label and a link")
	}
	return errors.Join(errs...)
}
