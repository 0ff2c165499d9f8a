package moderation_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

func TestFlagDecideAppealRestore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner, notifier, sheet := b.flagged(t)
	if b.reads(t, v) != said {
		t.Fatal("a flag alone hides")
	}
	before := b.Get(t, owner, v.Number)
	puids, err := b.mod.Decide(t.Context(), b.first, hide(sheet))
	must(t, err)
	if got := b.reads(t, v); got != "" {
		t.Errorf("the public still reads %q", got)
	}
	if diff := cmp.Diff([]string{"moderation.statement"}, b.post.kinds()); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
	if body := strings.Join(b.post.list[0].Paragraphs, "\n"); !strings.Contains(body, "Regel 3") || !strings.Contains(body, "Der Satz beleidigt") || strings.Contains(body, "moderation.") {
		t.Errorf("statement: %q", body)
	}
	_, err = b.mod.Decide(t.Context(), b.second, hide(sheet)) // what was judged is no longer there
	want(t, err, fault.Conflict)

	stubs, err := b.mod.Stubs(t.Context(), accounts.Actor{}, text(v).Ref)
	must(t, err)
	if len(stubs) != 1 || stubs[0].RuleNo != 3 || stubs[0].PUID != "" {
		t.Errorf("stubs: %+v", stubs)
	}
	_, err = b.mod.Why(t.Context(), notifier, puids[0])
	want(t, err, fault.NotFound)
	why, err := b.mod.Why(t.Context(), owner, puids[0])
	must(t, err)
	if !why.MayAppeal || !strings.Contains(why.Statement, "Regel 3") {
		t.Errorf("why: %+v", why)
	}
	must(t, b.mod.AppealAsAuthor(t.Context(), owner, puids[0], "Das war ein Zitat.", "de"))
	want(t, b.mod.AppealAsAuthor(t.Context(), owner, puids[0], "Noch einmal.", "de"), fault.Conflict)

	list, err := b.mod.Appeals(t.Context(), b.second)
	must(t, err)
	want(t, b.mod.DecideAppeal(t.Context(), b.first, list[0].ID, moderation.Reversed, "Ein Zitat."), fault.Forbidden)
	want(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, moderation.Reversed, " "), fault.Invalid)
	must(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, moderation.Reversed, "Es war ein Zitat. Wir haben uns geirrt."))
	want(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, moderation.Upheld, "Doch nicht."), fault.Conflict)

	after := b.Get(t, owner, v.Number)
	if after.Text != before.Text || after.TextState != before.TextState || after.Visibility != before.Visibility || !after.CreatedAt.Equal(before.CreatedAt) {
		t.Errorf("not what it was: %+v", after)
	}
	if stubs, err := b.mod.Stubs(t.Context(), accounts.Actor{}, text(v).Ref); err != nil || len(stubs) != 0 {
		t.Errorf("stubs after the restore: %+v, %v", stubs, err)
	}
	if diff := cmp.Diff([]string{"moderation.appeal", "moderation.statement", "moderation.statement"}, b.post.kinds()); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
	if n := b.count(t, `SELECT count(*) FROM decisions d WHERE d.action IN ('hide', 'redact', 'label', 'restrict')
		AND NOT EXISTS (SELECT FROM statement_decisions s WHERE s.decision_id = d.id)`); n != 0 {
		t.Errorf("%d decisions without a statement", n)
	}
}

func TestNoHiddenItemWithoutStatement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.public(t)
	_, sheet := b.flag(t, v)
	_, err := b.mod.Decide(t.Context(), b.first, hide(sheet))
	must(t, err)
	// the same row once more, by hand and without a statement: the commit is refused
	_, err = b.Pool.Exec(t.Context(), `INSERT INTO decisions SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'puid', 'x'))).* FROM decisions d`)
	if err == nil || !strings.Contains(err.Error(), "no statement of reasons") {
		t.Errorf("got %v", err)
	}
	_, err = b.Pool.Exec(t.Context(), `UPDATE decisions SET automated_decision = 'FULLY'`)
	if err == nil {
		t.Error("a program may decide")
	}
}

