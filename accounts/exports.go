package accounts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/sheet"
	"github.com/mitwirk/mitwirk/subject"
)

// ExportAlone is how many personal records one person may take out alone.
const ExportAlone = 50

const (
	exportWaits = 7 * 24 * time.Hour // for a second person
	exportLives = 24 * time.Hour     // the download
	exportMost  = 20_000             // records in one file
)

// exportKind is what the log calls a request.
const exportKind subject.Kind = "export"

// ExportScope is what is taken out.
type ExportScope struct {
	Department uuid.UUID `json:"department"`
	Contacts   bool      `json:"-"` // mail addresses too
	Before     time.Time `json:"-"` // only what was there when it was asked for
}

// ExportSource is something that can be taken out in bulk. A record is what
// tells of one person, or of one case of theirs.
type ExportSource interface {
	// Key names it in addresses and messages: "cases".
	Key() string
	// MayExport tells who may take it out at all.
	MayExport(actor Actor, scope ExportScope) error
	// CountExport is how many records there are.
	CountExport(ctx context.Context, q db.Queryer, scope ExportScope) (int, error)
	// Export calls row for the head and for each record, at most limit of them.
	Export(ctx context.Context, q db.Queryer, scope ExportScope, limit int, row func(cells []string) error) error
}

// Exports lets personal data of many people out only when two people want it:
// one asks, another one approves; one download within 24 hours, with a line in
// it that says who and when. Everything is audited.
type Exports struct {
	db      db.DB
	sources []ExportSource
	lead    bool // see AsLead
}

// NewExports makes the service.
func NewExports(d db.DB, sources ...ExportSource) (*Exports, error) {
	if d == nil {
		return nil, errors.New("accounts: exports need a database")
	}
	return &Exports{db: d, sources: sources}, nil
}

// AsLead is the service for a caller who may not use the role of an admin here,
// because the token is none for that: they decide what they might ask for.
func (e *Exports) AsLead() *Exports {
	inner := *e
	inner.lead = true
	return &inner
}

// Sources lists what can be taken out, by key.
func (e *Exports) Sources() []string {
	keys := make([]string, len(e.sources))
	for i, s := range e.sources {
		keys[i] = s.Key()
	}
	return keys
}

func (e *Exports) source(key string) (ExportSource, error) {
	for _, s := range e.sources {
		if s.Key() == key {
			return s, nil
		}
	}
	return nil, fault.OnField("source", "field.choice")
}

// ExportRequest is one wish to take data out.
type ExportRequest struct {
	ID        uuid.UUID
	Source    string
	Scope     ExportScope
	Contacts  bool
	Reason    string
	N         int
	AskedBy   uuid.UUID
	AskedAt   time.Time
	DecidedBy *uuid.UUID
	DecidedAt *time.Time
	Approved  bool
	ExpiresAt time.Time
	FetchedAt *time.Time
	Over      bool   // the time is up
	Asker     string // pseudonyms
	Decider   string
}

// State is one word for where a request stands: waiting, refused, ready,
// fetched, over.
func (r *ExportRequest) State() string {
	switch {
	case r.FetchedAt != nil:
		return "fetched"
	case r.DecidedAt != nil && !r.Approved:
		return "refused"
	case r.Over:
		return "over"
	case r.Approved || r.N <= ExportAlone:
		return "ready"
	}
	return "waiting"
}

// ExportAsk is a new wish.
type ExportAsk struct {
	ID       uuid.UUID // of the form, so that sent twice it asks once; Nil: a new one
	Source   string
	Scope    ExportScope
	Contacts bool
	Reason   string
}

