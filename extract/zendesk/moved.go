package zendesk

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"

	"desklake/extract/rest"
)

// A list that is read by page number moves when a row is deleted: those behind it come forward, and the one at the
// border of two pages is on neither. Nothing tells of it for certain but the pages themselves: what stood where when the
// last page was read. A list by cursor moves where its rows are in an order that changes, such as that of popular tags: a
// record that falls behind what follows it is met twice, one that rises in front of what was read is not met.

// movedError is a contradiction in one reading of a list, or that records of it were met twice.
type movedError struct {
	evidence string
	twice    bool // nothing but that records were met twice, by a reading that came to its end
	empty    int  // rows of the full pages that an empty one came behind; 0 if there was none, or they were not full
}

func (e *movedError) Error() string { return "the list changed while it was read: " + e.evidence }

func changed(format string, args ...any) error {
	return &movedError{evidence: fmt.Sprintf(format, args...)}
}

// places is which record stood where in one reading of a list by page number.
type places struct {
	count  int // -1 until a page tells it
	record map[int]int64
	place  map[int64]int
}

func newPlaces() *places {
	return &places{count: -1, record: map[int]int64{}, place: map[int64]int{}}
}

// begins is where in the list the page begins, in rows.
func (f fetched) begins() int { return (f.Number - 1) * f.Asked }

// add adds a page, and returns a movedError if it contradicts those before.
func (p *places) add(f fetched) error {
	if p.count >= 0 && f.count >= 0 && f.count != p.count {
		return changed("the count was %d and then %d", p.count, f.count)
	}
	p.count = max(p.count, f.count)
	for i, r := range f.each {
		at := f.begins() + i
		place, met := p.place[r.id]
		record, known := p.record[at]
		switch {
		case r.id == 0: // without a usable id
		case met && place != at:
			return changed("the record at place %d was at place %d before", at+1, place+1)
		case known && record != r.id:
			return changed("another record was at place %d before", at+1)
		}
		if r.id != 0 {
			p.record[at], p.place[r.id] = r.id, at
		}
	}
	return nil
}

// moved asks again for the rows in front of the last page. Where they stand as they did, no row can have come from one
// page to another unseen.
func (l *listing) moved(ctx context.Context, q url.Values, met *places, last int) (moved, err error) {
	for ahead := 0; ahead < last; {
		f, err := l.fetch(ctx, &rest.Request{RowsAhead: ahead}, q)
		if err != nil {
			return nil, err
		}
		if err := met.add(f); err != nil {
			return err, nil
		}
		if end := f.begins() + f.rows; end < last && f.rows < f.Asked {
			return changed("there were %d rows, and then %d", last, end), nil
		}
		ahead = f.begins() + f.Asked
	}
	return nil, nil
}

// sameRecords reports that two pages have the same records in the same order, and each has an id.
func sameRecords(a, b []row) bool {
	return len(a) > 0 && slices.EqualFunc(a, b, func(x, y row) bool { return x.id != 0 && x.id == y.id })
}

// border is what is kept of one reading of a list by cursor, which can have millions of rows.
type border struct {
	rows   int
	twice  bool            // a record was on two pages
	before map[int64]bool  // the records of the page before
	pages  map[uint64]bool // what stood on each page, as a hash
}

// repeats reports that the same records, as they are, stood on an earlier page: it was answered twice.
func (b *border) repeats(f fetched) bool {
	h := fnv.New64a()
	for _, r := range f.each {
		fmt.Fprintln(h, r.id, r.updated.UnixNano())
	}
	if b.pages == nil {
		b.pages = map[uint64]bool{}
	}
	again := f.rows > 0 && b.pages[h.Sum64()]
	b.pages[h.Sum64()] = true
	return again
}

// pass goes over to the next page, and returns a movedError if it contradicts those before.
func (b *border) pass(f fetched, last bool) error {
	if b.repeats(f) {
		return changed("a page came twice")
	}
	before := b.before
	b.before = make(map[int64]bool, len(f.each))
	b.rows += f.rows
	for _, r := range f.each {
		if r.id != 0 && before[r.id] {
			b.twice = true
		}
		b.before[r.id] = true
	}
	switch {
	case last && f.count > b.rows:
		return changed("it ended after %d of %d rows", b.rows, f.count)
	case last && b.twice:
		return &movedError{evidence: "a record was on two pages", twice: true}
	}
	return nil
}
