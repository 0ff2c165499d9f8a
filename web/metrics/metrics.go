package metrics

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// patience is how long the figures of one scrape may take.
const patience = 2 * time.Second

// Gauge is one figure at the time of the scrape.
type Gauge struct {
	Name  string // "mitwirk_jobs"
	Help  string
	Label string // name of the label; "" for none
	Of    string // its value: a state, a reader
	Value float64
}

// Source gives figures; an error is noted, and the other sources' stay.
type Source func(ctx context.Context) ([]Gauge, error)

// Config makes Metrics.
type Config struct {
	Sources map[string]Source // by name, for the log and for mitwirk_source_up
	Logger  *slog.Logger      // nil: slog.Default()
}

// Metrics counts answers and collects figures.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	cfg      Config
	log      *slog.Logger
}

// New makes an own registry: nothing of any library gets in by itself.
func New(cfg Config) (*Metrics, error) {
	m := &Metrics{
		registry: prometheus.NewRegistry(), cfg: cfg, log: cmp.Or(cfg.Logger, slog.Default()),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "mitwirk_http_request_duration_seconds", Help: "How long answers took, by method, route pattern and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
	}
	for _, c := range []prometheus.Collector{
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, figures{m},
	} {
		if err := m.registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Observe counts one answer; it is a kit.Config.Observe.
func (m *Metrics) Observe(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, cmp.Or(route, "none"), strconv.Itoa(status)).Observe(took.Seconds())
}

// Handler serves /metrics and nothing else.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	return mux
}

// figures asks the sources at each scrape.
type figures struct{ m *Metrics }

// Describe implements prometheus.Collector: what there is shows itself.
func (figures) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (f figures) Collect(out chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), patience) //nolint:forbidigo // a scrape has no context of its own here
	defer stop()
	up := prometheus.NewDesc("mitwirk_source_up", "Whether a part of the product gave its figures.", []string{"source"}, nil)
	for name, source := range f.m.cfg.Sources {
		list, err := source(ctx)
		ok := 1.0
		if err != nil {
			ok = 0
			f.m.log.WarnContext(ctx, "metrics: no figures", "source", name, "err", err)
		}
		out <- prometheus.MustNewConstMetric(up, prometheus.GaugeValue, ok, name)
		for _, g := range list {
			var labels, values []string
			if g.Label != "" {
				labels, values = []string{g.Label}, []string{g.Of}
			}
			out <- prometheus.MustNewConstMetric(prometheus.NewDesc(g.Name, g.Help, labels, nil), prometheus.GaugeValue, g.Value, values...)
		}
	}
}
