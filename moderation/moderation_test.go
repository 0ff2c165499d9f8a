package moderation_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

const said = "Hier steht ein Satz, der andere beleidigt."

// post keeps what would be sent.
type post struct {
	mu   sync.Mutex
	list []mail.Message
}

func (p *post) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, m)
	return nil
}

func (p *post) kinds() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, m := range p.list {
		out = append(out, m.Kind)
	}
	slices.Sort(out)
	return out
}

type bundle struct {
	*reportstest.City
	mod    *moderation.Service
	post   *post
	first  accounts.Actor
	second accounts.Actor
}

type photos struct{ c *reportstest.City }

func (p photos) Photo(ctx context.Context, id uuid.UUID) ([]byte, error) {
	a, err := p.c.Photos.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return p.c.Photos.Bytes(ctx, a, false)
}

func setup(t testing.TB) *bundle {
	t.Helper()
	b := &bundle{City: reportstest.New(t), post: &post{}}
	messages, err := i18n.Load(i18n.Config{Zone: time.UTC})
	must(t, err)
	b.mod, err = moderation.New(moderation.Config{
		DB: b.Pool, Accounts: b.Accounts, Targets: map[subject.Kind]moderation.Target{subject.Report: b.Reports.Moderated()}, Outbox: b.post, Messages: messages,
		BaseURL: "https://mitwirk.example", Calendar: b.Categories, Files: b.Files, Photos: photos{b.City},
	})
	must(t, err)
	b.first = accountstest.Staff(t, b.Pool, subject.Moderator)
	b.second = accountstest.Staff(t, b.Pool, subject.Moderator)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want %s", err, kind)
	}
}

// public is a report whose text and photo everybody reads, and its author, who can be written to.
func (b *bundle) public(t testing.TB) (*reports.View, accounts.Actor) {
	t.Helper()
	owner := accountstest.Resident(t, b.Pool)
	return b.by(t, owner), owner
}

func (b *bundle) by(t testing.TB, owner accounts.Actor) *reports.View {
	t.Helper()
	sub := reportstest.Submission()
	sub.Text, sub.Draft = said, b.Draft(t, owner)
	var buf bytes.Buffer
	must(t, jpeg.Encode(&buf, image.NewGray(image.Rect(0, 0, 64, 64)), nil))
	_, err := b.Photos.Upload(t.Context(), owner, sub.Draft, &buf, "Eine Laterne")
	must(t, err)
	r, err := b.Reports.Submit(t.Context(), owner, sub)
	must(t, err)
	v := b.Get(t, accounts.System, r.Number)
	release := reports.Release{TextState: reports.TextReleased, Photos: map[uuid.UUID]bool{}}
	for _, p := range v.Photos {
		release.Photos[p.ID] = true
	}
	must(t, b.Reports.Release(t.Context(), accounts.System, r.Number, release))
	return b.Get(t, accounts.System, r.Number)
}

func text(v *reports.View) subject.Part {
	return subject.PartOf(subject.Ref{Kind: subject.Report, ID: v.ID}, subject.Text, uuid.Nil)
}

func notice(p subject.Part, category string) moderation.Notice {
	n := moderation.Notice{
		Part: p, URL: "/reports/x", Ground: moderation.GroundRule, Category: category, Explanation: "Der Satz beleidigt eine bestimmte Person.", GoodFaith: true, Lang: "de",
	}
	if !strings.HasPrefix(category, "rule") {
		n.Ground = moderation.GroundIllegal
	}
	return n
}

// flagged is a public report with a notice about its text, and the item.
func (b *bundle) flagged(t testing.TB) (*reports.View, accounts.Actor, accounts.Actor, *moderation.Sheet) {
	t.Helper()
	v, owner := b.public(t)
	notifier, sheet := b.flag(t, v)
	return v, owner, notifier, sheet
}

func (b *bundle) flag(t testing.TB, v *reports.View) (accounts.Actor, *moderation.Sheet) {
	t.Helper()
	notifier := accountstest.Visitor(t, b.Pool)
	_, err := b.mod.Flag(t.Context(), notifier, notice(text(v), "rule3"), "")
	must(t, err)
	return notifier, b.sheet(t, v)
}

func (b *bundle) sheet(t testing.TB, v *reports.View) *moderation.Sheet {
	t.Helper()
	id, err := b.mod.ItemFor(t.Context(), b.first, v.Number, subject.Text, uuid.Nil)
	must(t, err)
	s, err := b.mod.Sheet(t.Context(), b.first, id)
	must(t, err)
	return s
}

