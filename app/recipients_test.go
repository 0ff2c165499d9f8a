package app

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// acted is a city in which people took part at times of the test's choice.
type acted struct {
	product
	t *testing.T
}

func (a acted) exec(sql string, args ...any) {
	a.t.Helper()
	if _, err := a.pool.Exec(a.t.Context(), sql, args...); err != nil {
		a.t.Fatal(err)
	}
}

func (a acted) person() uuid.UUID { return accountstest.Resident(a.t, a.pool).Person }

func (a acted) report(by uuid.UUID, at time.Time) uuid.UUID {
	a.t.Helper()
	r, err := a.reports.Submit(a.t.Context(), accounts.Actor{Person: by}, reports.Submission{
		Category: "laterne", Text: "Dunkel.", Lang: "de", Place: reports.Place{Point: subject.Point{Lon: 11.571357, Lat: 48.137531}}, Answers: categories.Answers{"art": {"eine"}},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.exec(`UPDATE reports SET created_at = $2 WHERE id = $1`, r.Report, at)
	return r.Report
}

func (a acted) comment(by any, official bool, at time.Time) {
	a.t.Helper()
	a.exec(`INSERT INTO comments (id, number, subject_kind, subject_id, author_id, text, visibility, official, department_id, created_at)
		SELECT gen_random_uuid(), (random() * 1e12)::bigint, 'idea', gen_random_uuid(), $1::uuid, 'Ja.', 'public', $2, d.id, $3 FROM departments d LIMIT 1`, by, official, at)
}

func (a acted) vote(by uuid.UUID, state string, at time.Time) {
	a.t.Helper()
	voter := uuid.New()
	a.exec(`INSERT INTO voters (id, scope, level) VALUES ($1::uuid, ($1::uuid)::text, 1)`, voter)
	a.exec(`INSERT INTO voter_persons (scope, person_id, voter_id) VALUES (($1::uuid)::text, $2, $1::uuid)`, voter, by)
	a.exec(`INSERT INTO votes (subject_kind, subject_id, aspect, voter_id, value, state, at) VALUES ('idea', gen_random_uuid(), 'support', $1, 1, $2, $3)`, voter, state, at)
}

func (a acted) want(edges []time.Time, want ...int) {
	a.t.Helper()
	got, err := countActive(a.t.Context(), a.pool, edges)
	if err != nil || !slices.Equal(got, want) {
		a.t.Errorf("%v, %v, want %v", got, err, want)
	}
}

// TestActivePeople: who did something that is kept is counted once a month, in the
// month of the city's clock, and what nobody of the public did is not.
func TestActivePeople(t *testing.T) {
	t.Parallel()
	a := acted{start(t, false), t}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	month := func(m time.Month) time.Time { return time.Date(2025, m, 1, 0, 0, 0, 0, zone) }
	edges := []time.Time{month(1), month(2), month(3), month(4)}
	a.want(edges, 0, 0, 0) // nobody yet

	anna, bert := a.person(), a.person()
	a.report(anna, month(1))                     // the first moment counts
	a.report(anna, month(1).AddDate(0, 0, 9))    // twice in a month is once
	a.comment(anna, false, month(1).Add(1))      // also by another thing
	a.vote(anna, "counted", month(2).Add(-1000)) // the last one of January
	a.want(edges, 1, 0, 0)
	a.vote(bert, "held", month(2))
	a.vote(bert, "counted", month(2).AddDate(0, 0, 3))
	a.comment(bert, false, month(4))    // after the last month
	a.report(bert, month(1).Add(-1000)) // before the first
	a.comment(anna, false, month(3))    // half past eleven in Greenwich, the day before
	a.want(edges, 1, 1, 1)
	a.want([]time.Time{month(1), month(2)}, 1) // only the months that are asked for

	clerk := accountstest.Staff(t, a.pool, subject.Caseworker).Person
	a.comment(clerk, true, month(2))       // the city speaks
	a.vote(a.person(), "void", month(2))   // void
	a.report(uuid.Nil, month(2))           // of nobody
	a.comment(nil, false, month(2))        // the account is gone
	part := a.report(a.person(), month(2)) // split off by the city
	a.exec(`INSERT INTO timeline_entries (id, subject_kind, subject_id, key) VALUES (gen_random_uuid(), 'report', $1, 'step.split_from')`, part)
	other := a.person() // a system that hands reports in
	a.report(other, month(2))
	a.exec(`INSERT INTO api_tokens (token_hash, id, person_id, name, scopes, expires_at) VALUES ('x', gen_random_uuid(), $1, 'Kommune', '{reports:write}', mitwirk_now())`, other)
	a.want(edges, 1, 1, 1)

	// a complaint is nobody's business, not even as one of a number
	a.exec(`INSERT INTO complaints (id, number, person_id, kind, topic, text, name_kind, contact_kind, status, content, content_sha256, receipt, created_at)
		VALUES (gen_random_uuid(), 1, $1, 'complaint', (SELECT key FROM complaint_topics LIMIT 1), 'x', 'anonymous', 'code', 'arrived', 'x', 'x', 'x', $2)`, a.person(), month(2))
	a.want(edges, 1, 1, 1)

	carl := a.person()
	a.report(carl, month(3))
	a.want(edges, 1, 1, 2)
	a.exec(`UPDATE persons SET erased_at = mitwirk_now() WHERE id = $1`, carl) // asked to be erased: at once
	a.want(edges, 1, 1, 1)
	if err := db.Transact(t.Context(), a.pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM voter_persons WHERE person_id = $1`, bert) // 30 days after the result
		return err
	}); err != nil {
		t.Fatal(err)
	}
	a.want(edges, 1, 0, 1)
}

// TestActivePeopleInTheReport: the product's own report has them, and asking again
// within minutes counts nothing anew.
func TestActivePeopleInTheReport(t *testing.T) {
	t.Parallel()
	a := acted{start(t, false), t}
	anna := a.person()
	a.report(anna, time.Date(2025, 5, 31, 22, 30, 0, 0, time.UTC)) // June in the city
	got := func() map[string]int {
		t.Helper()
		f, err := a.moderation.Figures(t.Context(), "2025-H1")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for _, l := range f.List {
			if l.Part == moderation.PartRecipients {
				out[l.Name+l.Of] = l.N
			}
		}
		return out
	}
	if g := got(); len(g) != 7 || g["in_month2025-05"] != 0 || g["in_month2025-06"] != 1 || g["monthly_average"] != 0 {
		t.Errorf("%v", g)
	}
	a.report(a.person(), time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC))
	if g := got(); g["in_month2025-06"] != 1 {
		t.Errorf("counted anew at once: %v", g)
	}
}

// TestActivePeopleOnce: however many ask at once, people are counted once.
func TestActivePeopleOnce(t *testing.T) {
	t.Parallel()
	const many = 50
	r, err := newRecipients(clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	var all, there sync.WaitGroup
	q := &slowCount{DB: dbtest.DB(t), before: &there}
	var edges []time.Time
	for m := time.January; m <= time.March; m++ {
		edges = append(edges, time.Date(2025, m, 1, 0, 0, 0, 0, time.UTC))
	}
	there.Add(many)
	for range many {
		all.Go(func() {
			there.Done()
			if list, err := r.active(t.Context(), q, edges); err != nil || !slices.Equal(list, []int{0, 0}) {
				t.Errorf("%v, %v", list, err)
			}
		})
	}
	all.Wait()
	if n := q.asked.Load(); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// slowCount answers no query before all are there.
type slowCount struct {
	db.DB

	before *sync.WaitGroup
	asked  atomic.Int32
}

func (s *slowCount) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	s.asked.Add(1)
	s.before.Wait()
	return s.DB.Query(ctx, sql, args...)
}
