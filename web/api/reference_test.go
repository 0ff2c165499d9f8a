package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestReference: every operation of the document is on the front, leads to its
// page, and every link of a page leads to something that is there.
func TestReference(t *testing.T) {
	t.Parallel()
	b := setup(t)
	visitor := b.site.Browser()
	front := visitor.Get("/api/docs").Want(http.StatusOK).WantClean().Doc()
	listed := map[string]string{} // id of an operation -> its page
	pages := map[string]bool{}
	front.Find(".apitoc a").Each(func(_ int, s *goquery.Selection) {
		page, id, ok := strings.Cut(s.AttrOr("href", ""), "#")
		pages[page] = true
		if ok {
			listed[id] = page
		}
	})
	for path, item := range document(t).Paths.Map() {
		for method, op := range item.Operations() {
			if listed[op.OperationID] == "" {
				t.Errorf("%s %s is not in the reference", method, path)
			}
			delete(listed, op.OperationID)
		}
	}
	for id := range listed {
		t.Errorf("the reference has %s, the document has not", id)
	}
	for page := range pages {
		doc := visitor.Get(page).Want(http.StatusOK).WantClean().Doc()
		if doc.Find(".apipart .apiline").Length() == 0 || doc.Find("h1").Length() != 1 {
			t.Errorf("%s is empty", page)
		}
		doc.Find(".apidoc a[href^='#']").Each(func(_ int, s *goquery.Selection) {
			if to := s.AttrOr("href", ""); doc.Find(to).Length() != 1 {
				t.Errorf("%s: %s leads nowhere, or to several", page, to)
			}
		})
	}
	visitor.Get("/api/docs/nothing").Want(http.StatusNotFound)
}
