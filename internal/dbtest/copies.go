package dbtest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	sqlTryRun = `SELECT pg_try_advisory_lock($1::int, $2::int)`
	sqlEndRun = `SELECT pg_advisory_unlock($1::int, $2::int)`
	sqlCopies = `SELECT datname FROM pg_database WHERE datname ~ '^mt_copy_[0-9]+_[0-9]+$'`
	// a server has the secret of the day since the day before; made in an open
	// transaction, all others would wait for its end.
	sqlDayKeys = `
INSERT INTO server_keys (name, key)
SELECT 'rate:' || (mitwirk_now() AT TIME ZONE 'UTC')::date + days, sha256(random()::text::bytea) FROM unnest(ARRAY[0, 1]) days
ON CONFLICT DO NOTHING`
)

var copyName = regexp.MustCompile(`^mt_copy_([0-9]+)_[0-9]+$`)

// copies makes and drops the databases of this process.
type copies struct {
	*server
	run   int32 // our number; its advisory lock is held by the session in hold
	hold  *pgxpool.Conn
	last  atomic.Int64
	trash chan string
}

var txPool = sync.OnceValues(func() (*pgxpool.Pool, error) {
	s, err := forTx()
	if err != nil {
		return nil, err
	}
	pool, err := db.Open(context.Background(), db.Config{URL: s.url(s.schema), MaxConns: txConns, AppName: "mitwirk test"})
	if err != nil {
		return nil, err
	}
	if _, err := pool.Exec(context.Background(), sqlDayKeys); err != nil {
		return nil, fmt.Errorf("test server: %w", err)
	}
	return pool, nil
})

var theCopies = sync.OnceValues(func() (*copies, error) {
	s, err := forClones()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	hold, err := s.admin.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("test server: %w", err)
	}
	c := &copies{server: s, hold: hold, trash: make(chan string, 1024)}
	for ours := false; !ours; {
		var b [4]byte
		rand.Read(b[:])                                           // never fails
		c.run = int32(binary.BigEndian.Uint32(b[:]) &^ (1 << 31)) // without the sign
		if ours, err = c.tryRun(ctx, hold.Conn(), c.run); err != nil {
			return nil, err
		}
	}
	// Dropping forces checkpoints, so one goroutine does it one by one, behind
	// the tests' backs; what it does not manage the next process does.
	go func() {
		for _, name := range c.orphans() {
			c.dropNow(name)
		}
		for name := range c.trash {
			c.dropNow(name)
		}
	}()
	return c, nil
})

func (c *copies) tryRun(ctx context.Context, conn *pgx.Conn, run int32) (bool, error) {
	var ours bool
	if err := conn.QueryRow(ctx, sqlTryRun, lockRun, run).Scan(&ours); err != nil {
		return false, fmt.Errorf("test run's lock: %w", err)
	}
	return ours, nil
}

// make copies files: on a cluster without fsync that is faster than writing
// the copy through the log.
func (c *copies) make(ctx context.Context, template string) (string, error) {
	name := fmt.Sprintf("mt_copy_%d_%d", c.run, c.last.Add(1))
	if _, err := c.admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY FILE_COPY"); err != nil {
		return "", fmt.Errorf("copy the test database: %w", err)
	}
	return name, nil
}

func (c *copies) drop(name string) {
	select {
	case c.trash <- name:
	default: // full: left to the next process
	}
}

func (c *copies) dropNow(name string) {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	conn, err := c.admin.Acquire(ctx)
	if err != nil {
		return // the server is going away
	}
	defer conn.Release()
	_ = dropDatabase(ctx, conn.Conn(), name) // the next process tries again
}

// orphans are the copies whose process is gone: its run lock can be had.
func (c *copies) orphans() []string {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	conn, err := c.admin.Acquire(ctx)
	if err != nil {
		return nil
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, sqlCopies)
	if err != nil {
		return nil
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil
	}
	gone := map[int32]bool{c.run: false}
	var found []string
	for _, name := range names {
		n, err := strconv.ParseInt(copyName.FindStringSubmatch(name)[1], 10, 32)
		if err != nil {
			continue
		}
		run := int32(n)
		dead, known := gone[run]
		if !known {
			if dead, err = c.tryRun(ctx, conn.Conn(), run); err != nil {
				return found
			}
			if dead {
				if _, err := conn.Exec(ctx, sqlEndRun, lockRun, run); err != nil {
					return found
				}
			}
			gone[run] = dead
		}
		if dead {
			found = append(found, name)
		}
	}
	return found
}
