package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/meilisearch/meilisearch-go"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// MeiliConfig makes a Meili.
type MeiliConfig struct {
	DB       db.DB
	Postgres *Postgres    // what it is a mirror of
	Jobs     *jobs.Client // by which it is fed
	URL, Key string       // of the server
	Name     string       // of its index; "": "mitwirk"
	Wait     time.Duration
	HTTP     *http.Client // nil: an own one
	Log      *slog.Logger // nil: slog.Default()
}

// Meili is an Index in a Meilisearch server, beside the one in the database.
//
// What is public is mirrored there, nothing else, by jobs that are written in
// the transaction of the change and read the state of then: what is hidden is
// deleted. Searches ask it for the public part and the database for the rest.
// When it does not answer in time, or does not hold everything yet, the database
// answers alone. The vocabulary stays in the database: compounds, corrections and
// proposals are the same with both.
type Meili struct {
	pg      *Postgres
	db      db.DB
	jobs    *jobs.Client
	server  meilisearch.ServiceManager
	name    string
	wait    time.Duration
	log     *slog.Logger
	watch   clock.System
	resting atomic.Int64 // until when it is not asked, Unix nanoseconds
	answers [len(answeredBy)]atomic.Int64
}

// Who answered a search, and why it was not the server.
const (
	byServer = iota
	bySlow
	byFailing
	byResting
	byUnready
	byDatabase
	byLong
)

// answeredBy are the values of the label in the metrics.
var answeredBy = [...]string{"meilisearch", "postgres_slow", "postgres_failing", "postgres_resting", "postgres_not_ready", "postgres_number", "postgres_long"} //nolint:gochecknoglobals // a table

const (
	meiliWait  = 300 * time.Millisecond
	meiliRest  = 5 * time.Second  // after a failure, so that not every search waits
	meiliHTTP  = 4 * time.Second  // for what is written; a transaction may last 5 s
	meiliTask  = 20 * time.Second // for a task to be done; a job has 30 s
	meiliMost  = 1000             // hits that the server ranks
	meiliTries = 20               // of a job: about a week
	meiliWords = 10               // of a query; the server leaves out the others without a word, also what must not be there
)

// NewMeili makes it; nothing is asked yet. RegisterJobs on it before the jobs start.
func NewMeili(cfg MeiliConfig) (*Meili, error) {
	if cfg.DB == nil || cfg.Postgres == nil || cfg.Jobs == nil || cfg.URL == "" {
		return nil, errors.New("search: a database, its index, jobs and the address of the server are needed")
	}
	client := cfg.HTTP
	if client == nil {
		client = &http.Client{}
	}
	m := &Meili{
		pg: cfg.Postgres, db: cfg.DB, jobs: cfg.Jobs, name: cmp.Or(cfg.Name, "mitwirk"), wait: cmp.Or(cfg.Wait, meiliWait), log: cmp.Or(cfg.Log, slog.Default()),
		server: meilisearch.New(cfg.URL, meilisearch.WithAPIKey(cfg.Key), meilisearch.WithCustomClient(client), meilisearch.DisableRetries()),
	}
	return m, nil
}

// Put implements Index: into the database now, into the server by a job.
func (m *Meili) Put(ctx context.Context, tx pgx.Tx, docs []Document) error {
	changed, err := m.pg.put(ctx, tx, docs)
	if err != nil {
		return err
	}
	return m.tell(ctx, tx, changed)
}

// Delete implements Index.
func (m *Meili) Delete(ctx context.Context, tx pgx.Tx, refs []subject.Ref) error {
	gone, err := m.pg.drop(ctx, tx, refs)
	if err != nil {
		return err
	}
	return m.tell(ctx, tx, gone)
}

// IDs implements Index.
func (m *Meili) IDs(ctx context.Context, kind subject.Kind, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	return m.pg.IDs(ctx, kind, after, limit)
}

// Suggest implements Index: the vocabulary is in the database.
func (m *Meili) Suggest(ctx context.Context, text, lang string, limit int) ([]Proposal, error) {
	return m.pg.Suggest(ctx, text, lang, limit)
}

