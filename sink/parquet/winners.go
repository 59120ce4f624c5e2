package parquet

import (
	"slices"

	"github.com/parquet-go/parquet-go"

	"desklake/sink"
)

// winners are the rows of one month that take the place of what is there.
type winners struct {
	*settling
	rows  *heads
	month month
}

func (w *winners) close() error { return nil }

func (w *winners) next() (parquet.Row, error) {
	for {
		first := w.rows.first()
		if first == nil || w.layout.monthOf(first.row) != w.month {
			return nil, nil
		}
		row, err := w.settleKey(w.layout.keyOf(first.row))
		if row != nil || err != nil {
			return row, err
		}
	}
}

// settleKey takes all rows with a key, one after another in the order in which they were written. It returns the one
// that stays, nil where what is there does.
func (w *winners) settleKey(key parquet.Value) (parquet.Row, error) {
	old, stray, err := w.find(key)
	if err != nil {
		return nil, err
	}
	won := false
	for {
		first := w.rows.first()
		if first == nil || w.layout.monthOf(first.row) != w.month || compareKeys(w.layout.keyOf(first.row), key) != 0 {
			break
		}
		wins, err := w.apply(&old, first.row)
		if err == nil {
			won = won || wins
			err = w.rows.advance()
		}
		if err != nil {
			return nil, err
		}
	}
	if !won {
		return nil, nil
	}
	if stray != nil {
		stray.moveTo(w.month, old.row)
	}
	return old.row, nil
}

// find returns the current row with a key.
func (w *winners) find(key parquet.Value) (old oldRow, _ *stray, err error) {
	old.layout = w.layout
	stray := w.stray(key)
	switch {
	case stray == nil:
		old.place, err = w.view.find(w.month, key)
	case stray.row != nil:
		old.row = slices.Clone(stray.row)
	case stray.known:
		old.place, err = w.view.find(stray.month, key)
	}
	return old, stray, err
}

// apply is sink.Tx.Write for one row: it becomes the old one, or it does not.
func (w *winners) apply(old *oldRow, row parquet.Row) (bool, error) {
	if old.place == nil && old.row == nil {
		w.counts.Inserted++
		old.row = append(old.row, row...)
		return true, nil
	}
	age, err := old.age()
	if err != nil {
		return false, err
	}
	wins, err := w.layout.ageOf(row).Supersedes(age, func() (bool, error) {
		whole, err := old.whole()
		return err == nil && w.layout.differ(row, whole), err
	})
	if err != nil || !wins {
		w.counts.Unchanged++
		return false, err
	}
	deleted, err := old.deleted()
	if err != nil {
		return false, err
	}
	replacement := slices.Clone(row)
	switch isDeleted := w.layout.isDeleted(row); {
	case isDeleted && !deleted.IsNull():
		w.layout.set(replacement, w.layout.deleted, deleted)
		w.counts.Updated++
	case isDeleted:
		w.counts.Deleted++
	default:
		w.counts.Updated++
	}
	*old = oldRow{layout: w.layout, row: replacement}
	return true, nil
}

// oldRow is the row that a new one meets: in a file, of which no more than necessary is read, or in memory.
type oldRow struct {
	layout *layout
	place  *place
	row    parquet.Row
}

func (o *oldRow) age() (sink.Age, error) {
	if o.row != nil {
		return o.layout.ageOf(o.row), nil
	}
	return o.place.age()
}

func (o *oldRow) deleted() (parquet.Value, error) {
	if o.row != nil {
		return *field(o.row, o.layout.deleted), nil
	}
	return o.place.value(o.layout.deleted)
}

func (o *oldRow) whole() (parquet.Row, error) {
	if o.row != nil {
		return o.row, nil
	}
	return o.place.row()
}

// gone are the live rows of one month that the transaction did not write, marked as gone.
type gone struct {
	*settling
	current source
	month   month
}

func (g *gone) close() error { return g.current.close() }

func (g *gone) next() (parquet.Row, error) {
	for {
		row, err := g.current.next()
		if row == nil || err != nil {
			return nil, err
		}
		if g.layout.isDeleted(row) || g.layout.monthOf(row) != g.month || isSeen(g.seen, g.layout.keyOf(row)) {
			continue
		}
		g.counts.Deleted++
		g.layout.set(row, g.layout.deleted, parquet.Int64Value(g.markAt.UnixMicro()))
		g.layout.set(row, g.layout.run, parquet.ByteArrayValue([]byte(g.run)))
		return row, nil
	}
}

func isSeen(seen []parquet.Value, key parquet.Value) bool {
	_, found := slices.BinarySearchFunc(seen, key, compareKeys)
	return found
}

// rowList is a source of rows in memory.
type rowList struct{ rows []parquet.Row }

func (r *rowList) close() error { return nil }

func (r *rowList) next() (parquet.Row, error) {
	if len(r.rows) == 0 {
		return nil, nil
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}