func hide(s *moderation.Sheet) moderation.Order {
	return moderation.Order{
		Picks:  []moderation.Pick{{Item: s.Item, N: s.N, Hash: s.Content.Hash}},
		Action: moderation.Hide, Ground: moderation.GroundRule, RuleNo: 3, Explanation: "Der Satz beleidigt eine Person. Kritik an der Stadt ist erlaubt.",
	}
}

func (b *bundle) reads(t testing.TB, v *reports.View) string {
	t.Helper()
	return b.Get(t, accounts.Actor{}, v.Number).Text
}

func (b *bundle) count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	must(t, b.Pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

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
	q, err := b.mod.Queue(t.Context(), b.first)
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
	if q, err := b.mod.Queue(t.Context(), b.first); err != nil || len(q.Entries) != 1 {
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

func TestOneStatementPerAuthor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := accountstest.Resident(t, b.Pool)
	other, _ := b.public(t)
	var o moderation.Order
	for _, v := range []*reports.View{b.by(t, owner), b.by(t, owner), other} {
		s := b.sheet(t, v)
		picks := o.Picks
		o = hide(s)
		o.Picks = append(picks, o.Picks...)
	}
	o.Key = "0123456789abcdef0"
	first, err := b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	again, err := b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	if diff := cmp.Diff(first, again); diff != "" || len(first) != 3 {
		t.Errorf("sent twice (-first +again):\n%s", diff)
	}
	if n := b.count(t, `SELECT count(*) FROM statements`); n != 2 {
		t.Errorf("%d statements, want one per author", n)
	}
	if len(b.post.kinds()) != 2 {
		t.Errorf("mails: %v", b.post.kinds())
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	pick := []moderation.Pick{{Item: uuid.New()}}
	for _, tt := range []struct {
		name  string
		o     moderation.Order
		field string
	}{
		{"keep without reasons", moderation.Order{Picks: pick, Action: moderation.Keep}, "explanation"},
		{"hide without reasons", moderation.Order{Picks: pick, Action: moderation.Hide, Ground: "rule", RuleNo: 3}, "explanation"},
		{"no ground", moderation.Order{Picks: pick, Action: moderation.Hide, Explanation: "x"}, "ground"},
		{"no such rule", moderation.Order{Picks: pick, Action: moderation.Hide, Ground: "rule", RuleNo: 6, Explanation: "x"}, "rule_no"},
		{"no law", moderation.Order{Picks: pick, Action: moderation.Hide, Ground: "illegal", Explanation: "x"}, "legal_ground"},
		{"no label", moderation.Order{Picks: pick, Action: moderation.Label, Ground: "rule", RuleNo: 1, Explanation: "x"}, "label"},
		{"restrict", moderation.Order{Picks: pick, Action: moderation.Restrict, Ground: "rule", RuleNo: 1, Explanation: "x"}, "action"},
		{"nothing", moderation.Order{Action: moderation.Keep, Explanation: "x"}, "items"},
	} {
		err := tt.o.Validate()
		if e := fault.As(err); err == nil || e.Fields[0].Name != tt.field {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

func TestHiddenAsAWholeAndByPhoto(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner := b.public(t)
	for _, kind := range []subject.PartKind{subject.Photo, subject.Whole} {
		before := b.Get(t, owner, v.Number)
		var photo uuid.UUID
		if kind == subject.Photo {
			photo = before.Photos[0].ID
		}
		id, err := b.mod.ItemFor(t.Context(), b.first, v.Number, kind, photo)
		must(t, err)
		s, err := b.mod.Sheet(t.Context(), b.first, id)
		must(t, err)
		_, err = b.mod.Decide(t.Context(), b.first, hide(s))
		must(t, err)
		r, err := b.Reports.Get(t.Context(), accounts.Actor{}, v.Number)
		if kind == subject.Whole {
			want(t, err, fault.NotFound)
			if stub, err := b.mod.Gone(t.Context(), v.Number); err != nil || stub.RuleNo != 3 {
				t.Errorf("stub: %+v, %v", stub, err)
			}
			list, err := b.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{}, reports.Page{})
			must(t, err)
			if len(list.Items) != 0 {
				t.Error("still in the list")
			}
		} else if err != nil || len(r.Photos) != 0 {
			t.Errorf("photo: %v, %v", r, err)
		}
		want(t, b.Reports.Release(t.Context(), accounts.System, v.Number, reports.Release{TextState: reports.TextReleased, Photos: map[uuid.UUID]bool{before.Photos[0].ID: true}}), fault.Conflict)
		id, err = b.mod.ItemFor(t.Context(), b.second, v.Number, kind, photo)
		must(t, err)
		s, err = b.mod.Sheet(t.Context(), b.second, id)
		must(t, err)
		o := hide(s)
		o.Action = moderation.Keep
		_, err = b.mod.Decide(t.Context(), b.second, o)
		must(t, err)
		after := b.Get(t, owner, v.Number)
		if after.Text != before.Text || len(after.Photos) != len(before.Photos) || after.Photos[0].Held || after.Visibility != before.Visibility {
			t.Errorf("%s: not what it was: %+v", kind, after)
		}
		_, err = b.mod.Gone(t.Context(), v.Number)
		want(t, err, fault.NotFound)
	}
}

func TestRedactAndReverse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner, _, sheet := b.flagged(t)
	o := hide(sheet)
	o.Action, o.Text = moderation.Redact, "Hier steht ein Satz, der […]."
	puids, err := b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	if b.reads(t, v) != o.Text {
		t.Errorf("the public reads %q", b.reads(t, v))
	}
	must(t, b.mod.AppealAsAuthor(t.Context(), owner, puids[0], "Nein.", "de"))
	list, err := b.mod.Appeals(t.Context(), b.second)
	must(t, err)
	must(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, moderation.Reversed, "Ja."))
	if b.reads(t, v) != said {
		t.Errorf("the public reads %q", b.reads(t, v))
	}
}

func TestTwoPeopleRestrict(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner, _, sheet := b.flagged(t)
	must(t, b.mod.Warn(t.Context(), b.first, sheet.Item, "Bitte unterlassen Sie das."))
	warned := b.sheet(t, v).Warned
	if len(warned) != 1 {
		t.Fatalf("warned: %+v", warned)
	}
	id := warned[0].ID
	want(t, b.mod.Propose(t.Context(), b.first, id, 14, "Wiederholt."), fault.Conflict) // not yet a day
	_, err := b.Pool.Exec(t.Context(), `UPDATE restrictions SET warned_at = warned_at - interval '2 days'`)
	must(t, err)
	must(t, b.mod.Propose(t.Context(), b.first, id, 14, "Wiederholt."))
	want(t, b.mod.Second(t.Context(), b.first, id, true), fault.Forbidden)
	must(t, b.mod.Second(t.Context(), b.second, id, true))
	want(t, b.mod.Second(t.Context(), b.second, id, true), fault.Conflict)
	if n := b.count(t, `SELECT count(*) FROM decisions WHERE action = 'restrict' AND account = 'SUSPENDED' AND second_by <> decided_by`); n != 1 {
		t.Errorf("%d decisions", n)
	}
	b.Reports.SetGate(gate{b.mod})
	sub := reportstest.Submission()
	r, err := b.Reports.Submit(t.Context(), owner, sub)
	must(t, err)
	if got := b.Get(t, owner, r.Number); got.Visibility != reports.VisHeld {
		t.Errorf("a restricted person's report is %s", got.Visibility)
	}
	if _, err := b.Reports.Get(t.Context(), accounts.Actor{}, r.Number); !fault.Is(err, fault.NotFound) {
		t.Errorf("the public sees it: %v", err)
	}
}

// gate is what app plugs in.
type gate struct{ m *moderation.Service }

func parts(w reports.Writing) (whole, words subject.Part) {
	return subject.PartOf(w.Report.Ref(), subject.Whole, uuid.Nil), subject.PartOf(w.Report.Ref(), subject.Text, uuid.Nil)
}

func (g gate) Arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, w reports.Writing) (bool, error) {
	whole, words := parts(w)
	wait, _, err := g.m.Arrived(ctx, tx, actor, whole, words, w.Category, w.Text, w.Now)
	return wait, err
}

func (g gate) Leaves(ctx context.Context, tx pgx.Tx, _ accounts.Actor, w reports.Writing) error {
	whole, words := parts(w)
	return g.m.Leaves(ctx, tx, whole, words, w.Text)
}

func TestHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Reports.SetGate(gate{b.mod})
	phone := func(s *reports.Submission) { s.Text = "Rufen Sie mich an: 089 1234567." }
	r, _ := b.Create(t, phone)
	want(t, b.Reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased}), fault.Conflict)
	q, err := b.mod.Queue(t.Context(), b.first)
	must(t, err)
	if len(q.Entries) != 1 || q.Entries[0].Harm != moderation.Personal || q.Entries[0].Holds[0] != moderation.HoldPhone {
		t.Fatalf("queue: %+v", q.Entries)
	}
	must(t, b.Reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased, TextPublic: "Rufen Sie mich an: […]."}))
	if q, err := b.mod.Queue(t.Context(), b.first); err != nil || len(q.Entries) != 0 {
		t.Errorf("covered, but still in the queue: %v", err)
	}

	// moderation lets one through; no clerk has to read it again
	r, _ = b.Create(t, phone)
	q, err = b.mod.Queue(t.Context(), b.first)
	must(t, err)
	e := q.Entries[0]
	_, err = b.mod.Decide(t.Context(), b.first, moderation.Order{
		Picks: []moderation.Pick{{Item: e.Item, N: e.N, Hash: e.Content.Hash}}, Action: moderation.Keep, Explanation: "Die Nummer ist die der Firma.",
	})
	must(t, err)
	if v := b.Get(t, accounts.Actor{}, r.Number); !strings.Contains(v.Text, "1234567") {
		t.Errorf("text: %q", v.Text)
	}

	// a rule of the category holds all of it
	must(t, b.mod.SetHoldRule(t.Context(), b.first, moderation.HoldRule{Kind: moderation.HoldCategory, Category: "laterne", Scope: subject.Whole, Active: true}))
	r, owner := b.Create(t)
	_, err = b.Reports.Get(t.Context(), accounts.Actor{}, r.Number)
	want(t, err, fault.NotFound)
	if until, ok, err := b.mod.HeldUntil(t.Context(), subject.Ref{Kind: subject.Report, ID: r.Report}); err != nil || !ok || until.IsZero() {
		t.Errorf("until %v, %v, %v", until, ok, err)
	}
	if v := b.Get(t, owner, r.Number); v.Visibility != reports.VisHeld {
		t.Errorf("its author sees %s", v.Visibility)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	rules := []moderation.HoldRule{
		{Kind: moderation.HoldPhone, Active: true},
		{Kind: moderation.HoldMail, Active: true},
		{Kind: moderation.HoldLink, Active: true},
		{Kind: moderation.HoldWords, Words: []string{"Blöde Kuh", "xyz"}, Active: true},
		{Kind: moderation.HoldNewAuthor, Active: true},
		{Kind: moderation.HoldCategory, Category: "laerm", Active: true},
		{Kind: moderation.HoldCategory, Category: "aus"},
	}
	for _, tt := range []struct {
		t    moderation.Text
		want []moderation.RuleKind
	}{
		{moderation.Text{Text: "Die Laterne an der Bergstr. 12 ist seit 01.03.2026 dunkel, Notruf 112."}, nil},
		{moderation.Text{Text: "Tel. +49 89 233-00"}, []moderation.RuleKind{moderation.HoldPhone}},
		{moderation.Text{Text: "a.b@beispiel.example und https://x.example/y"}, []moderation.RuleKind{moderation.HoldMail, moderation.HoldLink}},
		{moderation.Text{Text: "So eine BLÖDE  Kuh!"}, []moderation.RuleKind{moderation.HoldWords}},
		{moderation.Text{Text: "xyzabc"}, nil},
		{moderation.Text{Text: "Hallo", NewAuthor: true}, nil},
		{moderation.Text{Text: "Hallo", NewAuthor: true, Outside: true}, []moderation.RuleKind{moderation.HoldNewAuthor}},
		{moderation.Text{Category: "laerm"}, []moderation.RuleKind{moderation.HoldCategory}},
		{moderation.Text{Category: "aus"}, nil},
	} {
		var got []moderation.RuleKind
		for _, r := range moderation.Match(rules, tt.t) {
			got = append(got, r.Kind)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.t.Text, diff)
		}
	}
}

