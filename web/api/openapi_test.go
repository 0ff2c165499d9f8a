package api_test

import (
	"flag"
	"os"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the document that the server makes")

// committed is the document that people and programs read.
const committed = "openapi.json"

func document(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestDocument: the committed document is the server's, and it is OpenAPI 3.1.
func TestDocument(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.site.Browser().Get("/api/v1/openapi.json").Want(200)
	if *update {
		if err := os.WriteFile(committed, []byte(a.Body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), a.Body); diff != "" {
		t.Errorf("the document has changed (-committed +served); if that is meant: go test ./web/api -run TestDocument -update\n%s", diff)
	}
	doc := document(t)
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("OpenAPI %s, want 3.1", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == "" || op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s: id, summary, description and one tag are needed", method, path)
			}
			for _, p := range op.Parameters {
				if p.Value.Description == "" {
					t.Errorf("%s %s: %s is not described", method, path, p.Value.Name)
				}
			}
		}
	}
}
