package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/backup"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/pgdev"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is a city's database and its photos.
type place struct {
	pool  *pgxpool.Pool
	files files.Store
}

func source(t *testing.T) place {
	t.Helper()
	p := place{pool: dbtest.DB(t), files: files.NewMemory()}
	for _, key := range []string{"photos/aa/one-l.jpg", "photos/aa/one-s.jpg", "photos/bb/two-l.jpg", "photos/bb/two-s.jpg"} {
		must(t, p.files.Put(t.Context(), key, []byte("bytes of "+key)))
	}
	must(t, p.files.Put(t.Context(), "photos/cc/nobody-l.jpg", []byte("deleted from the database before")))
	_, err := p.pool.Exec(t.Context(), `
INSERT INTO persons (id, level) VALUES ('019a0000-0000-7000-8000-000000000001', 0)`)
	must(t, err)
	for _, name := range []string{"one", "two"} {
		id := map[string]string{"one": "019a0000-0000-7000-8000-0000000000a1", "two": "019a0000-0000-7000-8000-0000000000a2"}[name]
		dir := map[string]string{"one": "photos/aa/", "two": "photos/bb/"}[name]
		_, err := p.pool.Exec(t.Context(), `
INSERT INTO attachments (id, subject_kind, subject_id, blob, small_blob, type, size, width, height, sha256, alt, ord, state)
VALUES ($1, 'report', '019a0000-0000-7000-8000-0000000000f1', $2, $3, 'image/jpeg', 10, 10, 10, decode(repeat('ab', 32), 'hex'), 'Ein Bild', 0, 'released')`, id, dir+name+"-l.jpg", dir+name+"-s.jpg")
		must(t, err)
		_, err = p.pool.Exec(t.Context(), `
INSERT INTO attachment_versions (attachment_id, n, redactions, blob, small_blob) VALUES ($1, 1, '[]', $2, $3)
ON CONFLICT DO NOTHING`, id, dir+name+"-l.jpg", dir+name+"-s.jpg")
		must(t, err)
	}
	return p
}

func (p place) source() backup.Source {
	return backup.Source{DatabaseURL: p.pool.Config().ConnString(), Files: p.files, Program: "test"}
}

// target is an empty database with its extensions.
func target(t *testing.T) place {
	t.Helper()
	p := place{pool: dbtest.Empty(t), files: files.NewMemory()}
	for _, e := range db.Extensions() {
		_, err := p.pool.Exec(t.Context(), "CREATE EXTENSION IF NOT EXISTS "+e)
		must(t, err)
	}
	return p
}

func (p place) target() backup.Target {
	return backup.Target{DatabaseURL: p.pool.Config().ConnString(), Files: p.files}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	from, to := source(t), target(t)
	dir := t.TempDir()
	path, m, err := backup.Write(t.Context(), from.source(), dir)
	must(t, err)
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("the archive: %v %v", fi.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if len(m.Files) != 4 || len(m.Gone)+len(m.Missing) > 0 || m.Tables["public.persons"].Rows != 1 || len(m.Schema) == 0 {
		t.Errorf("manifest: %+v", m)
	}
	if _, _, err := backup.Write(t.Context(), from.source(), path); err == nil {
		t.Error("an archive was written over")
	}
	_, err = backup.Restore(t.Context(), path, to.target())
	must(t, err)
	if data, err := to.files.Get(t.Context(), "photos/aa/one-l.jpg"); err != nil || string(data) != "bytes of photos/aa/one-l.jpg" {
		t.Errorf("a photo: %q %v", data, err)
	}
	if _, err := to.files.Get(t.Context(), "photos/cc/nobody-l.jpg"); !fault.Is(err, fault.NotFound) {
		t.Errorf("what no row names came along: %v", err)
	}
	must(t, db.Migrated(t.Context(), to.pool))

	t.Run("not over anything", func(t *testing.T) {
		if _, err := backup.Restore(t.Context(), path, to.target()); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("over a city: %v", err)
		}
		fresh := target(t)
		must(t, fresh.files.Put(t.Context(), "photos/x.jpg", nil))
		if _, err := backup.Restore(t.Context(), path, fresh.target()); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("over photos: %v", err)
		}
	})
}

