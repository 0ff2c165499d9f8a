package files

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"
	"gocloud.dev/gcerrors"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// Bucket is a Store in any bucket that gocloud.dev/blob opens. Only buckets
// that keep what they acknowledge belong here: S3 does, gocloud's folder
// driver does not (see Folder).
type Bucket struct{ b *blob.Bucket }

// NewBucket wraps an open bucket.
func NewBucket(b *blob.Bucket) *Bucket { return &Bucket{b: b} }

// NewMemory is a Store that forgets everything with the process, for tests.
func NewMemory() *Bucket { return NewBucket(memblob.OpenBucket(nil)) }

// Put implements Store.
func (s *Bucket) Put(ctx context.Context, key string, data []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.b.WriteAll(ctx, key, data, nil); err != nil {
		return unavailable("write to bucket", err)
	}
	return nil
}

// Get implements Store.
func (s *Bucket) Get(ctx context.Context, key string) ([]byte, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	data, err := s.b.ReadAll(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, missing(key)
	}
	if err != nil {
		return nil, unavailable("read from bucket", err)
	}
	return data, nil
}

// Delete implements Store.
func (s *Bucket) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.b.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return unavailable("delete from bucket", err)
	}
	return nil
}

// List implements Store.
func (s *Bucket) List(ctx context.Context, prefix string, fn func(Entry) error) error {
	it := s.b.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list bucket: %w", err)
		}
		if err := fn(Entry{Key: o.Key, Size: o.Size, At: o.ModTime}); err != nil {
			return err
		}
	}
}

func missing(key string) error { return fault.Missing("file " + key) }