// Ask writes a wish down. Up to 50 records it is ready at once; else somebody
// else has to approve it.
func (e *Exports) Ask(ctx context.Context, actor Actor, ask ExportAsk) (uuid.UUID, error) {
	source, err := e.source(ask.Source)
	if err != nil {
		return uuid.Nil, err
	}
	ask.Reason = strings.TrimSpace(ask.Reason)
	if err := checkReason(ask.Reason); err != nil {
		return uuid.Nil, err
	}
	id := ask.ID
	if id == uuid.Nil {
		id = subject.NewID()
	}
	err = db.Transact(ctx, e.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := source.MayExport(actor, ask.Scope); err != nil {
			return err
		}
		if ask.Scope.Before, err = db.Now(ctx, tx); err != nil {
			return err
		}
		ask.Scope.Contacts = ask.Contacts
		n, err := source.CountExport(ctx, tx, ask.Scope)
		if err != nil {
			return err
		}
		switch {
		case n == 0:
			return fault.OnField("department", "admin.export.none")
		case n > exportMost:
			var wrong fault.Fields
			wrong.Add("department", "admin.export.most", "n", exportMost)
			return wrong.Err()
		}
		lives := exportWaits
		if n <= ExportAlone {
			lives = exportLives
		}
		tag, err := tx.Exec(ctx, sqlInsertExport, id, ask.Source, ask.Scope, ask.Contacts, ask.Reason, n, actor.Person, lives.Microseconds())
		if err != nil {
			return fmt.Errorf("insert export request: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil // sent twice
		}
		return Audit(ctx, tx, actor, Entry{Action: "export.ask", Ref: subject.Ref{Kind: exportKind, ID: id}, Fields: exportFields(ask.Source, ask.Contacts), Reason: ask.Reason})
	})
	if err != nil {
		return uuid.Nil, err
	}
	return id, nil
}

func exportFields(source string, contacts bool) []string {
	if contacts {
		return []string{source, "contacts"}
	}
	return []string{source}
}