// TestEpoch: who has a cursor of before the restore reads everything anew, also
// where the server is the same and counts its transactions on.
func TestEpoch(t *testing.T) {
	t.Parallel()
	from, to := source(t), target(t)
	before, err := bus(t, from.pool).Head(t.Context())
	must(t, err)
	path, _, err := backup.Write(t.Context(), from.source(), t.TempDir())
	must(t, err)
	_, err = backup.Restore(t.Context(), path, to.target())
	must(t, err)
	b := bus(t, to.pool)
	if _, err := b.Since(t.Context(), before, 10); !errors.Is(err, events.ErrResync) {
		t.Errorf("an old cursor: %v, want resync", err)
	}
	now, err := b.Head(t.Context())
	must(t, err)
	if now.Epoch <= before.Epoch {
		t.Errorf("epoch %d after %d", now.Epoch, before.Epoch)
	}
	must(t, events.EnsureEpoch(t.Context(), to.pool))
	again, err := b.Head(t.Context())
	must(t, err)
	if again.Epoch != now.Epoch {
		t.Errorf("a start after the restore begins epoch %d after %d", again.Epoch, now.Epoch)
	}
}

func bus(t *testing.T, pool *pgxpool.Pool) *events.Bus {
	t.Helper()
	j, err := jobs.New(jobs.Config{Pool: pool})
	must(t, err)
	b, err := events.New(events.Config{Jobs: j, DB: pool})
	must(t, err)
	return b
}

// deleting deletes a photo, rows and bytes, when its bytes are first asked for:
// between the snapshot and the copy.
type deleting struct {
	files.Store
	pool *pgxpool.Pool
	rows bool // also its rows; else the bytes are just lost
}

func (d *deleting) Get(ctx context.Context, key string) ([]byte, error) {
	if strings.Contains(key, "one-l") {
		if d.rows {
			for _, sql := range []string{
				`DELETE FROM attachment_versions WHERE attachment_id = '019a0000-0000-7000-8000-0000000000a1'`,
				`DELETE FROM attachments WHERE id = '019a0000-0000-7000-8000-0000000000a1'`,
			} {
				if _, err := d.pool.Exec(ctx, sql); err != nil {
					return nil, err
				}
			}
		}
		if err := errors.Join(d.Delete(ctx, key), d.Delete(ctx, strings.Replace(key, "-l", "-s", 1))); err != nil {
			return nil, err
		}
	}
	return d.Store.Get(ctx, key)
}

func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	from, to := source(t), target(t)
	src := from.source()
	src.Files = &deleting{Store: from.files, pool: from.pool, rows: true}
	path, m, err := backup.Write(t.Context(), src, t.TempDir())
	must(t, err)
	if len(m.Gone) != 2 || len(m.Missing) != 0 || len(m.Files) != 2 {
		t.Errorf("gone %v, missing %v, files %d", m.Gone, m.Missing, len(m.Files))
	}
	_, err = backup.Restore(t.Context(), path, to.target())
	must(t, err)
	var state string
	must(t, to.pool.QueryRow(t.Context(), `SELECT state FROM attachments WHERE id = '019a0000-0000-7000-8000-0000000000a1'`).Scan(&state))
	keys, err := attachments.Keys(t.Context(), to.pool)
	must(t, err)
	if state != "removed" || len(keys) != 2 {
		t.Errorf("the photo deleted meanwhile is %s, rows name %v", state, keys)
	}
}

