package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// clamd speaks the protocol of ClamAV's daemon (clamd(8), INSTREAM): chunks with
// their length in network order, an empty one at the end.
type clamd struct{ network, address string }

const (
	chunk     = 64 << 10
	answerMax = 4 << 10
)

// Clean implements Scanner.
func (s *clamd) Clean(ctx context.Context, data []byte) (bool, error) {
	c, err := dial(ctx, s.network, s.address)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.Close() }() // all that was to be read is read
	out := bufio.NewWriter(c)
	_, err = out.WriteString("zINSTREAM\x00")
	for len(data) > 0 && err == nil {
		n := min(chunk, len(data))
		var head [4]byte
		binary.BigEndian.PutUint32(head[:], uint32(n))
		if _, err = out.Write(head[:]); err == nil {
			_, err = out.Write(data[:n])
		}
		data = data[n:]
	}
	if err == nil {
		_, err = out.Write([]byte{0, 0, 0, 0})
	}
	if err == nil {
		err = out.Flush()
	}
	// What clamd says when a file is too large comes while we still write.
	answer, readErr := bufio.NewReader(io.LimitReader(c, answerMax)).ReadString(0)
	if readErr != nil {
		return false, fmt.Errorf("scanner: %w", errors.Join(err, readErr))
	}
	return clamdAnswer(strings.TrimRight(answer, "\x00\n"))
}

// clamdAnswer reads "stream: OK", "stream: NAME FOUND", "… ERROR".
func clamdAnswer(answer string) (bool, error) {
	switch {
	case answer == "stream: OK":
		return true, nil
	case strings.HasPrefix(answer, "stream: ") && strings.HasSuffix(answer, " FOUND"):
		return false, nil
	}
	return false, errors.New("scanner: clamd gave no verdict")
}
