package archtest_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/dbtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const schemaGolden = "migrations/schema.golden.sql"

// TestSchema shows in review what a migration does to the whole: the schema as
// pg_dump writes it, without what differs between versions and machines.
func TestSchema(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	cmd := exec.CommandContext(t.Context(), pgDump(t), "--schema-only", "--schema=public", "--no-owner", "--no-privileges",
		"--no-comments", "--exclude-table=goose_db_version", "--dbname="+pool.Config().ConnString())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pg_dump: %v: %s", err, stderr.String())
	}
	got := "-- What the migrations make, in the words of pg_dump. Written by: go test ./internal/archtest -run TestSchema -update\n" + normal(string(out))
	dir, err := root()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join(dir, schemaGolden), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(read(t, schemaGolden), got); d != "" {
		t.Errorf("the schema has changed (-golden +migrations); if that is meant: go test ./internal/archtest -run TestSchema -update\n%s", d)
	}
}

// noise are comments, session settings, and the tokens of newer versions.
var noise = regexp.MustCompile(`(?m)^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|CREATE SCHEMA public;)\n`)

func normal(dump string) string {
	dump = noise.ReplaceAllString(dump, "")
	return regexp.MustCompile(`\n{3,}`).ReplaceAllString("\n"+strings.Trim(dump, "\n")+"\n", "\n\n")
}

// pgDump is the newest one: it reads every older server.
func pgDump(t *testing.T) string {
	t.Helper()
	best := ""
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if len(f) > len(best) || len(f) == len(best) && f > best {
			best = f
		}
	}
	if best != "" {
		return best
	}
	path, err := exec.LookPath("pg_dump")
	if err != nil {
		t.Fatal("pg_dump is missing: run scripts/setup-test.sh")
	}
	return path
}
