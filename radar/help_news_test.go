package radar_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestHelpersHear: who takes part in what a measure asks for gets what the city
// writes to them, and what came of it; nobody else reads the messages.
func TestHelpersHear(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 2)
	one, two, helper, stranger := person(t, tx, subject.Editor), person(t, tx, subject.Editor), person(t, tx, ""), person(t, tx, "")
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m, other := st.Items[0].Measure, st.Items[1].Measure
	h := radar.Help{ID: uuid.New(), Kind: "testers", Wanted: i18n.Text{"de": "Wer testet?"}, Until: "2020-01-01"}
	if err := s.AskHelp(ctx, one, m.ID, h); !fault.Is(err, fault.Invalid) {
		t.Errorf("asks until a day that is over: %v", err)
	}
	h.Until, h.Wanted = "2099-01-01", i18n.Text{"de": strings.Repeat("a", 1001)}
	if err := s.AskHelp(ctx, one, m.ID, h); !fault.Is(err, fault.Invalid) {
		t.Errorf("a text of any length: %v", err)
	}
	h.Wanted = i18n.Text{"de": "Wer testet?"}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(s.AskHelp(ctx, one, m.ID, h))
	ok(s.ApproveHelp(ctx, two, m.ID, h.ID))
	hello, key := i18n.Text{"de": "Am 3. März um 16 Uhr geht es los."}, uuid.New()
	if err := s.WriteHelpers(ctx, one, m.ID, h.ID, key, hello); !fault.Is(err, fault.Conflict) {
		t.Errorf("written to nobody: %v", err)
	}
	ok(s.OfferHelp(ctx, helper, m.Number, h.ID, true))
	if err := s.WriteHelpers(ctx, helper, m.ID, h.ID, key, hello); err == nil {
		t.Error("written by somebody else")
	}
	if err := s.WriteHelpers(ctx, one, other.ID, h.ID, key, hello); !fault.Is(err, fault.NotFound) {
		t.Errorf("written as another measure: %v", err)
	}
	if err := s.WriteHelpers(ctx, one, m.ID, h.ID, key, i18n.Text{"en": "Hello"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing for those who read German: %v", err)
	}
	ok(s.WriteHelpers(ctx, one, m.ID, h.ID, key, hello))
	ok(s.WriteHelpers(ctx, one, m.ID, h.ID, key, hello)) // pressed twice
	ref := subject.Ref{Kind: radar.HelpKind, ID: h.ID}
	if got := eventstest.Types(ctx, t, tx, ref); !slices.Equal(got, []string{"measure.help_news"}) {
		t.Errorf("told as %v", got)
	}
	for name, tt := range map[string]struct {
		who  accounts.Actor
		want int
	}{"who takes part": {helper, 1}, "somebody": {stranger, 0}, "nobody": {accounts.Actor{}, 0}} {
		list, err := s.HelpOf(ctx, tt.who, m.ID)
		if err != nil || len(list) != 1 || len(list[0].Messages) != tt.want {
			t.Errorf("%s reads %+v, %v", name, list, err)
		}
		cards, err := s.HelpCards(ctx, tx, tt.who.Viewer(), "de", []uuid.UUID{h.ID})
		if err != nil || len(cards) != tt.want {
			t.Errorf("%s: %d cards, %v", name, len(cards), err)
		}
	}
	waits, err := s.HelpWaits(ctx, two, p)
	if err != nil || len(waits) != 0 {
		t.Errorf("%+v wait, %v", waits, err)
	}
	ok(s.SetOutcome(ctx, one, h.ID, i18n.Text{"de": "Zehn haben getestet."}))
	if waits, err = s.HelpWaits(ctx, two, p); err != nil || len(waits) != 1 || !waits[0].Outcome || waits[0].Measure != m.ID {
		t.Errorf("%+v wait, %v", waits, err)
	}
	ok(s.ApproveHelp(ctx, two, m.ID, h.ID))
	if got := eventstest.Types(ctx, t, tx, ref); len(got) != 2 {
		t.Errorf("what came of it is not told: %v", got)
	}
	people, err := s.HelpPeople(ctx, tx, h.ID)
	if err != nil || !slices.Equal(people, []uuid.UUID{helper.Person}) {
		t.Errorf("told are %v, %v", people, err)
	}
	ok(s.OfferHelp(ctx, helper, m.Number, h.ID, false)) // no longer: reads nothing any more
	if list, err := s.HelpOf(ctx, helper, m.ID); err != nil || len(list[0].Messages) != 0 {
		t.Errorf("still reads %+v, %v", list, err)
	}
}

// TestNewQuestionHasNoOldVotes: a question that is taken out leaves its votes under
// its key; another one that comes later must not get them.
func TestNewQuestionHasNoOldVotes(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 1)
	editor := person(t, tx, subject.Editor)
	words := func(text string) radar.Question {
		w := i18n.Text{"de": text}
		return radar.Question{Text: w, Low: i18n.Text{"de": "gar nicht"}, High: i18n.Text{"de": "sehr"}}
	}
	edit := func(list ...radar.Question) *radar.Programme {
		t.Helper()
		now, err := s.Programme(ctx, editor, p.Slug)
		if err != nil {
			t.Fatal(err)
		}
		now.Questions = append(now.Questions[:2:2], list...)
		if err := s.EditProgramme(ctx, editor, now, now.Version); err != nil {
			t.Fatal(err)
		}
		if now, err = s.Programme(ctx, editor, p.Slug); err != nil {
			t.Fatal(err)
		}
		return now
	}
	first := edit(words("Kennen Sie es?")).Questions[2].Key
	edit()
	if again := edit(words("Hilft es Ihnen?")).Questions[2].Key; again == first || again == "" {
		t.Errorf("another question has the votes of %q", first)
	}
}
