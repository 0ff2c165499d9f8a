package attachments

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"image/jpeg"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// sealedForm is a photo from before a decision covered parts of it.
type sealedForm struct {
	Decision uuid.UUID
	N        int
	Rects    []Rect
	Blob     string
	Secret   []byte
}

// Conceal covers parts of a photo as Redact does, leaves no form without the cover
// and keeps the photo as it is now sealed under the id of the decision: only Reveal
// opens it. The caller has asked the policy. Faults as Redact.
func (s *Service) Conceal(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id, decision uuid.UUID, rects []Rect) error {
	before, err := load(ctx, tx, sqlLockByID, id)
	if err != nil {
		return err
	}
	after, err := s.Redact(ctx, tx, actor, id, rects)
	if err != nil {
		return err
	}
	p, err := s.form(ctx, before)
	if err != nil {
		return err
	}
	if err := s.seal(ctx, tx, sealedForm{Decision: decision, N: after.Version, Rects: rects}, id, p); err != nil {
		return err
	}
	return s.Settle(ctx, tx, id)
}

// Reveal takes back what a decision covered: the photo has exactly the bytes again
// that it had, unless parts of it were covered since then; those stay covered.
// fault.NotFound when nothing is kept of it any more, Gone when its bytes are
// damaged. The caller has asked the policy.
func (s *Service) Reveal(ctx context.Context, tx pgx.Tx, actor accounts.Actor, decision uuid.UUID) error {
	var id uuid.UUID
	err := tx.QueryRow(ctx, sqlSealedPhoto, decision).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("sealed photo")
	}
	if err != nil {
		return fmt.Errorf("sealed photo: %w", err)
	}
	a, err := load(ctx, tx, sqlLockByID, id)
	if err != nil {
		return err
	}
	list, err := sealedSince(ctx, tx, decision)
	if err != nil {
		return err
	}
	if a.State == Removed || len(list) == 0 { // somebody else was faster
		return fault.Missing("sealed photo")
	}
	p, err := s.open(ctx, list[0])
	if err != nil {
		return err
	}
	for _, later := range list[1:] { // decisions that still hold
		if err := s.DropSealed(ctx, tx, later.Decision); err != nil {
			return err
		}
		if err := s.seal(ctx, tx, later, id, p); err != nil {
			return err
		}
		if p, err = s.covered(ctx, p, later.Rects); err != nil {
			return err
		}
	}
	byStaff, err := Covered(ctx, tx, id) // since the last decision
	if err != nil {
		return err
	}
	a.Version++
	a.blob, a.smallBlob = blobKey(id, a.Version, "l"), blobKey(id, a.Version, "s")
	if err := s.put(ctx, a, p); err != nil {
		return err
	}
	if err := setForm(ctx, tx, actor, a, p, []Rect{}); err != nil {
		return err
	}
	if err := s.Settle(ctx, tx, id); err != nil {
		return err
	}
	if len(byStaff) > 0 {
		if _, err := s.Redact(ctx, tx, actor, id, byStaff); err != nil {
			return err
		}
	}
	return s.DropSealed(ctx, tx, decision)
}

// DropSealed forgets sealed photos of decisions that nobody can object to any more.
func (s *Service) DropSealed(ctx context.Context, tx pgx.Tx, decisions ...uuid.UUID) error {
	keys, err := blobs(ctx, tx, sqlDropSealed, decisions)
	if err != nil {
		return err
	}
	db.AfterCommit(ctx, func() { s.drop(ctx, keys) })
	return nil
}

// form reads both sizes of a photo as it is.
func (s *Service) form(ctx context.Context, a Attachment) (picture, error) {
	large, err := s.Bytes(ctx, a, false)
	if err != nil {
		return picture{}, err
	}
	small, err := s.Bytes(ctx, a, true)
	if err != nil {
		return picture{}, err
	}
	return pictureOf(large, small)
}

