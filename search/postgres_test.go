package search_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/search/searchtest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		cfg  search.PostgresConfig
	}{
		{"all ranked", search.PostgresConfig{Most: 1000}},
		{"newest ranked", search.PostgresConfig{Most: 100, Direct: 50, Window: 400}}, // every word but the rarest is a common one
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			searchtest.Contract(t, func(t *testing.T) (search.Index, db.DB) {
				t.Helper()
				cfg := tt.cfg
				cfg.DB = dbtest.DB(t) // words of open transactions would wait for each other
				x, err := search.NewPostgres(cfg)
				if err != nil {
					t.Fatal(err)
				}
				return x, cfg.DB
			})
		})
	}
}
