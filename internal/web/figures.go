package web

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/sink"
)

// figures are what adds up while the program runs. What the sink knows is told by snapshot.
type figures struct {
	requests *prometheus.CounterVec
	received prometheus.Counter
	retries  prometheus.Counter
	waited   prometheus.Counter
	rowsRead prometheus.Counter
	runs     *prometheus.CounterVec
	took     prometheus.Histogram
}

func newFigures(source string) *figures {
	labels := sourceLabel(source)
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "desklake_" + name, Help: help, ConstLabels: labels})
	}
	counters := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "desklake_" + name, Help: help, ConstLabels: labels}, []string{label})
	}
	f := &figures{
		requests: counters("requests_total", "Requests to the source, by the HTTP status of the answer; none where no answer came.", "code"),
		received: counter("received_bytes_total", "Bytes of answers of the source, as they came over the wire."),
		retries:  counter("retries_total", "Requests that had to be repeated, of the runs that ended."),
		waited:   counter("waited_seconds_total", "Seconds spent waiting for quota and between retries, of all streams of the runs that ended."),
		rowsRead: counter("rows_read_total", "Rows received and written, repeats included."),
		runs:     counters("runs_total", "Runs that ended, by status.", "status"),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "desklake_run_duration_seconds", Help: "How long runs took.", ConstLabels: labels,
			Buckets: []float64{1, 5, 15, 60, 300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600}}),
	}
	for _, status := range []sink.Status{sink.Done, sink.Partial, sink.Failed, sink.Interrupted} {
		f.runs.WithLabelValues(string(status)) // so that the first failure shows as an increase
	}
	return f
}

// sourceLabel tells the source where it has a name: what is watched of an only one stays what it was.
func sourceLabel(source string) prometheus.Labels {
	if source == "" {
		return nil
	}
	return prometheus.Labels{"source": source}
}

func (f *figures) all() []prometheus.Collector {
	return []prometheus.Collector{f.requests, f.received, f.retries, f.waited, f.rowsRead, f.runs, f.took}
}

func (f *figures) ended(status sink.Status, streams []pipeline.StreamResult, took time.Duration) {
	f.runs.WithLabelValues(string(status)).Inc()
	f.took.Observe(took.Seconds())
	for _, s := range streams {
		f.retries.Add(float64(s.Retries))
		f.waited.Add(s.Waited.Seconds())
	}
}

func (f *figures) responded(r extract.Response) {
	code := "none"
	if r.Code != 0 {
		code = strconv.Itoa(r.Code)
	}
	f.requests.WithLabelValues(code).Inc()
	f.received.Add(float64(r.Bytes))
}
