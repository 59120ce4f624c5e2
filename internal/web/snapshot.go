package web

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"desklake/internal/health"
)

// registry has everything that /metrics shows.
func (s *server) registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), snapshot{s})
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "desklake_build_info", Help: "Always 1; the labels say which build this is.",
		ConstLabels: prometheus.Labels{"version": s.Version, "goversion": runtime.Version()}})
	build.Set(1)
	r.MustRegister(build)
	return r
}

// snapshot tells at every scrape what the status says. It is unchecked: which tables, jobs and quotas there are can change.
type snapshot struct{ *server }

// desc describes a figure.
type desc struct {
	name, help string
	labels     []string
}

func newDesc(name, help string, labels ...string) desc { return desc{"desklake_" + name, help, labels} }

var (
	tableFresh   = newDesc("table_last_success_timestamp_seconds", "When the table was last read to its end, as Unix time.", "table")
	tableAge     = newDesc("table_age_seconds", "Seconds since the table was last read to its end.", "table")
	tableRows    = newDesc("table_rows", "Live rows of the table.", "table")
	tableDeleted = newDesc("table_deleted_rows", "Rows of the table that are gone at the source.", "table")
	tableState   = newDesc("table_state", "1 for the state in which the table is: fresh, stale, failed, never, unavailable or unconfigured.", "table", "state")
	issueRows    = newDesc("issues", "Rows in desklake.issues: what did not fit and was recorded.")
	quotaLimit   = newDesc("quota_limit_requests", "Requests a minute that the source allows.", "quota")
	quotaLeft    = newDesc("quota_left_requests", "Of them, those that were left when the source answered last; all of them once the minute has passed.", "quota")
	jobNext      = newDesc("job_next_run_timestamp_seconds", "When the job is due next, as Unix time.", "job")
	jobRunning   = newDesc("job_running", "1 while a run of the job is under way.", "job")
	ready        = newDesc("ready", "1 if the scheduler runs and the sink could be read, as /readyz says.")
)

// Describe implements prometheus.Collector.
func (snapshot) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (s snapshot) Collect(to chan<- prometheus.Metric) {
	service := s.Service()
	status := newStatus(s.Version, service, look(service), time.Now())
	from := func(source string, d desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(prometheus.NewDesc(d.name, d.help, d.labels, sourceLabel(source)), prometheus.GaugeValue, value, labels...)
	}
	gauge := func(d desc, value float64, labels ...string) { from("", d, value, labels...) }
	for _, source := range service.Sources {
		for _, c := range source.Board.figures.all() {
			c.Collect(to)
		}
		from(source.Name, issueRows, float64(source.Board.known().report.Issues))
	}
	for _, t := range status.Tables {
		if t.FreshAt != nil && t.State != health.Unconfigured { // who watches ages would wait for it
			from(t.Source, tableFresh, unix(*t.FreshAt), t.Table)
			from(t.Source, tableAge, *t.AgeSeconds, t.Table)
		}
		from(t.Source, tableRows, float64(t.Rows), t.Table)
		from(t.Source, tableDeleted, float64(t.Deleted), t.Table)
		for _, state := range health.States {
			from(t.Source, tableState, bit(t.State == state), t.Table, string(state))
		}
	}
	for _, j := range status.Jobs {
		if j.Next != nil {
			gauge(jobNext, unix(*j.Next), j.Job)
		}
		gauge(jobRunning, bit(j.RunningSince != nil), j.Job)
	}
	for _, q := range status.Quotas {
		from(q.Source, quotaLimit, float64(q.Limit), q.Quota)
		from(q.Source, quotaLeft, float64(q.Left), q.Quota)
	}
	gauge(ready, bit(status.Ready))
}

func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
