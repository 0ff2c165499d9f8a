package moderation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

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
