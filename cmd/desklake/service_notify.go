package main

import (
	"context"
	"log/slog"
	"reflect"
	"time"

	"desklake/internal/config"
	"desklake/internal/notify"
)

// newNotifier returns what tells people of the sink's runs.
func newNotifier(conf *config.Config, log *slog.Logger) *notify.Notifier {
	o := notify.Options{Sink: conf.Sink.Path, Heartbeat: string(conf.Notify.HeartbeatURL), StaleAfter: conf.Notify.StaleAfter,
		Version: version(), Log: log}
	for _, w := range conf.Notify.Webhooks {
		o.Webhooks = append(o.Webhooks, notify.Webhook{URL: string(w.URL), Format: w.Format, On: w.On})
	}
	return notify.New(o)
}

// sameNotify reports whether two configurations tell the same people of the same sink: what they were told still counts.
func sameNotify(a, b *config.Config) bool {
	return a.Sink.Path == b.Sink.Path && reflect.DeepEqual(a.Notify, b.Notify)
}

// tell has a message sent, after those before it. One that finds too many before it is left out.
func (s *service) tell(message func(context.Context, *notify.Notifier)) {
	select {
	case s.messages <- message:
	default:
		s.logger.Warn("a message was not sent: too many wait for an address that does not answer")
	}
}

// sendMessages sends messages until there will be no more.
func (s *service) sendMessages() {
	for message := range s.messages {
		s.mu.Lock()
		n := s.notifier
		s.mu.Unlock()
		if n.Active() {
			message(s.hurry, n)
		}
	}
}

// tellStale has those told who want to know which tables are stale by now.
func (s *service) tellStale() {
	s.mu.Lock()
	report := s.report
	s.mu.Unlock()
	s.tell(func(ctx context.Context, n *notify.Notifier) { n.Check(ctx, report, time.Now()) })
}
