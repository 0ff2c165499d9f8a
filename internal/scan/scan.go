package scan

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"
)

// Scanner tells whether bytes are harmless.
type Scanner interface {
	// Clean is false for a file in which something was found. An error means
	// that nothing is known: ask again later.
	Clean(ctx context.Context, data []byte) (bool, error)
}

// timeout is how long one file may take.
const timeout = 20 * time.Second

// Open makes the scanner that a URL names: icap://host:1344/service,
// clamd://host:3310 or clamd:///run/clamav/clamd.ctl (a socket). An empty URL is
// no scanner: nil, nil.
func Open(raw string) (Scanner, error) {
	if raw == "" {
		return nil, nil //nolint:nilnil // no scanner is a choice of the operator
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("scanner: %w", err)
	}
	switch u.Scheme {
	case "icap":
		if u.Hostname() == "" || u.Path == "" || u.Path == "/" {
			return nil, fmt.Errorf("scanner %q: icap://HOST:PORT/SERVICE expected", raw)
		}
		return &icap{address: hostPort(u, "1344"), service: u.Path, host: u.Hostname()}, nil
	case "clamd":
		if u.Hostname() == "" {
			if u.Path == "" {
				return nil, fmt.Errorf("scanner %q: a host or a socket expected", raw)
			}
			return &clamd{network: "unix", address: u.Path}, nil
		}
		return &clamd{network: "tcp", address: hostPort(u, "3310")}, nil
	}
	return nil, fmt.Errorf("scanner %q: icap:// or clamd:// expected", raw)
}

func hostPort(u *url.URL, port string) string {
	if p := u.Port(); p != "" {
		port = p
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// dial connects and gives the connection an end in time.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("scanner: %w", err)
	}
	end, _ := ctx.Deadline()
	if err := c.SetDeadline(end); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("scanner: %w", err)
	}
	return c, nil
}