func pictureOf(large, small []byte) (picture, error) {
	size, err := jpeg.DecodeConfig(bytes.NewReader(large))
	if err != nil {
		return picture{}, errGone(err)
	}
	return picture{large: large, small: small, width: size.Width, height: size.Height, sum: sha256.Sum256(large)}, nil
}

func (s *Service) covered(ctx context.Context, p picture, rects []Rect) (picture, error) {
	release, err := s.pipe.slot(ctx, 1)
	if err != nil {
		return picture{}, err
	}
	defer release()
	return cover(p.large, rects)
}

// seal stores a photo encrypted under a secret of its own. Each sealing has a file
// of its own: a transaction that is undone leaves the one before.
func (s *Service) seal(ctx context.Context, tx pgx.Tx, f sealedForm, id uuid.UUID, p picture) error {
	f.Secret = make([]byte, 32)
	_, _ = rand.Read(f.Secret)
	g, err := sealer(f.Secret)
	if err != nil {
		return err
	}
	plain := binary.BigEndian.AppendUint32(nil, uint32(len(p.large)))
	plain = append(append(plain, p.large...), p.small...)
	nonce := make([]byte, g.NonceSize())
	_, _ = rand.Read(nonce)
	name := subject.NewID().String()
	f.Blob = fmt.Sprintf("%s%s/%s-sealed.bin", blobPrefix, name[len(name)-2:], name)
	if err := s.files.Put(ctx, f.Blob, g.Seal(nonce, nonce, plain, f.Decision[:])); err != nil {
		return fmt.Errorf("store sealed photo: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlInsertSealed, f.Decision, id, f.N, f.Rects, f.Blob, f.Secret); err != nil {
		return fmt.Errorf("insert sealed photo: %w", err)
	}
	return nil
}

func (s *Service) open(ctx context.Context, f sealedForm) (picture, error) {
	data, err := s.files.Get(ctx, f.Blob)
	if err != nil {
		return picture{}, errGone(err)
	}
	g, err := sealer(f.Secret)
	if err != nil {
		return picture{}, err
	}
	if len(data) < g.NonceSize() {
		return picture{}, errGone(errors.New("sealed photo: too short"))
	}
	plain, err := g.Open(nil, data[:g.NonceSize()], data[g.NonceSize():], f.Decision[:])
	if err != nil {
		return picture{}, errGone(err)
	}
	n := int(binary.BigEndian.Uint32(plain)) // what was sealed is whole: its tag fits
	return pictureOf(plain[4:4+n], plain[4+n:])
}

func sealer(secret []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("sealed photo: %w", err)
	}
	g, err := cipher.NewGCM(b)
	if err != nil {
		return nil, fmt.Errorf("sealed photo: %w", err)
	}
	return g, nil
}

func sealedSince(ctx context.Context, tx pgx.Tx, decision uuid.UUID) ([]sealedForm, error) {
	rows, err := tx.Query(ctx, sqlSealedSince, decision)
	if err != nil {
		return nil, fmt.Errorf("sealed photos: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sealedForm])
	if err != nil {
		return nil, fmt.Errorf("sealed photos: %w", err)
	}
	return list, nil
}

const (
	sqlSealedPhoto = `SELECT attachment_id FROM attachment_sealed WHERE id = $1`
	sqlSealedSince = `
SELECT o.id, o.n, o.redactions, o.blob, o.secret
FROM attachment_sealed s
JOIN attachment_sealed o ON o.attachment_id = s.attachment_id AND o.n >= s.n
WHERE s.id = $1
ORDER BY o.n`
	sqlInsertSealed = `
INSERT INTO attachment_sealed (id, attachment_id, n, redactions, blob, secret)
VALUES ($1, $2, $3, $4, $5, $6)`
	// in pairs, as blobs reads them.
	sqlDropSealed      = `DELETE FROM attachment_sealed WHERE id = ANY($1) RETURNING blob, blob`
	sqlDropSealedForms = `DELETE FROM attachment_sealed WHERE attachment_id = ANY($1) RETURNING blob, blob`
	sqlForgetSealed    = `DELETE FROM attachment_sealed WHERE blob = ANY($1)`
)
