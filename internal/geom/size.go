package geom

import (
	"encoding/binary"
	"errors"
)

// errSize: the geometry says that it has more parts than bytes.
var errSize = errors.New("geom: broken geometry")

const (
	flagZ    = 1 << 31
	flagM    = 1 << 30
	flagSRID = 1 << 29
	maxDepth = 8 // collections within collections
)

// checkSize walks through EWKB without decoding it and fails when a count can't
// be true: the decoder makes room for what is announced before it reads, 32 GB
// for nine bytes. Format: PostGIS, doc/ZMSgeoms.txt.
func checkSize(src []byte) error {
	w := walker{rest: src}
	w.geometry(0)
	return w.err
}

type walker struct {
	rest []byte
	err  error
}

func (w *walker) take(n int) []byte {
	if w.err != nil || n < 0 || n > len(w.rest) {
		w.err = errSize
		return nil
	}
	b := w.rest[:n]
	w.rest = w.rest[n:]
	return b
}

func (w *walker) number(order binary.ByteOrder) int {
	b := w.take(4)
	if b == nil {
		return 0
	}
	return int(order.Uint32(b))
}

// skip passes over that many points.
func (w *walker) skip(points, pointSize int) {
	if points > len(w.rest)/pointSize {
		w.err = errSize
		return
	}
	w.take(points * pointSize)
}

func (w *walker) geometry(depth int) {
	head := w.take(1)
	if head == nil || depth > maxDepth {
		w.err = errSize
		return
	}
	var order binary.ByteOrder = binary.BigEndian
	if head[0] == 1 {
		order = binary.LittleEndian
	}
	kind := w.number(order)
	if w.err != nil {
		return
	}
	pointSize := 16
	for _, flag := range []int{flagZ, flagM} {
		if kind&flag != 0 {
			pointSize += 8
		}
	}
	if kind&flagSRID != 0 {
		w.take(4)
	}
	switch kind &^ (flagZ | flagM | flagSRID) {
	case 1: // point
		w.skip(1, pointSize)
	case 2: // line
		w.skip(w.number(order), pointSize)
	case 3: // polygon: rings
		for n := w.number(order); n > 0 && w.err == nil; n-- {
			w.skip(w.number(order), pointSize)
		}
	case 4, 5, 6, 7: // several, and collections
		for n := w.number(order); n > 0 && w.err == nil; n-- {
			w.geometry(depth + 1)
		}
	default:
		w.err = errSize
	}
}
