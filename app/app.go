package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/demo/city"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/discusspages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/livesocket"
	"github.com/mitwirk/mitwirk/web/metrics"
)

// Config makes an App. The schema is current; FilesURL is set.
type Config struct {
	Settings config.Settings
	Pool     *pgxpool.Pool
	Log      *slog.Logger
	Work     bool        // do jobs in this process
	Dev      bool        // a demonstration: the outbox is shown
	Clock    clock.Clock // for what pages show; nil: the machine's
	Push     notify.PushConfig
}

// App is the product in one process.
type App struct {
	cfg  Config
	zone *time.Location
	jobs *jobs.Client
	bus  *events.Bus

	messages   *i18n.Catalogue
	files      files.Store
	outbox     *mail.Outbox
	accounts   *accounts.Service
	site       *site.Service
	geo        *geo.Service
	categories *categories.Service
	photos     *attachments.Service
	drawer     *preview.Renderer
	drafts     *drafts.Service
	reports    *reports.Service
	ideas      *ideas.Service
	contests   *contests.Service
	moderation *moderation.Service
	queue      *casework.Queue
	routing    *casework.Routing
	umbrella   *casework.Umbrella
	talkFiles  *casework.Files
	complaints *complaints.Service
	own        *owndata.Service
	search     *search.Service
	mirror     *search.Meili // nil: none is configured
	notify     *notify.Service
	discussion *discussion.Service
	discussed  *discusspages.Pages
	radar      *radar.Service
	told       votes.Told
	votedOn    map[subject.Kind]subject.Describer // names the things whose votes are held

	metrics *metrics.Metrics
	broker  *live.Broker
	socket  *livesocket.Handler
	router  *kit.Router
	handler http.Handler
}

// New builds it; nothing runs before Start.
func New(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Pool == nil {
		return nil, errors.New("app: no database")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	a := &App{cfg: cfg, votedOn: map[subject.Kind]subject.Describer{}}
	for _, build := range []func(context.Context) error{a.plumbing, a.domains, a.subscribe, func(context.Context) error { return a.watch() }} {
		if err := build(ctx); err != nil {
			return nil, fmt.Errorf("app: %w", err)
		}
	}
	return a, nil
}

// plumbing makes what every domain stands on.
func (a *App) plumbing(ctx context.Context) (err error) {
	if a.zone, err = a.cfg.Settings.Location(); err != nil {
		return err
	}
	if a.messages, err = a.catalogue(); err != nil {
		return err
	}
	if a.jobs, err = jobs.New(jobs.Config{Pool: a.cfg.Pool, Logger: a.cfg.Log}); err != nil {
		return err
	}
	if a.bus, err = events.New(events.Config{Jobs: a.jobs, DB: a.cfg.Pool, Pool: a.cfg.Pool, Logger: a.cfg.Log}); err != nil {
		return err
	}
	if a.files, err = OpenFiles(ctx, a.cfg.Settings.FilesURL); err != nil {
		return err
	}
	from, err := a.cfg.Settings.From()
	if err != nil {
		return err
	}
	var notice i18n.Text
	if a.cfg.Dev {
		notice = i18n.Text{i18n.German: a.messages.For(i18n.German).T("banner.demo"), i18n.English: a.messages.For(i18n.English).T("banner.demo")}
	}
	a.outbox, err = mail.New(mail.Config{
		Notice: notice, DB: a.cfg.Pool, Jobs: a.jobs, Catalogue: a.messages, SMTPURL: a.cfg.Settings.SMTPURL, From: from, BaseURL: a.cfg.Settings.Base(), Logger: a.cfg.Log, May: a.mayMail, ReturnTo: a.cfg.Settings.BounceAddress,
		Directory: mail.DirectoryFunc(func(ctx context.Context, contact uuid.UUID, kind string, _ subject.Ref) (string, error) {
			return accounts.MailAddress(ctx, a.cfg.Pool, contact, kind)
		}),
		Readers: func(ctx context.Context, q db.Queryer, contact uuid.UUID) (r mail.Readers, err error) {
			r.Address, r.Others, err = accounts.Readers(ctx, q, contact)
			return r, err
		},
	})
	return err
}

// catalogue is the product's languages and those of the operator's folder.
func (a *App) catalogue() (*i18n.Catalogue, error) {
	cfg := i18n.Config{Zone: a.zone}
	if dir := a.cfg.Settings.LocalesDir; dir != "" {
		cfg.Added = os.DirFS(dir)
	}
	c, err := i18n.Load(cfg)
	if err != nil && cfg.Added != nil {
		return nil, fmt.Errorf("MITWIRK_LOCALES_DIR: %w", err)
	}
	return c, err
}

// domains makes the services, from the lowest level up.
func (a *App) domains(ctx context.Context) (err error) {
	d := a.cfg.Pool
	limits, err := a.limits()
	if err != nil {
		return err
	}
	signIns, err := a.signIns()
	if err != nil {
		return err
	}
	if a.accounts, err = accounts.New(accounts.Config{DB: d, Limits: limits, Letters: &accounts.Letters{
		Jobs: a.jobs, Mail: a.outbox, Catalogue: a.messages, URL: func(path string) string { return a.cfg.Settings.Base() + path },
	}, Demo: a.cfg.Dev, Base: a.cfg.Settings.Base(), Providers: signIns, Left: a.left}); err != nil {
		return err
	}
	original, err := a.firstCity()
	if err != nil {
		return err
	}
	if a.site, err = site.New(site.Config{DB: d, Bus: a.bus, Default: original}); err != nil {
		return err
	}
	geocoder, err := a.geocoder()
	if err != nil {
		return err
	}
	if a.geo, err = geo.New(geo.Config{DB: d, Bus: a.bus, Geocoder: geocoder, Area: a.area, CityName: a.CityName, Town: a.townName}); err != nil {
		return err
	}
	a.accounts.UseHomes(a.geo)
	hours, err := a.hours(ctx)
	if err != nil {
		return err
	}
	if a.categories, err = categories.New(categories.Config{DB: d, Bus: a.bus, Zone: a.zone, Hours: hours, HoursNow: a.hours, OpenCases: casework.OpenIn}); err != nil {
		return err
	}
	a.drawer = preview.NewRenderer()
	if a.photos, err = attachments.New(attachments.Config{DB: d, Files: a.files, Drafts: drafts.Owners{}, Logger: a.cfg.Log}); err != nil {
		return err
	}
	if a.drafts, err = drafts.New(drafts.Config{DB: d, Photos: draftThings{a}}); err != nil {
		return err
	}
	post, err := reports.NewPost(reports.PostConfig{Outbox: a.outbox, Messages: a.messages, BaseURL: a.cfg.Settings.Base(), ReplyTo: a.replyTo()})
	if err != nil {
		return err
	}
	a.reports, err = reports.New(reports.Config{
		DB: d, Bus: a.bus, Catalogue: a.categories, Places: a.geo, Accounts: a.accounts, Photos: a.photos, Forms: a.drafts, Letters: post,
		Zone: a.zone, Log: a.cfg.Log,
	})
	if err != nil {
		return err
	}
	a.reports.SubscribeMails(post)
	if err := a.discuss(); err != nil {
		return err
	}
	if err := a.programmes(); err != nil {
		return err
	}
	if err := a.propose(); err != nil {
		return err
	}
	if err := a.compete(); err != nil {
		return err
	}
	if err := a.notifying(); err != nil {
		return err
	}
	if err := a.moderate(); err != nil {
		return err
	}
	if err := a.rules(); err != nil {
		return err
	}
	if err := a.listOfCases(); err != nil {
		return err
	}
	if err := a.talk(post); err != nil {
		return err
	}
	if err := a.complain(ctx); err != nil {
		return err
	}
	if err := a.ownData(); err != nil {
		return err
	}
	return a.finding()
}

// limits are those that the settings replace.
func (a *App) limits() (map[accounts.Rule][]accounts.Limit, error) {
	set, err := a.cfg.Settings.RateLimits()
	if err != nil {
		return nil, err
	}
	limits := make(map[accounts.Rule][]accounts.Limit, len(set))
	for rule, list := range set {
		for _, l := range list {
			limits[accounts.Rule(rule)] = append(limits[accounts.Rule(rule)], accounts.Limit(l))
		}
	}
	return limits, nil
}

// hours is when staff read, by the city's setting at start.
func (a *App) hours(ctx context.Context) (categories.Hours, error) {
	c, err := a.site.City(ctx)
	if err != nil || c.OpeningHours == "" {
		return categories.DefaultHours(), err
	}
	return categories.ParseHours(c.OpeningHours)
}

// townName is what the city is called, "" as long as nobody has said it.
func (a *App) townName(ctx context.Context) (string, error) {
	name, err := a.CityName(ctx)
	if unnamed := site.DefaultCity(); err != nil || name == unnamed.Name[i18n.German] {
		return "", err
	}
	return name, nil
}

// firstCity is the city of the settings, as long as nobody has set it on the site.
func (a *App) firstCity() (*site.City, error) {
	c := site.DefaultCity()
	c.TimeZone = a.zone.String()
	if name := a.cfg.Settings.CityName; name != "" {
		c.Name = i18n.Text{i18n.German: name, i18n.English: name}
	}
	lon, lat, ok, err := a.cfg.Settings.Centre()
	if err != nil {
		return nil, err
	}
	if ok {
		c.Centre = subject.Point{Lon: lon, Lat: lat}
	}
	return &c, nil
}

// subscribe says who reacts to what, and what is done in the background.
func (a *App) subscribe(context.Context) (err error) {
	if a.broker, err = live.New(live.Config{Bus: a.bus, Sources: []live.Source{a.reports, a.notify, a.discussion, a.heldVotes(), a.ideas, a.radar}, Logger: a.cfg.Log}); err != nil {
		return err
	}
	events.OnEachFrom(a.bus, "catalogue", a.categories.Reload, reloadOn(categories.CatalogueChanged{}.EventType(), a.categories.Reload))
	events.OnEachFrom(a.bus, "settings", a.site.Reload, reloadOn(site.SettingsChanged{}.EventType(), a.reloadCity))
	a.reports.RegisterJobs(a.jobs)
	a.tellComments()
	a.site.RegisterJobs(a.jobs)
	a.photos.RegisterJobs(a.jobs)
	a.drafts.RegisterJobs(a.jobs)
	idem.Clean(a.jobs, a.cfg.Pool)
	a.adminJobs()
	jobs.Periodic(a.jobs, "accounts_sweep", time.Hour, func(ctx context.Context) error {
		_, err := a.accounts.Sweep(ctx)
		return err
	})
	return nil
}

func reloadOn(eventType string, reload func(context.Context) error) func(context.Context, events.Envelope) error {
	return func(ctx context.Context, e events.Envelope) error {
		if e.Type != eventType {
			return nil
		}
		return reload(ctx)
	}
}

// Handler serves the site; it is there after Start.
func (a *App) Handler() http.Handler { return a.handler }

// Start builds the doors, for the city as it is now, and begins the work in the
// background.
func (a *App) Start(ctx context.Context) error {
	if err := a.bus.Start(ctx); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	if err := a.web(ctx); err != nil {
		return fmt.Errorf("web: %w", err)
	}
	if !a.cfg.Work {
		return nil
	}
	if err := a.jobs.Start(ctx); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// Stop ends it; ctx says how long it may take.
func (a *App) Stop(ctx context.Context) error {
	if a.socket != nil {
		a.socket.Stop()
	}
	err := a.jobs.Stop(ctx) // also where nothing is worked: it wakes other processes
	a.bus.Stop()
	a.drawer.Close()
	return err
}

// FillDemo fills an empty city ("small", "large"); it does nothing in one that
// has something in it. say tells people what takes its time.
func (a *App) FillDemo(ctx context.Context, size string, say func(string)) error {
	if err := city.Fill(ctx, city.Config{
		DB: a.cfg.Pool, Categories: a.categories, Geo: a.geo, Photos: a.photos, Reports: a.reports, Zone: a.zone, SetCity: a.demoCity, Say: say,
	}, size); err != nil {
		return err
	}
	if err := a.demoComplaints(ctx); err != nil {
		return err
	}
	if err := a.demoProgramme(ctx); err != nil { // before the ideas, of which some belong to a measure
		return err
	}
	return a.demoIdeas(ctx)
}

func (a *App) demoCity(ctx context.Context) error {
	c := site.DefaultCity()
	c.Name = i18n.Text{i18n.German: "München", i18n.English: "Munich"}
	c.Centre, c.Demo = subject.Point{Lon: 11.5755, Lat: 48.1374}, true
	return a.site.SetCity(ctx, accounts.System, c)
}

// SignInLink lets one of the demo's people in, once.
type SignInLink struct {
	Who  string // function, never a name
	Path string // below the site's address
}

// SignInLinks makes fresh links for the demo's people; none without a demo.
func (a *App) SignInLinks(ctx context.Context) ([]SignInLink, error) {
	list, err := city.Links(ctx, a.cfg.Pool)
	if err != nil {
		return nil, err
	}
	links := make([]SignInLink, len(list))
	for i, l := range list {
		links[i] = SignInLink(l)
	}
	return links, nil
}
