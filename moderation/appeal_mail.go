package moderation

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// tellAppeal tells whoever appealed what came of it, in the same transaction.
func (s *Service) tellAppeal(ctx context.Context, tx pgx.Tx, h Hearing, outcome Outcome, reasons string) error {
	person, contact, url := h.Content.Author, h.Content.Contact, "/moderation/decisions/"+h.Of.PUID
	about := h.Of.Part.Ref
	if h.By == ByNotifier {
		about = subject.Ref{Kind: KindFlag, ID: h.flag}
		flags, err := flagsOfDecision(ctx, tx, h.Of.ID)
		if err != nil {
			return err
		}
		for _, f := range flags {
			if f.ID == h.flag {
				person, contact, url = uuid.Nil, f.contact, "/flag/"+f.Number.Format(PrefixFlag)
			}
		}
	}
	to, known, err := reach(ctx, tx, person, contact)
	if err != nil || !known {
		return err
	}
	loc := s.messages.For(h.lang)
	return s.out.Queue(ctx, tx, mail.Message{
		ToContact: to, Kind: "moderation.appeal", About: about, Lang: h.lang,
		Subject: loc.T("mail.mod.appeal.subject"), Lead: loc.T("moderation.outcome.says." + string(outcome)), Paragraphs: []string{reasons, loc.T("moderation.says.elsewhere")},
		Button: mail.Button{Label: loc.T("mail.mod.statement.button"), URL: s.base + url}, Reason: loc.T("mail.mod.appeal.reason"),
	})
}
