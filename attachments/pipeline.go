package attachments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/mitwirk/mitwirk/internal/fault"
)

const (
	atOnce     = 2               // photos that are worked on
	atOnceRecv = 64              // uploads that are being received
	slotWait   = 3 * time.Second // for a place among those worked on
	aloneFrom  = 100 << 20       // bytes of memory from which a photo is worked on alone
)

// pipeline turns what people send into what we keep. One per process.
type pipeline struct {
	receiving *semaphore.Weighted
	working   *semaphore.Weighted
	arriving  atomic.Int64 // uploads that are being received or worked on
	busy      atomic.Int64 // places that are taken
	wait      time.Duration
	tempDir   string // "": the system's
}

func newPipeline() *pipeline {
	return &pipeline{
		receiving: semaphore.NewWeighted(atOnceRecv),
		working:   semaphore.NewWeighted(atOnce),
		wait:      slotWait,
	}
}

// read receives an upload and returns its two forms. Faults: Unsupported,
// TooLarge, Unavailable.
func (p *pipeline) read(ctx context.Context, r io.Reader) (picture, error) {
	if !p.receiving.TryAcquire(1) {
		return picture{}, errBusy(errors.New("too many uploads at once"))
	}
	defer p.receiving.Release(1)
	p.arriving.Add(1)
	defer p.arriving.Add(-1)
	f, err := p.spool(r)
	if err != nil {
		return picture{}, err
	}
	defer f.Close() // its space is free from here on: it has no name
	return p.process(ctx, f)
}

// spool receives the bytes into a file without a name, so that memory stays
// small and nothing is left, whatever happens to the process. The kind is
// looked at first: a wrong one is refused after a few bytes.
func (p *pipeline) spool(r io.Reader) (*os.File, error) {
	head := make([]byte, sniffLen)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errRead(err)
	}
	if _, err := sniff(head[:n]); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(p.tempDir, "mitwirk-upload-*")
	if err != nil {
		return nil, errBusy(fmt.Errorf("temporary file: %w", err))
	}
	fail := func(err error) (*os.File, error) {
		return nil, errors.Join(err, f.Close())
	}
	if err := os.Remove(f.Name()); err != nil {
		return fail(errBusy(fmt.Errorf("unlink temporary file: %w", err)))
	}
	if _, err := f.Write(head[:n]); err != nil {
		return fail(errBusy(fmt.Errorf("temporary file: %w", err)))
	}
	body := &source{r: io.LimitReader(r, MaxBytes-int64(n)+1)}
	m, err := io.Copy(f, body)
	switch {
	case body.err != nil:
		return fail(errRead(body.err))
	case err != nil: // the disk, not the sender
		return fail(errBusy(fmt.Errorf("temporary file: %w", err)))
	case int64(n)+m > MaxBytes:
		return fail(errSize(fmt.Errorf("more than %d bytes", MaxBytes)))
	}
	if err := rewind(f); err != nil {
		return fail(err)
	}
	return f, nil
}

// source remembers whether the sender or the disk failed.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// process works on a received file as soon as there is a place.
func (p *pipeline) process(ctx context.Context, r io.ReadSeeker) (picture, error) {
	h, err := inspect(r)
	if err != nil {
		return picture{}, err
	}
	weight := int64(1)
	if h.memory > aloneFrom {
		weight = atOnce
	}
	release, err := p.slot(ctx, weight)
	if err != nil {
		return picture{}, err
	}
	defer release()
	img, err := decodePicture(h, r)
	if err != nil {
		return picture{}, err
	}
	pic, err := encode(opaque(upright(shrink(img, LargeSide), h.orientation)))
	pic.gps = h.gps
	return pic, err
}

// slot waits for a place among those that are worked on.
func (p *pipeline) slot(ctx context.Context, weight int64) (release func(), err error) {
	waiting, stop := context.WithTimeout(ctx, p.wait)
	defer stop()
	if err := p.working.Acquire(waiting, weight); err != nil {
		return nil, errBusy(fmt.Errorf("wait for a place: %w", err))
	}
	p.busy.Add(weight)
	return func() {
		p.busy.Add(-weight)
		p.working.Release(weight)
	}, nil
}

// errRead is for an upload that broke off. A fault of the reader itself, such
// as the web layer's limit of the body, comes through.
func errRead(err error) error {
	if known, ok := errors.AsType[*fault.Error](err); ok {
		return known
	}
	return fault.New(fault.BadRequest, "err.photo.read").Because(fmt.Errorf("read upload: %w", err))
}
