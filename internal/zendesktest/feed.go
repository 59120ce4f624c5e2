package zendesktest

import (
	"cmp"
	"iter"
	"slices"
	"sync"
)

// feed is the rows of one export in the order in which the export gives them: by the time of their last change
// and, within a second, by id. Rows of the generated past are found in the history; rows that changed since
// are in a sorted list.
type feed struct {
	history *history
	id      func(row int64, step int) int64

	// keep says which steps of the past count: each row's last one where nil.
	keep func(step step) bool

	early   func() []entry  // the whole past in order, of a small history; else nil
	later   []entry         // sorted; entries of rows that changed once more are stale
	changed map[int64]int64 // row to time of its last change; nil where each step is an entry of its own
	stale   int
}

// small is the number of rows up to which a past is laid out once instead of being looked up hour by hour: with few
// rows most hours are empty.
const small = 20_000

func (f *feed) open() {
	if f.history.rows() <= small {
		f.early = sync.OnceValue(f.layOut)
	}
}

func (f *feed) layOut() []entry {
	var all []entry
	var life [maxSteps]int64
	for row := range f.history.rows() {
		times := f.history.life(row, life[:0])
		for j, at := range times {
			if f.keeps(row, j, j == len(times)-1) {
				all = append(all, entry{at: at, id: f.id(row, j), row: row, step: j})
			}
		}
	}
	slices.SortFunc(all, entry.compare)
	return all
}

func (f *feed) keeps(row int64, step int, last bool) bool {
	if f.keep == nil {
		return last
	}
	return f.keep(f.history.story(row).steps[step])
}

// entry is a place in a feed.
type entry struct {
	at, id int64
	row    int64
	step   int
}

func (e entry) compare(o entry) int { return cmp.Or(cmp.Compare(e.at, o.at), cmp.Compare(e.id, o.id)) }

// touch records that the row changed.
func (f *feed) touch(row int64, step int, at int64) {
	if f.changed != nil {
		if before, ok := f.changed[row]; ok {
			if before == at {
				return
			}
			f.stale++
		}
		f.changed[row] = at
	}
	e := entry{at: at, id: f.id(row, step), row: row, step: step}
	i := len(f.later)
	if i > 0 && e.compare(f.later[i-1]) <= 0 {
		i, _ = slices.BinarySearchFunc(f.later, e, entry.compare)
	}
	f.later = slices.Insert(f.later, i, e)
	if f.stale > len(f.later)/2 {
		f.later = slices.DeleteFunc(f.later, f.isStale)
		f.stale = 0
	}
}

func (f *feed) isStale(e entry) bool { return f.changed != nil && f.changed[e.row] != e.at }

// behind yields the entries behind the mark in order.
func (f *feed) behind(mark entry) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		later := f.later[after(f.later, mark):]
		for e := range f.past(mark) {
			for ; len(later) > 0 && later[0].compare(e) < 0; later = later[1:] {
				if !f.isStale(later[0]) && !yield(later[0]) {
					return
				}
			}
			if _, ok := f.changed[e.row]; !ok && !yield(e) {
				return
			}
		}
		for _, e := range later {
			if !f.isStale(e) && !yield(e) {
				return
			}
		}
	}
}

// after returns the position of the first entry behind the mark.
func after(entries []entry, mark entry) int {
	i, found := slices.BinarySearchFunc(entries, mark, entry.compare)
	if found {
		i++
	}
	return i
}

// past yields the entries of the past behind the mark in order, changed or not.
func (f *feed) past(mark entry) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		if f.early != nil {
			all := f.early()
			for _, e := range all[after(all, mark):] {
				if !yield(e) {
					return
				}
			}
			return
		}
		var found []entry
		for h := f.history.hourOf(mark.at); h < f.history.hours(); h++ {
			found = f.in(h, found[:0])
			for _, e := range found {
				if e.compare(mark) > 0 && !yield(e) {
					return
				}
			}
		}
	}
}

// in appends the hour's entries in order.
func (f *feed) in(h int, dst []entry) []entry {
	var life [maxSteps]int64
	f.history.in(h, func(row int64, step int, last bool) {
		if f.keeps(row, step, last) {
			at := f.history.life(row, life[:0])[step]
			dst = append(dst, entry{at: at, id: f.id(row, step), row: row, step: step})
		}
	})
	slices.SortFunc(dst, entry.compare)
	return dst
}
