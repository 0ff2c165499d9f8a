package app

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web"
	"github.com/mitwirk/mitwirk/web/accountpages"
	"github.com/mitwirk/mitwirk/web/api"
	"github.com/mitwirk/mitwirk/web/deskpages"
	"github.com/mitwirk/mitwirk/web/devicepages"
	"github.com/mitwirk/mitwirk/web/feedpages"
	"github.com/mitwirk/mitwirk/web/geopages"
	"github.com/mitwirk/mitwirk/web/hallpages"
	"github.com/mitwirk/mitwirk/web/infopages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/livesocket"
	"github.com/mitwirk/mitwirk/web/objectpages"
	"github.com/mitwirk/mitwirk/web/offlinepages"
	"github.com/mitwirk/mitwirk/web/photopages"
	"github.com/mitwirk/mitwirk/web/reportpages"
	"github.com/mitwirk/mitwirk/web/streetpages"
	"github.com/mitwirk/mitwirk/web/tiles"
)

// web puts the doors in place.
func (a *App) web(ctx context.Context) error {
	proxies, err := a.cfg.Settings.Proxies()
	if err != nil {
		return err
	}
	r, err := kit.New(kit.Config{
		DB: a.cfg.Pool, Accounts: a.accounts, Catalogue: a.messages, BaseURL: a.cfg.Settings.Base(), TrustedProxies: proxies, Dev: a.cfg.Dev,
		Logger: a.cfg.Log, CityOf: a.cityOf, Notices: a.notices, Observe: a.metrics.Observe, Clock: a.cfg.Clock,
	})
	if err != nil {
		return err
	}
	a.router = r
	account := accountpages.Deps{
		DB: a.cfg.Pool, Accounts: a.accounts,
		Proofs:      a.ideas,
		Adopt:       []func(ctx context.Context, tx pgx.Tx, visitor, person uuid.UUID) error{votes.Adopt, follows.Adopt, drafts.Adopt, attachments.Adopt, complaints.Adopt, a.adoptReports, moderation.Adopt, notify.Adopt, discussion.Adopt, ideas.Adopt},
		Unsubscribe: a.unsubscribe,
		Describe:    a.describers(),
	}
	if a.cfg.Dev && a.outbox.Local() {
		account.Outbox = a.outbox
	}
	accountpages.Register(r, account)
	geopages.Register(r, geopages.Deps{Geo: a.geo})
	photopages.Register(r, photopages.Deps{Photos: a.photos, Access: photoAccess{a.reports, a.ideas, a.moderation}})
	tiles.Register(r, tiles.Deps{Layers: map[string]tiles.Source{"reports": a.reports, "ideas": a.ideas}})
	if err := reportpages.RegisterNew(r, reportpages.NewDeps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Geo: a.geo, Drafts: a.drafts, Photos: a.photos, Centre: a.opens,
	}); err != nil {
		return err
	}
	if err := offlinepages.Register(r, offlinepages.Deps{Categories: a.categories}); err != nil {
		return err
	}
	if err := devicepages.Register(r, devicepages.Deps{DB: a.cfg.Pool, Drafts: a.drafts}); err != nil {
		return err
	}
	if err := reportpages.RegisterShow(r, reportpages.ShowDeps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Geo: a.geo, Zone: a.zone, Moderation: a.moderation, Centre: a.opens, Files: a.talkFiles,
		Idea: a.ideaOf,
	}); err != nil {
		return err
	}
	info := infopages.Deps{DB: a.cfg.Pool, Site: a.site, Categories: a.categories, Messages: a.messages}
	if dir := a.cfg.Settings.MediaDir; dir != "" {
		info.Media = os.DirFS(dir)
	}
	if err := infopages.Register(r, info); err != nil {
		return err
	}
	if err := hallpages.Register(r, hallpages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Centre: a.opens, Tiles: "/tiles/reports/{z}/{x}/{y}.mvt", Row: reportpages.Row,
		Places: a.geo, Film: infopages.Films(info),
	}); err != nil {
		return err
	}
	if err := feedpages.Register(r, feedpages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Geo: a.geo, Zone: a.zone, City: a.cityOf,
	}); err != nil {
		return err
	}
	if err := streetpages.Register(r, streetpages.Deps{DB: a.cfg.Pool, Reports: a.reports, Geo: a.geo, Centre: a.opens, Row: reportpages.Row}); err != nil {
		return err
	}
	if err := objectpages.Register(r, objectpages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Geo: a.geo, Messages: a.messages, Row: reportpages.Row,
	}); err != nil {
		return err
	}
	desk := deskpages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Photos: a.photos, Messages: a.messages,
		Queue: a.queue, Places: a.geo, Centre: a.opens, Files: a.talkFiles, Complaints: a.complaints,
	}
	if err := deskpages.Register(r, desk); err != nil {
		return err
	}
	if err := a.searchPages(r); err != nil {
		return err
	}
	if err := a.minePages(r); err != nil {
		return err
	}
	if err := a.moderationPages(r); err != nil {
		return err
	}
	if err := a.adminDoors(r, account.Adopt); err != nil {
		return err
	}
	if err := a.practicePages(r); err != nil {
		return err
	}
	if err := a.talkPages(r); err != nil {
		return err
	}
	if err := a.complaintPages(r); err != nil {
		return err
	}
	if err := a.discussPages(r); err != nil {
		return err
	}
	if err := a.ideaPages(r); err != nil {
		return err
	}
	if err := a.radarPages(r); err != nil {
		return err
	}
	if err := a.noticePages(r); err != nil {
		return err
	}
	if err := a.rulePages(r); err != nil {
		return err
	}
	exports, err := a.bulk()
	if err != nil {
		return err
	}
	districts, err := site.NewDistricts(a.cfg.Pool, a.geo)
	if err != nil {
		return err
	}
	practising, err := a.practiceDesk()
	if err != nil {
		return err
	}
	if err := api.Register(r, api.Deps{
		DB: a.cfg.Pool, Accounts: a.accounts, Reports: a.reports, Categories: a.categories, Photos: a.photos, Drafts: a.drafts, Search: a.search, Zone: a.zone,
		Moderation: a.moderation, Routing: a.routing, Umbrella: a.umbrella, Files: a.talkFiles, Own: a.own, Notices: a.notify, Geo: a.geo, Exports: exports, Queue: a.queue,
		Site: a.site, Districts: districts, Films: site.NewFilms(a.site, info.Media), Ideas: a.ideas, Discussion: a.discussion, VotesTold: a.told, Complaints: a.complaints, Radar: a.radar, Practice: practising,
		Papers: deskpages.NewPapers(desk), Letters: a.outbox, Contests: a.contests,
	}); err != nil {
		return err
	}
	if a.socket, err = livesocket.New(ctx, livesocket.Config{
		Broker: a.broker, BaseURL: a.cfg.Settings.Base(), SameOrigin: r.SameOrigin, Logger: a.cfg.Log,
		Viewer: func(c kit.Context) (subject.Viewer, string, error) {
			return kit.Actor(c).Viewer(), kit.SessionToken(c), nil
		},
		Recheck: func(ctx context.Context, token string) (subject.Viewer, error) {
			actor, err := a.accounts.Look(ctx, token)
			return actor.Viewer(), err
		},
	}); err != nil {
		return err
	}
	a.socket.Register(r)
	static, err := web.Static()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle(web.StaticPrefix, static)
	mux.Handle("/", r)
	a.handler = mux
	return nil
}

