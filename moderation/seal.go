package moderation

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// A copy for the police is sealed when it is asked for: its key is the sum of
// two halves. The first is shown once to who asks, the second once to who
// approves; nothing that we keep opens it, and one half is worth nothing.

// Copy is a sealed copy without its content.
type Copy struct {
	ID         uuid.UUID
	Item       uuid.UUID
	Authority  string
	FileNumber string
	Reason     string
	SHA256     []byte
	AskedBy    uuid.UUID
	AskedAt    time.Time
	ApprovedAt *time.Time
	OpenedAt   *time.Time
}

// CopyOrder asks for a copy.
type CopyOrder struct {
	Item       uuid.UUID
	Authority  string // who asks for it
	FileNumber string
	Reason     string
}

// sealed is what lies in the file.
type sealed struct {
	Number  string        `json:"number"`
	Part    string        `json:"part"`
	Title   string        `json:"title"`
	Text    string        `json:"text"`
	Written time.Time     `json:"written_at"`
	Taken   time.Time     `json:"taken_at"`
	Notices []string      `json:"notices"`
	Photos  []sealedPhoto `json:"photos"`
}

type sealedPhoto struct {
	ID   string `json:"id"`
	Alt  string `json:"alt"`
	JPEG []byte `json:"jpeg"`
}

// halfWords writes half a key so that people can read it out.
var halfWords = base32.StdEncoding.WithPadding(base32.NoPadding) //nolint:gochecknoglobals // a constant in all but name

// AskCopy takes and seals a copy of a content as it is now, and gives the first
// half of its key, shown once. It is Conflict when the actor has asked for the
// same copy within the last ten minutes: the half was shown then.
func (s *Service) AskCopy(ctx context.Context, actor accounts.Actor, o CopyOrder) (half string, err error) {
	o.Authority, o.FileNumber, o.Reason = strings.TrimSpace(o.Authority), strings.TrimSpace(o.FileNumber), strings.TrimSpace(o.Reason)
	var wrong fault.Fields
	if o.Authority == "" {
		wrong.Add("authority", "moderation.err.authority")
	}
	if o.Reason == "" {
		wrong.Add("reason", "moderation.err.reason")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	id := subject.NewID()
	blob := "sealed/" + id.String() + ".bin"
	err = s.asModerator(ctx, actor, o.Item, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c subject.Content) error {
		twice, err := db.Exists(ctx, tx, sqlAskedBefore, o.Item, o.Authority, o.FileNumber, actor.Person)
		if err != nil {
			return err
		}
		if twice {
			return fault.New(fault.Conflict, "moderation.err.copy_twice")
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		raw, err := s.pack(ctx, tx, o.Item, c, now)
		if err != nil {
			return err
		}
		first, second := make([]byte, 32), make([]byte, 32)
		_, _ = rand.Read(first) // never fails since Go 1.24
		_, _ = rand.Read(second)
		data, err := seal(join(first, second), raw)
		if err != nil {
			return err
		}
		if err := s.files.Put(ctx, blob, data); err != nil {
			return fmt.Errorf("store sealed copy: %w", err)
		}
		sum := sha256.Sum256(data)
		if _, err := tx.Exec(ctx, sqlInsertCopy, id, o.Item, o.Authority, o.FileNumber, o.Reason, blob, sum[:], second, actor.Person); err != nil {
			return fmt.Errorf("insert sealed copy: %w", err)
		}
		half = halfWords.EncodeToString(first)
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.copy_ask", Ref: c.Ref, Reason: o.Reason})
	})
	return half, err
}

func (s *Service) pack(ctx context.Context, q db.Queryer, item uuid.UUID, c subject.Content, now time.Time) ([]byte, error) {
	out := sealed{Number: c.PublicNumber(), Part: string(c.Part.Part), Title: c.Title, Text: c.Text, Written: c.At, Taken: now}
	flags, err := openFlags(ctx, q, item)
	if err != nil {
		return nil, err
	}
	for _, f := range flags { // what it is about, not who said it
		out.Notices = append(out.Notices, f.Category)
	}
	for _, p := range c.Photos {
		data, err := s.photos.Photo(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		out.Photos = append(out.Photos, sealedPhoto{ID: p.ID.String(), Alt: p.Alt, JPEG: data})
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("sealed copy: %w", err)
	}
	return raw, nil
}

// ApproveCopy is the second person's yes, and gives them the second half of the
// key, shown once. It is Forbidden to whoever asked.
func (s *Service) ApproveCopy(ctx context.Context, actor accounts.Actor, id uuid.UUID) (half string, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayModerate(actor); err != nil {
			return err
		}
		var asked, item uuid.UUID
		var second []byte
		err = tx.QueryRow(ctx, sqlLockCopy, id).Scan(&asked, &item, &second)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("copy")
		}
		if err != nil {
			return fmt.Errorf("load sealed copy: %w", err)
		}
		if err := maySecond(actor, asked); err != nil {
			return err
		}
		if second == nil {
			return fault.New(fault.Conflict, "moderation.err.stale")
		}
		if _, err := tx.Exec(ctx, sqlApproveCopy, id, actor.Person); err != nil {
			return fmt.Errorf("approve sealed copy: %w", err)
		}
		half = halfWords.EncodeToString(second)
		it, err := itemByID(ctx, tx, item, false)
		if err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.copy_approve", Ref: it.Part.Ref})
	})
	return half, err
}

