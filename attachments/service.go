package attachments

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/subject"
)

// Drafts says whose a draft is; package drafts beside this one is plugged in.
type Drafts interface {
	// Mine returns fault.NotFound unless the draft is the actor's.
	Mine(ctx context.Context, q db.Queryer, actor accounts.Actor, draft uuid.UUID) error
	// Lock is Mine and locks the draft until the end of the transaction.
	Lock(ctx context.Context, tx pgx.Tx, actor accounts.Actor, draft uuid.UUID) error
}

// Config makes a Service.
type Config struct {
	DB     db.DB
	Files  files.Store
	Drafts Drafts
	Logger *slog.Logger // nil: slog.Default()
}

// Service uploads, covers, serves and deletes photos. One per process, since it
// holds the places of the photos that are worked on.
type Service struct {
	db     db.DB
	files  files.Store
	drafts Drafts
	log    *slog.Logger
	pipe   *pipeline
}

// New makes a Service.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Files == nil || cfg.Drafts == nil {
		return nil, errors.New("attachments: DB, Files and Drafts are needed")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	return &Service{db: cfg.DB, files: cfg.Files, drafts: cfg.Drafts, log: cfg.Logger, pipe: newPipeline()}, nil
}

// Upload reads a photo, keeps our own encoding of it and adds it to a draft of
// the actor. When it returns, bytes and row are on disk. The same picture sent
// again to the same draft is the same photo, so a repeated request is harmless.
//
// Where the photo says that it was taken is handed back in Taken and kept
// nowhere.
//
// Faults, none of which costs the draft: NotFound (not the actor's draft),
// Unsupported, TooLarge, Conflict (five already), Invalid (alt), Unavailable
// with RetryAfter (too many at once, disk full).
func (s *Service) Upload(ctx context.Context, actor accounts.Actor, draft uuid.UUID, photo io.Reader, alt string) (Attachment, error) {
	alt, err := cleanAlt(alt)
	if err != nil {
		return Attachment{}, err
	}
	if err := s.drafts.Mine(ctx, s.db, actor, draft); err != nil {
		return Attachment{}, err
	}
	p, err := s.pipe.read(ctx, photo)
	if err != nil {
		return Attachment{}, err
	}
	a := p.attachment()
	a.Draft, a.Owner, a.Alt = draft, actor.Person, alt
	if err := s.put(ctx, a, p); err != nil {
		return Attachment{}, err
	}
	fresh := a.ID
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.drafts.Lock(ctx, tx, actor, draft); err != nil {
			return err
		}
		a, err = add(ctx, tx, a)
		return err
	})
	a.Taken = p.gps
	if err == nil && a.ID == fresh {
		return a, nil
	}
	var refused *fault.Error
	if err == nil || errors.As(err, &refused) && refused.Kind != fault.Unavailable {
		// Nobody will name these bytes. Where the end of the transaction is
		// unknown they stay, and SweepOrphans decides.
		s.drop(ctx, []string{blobKey(fresh, 1, "l"), blobKey(fresh, 1, "s")})
	}
	if err != nil {
		return Attachment{}, err
	}
	return a, nil
}

// add inserts a photo behind the others of its locked draft, unless the same
// one is there, which is returned then.
func add(ctx context.Context, tx pgx.Tx, a Attachment) (Attachment, error) {
	there, err := ForDraft(ctx, tx, a.Draft)
	if err != nil {
		return Attachment{}, err
	}
	if i := slices.IndexFunc(there, func(o Attachment) bool { return bytes.Equal(o.SHA256, a.SHA256) }); i >= 0 {
		return there[i], nil
	}
	if len(there) >= MaxPhotos {
		return Attachment{}, errMany()
	}
	if len(there) > 0 {
		a.Ord = there[len(there)-1].Ord + 1
	}
	var b pgx.Batch
	insert(&b, a)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return Attachment{}, fmt.Errorf("insert photo: %w", err)
	}
	return load(ctx, tx, sqlByID, a.ID)
}

func (p picture) attachment() Attachment {
	id := subject.NewID()
	return Attachment{
		ID:        id,
		Size:      len(p.large),
		Width:     p.width,
		Height:    p.height,
		SHA256:    p.sum[:],
		State:     Held,
		Version:   1,
		blob:      blobKey(id, 1, "l"),
		smallBlob: blobKey(id, 1, "s"),
	}
}

// blobPrefix is where all photos lie in the store.
const blobPrefix = "photos/"

// blobKey names the bytes of one form. The last signs of a UUIDv7 are random
// and spread the files over 256 folders.
func blobKey(id uuid.UUID, version int, form string) string {
	name := id.String()
	return fmt.Sprintf("%s%s/%s-%d-%s.jpg", blobPrefix, name[len(name)-2:], name, version, form)
}

func (s *Service) put(ctx context.Context, a Attachment, p picture) error {
	if err := s.files.Put(ctx, a.blob, p.large); err != nil {
		return fmt.Errorf("store photo: %w", err)
	}
	if err := s.files.Put(ctx, a.smallBlob, p.small); err != nil {
		return fmt.Errorf("store small photo: %w", err)
	}
	return nil
}

