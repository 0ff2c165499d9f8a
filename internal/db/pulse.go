package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Pulse asks a server whether it answers, over a connection of its own: a pool
// whose connections are all at work says nothing about the server. It is used
// by one goroutine.
type Pulse struct {
	cfg  *pgx.ConnConfig
	conn *pgx.Conn
}

// NewPulse makes a Pulse of the pool's server; it connects at the first Beat.
func NewPulse(pool *pgxpool.Pool) *Pulse {
	cfg := pool.Config().ConnConfig.Copy()
	cfg.RuntimeParams["application_name"] = "mitwirk pulse"
	return &Pulse{cfg: cfg}
}

// Beat returns nil when the server has answered.
func (p *Pulse) Beat(ctx context.Context) (err error) {
	if p.conn == nil || p.conn.IsClosed() {
		if p.conn, err = pgx.ConnectConfig(ctx, p.cfg); err != nil {
			return fmt.Errorf("pulse: %w", err)
		}
	}
	if err := p.conn.Ping(ctx); err != nil {
		p.Close(ctx)
		return fmt.Errorf("pulse: %w", err)
	}
	return nil
}

// Close gives the connection up.
func (p *Pulse) Close(ctx context.Context) {
	if p.conn == nil {
		return
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer stop()
	_ = p.conn.Close(ctx) // it is given up either way
	p.conn = nil
}
