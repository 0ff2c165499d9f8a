package attachments_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/subject"
)

type bundle struct {
	s      *attachments.Service
	drafts *drafts.Service
	db     db.DB
	store  *store
	me     accounts.Actor
	draft  uuid.UUID
}

// store lets Put or Delete fail.
type store struct {
	files.Store

	noPut, noDelete atomic.Bool
}

func (s *store) Put(ctx context.Context, key string, data []byte) error {
	if s.noPut.Load() {
		return fault.New(fault.Unavailable, "err.503").Because(errors.New("disk full"))
	}
	return s.Store.Put(ctx, key, data)
}

func (s *store) Delete(ctx context.Context, key string) error {
	if s.noDelete.Load() {
		return errors.New("disk gone")
	}
	return s.Store.Delete(ctx, key)
}

func setup(t *testing.T, d db.DB) bundle {
	t.Helper()
	b := bundle{db: d, store: &store{Store: files.NewMemory()}, me: accounts.Actor{Person: subject.NewID()}}
	var err error
	if b.s, err = attachments.New(attachments.Config{DB: d, Files: b.store, Drafts: drafts.Owners{}}); err != nil {
		t.Fatal(err)
	}
	if b.drafts, err = drafts.New(drafts.Config{DB: d, Photos: b.s}); err != nil {
		t.Fatal(err)
	}
	b.draft = b.newDraft(t)
	return b
}

func (b bundle) newDraft(t *testing.T) uuid.UUID {
	t.Helper()
	id := subject.NewID()
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
		_, err := drafts.Create(ctx, tx, b.me, id, "report", nil)
		return err
	})
	return id
}

func (b bundle) transact(t *testing.T, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	if err := db.Transact(t.Context(), b.db, fn); err != nil {
		t.Fatal(err)
	}
}

