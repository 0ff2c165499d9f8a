package privacy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/privacy"
)

// Everything that is ours: not PostgreSQL's, not an extension's, not River's,
// not the migrations' own table.
const sqlColumns = `
SELECT c.relname || '.' || a.attname
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'm', 'f')
  AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'river')
  AND n.nspname NOT LIKE 'pg\_%'
  AND c.relname NOT LIKE 'goose%'
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY c.relname, a.attnum`

func TestEveryColumnIsTagged(t *testing.T) {
	t.Parallel()
	fields, err := privacy.Load()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := dbtest.Tx(t).Query(t.Context(), sqlColumns)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(columns) < 20 {
		t.Fatalf("only %d columns: is the database migrated?", len(columns))
	}
	var add, remove []string
	for _, c := range columns {
		table, column, _ := strings.Cut(c, ".")
		if _, ok := fields.Column(table, column); !ok {
			add = append(add, fmt.Sprintf("%s: none", c))
		}
	}
	for _, f := range fields.All() {
		if !slices.Contains(columns, f.Key()) {
			remove = append(remove, f.Key())
		}
	}
	if len(add) > 0 {
		t.Errorf("columns without a line. Add these to internal/privacy/fields.yaml; where a column holds something about a person, "+
			"write {field: …, purpose: …, audience: […], retention: …} in place of none:\n\n%s\n", strings.Join(add, "\n"))
	}
	if len(remove) > 0 {
		t.Errorf("lines without a column. Remove them from internal/privacy/fields.yaml:\n\n%s\n", strings.Join(remove, "\n"))
	}
}
