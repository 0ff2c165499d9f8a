package practice_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/subject"
)

func setup(t *testing.T, d db.DB) *practice.Service {
	t.Helper()
	s, err := practice.New(practice.Config{DB: d})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func soon() string { return time.Now().AddDate(0, 0, 7).Format(time.DateOnly) }

// solved are the steps by which somebody reaches the goals of each case.
func solved() map[string][]practice.Do {
	status := func(to practice.Status) practice.Do {
		return practice.Do{Kind: "status", Status: to, Text: "Unser Team ist dran.", Day: soon()}
	}
	return map[string][]practice.Do{
		"lamp":      {{Kind: "release", Text: "Die Laterne vor unserem Haus ist dunkel."}, {Kind: "take"}, status(practice.InProgress)},
		"hole":      {{Kind: "priority"}, {Kind: "secure"}, status(practice.Planned)},
		"bin":       {{Kind: "release", Text: practice.ByKey("bin").Text}, status(practice.Resolved)},
		"bin-again": {{Kind: "merge", Into: "bin"}},
		"bench":     {{Kind: "ask", Text: "Welche Bank?", Day: soon()}, {Kind: "hand", Team: "park", Text: "Steht im Park."}},
		"anger":     {{Kind: "release", Text: practice.ByKey("anger").Text}, status(practice.InReview)},
		"rail":      {{Kind: "note", Text: "Gehört der Bahn."}, status(practice.NotResponsible)},
		"tree":      {{Kind: "take"}, {Kind: "back", Day: soon()}},
	}
}

// TestGoals: every case can be solved, none is solved by doing nothing, and
// every goal has words.
func TestGoals(t *testing.T) {
	t.Parallel()
	words, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, c := range practice.Cases() {
		s := practice.State{Status: practice.Received}
		for _, g := range c.Goals {
			if g.Done(s) {
				t.Errorf("%s: %s is done by doing nothing", c.Key, g.Key)
			}
			for _, lang := range []string{i18n.German, i18n.English} {
				if key := "practice.goal." + g.Key; words.For(lang).T(key) == key {
					t.Errorf("%s has no words", key)
				}
			}
		}
		for _, do := range solved()[c.Key] {
			if s, err = s.Apply(&c, do, now); err != nil {
				t.Fatalf("%s: %s: %v", c.Key, do.Kind, err)
			}
		}
		for _, g := range c.Goals {
			if !g.Done(s) {
				t.Errorf("%s: %s is not reached", c.Key, g.Key)
			}
		}
	}
}

// TestApply: what a real form would refuse is refused here, and one step can be
// taken back for five minutes.
func TestApply(t *testing.T) {
	t.Parallel()
	lamp, now := practice.ByKey("lamp"), time.Now()
	fresh := practice.State{Status: practice.Received}
	for name, do := range map[string]practice.Do{
		"no words":         {Kind: "status", Status: practice.Resolved},
		"no such status":   {Kind: "status", Status: "gone", Text: "Weg."},
		"planned for ever": {Kind: "status", Status: practice.Planned, Text: "Ja."},
		"yesterday":        {Kind: "back", Day: now.AddDate(0, 0, -2).Format(time.DateOnly)},
		"no reason":        {Kind: "hand", Team: "park"},
		"no such team":     {Kind: "hand", Team: "bau", Text: "Bitte."},
		"into itself":      {Kind: "merge", Into: "lamp"},
		"withheld":         {Kind: "withhold"},
		"too long":         {Kind: "note", Text: strings.Repeat("x", 2001)},
	} {
		if got, err := fresh.Apply(lamp, do, now); !fault.Is(err, fault.Invalid) || len(got.Steps) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := fresh.Apply(lamp, practice.Do{Kind: "delete"}, now); !fault.Is(err, fault.BadRequest) {
		t.Errorf("unknown: %v", err)
	}
	gone, err := fresh.Apply(lamp, practice.Do{Kind: "hand", Team: "park", Text: "Bitte."}, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Apply(lamp, practice.Do{Kind: "take"}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("with another team: %v", err)
	}
	if _, err := gone.Apply(lamp, practice.Do{Kind: "undo"}, now.Add(practice.UndoFor+time.Second)); !fault.Is(err, fault.Conflict) {
		t.Errorf("too late: %v", err)
	}
	back, err := gone.Apply(lamp, practice.Do{Kind: "undo"}, now)
	if err != nil || back.Gone() || len(back.Steps) != 0 {
		t.Errorf("%+v, %v", back, err)
	}
	twice := fresh
	for range 2 {
		if twice, err = twice.Apply(lamp, practice.Do{Kind: "take"}, now); err != nil {
			t.Fatal(err)
		}
	}
	if len(twice.Steps) != 1 {
		t.Errorf("pressed twice: %d steps", len(twice.Steps))
	}
}

// TestOnlyOneself: each of the city's people has a desk of their own; for
// residents there is none; a role that ended ends it.
func TestOnlyOneself(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s := setup(t, tx)
	dep := accountstest.Department(t, tx)
	clerk, other := accountstest.Staff(t, tx, subject.Caseworker, dep.ID), accountstest.Staff(t, tx, subject.Moderator)
	take := practice.Do{Kind: "take"}
	if err := s.Do(t.Context(), clerk, "lamp", take); err != nil {
		t.Fatal(err)
	}
	if d, _, err := s.Desk(t.Context(), other); err != nil || len(d) != 0 {
		t.Errorf("somebody else's desk: %+v, %v", d, err)
	}
	for name, who := range map[string]accounts.Actor{"nobody": {}, "a resident": accountstest.Resident(t, tx)} {
		if _, _, err := s.Desk(t.Context(), who); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s looks: %v", name, err)
		}
		if err := s.Do(t.Context(), who, "lamp", take); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s acts: %v", name, err)
		}
		if err := s.Reset(t.Context(), who); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s begins anew: %v", name, err)
		}
	}
	if err := s.Do(t.Context(), clerk, "nothing", take); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such case: %v", err)
	}
	// it is over by itself, and twice is once
	if _, err := tx.Exec(t.Context(), `UPDATE practice_desks SET expires_at = mitwirk_now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if d, _, err := s.Desk(t.Context(), clerk); err != nil || len(d) != 0 {
		t.Errorf("over, and still there: %+v, %v", d, err)
	}
	if err := s.Do(t.Context(), clerk, "tree", take); err != nil {
		t.Fatal(err)
	}
	if d, _, err := s.Desk(t.Context(), clerk); err != nil || len(d) != 1 || !d.Of("tree").Mine {
		t.Errorf("anew: %+v, %v", d, err)
	}
	if err := s.Reset(t.Context(), clerk); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.ForgetOld(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tx.Exec(t.Context(), `DELETE FROM role_grants WHERE person_id = $1`, other.Person); err != nil {
		t.Fatal(err)
	}
	if err := s.Do(t.Context(), other, "lamp", take); !fault.Is(err, fault.NotFound) {
		t.Errorf("whose role has ended: %v", err)
	}
}

// TestAtOnce: 64 steps of one person at the same time are 64 steps.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s := setup(t, pool)
	clerk := accountstest.Staff(t, pool, subject.Moderator)
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			if err := s.Do(t.Context(), clerk, "hole", practice.Do{Kind: "priority"}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	d, _, err := s.Desk(t.Context(), clerk)
	if err != nil || d.Of("hole").High || len(d.Of("hole").Steps) != 30 {
		t.Errorf("an even number of turns: %v, %d steps, %v", d.Of("hole").High, len(d.Of("hole").Steps), err)
	}
}

// TestLeavesNothing: all steps on all cases write one row of one table, and
// nothing anywhere else: no report, no event, no job, no mail, no line of a log.
func TestLeavesNothing(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s := setup(t, pool)
	clerk := accountstest.Staff(t, pool, subject.Moderator)
	before := rows(t, pool)
	for key, steps := range solved() {
		for _, do := range steps {
			if err := s.Do(t.Context(), clerk, key, do); err != nil {
				t.Fatalf("%s: %s: %v", key, do.Kind, err)
			}
		}
	}
	after := rows(t, pool)
	for table, n := range after {
		want := before[table]
		if table == "public.practice_desks" {
			want++
		}
		if n != want {
			t.Errorf("%s has %d rows, there were %d", table, n, before[table])
		}
	}
	accountstest.Do(t, pool, func(tx pgx.Tx) error { return practice.Forget(t.Context(), tx, clerk.Person) })
	if rows(t, pool)["public.practice_desks"] != 0 {
		t.Error("forgotten and still there")
	}
}

func rows(t *testing.T, d db.DB) map[string]int {
	t.Helper()
	out := map[string]int{}
	list, err := d.Query(t.Context(), `SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(list, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var n int
		schema, name, _ := strings.Cut(table, ".")
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM `+pgx.Identifier{schema, name}.Sanitize()).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[table] = n
	}
	return out
}

// TestKnowsNothing: the package can't reach what must not hold invented cases.
func TestKnowsNothing(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"accounts", "internal/db", "internal/fault", "internal/i18n"}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if own, ok := strings.CutPrefix(path, "github.com/mitwirk/mitwirk/"); ok && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s", file, own)
			}
		}
	}
}