// photo is a small JPEG, a different one for each seed.
func photo(t *testing.T, seed int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 80, 60))
	for i := range 80 * 60 {
		img.SetRGBA(i%80, i/80, color.RGBA{R: uint8(seed * 7), G: uint8(i / 80 * 4), B: uint8(seed * 31), A: 255})
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (b bundle) upload(t *testing.T, seed int) attachments.Attachment {
	t.Helper()
	a, err := b.s.Upload(t.Context(), b.me, b.draft, bytes.NewReader(photo(t, seed)), fmt.Sprintf("Foto %d", seed))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// keys lists the store.
func (b bundle) keys(t *testing.T) []string {
	t.Helper()
	var all []string
	if err := b.store.List(t.Context(), "", func(e files.Entry) error {
		all = append(all, e.Key)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func alts(all []attachments.Attachment) []string {
	var out []string
	for _, a := range all {
		out = append(out, a.Alt)
	}
	return out
}

func TestUpload(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.Tx(t)), t.Context()
	a := b.upload(t, 1)
	if a.State != attachments.Held || a.Version != 1 || a.Width != 80 || a.Height != 60 || a.Alt != "Foto 1" || a.Draft != b.draft || a.Owner != b.me.Person {
		t.Errorf("got %+v", a)
	}
	if a.Path() != "/photos/"+a.ID.String()+"?v=1" || a.SmallPath() != "/photos/"+a.ID.String()+"/small?v=1" {
		t.Errorf("paths %s, %s", a.Path(), a.SmallPath())
	}
	for _, small := range []bool{false, true} {
		if data, err := b.s.Bytes(ctx, a, small); err != nil || !bytes.HasPrefix(data, []byte("\xff\xd8\xff")) {
			t.Errorf("bytes: %d, %v", len(data), err)
		}
	}
	again, err := b.s.Upload(ctx, b.me, b.draft, bytes.NewReader(photo(t, 1)), "noch einmal")
	if err != nil || again.ID != a.ID {
		t.Errorf("the same photo again: %s, %v; want %s", again.ID, err, a.ID)
	}
	if n := len(b.keys(t)); n != 2 {
		t.Errorf("%d files in the store, want 2", n)
	}
	for name, other := range map[string]accounts.Actor{"another person": {Person: subject.NewID()}, "nobody": {}} {
		if _, err := b.s.Upload(ctx, other, b.draft, bytes.NewReader(photo(t, 2)), ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s uploads: %v", name, err)
		}
	}
	if _, err := b.s.Upload(ctx, b.me, b.draft, strings.NewReader("<svg/>"), ""); !fault.Is(err, fault.Unsupported) {
		t.Errorf("no photo: %v", err)
	}
	if _, err := b.s.Upload(ctx, b.me, b.draft, bytes.NewReader(photo(t, 3)), strings.Repeat("a", 301)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a long text: %v", err)
	}
	b.store.noPut.Store(true)
	if _, err := b.s.Upload(ctx, b.me, b.draft, bytes.NewReader(photo(t, 4)), ""); !fault.Is(err, fault.Unavailable) {
		t.Errorf("disk full: %v", err)
	}
	if err := (drafts.Owners{}).Mine(ctx, b.db, b.me, b.draft); err != nil {
		t.Errorf("the draft is lost: %v", err)
	}
}

// TestFiveAtMost: 20 uploads at the same time leave five photos, and ten files.
func TestFiveAtMost(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.DB(t)), t.Context()
	var fine, many, busy atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		data := photo(t, i)
		wg.Go(func() {
			_, err := b.s.Upload(ctx, b.me, b.draft, bytes.NewReader(data), "")
			switch {
			case err == nil:
				fine.Add(1)
			case fault.Is(err, fault.Conflict) && fault.As(err).Key == "err.photo.many":
				many.Add(1)
			case fault.Is(err, fault.Unavailable):
				busy.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if fine.Load() != attachments.MaxPhotos {
		t.Errorf("%d uploads, %d refused, %d busy", fine.Load(), many.Load(), busy.Load())
	}
	all, err := attachments.ForDraft(ctx, b.db, b.draft)
	if err != nil {
		t.Fatal(err)
	}
	var ords []int
	for _, a := range all {
		ords = append(ords, a.Ord)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3, 4}, ords); diff != "" {
		t.Error(diff)
	}
	if n := len(b.keys(t)); n != 10 {
		t.Errorf("%d files in the store, want 10", n)
	}
}

// TestSameAtOnce: a double click is one photo.
func TestSameAtOnce(t *testing.T) {
	t.Parallel()
	b, ctx, data := setup(t, dbtest.DB(t)), t.Context(), photo(t, 1)
	var wg sync.WaitGroup
	ids := make([]uuid.UUID, 8)
	for i := range ids {
		wg.Go(func() {
			a, err := b.s.Upload(ctx, b.me, b.draft, bytes.NewReader(data), "")
			if err != nil {
				t.Error(err)
			}
			ids[i] = a.ID
		})
	}
	wg.Wait()
	if n := len(slices.Compact(ids)); n != 1 || len(b.keys(t)) != 2 {
		t.Errorf("%d photos, %d files", n, len(b.keys(t)))
	}
}

func TestDraftPhotos(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.Tx(t)), t.Context()
	first, second := b.upload(t, 1), b.upload(t, 2)
	stranger := accounts.Actor{Person: subject.NewID()}
	if _, err := b.s.Describe(ctx, stranger, first.ID, "x"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger describes: %v", err)
	}
	if err := b.s.Discard(ctx, stranger, first.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger discards: %v", err)
	}
	if a, err := b.s.Describe(ctx, b.me, first.ID, " Ein  Loch "); err != nil || a.Alt != "Ein Loch" {
		t.Errorf("%q, %v", a.Alt, err)
	}
	if err := b.s.Discard(ctx, b.me, first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Get(ctx, first.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a discarded photo: %v", err)
	}
	if n := len(b.keys(t)); n != 2 {
		t.Errorf("%d files, want 2", n)
	}
	if b.upload(t, 3).Ord != 2 {
		t.Error("a new photo must come behind the others")
	}
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error { return b.drafts.Delete(ctx, tx, b.me, b.draft) })
	if _, err := b.s.Get(ctx, second.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a photo of a deleted draft: %v", err)
	}
	if keys := b.keys(t); len(keys) > 0 {
		t.Errorf("left in the store: %v", keys)
	}
}

func TestMoves(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.Tx(t)), t.Context()
	one, two := subject.Ref{Kind: subject.Report, ID: subject.NewID()}, subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	b.upload(t, 1)
	b.upload(t, 2)
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
		moved, err := attachments.MoveFromDraft(ctx, tx, b.draft, one)
		if len(moved) != 2 {
			t.Errorf("%d moved", len(moved))
		}
		return err
	})
	b.upload(t, 3)
	var back []uuid.UUID
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if back, err = attachments.MoveFromDraft(ctx, tx, b.draft, two); err != nil {
			return err
		}
		return attachments.MoveThese(ctx, tx, back, one)
	})
	by, err := attachments.ForSubjects(ctx, b.db, subject.Report, []uuid.UUID{one.ID, two.ID})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Foto 1", "Foto 2", "Foto 3"}, alts(by[one.ID])); diff != "" || len(by[two.ID]) != 0 {
		t.Errorf("%s, left at the other: %d", diff, len(by[two.ID]))
	}
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error { return attachments.MoveThese(ctx, tx, back, two) })
	all, err := attachments.ForSubject(ctx, b.db, two)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Foto 3"}, alts(all)); diff != "" {
		t.Errorf("taken back: %s", diff)
	}
	if err := b.s.Discard(ctx, b.me, all[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a sent photo is discarded as if in a draft: %v", err)
	}
	if mine, err := attachments.ForPerson(ctx, b.db, b.me.Person); err != nil || len(mine) != 3 {
		t.Errorf("%d of the person, %v", len(mine), err)
	}
	other := subject.NewID()
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error { return attachments.Adopt(ctx, tx, b.me.Person, other) })
	if mine, err := attachments.ForPerson(ctx, b.db, other); err != nil || len(mine) != 3 {
		t.Errorf("%d adopted, %v", len(mine), err)
	}
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error { return attachments.ForgetPerson(ctx, tx, other) })
	if a, err := attachments.ByID(ctx, b.db, back[0]); err != nil || a.Owner != uuid.Nil {
		t.Errorf("forgotten: %s, %v", a.Owner, err)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.Tx(t)), t.Context()
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	a := b.upload(t, 1)
	set := func(to attachments.State, ids ...uuid.UUID) attachments.State {
		t.Helper()
		b.transact(t, func(ctx context.Context, tx pgx.Tx) error { return attachments.SetState(ctx, tx, b.me, to, ids...) })
		got, err := attachments.ByID(ctx, b.db, ids[0])
		if err != nil {
			t.Fatal(err)
		}
		return got.State
	}
	if got := set(attachments.Released, a.ID); got != attachments.Held {
		t.Errorf("a photo of a draft is %s", got)
	}
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
		_, err := attachments.MoveFromDraft(ctx, tx, b.draft, ref)
		return err
	})
	inDraft := b.upload(t, 2).ID
	if got := set(attachments.Released, a.ID, inDraft); got != attachments.Released {
		t.Errorf("released: %s", got)
	}
	if got := set(attachments.Held, a.ID); got != attachments.Held {
		t.Errorf("held again: %s", got)
	}
	for range 2 {
		b.transact(t, func(ctx context.Context, tx pgx.Tx) error { return b.s.Remove(ctx, tx, b.me, a.ID) })
	}
	if got := set(attachments.Released, a.ID); got != attachments.Removed {
		t.Errorf("removed: %s", got)
	}
	if _, err := b.s.Get(ctx, a.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a removed photo: %v", err)
	}
	if all, err := attachments.ForSubject(ctx, b.db, ref); err != nil || len(all) > 0 {
		t.Errorf("a removed photo is listed: %v, %v", all, err)
	}
	if n := len(b.keys(t)); n != 2 {
		t.Errorf("%d files, want those of the draft's photo", n)
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b, ctx := setup(t, tx), t.Context()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	dbtest.SetNow(t, tx, start)
	a := b.upload(t, 1)
	before, err := b.s.Bytes(ctx, a, false)
	if err != nil {
		t.Fatal(err)
	}
	redact := func(rects ...attachments.Rect) attachments.Attachment {
		t.Helper()
		b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
			var err error
			a, err = b.s.Redact(ctx, tx, b.me, a.ID, rects)
			return err
		})
		return a
	}
	colourAt := func(x, y int) color.Color {
		t.Helper()
		data, err := b.s.Bytes(ctx, a, false)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return img.At(x, y)
	}
	plain := colourAt(8, 8)
	redact(attachments.Rect{X: 0, Y: 0, W: 0.2, H: 0.2})
	if a.Version != 2 || a.Path() != "/photos/"+a.ID.String()+"?v=2" || colourAt(8, 8) == plain {
		t.Errorf("version %d, %v", a.Version, colourAt(8, 8))
	}
	if redact(); a.Version != 3 || colourAt(8, 8) != plain {
		t.Errorf("taken back: version %d, %v, want %v", a.Version, colourAt(8, 8), plain)
	}
	redact(attachments.Rect{X: 0, Y: 0, W: 1, H: 1})
	covered, err := b.s.Bytes(ctx, a, false)
	if err != nil || bytes.Equal(covered, before) {
		t.Errorf("nothing is covered: %v", err)
	}
	if n := len(b.keys(t)); n != 8 {
		t.Errorf("%d files, want 4 versions of 2", n)
	}
	dbtest.SetNow(t, tx, start.AddDate(0, 0, 29))
	if err := b.s.ForgetVersions(ctx); err != nil || len(b.keys(t)) != 8 {
		t.Errorf("forgotten too early: %d files, %v", len(b.keys(t)), err)
	}
	dbtest.SetNow(t, tx, start.AddDate(0, 0, 31))
	if err := b.s.ForgetVersions(ctx); err != nil || len(b.keys(t)) != 2 {
		t.Errorf("after 30 days: %d files, %v", len(b.keys(t)), err)
	}
	redact() // from the oldest form that is kept: the covered one
	if got, err := b.s.Bytes(ctx, a, false); err != nil || colourAt(8, 8) == plain {
		t.Errorf("the uncovered form came back: %d bytes, %v", len(got), err)
	}
	err = db.Transact(ctx, tx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := b.s.Redact(ctx, tx, b.me, a.ID, []attachments.Rect{{X: 2, W: 1, H: 1}})
		return err
	})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("outside: %v", err)
	}
}

