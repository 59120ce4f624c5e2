package zendesk

import (
	"encoding/json"
	"time"

	"desklake/extract"
)

// mark is where a stream continues, as it stands in Position.Cursor: JSON, each style of paging with the fields
// that it needs.
type mark struct {
	After string `json:"after,omitempty"` // cursor of the export, or of the list that is being read
	Since int64  `json:"since,omitempty"` // start_time, unix seconds
	Rows  int    `json:"rows,omitempty"`  // the page size that worked, if it is not the largest

	Holes []hole `json:"holes,omitempty"` // what was skipped, oldest first

	Metrics bool `json:"metrics,omitempty"` // tickets: some came with their metrics

	Began   int64   `json:"began,omitempty"`   // ratings: when the walk that is under way began, or a rating without an id was made: Next is not later
	Next    int64   `json:"next,omitempty"`    // ratings: the latest change that was read: the next walk reads from there
	Last    int64   `json:"last,omitempty"`    // ratings: when the last whole walk ended
	Full    int64   `json:"full,omitempty"`    // ratings: when the last walk from the start date began
	Filter  filter  `json:"filter,omitempty"`  // ratings: what start_time goes by
	Refused []int64 `json:"refused,omitempty"` // audits: tickets to try again

	Missing map[int64]int64 `json:"missing,omitempty"` // audits: since when those of them that are not found are tried again, unix seconds
}

func readMark(of extract.Stream, from extract.Position) (mark, error) {
	var m mark
	if from.Cursor == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(from.Cursor), &m); err != nil {
		return m, &badMark{of.Tables[0].Name, err}
	}
	return m, nil
}

// badMark is the error of a stored cursor that desklake did not write.
type badMark struct {
	table string // a table of the stream
	err   error
}

func (e *badMark) Error() string { return "the stored cursor can't be read: " + e.err.Error() }
func (e *badMark) Unwrap() error { return e.err }
func (e *badMark) Hint() string {
	return "`desklake state reset " + e.table + "` makes the stream start again from the start date; no row is doubled by it"
}

// position is the mark with the high-water mark that belongs to it.
func (m mark) position(highWater time.Time) extract.Position {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // a struct of numbers and strings
	}
	return extract.Position{Cursor: string(text), HighWater: highWater}
}
