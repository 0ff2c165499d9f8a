package db

import (
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// constraints is the one table that turns a violated constraint into words.
// Names are those of the migrations; a constraint that is not here is a bug of
// ours and becomes Internal.
var constraints = map[string]func() *fault.Error{
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
		if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
			return unavailable(err)
		}
		return err
	}
	if words, ok := constraints[pg.ConstraintName]; ok {
		return words().Because(err)
	}
	switch pg.Code {
	case "55P03", "57014": // lock not available, query cancelled by a timeout
		return unavailable(err)
	case "53100", "53200", "53300", "57P01", "57P02", "57P03", "25006": // disk full, out of memory, too many connections, shutting down, read only
		return unavailable(err)
	case "40001", "40P01": // serialization failure, deadlock
		e := fault.New(fault.Unavailable, "err.503").Because(err)
		e.RetryAfter = time.Second
		return e
	}
	return err
}

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
