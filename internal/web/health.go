package web

import (
	"fmt"
	"net/http"
	"slices"

	"desklake/internal/visible"
)

// healthz says that the process lives.
func healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// readyz says that the configuration is loaded, the scheduler runs and the sink could be read; or what is wrong.
func (s *server) readyz(w http.ResponseWriter, _ *http.Request) {
	service := s.Service()
	if problem := problem(service, look(service)); problem != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, visible.Text(problem))
		return
	}
	fmt.Fprintln(w, "ready")
}

// problem is why the service can't do its work; empty if it can.
func problem(service Service, sources []seen) string {
	if service.Problem != nil {
		return service.Problem.Error()
	}
	busy := slices.ContainsFunc(sources, func(s seen) bool { return s.live != nil })
	for _, s := range sources {
		if problem := s.problem(busy); problem != "" {
			return problem
		}
	}
	return ""
}

// problem is why the source is not looked after. While a run is under way, nobody can have read the sink.
func (s seen) problem(busy bool) string {
	sink := "the sink"
	if s.Name != "" {
		sink += " of " + s.Name
	}
	switch {
	case s.fault != nil:
		return sink + " can't be read: " + s.fault.Error()
	case s.readAt.IsZero() && !busy && s.locked != nil:
		return sink + " was not read yet: " + s.locked.Error()
	case s.readAt.IsZero() && !busy:
		return sink + " was not read yet"
	}
	return ""
}
