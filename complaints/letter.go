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

// Letter writes what the city said last as a letter: its answer, its question, or
// why it takes longer. The address stands
// where the window of the envelope is, with number and a fresh access code, with which the
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
	say := v.Saying()
	if say.What == "" || v.ContactBy != ByLetter {
		return fault.New(fault.Conflict, "complaint.err.no_letter")
	}
	loc := s.cfg.Messages.For(v.Lang)
	d, err := s.Contact(ctx, actor, n, loc.T("complaint.letter.reason."+say.What))
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
	until := ""
	if say.Until != nil {
		until = loc.Day(*say.Until)
	}
	return paper.Write(w, &paper.Doc{
		Title: loc.T("complaint.letter.title."+say.What, "number", number), Lang: v.Lang, Foot: number, At: say.At,
		Window: strings.TrimSpace(d.Name + "\n" + d.Postal), Sender: v.Team.In(v.Lang),
		Parts: []paper.Part{
			{Texts: []string{loc.T("complaint.letter.lead."+say.What, "date", loc.Day(v.CreatedAt), "until", until)}},
			{Texts: strings.Split(say.Text, "\n\n")},
			{
				Heading: loc.T("complaint.letter.next"),
				Texts:   []string{loc.T("complaint.letter.back."+say.What, "url", s.cfg.BaseURL+"/cases/open")},
				Facts:   []paper.Fact{{Name: loc.T("ui.receipt.number"), Value: number}, {Name: loc.T("ui.receipt.code"), Value: code}},
			},
		},
	})
}

// Saying is what the city said last to the person: what a letter says.
type Saying struct {
	What  string // answer, question, interim; "": nothing yet
	Text  string
	Until *time.Time // by when the person answers, or the city does
	At    time.Time
}

// Saying is what the city said last: whoever is reached by letter only has to get
// a question on paper, too, since the clock stands for it.
func (v *View) Saying() Saying {
	switch {
	case v.Status == Asking && v.Asked != "":
		return Saying{"question", v.Asked, v.AnswerAsk, v.StatusAt}
	case v.Reason != "" && v.Status.IsOpen():
		return Saying{"interim", v.Reason, v.Due, v.StatusAt}
	}
	for i := len(v.Answers) - 1; i >= 0; i-- {
		if a := &v.Answers[i]; a.State == "released" {
			return Saying{"answer", a.Text, nil, a.At}
		}
	}
	return Saying{}
}
