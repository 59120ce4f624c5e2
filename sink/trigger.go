package sink

import "time"

// What starts a run is its trigger, a text in desklake.runs. It is made and read here only.

// ByHand is the trigger of a sync on the command line.
const ByHand = "cli"

// BySchedule is the trigger of a job that was due.
func BySchedule(job string) string { return "schedule " + job }

// ByRequest is the trigger of a job that somebody asked the service for.
func ByRequest(job string) string { return "api " + job }

// ByBackfill is the trigger of a backfill on the command line, and its window.
func ByBackfill(from, to time.Time) string {
	return "backfill " + from.UTC().Format(time.RFC3339) + " to " + to.UTC().Format(time.RFC3339)
}

// IsOf reports that a job started the run.
func (r Run) IsOf(job string) bool {
	return r.Trigger == BySchedule(job) || r.Trigger == ByRequest(job)
}
