package app

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/web/metrics"
)

// watch makes what /metrics shows: the queue, the outbox, the readers of events,
// the pool, live connections and photos.
func (a *App) watch() (err error) {
	a.metrics, err = metrics.New(metrics.Config{Logger: a.cfg.Log, Sources: map[string]metrics.Source{
		"jobs": a.jobFigures, "mail": a.mailFigures, "events": a.eventFigures, "process": a.processFigures, "search": a.searchFigures,
	}})
	return err
}

// Metrics serves /metrics; for the internal address only.
func (a *App) Metrics() http.Handler { return a.metrics.Handler() }

func (a *App) jobFigures(ctx context.Context) ([]metrics.Gauge, error) {
	s, err := a.jobs.Stats(ctx)
	if err != nil {
		return nil, err
	}
	out := []metrics.Gauge{{Name: "mitwirk_jobs_oldest_seconds", Help: "How long the oldest job has been due.", Value: s.Oldest}}
	for state, n := range s.States {
		out = append(out, metrics.Gauge{Name: "mitwirk_jobs", Help: "Jobs by state.", Label: "state", Of: state, Value: float64(n)})
	}
	return out, nil
}

func (a *App) mailFigures(ctx context.Context) ([]metrics.Gauge, error) {
	s, err := a.outbox.Stats(ctx)
	if err != nil {
		return nil, err
	}
	return []metrics.Gauge{
		{Name: "mitwirk_mails_waiting", Help: "Mails that are queued or being sent.", Value: float64(s.Waiting)},
		{Name: "mitwirk_mails_failed", Help: "Mails that were given up within a day.", Value: float64(s.Failed)},
		{Name: "mitwirk_mails_oldest_seconds", Help: "How long the oldest mail has waited.", Value: s.Oldest},
	}, nil
}

func (a *App) eventFigures(ctx context.Context) ([]metrics.Gauge, error) {
	lags, err := a.bus.Lags(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]metrics.Gauge, 0, len(lags))
	for _, l := range lags {
		out = append(out, metrics.Gauge{Name: "mitwirk_events_behind", Help: "Events that a subscriber of this process has not handled yet.", Label: "reader", Of: l.Name, Value: float64(l.Events)})
	}
	return out, nil
}

func (a *App) processFigures(context.Context) ([]metrics.Gauge, error) {
	pool, photos := a.cfg.Pool.Stat(), a.photos.Stats()
	const help = "Connections of the database pool by state."
	out := []metrics.Gauge{
		{Name: "mitwirk_db_connections", Help: help, Label: "state", Of: "acquired", Value: float64(pool.AcquiredConns())},
		{Name: "mitwirk_db_connections", Help: help, Label: "state", Of: "idle", Value: float64(pool.IdleConns())},
		{Name: "mitwirk_db_connections", Help: help, Label: "state", Of: "max", Value: float64(pool.MaxConns())},
		{Name: "mitwirk_db_waits", Help: "Times that somebody had to wait for a connection.", Value: float64(pool.EmptyAcquireCount())},
		{Name: "mitwirk_photos_arriving", Help: "Photos that are being received or worked on.", Value: float64(photos.Arriving)},
		{Name: "mitwirk_photos_busy", Help: "Places taken among the photos that are worked on.", Value: float64(photos.Busy)},
		{Name: "mitwirk_photos_places", Help: "Photos that are worked on at once.", Value: float64(photos.Places)},
	}
	if a.socket != nil {
		out = append(out, metrics.Gauge{Name: "mitwirk_live_connections", Help: "Open live connections.", Value: float64(a.socket.Connections())})
	}
	return out, nil
}
