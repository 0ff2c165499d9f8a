package scan_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/scan"
)

// bad is a file that the fake servers take offence at.
var bad = []byte("%PDF-1.4 this one is BAD") //nolint:gochecknoglobals // a constant in all but name

// serve answers every connection with fn and returns the address.
func serve(t *testing.T, fn func(net.Conn)) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				fn(c)
			}()
		}
	}()
	return l.Addr().String()
}

// clamdServer speaks INSTREAM as clamd does.
func clamdServer(c net.Conn) {
	r := bufio.NewReader(c)
	if cmd, err := r.ReadString(0); err != nil || cmd != "zINSTREAM\x00" {
		_, _ = io.WriteString(c, "UNKNOWN COMMAND\x00")
		return
	}
	var body []byte
	for {
		var n uint32
		if binary.Read(r, binary.BigEndian, &n) != nil {
			return
		}
		if n == 0 {
			break
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(r, part); err != nil {
			return
		}
		body = append(body, part...)
	}
	switch {
	case bytes.Contains(body, []byte("BAD")):
		_, _ = io.WriteString(c, "stream: Eicar-Test-Signature FOUND\x00")
	case bytes.Contains(body, []byte("SHORT")):
		_, _ = io.WriteString(c, "stream: O")
	case bytes.Contains(body, []byte("LIMIT")):
		_, _ = io.WriteString(c, "INSTREAM size limit exceeded. ERROR\x00")
	default:
		_, _ = io.WriteString(c, "stream: OK\x00")
	}
}

// icapServer speaks RESPMOD; with echo it sends a clean file back instead of 204.
func icapServer(echo bool) func(net.Conn) {
	return func(c net.Conn) {
		r := bufio.NewReader(c)
		t := textproto.NewReader(r)
		line, err := t.ReadLine()
		if err != nil || !strings.HasPrefix(line, "RESPMOD icap://") || !strings.HasSuffix(line, "/avscan ICAP/1.0") {
			_, _ = io.WriteString(c, "ICAP/1.0 400 Bad\r\n\r\n")
			return
		}
		head, err := t.ReadMIMEHeader()
		if err != nil {
			return
		}
		_, at, _ := strings.Cut(head.Get("Encapsulated"), "res-body=")
		skip, err := strconv.Atoi(at)
		if err != nil {
			_, _ = io.WriteString(c, "ICAP/1.0 400 Bad\r\n\r\n")
			return
		}
		if _, err := io.CopyN(io.Discard, r, int64(skip)); err != nil {
			return
		}
		var body []byte
		for {
			size, err := t.ReadLine()
			if err != nil {
				return
			}
			n, err := strconv.ParseInt(size, 16, 32)
			if err != nil {
				return
			}
			part := make([]byte, n)
			if _, err := io.ReadFull(r, part); err != nil {
				return
			}
			if _, err := t.ReadLine(); err != nil || n == 0 {
				break
			}
			body = append(body, part...)
		}
		answer := func(status string, content []byte, more string) {
			inner := "HTTP/1.1 " + status + "\r\nContent-Type: text/html\r\n\r\n"
			_, _ = fmt.Fprintf(c, "ICAP/1.0 200 OK\r\n%sEncapsulated: res-hdr=0, res-body=%d\r\n\r\n%s%x\r\n%s\r\n0\r\n\r\n", more, len(inner), inner, len(content), content)
		}
		switch {
		case bytes.Contains(body, []byte("BAD")) && echo:
			answer("403 Forbidden", []byte("blocked"), "")
		case bytes.Contains(body, []byte("BAD")):
			answer("200 OK", body, "X-Infection-Found: Type=0; Resolution=2; Threat=Eicar;\r\n")
		case bytes.Contains(body, []byte("SHORT")):
			_, _ = io.WriteString(c, "ICAP/1.0 20")
		case bytes.Contains(body, []byte("LIMIT")):
			_, _ = io.WriteString(c, "ICAP/1.0 500 Server error\r\n\r\n")
		case echo:
			answer("200 OK", body, "")
		default:
			_, _ = io.WriteString(c, "ICAP/1.0 204 No modifications needed\r\nISTag: \"x\"\r\n\r\n")
		}
	}
}

// TestScanners: both protocols tell good from bad, and everything that is no
// clear answer is an error.
func TestScanners(t *testing.T) {
	t.Parallel()
	large := append([]byte("%PDF-1.7 "), bytes.Repeat([]byte{7}, 300_000)...)
	for name, url := range map[string]string{
		"clamd":     "clamd://" + serve(t, clamdServer),
		"icap":      "icap://" + serve(t, icapServer(false)) + "/avscan",
		"icap echo": "icap://" + serve(t, icapServer(true)) + "/avscan",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scan.Open(url)
			if err != nil {
				t.Fatal(err)
			}
			for _, tt := range []struct {
				name    string
				data    []byte
				want    bool
				wantErr bool
			}{
				{name: "clean", data: []byte("%PDF-1.4 fine"), want: true},
				{name: "large", data: large, want: true},
				{name: "bad", data: bad},
				{name: "cut short", data: []byte("SHORT"), wantErr: true},
				{name: "refused", data: []byte("LIMIT"), wantErr: true},
			} {
				got, err := s.Clean(t.Context(), tt.data)
				if got != tt.want || (err != nil) != tt.wantErr {
					t.Errorf("%s: %t, %v", tt.name, got, err)
				}
			}
		})
	}
}

// TestAway: a scanner that is not there knows nothing.
func TestAway(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"clamd://127.0.0.1:1", "icap://127.0.0.1:1/avscan", "clamd:///no/such/socket"} {
		s, err := scan.Open(url)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := s.Clean(t.Context(), bad); ok || err == nil {
			t.Errorf("%s: %t, %v", url, ok, err)
		}
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	if s, err := scan.Open(""); s != nil || err != nil {
		t.Errorf("no scanner: %v, %v", s, err)
	}
	for _, url := range []string{"http://x", "icap://host", "icap:///x", "clamd://", "://"} {
		if _, err := scan.Open(url); err == nil {
			t.Errorf("%q is taken", url)
		}
	}
}
