package discusspages_test

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/discusspages"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func has(t *testing.T, a *kittest.Answer, selector string, n int) {
	t.Helper()
	if got := a.WantClean().Doc().Find(selector).Length(); got != n {
		t.Errorf("%d of %s, want %d", got, selector, n)
	}
}

func attr(t *testing.T, a *kittest.Answer, selector, name string) string {
	t.Helper()
	v, ok := a.Doc().Find(selector).First().Attr(name)
	if !ok {
		t.Fatalf("no %s of %s", name, selector)
	}
	return v
}

type bench struct {
	tx         pgx.Tx
	site       *kittest.Site
	s          *discussion.Service
	ref        subject.Ref
	department uuid.UUID
}

func setup(t *testing.T) *bench {
	t.Helper()
	tx := dbtest.Tx(t)
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	bus, err := events.New(events.Config{Jobs: j, DB: tx, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{tx: tx, ref: subject.Ref{Kind: subject.Idea, ID: subject.NewID()}, department: accountstest.Department(t, tx).ID}
	domain := discussion.DomainFunc(func(_ context.Context, _ db.Queryer, actor accounts.Actor, id uuid.UUID) (discussion.Subject, error) {
		if id != b.ref.ID {
			return discussion.Subject{}, fault.Missing("thing")
		}
		s := discussion.Subject{Title: "Trinkbrunnen am Harras", Path: discusspages.Path(b.ref), Public: true, Write: true, InCharge: b.department}
		if actor.Worked(b.department) && !actor.System {
			s.Official, s.Department, s.Role = true, b.department, subject.Caseworker
		}
		return s, nil
	})
	if b.s, err = discussion.New(discussion.Config{DB: tx, Bus: bus, Domains: map[subject.Kind]discussion.Domain{subject.Idea: domain}}); err != nil {
		t.Fatal(err)
	}
	b.site = kittest.New(t, tx, nil)
	p, err := discusspages.New(discusspages.Deps{DB: tx, Discussion: b.s})
	if err != nil {
		t.Fatal(err)
	}
	p.Register(b.site.Router)
	return b
}

// TestJourney: a visitor without an account and without script writes, is
// answered, edits, and finds the comment by its link.
func TestJourney(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at := discusspages.Path(b.ref)
	anna, bert := b.site.Browser(), b.site.Browser()

	page := anna.Get(at)
	has(t, page, "#diskussion .empty", 1)
	key := attr(t, page, `form[action="`+at+`"] input[name=key]`, "value")
	form := url.Values{"key": {key}, "stance": {"pro"}, "text": {"Gute Idee, siehe https://stadt.example/plan."}}
	for range 2 { // sent twice, written once
		if r := anna.Post(at, form); r.Status != 303 || !strings.Contains(r.Header.Get("Location"), "comment=K-") {
			t.Fatalf("%d %s", r.Status, r.Header.Get("Location"))
		}
	}
	page = bert.Get(at)
	has(t, page, "[data-discussion-list] > .cmt", 1)
	has(t, page, `.cmt-text a[href="https://stadt.example/plan"][rel~=ugc]`, 1)
	has(t, page, ".cmt-stance--pro", 1)
	number := attr(t, page, "[data-discussion-list] > .cmt", "data-row")

	if r := bert.Post(at, url.Values{"text": {" "}, "to": {number}}); r.Status != 422 {
		t.Errorf("an empty answer: %d", r.Status)
	} else {
		has(t, r, ".field--err #f-text", 1)
		has(t, r, ".disc-quote", 1)
	}
	if r := bert.Post(at, url.Values{"text": {"<script>alert(1)</script>"}, "to": {number}}); r.Status != 303 {
		t.Fatalf("an answer: %d", r.Status)
	}
	page = anna.Get(at)
	has(t, page, ".cmts--in > .cmt h4", 1)
	has(t, page, ".cmt-text script", 0)
	if r := bert.Post("/comments/"+number+"/helpful", url.Values{"value": {"1"}}); r.Status != 303 {
		t.Errorf("helpful: %d", r.Status)
	}
	page = bert.Get(at)
	has(t, page, `[data-helpful] [aria-pressed=true]`, 1)

	if r := bert.Get("/comments/" + number + "/edit"); r.Status != 403 {
		t.Errorf("edited by another: %d", r.Status)
	}
	page = anna.Get("/comments/" + number + "/edit")
	version := attr(t, page, "input[name=version]", "value")
	if r := anna.Post("/comments/"+number+"/edit", url.Values{"version": {version}, "text": {"Gute Idee."}, "lang": {"de"}}); r.Status != 303 {
		t.Errorf("edit: %d", r.Status)
	}
	has(t, bert.Get("/comments/"+number+"/versions"), ".cmt", 2)
	if r := bert.Get("/comments/" + number); r.Status != 303 || !strings.HasSuffix(r.Header.Get("Location"), "#k-"+strings.ToLower(number)) {
		t.Errorf("link: %d %s", r.Status, r.Header.Get("Location"))
	}
	if r := anna.Post("/comments/"+number+"/remove", nil); r.Status != 303 {
		t.Errorf("remove: %d", r.Status)
	}
	page = bert.Get(at)
	has(t, page, ".cmts--in > .cmt", 1)
	if strings.Contains(page.Body, "Gute Idee") {
		t.Error("the words are still there")
	}
	if r := b.site.Browser().Get(discusspages.Path(subject.Ref{Kind: subject.Idea, ID: subject.NewID()})); r.Status != 404 {
		t.Errorf("a thing that is not there: %d", r.Status)
	}
}

func TestReceiptProvesCountedOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	actor := accountstest.Visitor(t, b.tx)
	o, err := votes.Cast(t.Context(), b.tx, actor, votes.Ballot{Scope: "ideas", Ref: b.ref, Aspect: votes.Support, Value: 1})
	if err != nil || o.Receipt == "" {
		t.Fatalf("%+v, %v", o, err)
	}
	v := b.site.Browser()
	page := v.Post("/votes/receipt", url.Values{"code": {strings.ToLower(o.Receipt)}})
	has(t, page, "[data-proof=counted]", 1)
	if strings.Contains(page.Body, b.ref.ID.String()) || strings.Contains(page.Body, "Trinkbrunnen") {
		t.Error("the receipt says what it was for")
	}
	if r := v.Post("/votes/receipt", url.Values{"code": {"2222-2222-2222-2222-2222"}}); r.Status != 422 {
		t.Errorf("a code that nobody got: %d", r.Status)
	}
}

func TestHoldsAreForModerators(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hold := subject.NewID()
	if _, err := b.tx.Exec(t.Context(), `
INSERT INTO vote_holds (id, scope, subject_kind, subject_id, aspect, pattern, from_at, to_at)
VALUES ($1, 'ideas', 'idea', $2, 'support', 'clockwork', mitwirk_now(), mitwirk_now())`, hold, b.ref.ID); err != nil {
		t.Fatal(err)
	}
	if r := b.site.As(accountstest.Admin(t, b.tx)).Get("/desk/votes"); r.Status != 404 {
		t.Errorf("an admin: %d", r.Status)
	}
	m := b.site.As(accountstest.Staff(t, b.tx, subject.Moderator))
	has(t, m.Get("/desk/votes"), "#holds .item", 1)
	at := "/desk/votes/" + hold.String()
	if r := m.Post(at, url.Values{"release": {"yes"}, "seen": {"0"}}); r.Status != 422 {
		t.Errorf("without reasons: %d", r.Status)
	}
	if r := m.Post(at, url.Values{"release": {"yes"}, "seen": {"3"}, "reason": {"Das war eine Schulklasse."}}); r.Status != 409 {
		t.Errorf("has changed since: %d", r.Status)
	}
	for _, want := range []int{303, 409} {
		if r := m.Post(at, url.Values{"release": {"yes"}, "seen": {"0"}, "reason": {"Das war eine Schulklasse."}}); r.Status != want {
			t.Errorf("decided: %d, want %d", r.Status, want)
		}
	}
}