func TestOneDecisionWins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _, _, sheet := b.flagged(t)
	var wg sync.WaitGroup
	errs := make([]error, 64)
	for i := range errs {
		wg.Go(func() {
			actor := b.first
			if i%2 == 1 {
				actor = b.second
			}
			o := hide(sheet)
			if i%3 == 0 {
				o.Action = moderation.Keep
			}
			_, errs[i] = b.mod.Decide(t.Context(), actor, o)
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable):
			t.Errorf("got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d decisions", won)
	}
	if n := b.count(t, `SELECT count(*) FROM decisions WHERE subject_id = $1`, v.ID); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestEditedMeanwhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _, _, sheet := b.flagged(t)
	must(t, b.Reports.Release(t.Context(), accounts.System, v.Number, reports.Release{TextState: reports.TextReleased, TextPublic: "Etwas anderes steht hier."}))
	_, err := b.mod.Decide(t.Context(), b.first, hide(sheet))
	want(t, err, fault.Conflict)
	if b.reads(t, v) != "Etwas anderes steht hier." {
		t.Error("the newer version was hidden")
	}
}

func TestOneFlagPerPersonAndVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.public(t)
	visitor := accountstest.Visitor(t, b.Pool)
	var wg sync.WaitGroup
	numbers := make([]subject.Number, 64)
	for i := range numbers {
		wg.Go(func() {
			r, err := b.mod.Flag(t.Context(), visitor, notice(text(v), "rule3"), "")
			if err != nil {
				t.Error(err)
			}
			numbers[i] = r.Number
		})
	}
	wg.Wait()
	slices.Sort(numbers)
	if len(slices.Compact(numbers)) != 1 {
		t.Errorf("numbers: %v", slices.Compact(numbers))
	}
	if n := b.count(t, `SELECT count(*) FROM flags`); n != 1 {
		t.Errorf("%d notices", n)
	}
	// another person, and the same one about another version, are notices of their own
	_, err := b.mod.Flag(t.Context(), accountstest.Visitor(t, b.Pool), notice(text(v), "life"), "")
	must(t, err)
	must(t, b.Reports.Release(t.Context(), accounts.System, v.Number, reports.Release{TextState: reports.TextReleased, TextPublic: "Etwas anderes steht hier."}))
	_, err = b.mod.Flag(t.Context(), visitor, notice(text(v), "rule3"), "")
	must(t, err)
	if n := b.count(t, `SELECT count(*) FROM flags`); n != 3 {
		t.Errorf("%d notices", n)
	}
	q, err := b.mod.Queue(t.Context(), b.first, uuid.Nil)
	must(t, err)
	if len(q.Entries) != 1 || q.Entries[0].Harm != moderation.Life || q.Entries[0].Flags != 3 || q.Entries[0].Category != "life" {
		t.Errorf("queue: %+v", q.Entries)
	}
}

func TestFlagRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.public(t)
	held, _ := b.Create(t)
	heldText := subject.PartOf(subject.Ref{Kind: subject.Report, ID: held.Report}, subject.Text, uuid.Nil)
	visitor := accountstest.Visitor(t, b.Pool)
	for _, tt := range []struct {
		name   string
		change func(n *moderation.Notice)
		want   fault.Kind
	}{
		{"short", func(n *moderation.Notice) { n.Explanation = "Zu kurz." }, fault.Invalid},
		{"category of the other ground", func(n *moderation.Notice) { n.Category = "hate" }, fault.Invalid},
		{"no good faith", func(n *moderation.Notice) { n.GoodFaith = false }, fault.Invalid},
		{"no address", func(n *moderation.Notice) { n.Mail = "keine" }, fault.Invalid},
		{"held text", func(n *moderation.Notice) { n.Part = heldText }, fault.NotFound},
		{"nothing", func(n *moderation.Notice) { n.Part.ID = uuid.New() }, fault.NotFound},
	} {
		n := notice(text(v), "rule3")
		tt.change(&n)
		_, err := b.mod.Flag(t.Context(), visitor, n, "")
		if !fault.Is(err, tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
	_, err := b.mod.Flag(t.Context(), accounts.Actor{}, notice(text(v), "rule3"), "")
	want(t, err, fault.Unauthenticated)
}

func TestStateOfANotice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.public(t)
	visitor := accountstest.Visitor(t, b.Pool)
	n := notice(text(v), "rule3")
	n.Mail = accountstest.Address()
	r, err := b.mod.Flag(t.Context(), visitor, n, "0123456789abcdef")
	must(t, err)
	again, err := b.mod.Flag(t.Context(), visitor, n, "0123456789abcdef")
	must(t, err)
	if again != r || r.Code == "" {
		t.Errorf("sent twice: %+v and %+v", r, again)
	}
	if diff := cmp.Diff([]string{"moderation.confirm"}, b.post.kinds()); diff != "" {
		t.Errorf("mails (-want +got):\n%s", diff)
	}
	stranger := accountstest.Visitor(t, b.Pool)
	_, err = b.mod.FlagByNumber(t.Context(), stranger, r.Number)
	want(t, err, fault.NotFound)
	want(t, b.mod.OpenFlag(t.Context(), stranger, r.Number, "2222-2222-2222"), fault.Invalid)
	must(t, b.mod.OpenFlag(t.Context(), stranger, r.Number, r.Code))
	state, err := b.mod.FlagByNumber(t.Context(), stranger, r.Number)
	must(t, err)
	if state.Decision != nil || state.Explanation != n.Explanation {
		t.Errorf("state: %+v", state)
	}
	o := hide(b.sheet(t, v))
	o.Action = moderation.Keep
	_, err = b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	state, err = b.mod.FlagByNumber(t.Context(), visitor, r.Number)
	must(t, err)
	if state.Decision == nil || !state.MayAppeal {
		t.Fatalf("state: %+v", state)
	}
	must(t, b.mod.AppealAsNotifier(t.Context(), visitor, r.Number, "Lesen Sie den zweiten Satz.", "de"))
	list, err := b.mod.Appeals(t.Context(), b.second)
	must(t, err)
	must(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, moderation.Reversed, "Wir entscheiden neu."))
	if q, err := b.mod.Queue(t.Context(), b.first, uuid.Nil); err != nil || len(q.Entries) != 1 {
		t.Errorf("not in the queue again: %v", err)
	}
}

func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	dep := uuid.New()
	author, flagger := uuid.New(), uuid.New()
	content := subject.Content{Department: dep, Author: author}
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		want  string // "": may; "404"; a reason
	}{
		{"nobody", accounts.Actor{}, "404"},
		{"resident", accounts.Actor{Person: uuid.New()}, "404"},
		{"clerk of the department", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{dep}}, "404"},
		{"admin", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Admin}}, "404"},
		{"moderator", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Moderator}}, ""},
		{"moderator of that very department", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Moderator}, Departments: []uuid.UUID{dep}}, "moderation.why.department"},
		{"the author", accounts.Actor{Person: author, Roles: []subject.Role{subject.Moderator}}, "moderation.why.author"},
		{"who has flagged it", accounts.Actor{Person: flagger, Roles: []subject.Role{subject.Moderator}}, "moderation.why.notifier"},
	} {
		err := moderation.MayDecide(tt.actor, moderation.Case{Content: content, Notifiers: []uuid.UUID{flagger}})
		got := ""
		switch {
		case fault.Is(err, fault.NotFound):
			got = "404"
		case err != nil:
			got, _ = fault.As(err).Params["why"].(string)
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRoleTakenAwayBetweenCheckAndWrite(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _, _, sheet := b.flagged(t)
	must(t, db.Transact(t.Context(), b.Pool, func(ctx context.Context, tx pgx.Tx) error {
		return accounts.RevokeRole(ctx, tx, accounts.System, b.first.Person, subject.Moderator)
	}))
	_, err := b.mod.Decide(t.Context(), b.first, hide(sheet)) // the actor still says moderator
	if !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	if b.reads(t, v) != said {
		t.Error("hidden by somebody without the role")
	}
}