// cityOf is what the pages say about the city; a default when it can't be read,
// since an error page needs it too.
func (a *App) cityOf(ctx context.Context, lang string) kit.City {
	c, err := a.site.City(ctx)
	if err != nil {
		return kit.City{}
	}
	details, err := a.site.Details(ctx)
	if err != nil {
		a.cfg.Log.WarnContext(ctx, "details of the city", "err", err)
	}
	return kit.City{Name: c.Name.In(lang), Demo: c.Demo, Phone: c.Contacts.Phone, EasyBy: details.EasyBy}
}

// notices are the messages of the site; none when they can't be read, since an
// error page asks for them too.
func (a *App) notices(ctx context.Context, loc *i18n.Localizer, now time.Time) []kit.Notice {
	list, err := a.site.Messages(ctx, now)
	if err != nil {
		return nil
	}
	return infopages.Notices(list, loc, now)
}

// unsubscribe ends the mails of a contact about one thing.
func (a *App) unsubscribe(ctx context.Context, tx pgx.Tx, contact uuid.UUID, about subject.Ref) error {
	if done, err := endNotices(ctx, tx, contact, about); done || err != nil {
		return err
	}
	c, err := accounts.ContactByID(ctx, tx, contact)
	if fault.Is(err, fault.NotFound) {
		return nil // nobody is written to
	}
	if err != nil {
		return err
	}
	// What people are told of by this only: a no to other mails would be kept beside who
	// gave it, about a complaint that nobody is to be known by.
	if c.Person != nil && a.notify.Tells(about.Kind) {
		if err := follows.Mute(ctx, tx, *c.Person, about, c.Locale); err != nil {
			return err
		}
	}
	same, err := accounts.SameAddress(ctx, tx, contact)
	if err != nil {
		return err
	}
	for _, id := range same {
		if err := follows.Unfollow(ctx, tx, follows.Contact, id, about); err != nil {
			return err
		}
	}
	return nil
}

// photoAccess asks the domain whether a photo may be seen, and moderation about
// what waits for its decision.
type photoAccess struct {
	reports    *reports.Service
	ideas      *ideas.Service
	moderation *moderation.Service
}

func (p photoAccess) MaySee(ctx context.Context, actor accounts.Actor, a attachments.Attachment) error {
	err := p.inDomain(ctx, actor, a)
	if (fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden)) && actor.Has(subject.Moderator) {
		return p.moderation.MaySeePhoto(ctx, actor, a.Subject, a.ID)
	}
	return err
}

func (p photoAccess) inDomain(ctx context.Context, actor accounts.Actor, a attachments.Attachment) error {
	switch a.Subject.Kind {
	case subject.Idea:
		return p.ideas.MaySeePhoto(ctx, actor, a.Subject.ID, a.State == attachments.Released)
	case subject.Report:
		return p.reports.MaySeePhoto(ctx, actor, a.Subject.ID, a.State == attachments.Released)
	}
	return fault.Missing("photo")
}