func TestDeletes(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b, ctx := setup(t, tx), t.Context()
	refs := make([]subject.Ref, 3)
	for i := range refs {
		refs[i] = subject.Ref{Kind: subject.Report, ID: subject.NewID()}
		dbtest.SetNow(t, tx, time.Date(2020+i, 1, 1, 0, 0, 0, 0, time.UTC))
		b.draft = b.newDraft(t)
		b.upload(t, i)
		b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
			_, err := attachments.MoveFromDraft(ctx, tx, b.draft, refs[i])
			return err
		})
	}
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
		n, err := b.s.DeleteFor(ctx, tx, subject.Report, refs[0].ID)
		if n != 1 {
			t.Errorf("%d deleted", n)
		}
		return err
	})
	if n := len(b.keys(t)); n != 4 {
		t.Errorf("%d files, want 4", n)
	}
	b.store.noDelete.Store(true)
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
		n, err := b.s.DeleteOlder(ctx, tx, subject.Report, time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC), 10)
		if n != 1 {
			t.Errorf("%d deleted by age", n)
		}
		return err
	})
	b.store.noDelete.Store(false)
	if n := len(b.keys(t)); n != 4 {
		t.Errorf("%d files, want 4: the store was gone", n)
	}
	dbtest.SetNow(t, tx, time.Now().Add(time.Hour)) // the memory store stamps by the machine's clock
	if err := b.s.SweepOrphans(ctx); err != nil || len(b.keys(t)) != 4 {
		t.Errorf("swept too early: %d files, %v", len(b.keys(t)), err)
	}
	dbtest.SetNow(t, tx, time.Now().Add(3*time.Hour))
	if err := b.s.SweepOrphans(ctx); err != nil || len(b.keys(t)) != 2 {
		t.Errorf("orphans: %d files, %v", len(b.keys(t)), err)
	}
	if all, err := attachments.ForSubject(ctx, tx, refs[2]); err != nil || len(all) != 1 {
		t.Fatalf("the young one: %v, %v", all, err)
	} else if _, err := b.s.Bytes(ctx, all[0], true); err != nil {
		t.Errorf("its bytes: %v", err)
	}
}

