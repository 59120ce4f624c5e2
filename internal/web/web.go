// Package web is what `desklake serve` shows: a status page, its JSON, metrics, health checks, and the button that starts a
// job. It knows no concrete source or sink and never opens one: what it shows is what the Board of each source was told.
//
// Start with Service and New, then Board. What the page and the JSON say is worked out once, in status.go.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"desklake/internal/health"
	"desklake/sink"
)

// Service is what is served, as it stands at the moment of a request.
type Service struct {
	Listen  string // the address that is listened on, which counts when New is called: on a loopback one, only this machine's own names are answered to
	Token   string // what starts a job; empty: only the schedule does
	Sources []Source
	Sink    string // what is written to, such as helpdesk.duckdb
	Jobs    []Job
	Problem error // why the scheduler does not run, or the configuration does not hold; nil if all is well
}

// Source is a source of the configuration.
type Source struct {
	Name    string   // empty for an only one
	Account string   // what is read, such as acme.zendesk.com
	Tables  []string // those of the configuration, in the order of the catalog
	Board   *Board
}

// Job is a job as the scheduler has it. Times are zero where there is none.
type Job struct {
	Name     string
	Cron     string
	Timezone string    // IANA name
	Next     time.Time // when it is due next, jitter included
	Since    time.Time // when its run began that is under way
	Waiting  bool      // it is due, and another run has the sink
	Last     Outcome   // of its last run that ended

	Reads map[string]health.Schedule // by source: which tables, and when they are late
}

// Outcome is how a run of a job ended.
type Outcome struct {
	At     time.Time // when it ended; zero if the job never ran
	Status sink.Status
	Error  string // empty unless it failed
}

// Options are what a handler needs.
type Options struct {
	Version string                 // of desklake
	Service func() Service         // asked at every request: the configuration can be read again meanwhile
	RunNow  func(job string) error // starts a run of the job, or lets it follow the one under way; does not wait for it
	Logger  *slog.Logger
}

// New returns the handler for everything.
func New(o Options) http.Handler {
	s := &server{Options: o, local: isLoopback(o.Service().Listen)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /assets/{name}", asset)
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /api/status.json", s.statusJSON)
	mux.HandleFunc("POST /api/jobs/{name}/run", s.run)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry(), promhttp.HandlerOpts{}))
	return s.guard(mux)
}

type server struct {
	Options
	local bool // it listens to this machine only
}

// Serve answers requests until the context is done, and then ends those that are under way within a few seconds.
func Serve(ctx context.Context, l net.Listener, handler http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("status page: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("status page: %w", err), srv.Close())
	}
	return nil
}
