package inbound

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/mitwirk/mitwirk/internal/clock"
)

// Unreadable is the folder for what is no mail at all.
const Unreadable = "unreadable"

// After a server could not be read, the next try waits a minute, then two, four and
// so on: a wrong password every minute locks the mailbox at many providers.
const (
	firstWait = time.Minute
	longWait  = 30 * time.Minute
)

// ErrUnreachable tells that a mailbox could not be read at all; it waits by itself
// before the next try.
var ErrUnreachable = errors.New("mailbox can't be read")

// MailboxConfig says where a mailbox lies.
type MailboxConfig struct {
	// URL is imaps://USER:PASSWORD@HOST[:993][/FOLDER], or imap:// for STARTTLS;
	// INBOX without a folder.
	URL string
	// Done is the folder that mails are moved to once taken, made if missing; ""
	// deletes them.
	Done string
	// TLS is for tests; nil: the machine's roots.
	TLS *tls.Config
	// Clock is for tests; nil: the machine's.
	Clock clock.Clock
}

// Mailbox is a folder on an IMAP server (RFC 3501, RFC 9051). It keeps nothing that
// must survive the process: a mail is moved away or deleted once it was taken for
// good, so the folder holds what is still to do. A process that dies in between
// sees the mail again, and the taker knows it by its hash. UIDs are used within one
// connection only; a new UIDVALIDITY changes nothing.
type Mailbox struct {
	cfg          MailboxConfig
	address      string
	host, folder string
	user, secret string
	direct       bool // TLS from the first byte

	mu       sync.Mutex // one connection per process
	failures int
	next     time.Time
	validity uint32
	refused  map[imap.UID]int // mails that could not be taken come last, of this validity
}

