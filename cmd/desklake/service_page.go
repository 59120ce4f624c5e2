package main

import (
	"net"
	"net/http"
	"net/url"
	"slices"

	"desklake/internal/config"
	"desklake/internal/health"
	"desklake/internal/web"
)

// listen opens the address of the status page.
func listen(c config.Serve) (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, &notListening{err}
	}
	return l, nil
}

// notListening is an address that can't be listened on.
type notListening struct{ error }

// Hint says what to do.
func (*notListening) Hint() string {
	return "serve.listen in the configuration names the address of the status page; another program may have it"
}

// Unwrap makes it a mistake of the configuration.
func (e *notListening) Unwrap() error { return &usageError{e.error} }

// page is the status page with all that belongs to it.
func (s *service) page() http.Handler {
	return web.New(web.Options{Board: s.board, Service: s.shown, RunNow: s.scheduler.RunNow, Logger: s.logger})
}

// shown is what the page shows of the configuration and the scheduler.
func (s *service) shown() web.Service {
	planned := s.scheduler.Jobs()
	s.mu.Lock()
	defer s.mu.Unlock()
	conf := s.conf
	known := tableNames(sources[conf.Source.Type].tables())
	tables := map[string]bool{}
	service := web.Service{Listen: conf.Serve.Listen, Token: string(conf.Serve.Token), Source: sourceName(conf.Source), Sink: conf.Sink.Path, Problem: s.refused}
	for _, j := range conf.Jobs {
		job := web.Job{Name: j.Name, Cron: j.Cron, Timezone: j.Timezone, Schedule: schedule(j, known), Last: s.last[j.Name]}
		for _, p := range planned {
			if p.Name == j.Name {
				job.Next, job.Since, job.Waiting = p.Next, p.Running, p.Queued
			}
		}
		for _, t := range job.Tables {
			tables[t] = true
		}
		service.Jobs = append(service.Jobs, job)
	}
	service.Tables = slices.DeleteFunc(known, func(t string) bool { return !tables[t] })
	return service
}

// schedule is when a job's tables are to be read.
func schedule(j config.Job, known []string) health.Schedule {
	tables := []string(j.Tables)
	if tables == nil {
		tables = known
	}
	return health.Schedule{Tables: tables, Jitter: j.Jitter, Due: j.Schedule.Next}
}

// sourceName is the account's address without the scheme.
func sourceName(c config.Source) string {
	if c.URL == "" {
		return c.Subdomain + ".zendesk.com"
	}
	if u, err := url.Parse(c.URL); err == nil {
		return u.Host
	}
	return ""
}
