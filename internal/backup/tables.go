package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Tables that belong to an extension are its own affair; their rows come with it.
const sqlTables = `
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'river')
  AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1`

const (
	sqlTextForm = `
SELECT set_config('timezone', 'UTC', false),
       set_config('datestyle', 'ISO, YMD', false),
       set_config('intervalstyle', 'postgres', false),
       set_config('bytea_output', 'hex', false),
       set_config('extra_float_digits', '1', false),
       set_config('statement_timeout', '0', false),
       set_config('idle_in_transaction_session_timeout', '0', false),
       set_config('lock_timeout', '60s', false)`
	sqlMajor    = `SELECT current_setting('server_version_num')::int / 10000`
	sqlSnapshot = `SELECT pg_export_snapshot(), mitwirk_now(), (SELECT max(epoch) FROM event_epochs)`
	sqlSchema   = `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id`
)

// session makes a connection write values always in the same way, and lets it
// work as long as it takes.
func session(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, sqlTextForm); err != nil {
		return fmt.Errorf("prepare session: %w", err)
	}
	return nil
}

// tables counts and sums all rows.
func tables(ctx context.Context, q querier) (map[string]Table, error) {
	rows, err := q.Query(ctx, sqlTables)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	all := make(map[string]Table, len(names))
	for _, name := range names {
		var t Table
		// the name comes quoted from the catalogue
		if err := q.QueryRow(ctx, `SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM `+name+` AS t`).Scan(&t.Rows, &t.Sum); err != nil {
			return nil, fmt.Errorf("count %s: %w", name, err)
		}
		all[name] = t
	}
	return all, nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// differ says in which tables a restored database is not what was saved; sums
// are compared where both come from the same version of PostgreSQL.
func differ(want, got map[string]Table, sums bool) error {
	var wrong []string
	for name, w := range want {
		g, there := got[name]
		switch {
		case !there:
			wrong = append(wrong, name+" is missing")
		case g.Rows != w.Rows:
			wrong = append(wrong, fmt.Sprintf("%s has %d rows instead of %d", name, g.Rows, w.Rows))
		case sums && g.Sum != w.Sum:
			wrong = append(wrong, name+" has other rows")
		}
	}
	for name := range got {
		if _, there := want[name]; !there {
			wrong = append(wrong, name+" was not there")
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return errors.New("the restored database differs: " + strings.Join(wrong, "; "))
}