// Discard removes a photo from the actor's own draft. Again is no error;
// fault.NotFound for anything that is not in a draft of the actor.
func (s *Service) Discard(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		a, err := s.lockMine(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		return s.erase(ctx, tx, []uuid.UUID{a.ID})
	})
}

// Describe sets the alternative text of a photo in the actor's own draft.
func (s *Service) Describe(ctx context.Context, actor accounts.Actor, id uuid.UUID, alt string) (Attachment, error) {
	var a Attachment
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.lockMine(ctx, tx, actor, id); err != nil {
			return err
		}
		if err := SetAlt(ctx, tx, actor, id, alt); err != nil {
			return err
		}
		var err error
		a, err = ByID(ctx, tx, id)
		return err
	})
	return a, err
}

func (s *Service) lockMine(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) (Attachment, error) {
	a, err := ByID(ctx, tx, id)
	if err != nil {
		return Attachment{}, err
	}
	if a.Draft == uuid.Nil {
		return Attachment{}, fault.Missing("photo of a draft")
	}
	if err := s.drafts.Lock(ctx, tx, actor, a.Draft); err != nil { // the draft first, as Upload does
		return Attachment{}, err
	}
	return load(ctx, tx, sqlLockByID, id)
}

// MayEdit returns fault.NotFound unless the photo lies in a draft of the actor.
func (s *Service) MayEdit(ctx context.Context, actor accounts.Actor, a Attachment) error {
	if a.Draft == uuid.Nil || a.State == Removed {
		return fault.Missing("photo of a draft")
	}
	return s.drafts.Mine(ctx, s.db, actor, a.Draft)
}

// Get loads a photo that still has bytes, or fault.NotFound. It does not ask
// who may see it.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Attachment, error) {
	a, err := ByID(ctx, s.db, id)
	if err == nil && a.State == Removed {
		return Attachment{}, fault.Missing("photo")
	}
	return a, err
}

// Bytes reads the large or the small form, a JPEG. fault.Gone when the bytes
// are damaged or missing: one photo is lost then, and nothing else.
func (s *Service) Bytes(ctx context.Context, a Attachment, small bool) ([]byte, error) {
	key := a.blob
	if small {
		key = a.smallBlob
	}
	data, err := s.files.Get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		s.log.Error("photo without bytes", "photo", a.ID, "version", a.Version)
		return nil, errGone(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read photo: %w", err)
	}
	if sum := sha256.Sum256(data); !small && !bytes.Equal(sum[:], a.SHA256) {
		s.log.Error("photo with damaged bytes", "photo", a.ID, "version", a.Version)
		return nil, errGone(errors.New("checksum differs"))
	}
	return data, nil
}

// Photo is Bytes of the large form, by the photo's id.
func (s *Service) Photo(ctx context.Context, id uuid.UUID) ([]byte, error) {
	a, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.Bytes(ctx, a, false)
}

// Redact covers parts of a photo in a new version that takes the place of the
// one before; the boxes are drawn into the first kept form, so the list says
// all of them, and an empty one takes them back. The caller has asked the
// policy. Faults: Invalid, NotFound, Gone, Unavailable.
func (s *Service) Redact(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, rects []Rect) (Attachment, error) {
	if err := checkRects(rects); err != nil {
		return Attachment{}, err
	}
	a, err := load(ctx, tx, sqlLockByID, id)
	if err != nil {
		return Attachment{}, err
	}
	if a.State == Removed {
		return Attachment{}, fault.Missing("photo")
	}
	var first string
	if err := tx.QueryRow(ctx, sqlFirstVersion, id).Scan(&first); err != nil {
		return Attachment{}, fmt.Errorf("first form of photo: %w", err)
	}
	data, err := s.files.Get(ctx, first)
	if err != nil {
		return Attachment{}, errGone(err)
	}
	release, err := s.pipe.slot(ctx, 1)
	if err != nil {
		return Attachment{}, err
	}
	p, err := cover(data, rects)
	release()
	if err != nil {
		return Attachment{}, err
	}
	a.Version++
	a.blob, a.smallBlob = blobKey(id, a.Version, "l"), blobKey(id, a.Version, "s")
	if err := s.put(ctx, a, p); err != nil {
		return Attachment{}, err
	}
	if rects == nil {
		rects = []Rect{}
	}
	if err := setForm(ctx, tx, actor, a, p, rects); err != nil {
		return Attachment{}, err
	}
	return ByID(ctx, tx, id)
}

// setForm makes a form whose bytes are stored the present one.
func setForm(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a Attachment, p picture, rects []Rect) error {
	if _, err := tx.Exec(ctx, sqlInsertVersion, a.ID, a.Version, rects, a.blob, a.smallBlob, db.OrNull(actor.Person)); err != nil {
		return fmt.Errorf("insert form of photo: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlSetVersion, a.ID, a.Version, a.blob, a.smallBlob, len(p.large), p.width, p.height, p.sum[:]); err != nil {
		return fmt.Errorf("set form of photo: %w", err)
	}
	return nil
}

// versionsKept is how long a form that a covering replaced can be taken back.
const versionsKept = 30 * 24 * time.Hour
