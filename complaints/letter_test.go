package complaints_test

import (
	"bytes"
	"testing"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/complaints/complaintstest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// TestLettersForWhoHasOnlyALetterBox: who is reached by letter only gets a question
// and an interim answer on paper, not only the answer: the clock stands for a
// question that nobody would ever read.
func TestLettersForWhoHasOnlyALetterBox(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t, func(s *complaints.Submission) {
		s.NameKind, s.Name, s.Contact, s.Postal = complaints.Named, "Ida Muster", complaints.ByLetter, "Weg 1\n80331 München"
	})
	clerk := c.Clerk(t, "dir")
	letter := func() error {
		var pdf bytes.Buffer
		err := s.Letter(ctx, clerk, sent.Number, &pdf)
		if err == nil && !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) {
			t.Error("the letter is no PDF")
		}
		return err
	}
	says := func(what, text string) {
		t.Helper()
		v, err := s.Get(ctx, clerk, sent.Number)
		must(t, err)
		if say := v.Saying(); say.What != what || say.Text != text || what != "answer" && say.Until == nil {
			t.Errorf("the letter says %+v", say)
		}
		must(t, letter())
	}
	if err := letter(); !fault.Is(err, fault.Conflict) {
		t.Errorf("a letter that says nothing: %v", err)
	}
	must(t, s.Ask(ctx, clerk, sent.Number, "Welche Urkunde war es?", 5))
	says("question", "Welche Urkunde war es?")
	must(t, s.GiveInterim(ctx, clerk, sent.Number, "Wir warten auf das Archiv.", 5))
	says("interim", "Wir warten auf das Archiv.")
	_, err := s.Reply(ctx, clerk, sent.Number, complaints.Reply{Text: "Es war die Geburtsurkunde.", Outcome: complaints.Explained})
	must(t, err)
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	says("answer", "Es war die Geburtsurkunde.")
	if len(v.Reads) != 2 {
		t.Errorf("the person sees %d readings of the address", len(v.Reads))
	}
}