// TestLostBefore: one photo whose bytes are gone does not keep the rest from
// being saved.
func TestLostBefore(t *testing.T) {
	t.Parallel()
	from := source(t)
	src := from.source()
	src.Files = &deleting{Store: from.files, pool: from.pool}
	_, m, err := backup.Write(t.Context(), src, t.TempDir())
	must(t, err)
	if len(m.Missing) != 2 || len(m.Gone) != 0 || len(m.Files) != 2 {
		t.Errorf("missing %v, gone %v, files %d", m.Missing, m.Gone, len(m.Files))
	}
}

// TestDamage: an archive with any wrong byte is refused before anything is written.
func TestDamage(t *testing.T) {
	t.Parallel()
	from, to := source(t), target(t)
	path, _, err := backup.Write(t.Context(), from.source(), t.TempDir())
	must(t, err)
	whole, err := os.ReadFile(path)
	must(t, err)
	at := bytes.Index(whole, []byte("bytes of photos/bb"))
	flipped := bytes.Clone(whole)
	flipped[at] ^= 1
	for name, raw := range map[string][]byte{
		"a flipped bit":    flipped,
		"cut off":          whole[:len(whole)/2],
		"without its end":  without(t, whole, "manifest.json"),
		"without a photo":  without(t, whole, "files/photos/bb/two-l.jpg"),
		"without database": without(t, whole, "database.dump"),
		"something else":   []byte("no archive at all"),
		"empty":            {},
		"with an intruder": with(t, whole, "../../etc/passwd"),
		"with more":        with(t, whole, "files/photos/more.jpg"),
	} {
		bad := filepath.Join(t.TempDir(), "bad.tar")
		must(t, os.WriteFile(bad, raw, 0o600))
		if _, err := backup.Restore(t.Context(), bad, to.target()); err == nil {
			t.Errorf("%s: was restored", name)
		}
	}
	_, err = backup.Restore(t.Context(), path, to.target()) // still empty
	must(t, err)
}

// TestOwner: a role that may nothing but own its database can save and restore.
func TestOwner(t *testing.T) {
	t.Parallel()
	from, to := source(t), target(t)
	path, _, err := backup.Write(t.Context(), from.source(), t.TempDir())
	must(t, err)
	var name string
	must(t, to.pool.QueryRow(t.Context(), `SELECT current_database()`).Scan(&name))
	role := "owner_" + name
	for _, sql := range []string{
		`CREATE ROLE ` + role + ` LOGIN NOSUPERUSER`,
		`ALTER DATABASE ` + name + ` OWNER TO ` + role,
	} {
		_, err := to.pool.Exec(t.Context(), sql)
		must(t, err)
	}
	t.Cleanup(func() {
		_, _ = to.pool.Exec(context.Background(), `REASSIGN OWNED BY `+role+` TO CURRENT_USER`)
		_, _ = to.pool.Exec(context.Background(), `DROP OWNED BY `+role)
		_, _ = to.pool.Exec(context.Background(), `DROP ROLE `+role)
	})
	url := strings.Replace(to.pool.Config().ConnString(), "user="+pgdev.Role, "user="+role, 1)
	if url == to.pool.Config().ConnString() {
		t.Fatalf("no user in %q", url)
	}
	_, err = backup.Restore(t.Context(), path, backup.Target{DatabaseURL: url, Files: to.files})
	must(t, err)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	path, _, err := backup.Write(t.Context(), source(t).source(), t.TempDir())
	must(t, err)
	_, err = backup.Verify(t.Context(), path)
	must(t, err)
}

// without copies an archive without one of its files.
func without(t *testing.T, raw []byte, name string) []byte { return copyTar(t, raw, name, "") }

// with copies an archive with another file in front.
func with(t *testing.T, raw []byte, name string) []byte { return copyTar(t, raw, "", name) }

func copyTar(t *testing.T, raw []byte, leave, more string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if more != "" {
		must(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: more, Mode: 0o600, Size: 1}))
		_, err := w.Write([]byte("x"))
		must(t, err)
	}
	r := tar.NewReader(bytes.NewReader(raw))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		if h.Name == leave {
			continue
		}
		must(t, w.WriteHeader(h))
		_, err = io.Copy(w, r)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}
