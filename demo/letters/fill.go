package letters

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// count is how many there are, one every few days.
const count = 80

const (
	sqlHas    = `SELECT EXISTS (SELECT FROM complaints)`
	sqlSetNow = `SELECT set_config('mitwirk.now', $1, true)`
)

// Fill writes them, each in a transaction that lives in its own time; where
// there are some it does nothing.
func Fill(ctx context.Context, d db.DB, s *complaints.Service) error {
	has, err := db.Exists(ctx, d, sqlHas)
	if err != nil || has {
		return err
	}
	now, err := db.Now(ctx, d)
	if err != nil {
		return err
	}
	stories := stories()
	for i := range count {
		st := stories[i%len(stories)]
		began := now.AddDate(0, 0, -(count-i)*3).Truncate(time.Hour).Add(time.Duration(17*i%53) * time.Minute)
		if err := db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
			return tell(ctx, tx, s.Within(tx), st, i, began, now)
		}); err != nil {
			return fmt.Errorf("demo complaint %d: %w", i, err)
		}
	}
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error { return learn(ctx, s.Within(tx)) })
}

// tell lets one story happen: it stops where it would be later than now.
func tell(ctx context.Context, tx pgx.Tx, s *complaints.Service, st story, i int, began, now time.Time) error {
	at := began
	later := func(days int) (bool, error) {
		next := at.AddDate(0, 0, days)
		if next.After(now) {
			return false, nil
		}
		at = next
		_, err := tx.Exec(ctx, sqlSetNow, at.Format(time.RFC3339))
		return true, err
	}
	if _, err := later(0); err != nil {
		return err
	}
	person, err := accounts.NewPerson(ctx, tx, accounts.L0, "de")
	if err != nil {
		return err
	}
	owner := accounts.Actor{Person: person}
	text := st.text
	if round := i / 40; round > 0 && st.again != "" {
		text = st.again
	}
	sub := complaints.Submission{
		Text: text, Kind: st.kind, Topic: st.topic, Wanted: st.wanted, Lang: i18n.German, NameKind: complaints.Anonymous, Contact: complaints.ByCode, CodeRead: true,
		Person: st.person, Notice: st.notice, NoticeRead: st.notice, Place: st.place,
	}
	if i%4 == 1 {
		sub.NameKind, sub.Name = complaints.Pseudonym, []string{"Isarkiesel", "Frühaufsteherin", "Radlfahrer 12", "Giesinger Kind", "Lesemaus"}[i/4%5]
	}
	if i%7 == 3 {
		sub.Help = []string{complaints.HelpEasy}
	}
	sent, err := s.Submit(ctx, owner, sub)
	if err != nil {
		return err
	}
	for _, e := range st.events(i) {
		ok, err := later(e.after)
		if err != nil || !ok {
			return err
		}
		if err := happen(ctx, s, owner, sent, e); err != nil {
			return fmt.Errorf("%s: %w", e.what, err)
		}
	}
	return nil
}

func happen(ctx context.Context, s *complaints.Service, owner accounts.Actor, sent complaints.Sent, e event) error {
	city := accounts.System
	switch e.what {
	case "ask":
		return s.Ask(ctx, city, sent.Number, e.text, 10)
	case "answer":
		return s.Answer(ctx, owner, sent.Number, e.text, nil)
	case "interim":
		return s.GiveInterim(ctx, city, sent.Number, e.text, 10)
	case "reply":
		released, err := s.Reply(ctx, city, sent.Number, complaints.Reply{Text: e.text, Outcome: e.outcome, ForwardTo: e.to})
		if err != nil || released || e.to == "wait" {
			return err
		}
		v, err := s.Get(ctx, city, sent.Number)
		if err != nil {
			return err
		}
		return s.Release(ctx, city, sent.Number, waiting(v))
	case "happy":
		return s.Rate(ctx, owner, sent.Number, complaints.Opinion{Value: 3, Text: e.text})
	case "unhappy":
		return s.Rate(ctx, owner, sent.Number, complaints.Opinion{Value: 1, Text: e.text})
	case "second":
		return s.AskSecond(ctx, owner, sent.Number, e.text)
	case "reopen":
		return s.Reopen(ctx, owner, sent.Number, e.text)
	}
	return errors.New("no such event")
}

