package sink

import (
	"slices"
	"strings"
	"time"

	"desklake/schema"
	"desklake/state"
)

// Look says how much of the history of a destination a Report has. What it leaves out is not read either.
type Look struct {
	Runs   int       // at most so many, the latest; 0 for none, negative for all
	Since  time.Time // none that began earlier; zero for no such bound
	Prefix string    // only runs whose ids begin with it
	Loads  bool      // each with what it did
}

// All is a Look at the whole history.
var All = Look{Runs: -1, Loads: true}

// Cut leaves out of runs, the latest first, what the Look does not ask for.
func (l Look) Cut(runs []RunReport) (kept []RunReport) {
	for _, r := range runs {
		if l.Runs >= 0 && len(kept) >= l.Runs {
			break
		}
		if r.Started.Before(l.Since) || !strings.HasPrefix(r.ID, l.Prefix) {
			continue
		}
		if !l.Loads {
			r.Loads = nil
		}
		kept = append(kept, r)
	}
	return kept
}

// Report is what a destination holds, read without a run and without its lock.
type Report struct {
	Tables      []TableReport               // the source's tables that were ever loaded, sorted by name
	Checkpoints map[string]state.Checkpoint // by stream
	Runs        []RunReport                 // those that the Look asked for, the one that was stored last first, whatever the clock said
	LastRun     *Run                        // that was stored last; nil before the first
	FirstRunAt  time.Time                   // when the first one began that is not forgotten; zero before the first
	Issues      int64                       // rows in desklake.issues
	Latest      []IssueReport               // of them, the ones that were met last: LatestIssues at most, the latest first
}

// killed says of a run that it was killed.
func (r *Report) killed(run string) {
	set := func(id string, s *Status) {
		if id == run && *s == Running {
			*s = Killed
		}
	}
	set(r.LastRun.ID, &r.LastRun.Status)
	for i := range r.Runs {
		set(r.Runs[i].ID, &r.Runs[i].Status)
	}
	for i := range r.Tables {
		set(r.Tables[i].LastRunID, &r.Tables[i].LastStatus)
	}
}

// FreshAt is when a table was last read to its end, as the checkpoints of the streams that fill it say; zero if never.
func FreshAt(checkpoints map[string]state.Checkpoint, table string) (at time.Time) {
	for _, c := range checkpoints {
		if slices.Contains(c.Tables, table) && c.CompleteAt.After(at) {
			at = c.CompleteAt
		}
	}
	return at
}

// LatestIssues is how many issues a Report has.
const LatestIssues = 20

// RunReport is one run with what it did.
type RunReport struct {
	Run
	Loads []LoadReport // sorted by stream, the tables of one in the order in which they were stored
}

// LoadReport is what a run did to one table, as desklake.loads holds it.
type LoadReport struct {
	Stream, Table string
	Counts
	Requests     int64 // of the stream, at the first of its tables; 0 at the others, like Retries and Waited
	Retries      int64
	Waited       time.Duration
	CursorBefore string
	CursorAfter  string
	CommittedAt  time.Time // UTC
	Outcome      Outcome   // empty while the stream is read, and for ever if the run was killed
	Error        string    // why the stream was not read to its end
}

// AddCommit adds what one more transaction did to the table; and what the reading of its stream cost, if it is the first of that.
func (r *LoadReport) AddCommit(n Counts, cost Load, at time.Time) {
	r.Add(n)
	if slices.Index(cost.Tables, r.Table) == 0 {
		r.Requests += int64(cost.Requests)
		r.Retries += int64(cost.Retries)
		r.Waited += cost.Waited
	}
	r.CursorAfter, r.CommittedAt, r.Outcome, r.Error = cost.CursorAfter, at, cost.Outcome, cost.Error
}

// IssueReport is a row of desklake.issues without what it holds of the source's data: key and value.
type IssueReport struct {
	Table, Column, Reason string
	Count                 int64
	FirstSeen, LastSeen   time.Time // UTC
	RunID                 string    // that met it last
}

// SourceReport is a source of which a destination has tables.
type SourceReport struct {
	Name     string    // empty for an only one
	Account  string    // empty if unknown
	Tables   []string  // that were loaded and are there, sorted
	LoadedAt time.Time // when one of them was committed last, UTC
	Removal  string    // how somebody removes them: a command or a sentence, without a full stop
}

// Add adds a table that was committed last at a time.
func (r *SourceReport) Add(table string, at time.Time) {
	r.Tables = append(r.Tables, table)
	slices.Sort(r.Tables)
	if at.After(r.LoadedAt) {
		r.LoadedAt = at.UTC()
	}
}

// Change is one thing that Prepare would do to a destination.
type Change struct {
	Table  string `json:"table"`  // empty: the destination itself is created
	Column string `json:"column"` // empty: the table is created
}

// ChangesOf are those of a table where the destination has it with these columns; nil for none.
func ChangesOf(t *schema.Table, columns []string) (changes []Change) {
	if columns == nil {
		return []Change{{Table: t.Name}}
	}
	for _, c := range t.AllColumns() {
		if !slices.Contains(columns, c.Name) {
			changes = append(changes, Change{Table: t.Name, Column: c.Name})
		}
	}
	return changes
}

// TableReport is one table of a Report. Times are UTC.
type TableReport struct {
	Name       string
	Rows       int64 // live ones
	Deleted    int64 // rows that are gone at the source
	Stream     string
	LoadedAt   time.Time // when a stream that fills it was committed last; zero if never
	FreshAt    time.Time // when the source was last read to its end of what readers see, windows aside; zero if never
	LastRunID  string
	LastStatus Status  // of that run
	Outcome    Outcome // of the stream in it; empty while readers don't see its rows, like that of a stream that is read
	Error      string  // why the stream was not read to its end, or its rows are not in their place
}
