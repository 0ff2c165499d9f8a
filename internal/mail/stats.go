package mail

import (
	"context"
	"fmt"
)

// Stats is how the outbox stands, for those who watch it.
type Stats struct {
	Waiting int     // queued or being sent
	Failed  int     // given up within the last day
	Oldest  float64 // seconds that the oldest one has waited; 0: none waits
}

const sqlStats = `
SELECT count(*) FILTER (WHERE state IN ('queued', 'sending'))::int,
       count(*) FILTER (WHERE state = 'failed' AND done_at > mitwirk_now() - interval '1 day')::int,
       coalesce(extract(epoch FROM mitwirk_now() - min(created_at) FILTER (WHERE state IN ('queued', 'sending'))), 0)::double precision
FROM mails
WHERE state IN ('queued', 'sending')
   OR (state = 'failed' AND done_at > mitwirk_now() - interval '1 day')`

// Stats counts what waits and what was given up.
func (o *Outbox) Stats(ctx context.Context) (s Stats, err error) {
	if err := o.cfg.DB.QueryRow(ctx, sqlStats).Scan(&s.Waiting, &s.Failed, &s.Oldest); err != nil {
		return s, fmt.Errorf("count mails: %w", err)
	}
	return s, nil
}