// List shows a person's own requests, and those that they may decide, the
// latest first, at most 100. Who may neither ask nor decide gets a fault.
func (e *Exports) List(ctx context.Context, actor Actor) ([]ExportRequest, error) {
	if !actor.Has(subject.Admin, subject.TeamLead) {
		return nil, May(actor, ReadAudit)
	}
	if e.lead && !actor.Has(subject.TeamLead) {
		return nil, fault.New(fault.Forbidden, "err.403").With("why", "admin.why.lead")
	}
	rows, err := e.db.Query(ctx, sqlExports)
	if err != nil {
		return nil, fmt.Errorf("list export requests: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ExportRequest])
	if err != nil {
		return nil, fmt.Errorf("list export requests: %w", err)
	}
	list := all[:0]
	for _, r := range all {
		if actor.Is(r.AskedBy) || e.MayDecide(actor, &r) == nil {
			list = append(list, r)
		}
	}
	return list, nil
}

// MayDecide tells with a fault whether somebody may not approve or refuse: the
// person who asked never may; admins may, and whoever might ask for the same.
func (e *Exports) MayDecide(actor Actor, r *ExportRequest) error {
	if actor.Is(r.AskedBy) {
		return fault.New(fault.Forbidden, "err.403").With("why", "admin.why.two")
	}
	if actor.Has(subject.Admin) && !e.lead {
		return nil
	}
	source, err := e.source(r.Source)
	if err != nil {
		return err
	}
	return source.MayExport(actor, r.Scope)
}

// Decide approves or refuses. It is another person than the one who asked; the
// database refuses it too. fault.Conflict when it is decided or over.
func (e *Exports) Decide(ctx context.Context, actor Actor, id uuid.UUID, approve bool) error {
	return db.Transact(ctx, e.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		r, err := lockExport(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := e.visible(actor, &r); err != nil {
			return err
		}
		if err := e.MayDecide(actor, &r); err != nil {
			return err
		}
		if r.State() != "waiting" {
			return fault.New(fault.Conflict, "err.409")
		}
		if _, err := tx.Exec(ctx, sqlDecideExport, id, actor.Person, approve, exportLives.Microseconds()); err != nil {
			return fmt.Errorf("decide export: %w", err)
		}
		action := "export.refuse"
		if approve {
			action = "export.approve"
		}
		return Audit(ctx, tx, actor, Entry{Action: action, Ref: subject.Ref{Kind: exportKind, ID: id}})
	})
}

// visible hides the requests of others from those who can't decide them.
func (e *Exports) visible(actor Actor, r *ExportRequest) error {
	if !actor.Is(r.AskedBy) && e.MayDecide(actor, r) != nil {
		return fault.Missing("export")
	}
	return nil
}

// Words are what the line at the top of a file says, by message.
type Words func(key string, params ...any) string

// Fetch makes the file, once: for the person who asked, while they may still
// ask, approved by somebody else where there are many records. fault.Forbidden
// says what is missing, fault.Gone that it was fetched or is over.
func (e *Exports) Fetch(ctx context.Context, actor Actor, id uuid.UUID, say Words) ([]byte, error) {
	var file bytes.Buffer
	err := db.Transact(ctx, e.db, func(ctx context.Context, tx pgx.Tx) error {
		file.Reset()
		actor, err := Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		r, err := lockExport(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := e.fetchable(actor, &r); err != nil {
			return err
		}
		source, err := e.source(r.Source)
		if err != nil {
			return err
		}
		r.Scope.Contacts, r.Scope.Before = r.Contacts, r.AskedAt
		if err := source.MayExport(actor, r.Scope); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlFetchExport, id); err != nil {
			return fmt.Errorf("fetch export: %w", err)
		}
		if err := write(ctx, tx, &file, source, &r, say); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Entry{Action: "export.fetch", Ref: subject.Ref{Kind: exportKind, ID: id}, Fields: exportFields(r.Source, r.Contacts), Reason: r.Reason})
	})
	if err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

func (e *Exports) fetchable(actor Actor, r *ExportRequest) error {
	if err := e.visible(actor, r); err != nil {
		return err
	}
	if !actor.Is(r.AskedBy) {
		return fault.New(fault.Forbidden, "err.403").With("why", "admin.why.asker")
	}
	switch r.State() {
	case "ready":
		return nil
	case "waiting":
		return fault.New(fault.Forbidden, "err.403").With("why", "admin.why.second")
	}
	return fault.New(fault.Gone, "err.410")
}

// write makes the file: the line that says whose it is, then the table. It holds
// no more records than were approved.
func write(ctx context.Context, tx pgx.Tx, file *bytes.Buffer, source ExportSource, r *ExportRequest, say Words) error {
	file.WriteString(sheet.BOM)
	w := sheet.NewWriter(file)
	line := say("admin.export.mark", "id", r.ID.String(), "asker", r.Asker, "decider", r.Decider, "reason", r.Reason)
	if err := w.Row(sheet.Text(line)); err != nil {
		return err
	}
	if err := source.Export(ctx, tx, r.Scope, r.N, func(cells []string) error { return w.Row(cells...) }); err != nil {
		return err
	}
	return w.Flush()
}

func lockExport(ctx context.Context, tx pgx.Tx, id uuid.UUID) (ExportRequest, error) {
	rows, err := tx.Query(ctx, sqlLockExport, id)
	if err != nil {
		return ExportRequest{}, fmt.Errorf("load export request: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[ExportRequest])
	if errors.Is(err, pgx.ErrNoRows) {
		return ExportRequest{}, fault.Missing("export")
	}
	if err != nil {
		return ExportRequest{}, fmt.Errorf("load export request: %w", err)
	}
	return r, nil
}

const (
	sqlPartExports = `
SELECT e.id,
       e.source,
       e.params,
       e.contacts,
       e.reason,
       e.n,
       e.asked_by,
       e.asked_at,
       e.decided_by,
       e.decided_at,
       e.approved,
       e.expires_at,
       e.fetched_at,
       e.expires_at <= mitwirk_now(),
       coalesce((SELECT p.pseudonym FROM persons p WHERE p.id = e.asked_by), ''),
       coalesce((SELECT p.pseudonym FROM persons p WHERE p.id = e.decided_by), '')
FROM export_requests e
`
	sqlExports    = sqlPartExports + `ORDER BY e.asked_at DESC, e.id DESC LIMIT 100`
	sqlLockExport = sqlPartExports + `WHERE e.id = $1 FOR UPDATE OF e`

	sqlInsertExport = `
INSERT INTO export_requests (id, source, params, contacts, reason, n, asked_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, mitwirk_now() + $8::bigint * interval '1 microsecond')
ON CONFLICT (id) DO NOTHING`

	sqlDecideExport = `
UPDATE export_requests
SET decided_by = $2,
    decided_at = mitwirk_now(),
    approved = $3,
    expires_at = CASE WHEN $3 THEN mitwirk_now() + $4::bigint * interval '1 microsecond' ELSE expires_at END
WHERE id = $1`

	sqlFetchExport = `UPDATE export_requests SET fetched_at = mitwirk_now() WHERE id = $1`
)
