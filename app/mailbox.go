package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mitwirk/mitwirk/internal/inbound"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// readMailbox reads the mailbox on the city's mail server, beside the maildir.
func (a *App) readMailbox() error {
	if a.cfg.Settings.IMAPURL == "" {
		return nil
	}
	box, err := inbound.OpenMailbox(inbound.MailboxConfig{URL: a.cfg.Settings.IMAPURL, Done: a.cfg.Settings.IMAPDone})
	if err != nil {
		return fmt.Errorf("MITWIRK_IMAP_URL: %w", err)
	}
	jobs.Periodic(a.jobs, "inbound_imap", time.Minute, func(ctx context.Context) error { return a.pollMailbox(ctx, box) })
	return nil
}

// pollMailbox takes the mails of the mailbox. A server that can't be reached is
// logged and no failure of the job: the mailbox knows itself when to try again,
// and a job that is repeated at once would not wait for that.
func (a *App) pollMailbox(ctx context.Context, box *inbound.Mailbox) error {
	n, err := box.Poll(ctx, pollBatch, a.takeMail)
	if n > 0 {
		a.cfg.Log.InfoContext(ctx, "mails that came in", "n", n)
	}
	if errors.Is(err, inbound.ErrUnreachable) {
		a.cfg.Log.WarnContext(ctx, "mailbox can't be read", "err", err)
		return nil
	}
	return err
}
