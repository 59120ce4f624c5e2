package book

import (
	"desklake/sink"
	"desklake/state"
)

// Run is a row of runs.
type Run struct {
	Source string // by the name that the configuration gives it; empty for the only one
	sink.Run
}

// Load is a row of loads.
type Load struct {
	Source string // that of its run
	RunID  string
	sink.LoadReport
}

// Checkpoint is a row of checkpoints.
type Checkpoint struct {
	Source string
	Format int64 // the version of the row's format, as the sink counts them
	state.Checkpoint
}

// Issue is a row of issues.
type Issue struct {
	Source string
	sink.IssueRow
}
