package kit

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
)

// ViewRoutes adds the two routes of a file's preview below the route of the file
// itself: the page, and a picture of each page.
func ViewRoutes(r *Router, file string, h func(Context) error, m ...echo.MiddlewareFunc) {
	r.GET(file+"/view", h, m...)
	r.GET(file+"/view/:page", h, m...)
}

// viewOf is the address of a file's preview, from that of the file.
func viewOf(file string) string {
	path, query, _ := strings.Cut(file, "?")
	if query != "" {
		query = "?" + query
	}
	return path + "/view" + query
}

// previewView is what the page of a preview shows.
type previewView struct {
	Page

	File casework.File
	Doc  preview.Document
	At   string // of the file; its query is the page's
	Back Crumb  // where the file lies
	Desk bool
}

// busy tells whether it helps to ask again.
func (v *previewView) busy() bool { return v.Doc.Reason == preview.Busy }

// pages is how many pages the file has, as far as known.
func (v *previewView) pages() int { return max(v.Doc.Total, len(v.Doc.Pages)) }

// facts are what is known of the file in short: "PDF, 2 MB, 3 Seiten".
func (v *previewView) facts() string {
	facts := "PDF, " + fileSize(v.Page, v.File.Size)
	if v.pages() > 0 {
		facts += ", " + v.T("preview.pages", "count", v.pages())
	}
	return facts
}

func (v *previewView) picture(i int) string {
	path, query, _ := strings.Cut(viewOf(v.At), "?")
	if query != "" {
		query = "?" + query
	}
	return path + "/" + strconv.Itoa(i+1) + query
}

// ours tells whether it is us who can't show a file, and not the file or whoever
// asks.
func ours(err error) bool {
	kind := asFault(err).Kind
	return kind == fault.Unavailable || kind == fault.Internal
}

// ShowPreview answers both routes of ViewRoutes for a file that the caller has
// let this actor have: the page, or the picture that the address names.
func ShowPreview(c Context, f casework.File, back Crumb, view func(ctx context.Context) (preview.Document, error)) error {
	if f.Type != casework.PDF {
		return fault.Missing("file")
	}
	no := c.Param("page")
	doc, err := view(c.Request().Context())
	status := http.StatusOK
	switch {
	case err != nil && (no != "" || !ours(err)):
		return err
	case err != nil: // the file is there all the same
		of(c).router.logFault(c, of(c), asFault(err))
		doc, status = preview.Document{Reason: preview.Busy}, http.StatusServiceUnavailable
		c.Response().Header().Set("Retry-After", "15")
	}
	if no != "" {
		n, err := strconv.Atoi(no)
		if err != nil || n < 1 || n > len(doc.Pages) || strconv.Itoa(n) != no {
			return fault.Missing("file")
		}
		f.Name, f.Type = strings.TrimSuffix(f.Name, ".pdf")+" "+no+".jpg", casework.JPEG
		return SendFile(c, f, doc.Pages[n-1].JPEG)
	}
	at := c.Request().URL.Path
	if at = strings.TrimSuffix(at, "/view"); c.QueryString() != "" {
		at += "?" + c.QueryString()
	}
	v := &previewView{Page: NewPage(c, "preview.title"), File: f, Doc: doc, At: at, Back: back, Desk: strings.HasPrefix(back.URL, "/desk")}
	v.Title, v.Robots = v.T("preview.heading", "name", f.Name), "noindex"
	NoStore(c)
	return Render(c, status, previewPage(v))
}