// OpenCopy gives the content of an approved copy to a moderator who has both
// halves of its key; each opening is in the audit log.
func (s *Service) OpenCopy(ctx context.Context, actor accounts.Actor, id uuid.UUID, first, second string) ([]byte, error) {
	var raw []byte
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayModerate(actor); err != nil {
			return err
		}
		var item uuid.UUID
		var blob string
		var sum []byte
		err = tx.QueryRow(ctx, sqlOpenCopy, id).Scan(&item, &blob, &sum)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("copy")
		}
		if err != nil {
			return fmt.Errorf("load sealed copy: %w", err)
		}
		data, err := s.files.Get(ctx, blob)
		if err != nil {
			return err
		}
		if got := sha256.Sum256(data); !bytes.Equal(got[:], sum) {
			return fmt.Errorf("sealed copy %s: checksum differs", id)
		}
		a, errA := halfWords.DecodeString(cleanHalf(first))
		b, errB := halfWords.DecodeString(cleanHalf(second))
		if errA != nil || errB != nil || len(a) != 32 || len(b) != 32 {
			return fault.OnField("first", "moderation.err.halves")
		}
		if raw, err = unseal(join(a, b), data); err != nil {
			return fault.OnField("first", "moderation.err.halves").Because(err)
		}
		if _, err := tx.Exec(ctx, sqlCopyOpened, id); err != nil {
			return fmt.Errorf("open sealed copy: %w", err)
		}
		it, err := itemByID(ctx, tx, item, false)
		if err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "moderation.copy_open", Ref: it.Part.Ref})
	})
	return raw, err
}

// Copies lists the sealed copies, newest first.
func (s *Service) Copies(ctx context.Context, actor accounts.Actor) ([]Copy, error) {
	if err := MayModerate(actor); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlCopies)
	if err != nil {
		return nil, fmt.Errorf("sealed copies: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Copy])
	if err != nil {
		return nil, fmt.Errorf("sealed copies: %w", err)
	}
	return list, nil
}

func join(a, b []byte) []byte {
	key := make([]byte, len(a))
	for i := range a {
		key[i] = a[i] ^ b[i]
	}
	return key
}

func cleanHalf(typed string) string {
	return strings.ToUpper(strings.Join(strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == '-' || r == '\n' || r == '\t' }), ""))
}

// seal encrypts with AES-256-GCM; the nonce stands in front.
func seal(key, raw []byte) ([]byte, error) {
	g, err := gcm(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, g.NonceSize())
	_, _ = rand.Read(nonce)
	return g.Seal(nonce, nonce, raw, nil), nil
}

func unseal(key, data []byte) ([]byte, error) {
	g, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(data) < g.NonceSize() {
		return nil, errors.New("sealed copy: too short")
	}
	raw, err := g.Open(nil, data[:g.NonceSize()], data[g.NonceSize():], nil)
	if err != nil {
		return nil, fmt.Errorf("sealed copy: %w", err)
	}
	return raw, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("sealed copy: %w", err)
	}
	g, err := cipher.NewGCM(b)
	if err != nil {
		return nil, fmt.Errorf("sealed copy: %w", err)
	}
	return g, nil
}

const (
	sqlInsertCopy = `
INSERT INTO sealed_copies (id, item_id, authority, file_number, reason, blob, sha256, second_half, asked_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlAskedBefore = `
SELECT EXISTS (
  SELECT FROM sealed_copies
  WHERE item_id = $1 AND authority = $2 AND file_number = $3 AND asked_by = $4 AND asked_at > mitwirk_now() - interval '10 minutes'
)`
	sqlLockCopy    = `SELECT asked_by, item_id, second_half FROM sealed_copies WHERE id = $1 FOR UPDATE`
	sqlApproveCopy = `UPDATE sealed_copies SET approved_by = $2, approved_at = mitwirk_now(), second_half = NULL WHERE id = $1`
	sqlOpenCopy    = `SELECT item_id, blob, sha256 FROM sealed_copies WHERE id = $1 AND approved_by IS NOT NULL FOR UPDATE`
	sqlCopyOpened  = `UPDATE sealed_copies SET opened_at = mitwirk_now() WHERE id = $1`
	sqlCopies      = `
SELECT id, item_id, authority, file_number, reason, sha256, asked_by, asked_at, approved_at, opened_at
FROM sealed_copies
ORDER BY asked_at DESC, id
LIMIT 100`
	sqlOldCopies = `DELETE FROM sealed_copies WHERE asked_at < mitwirk_now() - interval '12 months' RETURNING blob`
)