// TestRolledBack: what a failed transaction wanted to delete keeps its bytes.
func TestRolledBack(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.Tx(t)), t.Context()
	a := b.upload(t, 1)
	stop := errors.New("stop")
	err := db.Transact(ctx, b.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := b.s.DeleteForDraft(ctx, tx, b.draft); err != nil {
			t.Error(err)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if _, err := b.s.Bytes(ctx, a, false); err != nil {
		t.Errorf("the bytes are gone: %v", err)
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.Tx(t)), t.Context()
	a := b.upload(t, 1)
	for _, key := range b.keys(t) {
		if strings.HasSuffix(key, "-l.jpg") {
			if err := b.store.Put(ctx, key, []byte("\xff\xd8\xffrotten")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := b.s.Bytes(ctx, a, false); !fault.Is(err, fault.Gone) {
		t.Errorf("damaged: %v", err)
	}
	if _, err := b.s.Bytes(ctx, a, true); err != nil {
		t.Errorf("the small form is fine: %v", err)
	}
	for _, key := range b.keys(t) {
		if err := b.store.Delete(ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.s.Bytes(ctx, a, true); !fault.Is(err, fault.Gone) {
		t.Errorf("missing: %v", err)
	}
}

func TestPrepared(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, dbtest.Tx(t)), t.Context()
	p, err := b.s.Prepare(ctx, bytes.NewReader(photo(t, 1)))
	if err != nil {
		t.Fatal(err)
	}
	refs := []uuid.UUID{subject.NewID(), subject.NewID()}
	at := time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)
	b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
		var all []attachments.Copy
		for _, id := range refs {
			all = append(all, attachments.Copy{
				Prepared: p, Subject: subject.Ref{Kind: subject.Report, ID: id}, Alt: "Loch", State: attachments.Released, At: at,
			})
		}
		return attachments.Attach(ctx, tx, all)
	})
	drop := func(id uuid.UUID) {
		t.Helper()
		b.transact(t, func(ctx context.Context, tx pgx.Tx) error {
			n, err := b.s.DeleteFor(ctx, tx, subject.Report, id)
			if n != 1 {
				t.Errorf("%d deleted", n)
			}
			return err
		})
	}
	drop(refs[0])
	all, err := attachments.ForSubject(ctx, b.db, subject.Ref{Kind: subject.Report, ID: refs[1]})
	if err != nil || len(all) != 1 || all[0].State != attachments.Released || !all[0].CreatedAt.Equal(at) {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := b.s.Bytes(ctx, all[0], false); err != nil {
		t.Errorf("shared bytes went with the first: %v", err)
	}
	drop(refs[1])
	if keys := b.keys(t); len(keys) > 0 {
		t.Errorf("left in the store: %v", keys)
	}
}

func TestBelongs(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := setup(t, tx)
	a := b.upload(t, 1)
	for _, sql := range []string{
		`UPDATE attachments SET draft_id = NULL WHERE id = $1`,
		`UPDATE attachments SET subject_kind = 'report', subject_id = id WHERE id = $1`,
		`UPDATE attachments SET draft_id = NULL, subject_kind = 'report' WHERE id = $1`,
		`UPDATE attachments SET state = 'released' WHERE id = $1`,
	} {
		err := db.Transact(t.Context(), tx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql, a.ID)
			return err
		})
		if err == nil {
			t.Errorf("the database lets through: %s", sql)
		}
	}
}
