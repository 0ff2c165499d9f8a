package contests

import "github.com/jackc/pgx/v5"

// Within is the service inside a transaction of the caller: all that it reads and
// writes is in it.
func (s *Service) Within(tx pgx.Tx) *Service {
	inner := *s
	inner.db = tx
	return &inner
}
