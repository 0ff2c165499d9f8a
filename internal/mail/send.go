package mail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// Keep is how long a mail is tried.
const Keep = 72 * time.Hour

// sendTimeout leaves the job's 30 s room to note how it went.
const sendTimeout = 22 * time.Second

// backoff is the pause after the n-th try (1 for the first).
func backoff(n int) time.Duration {
	steps := [...]time.Duration{
		time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute,
		30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
	}
	return steps[min(max(n, 1), len(steps))-1]
}

// transport hands a mail to a server.
type transport interface {
	send(ctx context.Context, m *gomail.Msg) error
}

// ahead is how many older mails one job sends before its own.
const ahead = 10

// work is the job of one mail: those to the same reader about the same thing that
// are older go first, so that nobody reads of an end before its beginning.
func (o *Outbox) work(ctx context.Context, args sendArgs) error {
	readers, err := o.readersOf(ctx, args.Mail)
	if err != nil {
		return err
	}
	for range ahead {
		older, here, err := before(ctx, o.cfg.DB, args.Mail, readers)
		if err != nil {
			return err
		}
		if older == uuid.Nil {
			return o.one(ctx, args.Mail)
		}
		if err := o.one(ctx, older); err != nil && here { // elsewhere: its own job tries it again
			return err
		}
	}
	return jobs.Later(time.Second)
}

// one sends a mail: claim, ask again whether it may be sent, send, note. Its errors
// carry no address: River stores them.
func (o *Outbox) one(ctx context.Context, id uuid.UUID) error {
	m, waiting, err := claim(ctx, o.cfg.DB, id)
	if fault.Is(err, fault.NotFound) {
		return nil // sent, dropped or erased before
	}
	if err != nil {
		return err
	}
	if waiting {
		return jobs.Later(30 * time.Second)
	}
	to, err := o.recipient(ctx, m)
	if err == nil {
		err = o.readable(ctx, o.cfg.DB, &m)
	}
	if fault.Is(err, fault.NotFound) {
		o.log.InfoContext(ctx, "mail: dropped", "mail", m.id, "kind", m.kind)
		return finish(ctx, o.cfg.DB, m.id, "dropped", 0, false, "")
	}
	if err != nil {
		return errors.Join(err, retry(ctx, o.cfg.DB, m.id, 0))
	}
	m.to = to
	if o.Local() {
		return finish(ctx, o.cfg.DB, m.id, "sent", 0, true, to)
	}
	letter, err := o.compose(m)
	if err != nil {
		return errors.Join(jobs.GiveUp(err), finish(ctx, o.cfg.DB, m.id, "failed", 0, false, ""))
	}
	out, err := o.message(m, letter)
	if err != nil {
		o.log.WarnContext(ctx, "mail: unusable recipient", "mail", m.id, "kind", m.kind)
		return finish(ctx, o.cfg.DB, m.id, "failed", 0, false, "")
	}
	sending, stop := context.WithTimeout(ctx, sendTimeout)
	defer stop()
	if err := o.send.send(sending, out); err != nil {
		return o.later(ctx, m, err)
	}
	o.log.InfoContext(ctx, "mail: sent", "mail", m.id, "kind", m.kind, "tries", m.tries)
	return finish(context.WithoutCancel(ctx), o.cfg.DB, m.id, "sent", 0, false, "") // it is out: the note must not be lost
}

func (o *Outbox) recipient(ctx context.Context, m row) (string, error) {
	if m.contact == nil {
		return m.to, nil
	}
	if o.cfg.Directory == nil {
		return "", fault.Missing("contact")
	}
	to, err := o.cfg.Directory.MailAddress(ctx, *m.contact, m.kind, m.about)
	if err != nil {
		return "", fmt.Errorf("recipient: %w", err)
	}
	return to, nil
}

