package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/pgdev"
)

// program runs one of PostgreSQL's programs on a database. A password goes by
// the environment: arguments are seen by everybody on the machine.
func program(ctx context.Context, major int, name, databaseURL string, args ...string) error {
	dir, err := pgdev.Programs(major)
	if err != nil {
		return err
	}
	target, password, err := withoutPassword(databaseURL)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, name), append(args, "--no-password", "--dbname="+target)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// passwordWord is password=… of a DSN of words; values with spaces are quoted.
var passwordWord = regexp.MustCompile(`(^|\s)password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s']*)`)

// withoutPassword takes the password out of a URL or a DSN.
func withoutPassword(raw string) (rest, password string, err error) {
	cfg, err := pgx.ParseConfig(raw)
	if err != nil {
		return "", "", errors.New("the database URL is not understood") // the cause may show the password
	}
	if !strings.HasPrefix(raw, "postgres://") && !strings.HasPrefix(raw, "postgresql://") {
		return strings.TrimSpace(passwordWord.ReplaceAllString(raw, " ")), cfg.Password, nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", "", errors.New("the database URL is not understood")
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	q.Del("password")
	u.RawQuery = q.Encode()
	return u.String(), cfg.Password, nil
}
