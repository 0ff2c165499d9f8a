package moderation_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// cover has a moderator cover a part of the photo and gives the decision.
func (b *bundle) cover(t *testing.T, v *reports.View, photo uuid.UUID, part attachments.Rect) string {
	t.Helper()
	id, err := b.mod.ItemFor(t.Context(), b.first, v.Number, subject.Photo, photo)
	must(t, err)
	s, err := b.mod.Sheet(t.Context(), b.first, id)
	must(t, err)
	o := hide(s)
	o.Action, o.Cover = moderation.Redact, []attachments.Rect{part}
	puids, err := b.mod.Decide(t.Context(), b.first, o)
	must(t, err)
	return puids[0]
}

func (b *bundle) appeal(t *testing.T, owner accounts.Actor, puid string, outcome moderation.Outcome) {
	t.Helper()
	must(t, b.mod.AppealAsAuthor(t.Context(), owner, puid, "Da ist niemand zu sehen.", "de"))
	list, err := b.mod.Appeals(t.Context(), b.second)
	must(t, err)
	must(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, outcome, "Darum."))
}

func (b *bundle) bytes(t *testing.T, photo uuid.UUID, small bool) []byte {
	t.Helper()
	a, err := b.Photos.Get(t.Context(), photo)
	must(t, err)
	raw, err := b.Photos.Bytes(t.Context(), a, small)
	must(t, err)
	return raw
}

// TestUncover: what a decision covered comes back with the appeal, byte by byte, and
// nothing of it is kept any more.
func TestUncover(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner := b.public(t)
	photo := v.Photos[0].ID
	large, small := b.bytes(t, photo, false), b.bytes(t, photo, true)
	puid := b.cover(t, v, photo, attachments.Rect{X: 0.25, Y: 0.25, W: 0.5, H: 0.5})
	if bytes.Equal(large, b.bytes(t, photo, false)) {
		t.Fatal("nothing is covered")
	}
	var blob string
	must(t, b.Pool.QueryRow(t.Context(), `SELECT blob FROM attachment_sealed WHERE attachment_id = $1`, photo).Scan(&blob))
	if raw, err := b.Files.Get(t.Context(), blob); err != nil || bytes.Contains(raw, large[:64]) {
		t.Errorf("the sealed photo can be read, %v", err)
	}
	version := b.Get(t, owner, v.Number).Version
	b.appeal(t, owner, puid, moderation.Reversed)
	if !bytes.Equal(large, b.bytes(t, photo, false)) || !bytes.Equal(small, b.bytes(t, photo, true)) {
		t.Error("the photo is not what it was")
	}
	if got := b.Get(t, owner, v.Number); got.Version <= version {
		t.Errorf("version %d, then %d: pages show the old one", version, got.Version)
	}
	if n := b.count(t, `SELECT count(*) FROM attachment_sealed`) + b.count(t, `SELECT count(*) FROM attachment_versions WHERE attachment_id = $1 AND blob <> (SELECT blob FROM attachments WHERE id = $1)`, photo); n != 0 {
		t.Errorf("%d other forms are kept", n)
	}
	if _, err := b.Files.Get(t.Context(), blob); !fault.Is(err, fault.NotFound) {
		t.Errorf("the sealed bytes: %v", err)
	}
}

// TestUncoverOne: only what the reversed decision covered comes back; what another
// one and the team covered since then stays covered, and comes back with its own appeal.
func TestUncoverOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, owner := b.public(t)
	photo := v.Photos[0].ID
	large := b.bytes(t, photo, false)
	one := b.cover(t, v, photo, attachments.Rect{X: 0, Y: 0, W: 0.4, H: 0.4})
	two := b.cover(t, v, photo, attachments.Rect{X: 0.6, Y: 0.6, W: 0.4, H: 0.4})
	team := attachments.Rect{X: 0.6, Y: 0, W: 0.4, H: 0.4}
	must(t, b.Reports.Cover(t.Context(), b.Clerk(t, "bau-lic"), v.Number, photo, []attachments.Rect{team}))
	covered := func() (got [3]bool) {
		t.Helper()
		img, err := jpeg.Decode(bytes.NewReader(b.bytes(t, photo, false)))
		must(t, err)
		w, h := img.Bounds().Dx(), img.Bounds().Dy()
		for i, p := range [][2]int{{w / 5, h / 5}, {w * 4 / 5, h * 4 / 5}, {w * 4 / 5, h / 5}} {
			r, _, _, _ := img.At(p[0], p[1]).RGBA() // the photo is black all over, a cover a little less
			got[i] = r > 0x1000
		}
		return got
	}
	if got := covered(); got != [3]bool{true, true, true} {
		t.Fatalf("covered: %v", got)
	}
	b.appeal(t, owner, one, moderation.Reversed)
	if got := covered(); got != [3]bool{false, true, true} {
		t.Errorf("after the first appeal covered: %v", got)
	}
	b.appeal(t, owner, two, moderation.Reversed)
	if got := covered(); got != [3]bool{false, false, true} {
		t.Errorf("after both covered: %v", got)
	}
	must(t, b.Reports.Cover(t.Context(), b.Clerk(t, "bau-lic"), v.Number, photo, nil))
	if got := covered(); got != [3]bool{} || len(large) == 0 {
		t.Errorf("after the team took its own back: %v", got)
	}
}

// TestForgetSealed: nothing is kept once nobody can object, nor of a photo that is
// gone; an appeal that waits keeps it.
func TestForgetSealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	part := attachments.Rect{X: 0, Y: 0, W: 0.4, H: 0.4}
	kept := func() int {
		t.Helper()
		must(t, b.mod.Forget(t.Context()))
		must(t, b.mod.Forget(t.Context()))
		return b.count(t, `SELECT count(*) FROM attachment_sealed`)
	}
	v, owner := b.public(t)
	puid := b.cover(t, v, v.Photos[0].ID, part)
	if n := kept(); n != 1 {
		t.Fatalf("%d kept while somebody can object", n)
	}
	must(t, b.mod.AppealAsAuthor(t.Context(), owner, puid, "Nein.", "de"))
	_, err := b.Pool.Exec(t.Context(), `UPDATE decisions SET appeal_until = mitwirk_now() - interval '1 day'`)
	must(t, err)
	if n := kept(); n != 1 {
		t.Errorf("%d kept while an appeal waits", n)
	}
	list, err := b.mod.Appeals(t.Context(), b.second)
	must(t, err)
	must(t, b.mod.DecideAppeal(t.Context(), b.second, list[0].ID, moderation.Upheld, "Darum."))
	if n := kept(); n != 0 {
		t.Errorf("%d kept after the appeal", n)
	}
	w, _ := b.public(t)
	b.cover(t, w, w.Photos[0].ID, part)
	_, err = b.Pool.Exec(t.Context(), `UPDATE decisions SET appeal_until = mitwirk_now() - interval '1 day'`)
	must(t, err)
	if n := kept(); n != 0 {
		t.Errorf("%d kept when it is too late", n)
	}
}
