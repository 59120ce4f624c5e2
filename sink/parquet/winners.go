package parquet

import (
	"github.com/parquet-go/parquet-go"

	"desklake/sink"
)

// winners are the rows of one partition that take the place of what is there.
type winners struct {
	*settling
	month       month
	fresh, kept parquet.Row // rows in turn: the one that is being looked at, and the one that is to stay
}

func (w *winners) close() error { return nil }

func (w *winners) next() (parquet.Row, error) {
	for len(w.rows) > 0 && w.rows[0].month == w.month {
		row, err := w.settleKey(w.rows[0].key)
		if row != nil || err != nil {
			return row, err
		}
	}
	return nil, nil
}

// settleKey takes all rows with a key, one after another in the order in which they were written. It returns the one
// that stays, nil where what is there does.
func (w *winners) settleKey(key parquet.Value) (parquet.Row, error) {
	old, stray, err := w.find(key)
	if err != nil {
		return nil, err
	}
	won := false
	for len(w.rows) > 0 && w.rows[0].month == w.month && compareKeys(w.rows[0].key, key) == 0 {
		w.fresh = w.pile.row(w.fresh[:0], w.rows[0])
		if !w.rows[0].deletion.Said {
			if err := w.stayDeleted(old, w.fresh); err != nil {
				return nil, err
			}
		}
		wins, err := w.apply(&old, w.fresh)
		if err != nil {
			return nil, err
		}
		if wins {
			won = true
			w.fresh, w.kept = w.kept, w.fresh
		}
		w.rows = w.rows[1:]
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
		old.row = stray.row
	case stray.known:
		old.place, err = w.view.find(stray.month, key)
	}
	return old, stray, err
}

// apply is sink.Tx.Write for one row: it becomes the old one, or it does not.
func (w *winners) apply(old *oldRow, row parquet.Row) (bool, error) {
	if old.place == nil && old.row == nil {
		w.counts.Inserted++
		old.row = row
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
	isGone, wasGone := w.layout.isDeleted(row), !deleted.IsNull()
	if isGone && wasGone {
		w.layout.set(row, w.layout.deleted, deleted)
	}
	w.counts.Replace(wasGone, isGone)
	*old = oldRow{layout: w.layout, row: row}
	return true, nil
}

// stayDeleted lets a row that does not say whether it is gone be what the old one is.
func (w *winners) stayDeleted(old oldRow, row parquet.Row) error {
	if old.place == nil && old.row == nil {
		return nil
	}
	deleted, err := old.deleted()
	if err == nil && !deleted.IsNull() {
		w.layout.set(row, w.layout.deleted, deleted)
	}
	return err
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
