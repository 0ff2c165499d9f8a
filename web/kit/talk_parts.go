package kit

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/casework"
)

// fileSize says how large a file is, in KB or MB.
func fileSize(p Page, bytes int) string {
	if bytes < 1<<20 {
		return p.Loc.Int(max(1, bytes>>10)) + " KB"
	}
	return p.Loc.Int((bytes+1<<19)>>20) + " MB"
}

func fileAttrs(id, wrong string) templ.Attributes {
	if wrong == "" {
		return templ.Attributes{"aria-describedby": id + "-hint"}
	}
	return templ.Attributes{"aria-describedby": id + "-hint " + id + "-err", "aria-invalid": "true"}
}

// mouth is the line of a face: 1 unhappy, 2 so-so, 3 happy.
func mouth(n int) string {
	switch n {
	case 1:
		return "M8 16.5c1-1.7 2.4-2.5 4-2.5s3 .8 4 2.5"
	case 2:
		return "M8.5 15h7"
	}
	return "M8 14c1 1.7 2.4 2.5 4 2.5s3-.8 4-2.5"
}

// fileAt is the address of a file below a path, which may end in a query.
func fileAt(at string, f casework.File) string {
	path, query, _ := strings.Cut(at, "?")
	if query != "" {
		query = "?" + query
	}
	return path + "/" + f.ID.String() + query
}
