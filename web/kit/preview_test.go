package kit_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// TestNoPreview: what we can't draw at the moment keeps nobody from the file;
// what is not theirs is not there.
func TestNoPreview(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	outcomes := map[string]struct {
		doc          preview.Document
		err          error
		page, image  int
		again, offer bool
	}{
		"busy":   {err: fault.New(fault.Unavailable, "preview.busy"), page: 503, image: 503, again: true, offer: true},
		"broken": {err: errors.New("pdfium does not start"), page: 503, image: 500, again: true, offer: true},
		"off":    {doc: preview.Document{Reason: preview.Off}, page: 200, image: 404, offer: true},
		"slow":   {doc: preview.Document{Reason: preview.Slow, Total: 3}, page: 200, image: 404, offer: true},
		"gone":   {err: fault.New(fault.Gone, "talk.file.gone"), page: 410, image: 410},
		"not":    {err: fault.Missing("file"), page: 404, image: 404},
	}
	for name, o := range outcomes {
		kit.ViewRoutes(site.Router, "/files/"+name, func(c kit.Context) error {
			f := casework.File{Name: "Plan.pdf", Type: casework.PDF, Size: 4000}
			return kit.ShowPreview(c, f, kit.Crumb{Name: "M-2026-2ABCDE", URL: "/"}, func(context.Context) (preview.Document, error) { return o.doc, o.err })
		})
	}
	for name, o := range outcomes {
		a := site.Browser().Get("/files/" + name + "/view").Want(o.page).WantClean()
		if n := a.Doc().Find(`main a[download][href="/files/` + name + `"]`).Length(); (n == 1) != o.offer {
			t.Errorf("%s: %d ways to the file", name, n)
		}
		if n := a.Doc().Find(`main a[href=""]`).Length(); (n == 1) != o.again {
			t.Errorf("%s: %d buttons to try again", name, n)
		}
		if a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: nobody is told when to come back", name)
		}
		site.Browser().Get("/files/" + name + "/view/1").Want(o.image)
	}
}
