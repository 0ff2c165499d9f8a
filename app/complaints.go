package app

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/demo/letters"
	"github.com/mitwirk/mitwirk/internal/scan"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/complaintpages"
	"github.com/mitwirk/mitwirk/web/kit"
)

// complain makes the private door.
func (a *App) complain(ctx context.Context) error {
	scanner, err := scan.Open(a.cfg.Settings.ScannerURL)
	if err != nil {
		return err
	}
	a.complaints, err = complaints.New(ctx, complaints.Config{
		DB: a.cfg.Pool, Accounts: a.accounts, Days: a.categories, Forms: a.drafts, Store: a.files, Pictures: a.photos, Scanner: scanner, Drawer: a.drawer, Jobs: a.jobs,
		Outbox: a.outbox, Messages: a.messages, BaseURL: strings.TrimSuffix(a.cfg.Settings.Base(), "/"), KeyDir: a.cfg.Settings.ReceiptKeys, Zone: a.zone, Log: a.cfg.Log,
	})
	return err
}

// Complaints is for commands that measure the private door.
func (a *App) Complaints() *complaints.Service { return a.complaints }

func (a *App) complaintPages(r *kit.Router) error {
	return complaintpages.Register(r, complaintpages.Deps{DB: a.cfg.Pool, Complaints: a.complaints, Drafts: a.drafts, Reports: a.reports, Ideas: a.ideas})
}

// draftThings is what hangs on a draft: photos of a report, files of a complaint.
type draftThings struct{ a *App }

func (d draftThings) DeleteForDraft(ctx context.Context, tx pgx.Tx, draft uuid.UUID) error {
	if err := d.a.photos.DeleteForDraft(ctx, tx, draft); err != nil {
		return err
	}
	return d.a.complaints.DeleteForDraft(ctx, tx, draft)
}

func (d draftThings) GiveForDraft(ctx context.Context, tx pgx.Tx, draft, person uuid.UUID) error {
	if err := d.a.photos.GiveForDraft(ctx, tx, draft, person); err != nil {
		return err
	}
	return d.a.complaints.GiveForDraft(ctx, tx, draft, person)
}

// describers introduce what links in mails are about.
func (a *App) describers() map[subject.Kind]subject.Describer {
	return map[subject.Kind]subject.Describer{subject.Report: a.reports, subject.Complaint: a.complaints, subject.Call: a.contests}
}

func (a *App) demoComplaints(ctx context.Context) error {
	return letters.Fill(ctx, a.cfg.Pool, a.complaints)
}
