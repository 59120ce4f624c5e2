// Package state says what is stored of a stream between two runs: its checkpoint.
//
// Sinks store checkpoints, in the same step in which they store the rows in front of them, and hand them back.
package state

import (
	"maps"
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

	// Met is the latest source-side time of a row that an earlier reading met, UTC, while the stream is read again and has not come
	// there yet; zero otherwise.
	Met time.Time `json:",omitzero"`

	// Lost are tables that held every row, and did not any more: somebody dropped or emptied them, or dropped a column; and how
	// many live rows each had. The sink puts them here, and takes them out of Tables, when it hands the checkpoint back. They
	// stay until a reading to the end was believed to have brought everything again, while it is under way beside Tables.
	Lost map[string]int64 `json:",omitempty"`
}

// LatestMet is the latest source-side time, UTC, of a row that any reading of the stream met; zero if none is known.
func (c Checkpoint) LatestMet() time.Time {
	if c.Met.After(c.HighWater) {
		return c.Met
	}
	return c.HighWater
}

// WithoutLost is the checkpoint with those of its tables among Lost that are lost; isLost tells how many live rows one had.
func (c Checkpoint) WithoutLost(isLost func(table string) (lost bool, had int64, err error)) (Checkpoint, error) {
	var kept []string
	for _, table := range c.Tables {
		lost, had, err := isLost(table)
		switch {
		case err != nil:
			return c, err
		case lost:
			c = c.Losing(table, had)
		default:
			kept = append(kept, table)
		}
	}
	c.Tables = kept
	return c, nil
}

// Losing is the checkpoint with a table among Lost that had so many live rows. One that was lost before it had all of its rows
// again had those.
func (c Checkpoint) Losing(table string, had int64) Checkpoint {
	had = max(had, c.Lost[table])
	if c.Lost = maps.Clone(c.Lost); c.Lost == nil {
		c.Lost = map[string]int64{}
	}
	c.Lost[table] = had
	return c
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
