package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// Directory knows the contacts.
type Directory interface {
	// MailAddress is where a mail of the kind may go now. It returns
	// fault.NotFound when the contact was erased, is not confirmed (where the
	// kind needs that) or has stopped such mails: then nothing is sent.
	MailAddress(ctx context.Context, contact uuid.UUID, kind string, about subject.Ref) (string, error)
}

// DirectoryFunc is a function as a Directory.
type DirectoryFunc func(ctx context.Context, contact uuid.UUID, kind string, about subject.Ref) (string, error)

// MailAddress implements Directory.
func (f DirectoryFunc) MailAddress(ctx context.Context, contact uuid.UUID, kind string, about subject.Ref) (string, error) {
	return f(ctx, contact, kind, about)
}

// Readers are the contacts whose mails one person reads.
type Readers struct {
	Address []uuid.UUID // at one address, with the contact that was asked for
	Others  []uuid.UUID // at their other addresses
}

// Config makes an Outbox.
type Config struct {
	// DB is the pool, or a test's transaction.
	DB db.DB
	// Jobs sends the mails and cleans up behind them.
	Jobs *jobs.Client
	// Directory looks up contacts; nil: mails to contacts are dropped.
	Directory Directory
	// May tells, when a mail is sent, whether its contact (uuid.Nil: an office) may
	// still read what a mail of the kind says of a thing: texts of what was hidden
	// or erased meanwhile go to nobody. nil: always.
	May func(ctx context.Context, q db.Queryer, contact uuid.UUID, kind string, about subject.Ref) (bool, error)
	// Readers tells who reads the mails to a contact; nil: each contact is a reader
	// of its own.
	Readers func(ctx context.Context, q db.Queryer, contact uuid.UUID) (Readers, error)
	// Catalogue has the layout's fixed words.
	Catalogue *i18n.Catalogue
	// SMTPURL is smtp://user:password@host:587 (STARTTLS; ?tls=none for a relay
	// on the same machine) or smtps://…:465. Empty: nothing is sent, mails stay
	// in the local outbox.
	SMTPURL string
	// From is the sender, e.g. "Mitwirk <meldungen@example.org>". Empty only
	// without SMTPURL.
	From *netmail.Address
	// ReturnTo is where servers send back what they can't deliver; "": From.
	ReturnTo string
	// BaseURL is the site's address without a slash at its end.
	BaseURL string
	// Site is the name at the top of a mail; "": Mitwirk.
	Site string
	// Notice is a line above everything, e.g. that this is a demonstration; may be nil.
	Notice i18n.Text
	// Clock dates the mails; nil: the machine's.
	Clock clock.Clock
	// Logger takes what happens, without addresses; nil: slog.Default().
	Logger *slog.Logger
}

// Outbox queues mails and sends them. It is safe for concurrent use.
type Outbox struct {
	cfg  Config
	send transport // nil: the local outbox
	host string    // of Message-IDs
	log  *slog.Logger
}

// New makes an outbox and registers its two jobs.
func New(cfg Config) (*Outbox, error) {
	cfg.Site = cmp.Or(cfg.Site, "Mitwirk")
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	base, err := url.Parse(cfg.BaseURL)
	switch {
	case cfg.DB == nil || cfg.Jobs == nil || cfg.Catalogue == nil:
		return nil, errors.New("mail: database, jobs and catalogue are needed")
	case err != nil || base.Host == "":
		return nil, errors.New("mail: the site's address is needed")
	case cfg.From == nil && cfg.SMTPURL != "":
		return nil, errors.New("mail: a sender is needed")
	case cfg.From == nil:
		cfg.From = &netmail.Address{Name: cfg.Site, Address: "mitwirk@localhost"}
	}
	o := &Outbox{cfg: cfg, log: cmp.Or(cfg.Logger, slog.Default()), host: base.Hostname()}
	if _, domain, ok := strings.Cut(cfg.From.Address, "@"); ok && domain != "localhost" {
		o.host = domain
	}
	if cfg.SMTPURL != "" {
		if o.send, err = newSMTP(cfg.SMTPURL); err != nil {
			return nil, err
		}
	}
	jobs.Register(cfg.Jobs, o.work)
	jobs.Periodic(cfg.Jobs, "mail_retention", time.Hour, o.forget)
	return o, nil
}

// Local tells whether mails stay here, to be read with List and Get.
func (o *Outbox) Local() bool { return o.send == nil }

// content is what the row keeps of a Message until it is sent.
type content struct {
	Subject    string   `json:"subject"`
	Lead       string   `json:"lead"`
	Next       string   `json:"next,omitempty"`
	Paragraphs []string `json:"paragraphs,omitempty"`
	Parts      []Part   `json:"parts,omitempty"`
	Button     Button   `json:"button,omitzero"`
	Reason     string   `json:"reason"`
	StopURL    string   `json:"stop_url,omitempty"`
	ReplyTo    string   `json:"reply_to,omitempty"`

	Thread subject.Ref `json:"thread,omitzero"`
}

// Queue puts a mail into the caller's transaction: row and job. It is sent when
// that commits.
func (o *Outbox) Queue(ctx context.Context, tx pgx.Tx, m Message) error {
	if err := m.validate(); err != nil {
		return err
	}
	id := subject.NewID()
	if err := insert(ctx, tx, id, m); err != nil {
		return err
	}
	return o.cfg.Jobs.Insert(ctx, tx, sendArgs{Mail: id})
}

// sendArgs is the job of one mail.
type sendArgs struct {
	Mail uuid.UUID `json:"mail"`
}

// Kind implements jobs.Args.
func (sendArgs) Kind() string { return "mail_send" }

// Entry is one line of the local outbox.
type Entry struct {
	ID      uuid.UUID
	To      string // empty once forgotten, or while it waits for its contact
	Kind    string
	Subject string // empty once forgotten
	State   string // queued, sending, sent, failed, dropped
	At      time.Time
}

// List is the local outbox, newest first, at most 200. With a mail server the
// texts of sent mails are gone.
func (o *Outbox) List(ctx context.Context) ([]Entry, error) { return list(ctx, o.cfg.DB) }

// Letter is a mail as its recipient sees it.
type Letter struct {
	Entry
	From   string
	Text   string
	HTML   string // a whole page with inline styles; show it in a sandboxed frame
	Header []Header
}

// Header is a line of a mail's head.
type Header struct{ Name, Value string }

// Get is one mail of the local outbox; fault.NotFound when there is none or its
// text is gone.
func (o *Outbox) Get(ctx context.Context, id uuid.UUID) (Letter, error) {
	r, err := load(ctx, o.cfg.DB, id)
	if err != nil {
		return Letter{}, err
	}
	l, err := o.compose(r)
	if err != nil {
		return Letter{}, err
	}
	l.Entry = Entry{ID: r.id, To: r.to, Kind: r.kind, Subject: r.Subject, State: r.state, At: r.at}
	return l, nil
}

// ForgetContact takes a contact's texts and address out of all mails and drops
// those that wait: for the erasure of a person.
func (o *Outbox) ForgetContact(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlForgetContact, contact); err != nil {
		return fmt.Errorf("forget mails of a contact: %w", err)
	}
	return nil
}
