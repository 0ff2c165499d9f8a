package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/pgdev"
	"github.com/mitwirk/mitwirk/migrations"
)

// Keys of advisory locks, all taken in the server's database "postgres".
const (
	lockSchema = 7078 // held while a migrated database is made
	lockRun    = 7079 // with the run's number: its copies are in use
)

const (
	sqlLock       = `SELECT pg_advisory_lock($1)`
	sqlUnlock     = `SELECT pg_advisory_unlock($1)`
	sqlMadeReady  = `SELECT coalesce(shobj_description(oid, 'pg_database'), '') LIKE 'ready %' FROM pg_database WHERE datname = $1`
	sqlOldSchemas = `
SELECT datname
FROM pg_database
WHERE datname ~ '^mt_(tx|tpl)_[0-9a-f]{12}$'
  AND datname <> $1
  AND coalesce(substring(shobj_description(oid, 'pg_database') FROM '^ready ([0-9]+)$')::bigint, 0)
      < extract(epoch FROM now() - interval '2 hours')`
)

// Free space that the clusters want in memory: more before the first start
// than for going on.
const (
	shm          = "/dev/shm"
	shmFreeFirst = 2 << 30
	shmFreeLater = 512 << 20
)

// server is a PostgreSQL with one migrated database on it.
type server struct {
	url    func(database string) string
	admin  *pgxpool.Pool // to "postgres", as superuser
	schema string        // the migrated database
}

var (
	forTx     = sync.OnceValues(func() (*server, error) { return open("tx") })
	forClones = sync.OnceValues(func() (*server, error) { return open("clones") })
)

// Dirs are the folders of the test clusters, whether they exist or not.
func Dirs() []string { return []string{dir("tx"), dir("clones")} }

func dir(name string) string {
	name = fmt.Sprintf("mitwirk-test-%d-%s", os.Geteuid(), name)
	inMemory := filepath.Join(shm, name)
	need := uint64(shmFreeFirst)
	if _, err := os.Stat(inMemory); err == nil {
		need = shmFreeLater
	}
	var st syscall.Statfs_t
	if syscall.Statfs(shm, &st) == nil && st.Bavail*uint64(st.Bsize) >= need {
		return inMemory
	}
	return filepath.Join(os.TempDir(), name)
}

func open(name string) (*server, error) {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	s := &server{url: urlOf(os.Getenv("MITWIRK_TEST_DATABASE_URL"))}
	if s.url == nil {
		settings := []string{"max_connections=300", "max_wal_size=2GB", "wal_level=minimal", "max_wal_senders=0"}
		if name == "clones" { // autovacuum would sit in the template and hold copies up
			settings = append(settings, "autovacuum=off")
		}
		cluster, err := pgdev.Open(pgdev.Config{Dir: dir(name), Volatile: true, Settings: settings})
		if err != nil {
			return nil, err
		}
		if err := cluster.Start(ctx); err != nil { // never closed: the next process joins it
			return nil, err
		}
		s.url = cluster.URL
	}
	// Pools live as long as the process, so they get no context of a test.
	admin, err := pgxpool.New(context.Background(), s.url("postgres"))
	if err != nil {
		return nil, fmt.Errorf("test server: %w", err)
	}
	s.admin = admin
	s.schema = "mt_tx_" + schemaHash()
	if name == "clones" {
		s.schema = "mt_tpl_" + schemaHash()
	}
	if err := s.prepare(ctx, name == "clones"); err != nil {
		return nil, err
	}
	return s, nil
}

// urlOf returns the URL of a server's database by name; nil without a server.
func urlOf(server string) func(string) string {
	if server == "" {
		return nil
	}
	if u, err := url.Parse(server); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		return func(name string) string {
			other := *u
			other.Path = "/" + name
			return other.String()
		}
	}
	return func(name string) string { return server + " dbname=" + name } // the last one counts
}

// schemaHash is that of all that makes the schema: our files and the version
// of the job queue.
func schemaHash() string {
	h := sha256.New()
	names, err := fs.Glob(migrations.FS, "[0-9]*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		b, err := migrations.FS.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	fmt.Fprintln(h, jobQueueVersion())
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// jobQueueVersion is go.mod's lines about River, which brings migrations of its
// own. (A test binary carries no build information about modules.)
func jobQueueVersion() string {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			continue
		}
		var found []string
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, "github.com/riverqueue/river") {
				found = append(found, strings.TrimSpace(line))
			}
		}
		return strings.Join(found, "\n")
	}
	return ""
}

// prepare makes the migrated database, or waits until another process has.
func (s *server) prepare(ctx context.Context, template bool) error {
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, sqlLock, lockSchema); err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), sqlUnlock, lockSchema) //nolint:errcheck // a broken connection has lost its locks
	var ready bool
	err = conn.QueryRow(ctx, sqlMadeReady, s.schema).Scan(&ready)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("test server: %w", err)
	}
	if !ready {
		if err := s.makeSchema(ctx, conn.Conn(), template); err != nil {
			return fmt.Errorf("make the test schema: %w", err)
		}
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf("COMMENT ON DATABASE %s IS 'ready %d'", s.schema, now().Unix())); err != nil {
		return fmt.Errorf("test server: %w", err)
	}
	return s.dropOldSchemas(ctx, conn.Conn())
}

func (s *server) makeSchema(ctx context.Context, conn *pgx.Conn, template bool) error {
	// Half made by a process that was killed.
	if err := dropDatabase(ctx, conn, s.schema); err != nil {
		return err
	}
	if err := pgdev.EnsureDatabase(ctx, s.url("postgres"), s.url, s.schema); err != nil {
		return err
	}
	pool, err := db.Open(ctx, db.Config{URL: s.url(s.schema)})
	if err != nil {
		return err
	}
	err = migrate(ctx, pool)
	pool.Close()
	if err != nil || !template {
		return err
	}
	// A connected session would block copying.
	_, err = conn.Exec(ctx, "ALTER DATABASE "+s.schema+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
	return err
}

// dropOldSchemas drops what no process has asked for within two hours.
func (s *server) dropOldSchemas(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, sqlOldSchemas, s.schema)
	if err != nil {
		return fmt.Errorf("old test schemas: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("old test schemas: %w", err)
	}
	for _, name := range names {
		if err := dropDatabase(ctx, conn, name); err != nil {
			return err
		}
	}
	return nil
}

func dropDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+name+" WITH IS_TEMPLATE false"); err != nil && !isMissing(err) {
		return fmt.Errorf("drop test database: %w", err)
	}
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop test database: %w", err)
	}
	return nil
}
