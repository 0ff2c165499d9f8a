package db

import (
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// constraints is the one table that turns a violated constraint into words.
// Names are those of the migrations; a constraint that is not here is a bug of
// ours and becomes Internal.
var constraints = map[string]func() *fault.Error{
	"absences_once":              func() *fault.Error { return fault.New(fault.Conflict, "case.err.absence_overlap") },
	"ideas_report":               func() *fault.Error { return fault.New(fault.Conflict, "idea.err.report") },
	"saved_views_own":            func() *fault.Error { return fault.New(fault.Conflict, "queue.err.view_name") },
	"saved_views_team":           func() *fault.Error { return fault.New(fault.Conflict, "queue.err.view_name") },
	"votes_open":                 func() *fault.Error { return fault.New(fault.Gone, "votes.err.closed") },
	"votes_pkey":                 func() *fault.Error { return fault.New(fault.Conflict, "err.conflict") },
	"contacts_confirmed_address": func() *fault.Error { return fault.New(fault.Conflict, "err.conflict") },
}

// Fault turns a database error into a fault by its SQLSTATE and constraint
// name, never by its text. Faults and everything unknown come back unchanged.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if lost(err) {
			return unavailable(err)
		}
		return err
	}
	if words, ok := constraints[pg.ConstraintName]; ok {
		return words().Because(err)
	}
	if strings.HasPrefix(pg.Code, "08") { // connection exceptions
		return unavailable(err)
	}
	switch pg.Code {
	case "55P03", "57014": // lock not available, query cancelled by a timeout
		return unavailable(err)
	case "53000", "53100", "53200", "53300", "58030", // short of something, disk full, out of memory, too many connections, input or output error
		"57P01", "57P02", "57P03", "57P05", "25P03", "25006": // shutting down, crashed, starting, idle for too long (twice), read only
		return unavailable(err)
	case codeSerialization, codeDeadlock:
		e := fault.New(fault.Unavailable, "err.503").Because(err)
		e.RetryAfter = time.Second
		return e
	}
	return err
}

// lost tells whether the database could not be reached, or was gone in the
// middle: a connection that can't be made, is closed, reset or cut off. What
// became of a commit is not known then; the same request sent again with its
// Idempotency-Key finds out.
func lost(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, net.ErrClosed)
}

// Codes of transactions that can be run again.
const (
	codeSerialization = "40001"
	codeDeadlock      = "40P01"
)

// IsUnique tells whether err is the violation of the named unique constraint.
func IsUnique(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == constraint
}

func unavailable(err error) *fault.Error {
	e := fault.New(fault.Unavailable, "err.503").Because(err)
	e.RetryAfter = 30 * time.Second
	return e
}
