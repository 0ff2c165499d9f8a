package pgdev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Role is the superuser that everybody connects as.
const Role = "mitwirk"

// Config describes a cluster.
type Config struct {
	Dir      string   // made when missing
	Settings []string // of PostgreSQL, "name=value"
	// Volatile gives up durability for speed (tests): no fsync, and a start
	// after a reboot of the machine begins with an empty cluster.
	Volatile bool
}

// Cluster is a private PostgreSQL server in a folder.
type Cluster struct {
	dir      string
	settings []string
	volatile bool
	cred     *syscall.Credential // nil: as ourselves
	users    *Lock
	started  bool
}

// Open finds the folder and the user for a cluster. Nothing is started or made
// yet; the error says when PostgreSQL with PostGIS is missing and how to get it.
func Open(cfg Config) (*Cluster, error) {
	if cfg.Dir == "" {
		return nil, errors.New("cluster: no folder given")
	}
	root := os.Geteuid() == 0
	dir, err := resolve(cfg.Dir, root)
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, settings: cfg.Settings, volatile: cfg.Volatile}
	if _, err := c.bin(); err != nil {
		return nil, err
	}
	if root {
		if c.cred, err = credential("postgres"); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// credential is the user that PostgreSQL runs as when we are root: it refuses
// to run as root itself.
func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("user for PostgreSQL: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user for PostgreSQL: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user for PostgreSQL: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// Dir is the folder that the cluster really lives in; it differs from the
// wanted one when that could not hold a socket (see resolve).
func (c *Cluster) Dir() string { return c.dir }

// Started tells whether this process started the server; false when it was
// running already.
func (c *Cluster) Started() bool { return c.started }

func (c *Cluster) pg() string   { return filepath.Join(c.dir, "pg") }
func (c *Cluster) data() string { return filepath.Join(c.dir, "pg", "data") }

// URL is the DSN of a database of the cluster.
func (c *Cluster) URL(database string) string {
	q := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	return fmt.Sprintf("host='%s' port=5432 user=%s dbname='%s' sslmode=disable", q.Replace(c.pg()), Role, q.Replace(database))
}

// Exists tells whether a cluster was ever made in the folder.
func (c *Cluster) Exists() bool {
	_, err := os.Stat(filepath.Join(c.data(), "PG_VERSION"))
	return err == nil
}

// Start joins the running server or starts it, and counts us among its users
// until Close or Leave (or our death). It waits at most a minute.
func (c *Cluster) Start(ctx context.Context) (err error) {
	if c.users != nil {
		return errors.New("cluster: started twice")
	}
	ctx, stop := context.WithTimeoutCause(ctx, time.Minute, errors.New("PostgreSQL did not start within a minute"))
	defer stop()
	if err := c.makeFolders(); err != nil {
		return err
	}
	start, err := c.startLock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, start.Release()) }()
	users, err := openLock(filepath.Join(c.dir, "users.lock"))
	if err != nil {
		return err
	}
	if err := users.wait(ctx, syscall.LOCK_SH); err != nil {
		return errors.Join(err, users.Release())
	}
	if err := c.run(ctx); err != nil {
		return errors.Join(err, users.Release())
	}
	c.users = users
	return nil
}

func (c *Cluster) makeFolders() error {
	// Parents stay passable; a volatile or fallback folder has its parent already.
	if err := os.MkdirAll(filepath.Dir(c.dir), 0o755); err != nil {
		return fmt.Errorf("cluster folder: %w", err)
	}
	if c.cred == nil {
		if err := makeFolder(c.dir, 0o700, -1, -1); err != nil {
			return err
		}
		return makeFolder(c.pg(), 0o700, -1, -1)
	}
	if err := makeFolder(c.dir, 0o711, -1, -1); err != nil {
		return err
	}
	return makeFolder(c.pg(), 0o700, int(c.cred.Uid), int(c.cred.Gid))
}

func (c *Cluster) startLock(ctx context.Context) (*Lock, error) {
	l, err := openLock(filepath.Join(c.dir, "start.lock"))
	if err != nil {
		return nil, err
	}
	if err := l.wait(ctx, syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, l.Release())
	}
	return l, nil
}

// Close leaves the cluster and stops it when nobody else uses it.
func (c *Cluster) Close(ctx context.Context) (err error) {
	if c.users == nil {
		return nil
	}
	start, err := c.startLock(ctx)
	if err != nil {
		return errors.Join(err, c.Leave())
	}
	defer func() { err = errors.Join(err, start.Release()) }()
	switch err := c.users.try(syscall.LOCK_EX); {
	case errors.Is(err, ErrLocked):
		return c.Leave() // the others go on
	case err != nil:
		return errors.Join(err, c.Leave())
	}
	return errors.Join(c.stop(ctx), c.Leave())
}

// Leave is Close without stopping: the server goes on without users.
func (c *Cluster) Leave() error {
	err := c.users.Release()
	c.users = nil
	return err
}

// Remove stops the cluster and deletes its folder with all data. It returns
// ErrLocked when somebody uses it.
func (c *Cluster) Remove(ctx context.Context) error {
	if _, err := os.Lstat(c.dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := c.makeFolders(); err != nil { // checks that the folder is ours to delete
		return err
	}
	start, err := c.startLock(ctx)
	if err != nil {
		return err
	}
	users, err := Exclusive(c.dir, "users.lock")
	if err != nil {
		return errors.Join(err, start.Release())
	}
	if c.alive(ctx) {
		if err := c.stop(ctx); err != nil {
			return errors.Join(err, users.Release(), start.Release())
		}
	}
	return errors.Join(os.RemoveAll(c.dir), users.Release(), start.Release())
}
