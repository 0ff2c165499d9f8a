package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestAwaitDB(t *testing.T) {
	t.Parallel()
	// a port where nobody listens: the error is the driver's own
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "postgres://x@" + l.Addr().String() + "/x?sslmode=disable"
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, refused := pgconn.Connect(t.Context(), nobody)
	if refused == nil {
		t.Fatal("somebody listens there")
	}
	starting := fmt.Errorf("schema: %w", &pgconn.PgError{Code: "57P03"})
	password := fmt.Errorf("schema: %w", &pgconn.PgError{Code: "28P01"})
	old := errors.New("the schema is old")

	for _, tc := range []struct {
		name  string
		says  []error
		want  error
		tries int
	}{
		{"there at once", []error{nil}, nil, 1},
		{"comes later", []error{refused, starting, nil}, nil, 3},
		{"a wrong password", []error{refused, password}, password, 2},
		{"an old schema", []error{old}, old, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			_, _, err := awaitDB(t.Context(), slog.New(slog.DiscardHandler), func(context.Context) (*pgxpool.Pool, func(), error) {
				tries++
				return nil, func() {}, tc.says[tries-1]
			}, time.Millisecond)
			if !errors.Is(err, tc.want) || tries != tc.tries {
				t.Errorf("after %d tries: %v, want %d and %v", tries, err, tc.tries, tc.want)
			}
		})
	}

	over, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := awaitDB(over, slog.New(slog.DiscardHandler), func(context.Context) (*pgxpool.Pool, func(), error) {
		return nil, nil, refused
	}, time.Hour); err == nil {
		t.Error("goes on after it was told to stop")
	}
}