// readable takes out of a mail what may not be read any more. fault.NotFound where
// that is all of it.
func (o *Outbox) readable(ctx context.Context, q db.Queryer, m *row) error {
	if o.cfg.May == nil {
		return nil
	}
	var contact uuid.UUID
	if m.contact != nil {
		contact = *m.contact
	}
	if !m.about.IsZero() {
		if ok, err := o.cfg.May(ctx, q, contact, m.kind, m.about); err != nil || !ok {
			return cmp.Or(err, error(fault.Missing("permission to read")))
		}
	}
	said, left := false, false
	kept := m.Parts[:0]
	for _, p := range m.Parts {
		if p.About.IsZero() {
			kept = append(kept, p)
			continue
		}
		said = true
		ok, err := o.cfg.May(ctx, q, contact, m.kind, p.About)
		if err != nil {
			return err
		}
		if ok {
			left, kept = true, append(kept, p)
		}
	}
	if said && !left {
		return fault.Missing("permission to read")
	}
	m.Parts = kept
	return nil
}

// later decides what a failed try means. Only the SMTP code is kept: servers
// put addresses into their texts.
func (o *Outbox) later(ctx context.Context, m row, err error) error {
	code, final := 0, false
	if smtp, ok := errors.AsType[*gomail.SendError](err); ok {
		code = smtp.ErrorCode()
		// any other refusal, also a wrong password, is about us or the server, not about this mail
		final = smtp.Reason == gomail.ErrSMTPRcptTo && code >= 500 && code < 600
	}
	pause := backoff(m.tries)
	if final || m.age+pause > Keep {
		o.log.WarnContext(ctx, "mail: given up", "mail", m.id, "kind", m.kind, "tries", m.tries, "code", code)
		return finish(ctx, o.cfg.DB, m.id, "failed", code, false, "")
	}
	o.log.WarnContext(ctx, "mail: not sent yet", "mail", m.id, "kind", m.kind, "tries", m.tries, "code", code, "again", pause)
	if err := retry(ctx, o.cfg.DB, m.id, code); err != nil {
		return err
	}
	return jobs.Later(pause)
}

// message is the mail as it goes over the wire, with the same Message-ID at
// every try.
func (o *Outbox) message(m row, l Letter) (*gomail.Msg, error) {
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(o.cfg.From)
	if err := out.To(m.to); err != nil {
		return nil, errors.New("unusable recipient") // the cause names it
	}
	if o.cfg.ReturnTo != "" {
		if err := out.EnvelopeFrom(o.cfg.ReturnTo); err != nil {
			return nil, fmt.Errorf("return address: %w", err)
		}
	}
	out.Subject(m.Subject)
	out.SetDateWithValue(o.cfg.Clock.Now())
	for _, h := range l.Header {
		if h.Name == messageID { // by its setter only: the library adds one of its own else
			out.SetMessageIDWithValue(strings.Trim(h.Value, "<>"))
			continue
		}
		out.SetGenHeaderPreformatted(gomail.Header(h.Name), h.Value)
	}
	out.SetBodyString(gomail.TypeTextPlain, l.Text)
	out.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return out, nil
}

const messageID = "Message-ID"

// headers are those beside From, To, Subject and Date. All values are made of
// ids and addresses of our own, so none needs encoding.
func (o *Outbox) headers(m row) []Header {
	hs := []Header{
		{messageID, "<" + m.id.String() + "@" + o.host + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no answering machine answers
		{"X-Auto-Response-Suppress", "All"},  // the same for Exchange
		{"Content-Language", m.lang},
	}
	if about := cmp.Or(m.Thread, m.about); !about.IsZero() {
		// a root that no mail carries: programs put all that refer to it into one thread
		sum := sha256.Sum256([]byte("mail thread " + about.String()))
		root := "<thread." + hex.EncodeToString(sum[:12]) + "@" + o.host + ">"
		hs = append(hs, Header{"In-Reply-To", root}, Header{"References", root})
	}
	if m.ReplyTo != "" {
		hs = append(hs, Header{"Reply-To", "<" + m.ReplyTo + ">"})
	}
	if m.StopURL != "" {
		hs = append(hs,
			Header{"List-Unsubscribe", "<" + m.StopURL + ">"},
			Header{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}, // RFC 8058
		)
	}
	return hs
}
