// Package sink says what a destination is. Every sink keeps the same promises, and sink/sinktest holds it to
// them: rows and checkpoint become durable together; the latest version of a row wins; replays change nothing.
//
// A new one is a package sink/<name> with a Config, whose Destination opens it; a test of a dozen lines that hands that to
// sinktest.Run; and an entry in the map in cmd/desklake/drivers.go. internal/toy has the smallest one.
package sink

import (
	"context"
	"time"

	"desklake/schema"
	"desklake/state"
)

// Sink is an open destination. One run has it open at a time; opening it takes the sink's lock, Close or the
// end of the process releases it. Its methods are called by the pipeline and are safe for concurrent use.
type Sink interface {
	// Prepare makes the destination fit the tables before anything is written: it creates what is
	// missing, adds new columns, and sets descriptions. A destination that it refuses stays as it was. A table that was lost
	// is one without rows from then on: it is taken out of the stored checkpoints, as the run may be killed before it has read
	// it again. Called once a run, with all tables.
	Prepare(ctx context.Context, tables []*schema.Table) error

	// Checkpoints returns the stored checkpoints by stream; none where nothing was prepared yet. A table that does not hold
	// what its checkpoint says, because somebody dropped or emptied it or dropped one of its columns, is among
	// Checkpoint.Lost instead of Checkpoint.Tables. Rows that somebody deleted from a table that has others are their
	// business. Called at the start of a run, before Prepare.
	Checkpoints(ctx context.Context) (map[string]state.Checkpoint, error)

	// DeleteCheckpoint forgets the checkpoint of a stream, durably. No error where there is none.
	DeleteCheckpoint(ctx context.Context, stream string) error

	// Begin starts a transaction for one stream. Several may be under way, each for another stream that fills other
	// tables, and used by one goroutine.
	Begin(ctx context.Context, run, stream string) (Tx, error)

	// SaveRun stores a run's row, replacing an earlier one of the same id, durably. Called at the start and at the end of a
	// run; where readers could not be told of the end, the run is stored as one that failed, with the error. Storing one as
	// Running calls Killed every other of the source that is still Running: there is one run at a time.
	SaveRun(ctx context.Context, run Run) error

	// Forget deletes the runs that began before a time, with their loads, and the issues that were last met before it; what a
	// Report says of the tables stays. It costs next to nothing where there is nothing to forget. Called once a run, when that has begun.
	Forget(ctx context.Context, before time.Time) error

	// Settle puts what was committed into its final place, where readers see it. Called once a run, when its streams have
	// ended and before SaveRun stores how. What is not in its place after an error, or when ctx ended, stays committed; the
	// next Settle puts it there, and until then the readers' table is no fresher than it was.
	Settle(ctx context.Context) error

	// Read gives what is committed by then, wherever it stands: also what is not settled yet. Reading may take as long as it likes,
	// beside transactions and within them.
	Read(ctx context.Context, tables ...string) (Reader, error)

	// Close ends the use of the sink, what reads it included, and releases its lock.
	Close() error
}

// Tx is one transaction of one stream: what is written through it becomes visible and durable at Commit,
// together with the checkpoint, or not at all.
type Tx interface {
	// Write merges a batch into its table. For every row, by the table's key: no such row yet, it is
	// inserted; a row with an earlier version (Table.Version) is replaced; a row with a later version stays; with equal
	// versions, or where one of the two has none, what is written later wins, whatever any clock says, and a row that is equal
	// in every column of the source stays untouched, so that reading anything again changes nothing. A version that is null,
	// or did not fit its column, says nothing of what is older: the source may leave it out of what it deletes.
	// A stored version that is later than the time at which its row was extracted can't be true: it counts as that time, and
	// for nothing where that time is ahead of this machine's clock.
	// A row whose deletion was known and that is written as deleted again keeps its _desklake_deleted_at; a version that says
	// that it lives makes it live again, and one that says nothing of it leaves it what it was: see schema.Marker. Called once
	// a batch, possibly many times; the batch is released by the caller after Write returned.
	Write(ctx context.Context, batch schema.Batch) error

	// Missing counts the live rows of the table that this transaction did not write, and all that were
	// live before it. For the end of a pass. A transaction may have thousands of batches: what it needs in memory grows
	// with the rows that it changes at the most, never with the number of batches.
	Missing(ctx context.Context, table *schema.Table) (missing, live int64, err error)

	// MarkMissing sets _desklake_deleted_at of those rows to at. For the end of a complete pass.
	MarkMissing(ctx context.Context, table *schema.Table, at time.Time) error

	// Commit makes everything of this transaction durable together, and returns what it did for each table
	// by name. After an error nothing of it is stored. The Tx is used up either way.
	Commit(ctx context.Context, c Commit) (map[string]Counts, error)

	// Rollback throws the transaction away; harmless after Commit.
	Rollback() error
}

// Commit is what is stored together with the rows.
type Commit struct {
	// Checkpoint is where the stream continues behind the rows. An empty Stream stores none and leaves the stored one as it is.
	Checkpoint state.Checkpoint
	Load       Load
	Issues     []schema.Issue
	At         time.Time // by this machine's clock, UTC: that of the source says nothing about how old its rows are
}

// Load is what reading the pages of one transaction cost. The sink adds it up in desklake.loads, one row a run,
// stream and table, together with its own Counts.
type Load struct {
	Tables       []string // the stream's tables; each gets a row, also when nothing was written
	Requests     int
	Retries      int
	Waited       time.Duration
	CursorBefore string
	CursorAfter  string

	// Outcome and Error tell how the reading of the stream ended; empty as long as more may follow.
	Outcome Outcome
	Error   string
}

// Outcome is how the reading of a stream ended in a run.
type Outcome string

// The outcomes. A stream of a run that was killed, or that ended with the sink, has none.
const (
	Complete    Outcome = "complete"    // everything up to the run
	WindowRead  Outcome = "window"      // the window of a backfill, to its end
	Broken      Outcome = "failed"      // an error of the source
	Stopped     Outcome = "stopped"     // by a signal
	Unavailable Outcome = "unavailable" // the account does not have it
)

// Counts is what was done to a table.
type Counts struct {
	Read      int64 // rows handed to Write, repeats included
	Inserted  int64
	Updated   int64
	Unchanged int64 // rows that stayed as they were, repeats and older versions included
	Deleted   int64 // rows that were live and are now known to be gone
}

// Add adds the counts of o.
func (c *Counts) Add(o Counts) {
	c.Read += o.Read
	c.Inserted += o.Inserted
	c.Updated += o.Updated
	c.Unchanged += o.Unchanged
	c.Deleted += o.Deleted
}

// Replace counts a row that took the place of another one.
func (c *Counts) Replace(wasGone, isGone bool) {
	if isGone && !wasGone {
		c.Deleted++
	} else {
		c.Updated++
	}
}

// Run is one execution of a job, as desklake.runs holds it. All times are UTC.
type Run struct {
	ID       string
	Started  time.Time
	Finished time.Time // zero while it is under way, and for ever if it was killed
	Status   Status
	Trigger  string // what started it: ByHand, or what BySchedule, ByRequest or ByBackfill make
	Version  string // of desklake
	Error    string // empty unless it failed
	Account  string // that was read, as the source names it; empty if an earlier version stored the run
}

// Status is how a run stands.
type Status string

// The states of a run. A run that was killed is stored as Running until the next one finds it and calls it Killed, as a Report does.
const (
	Running     Status = "running"
	Done        Status = "done"
	Partial     Status = "partial"
	Failed      Status = "failed"
	Interrupted Status = "interrupted"
	Killed      Status = "killed"
)
