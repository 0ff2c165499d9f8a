package ideas_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// What moderation hides leaves open pages at once: whoever had it on the screen
// is told, nobody else, and nothing of what it was.
func TestHiddenLeavesOpenPages(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	sent, _ := c.Create(t)
	part := subject.PartOf(subject.Ref{Kind: subject.Idea, ID: sent.Idea}, subject.Whole, uuid.Nil)
	if err := db.Transact(t.Context(), c.Pool, func(ctx context.Context, tx pgx.Tx) error { return c.Ideas.Moderated().Hide(ctx, tx, part) }); err != nil {
		t.Fatal(err)
	}
	heard := func(viewer accounts.Actor, public bool) string {
		t.Helper()
		body, err := json.Marshal(ideas.Hidden{Idea: sent.Idea, Part: subject.Whole, On: true, Public: public})
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.Ideas.Live(t.Context(), viewer.Viewer(), events.Envelope{Type: ideas.Hidden{}.EventType(), Ref: part.Ref, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return ""
		}
		raw, err := json.Marshal(list[0].Data)
		if err != nil {
			t.Fatal(err)
		}
		return list[0].Topic + " " + list[0].Type + " " + string(raw)
	}
	number := sent.Number.Format(subject.PrefixIdea)
	want := "idea:" + number + ` idea.hidden {"number":"` + number + `","part":"whole","on":true}`
	for name, viewer := range map[string]accounts.Actor{"nobody": {}, "a visitor": accountstest.Visitor(t, c.Pool)} {
		if got := heard(viewer, true); got != want {
			t.Errorf("%s hears %q, want %q", name, got, want)
		}
		if got := heard(viewer, false); got != "" {
			t.Errorf("%s hears of what was never public: %q", name, got)
		}
	}
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-20, 5)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	for _, sql := range []string{"UPDATE calls SET audience = 'staff' WHERE id = $1", "UPDATE ideas SET call_id = $1"} {
		if _, err := c.Pool.Exec(t.Context(), sql, call.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got := heard(accounts.Actor{}, true); got != "" {
		t.Errorf("a stranger hears of the staff's idea: %q", got)
	}
	if heard(accountstest.Staff(t, c.Pool, subject.Admin), true) == "" {
		t.Error("the staff do not hear of theirs")
	}
}

// A name beside an idea is looked at as its words are.
func TestNameIsLookedAt(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	sent, author := c.Create(t)
	c.Ideas.SetGate(holding{})
	topic := c.Idea(t, author, sent.Number).Topic
	if err := c.Ideas.SetDetails(t.Context(), author, sent.Number, ideas.Details{Topic: topic, Name: "0151 2345678"}); !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Name != "name" {
		t.Errorf("a phone number as a name: %v", err)
	}
	if err := c.Ideas.SetDetails(t.Context(), author, sent.Number, ideas.Details{Topic: topic, Name: "Anna"}); err != nil {
		t.Error(err)
	}
}