func waiting(v *complaints.View) uuid.UUID {
	for _, a := range v.Answers {
		if a.State == "waiting" {
			return a.ID
		}
	}
	return uuid.Nil
}

func learn(ctx context.Context, s *complaints.Service) error {
	for _, l := range []struct{ department, topic, de, en string }{
		{"dir", "waiting", "Wer einen Termin hat, wird jetzt zuerst aufgerufen. Die Anzeige sagt, wie lange es noch dauert.", "People with an appointment are now called first. The display says how long it will take."},
		{"dir", "letters", "Der Brief zu den Gebühren ist jetzt eine Seite lang. Auf der Rückseite steht ein Beispiel.", "The letter about fees is now one page long. An example is on its back."},
		{"rit", "online", "Das Formular für den Anwohnerparkausweis merkt sich Ihre Eingaben, auch wenn Sie zurückgehen.", "The form for the resident's parking permit keeps what you entered, also when you go back."},
	} {
		id, err := s.WriteLearning(ctx, accounts.System, l.department, l.topic, i18n.Text{i18n.German: l.de, i18n.English: l.en})
		if err != nil {
			return err
		}
		if err := s.PublishLearning(ctx, accounts.System, id, true); err != nil {
			return err
		}
	}
	return nil
}

// story is what somebody wrote and what became of it.
type story struct {
	kind                              complaints.Kind
	topic, text, again, wanted, place string
	person, notice                    bool
	course                            string // "helped", "explained", …
	reply                             string
}

type event struct {
	what    string
	after   int // days since the one before
	text    string
	outcome complaints.Outcome
	to      string
}

// events are the course of a story; the younger ones are cut by the present day.
func (s story) events(i int) []event {
	quick := 1 + i%5
	reply := event{what: "reply", after: quick + 3, text: s.reply}
	switch s.course {
	case "helped":
		reply.outcome = complaints.Helped
		return []event{reply, {what: "happy", after: 2, text: "Danke, das ging schnell."}}
	case "explained":
		reply.outcome = complaints.Explained
		return []event{reply}
	case "asked":
		reply.outcome = complaints.Helped
		return []event{
			{what: "ask", after: quick, text: "Danke für Ihre Nachricht. Bitte schreiben Sie uns noch: An welchem Tag war das?"},
			{what: "answer", after: 2, text: "Das war am Dienstag, kurz nach neun Uhr."},
			reply,
		}
	case "interim":
		reply.outcome, reply.after = complaints.NotHelped, 9
		return []event{{what: "interim", after: 4, text: "Eine andere Stelle muss noch Akten heraussuchen."}, reply, {what: "unhappy", after: 3, text: "Das hätte ich mir anders gewünscht."}}
	case "second":
		reply.outcome = complaints.NotHelped
		return []event{
			reply,
			{what: "second", after: 5, text: "Ich habe zwei verschiedene Antworten bekommen. Bitte prüfen Sie das noch einmal."},
			{what: "reply", after: 9, text: "Sie haben recht. Die zweite Auskunft war falsch. Es gilt die niedrigere Gebühr, den Rest bekommen Sie zurück.", outcome: complaints.Helped},
		}
	case "forwarded":
		reply.outcome, reply.to = complaints.Forwarded, "Deutsche Bahn"
		return []event{reply}
	case "reopened":
		reply.outcome = complaints.Helped
		return []event{reply, {what: "reopen", after: 6, text: strings.TrimSpace("Es ist leider wieder wie vorher.")}}
	}
	reply.outcome, reply.to = complaints.Explained, "wait"
	return []event{reply}
}
