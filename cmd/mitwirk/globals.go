package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/pgdev"
)

// cli is the command line. A new command is one line here and one file beside
// it: a struct with a method Run(ctx context.Context, g *Globals) error.
type cli struct {
	Globals `embed:""`
	Version kong.VersionFlag `help:"Show the version."`

	Dev           devCmd           `cmd:"" group:"Try" help:"Start a demo city with a private PostgreSQL; nothing has to be set up."`
	Serve         serveCmd         `cmd:"" group:"Run" help:"Serve the site, and do its jobs."`
	Work          workCmd          `cmd:"" group:"Run" help:"Do jobs only."`
	Migrate       migrateCmd       `cmd:"" group:"Run" help:"Bring the database to this program's version."`
	VerifyReceipt verifyReceiptCmd `cmd:"" name:"verify-receipt" group:"Run" help:"Tell whether a receipt is genuine and unchanged."`
	Import        importCmd        `cmd:"" group:"Keep" help:"Bring data of a city in."`
	Export        exportCmd        `cmd:"" group:"Keep" help:"Take data of a city out."`
	Geo           Geo              `cmd:"" group:"Keep" help:"Ask where places lie."`
	Admin         adminCmd         `cmd:"" group:"Keep" help:"Look after the installation."`
	Bench         benchCmd         `cmd:"" group:"Try" help:"Measure this machine; one JSON line per figure."`
}

type importCmd struct {
	Measures         ImportMeasures         `cmd:"" help:"Measures of a programme (CSV, XLSX, JSON), now or as a release of the past."`
	Categories       ImportCategories       `cmd:"" help:"Departments, groups, categories, questions, stop pages and signposts (YAML)."`
	Districts        ImportDistricts        `cmd:"" help:"Districts (GeoJSON)."`
	Responsibilities ImportResponsibilities `cmd:"" help:"Who is in charge where the city is not (GeoJSON)."`
	Addresses        ImportAddresses        `cmd:"" help:"Streets and houses with their places (CSV)."`
	Reports          ImportReports          `cmd:"" help:"Reports of another system (CSV)."`
	Objects          ImportObjects          `cmd:"" help:"Lamps, signals, bins, containers with number and place (CSV or GeoJSON); they get a page and a sticker."`
}

type exportCmd struct {
	Measures   ExportMeasures   `cmd:"" help:"Measures of a programme as \"import measures\" reads them."`
	Categories ExportCategories `cmd:"" help:"The catalogue as \"import categories\" reads it."`
}

// Globals are what every command is given.
type Globals struct {
	config.Store `embed:""`
	Data         string `name:"data" placeholder:"DIR" type:"path" group:"Data" help:"A folder of \"mitwirk dev\", running or not, instead of a database URL (not for serve and work)."`
}

// The private cluster's place within --data, and its database.
const (
	devCluster  = "pg"
	devFiles    = "files"
	devDatabase = "mitwirk"
	closeWithin = 40 * time.Second
)

var errNoDatabase = errors.New("no database: set MITWIRK_DATABASE_URL (or --database-url), or name a folder of \"mitwirk dev\" by --data")

// OpenDB connects to the database of --data or of the settings and checks that
// its schema is this program's. The function it returns closes everything that
// was opened, and stops a private cluster that nobody else uses; call it in
// every case in which the error is nil.
func (g *Globals) OpenDB(ctx context.Context) (*pgxpool.Pool, func(), error) {
	pool, done, err := g.openAny(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := db.Migrated(ctx, pool); err != nil {
		done()
		return nil, nil, err
	}
	return pool, done, nil
}

// openAny is OpenDB whatever the schema's state.
func (g *Globals) openAny(ctx context.Context) (*pgxpool.Pool, func(), error) {
	var cluster *pgdev.Cluster
	url := g.DatabaseURL
	switch {
	case g.Data != "":
		c, err := pgdev.Open(pgdev.Config{Dir: filepath.Join(g.Data, devCluster)})
		if err != nil {
			return nil, nil, err
		}
		if !c.Exists() {
			return nil, nil, fmt.Errorf("there is no city in %s; \"mitwirk dev --data %s\" makes one", g.Data, g.Data)
		}
		if err := c.Start(ctx); err != nil {
			return nil, nil, err
		}
		cluster, url = c, c.URL(devDatabase)
	case url == "":
		return nil, nil, errNoDatabase
	}
	pool, err := db.Open(ctx, db.Config{URL: url})
	if err != nil {
		return nil, nil, errors.Join(err, closeCluster(ctx, cluster))
	}
	return pool, func() {
		pool.Close()
		if err := closeCluster(ctx, cluster); err != nil {
			slog.Error("private database", "err", err)
		}
	}, nil
}

// closeCluster also works when ctx is over: that is when commands end.
func closeCluster(ctx context.Context, c *pgdev.Cluster) error {
	if c == nil {
		return nil
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer stop()
	return c.Close(ctx)
}

// Files is the URL of the store of photos: the setting, else a folder within
// --data, which is made when missing. Without both it is an error.
func (g *Globals) Files() (string, error) {
	if g.FilesURL != "" {
		return g.FilesURL, nil
	}
	if g.Data == "" {
		return "", errors.New("no place for files: set MITWIRK_FILES_URL (or --files-url)")
	}
	dir, err := filepath.Abs(filepath.Join(g.Data, devFiles))
	if err != nil {
		return "", fmt.Errorf("files: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("files: %w", err)
	}
	return (&url.URL{Scheme: "file", Path: dir}).String(), nil
}

// Input opens a file named on the command line; "-" is the standard input.
func (*Globals) Input(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", name)
	}
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return f, nil
}

// commit is what the Makefile says that the binary was built from.
var commit string

// version is the module's and the commit's.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return cmp.Or(commit, "unknown")
	}
	return strings.TrimSpace(info.Main.Version + " " + commit)
}
