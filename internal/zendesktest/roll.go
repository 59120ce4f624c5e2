package zendesktest

import (
	"slices"
	"time"
)

// roll is a table of lazily generated rows that change over time: users, organizations.
type roll struct {
	history *history
	feed    feed
	added   []int64         // times of birth of the rows that came after the generated past
	gone    map[int64]int64 // when rows were deleted since; 0 for one that was restored
	kept    int64           // so many of the first rows don't end, whatever their story says
}

func newRoll(h *history, id func(row int64) int64) *roll {
	return &roll{
		history: h,
		feed:    feed{history: h, id: func(row int64, _ int) int64 { return id(row) }, changed: map[int64]int64{}},
		gone:    map[int64]int64{},
	}
}

func (r *roll) rows() int64 { return r.history.rows() + int64(len(r.added)) }

// born returns when the row came to be.
func (r *roll) born(row int64) int64 {
	if row >= r.history.rows() {
		return r.added[row-r.history.rows()]
	}
	var life [maxSteps]int64
	return r.history.life(row, life[:0])[0]
}

// standing is what time has made of a row.
type standing struct {
	created, updated int64
	ended            int64 // 0 while it lives
	edits            int
}

func (r *roll) standing(row int64) standing {
	var s standing
	if row >= r.history.rows() {
		s.created = r.added[row-r.history.rows()]
	} else {
		var life [maxSteps]int64
		times := r.history.life(row, life[:0])
		s.created, s.updated, s.edits = times[0], times[len(times)-1], len(times)-1
		if row >= r.kept && r.history.came(row, ended) {
			s.ended = s.updated
		}
	}
	if at, ok := r.feed.changed[row]; ok {
		s.updated = at
	}
	if at, ok := r.gone[row]; ok {
		s.ended = at
	}
	return s
}

// add makes a new row and returns it.
func (r *roll) add(at int64) int64 {
	r.added = append(r.added, at)
	row := r.rows() - 1
	r.feed.touch(row, 0, at)
	return row
}

// find returns the row that has the id.
func (r *roll) find(id int64, rowOf func(int64) int64) (int64, bool) {
	row := rowOf(id)
	return row, row >= 0 && row < r.rows() && r.feed.id(row, 0) == id
}

// ascii says whether s can stand in an email address.
func ascii(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < 'A' || c > 'z' || c > 'Z' && c < 'a' })
}

func dateTime(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }
