package service

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"time"

	"desklake/internal/notify"
	"desklake/internal/progress"
	"desklake/internal/setup"
	"desklake/pipeline"
	"desklake/sink"
)

// newNotifier returns what tells people of the runs of a source.
func newNotifier(conf *setup.Setup, of *setup.Source, version string, log *slog.Logger) *notify.Notifier {
	o := notify.Options{Sink: conf.Destination().Location(), Source: of.Name, Heartbeat: string(conf.Notify.HeartbeatURL), StaleAfter: conf.Notify.StaleAfter,
		Version: version, Log: log}
	for _, w := range conf.Notify.Webhooks {
		o.Webhooks = append(o.Webhooks, notify.Webhook{URL: string(w.URL), Format: w.Format, On: w.On})
	}
	return notify.New(o)
}

// tellRun tells of a run. Stored are the sink's runs after it, of which the first is this one as far as the sink could
// store how it ended; err is why it could not begin, be ended or be published.
func tellRun(ctx context.Context, n *notify.Notifier, result pipeline.Result, stored []sink.RunReport, err error) {
	switch {
	case errors.Is(err, pipeline.ErrStopped), errors.Is(err, context.Canceled):
	case result.Run.Finished.IsZero():
		n.NotRun(ctx, err)
	default:
		run := sink.RunReport{Run: result.Run}
		if len(stored) > 0 && stored[0].ID == run.ID {
			run.Loads, stored = stored[0].Loads, stored[1:]
		}
		n.RunEnded(ctx, append([]sink.RunReport{run}, stored...))
	}
}

// remembered is how many of the last runs are looked through for what was wrong before a run.
const remembered = 200

// TellSync tells of a run of a source that is the only one of its process.
func TellSync(ctx context.Context, conf *setup.Setup, of *setup.Source, version string, log *slog.Logger, result pipeline.Result, err error) {
	n := newNotifier(conf, of, version, log)
	if !n.Active() {
		return
	}
	report, unread := sink.Inspect(ctx, of.Destination(), sink.Look{Runs: remembered, Loads: true})
	if unread != nil && !result.Run.Finished.IsZero() {
		log.Warn("what was before the run can't be read, so that no recovery is told", progress.Problem("", unread)...)
	}
	tellRun(ctx, n, result, report.Runs, err)
}

// TellSuccess tells that all runs of a process were a success, if they were.
func TellSuccess(ctx context.Context, conf *setup.Setup, version string, log *slog.Logger, runs []sink.Run) {
	newNotifier(conf, conf.EverySource()[0], version, log).Succeeded(ctx, runs)
}

// sameNotify reports whether two configurations tell the same people of the same sink: what they were told still counts.
func sameNotify(a, b *setup.Setup) bool {
	return a.Destination().Location() == b.Destination().Location() && reflect.DeepEqual(a.Notify, b.Notify)
}

// message is something that people are to be told, of a source.
type message struct {
	source string
	send   func(context.Context, *notify.Notifier)
}

// tell has a message sent, after those before it. One that finds too many before it is left out.
func (s *service) tell(source string, send func(context.Context, *notify.Notifier)) {
	select {
	case s.messages <- message{source, send}:
	default:
		s.Logger.Warn("a message was not sent: too many wait for an address that does not answer")
	}
}

// sendMessages sends messages until there will be no more.
func (s *service) sendMessages() {
	for m := range s.messages {
		s.mu.Lock()
		v := s.views[m.source]
		s.mu.Unlock()
		if v != nil && v.notifier.Active() { // it may be gone from the configuration
			m.send(s.hurry, v.notifier)
		}
	}
}

// tellStale has those told who want to know which tables are stale by now.
func (s *service) tellStale() {
	for _, of := range s.current().EverySource() {
		s.mu.Lock()
		report := s.views[of.Name].report
		s.mu.Unlock()
		s.tell(of.Name, func(ctx context.Context, n *notify.Notifier) { n.Check(ctx, report, wanted(of), time.Now()) })
	}
}
