package web

import (
	"fmt"
	"net/http"

	"desklake/internal/visible"
)

// healthz says that the process lives.
func healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// readyz says that the configuration is loaded, the scheduler runs and the sink could be read; or what is wrong.
func (s *server) readyz(w http.ResponseWriter, _ *http.Request) {
	if problem := problem(s.Service(), s.Board.known()); problem != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, visible.Text(problem))
		return
	}
	fmt.Fprintln(w, "ready")
}

// problem is why the service can't do its work; empty if it can.
func problem(service Service, k known) string {
	switch {
	case service.Problem != nil:
		return service.Problem.Error()
	case k.fault != nil:
		return "the sink can't be read: " + k.fault.Error()
	case k.readAt.IsZero() && k.live == nil && k.locked != nil:
		return "the sink was not read yet: " + k.locked.Error()
	case k.readAt.IsZero() && k.live == nil:
		return "the sink was not read yet"
	}
	return ""
}
