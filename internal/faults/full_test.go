package faults_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// small mounts a file system of that size, if we may.
func small(t *testing.T, dir, size string) bool {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	if !long || os.Geteuid() != 0 {
		return false
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0755"); err != nil {
		t.Logf("no small file system: %v", err)
		return false
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return true
}

// fill takes all the room that a file system has.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	defer f.Close()
	for _, n := range []int{1 << 20, 4 << 10} {
		for block := make([]byte, n); ; {
			if _, err := f.Write(block); err != nil {
				break
			}
		}
	}
	return func() { must(t, os.Remove(path)) }
}

// TestNoRoomForPhotos: a photo is refused, the report it was meant for is not,
// and photos come in again once there is room.
func TestNoRoomForPhotos(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	store := filepath.Join(dir, "files")
	mounted := small(t, store, "64m")
	c := cityIn(t, dir, filepath.Join(dir, "db"), store)
	c.startServer()
	l := newLedger(c)
	p := l.person(t, 1)
	must(t, p.report(t.Context()))

	var free func()
	if mounted {
		t.Log("a file system of 64 MB is full")
		free = fill(t, store)
	} else {
		t.Log("nothing can be written to the store (its temporary folder is none); make faults as root fills a file system")
		temp := filepath.Join(store, ".tmp")
		must(t, os.Rename(temp, temp+"-away"))
		must(t, os.WriteFile(temp, nil, 0o600))
		free = func() {
			must(t, os.Remove(temp))
			must(t, os.Rename(temp+"-away", temp))
		}
	}
	key := uuid.New()
	in := url.Values{"draft": {key.String()}, "text": {words(key)}, "category": {"sonstiges"}, "lon": {"11.57"}, "lat": {"48.13"}, "do": {"next"}}
	if a := p.once(t.Context(), http.MethodPost, "/reports/new", formType, []byte(in.Encode())); a.status != http.StatusSeeOther {
		t.Fatalf("the form without a photo: %d", a.status)
	}
	kind, body := photoForm(t, p.shot, "draft", key.String())
	a := p.once(t.Context(), http.MethodPost, "/uploads", kind, body)
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.header.Get("Content-Type"), "problem+json") {
		t.Errorf("a photo by script: %d, Retry-After %q, %.200s", a.status, a.header.Get("Retry-After"), a.body)
	}
	kind, body = photoForm(t, p.shot, "text", words(key), "do", "next")
	a = p.once(t.Context(), http.MethodPost, "/reports/new/"+key.String()+"/what", kind, body)
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), words(key)) {
		t.Errorf("a photo with the form: %d: %.200s", a.status, a.body)
	}
	if mounted {
		c.wantHealth(t, "no room for photos", http.StatusOK, "short: files")
	}
	a = p.once(t.Context(), http.MethodPost, "/reports/new/"+key.String()+"/check", formType, []byte("do=send"))
	if a.status != http.StatusSeeOther || !strings.HasSuffix(a.location, "/receipt") {
		t.Errorf("the report costs the photo: %d to %q", a.status, a.location)
	}
	receipt := p.once(t.Context(), http.MethodGet, a.location, "", nil)
	l.entries = append(l.entries, entry{Key: key, Number: string(numberShown.Find(receipt.body))})
	free()
	if _, err := p.upload(t.Context(), begun(t, p)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if c.starts != 1 || !c.running() {
		t.Error("the server was started again")
	}
	if sum := c.compare(t, l); sum.Lost+sum.Half+sum.Doubled+sum.PhotosLost+sum.Damaged > 0 {
		t.Errorf("%+v", sum)
	}
	if l.answers["500"] > 0 {
		t.Errorf("500: %s", c.logged(`"kind":"internal"`))
	}
}

// begun is a new draft.
func begun(t *testing.T, p *person) uuid.UUID {
	t.Helper()
	key := uuid.New()
	in := url.Values{"draft": {key.String()}, "text": {"Noch eine"}, "do": {"next"}}
	if a := p.once(t.Context(), http.MethodPost, "/reports/new", formType, []byte(in.Encode())); a.status != http.StatusSeeOther {
		t.Fatalf("begin: %d", a.status)
	}
	return key
}

func photoForm(t *testing.T, photo []byte, fields ...string) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		must(t, w.WriteField(fields[i], fields[i+1]))
	}
	part, err := w.CreateFormFile("photo", "photo.jpg")
	must(t, err)
	_, err = part.Write(photo)
	must(t, err)
	must(t, w.Close())
	return w.FormDataContentType(), b.Bytes()
}

// TestDatabaseFull: no room left for the database. What can't be stored is
// answered 503, what can be read is read, and writing goes on once there is room.
func TestDatabaseFull(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	disk := filepath.Join(dir, "disk")
	mounted := small(t, disk, "224m")
	c := cityIn(t, dir, filepath.Join(disk, "db"), filepath.Join(dir, "files"))
	c.startServer()
	l := newLedger(c)
	stop := make(chan struct{})
	wait := l.load(t, 4, stop)
	awaitAck(t, l)
	main := c.postmaster()
	var free func()
	if mounted {
		t.Log("a file system of 224 MB is full")
		free = fill(t, disk)
	} else {
		t.Log("inserts of reports fail with 53100 as those on a full disk do; make faults as root fills a file system")
		free = c.refuseInserts()
	}
	within(t, "answers of a full disk", 2*time.Minute, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.answers["503"] >= 20
	})
	if c.postmaster() == main && syscall.Kill(main, 0) == nil {
		if status, _ := c.ask(t.Context(), "/reports"); status != http.StatusOK {
			t.Errorf("the list while the disk is full: %d", status)
		}
		c.wantHealth(t, "database full", http.StatusOK, "ready")
	} else {
		t.Log("the database has ended itself; its service starts it again")
	}
	pause(t.Context(), either(time.Second, 20*time.Second))
	acks := l.acks.Load()
	free()
	if syscall.Kill(main, 0) != nil {
		c.startDB()
	}
	c.recovered(t, l, "database full")
	t.Logf("%d reports before there was room again, log: %s", acks, strings.TrimSpace(c.logged("53100")[:min(len(c.logged("53100")), 300)]))
	c.finish(t, l, stop, wait)
}

// refuseInserts stands in for a full disk where none can be made.
func (c *city) refuseInserts() (free func()) {
	pool := c.pool()
	exec := func(sql string) {
		_, err := pool.Exec(c.t.Context(), sql)
		must(c.t, err)
	}
	exec(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`)
	exec(`CREATE TRIGGER full_disk BEFORE INSERT ON timeline_entries EXECUTE FUNCTION full_disk()`)
	return func() {
		exec(`DROP TRIGGER full_disk ON timeline_entries`)
		exec(`DROP FUNCTION full_disk()`)
	}
}
