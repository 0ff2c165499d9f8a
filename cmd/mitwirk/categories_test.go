package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

func TestCategoriesThereAndBack(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	g := &Globals{Store: config.Store{DatabaseURL: pool.Config().ConnString()}}
	ctx, dir := context.Background(), t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := (&ImportCategories{File: write("demo.yaml", string(demo.Catalogue))}).Run(ctx, g); err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(dir, "first.yaml"), filepath.Join(dir, "second.yaml")
	if err := (&ExportCategories{File: first}).Run(ctx, g); err != nil {
		t.Fatal(err)
	}
	if err := (&ImportCategories{File: first}).Run(ctx, g); err != nil {
		t.Fatal(err)
	}
	if err := (&ExportCategories{File: second}).Run(ctx, g); err != nil {
		t.Fatal(err)
	}
	a, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("an export of an import of an export is another one")
	}
	if c, err := categories.Parse(a); err != nil || len(c.Categories) != 36 {
		t.Errorf("the export: %v", err)
	}

	broken := strings.Replace(string(demo.Catalogue), "dept: awm", "dept: awn", 1)
	err = (&ImportCategories{File: write("broken.yaml", broken)}).Run(ctx, g)
	if err == nil || !strings.Contains(err.Error(), "nothing was changed") || !strings.Contains(err.Error(), "no such department: awn") {
		t.Errorf("a broken file: %v", err)
	}
	if err := (&ImportCategories{File: filepath.Join(dir, "none.yaml")}).Run(ctx, g); err == nil {
		t.Error("a file that is not there")
	}
	if err := (&ExportCategories{File: filepath.Join(dir, "none", "x.yaml")}).Run(ctx, g); err == nil {
		t.Error("a folder that is not there")
	}
}
