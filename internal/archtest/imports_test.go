package archtest_test

import (
	"path"
	"strconv"
	"strings"
	"testing"
)

// levels says how high a package stands: it imports what stands lower, and
// what lies in its own folder. The longest name that fits counts; a * stands
// for the rest of one name.
var levels = map[string]int{
	"subject": 0, "migrations": 0,
	"internal/fault": 0, "internal/config": 0, "internal/i18n": 0, "internal/clock": 0, "internal/privacy": 0, "internal/table": 0, "internal/logs": 0, "internal/sheet": 0, "internal/paper": 0, "internal/receipt": 0, "internal/kept": 0, "internal/bench": 1,

	"internal/geom": 9, "internal/db": 10, "internal/pgdev": 10,
	"internal/jobs": 11, "internal/mail": 11, "internal/files": 11, "internal/idem": 11, "internal/scan": 11, "internal/inbound": 11,
	"internal/events": 12, "internal/preview": 12,
	"search": 13, "geo": 13, "internal/live": 13,

	"accounts":   20,
	"categories": 21, "timeline": 21, "votes": 21, "follows": 21, "attachments": 21, "drafts": 21, "links": 21, "site": 21, "practice": 21,
	"casework": 22, "discussion": 22, "notify": 22,

	"owndata": 35,
	"reports": 30, "complaints": 30, "ideas": 30, "radar": 30, "moderation": 30,

	"web": 38, "web/kit": 39, "web/health": 39,
	"web/*pages": 40, "web/api": 40, "web/open311": 40, "web/tiles": 40, "web/livesocket": 40, "web/metrics": 40,

	"demo":            45,
	"demo/proposals":  45,
	"internal/backup": 46, "internal/faults": 46,
	"app": 50,
	"cmd": 60,
}

// sisters are pairs of one level that the design lets know each other: level 0
// shares its words, and plumbing of level 1b uses the job queue.
func sisters(from, to string, level int) bool {
	return level == 0 || to == "internal/jobs" && level == levels["internal/jobs"]
}

// only names the folders in which a library may be imported.
var only = map[string][]string{
	"github.com/labstack/echo/v4":     {"web"},
	"github.com/gorilla/websocket":    {"web"},
	"github.com/danielgtaylor/huma":   {"web/api"},
	"github.com/getkin/kin-openapi":   {}, // tests only
	"github.com/riverqueue/river":     {"internal/jobs"},
	"github.com/pressly/goose/v3":     {"internal/db"},
	"github.com/alecthomas/kong":      {"cmd", "internal/config"},
	"gocloud.dev":                     {"internal/files"},
	"github.com/wneessen/go-mail":     {"internal/mail"},
	"github.com/nicksnyder/go-i18n":   {"internal/i18n"},
	"github.com/a-h/templ":            {"web", "internal/mail"},
	"github.com/klippa-app/go-pdfium": {"internal/preview"},
	"github.com/tetratelabs/wazero":   {"internal/preview"},
	"net/http/httptest":               {}, // tests only
	"testing":                         {},
}

// unit is the entry of levels that a folder belongs to; "" when none does.
func unit(dir string) string {
	for d := dir; d != "."; d = path.Dir(d) {
		if _, ok := levels[d]; ok {
			return d
		}
		for pattern := range levels {
			if ok, err := path.Match(pattern, d); ok && err == nil {
				return d
			}
		}
	}
	return ""
}

func level(u string) int {
	if l, ok := levels[u]; ok {
		return l
	}
	for pattern, l := range levels {
		if ok, err := path.Match(pattern, u); ok && err == nil {
			return l
		}
	}
	return -1
}

func within(dir string, folders []string) bool {
	for _, f := range folders {
		if dir == f || strings.HasPrefix(dir, f+"/") {
			return true
		}
	}
	return false
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, s := range allSources(t) {
		if s.test() || s.helper() || within(s.dir(), []string{"internal/archtest"}) {
			continue
		}
		from := unit(s.dir())
		if from == "" {
			t.Errorf("%s: the folder has no level; give it one in archtest", s.path)
			continue
		}
		for _, spec := range s.file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			for library, folders := range only {
				if (name == library || strings.HasPrefix(name, library+"/")) && !within(s.dir(), folders) {
					t.Errorf("%s imports %s, which belongs only in %v", s.path, library, folders)
				}
			}
			dir, ours := strings.CutPrefix(name, module+"/")
			if !ours {
				continue
			}
			to := unit(dir)
			switch {
			case strings.HasSuffix(dir, "test"):
				t.Errorf("%s imports %s, a helper of tests", s.path, dir)
			case to == "":
				t.Errorf("%s imports %s, which has no level", s.path, dir)
			case to == from || level(to) < level(from) || (level(to) == level(from) && sisters(from, to, level(to))):
			default:
				t.Errorf("%s (level %d) must not import %s (level %d)", s.path, level(from), dir, level(to))
			}
		}
	}
}

// TestInitAndExit: no work in init, and only commands end the process.
func TestInit(t *testing.T) {
	t.Parallel()
	for _, s := range allSources(t) {
		for _, f := range functions(s.file) {
			if f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s has a func init; build it in a constructor instead", s.path)
			}
		}
	}
}
