package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"desklake/internal/health"
)

// registry has everything that /metrics shows.
func (s *server) registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), snapshot{s})
	r.MustRegister(s.Board.figures.all()...)
	return r
}

// snapshot tells at every scrape what the status says. It is unchecked: which tables, jobs and quotas there are can change.
type snapshot struct{ *server }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("desklake_"+name, help, labels, nil)
}

var (
	tableFresh   = desc("table_last_success_timestamp_seconds", "When the table was last read to its end, as Unix time.", "table")
	tableAge     = desc("table_age_seconds", "Seconds since the table was last read to its end.", "table")
	tableRows    = desc("table_rows", "Live rows of the table.", "table")
	tableDeleted = desc("table_deleted_rows", "Rows of the table that are gone at the source.", "table")
	tableState   = desc("table_state", "1 for the state in which the table is: fresh, stale, failed, never, unavailable or unconfigured.", "table", "state")
	issueRows    = desc("issues", "Rows in desklake.issues: what did not fit and was recorded.")
	quotaLimit   = desc("quota_limit_requests", "Requests a minute that the source allows.", "quota")
	quotaLeft    = desc("quota_left_requests", "Of them, those that were left when the source answered last; all of them once the minute has passed.", "quota")
	jobNext      = desc("job_next_run_timestamp_seconds", "When the job is due next, as Unix time.", "job")
	jobRunning   = desc("job_running", "1 while a run of the job is under way.", "job")
	ready        = desc("ready", "1 if the scheduler runs and the sink could be read, as /readyz says.")
)

// Describe implements prometheus.Collector.
func (snapshot) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (s snapshot) Collect(to chan<- prometheus.Metric) {
	status := newStatus(s.Service(), s.Board.known(), time.Now())
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for _, t := range status.Tables {
		if t.FreshAt != nil && t.State != health.Unconfigured { // who watches ages would wait for it
			gauge(tableFresh, unix(*t.FreshAt), t.Table)
			gauge(tableAge, *t.AgeSeconds, t.Table)
		}
		gauge(tableRows, float64(t.Rows), t.Table)
		gauge(tableDeleted, float64(t.Deleted), t.Table)
		for _, state := range health.States {
			gauge(tableState, bit(t.State == state), t.Table, string(state))
		}
	}
	for _, j := range status.Jobs {
		if j.Next != nil {
			gauge(jobNext, unix(*j.Next), j.Job)
		}
		gauge(jobRunning, bit(j.RunningSince != nil), j.Job)
	}
	for _, q := range status.Quotas {
		gauge(quotaLimit, float64(q.Limit), q.Quota)
		gauge(quotaLeft, float64(q.Left), q.Quota)
	}
	gauge(issueRows, float64(status.Issues.Count))
	gauge(ready, bit(status.Ready))
}

func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
