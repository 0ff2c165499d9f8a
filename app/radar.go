package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/demo/programme"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/discusspages"
	"github.com/mitwirk/mitwirk/web/ideapages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/radarpages"
)

// programmes makes the city's programmes, and lets measures be discussed.
func (a *App) programmes() (err error) {
	post, err := radar.NewPost(a.outbox, a.messages, a.cfg.Settings.Base())
	if err != nil {
		return err
	}
	if a.radar, err = radar.New(radar.Config{DB: a.cfg.Pool, Bus: a.bus, Zone: a.zone, Post: post, Questions: a.discussion, Calendar: a.categories}); err != nil {
		return err
	}
	a.radar.Register()
	a.radar.RegisterJobs(a.jobs)
	a.discussion.Plug(subject.Measure, a.radar)
	return nil
}

// Radar is for commands that import, export and measure programmes.
func (a *App) Radar() *radar.Service { return a.radar }

// Discussion and Live are for commands that measure how soon a comment is seen.
func (a *App) Discussion() *discussion.Service { return a.discussion }

// Live brings events to people who are looking.
func (a *App) Live() *live.Broker { return a.broker }

func (a *App) radarPages(r *kit.Router) error {
	return radarpages.Register(r, radarpages.Deps{
		DB: a.cfg.Pool, Radar: a.radar, Geo: a.geo, City: a.cityOf, BaseURL: a.cfg.Settings.Base(), Zone: a.zone,
		Messages: func(lang string) *i18n.Localizer { return a.messages.For(lang) },
		Ideas:    a.ideas, IdeaFor: ideapages.NewPath,
		Talk: func(c kit.Context, page kit.Page, ref subject.Ref) (radarpages.Part, error) {
			v, err := a.discussed.Load(c, page, ref)
			if err != nil {
				return nil, err
			}
			return discusspages.Thread(v), nil
		},
	})
}

var _ discussion.Domain = (*radar.Service)(nil)

// findMeasures keeps the search like the measures.
func (a *App) findMeasures() {
	a.radar.Findable().OnChange(func(ctx context.Context, ids []uuid.UUID) error {
		return a.search.Refresh(ctx, subject.Measure, ids...)
	})
	a.radar.Findable().OnEdit(func(ctx context.Context, ids []uuid.UUID) error {
		if err := a.search.Refresh(ctx, subject.Measure, ids...); err != nil {
			return err
		}
		for _, id := range ids {
			said, err := discussion.OfThing(ctx, a.cfg.Pool, subject.Ref{Kind: subject.Measure, ID: id})
			if err != nil {
				return err
			}
			if err := a.search.Refresh(ctx, subject.Comment, said...); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellMeasures makes changes of measures go to those who follow them, their
// field or their programme.
func (a *App) tellMeasures() {
	events.OnJob(a.bus, "notify", func(ctx context.Context, d events.Delivery[radar.MeasureChanged]) error {
		what := notify.Step
		if d.Event.From != d.Event.To {
			what = notify.Status
		}
		news := notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: what, Detail: string(d.Event.To)}
		found, err := search.PublicOf(ctx, a.cfg.Pool, a.radar.Findable(), d.Event.Measure)
		if err != nil {
			return err
		}
		fresh := d.Event.From == ""
		if what == notify.Status && !fresh && found != nil {
			news.Place, news.Found = &follows.Thing{Nowhere: true, Before: d.At}, found
		}
		if err := a.notify.Tell(ctx, news); err != nil || !fresh || found == nil {
			return err
		}
		// new to those whose search finds it, who do not follow its field or programme
		news.What, news.Detail, news.Found = notify.Arrived, "", found
		news.Place = &follows.Thing{Nowhere: true, News: follows.New, Before: d.At}
		return a.notify.Tell(ctx, news)
	}, events.NoBatches)
}

// measureNews is measures as the inbox knows them (notify.Domain).
type measureNews struct{ s *radar.Service }

func (n measureNews) Cards(ctx context.Context, q db.Queryer, _ notify.Reader, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	return n.s.Cards(ctx, q, lang, ids)
}

// Bases implements notify.Standing.
func (measureNews) Bases() []subject.Kind { return []subject.Kind{radar.EditKind} }

// Upon implements notify.Standing: a programme that is no longer public takes its
// measures along.
func (n measureNews) Upon(ctx context.Context, q db.Queryer, other subject.Ref) ([]uuid.UUID, error) {
	return n.s.MeasuresOf(ctx, q, other.ID)
}

// Owners are those who follow the field or the programme of the measure: who
// follows the measure itself is found by the service.
func (n measureNews) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (notify.Owners, error) {
	people, err := n.s.Followers(ctx, q, id)
	return notify.Owners{People: people, Follow: true}, err
}

// Owns tells whether somebody follows the field or the programme of the measure.
func (n measureNews) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	return n.s.IsFollower(ctx, q, id, person)
}

func (measureNews) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) {
	return "", nil
}

func (measureNews) Says(loc *i18n.Localizer, what notify.What, detail string) string {
	if what == notify.Status && loc.Has("radar.status."+detail) {
		return loc.T("radar.notice.status", "status", loc.T("radar.status."+detail))
	}
	return loc.T("radar.notice.changed")
}

// demoProgramme fills the demonstration's programme, with what people asked and
// what the city answered.
func (a *App) demoProgramme(ctx context.Context) error {
	if err := programme.Fill(ctx, a.radar); err != nil {
		return err
	}
	return programme.Talk(ctx, a.cfg.Pool, a.radar, a.discussion)
}
