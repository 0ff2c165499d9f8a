package ideas

import "github.com/jackc/pgx/v5"

// Within is the service inside a transaction of the caller: all that it reads
// and writes is in it. Districts and working days come from memory.
func (s *Service) Within(tx pgx.Tx) *Service {
	inner := *s
	inner.db = tx
	return &inner
}
