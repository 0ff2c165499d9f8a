package complaints

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/paper"
	"github.com/mitwirk/mitwirk/subject"
)

// Letter writes the last answer that was given as a letter: the address where
// the window of the envelope is, number and a fresh access code, with which the
// person can answer. The code before it opens nothing any more. Reading the
// address is written down for the person. All of it happens, or nothing: a letter
// that could not be written leaves the old code as it was.
func (s *Service) Letter(ctx context.Context, actor accounts.Actor, n subject.Number, w io.Writer) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error { return s.Within(tx).letter(ctx, actor, n, w) })
}

func (s *Service) letter(ctx context.Context, actor accounts.Actor, n subject.Number, w io.Writer) error {
	v, err := s.Get(ctx, actor, n)
	if err != nil {
		return err
	}
	var last *Answer
	for i := range v.Answers {
		if v.Answers[i].State == "released" {
			last = &v.Answers[i]
		}
	}
	if last == nil || v.ContactBy != ByLetter {
		return fault.New(fault.Conflict, "complaint.err.no_letter")
	}
	loc := s.cfg.Messages.For(v.Lang)
	d, err := s.Contact(ctx, actor, n, loc.T("complaint.letter.reason"))
	if err != nil {
		return err
	}
	var code string
	err = s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if err := accounts.DeleteReceipt(ctx, tx, c.Ref()); err != nil {
			return err
		}
		code, err = accounts.CreateReceipt(ctx, tx, c.Ref())
		return err
	})
	if err != nil {
		return err
	}
	number := v.Number.Format(subject.PrefixComplaint)
	return paper.Write(w, &paper.Doc{
		Title: loc.T("complaint.letter.title", "number", number), Lang: v.Lang, Foot: number, At: last.At,
		Window: strings.TrimSpace(d.Name + "\n" + d.Postal), Sender: v.Team.In(v.Lang),
		Parts: []paper.Part{
			{Texts: []string{loc.T("complaint.letter.lead", "date", loc.Day(v.CreatedAt))}},
			{Texts: strings.Split(last.Text, "\n\n")},
			{
				Heading: loc.T("complaint.letter.next"),
				Texts:   []string{loc.T("complaint.letter.back", "url", s.cfg.BaseURL+"/cases/open")},
				Facts:   []paper.Fact{{Name: loc.T("ui.receipt.number"), Value: number}, {Name: loc.T("ui.receipt.code"), Value: code}},
			},
		},
	})
}