// Search implements Index.
func (m *Meili) Search(ctx context.Context, viewer subject.Viewer, q Query) (Found, error) {
	by := byDatabase
	terms := parse(q.Text)
	_, _, err := subject.ParseNumber(q.Text)
	switch {
	case err == nil || len(terms) == 0:
	case wordsOf(terms) > meiliWords:
		by = byLong
	default:
		var found Found
		if found, by, err = m.ask(ctx, viewer, q); err != nil {
			return Found{}, err
		}
		if by == byServer {
			m.answers[by].Add(1)
			return found, nil
		}
	}
	m.answers[by].Add(1)
	return m.pg.Search(ctx, viewer, q)
}

func wordsOf(terms []term) (n int) {
	for i := range terms {
		n += len(terms[i].words)
	}
	return n
}

// ask asks the server; what is wrong with it is no error but a reason for the
// database to answer.
func (m *Meili) ask(ctx context.Context, viewer subject.Viewer, q Query) (Found, int, error) {
	if m.watch.Now().UnixNano() < m.resting.Load() {
		return Found{}, byResting, nil
	}
	row, err := m.mirror(ctx, m.db)
	if err != nil {
		return Found{}, byUnready, err
	}
	if !row.ready {
		return Found{}, byUnready, nil
	}
	found, err := m.find(ctx, viewer, q)
	var wrong *serverError
	switch {
	case err == nil:
		return found, byServer, nil
	case ctx.Err() != nil || !errors.As(err, &wrong):
		return Found{}, byFailing, err // whoever asked has gone, or the database does not answer
	}
	m.resting.Store(m.watch.Now().Add(meiliRest).UnixNano())
	by := byFailing
	if errors.Is(err, context.DeadlineExceeded) {
		by = bySlow
	}
	m.log.WarnContext(ctx, "search: the database answers", "why", answeredBy[by], "err", wrong.code)
	return Found{}, by, nil
}

// serverError is something that the server did or did not do. Its text holds no
// query: it ends up in the log.
type serverError struct {
	code  string
	cause error
}

func (e *serverError) Error() string { return "meilisearch: " + e.code }
func (e *serverError) Unwrap() error { return e.cause }

// fromServer wraps an error of the client.
func fromServer(err error) error {
	if err == nil {
		return nil
	}
	var api *meilisearch.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &serverError{"timeout", context.DeadlineExceeded}
	case errors.As(err, &api) && api.MeilisearchApiError.Code != "":
		return &serverError{api.MeilisearchApiError.Code, nil}
	case errors.As(err, &api) && api.StatusCode != 0:
		return &serverError{fmt.Sprintf("status %d", api.StatusCode), nil}
	}
	if errors.As(err, &api) && errors.Is(api.OriginError, context.DeadlineExceeded) {
		return &serverError{"timeout", context.DeadlineExceeded}
	}
	return &serverError{"unreachable", nil}
}

// Answers counts the searches since the start of the process by who answered and
// why.
func (m *Meili) Answers() map[string]int64 {
	out := make(map[string]int64, len(answeredBy))
	for i := range answeredBy {
		out[answeredBy[i]] = m.answers[i].Load()
	}
	return out
}

// State is how the mirror is, for the metrics.
type State struct {
	Ready    bool   // it holds everything and is asked
	Building bool   // a second index is being filled
	Failed   string // code of the last task that the server could not do; "" when the next one went well
}

// State reads it.
func (m *Meili) State(ctx context.Context) (State, error) {
	row, err := m.mirror(ctx, m.db)
	return State{Ready: row.ready, Building: row.building, Failed: row.failed}, err
}

// mirrorRow is what is known of the server's index.
type mirrorRow struct {
	there           bool
	madeBy          string
	ready, building bool
	afterKind       string
	afterID         uuid.UUID
	failed          string
	builder         uuid.UUID // who began to make it last
	left            bool      // preparing or swapping was left over
}

func (m *Meili) mirror(ctx context.Context, q db.Queryer) (r mirrorRow, err error) {
	err = q.QueryRow(ctx, sqlMirror, m.name).Scan(&r.madeBy, &r.ready, &r.building, &r.afterKind, &r.afterID, &r.failed, &r.builder, &r.left)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("mirror of the search: %w", err)
	}
	r.there = true
	return r, nil
}

const sqlMirror = `
SELECT made_by, ready, building, after_kind, after_id, failed, builder,
       after_kind IN ('!', '~') AND changed_at < mitwirk_now() - interval '2 minutes'
FROM search_mirrors
WHERE name = $1`
