package service

import (
	"net"
	"net/http"
	"slices"

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
	return web.New(web.Options{Board: s.board, Service: s.shown, RunNow: s.scheduler.RunNow, Logger: s.Logger})
}

// shown is what the page shows of the configuration and the scheduler.
func (s *service) shown() web.Service {
	planned := s.scheduler.Jobs()
	s.mu.Lock()
	defer s.mu.Unlock()
	conf := s.conf
	known, wanted := conf.AllTables(), conf.Selected()
	service := web.Service{Listen: conf.Serve.Listen, Token: string(conf.Serve.Token), Source: conf.Account(), Sink: conf.Destination().Location(), Problem: s.refused}
	for _, j := range conf.Jobs {
		job := web.Job{Name: j.Name, Cron: j.Cron, Timezone: j.Timezone, Schedule: conf.Schedule(j), Last: s.last[j.Name]}
		for _, p := range planned {
			if p.Name == j.Name {
				job.Next, job.Since, job.Waiting = p.Next, p.Running, p.Queued
			}
		}
		service.Jobs = append(service.Jobs, job)
	}
	service.Tables = slices.DeleteFunc(known, func(t string) bool { return !slices.Contains(wanted, t) })
	return service
}
