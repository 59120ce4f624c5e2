package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"desklake/internal/health"
	"desklake/internal/progress"
	"desklake/sink"
)

// maxRuns is how many runs a Status lists.
const maxRuns = 100

// seen is a source with what is known of it at a moment.
type seen struct {
	Source
	known
}

func look(service Service) (all []seen) {
	for _, s := range service.Sources {
		all = append(all, seen{s, s.Board.known()})
	}
	return all
}

// newStatus is what is known at a moment.
func newStatus(version string, service Service, sources []seen, now time.Time) Status {
	status := Status{Now: now.UTC(), Version: version, Source: titles(service), Sink: service.Sink, Problem: problem(service, sources),
		Tables: []TableStatus{}, Jobs: []JobStatus{}, Runs: []PastRun{}, Issues: IssuesStatus{Latest: []IssueStatus{}}, Quotas: []QuotaStatus{}}
	status.Ready = status.Problem == ""
	var runs []health.SourceRun
	for _, s := range sources {
		status.add(s, service.Jobs, now)
		runs = health.Merge(runs, s.Name, s.report.Runs)
	}
	for _, r := range runs[:min(maxRuns, len(runs))] {
		status.Runs = append(status.Runs, pastRun(r))
	}
	for _, j := range service.Jobs {
		tables := 0
		for _, schedule := range j.Reads {
			tables += len(schedule.Tables)
		}
		status.Jobs = append(status.Jobs, JobStatus{Job: j.Name, Cron: j.Cron, Timezone: j.Timezone, Tables: tables, Next: orNull(j.Next),
			RunningSince: orNull(j.Since), Waiting: j.Waiting, LastEnded: orNull(j.Last.At), LastStatus: string(j.Last.Status), LastError: j.Last.Error})
	}
	slices.SortStableFunc(status.Issues.Latest, func(a, b IssueStatus) int { return b.LastSeen.Compare(a.LastSeen) })
	status.Issues.Latest = status.Issues.Latest[:min(sink.LatestIssues, len(status.Issues.Latest))]
	return status
}

// titles is what is read.
func titles(service Service) string {
	var all []string
	for _, s := range service.Sources {
		all = append(all, cmp.Or(s.Name, s.Account))
	}
	return strings.Join(all, ", ")
}

// add adds what is known of a source.
func (status *Status) add(s seen, jobs []Job, now time.Time) {
	if at := orNull(s.readAt); at != nil && (status.ReadAt == nil || at.Before(*status.ReadAt)) {
		status.ReadAt = at
	}
	for _, name := range tableNames(s) {
		status.Tables = append(status.Tables, tableStatus(name, s, jobs, now))
	}
	if s.live != nil {
		status.Run = s.live.status(s.Name, now)
	}
	status.Issues.Count += s.report.Issues
	for _, i := range s.report.Latest {
		status.Issues.Latest = append(status.Issues.Latest, IssueStatus{s.Name, i.Table, i.Column, i.Reason, i.Count, i.FirstSeen.UTC(), i.LastSeen.UTC(), i.RunID})
	}
	for _, q := range s.quotas {
		left := q.Left
		if now.After(q.Resets) {
			left = q.Limit
		}
		status.Quotas = append(status.Quotas, QuotaStatus{s.Name, q.Name, q.Limit, left, q.Resets.UTC()})
	}
}

// tableNames are the configured tables in their order, and those that the sink has beside, which the configuration has no more.
func tableNames(s seen) []string {
	names := slices.Clone(s.Tables)
	for _, t := range s.report.Tables {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

func tableStatus(name string, source seen, jobs []Job, now time.Time) TableStatus {
	r, s := source.report, TableStatus{Source: source.Name, Table: name, Jobs: []string{}}
	t := sink.TableReport{Name: name}
	if i := slices.IndexFunc(r.Tables, func(t sink.TableReport) bool { return t.Name == name }); i >= 0 {
		t = r.Tables[i]
	}
	var schedules []health.Schedule
	for _, j := range jobs {
		schedule := j.Reads[source.Name]
		if schedules = append(schedules, schedule); slices.Contains(schedule.Tables, name) {
			s.Jobs = append(s.Jobs, j.Name)
		}
	}
	late := health.LateAt(t, schedules)
	checkpoint := r.Checkpoints[t.Stream]
	s.State, s.Error, s.Rows, s.Deleted, s.Stream = health.Of(t, source.Tables, late, now), t.Error, t.Rows, t.Deleted, t.Stream
	if s.State == health.Unconfigured {
		late = time.Time{}
	}
	fresh := health.FreshAt(t, now)
	s.FreshAt, s.AgeSeconds, s.LateAt = orNull(fresh), since(fresh, now), orNull(late)
	s.Cursor, s.UpTo, s.LagSeconds = checkpoint.Cursor, orNull(checkpoint.HighWater), since(checkpoint.HighWater, now)
	return s
}

func pastRun(r health.SourceRun) PastRun {
	p := PastRun{Source: r.Source, Run: r.ID, Started: r.Started.UTC(), Finished: orNull(r.Finished), Status: string(r.Status), Trigger: r.Trigger,
		Error: r.Error, Failed: []string{}}
	var waited time.Duration
	for _, l := range r.Loads {
		p.Read += l.Read
		p.Inserted += l.Inserted
		p.Updated += l.Updated
		p.Deleted += l.Deleted
		p.Requests += l.Requests
		p.Retries += l.Retries
		waited += l.Waited
		if health.Broke(l) {
			p.Failed = append(p.Failed, l.Table)
		}
	}
	p.SecondsWaited = waited.Seconds()
	return p
}

func (r *liveNow) status(source string, now time.Time) *RunStatus {
	s := &RunStatus{Source: source, Job: r.job, Started: r.began.UTC(), Streams: []StreamStatus{}}
	for _, l := range r.streams {
		one := StreamStatus{Stream: l.Stream, State: cmp.Or(l.State, "queued"), Error: l.Problem, Rows: l.Rows, Requests: l.Requests, UpTo: orNull(l.At)}
		switch {
		case l.State == progress.Skipped:
			one.State = "not available"
		case l.State == progress.Reading && l.Wait.Until.After(now):
			one.State, one.WaitingFor, one.WaitingUntil = "waiting", l.Wait.For, orNull(l.Wait.Until)
		}
		s.Rows += l.Rows
		s.Streams = append(s.Streams, one)
	}
	return s
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

// since is how many seconds ago something was; null if it never was. The clock of the source may be ahead.
func since(t, now time.Time) *float64 {
	if t.IsZero() {
		return nil
	}
	return new(max(0, now.Sub(t).Seconds()))
}
