package pipeline

import (
	"hash/maphash"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
)

// reading is what one reading of a pass brought, by table. A pass of which rows are missing is read twice, and each reading
// has to stand for itself: one that was cut short confirms nothing of what the other one missed.
type reading map[string]keys

// keys tell the rows of a table apart: their ids, or hashes of their names.
type keys map[uint64]struct{}

var seed = maphash.MakeSeed()

// add adds the rows of a batch.
func (r reading) add(b schema.Batch) {
	met := r[b.Table.Name]
	if met == nil {
		met = keys{}
		r[b.Table.Name] = met
	}
	switch column := b.Record.Column(b.Table.Column(b.Table.Key)).(type) {
	case *array.Int64:
		for _, id := range column.Int64Values() {
			met[uint64(id)] = struct{}{}
		}
	case *array.String:
		for i := range column.Len() {
			met[maphash.String(seed, column.Value(i))] = struct{}{}
		}
	}
}

// without counts the rows that the other reading does not have.
func (k keys) without(other keys) (n int64) {
	for key := range k {
		if _, ok := other[key]; !ok {
			n++
		}
	}
	return n
}

// distinct is how many rows of a table all readings of the pass brought.
func (w *worker) distinct(table string) int64 {
	first, last := w.met[0][table], w.met[len(w.met)-1][table]
	return int64(len(first)) + last.without(first)
}

// lively is how many hundredths of its rows a list may lose from one reading to the next, if they are more than a handful: what
// is deleted meanwhile, and what moves in an order that changes.
const lively = 3

// believable reports that the rows can be gone that all readings of the pass missed. If the last reading lacks too many of
// those that the one before had, it says how many.
func (w *worker) believable(table string, missing, live int64) (ok bool, lacking int64) {
	first, last := w.met[0][table], w.met[len(w.met)-1][table]
	lacking = first.without(last)
	switch {
	case lacking > handful && 100*lacking > lively*live:
		return false, lacking
	case suspicious(len(first), w.missing[table], live):
		return false, 0
	}
	return !suspicious(len(last), missing+lacking, live), 0
}
