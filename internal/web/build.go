package web

import (
	"cmp"
	"slices"
	"time"

	"desklake/internal/health"
	"desklake/internal/progress"
	"desklake/sink"
)

// maxRuns is how many runs a Status lists.
const maxRuns = 100

// newStatus is what is known at a moment.
func newStatus(service Service, k known, now time.Time) Status {
	status := Status{Now: now.UTC(), Version: k.version, Source: service.Source, Sink: service.Sink,
		Problem: problem(service, k), ReadAt: orNull(k.readAt), Tables: []TableStatus{}, Jobs: []JobStatus{},
		Runs: pastRuns(k.report.Runs), Issues: issues(k.report), Quotas: []QuotaStatus{}, Run: k.live.status(now)}
	status.Ready = status.Problem == ""
	for _, name := range tableNames(service, k.report) {
		status.Tables = append(status.Tables, tableStatus(name, service, k.report, now))
	}
	for _, j := range service.Jobs {
		status.Jobs = append(status.Jobs, JobStatus{Job: j.Name, Cron: j.Cron, Timezone: j.Timezone, Tables: len(j.Tables), Next: orNull(j.Next),
			RunningSince: orNull(j.Since), Waiting: j.Waiting, LastEnded: orNull(j.Last.At), LastStatus: string(j.Last.Status), LastError: j.Last.Error})
	}
	for _, q := range k.quotas {
		left := q.Left
		if now.After(q.Resets) {
			left = q.Limit
		}
		status.Quotas = append(status.Quotas, QuotaStatus{q.Name, q.Limit, left, q.Resets.UTC()})
	}
	return status
}

// tableNames are the configured tables in their order, and those that the sink has beside, which the configuration has no more.
func tableNames(service Service, r sink.Report) []string {
	names := slices.Clone(service.Tables)
	for _, t := range r.Tables {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

func tableStatus(name string, service Service, r sink.Report, now time.Time) TableStatus {
	s := TableStatus{Table: name, Jobs: []string{}}
	t := sink.TableReport{Name: name}
	if i := slices.IndexFunc(r.Tables, func(t sink.TableReport) bool { return t.Name == name }); i >= 0 {
		t = r.Tables[i]
	}
	for _, j := range service.Jobs {
		if slices.Contains(j.Tables, name) {
			s.Jobs = append(s.Jobs, j.Name)
		}
	}
	var schedules []health.Schedule
	for _, j := range service.Jobs {
		schedules = append(schedules, j.Schedule)
	}
	late := health.LateAt(t, schedules)
	checkpoint := r.Checkpoints[t.Stream]
	s.State, s.Error, s.Rows, s.Deleted, s.Stream = health.Of(t, service.Tables, late, now), t.Error, t.Rows, t.Deleted, t.Stream
	if s.State == health.Unconfigured {
		late = time.Time{}
	}
	fresh := health.FreshAt(t, now)
	s.FreshAt, s.AgeSeconds, s.LateAt = orNull(fresh), since(fresh, now), orNull(late)
	s.Cursor, s.UpTo, s.LagSeconds = checkpoint.Cursor, orNull(checkpoint.HighWater), since(checkpoint.HighWater, now)
	return s
}

func pastRuns(runs []sink.RunReport) []PastRun {
	past := []PastRun{}
	for _, r := range runs[:min(maxRuns, len(runs))] {
		past = append(past, pastRun(r))
	}
	return past
}

func pastRun(r sink.RunReport) PastRun {
	p := PastRun{Run: r.ID, Started: r.Started.UTC(), Finished: orNull(r.Finished), Status: string(r.Status), Trigger: r.Trigger,
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

func issues(r sink.Report) IssuesStatus {
	s := IssuesStatus{Count: r.Issues, Latest: []IssueStatus{}}
	for _, i := range r.Latest {
		s.Latest = append(s.Latest, IssueStatus{i.Table, i.Column, i.Reason, i.Count, i.FirstSeen.UTC(), i.LastSeen.UTC(), i.RunID})
	}
	return s
}

func (r *liveNow) status(now time.Time) *RunStatus {
	if r == nil {
		return nil
	}
	s := &RunStatus{Job: r.job, Started: r.began.UTC(), Streams: []StreamStatus{}}
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