func TestSealedCopyNeedsTwo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.public(t)
	_, sheet := b.flag(t, v)
	first, err := b.mod.AskCopy(t.Context(), b.first, moderation.CopyOrder{Item: sheet.Item, Authority: "Polizeipräsidium", Reason: "Drohung"})
	must(t, err)
	list, err := b.mod.Copies(t.Context(), b.second)
	must(t, err)
	id := list[0].ID
	_, err = b.mod.OpenCopy(t.Context(), b.first, id, first, first)
	want(t, err, fault.NotFound) // not approved
	_, err = b.mod.ApproveCopy(t.Context(), b.first, id)
	want(t, err, fault.Forbidden)
	second, err := b.mod.ApproveCopy(t.Context(), b.second, id)
	must(t, err)
	_, err = b.mod.ApproveCopy(t.Context(), b.second, id)
	want(t, err, fault.Conflict)
	_, err = b.mod.OpenCopy(t.Context(), b.first, id, first, strings.Repeat("A", len(second)))
	want(t, err, fault.Invalid)
	raw, err := b.mod.OpenCopy(t.Context(), b.first, id, first, strings.ToLower(second[:4])+" "+second[4:])
	must(t, err)
	if !bytes.Contains(raw, []byte(said)) {
		t.Errorf("copy: %s", raw)
	}
	if data, err := b.Files.Get(t.Context(), "sealed/"+id.String()+".bin"); err != nil || bytes.Contains(data, []byte("beleidigt")) {
		t.Errorf("the file is readable: %v", err)
	}
	if n := b.count(t, `SELECT count(*) FROM audit_log WHERE action LIKE 'moderation.copy%'`); n != 3 {
		t.Errorf("%d lines in the audit log", n)
	}
	if n := b.count(t, `SELECT count(*) FROM sealed_copies WHERE second_half IS NOT NULL OR encode(sha256, 'hex') = $1`, hex.EncodeToString(nil)); n != 0 {
		t.Error("the second half is still here")
	}
}

func TestFiguresAreCountedFromRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, owner, _, sheet := b.flagged(t)
	puids, err := b.mod.Decide(t.Context(), b.first, hide(sheet))
	must(t, err)
	must(t, b.mod.AppealAsAuthor(t.Context(), owner, puids[0], "Nein.", "de"))
	now, err := db.Now(t.Context(), b.Pool)
	must(t, err)
	f, err := b.mod.Figures(t.Context(), moderation.Period(now))
	must(t, err)
	got := map[string]int{}
	for _, l := range f.List {
		got[l.Part+"."+l.Name+"."+l.Of] = l.N
	}
	for key, n := range map[string]int{
		"notices.received.": 1, "notices.by_category.rule3": 1, "notices.decided.": 1, "decisions.by_action.hide": 1, "decisions.by_ground.INCOMPATIBLE": 1,
		"decisions.automated.": 0, "complaints.received.": 1, "suspensions.accounts.": 0,
	} {
		if got[key] != n {
			t.Errorf("%s = %d, want %d", key, got[key], n)
		}
	}
	want(t, b.mod.Publish(t.Context(), b.first, moderation.Period(now)), fault.Conflict) // not over yet
	// the half year is over
	_, err = b.Pool.Exec(t.Context(), `UPDATE decisions SET decided_at = decided_at - interval '7 months'`)
	must(t, err)
	period := moderation.Period(now.AddDate(0, -7, 0))
	_, err = b.Pool.Exec(t.Context(), `UPDATE decisions SET facts = 'Ruf an: 089 1234567'`)
	must(t, err)
	want(t, b.mod.Publish(t.Context(), b.first, period), fault.Conflict) // personal data
	_, err = b.Pool.Exec(t.Context(), `UPDATE decisions SET facts = ''`)
	must(t, err)
	for range 2 { // twice is once
		must(t, b.mod.Publish(t.Context(), b.first, period))
	}
	p, err := b.mod.Report(t.Context(), period)
	must(t, err)
	if !strings.Contains(p.JSON, puids[0]) || !strings.HasPrefix(p.CSV, "part,indicator,scope,value\r\n") || len(p.SHA256) != 32 {
		t.Errorf("report: %+v", p)
	}
	for range 2 {
		must(t, b.mod.PublishDue(t.Context()))
		must(t, b.mod.Forget(t.Context()))
		must(t, b.mod.CloseGone(t.Context()))
	}
}

