package files

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// Store keeps values under keys. All methods may be called in parallel.
type Store interface {
	// Put stores data under key, replacing what was there. When it returns nil
	// the bytes are on disk. fault.Unavailable when they could not be written.
	Put(ctx context.Context, key string, data []byte) error
	// Get returns the bytes, or fault.NotFound.
	Get(ctx context.Context, key string) ([]byte, error)
	// Delete removes the value; a missing one is no error.
	Delete(ctx context.Context, key string) error
	// List calls fn for every value whose key begins with prefix, in no
	// particular order, until fn returns an error, which comes back.
	List(ctx context.Context, prefix string, fn func(Entry) error) error
}

// Entry is one stored value in a List.
type Entry struct {
	Key  string
	Size int64
	At   time.Time // when it was written, by the clock of the store
}

// Opener opens the stores of one URL scheme.
type Opener func(ctx context.Context, u *url.URL) (Store, error)

// Config says where the files are.
type Config struct {
	URL     string            // file:///…, mem://, or a scheme of Openers
	Openers map[string]Opener // further schemes, e.g. {"s3": s3store.Open}
}

// Open opens the store that the URL names. A folder is made when missing.
func Open(ctx context.Context, cfg Config) (Store, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("files url: %w", err)
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.Path == "" {
			return nil, fmt.Errorf("files url %q: three slashes and a folder expected, e.g. file:///var/lib/mitwirk/files", cfg.URL)
		}
		return NewFolder(u.Path)
	case "mem":
		return NewMemory(), nil
	}
	if open, ok := cfg.Openers[u.Scheme]; ok {
		return open(ctx, u)
	}
	return nil, fmt.Errorf("files url: scheme %q is not known", u.Scheme)
}

var keyForm = regexp.MustCompile(`^[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*$`)

const maxKey = 200

// errKey is a programming error: keys never come from people.
var errKey = errors.New("not a key of the file store")

func checkKey(key string) error {
	if len(key) > maxKey || !keyForm.MatchString(key) {
		return fmt.Errorf("%w: %q", errKey, key)
	}
	return nil
}

// hasPrefix tells whether a key lies under prefix; prefixes are plain text.
func hasPrefix(key, prefix string) bool { return strings.HasPrefix(key, prefix) }

func unavailable(what string, err error) error {
	e := fault.New(fault.Unavailable, "err.503").With("n", 30).Because(fmt.Errorf("%s: %w", what, err))
	e.RetryAfter = 30 * time.Second
	return e
}
