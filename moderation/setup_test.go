package moderation_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
	active func(edges []time.Time) []int // who took part
	*reportstest.City
	mod    *moderation.Service
	post   *post
	first  accounts.Actor
	second accounts.Actor
}

func setup(t testing.TB) *bundle {
	t.Helper()
	b := &bundle{City: reportstest.New(t), post: &post{}, active: func(edges []time.Time) []int { return make([]int, len(edges)-1) }}
	messages, err := i18n.Load(i18n.Config{Zone: time.UTC})
	must(t, err)
	b.mod, err = moderation.New(moderation.Config{
		DB: b.Pool, Accounts: b.Accounts, Targets: map[subject.Kind]moderation.Target{subject.Report: b.Reports.Moderated()}, Outbox: b.post, Messages: messages,
		BaseURL: "https://mitwirk.example", Calendar: b.Categories, Files: b.Files, Photos: b.City.Photos, Active: func(_ context.Context, _ db.Queryer, edges []time.Time) ([]int, error) { return b.active(edges), nil },
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