func TestRegisterAfterTheAppeal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, owner, _, sheet := b.flagged(t)
	puids, err := b.mod.Decide(t.Context(), b.first, hide(sheet))
	must(t, err)
	if list, err := b.mod.Register(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("before its time: %v, %v", list, err)
	}
	_, err = b.Pool.Exec(t.Context(), `UPDATE decisions SET appeal_until = mitwirk_now() - interval '1 day', decided_at = decided_at - interval '6 months'`)
	must(t, err)
	list, err := b.mod.Register(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].RuleNo != 3 || list[0].Week.Weekday() != time.Monday {
		t.Errorf("register: %+v", list)
	}
	want(t, b.mod.AppealAsAuthor(t.Context(), owner, puids[0], "Zu spät.", "de"), fault.Forbidden)
}

func TestForgetPerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _ := b.public(t)
	notifier, _ := b.flag(t, v)
	must(t, db.Transact(t.Context(), b.Pool, func(ctx context.Context, tx pgx.Tx) error {
		return errors.Join(moderation.Adopt(ctx, tx, notifier.Person, b.second.Person), moderation.ForgetPerson(ctx, tx, b.second.Person))
	}))
	if n := b.count(t, `SELECT count(*) FROM flags WHERE person_id IS NOT NULL OR notifier_key IN ($1, $2)`, notifier.Person, b.second.Person); n != 0 {
		t.Error("the notice still says whose it is")
	}
}
