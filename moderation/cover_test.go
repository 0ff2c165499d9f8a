package moderation_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
)

// TestCoverPhoto: a moderator covers a part of a public photo with reasons. The
// pixels are gone from what everybody gets, no form without the cover is left,
// the author has a statement, and the history says so.
func TestCoverPhoto(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner := b.public(t)
	photo := v.Photos[0].ID
	id, err := b.mod.ItemFor(t.Context(), b.first, v.Number, subject.Photo, photo)
	must(t, err)
	s, err := b.mod.Sheet(t.Context(), b.first, id)
	must(t, err)
	o := hide(s)
	o.Action = moderation.Redact
	_, err = b.mod.Decide(t.Context(), b.first, o)
	want(t, err, fault.Invalid) // nothing is covered
	o.Cover = []attachments.Rect{{X: 0.25, Y: 0.25, W: 2, H: 0.5}}
	_, err = b.mod.Decide(t.Context(), b.first, o)
	want(t, err, fault.Invalid) // no part of the photo
	o.Cover = []attachments.Rect{{X: 0.25, Y: 0.25, W: 0.5, H: 0.5}}
	for _, who := range []accounts.Actor{accountstest.Resident(t, b.Pool), accountstest.Staff(t, b.Pool, subject.Admin), b.Clerk(t, "bau-lic")} {
		_, err = b.mod.Decide(t.Context(), who, o)
		want(t, err, fault.NotFound)
	}
	before, err := b.Photos.Get(t.Context(), photo)
	must(t, err)
	if before.Version != 1 {
		t.Fatalf("a refused decision has left version %d", before.Version)
	}
	_, err = b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	_, err = b.mod.Decide(t.Context(), b.first, o)
	want(t, err, fault.Conflict) // that is no longer the photo which was judged

	after, err := b.Photos.Get(t.Context(), photo)
	must(t, err)
	raw, err := b.Photos.Bytes(t.Context(), after, false)
	must(t, err)
	img, err := jpeg.Decode(bytes.NewReader(raw))
	must(t, err)
	size := img.Bounds()
	shade := func(x, y int) uint32 { r, _, _, _ := img.At(x, y).RGBA(); return r }
	if after.State != attachments.Released || after.Version != 2 || shade(size.Dx()/2, size.Dy()/2) < shade(2, 2)+0x1000 { // the photo is black all over, the cover a little less
		t.Errorf("%s, version %d, the middle is %x, the corner %x", after.State, after.Version, shade(size.Dx()/2, size.Dy()/2), shade(2, 2))
	}
	if n := b.count(t, `SELECT count(*) FROM attachment_versions WHERE attachment_id = $1 AND (n < 2 OR redactions <> '[]')`, photo); n != 0 {
		t.Errorf("%d forms without the cover are left", n)
	}
	if _, err := b.Photos.Bytes(t.Context(), before, false); !fault.Is(err, fault.Gone) {
		t.Errorf("the bytes of before: %v", err)
	}
	if n := b.count(t, `SELECT count(*) FROM statements`); n != 1 || len(b.post.kinds()) != 1 {
		t.Errorf("%d statements, mails %v", n, b.post.kinds())
	}
	steps := 0
	for _, step := range b.Get(t, accounts.Actor{}, v.Number).Steps {
		if step.Key == "step.redacted" {
			steps++
		}
	}
	if steps != 1 {
		t.Errorf("%d steps say so", steps)
	}
	if got := b.Get(t, owner, v.Number); len(got.Photos) != 1 || got.Text != said {
		t.Errorf("the rest: %+v", got)
	}
}

// TestLabel: a labelled text stays as it is, says what it is, and is no longer
// labelled when somebody decides to keep it.
func TestLabel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, _, _, sheet := b.flagged(t)
	o := hide(sheet)
	o.Action, o.Label = moderation.Label, "disputed"
	_, err := b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	if b.reads(t, v) != said {
		t.Errorf("the public reads %q", b.reads(t, v))
	}
	labels := func() (list []string) {
		t.Helper()
		stubs, err := b.mod.Stubs(t.Context(), accounts.Actor{}, subject.Ref{Kind: subject.Report, ID: v.ID})
		must(t, err)
		for _, st := range stubs {
			list = append(list, st.Label)
		}
		return list
	}
	if got := labels(); len(got) != 1 || got[0] != "disputed" {
		t.Errorf("labels %v", got)
	}
	if n := b.count(t, `SELECT count(*) FROM decisions WHERE action = 'label' AND visibility = 'LABELLED'`); n != 1 || b.count(t, `SELECT count(*) FROM statements`) == 0 {
		t.Errorf("%d decisions with a label, or no statement", n)
	}
	id, err := b.mod.ItemFor(t.Context(), b.second, v.Number, subject.Text, uuid.Nil)
	must(t, err)
	s, err := b.mod.Sheet(t.Context(), b.second, id)
	must(t, err)
	keep := moderation.Order{Picks: []moderation.Pick{{Item: s.Item, N: s.N, Hash: s.Content.Hash}}, Action: moderation.Keep, Explanation: "Das ist nicht strittig."}
	_, err = b.mod.Decide(t.Context(), b.second, keep)
	must(t, err)
	if got := labels(); len(got) != 0 {
		t.Errorf("still labelled %v", got)
	}
}
