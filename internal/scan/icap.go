package scan

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// icap asks by RESPMOD, as if the file were an answer of a web server (RFC 3507
// §4.9): 204 says that nothing has to be changed, a 200 with another answer in it
// that the file was replaced.
type icap struct{ address, service, host string }

// Clean implements Scanner.
func (s *icap) Clean(ctx context.Context, data []byte) (bool, error) {
	c, err := dial(ctx, "tcp", s.address)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.Close() }() // all that was to be read is read
	if _, err := c.Write(s.request(data)); err != nil {
		return false, fmt.Errorf("scanner: %w", err)
	}
	return icapAnswer(bufio.NewReader(io.LimitReader(c, int64(len(data))+1<<20)), data)
}

func (s *icap) request(data []byte) []byte {
	req := "GET http://" + s.host + "/file HTTP/1.1\r\nHost: " + s.host + "\r\n\r\n"
	res := "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + strconv.Itoa(len(data)) + "\r\n\r\n"
	var b bytes.Buffer
	fmt.Fprintf(&b, "RESPMOD icap://%s%s ICAP/1.0\r\nHost: %s\r\nAllow: 204\r\nConnection: close\r\nEncapsulated: req-hdr=0, res-hdr=%d, res-body=%d\r\n\r\n",
		s.address, s.service, s.host, len(req), len(req)+len(res))
	b.WriteString(req)
	b.WriteString(res)
	if len(data) > 0 {
		fmt.Fprintf(&b, "%x\r\n", len(data))
		b.Write(data)
		b.WriteString("\r\n")
	}
	b.WriteString("0\r\n\r\n")
	return b.Bytes()
}

// found are the headers by which scanners name what they found.
func found(h textproto.MIMEHeader) bool {
	for _, name := range []string{"X-Infection-Found", "X-Virus-Id", "X-Violations-Found"} {
		if v := h.Get(name); v != "" && v != "0" {
			return true
		}
	}
	return false
}

// icapAnswer reads the scanner's verdict.
func icapAnswer(r *bufio.Reader, sent []byte) (bool, error) {
	t := textproto.NewReader(r)
	line, err := t.ReadLine()
	if err != nil {
		return false, fmt.Errorf("scanner: %w", err)
	}
	proto, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	if proto != "ICAP/1.0" {
		return false, errors.New("scanner: no ICAP answer")
	}
	head, err := t.ReadMIMEHeader()
	if err != nil {
		return false, fmt.Errorf("scanner: %w", err)
	}
	switch {
	case found(head):
		return false, nil
	case code == "204":
		return true, nil
	case code == "200":
		return unchanged(t, r, sent)
	}
	return false, fmt.Errorf("scanner: ICAP status %.3s", code)
}

// unchanged tells whether the answer inside is the file as it was sent. A
// scanner that does not know 204 sends it back.
func unchanged(t *textproto.Reader, r *bufio.Reader, sent []byte) (bool, error) {
	line, err := t.ReadLine()
	if err != nil {
		return false, fmt.Errorf("scanner: %w", err)
	}
	if !strings.HasPrefix(line, "HTTP/") {
		return false, errors.New("scanner: no answer inside")
	}
	if _, err := t.ReadMIMEHeader(); err != nil {
		return false, fmt.Errorf("scanner: %w", err)
	}
	if f := strings.Fields(line); len(f) < 2 || f[1] != "200" {
		return false, nil // a page that says no
	}
	body, err := chunks(t, r, len(sent)+1)
	if err != nil {
		return false, err
	}
	return bytes.Equal(body, sent), nil
}

// chunks reads a chunked body of at most limit bytes (RFC 9112 §7.1); a longer
// one is cut, which is another file in any case.
func chunks(t *textproto.Reader, r *bufio.Reader, limit int) ([]byte, error) {
	var body []byte
	for len(body) <= limit {
		line, err := t.ReadLine()
		if err != nil {
			return nil, fmt.Errorf("scanner: %w", err)
		}
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		if err != nil {
			return nil, errors.New("scanner: no chunk")
		}
		if n == 0 {
			return body, nil
		}
		part, err := io.ReadAll(io.LimitReader(r, int64(n)))
		if err != nil || uint64(len(part)) < n {
			return nil, errors.New("scanner: answer cut short")
		}
		body = append(body, part...)
		if _, err := t.ReadLine(); err != nil {
			return nil, fmt.Errorf("scanner: %w", err)
		}
	}
	return body, nil
}
