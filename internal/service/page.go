package service

import (
	"net"
	"net/http"
	"slices"

	"desklake/internal/health"
	"desklake/internal/setup"
	"desklake/internal/web"
)

// listen opens the address of the status page.
func listen(c web.Config) (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, &NotListening{err}
	}
	return l, nil
}

// NotListening is an address that can't be listened on.
type NotListening struct{ error }

// Hint says what to do.
func (*NotListening) Hint() string {
	return "serve.listen in the configuration names the address of the status page; another program may have it"
}

// Unwrap returns why.
func (e *NotListening) Unwrap() error { return e.error }

// page is the status page with all that belongs to it.
func (s *service) page() http.Handler {
	return web.New(web.Options{Version: s.Version, Service: s.shown, RunNow: s.scheduler.RunNow, Logger: s.Logger})
}

// shown is what the page shows of the configuration and the scheduler.
func (s *service) shown() web.Service {
	planned := s.scheduler.Jobs()
	s.mu.Lock()
	defer s.mu.Unlock()
	conf := s.conf
	service := web.Service{Listen: conf.Serve.Listen, Token: string(conf.Serve.Token), Sink: conf.Destination().Location(), Problem: s.refused}
	for _, of := range conf.EverySource() {
		service.Sources = append(service.Sources, web.Source{Name: of.Name, Account: of.Account(), Tables: wanted(of), Board: s.views[of.Name].board})
	}
	for _, j := range conf.Jobs {
		job := web.Job{Name: j.Name, Cron: j.Cron, Timezone: j.Timezone, Reads: map[string]health.Schedule{}, Last: s.last[j.Name]}
		for _, of := range conf.EverySource() {
			job.Reads[of.Name] = of.Schedule(j)
		}
		for _, p := range planned {
			if p.Name == j.Name {
				job.Next, job.Since, job.Waiting = p.Next, p.Running, p.Queued
			}
		}
		service.Jobs = append(service.Jobs, job)
	}
	return service
}

// wanted are the tables of a source that the configuration selects, in the order of the catalog.
func wanted(of *setup.Source) []string {
	selected := of.Selected()
	return slices.DeleteFunc(of.AllTables(), func(t string) bool { return !slices.Contains(selected, t) })
}
