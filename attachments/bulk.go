package attachments

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// Prepared is a photo whose bytes are stored but which belongs to nothing yet.
// Imports and the demo prepare a picture once and attach it to many things;
// the bytes go with the last of them. Attach within two hours (see orphanAge).
type Prepared struct{ a Attachment }

// Prepare reads a photo as Upload does and stores its bytes.
func (s *Service) Prepare(ctx context.Context, photo io.Reader) (Prepared, error) {
	p, err := s.pipe.read(ctx, photo)
	if err != nil {
		return Prepared{}, err
	}
	a := p.attachment()
	return Prepared{a}, s.put(ctx, a, p)
}

// Copy is a prepared photo and the thing it is attached to.
type Copy struct {
	Prepared

	Subject subject.Ref
	Owner   uuid.UUID // may be zero
	Alt     string
	Ord     int
	State   State     // "": held
	At      time.Time // zero: now
}

// Attach inserts rows for prepared photos in one round trip.
func Attach(ctx context.Context, tx pgx.Tx, all []Copy) error {
	var b pgx.Batch
	for _, n := range all {
		alt, err := cleanAlt(n.Alt)
		if err != nil {
			return err
		}
		a := n.a
		a.ID = subject.NewID()
		a.Subject, a.Owner, a.Alt, a.Ord, a.CreatedAt = n.Subject, n.Owner, alt, n.Ord, n.At
		if n.State != "" {
			a.State = n.State
		}
		insert(&b, a)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("insert photos: %w", err)
	}
	return nil
}
