// Package notify tells people how runs go: webhooks of a failure, of the recovery from it and of tables that became
// stale, a heartbeat address of each success. It remembers next to nothing: what was wrong before a run is in the sink's
// own history. It never makes a run fail; what can't be delivered is logged.
//
// Start with Notifier, then read trouble.go and send.go.
package notify

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"desklake/internal/health"
	"desklake/sink"
)

// Options say who is told what.
type Options struct {
	Sink       string // the name of the destination, for the messages
	Source     string // of several sources, the name of the one that is told of; empty for an only one
	Webhooks   []Webhook
	Heartbeat  string // address that is asked for after each success; empty for none
	StaleAfter time.Duration
	Version    string            // of desklake
	Transport  http.RoundTripper // nil is Go's own
	Log        *slog.Logger
}

// Webhook is an address that is sent messages.
type Webhook struct {
	URL    string // a secret, like Options.Heartbeat: of neither more than the host is ever logged
	Format string // JSON or Slack
	On     []string
}

// The formats of a message.
const (
	JSON  = "json"
	Slack = "slack"
)

// What a webhook can be told of.
const (
	Failure   = "failure"   // a run failed, or some of its tables did
	Recovery  = "recovery"  // what had failed works again
	Staleness = "staleness" // tables were not read to their end for too long
)

// Notifier tells of one source of one sink. Its methods return when everybody has been told or given up, a few minutes at most, or
// when the context is done. They may be called from several goroutines.
type Notifier struct {
	Options
	client *http.Client

	mu    sync.Mutex      // held while somebody is being told: messages keep their order
	told  trouble         // what was told of failures that have not ended
	stale map[string]bool // the tables whose staleness was told and has not ended
}

// New returns a Notifier; without webhooks and heartbeat it does nothing.
func New(o Options) *Notifier {
	return &Notifier{Options: o, client: newClient(o.Transport), told: trouble{}}
}

// Active reports whether there is anybody to tell.
func (n *Notifier) Active() bool { return len(n.Webhooks) > 0 || n.Heartbeat != "" }

// RunEnded tells of a run. Runs are the sink's, the latest first: of them the first is the one that has ended, and the
// others say what was wrong before. A failure that goes on is not told again. The heartbeat is not asked for: see Succeeded.
func (n *Notifier) RunEnded(ctx context.Context, runs []sink.RunReport) {
	if len(runs) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	run := runs[0]
	if wrong := troubleOf(run); len(wrong) > 0 {
		n.fail(ctx, wrong, &run.Run)
	}
	if !health.Succeeded(run.Run) {
		return
	}
	ended := standing(runs[1:]).with(n.told).endedBy(run)
	if len(ended) > 0 && n.send(ctx, n.recovery(ended, run.Run)) {
		n.told = n.told.without(ended)
	}
}

// Succeeded asks for the heartbeat address, if all of the runs that belong together were a success: those of one job, of each
// source one.
func (n *Notifier) Succeeded(ctx context.Context, runs []sink.Run) {
	if len(runs) == 0 || slices.ContainsFunc(runs, func(r sink.Run) bool { return !health.Succeeded(r) }) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.beat(ctx)
}

// NotRun tells of a run that could not even begin, so that the sink has no row of it.
func (n *Notifier) NotRun(ctx context.Context, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fail(ctx, trouble{wholeRun: err.Error()}, nil)
}

func (n *Notifier) fail(ctx context.Context, wrong trouble, run *sink.Run) {
	if !maps.Equal(n.told.with(wrong), n.told) && n.send(ctx, n.failure(wrong, run)) {
		n.told = n.told.with(wrong)
	}
}

// Check tells of tables that have become stale, once until they are fresh again.
func (n *Notifier) Check(ctx context.Context, r sink.Report, wanted []string, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	stale := map[string]bool{}
	var tables []sink.TableReport
	for _, t := range health.Overdue(r, wanted, n.StaleAfter, now) {
		// What is read for the first time may take its time, unless nobody knows when that began.
		if t.FreshAt.IsZero() && !health.ToCome(r.FirstRunAt, now) && (r.FirstRunAt.IsZero() || now.Sub(r.FirstRunAt) <= n.StaleAfter) {
			continue
		}
		stale[t.Name] = true
		tables = append(tables, t)
	}
	isNew := func(t sink.TableReport) bool { return !n.stale[t.Name] }
	if slices.ContainsFunc(tables, isNew) && !n.send(ctx, n.staleness(tables, now)) {
		return
	}
	n.stale = stale
}
