package app

import (
	"bytes"
	"context"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/inbound"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/scan"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/capturepages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/partnerpages"
	"github.com/mitwirk/mitwirk/web/reportpages"
	"github.com/mitwirk/mitwirk/web/talkpages"
)

// talk makes what the dialogue needs: its files with the scanner, and the mails
// that come in.
func (a *App) talk(post *reports.Post) error {
	scanner, err := scan.Open(a.cfg.Settings.ScannerURL)
	if err != nil {
		return fmt.Errorf("MITWIRK_SCANNER_URL: %w", err)
	}
	if a.talkFiles, err = casework.NewFiles(casework.FilesConfig{
		DB: a.cfg.Pool, Store: a.files, Pictures: a.photos, Scanner: scanner, Drawer: a.drawer, Jobs: a.jobs, Logger: a.cfg.Log,
	}); err != nil {
		return err
	}
	a.ideas.UseFiles(a.talkFiles)
	a.reports.UseTalk(reports.Talk{Files: a.talkFiles, Post: post})
	jobs.Periodic(a.jobs, "inbound_forget", 24*time.Hour, func(ctx context.Context) error { return casework.ForgetInbound(ctx, a.cfg.Pool) })
	if a.cfg.Settings.InboundDir != "" {
		jobs.Periodic(a.jobs, "inbound", time.Minute, a.PollMail)
	}
	return a.readMailbox()
}

// talkPages puts the dialogue's doors in place.
func (a *App) talkPages(r *kit.Router) error {
	if err := talkpages.Register(r, talkpages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Files: a.talkFiles,
		Access: map[subject.Kind]talkpages.Access{subject.Report: a.reports.MayTalk},
	}); err != nil {
		return err
	}
	if err := capturepages.Register(r, capturepages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Geo: a.geo, Row: reportpages.Row,
	}); err != nil {
		return err
	}
	return partnerpages.Register(r, partnerpages.Deps{DB: a.cfg.Pool, Reports: a.reports, Photos: a.photos})
}

// replyCode writes the signed part of an address so that no mail program changes
// it: letters of one case.
var replyCode = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// replyTo makes addresses for answers by mail; nil where none arrive.
func (a *App) replyTo() reports.ReplyTo {
	local, host, ok := strings.Cut(a.cfg.Settings.InboundAddress, "@")
	if !ok {
		return nil
	}
	return func(ctx context.Context, tx pgx.Tx, about subject.Ref, _ uuid.UUID) (string, error) {
		sum, err := accounts.ReplySignature(ctx, tx, string(about.Kind), about.ID.String())
		if err != nil {
			return "", err
		}
		return local + "+r" + replyCode.EncodeToString(append(about.ID[:], sum...)) + "@" + host, nil
	}
}

// repliedTo finds the report that one of the addresses was signed for.
func (a *App) repliedTo(ctx context.Context, q db.Queryer, addresses []string) (uuid.UUID, error) {
	local, host, _ := strings.Cut(a.cfg.Settings.InboundAddress, "@")
	for _, address := range addresses {
		box, domain, _ := strings.Cut(strings.ToLower(address), "@")
		code, ok := strings.CutPrefix(box, strings.ToLower(local)+"+r")
		if !ok || !strings.EqualFold(domain, host) {
			continue
		}
		raw, err := replyCode.DecodeString(code)
		if err != nil || len(raw) != 26 {
			continue
		}
		id := uuid.UUID(raw[:16])
		sum, err := accounts.ReplySignature(ctx, q, string(subject.Report), id.String())
		if err != nil {
			return uuid.Nil, err
		}
		if bytes.Equal(sum, raw[16:]) {
			return id, nil
		}
	}
	return uuid.Nil, nil
}

// pollBatch is how many mails one run takes: a job has 30 s.
const pollBatch = 50

// PollMail takes the mails of the folder. It may run twice at the same time.
func (a *App) PollMail(ctx context.Context) error {
	n, err := inbound.Poll(ctx, a.cfg.Settings.InboundDir, pollBatch, a.takeMail)
	if n > 0 {
		a.cfg.Log.InfoContext(ctx, "mails that came in", "n", n)
	}
	return err
}

func (a *App) takeMail(ctx context.Context, raw []byte) error {
	_, host, _ := strings.Cut(a.cfg.Settings.InboundAddress, "@")
	m, err := inbound.Read(raw, host)
	if err != nil {
		return err
	}
	if m.Bounce != nil {
		return a.takeBounce(ctx, m)
	}
	in := reports.IncomingMail{Hash: m.Hash, Machine: m.Machine, From: m.From, Text: m.Text}
	if in.Answer, err = a.repliedTo(ctx, a.cfg.Pool, m.To); err != nil {
		return err
	}
	if in.Answer == uuid.Nil && m.Subject != "" {
		in.Text = strings.TrimSpace(m.Subject + "\n\n" + m.Text)
	}
	in.Machine = in.Machine || in.Text == "" && len(m.Files) == 0
	if in.Machine {
		m.Files = nil
	}
	loc := a.messages.For(i18n.German)
	for i, f := range m.Files {
		if i == casework.MaxFiles {
			in.Text += "\n\n" + loc.T("talk.mail.more")
			break
		}
		n, err := a.talkFiles.Prepare(ctx, f.Name, strings.NewReader(string(f.Data)))
		if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.BadRequest) {
			in.Text += "\n\n" + loc.T("talk.mail.refused", "name", f.Name)
			continue
		}
		if err != nil {
			return err
		}
		in.Files = append(in.Files, n)
	}
	city, err := a.site.City(ctx)
	if err != nil {
		return err
	}
	in.At = city.Centre
	outcome, fresh, err := a.reports.TakeMail(ctx, in)
	if err == nil && fresh {
		a.cfg.Log.InfoContext(ctx, "mail taken", "as", outcome)
	}
	return err
}
