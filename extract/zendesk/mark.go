package zendesk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"desklake/extract"
	"desklake/schema"
)

// A mark is where a stream continues, as it stands in Position.Cursor: JSON, with one type for each style of paging. It says
// whose it is, and a mark that is not what the pager knows is no place to go on from: read as another one it could skip rows.

// form is what tells a mark from those of other styles and versions. The marks of the first version have none: all styles had
// one type then, with the fields that each has now.
type form struct {
	Of string `json:"of,omitempty"`
	V  int    `json:"v,omitempty"`
}

// readMark reads the mark of a position, which is zero at the start.
func readMark[M any](from extract.Position, known form) (m M, err error) {
	if from.Cursor == "" {
		return m, nil
	}
	var is form
	d := json.NewDecoder(bytes.NewReader([]byte(from.Cursor)))
	if err = json.Unmarshal([]byte(from.Cursor), &is); err == nil && is != (form{}) {
		err = known.reads(is)
		d.DisallowUnknownFields()
	}
	if err == nil {
		err = d.Decode(&m)
	}
	if err != nil {
		return m, &badMark{err: err}
	}
	return m, nil
}

// since makes what paging.since is, for marks of this form.
func since[M interface {
	since(highWater time.Time) int64
}](known form) func(extract.Position) (int64, error) {
	return func(from extract.Position) (int64, error) {
		m, err := readMark[M](from, known)
		return m.since(from.HighWater), err
	}
}

// reads returns why marks of another form can't be read by those who know this one.
func (known form) reads(is form) error {
	switch {
	case is.Of != known.Of:
		return fmt.Errorf("it is one of %.20q, and the stream's are of %q", is.Of, known.Of)
	case is.V != known.V:
		return fmt.Errorf("it has version %d, and this desklake knows version %d", is.V, known.V)
	}
	return nil
}

// badMark is the error of a stored cursor that desklake did not write, or a later one did.
type badMark struct {
	table string // a table of the stream
	err   error
}

// ofTable names a table of the stream in an error that is about its mark.
func ofTable(t *schema.Table, err error) error {
	var bad *badMark
	if errors.As(err, &bad) {
		bad.table = t.Name
	}
	return err
}

func (e *badMark) Error() string { return "the stored cursor can't be read: " + e.err.Error() }
func (e *badMark) Unwrap() error { return e.err }
func (e *badMark) Hint() string {
	return "`desklake state reset " + e.table + "` makes the stream start again from the start date; no row is doubled by it"
}

// stored is the position with a mark, and the high-water mark that belongs to it.
func stored(mark any, highWater time.Time) extract.Position {
	text, err := json.Marshal(mark)
	if err != nil {
		panic(err) // a struct of numbers and strings
	}
	return extract.Position{Cursor: string(text), HighWater: highWater}
}