// OpenMailbox reads the configuration; it does not connect.
func OpenMailbox(cfg MailboxConfig) (*Mailbox, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "imap" && u.Scheme != "imaps" || u.Hostname() == "" || u.User == nil {
		return nil, errors.New("expected imaps://USER:PASSWORD@HOST:993/INBOX")
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	b := &Mailbox{cfg: cfg, host: u.Hostname(), user: u.User.Username(), folder: strings.Trim(u.Path, "/"), direct: u.Scheme == "imaps", refused: map[imap.UID]int{}}
	b.secret, _ = u.User.Password()
	port := u.Port()
	if port == "" && b.direct {
		port = "993"
	} else if port == "" {
		port = "143"
	}
	if b.folder == "" {
		b.folder = "INBOX"
	}
	b.address = net.JoinHostPort(b.host, port)
	return b, nil
}

// Poll takes up to limit mails, the oldest first. A mail that can't be taken does
// not hold up the others; the errors come back together. A server that can't be
// read is left alone for a while: Poll does nothing then.
func (b *Mailbox) Poll(ctx context.Context, limit int, take Taker) (taken int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cfg.Clock.Now().Before(b.next) {
		return 0, nil
	}
	c, stop, err := b.connect(ctx)
	if err != nil {
		return 0, b.failed(err)
	}
	defer stop()
	todo, err := b.list(c)
	if err != nil {
		return 0, b.failed(err)
	}
	b.failures, b.next = 0, time.Time{}
	var wrong []error
	for _, uid := range todo {
		if taken+len(wrong) >= limit || ctx.Err() != nil {
			break
		}
		switch err := b.one(ctx, c, uid, take); {
		case err != nil && c.State() == imap.ConnStateLogout: // the connection broke
			return taken, errors.Join(append(wrong, b.failed(err))...)
		case err != nil:
			b.refused[uid]++
			wrong = append(wrong, err)
		default:
			delete(b.refused, uid)
			taken++
		}
	}
	return taken, errors.Join(wrong...)
}

func (b *Mailbox) failed(err error) error {
	wait := min(firstWait<<min(b.failures, 10), longWait)
	b.failures++
	b.next = b.cfg.Clock.Now().Add(wait)
	return fmt.Errorf("%w at %s, next try in %s: %w", ErrUnreachable, b.host, wait, err)
}

// connect signs in. stop says goodbye and closes.
func (b *Mailbox) connect(ctx context.Context) (c *imapclient.Client, stop func(), err error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if b.cfg.TLS != nil {
		conf = b.cfg.TLS.Clone()
	}
	conf.ServerName = b.host
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", b.address)
	if err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	// the client knows no context: closing its connection ends whatever it waits for
	release := context.AfterFunc(ctx, func() { _ = conn.Close() })
	options := &imapclient.Options{TLSConfig: conf}
	if b.direct {
		c = imapclient.New(tls.Client(conn, conf), options)
	} else if c, err = imapclient.NewStartTLS(conn, options); err != nil {
		release()
		_ = conn.Close()
		return nil, nil, fmt.Errorf("STARTTLS: %w", err)
	}
	stop = func() {
		if c.State() != imap.ConnStateLogout {
			_ = c.Logout().Wait()
		}
		release()
		_ = c.Close()
	}
	if err := c.WaitGreeting(); err != nil {
		stop()
		return nil, nil, fmt.Errorf("greeting: %w", err)
	}
	if err := c.Login(b.user, b.secret).Wait(); err != nil {
		stop()
		return nil, nil, fmt.Errorf("sign in: %w", err)
	}
	return c, stop, nil
}

// list is what waits in the folder: the oldest first, what was refused before last.
func (b *Mailbox) list(c *imapclient.Client) ([]imap.UID, error) {
	box, err := c.Select(b.folder, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", b.folder, err)
	}
	if box.UIDValidity != b.validity {
		b.validity, b.refused = box.UIDValidity, map[imap.UID]int{}
	}
	// marked, and then the connection broke: what was taken must not lie here
	if err := c.Expunge().Close(); err != nil {
		return nil, fmt.Errorf("delete marked mails: %w", err)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	todo := found.AllUIDs()
	slices.SortFunc(todo, func(x, y imap.UID) int { return cmp.Or(b.refused[x]-b.refused[y], cmp.Compare(x, y)) })
	return todo, nil
}

func (b *Mailbox) one(ctx context.Context, c *imapclient.Client, uid imap.UID, take Taker) error {
	raw, err := fetch(c, uid)
	if errors.Is(err, ErrNoMail) {
		return move(c, uid, Unreadable)
	}
	if err != nil || raw == nil { // nil: another process was faster
		return err
	}
	err = take(ctx, raw)
	if errors.Is(err, ErrNoMail) {
		return move(c, uid, Unreadable)
	}
	if err := cmp.Or(err, ctx.Err()); err != nil {
		return err
	}
	if b.cfg.Done != "" {
		return move(c, uid, b.cfg.Done)
	}
	return remove(c, uid)
}

// fetch reads a mail without marking it as read. Its size is asked first, and not
// believed.
func fetch(c *imapclient.Client, uid imap.UID) ([]byte, error) {
	set := imap.UIDSetNum(uid)
	sizes, err := c.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("size of mail: %w", err)
	}
	if len(sizes) == 0 {
		return nil, nil
	}
	if sizes[0].RFC822Size > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrNoMail, sizes[0].RFC822Size)
	}
	cmd := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	var raw []byte
	var readErr error
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil || raw != nil {
				continue
			}
			raw, readErr = io.ReadAll(io.LimitReader(body.Literal, MaxBytes+1))
		}
	}
	if err := errors.Join(cmd.Close(), readErr); err != nil {
		return nil, fmt.Errorf("fetch mail: %w", err)
	}
	return raw, nil // Read refuses what is too long
}

// move puts a mail into another folder, which is made when it is missing. Without
// the server's own MOVE (RFC 6851) it is deleted only after the copy was made.
func move(c *imapclient.Client, uid imap.UID, to string) error {
	step := func() error {
		if c.Caps().Has(imap.CapMove) {
			_, err := c.Move(imap.UIDSetNum(uid), to).Wait()
			return err
		}
		_, err := c.Copy(imap.UIDSetNum(uid), to).Wait()
		return err
	}
	err := step()
	if refused := (*imap.Error)(nil); errors.As(err, &refused) && refused.Type == imap.StatusResponseTypeNo {
		if err := c.Create(to, nil).Wait(); err != nil {
			return fmt.Errorf("make folder %s: %w", to, err)
		}
		err = step()
	}
	if err != nil {
		return fmt.Errorf("move mail to %s: %w", to, err)
	}
	if c.Caps().Has(imap.CapMove) {
		return nil
	}
	return remove(c, uid)
}

// remove deletes a mail; where the server can (UIDPLUS, RFC 4315) only this one,
// else all that are marked as deleted.
func remove(c *imapclient.Client, uid imap.UID) error {
	set := imap.UIDSetNum(uid)
	if err := c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		return fmt.Errorf("mark mail: %w", err)
	}
	expunge := c.Expunge
	if c.Caps().Has(imap.CapUIDPlus) {
		expunge = func() *imapclient.ExpungeCommand { return c.UIDExpunge(set) }
	}
	if err := expunge().Close(); err != nil {
		return fmt.Errorf("delete mail: %w", err)
	}
	return nil
}
