package service

import (
	"context"
	"desklake/internal/config"
	"desklake/internal/progress"
	"desklake/internal/web"
	"desklake/pipeline"
	"net"
	"strings"
	"sync"
	"time"
)

// serve runs the jobs and answers requests until a signal ends it, or the status page.
func (s *service) serve(until context.Context, l net.Listener) error {
	s.announce()
	s.Logger.Info("the status page is up", "url", "http://"+l.Addr().String())
	until, end := context.WithCancel(until)
	defer end()
	page, endPage := context.WithCancel(context.WithoutCancel(until))
	defer endPage()
	var jobs, messages sync.WaitGroup
	jobs.Go(func() { s.scheduler.Run(until) })
	messages.Go(s.sendMessages)
	pageEnded := make(chan error, 1)
	go func() { pageEnded <- web.Serve(page, l, s.page(), s.Logger) }()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	var broken error
	for broken == nil && until.Err() == nil {
		select {
		case <-until.Done():
		case broken = <-pageEnded:
		case <-s.Reread:
			s.reread()
		case <-minute.C:
			s.lookAgain()
			s.tellStale()
		}
	}
	s.Logger.Info("stopping")
	end()
	jobs.Wait()
	close(s.messages)
	messages.Wait()
	if broken != nil {
		return broken
	}
	endPage()
	if err := <-pageEnded; err != nil {
		s.Logger.Warn("the status page did not end well", "err", err)
	}
	s.Logger.Info("stopped")
	return pipeline.ErrStopped
}

// reread reads the configuration again. What runs goes on with the one with which it began.
func (s *service) reread() {
	conf, err := s.Load()
	if err != nil {
		s.mu.Lock()
		s.refused = err
		s.mu.Unlock()
		s.Logger.Error("the configuration was not read again: the one before stays", progress.Problem("", err)...)
		return
	}
	if conf.Serve.Listen != s.current().Serve.Listen {
		s.Logger.Warn("serve.listen has changed: that needs a restart")
	}
	s.use(conf)
	s.scheduler.Replace(s.jobs(conf, nil))
	s.Logger.Info("the configuration was read again")
	s.announce()
}

// announce says what will run when.
func (s *service) announce() {
	conf := s.current()
	for i, p := range s.scheduler.Jobs() {
		j := conf.Jobs[i]
		attrs := []any{"job", p.Name, "cron", j.Cron, "timezone", j.Timezone, "tables", tablesInWords(j.Tables)}
		if j.Sources != nil {
			attrs = append(attrs, "sources", strings.Join(j.Sources, ", "))
		}
		if p.Next.After(time.Now()) {
			attrs = append(attrs, "next", p.Next)
		} else {
			attrs = append(attrs, "next", "at once: a run was missed or broken off")
		}
		s.Logger.Info("job planned", attrs...)
	}
}

func tablesInWords(tables config.Tables) string {
	if tables == nil {
		return "all"
	}
	return strings.Join(tables, ", ")
}
