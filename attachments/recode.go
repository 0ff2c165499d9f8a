package attachments

import (
	"context"
	"io"
)

// Recode reads a picture as Upload does and returns our own encoding of it, a
// JPEG, without keeping anything: for pictures that are files of something else.
// Faults: Unsupported, TooLarge, Unavailable.
func (s *Service) Recode(ctx context.Context, photo io.Reader) ([]byte, error) {
	p, err := s.pipe.read(ctx, photo)
	return p.large, err
}
