package ideas_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// scanner finds malware in what holds the word BAD, and nothing while it is down.
type scanner struct{ down bool }

func (s *scanner) Clean(_ context.Context, data []byte) (bool, error) {
	if s.down {
		return false, errors.New("no answer")
	}
	return !bytes.Contains(data, []byte("BAD")), nil
}

func pdf(t testing.TB, files *casework.Files, name, content string) casework.NewFile {
	t.Helper()
	f, err := files.PreparePDF(t.Context(), name, strings.NewReader("%PDF-1.4 "+content+"\n%%EOF\n"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// who are people who stand differently to one idea.
func who(t *testing.T, c *ideastest.City, author accounts.Actor, n subject.Number) map[string]accounts.Actor {
	t.Helper()
	dep := c.Idea(t, author, n).Department
	token, err := c.Ideas.Invite(t.Context(), author, n)
	must(t, err)
	with := accountstest.Resident(t, c.Pool)
	_, err = c.Ideas.Join(t.Context(), with, token, "")
	must(t, err)
	return map[string]accounts.Actor{
		"anybody": {}, "visitor": accountstest.Visitor(t, c.Pool), "author": author, "co-author": with,
		"clerk": accountstest.Staff(t, c.Pool, subject.Caseworker, dep), "lead": accountstest.Staff(t, c.Pool, subject.TeamLead, dep),
		"elsewhere": accountstest.Staff(t, c.Pool, subject.Caseworker, accountstest.Department(t, c.Pool).ID),
		"moderator": accountstest.Staff(t, c.Pool, subject.Moderator),
	}
}

// Who adds, opens, releases and removes a file of an idea, at each stand of it.
func TestFileMatrix(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	files := c.TakeFiles(t, nil)
	r, author := c.Create(t)
	people := who(t, c, author, r.Number)
	ctx, s := t.Context(), c.Ideas
	add := map[string]fault.Kind{"author": "", "co-author": "", "anybody": fault.Forbidden, "visitor": fault.Forbidden, "clerk": fault.Forbidden, "lead": fault.Forbidden, "elsewhere": fault.Forbidden, "moderator": fault.Forbidden}
	for name, want := range add {
		err := s.AddFile(ctx, people[name], r.Number, pdf(t, files, name+".pdf", name))
		if want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("added by %s: %v", name, err)
		}
	}
	v := c.Idea(t, author, r.Number)
	if len(v.Files) != 2 || v.Files[0].Released || v.Files[0].Type != casework.PDF {
		t.Fatalf("%+v", v.Files)
	}
	id := v.Files[0].ID
	// the same bytes once more are the same file
	must(t, s.AddFile(ctx, author, r.Number, pdf(t, files, "noch einmal.pdf", "author")))
	if n := len(c.Idea(t, author, r.Number).Files); n != 2 {
		t.Errorf("%d files", n)
	}

	opens := func(stand string, want ...string) {
		t.Helper()
		for name, actor := range people {
			_, data, err := s.File(ctx, actor, r.Number, id)
			may := false
			for _, w := range want {
				may = may || w == name
			}
			if may && (err != nil || len(data) == 0) || !may && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, opened by %s: %v", stand, name, err)
			}
			if v, err := s.Get(ctx, actor, r.Number); err == nil {
				listed := false
				for _, f := range v.Files {
					listed = listed || f.ID == id
				}
				if listed != may {
					t.Errorf("%s: %s sees it in the list: %t", stand, name, listed)
				}
			} else if may {
				t.Errorf("%s: %s: %v", stand, name, err)
			}
		}
	}
	set := func(sql string) {
		t.Helper()
		if _, err := c.Pool.Exec(ctx, sql, r.Idea); err != nil {
			t.Fatal(err)
		}
	}
	inside := []string{"author", "co-author", "clerk", "lead", "moderator"}
	opens("held back", inside...)
	for name, actor := range people {
		err := s.ReleaseFile(ctx, actor, r.Number, id, true)
		if may := name == "clerk" || name == "lead"; may && err != nil || !may && !fault.Is(err, fault.NotFound) {
			t.Errorf("released by %s: %v", name, err)
		}
	}
	opens("released", "anybody", "visitor", "author", "co-author", "clerk", "lead", "elsewhere", "moderator")
	set(`UPDATE ideas SET visibility = 'held' WHERE id = $1`)
	opens("the idea is held", inside...)
	set(`UPDATE ideas SET visibility = 'hidden' WHERE id = $1`)
	opens("the idea is hidden", "author", "co-author", "moderator")
	set(`UPDATE ideas SET visibility = 'public', status = 'checking' WHERE id = $1`)
	if err := s.RemoveFile(ctx, author, r.Number, id); !fault.Is(err, fault.Forbidden) {
		t.Errorf("removed while the city checks: %v", err)
	}
	set(`UPDATE ideas SET status = 'open' WHERE id = $1`)
	must(t, s.ReleaseFile(ctx, people["clerk"], r.Number, id, false))
	opens("taken back", inside...)

	// of another idea it is not a file, and only its authors remove it
	other, stranger := c.Create(t)
	if _, _, err := s.File(ctx, stranger, other.Number, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("below another idea: %v", err)
	}
	if err := s.RemoveFile(ctx, stranger, other.Number, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed below another idea: %v", err)
	}
	for name, actor := range people {
		if name != "author" && name != "co-author" {
			if err := s.RemoveFile(ctx, actor, r.Number, id); !fault.Is(err, fault.Forbidden) {
				t.Errorf("removed by %s: %v", name, err)
			}
		}
	}
	must(t, s.RemoveFile(ctx, people["co-author"], r.Number, id))
	opens("removed")
	keys, err := casework.FileKeys(ctx, c.Pool)
	if err != nil || len(keys) != 1 {
		t.Errorf("bytes named by rows: %v, %v", keys, err)
	}
}

// 64 files at once: five of them stay.
func TestFilesAtOnce(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	files := c.TakeFiles(t, nil)
	r, author := c.Create(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	kept := 0
	for i := range 64 {
		f := pdf(t, files, "Plan.pdf", fmt.Sprint("Blatt ", i))
		wg.Go(func() {
			err := c.Ideas.AddFile(t.Context(), author, r.Number, f)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				kept++
			case !fault.Is(err, fault.Invalid):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(c.Idea(t, author, r.Number).Files); n != ideas.MaxFiles || kept != ideas.MaxFiles {
		t.Errorf("%d files, %d were taken", n, kept)
	}
}

// Nobody opens or releases a file before the scanner has passed it; what is bad
// loses its bytes. What is no PDF is not taken.
func TestFilesAreScanned(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	sc := &scanner{down: true}
	files := c.TakeFiles(t, sc)
	r, author := c.Create(t)
	ctx, s := t.Context(), c.Ideas
	clerk := accountstest.Staff(t, c.Pool, subject.Caseworker, c.Idea(t, author, r.Number).Department)
	for name, content := range map[string]string{"a page": "<html>", "a picture": "\x89PNG\r\n\x1a\n", "half a PDF": "%PDF-1.4 x", "something before": "x%PDF-1.4\n%%EOF"} {
		if _, err := files.PreparePDF(ctx, "a.pdf", strings.NewReader(content)); !fault.Is(err, fault.Unsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := files.PreparePDF(ctx, "a.pdf", strings.NewReader("%PDF-"+strings.Repeat("x", casework.MaxFileBytes))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too large: %v", err)
	}
	must(t, s.AddFile(ctx, author, r.Number, pdf(t, files, "gut.pdf", "good")))
	must(t, s.AddFile(ctx, author, r.Number, pdf(t, files, "schlecht.pdf", "BAD")))
	list := c.Idea(t, author, r.Number).Files
	for _, f := range list {
		if _, _, err := s.File(ctx, author, r.Number, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is opened before it was scanned: %v", f.Name, err)
		}
		if err := s.ReleaseFile(ctx, clerk, r.Number, f.ID, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s is released before it was scanned: %v", f.Name, err)
		}
	}
	sc.down = false
	if _, err := c.Pool.Exec(ctx, `UPDATE subject_files SET created_at = created_at - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the job may run twice
		must(t, files.RescanOld(ctx))
	}
	for _, f := range list {
		_, _, opened := s.File(ctx, author, r.Number, f.ID)
		released := s.ReleaseFile(ctx, clerk, r.Number, f.ID, true)
		if good := f.Name == "gut.pdf"; good && (opened != nil || released != nil) || !good && (!fault.Is(opened, fault.NotFound) || !fault.Is(released, fault.Conflict)) {
			t.Errorf("%s: opened %v, released %v", f.Name, opened, released)
		}
	}
	keys, err := casework.FileKeys(ctx, c.Pool)
	if err != nil || len(keys) != 1 {
		t.Errorf("bytes are kept: %v, %v", keys, err)
	}
}

// Files go with the idea of one author, and with the author who uploaded them
// where the idea stays; a merge leaves them where they are.
func TestFilesGoAndStay(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	files := c.TakeFiles(t, nil)
	ctx, s := t.Context(), c.Ideas
	alone, author := c.Create(t)
	shared, founder := c.Create(t)
	people := who(t, c, founder, shared.Number)
	must(t, s.AddFile(ctx, author, alone.Number, pdf(t, files, "a.pdf", "a")))
	must(t, s.AddFile(ctx, founder, shared.Number, pdf(t, files, "b.pdf", "b")))
	must(t, s.AddFile(ctx, people["co-author"], shared.Number, pdf(t, files, "c.pdf", "c")))

	// a visitor who signs in keeps what they uploaded
	person := accountstest.Resident(t, c.Pool)
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return ideas.Adopt(ctx, tx, founder.Person, person.Person) })
	if l := c.Idea(t, person, shared.Number).Files; len(l) != 2 || l[0].Owner != person.Person {
		t.Errorf("%+v", l)
	}
	must(t, s.AskMerge(ctx, accounts.System, shared.Number, alone.Number, "Beide wollen dasselbe."))
	must(t, s.AnswerMerge(ctx, person, shared.Number, 0, true))
	must(t, s.AnswerMerge(ctx, author, alone.Number, 0, true))
	if a, b := len(c.Idea(t, author, alone.Number).Files), len(c.Idea(t, person, shared.Number).Files); a != 1 || b != 2 {
		t.Errorf("after a merge: %d and %d files", a, b)
	}
	must(t, s.UndoMerge(ctx, accounts.System, shared.Number))

	forget := func(person uuid.UUID) {
		t.Helper()
		must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) error { return s.ForgetPerson(ctx, tx, person) }))
	}
	for range 2 {
		forget(person.Person)
	}
	if l := c.Idea(t, people["co-author"], shared.Number).Files; len(l) != 1 || l[0].Name != "c.pdf" {
		t.Errorf("%+v", l)
	}
	forget(author.Person)
	forget(people["co-author"].Person)
	keys, err := casework.FileKeys(ctx, c.Pool)
	if err != nil || len(keys) != 0 {
		t.Errorf("bytes are kept: %v, %v", keys, err)
	}
}
