package attachments_test

import (
	"bytes"
	"context"
	"image/jpeg"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

// TestSettle: after the release nobody gets back what was covered, not even by
// taking the boxes away.
func TestSettle(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.Tx(t))
	first := b.upload(t, 1)
	redact := func(rects ...attachments.Rect) (a attachments.Attachment) {
		t.Helper()
		b.transact(t, func(ctx context.Context, tx pgx.Tx) (err error) {
			a, err = b.s.Redact(ctx, tx, b.me, first.ID, rects)
			return err
		})
		return a
	}
	redact(attachments.Rect{X: 0, Y: 0, W: 0.5, H: 1})
	for range 2 {
		b.transact(t, func(ctx context.Context, tx pgx.Tx) error { return b.s.Settle(ctx, tx, first.ID) })
	}
	if _, err := b.s.Bytes(t.Context(), first, false); err == nil {
		t.Error("the uncovered form is still there")
	}
	raw, err := b.s.Bytes(t.Context(), redact(), false)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, bl, _ := img.At(10, 30).RGBA(); r+g+bl > 3*0x3000 {
		t.Errorf("taking the boxes away uncovers: %v", img.At(10, 30))
	}
}
