package archtest_test

import (
	"fmt"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/dbtest"
)

var verb = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|VALUES|TABLE|LOCK|SET|RESET|SHOW|CREATE|ALTER|DROP|TRUNCATE|COPY|COMMENT|GRANT|NOTIFY|LISTEN|UNLISTEN|REFRESH|ANALYZE|VACUUM|CALL|DO|EXPLAIN|DECLARE|FETCH)\b`)

// TestStatements prepares every statement of the product on the migrated
// schema: a column that was renamed shows here, not in the night.
func TestStatements(t *testing.T) {
	t.Parallel()
	packages := map[string]constants{}
	where := map[string]map[string]string{}
	for _, s := range allSources(t) {
		if s.test() || s.helper() {
			continue
		}
		if packages[s.dir()] == nil {
			packages[s.dir()], where[s.dir()] = constants{}, map[string]string{}
		}
		mine := constants{}
		mine.add(s.file)
		for name, v := range mine {
			packages[s.dir()][name] = v
			where[s.dir()][name] = at(v)
		}
	}
	conn := connect(t)
	prepared := 0
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		c := packages[dir]
		var statements []string
		for _, name := range slices.Sorted(maps.Keys(c)) {
			text, err := c.text(c[name])
			isSQL := strings.HasPrefix(name, "sql")
			switch {
			case err != nil && isSQL:
				t.Errorf("%s: %s: %v", where[dir][name], name, err)
			case err != nil:
			case isSQL && !strings.HasPrefix(name, "sqlPart") && verb.MatchString(text):
				statements = append(statements, name)
			}
		}
		// Tables for the length of a transaction come first: others fill and read them.
		for _, name := range statements {
			text, _ := c.text(c[name])
			if regexp.MustCompile(`(?is)^\s*CREATE\s+TEMP`).MatchString(text) {
				text = regexp.MustCompile(`(?i)ON\s+COMMIT\s+(DROP|DELETE\s+ROWS)`).ReplaceAllString(text, "")
				if _, err := conn.Exec(t.Context(), text); err != nil {
					t.Errorf("%s: %s: %v", where[dir][name], name, err)
				}
			}
		}
		for _, name := range statements {
			text, _ := c.text(c[name])
			if err := prepare(t, conn, text); err != nil {
				t.Errorf("%s: %s: %v", where[dir][name], name, err)
			}
			prepared++
		}
		if _, err := conn.Exec(t.Context(), `DISCARD TEMP`); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d statements of %d packages", prepared, len(packages))
	if prepared < 20 {
		t.Errorf("only %d statements found", prepared)
	}
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	pool := dbtest.DB(t)
	c, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Release)
	return c.Conn()
}

func prepare(t *testing.T, conn *pgx.Conn, text string) error {
	t.Helper()
	// Named arguments become numbered ones as in the product; a missing value does not matter here.
	numbered, _, err := pgx.NamedArgs{}.RewriteQuery(t.Context(), conn, text, nil)
	if err != nil {
		return fmt.Errorf("named arguments: %w", err)
	}
	const name = "archtest"
	if _, err := conn.Prepare(t.Context(), name, numbered); err != nil {
		return err
	}
	return conn.Deallocate(t.Context(), name)
}

// TestStatementsAreConstants: SQL stands in constants named sql…, where the
// test above finds it.
func TestStatementsAreConstants(t *testing.T) {
	t.Parallel()
	methods := map[string]int{"Exec": 1, "Query": 1, "QueryRow": 1, "Queue": 0, "Exists": 2}
	for _, s := range allSources(t) {
		if s.test() || s.helper() || s.generated() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				_, name := called(n)
				i, ok := methods[name]
				if !ok || i >= len(n.Args) {
					return true
				}
				if text, ok := literal(n.Args[i]); ok && verb.MatchString(text) {
					t.Errorf("%s: SQL in a call; make it a constant named sql…", at(n))
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i >= len(n.Values) || strings.HasPrefix(name.Name, "sql") {
						continue
					}
					if text, ok := literal(n.Values[i]); ok && looksLikeSQL(text) {
						t.Errorf("%s: %s holds SQL; name it sql…", at(n), name.Name)
					}
				}
			}
			return true
		})
	}
}

var sqlShape = regexp.MustCompile(`^\s*(SELECT\s.*\sFROM\s|INSERT\s+INTO\s|UPDATE\s.*\sSET\s|DELETE\s+FROM\s)`)

func looksLikeSQL(text string) bool {
	return sqlShape.MatchString(strings.Join(strings.Fields(text), " "))
}

// TestTime: SQL takes the time from mitwirk_now() only, so that tests can set it.
func TestTime(t *testing.T) {
	t.Parallel()
	clock := regexp.MustCompile(`(?i)\b(now\(\)|current_timestamp|current_date|localtimestamp|statement_timestamp\(\)|transaction_timestamp\(\)|clock_timestamp\(\))`)
	ours := regexp.MustCompile(`(?i)mitwirk_now\(\)`)
	for _, s := range allSources(t) {
		if s.test() || s.helper() || within(s.dir(), []string{"internal/pgdev", "internal/jobs"}) {
			continue // neither knows our schema
		}
		c := constants{}
		c.add(s.file)
		for name, v := range c {
			text, err := c.text(v)
			if err != nil || !strings.HasPrefix(name, "sql") {
				continue
			}
			if found := clock.FindString(ours.ReplaceAllString(text, "")); found != "" {
				t.Errorf("%s: %s uses %s; take mitwirk_now()", at(v), name, found)
			}
		}
	}
}
