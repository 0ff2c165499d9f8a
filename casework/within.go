package casework

import "github.com/jackc/pgx/v5"

// Within is the rules inside a transaction of the caller: all that is read and
// written is in it.
func (r *Routing) Within(tx pgx.Tx) *Routing {
	inner := *r
	inner.cfg.DB = tx
	return &inner
}

// Within is the events inside a transaction of the caller.
func (u *Umbrella) Within(tx pgx.Tx) *Umbrella {
	inner := *u
	inner.cfg.DB = tx
	return &inner
}
