package owndata

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/privacy"
)

// TestEveryTable: a table with a column that is for the person it is about must
// say how its rows hang on one, or nobody could take it along.
func TestEveryTable(t *testing.T) {
	t.Parallel()
	fields, err := privacy.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, h := range hangs() {
		if known[h.table] {
			t.Errorf("%s is there twice", h.table)
		}
		known[h.table] = true
		if len(fields.Own(h.table)) == 0 {
			t.Errorf("%s has nothing that is for its author", h.table)
		}
		for column := range h.masked {
			if f, ok := fields.Column(h.table, column); !ok || !slices.Contains(f.Audience, privacy.Author) {
				t.Errorf("%s.%s is masked and not exported", h.table, column)
			}
		}
		for _, column := range h.also {
			if f, ok := fields.Column(h.table, column); !ok || f.Personal && !slices.Contains(f.Audience, privacy.Author) {
				t.Errorf("%s.%s would be told and is not for its author", h.table, column)
			}
		}
	}
	for _, table := range fields.Tables() {
		if len(fields.Own(table)) > 0 && !known[table] {
			t.Errorf("%s has columns whose audience is author and is not in tables.go: nobody could take them along", table)
		}
	}
}

// TestSelections: every query of an export runs on the schema of today.
func TestSelections(t *testing.T) {
	t.Parallel()
	fields, err := privacy.Load()
	if err != nil {
		t.Fatal(err)
	}
	tx := dbtest.Tx(t)
	for _, h := range hangs() {
		sql, columns := h.selection(fields)
		rows, err := tx.Query(t.Context(), sql, "0190b7a0-0000-7000-8000-000000000000")
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if _, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if len(columns) == 0 {
			t.Errorf("%s: no columns", h.table)
		}
	}
}
