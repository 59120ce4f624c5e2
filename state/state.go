// Package state says what is stored of a stream between two runs: its checkpoint.
//
// Sinks store checkpoints, in the same step in which they store the rows in front of them, and hand them back.
package state

import (
	"slices"
	"time"
)

// Checkpoint is where a stream continues, with what belongs to it. A stream that is a complete reading of a list has one
// too, without a cursor. All times are UTC.
type Checkpoint struct {
	Stream    string    // the stream's name; the checkpoint's key
	Cursor    string    // the source's own opaque mark; empty before the first page
	HighWater time.Time // the latest source-side time among the rows in front of it; zero if unknown
	Tables    []string  // the tables that hold every row in front of it, sorted
	RunID     string    // the run that stored it
	SavedAt   time.Time // when it was stored

	Account    string    // whose rows these are, as the source names its account; empty if an earlier version stored it
	Start      time.Time // the start date from which the stream was read; zero for everything, or if unknown
	CompleteAt time.Time // when the stream was last read to its end, by this machine's clock; zero if never

	// Reader is as whom a list was read when its rows were last taken for all that there are, as the source names its users;
	// empty if unknown, and for feeds.
	Reader string

	// Lost are tables that held every row, and do not any more: somebody dropped or emptied them, or dropped a column. They
	// are not among Tables. Only the sink fills it, when it hands the checkpoint back; it is not stored.
	Lost []string `json:"-"`
}

// WithoutLost is the checkpoint with those of its tables among Lost that are lost.
func (c Checkpoint) WithoutLost(isLost func(table string) (bool, error)) (Checkpoint, error) {
	var kept []string
	for _, table := range c.Tables {
		lost, err := isLost(table)
		switch {
		case err != nil:
			return c, err
		case lost:
			c.Lost = append(c.Lost, table)
		default:
			kept = append(kept, table)
		}
	}
	c.Tables = kept
	return c, nil
}

// Covers reports whether every one of the tables holds all rows in front of the checkpoint. A stream whose
// checkpoint does not cover a table that is asked for has to be read again from its start.
func (c Checkpoint) Covers(tables []string) bool {
	for _, t := range tables {
		if !slices.Contains(c.Tables, t) {
			return false
		}
	}
	return true
}
