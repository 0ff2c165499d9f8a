package moderation_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

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
	q, err := b.mod.Queue(t.Context(), b.first, uuid.Nil)
	must(t, err)
	if len(q.Entries) != 1 || q.Entries[0].Harm != moderation.Personal || q.Entries[0].Holds[0] != moderation.HoldPhone {
		t.Fatalf("queue: %+v", q.Entries)
	}
	must(t, b.Reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased, TextPublic: "Rufen Sie mich an: […]."}))
	if q, err := b.mod.Queue(t.Context(), b.first, uuid.Nil); err != nil || len(q.Entries) != 0 {
		t.Errorf("covered, but still in the queue: %v", err)
	}

	// moderation lets one through; no clerk has to read it again
	r, _ = b.Create(t, phone)
	q, err = b.mod.Queue(t.Context(), b.first, uuid.Nil)
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
	// half past midnight of a Monday in the city is still Sunday in Greenwich
	_, err = b.Pool.Exec(t.Context(), `UPDATE decisions SET decided_at = '2026-01-04 23:30:00+00'`)
	must(t, err)
	if list, err = b.mod.Register(t.Context()); err != nil || len(list) != 1 || list[0].Week.Format(time.DateOnly) != "2026-01-05" {
		t.Errorf("register: %+v, %v", list, err)
	}
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

// A name that people would read is held to the rules about words.
func TestNameFits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	must(t, b.mod.SetHoldRule(t.Context(), b.first, moderation.HoldRule{Kind: moderation.HoldWords, Words: []string{"Hundesohn"}, Scope: subject.Whole, Active: true}))
	for name, fits := range map[string]bool{
		"Anna Bauer": true, "Gast 7K3Q": true, "Anna 0151 2345678": false, "anna@mail.example": false, "Der HUNDESOHN": false,
	} {
		if err := b.mod.NameFits(t.Context(), b.Pool, name); fits != (err == nil) || !fits && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The months that are over are counted by the city's clock, and their average is
// rounded; of a half year in which none is over there is none, which is not zero.
func TestActiveRecipients(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var asked []time.Time
	b.active = func(edges []time.Time) []int {
		asked = edges
		return []int{4, 0, 0, 0, 0, 5}[:len(edges)-1]
	}
	now, err := db.Now(t.Context(), b.Pool)
	must(t, err)
	past := moderation.Period(now.AddDate(0, -7, 0))
	f, err := b.mod.Figures(t.Context(), past)
	must(t, err)
	cal, err := b.Categories.Calendar(t.Context())
	must(t, err)
	if len(asked) != 7 || !asked[0].Equal(f.From) || !asked[6].Equal(f.To) || asked[1].In(cal.Zone()).Day() != 1 || asked[1].In(cal.Zone()).Hour() != 0 {
		t.Errorf("asked for %v", asked)
	}
	last := f.List[len(f.List)-1]
	if last != (moderation.Figure{Part: moderation.PartRecipients, Name: moderation.MonthlyAverage, N: 2}) { // 9 in 6 months
		t.Errorf("average: %+v", last)
	}
	if first := f.List[len(f.List)-7]; first != (moderation.Figure{Part: moderation.PartRecipients, Name: moderation.InMonth, Of: f.From.Format(moderation.MonthForm), N: 4}) {
		t.Errorf("first month: %+v", first)
	}
	must(t, b.mod.Publish(t.Context(), b.first, past))
	p, err := b.mod.Report(t.Context(), past)
	must(t, err)
	for _, part := range []string{"recipients,monthly_average,,2\r\n", "recipients,note,de,", "recipients,note,en,", "Wer ", "only reads"} {
		if !strings.Contains(p.CSV, part) {
			t.Errorf("no %q in %s", part, p.CSV)
		}
	}
	if !strings.Contains(p.JSON, `"monthly_average"`) || !strings.Contains(p.JSON, "only reads") || !strings.Contains(p.JSON, "wer nur liest") {
		t.Errorf("json: %s", p.JSON)
	}
	asked = nil
	f, err = b.mod.Figures(t.Context(), moderation.Period(now.AddDate(1, 0, 0)))
	must(t, err)
	for _, l := range f.List {
		if l.Part == moderation.PartRecipients {
			t.Errorf("of months to come: %+v", l)
		}
	}
	if asked != nil {
		t.Errorf("asked for %v", asked)
	}
}
