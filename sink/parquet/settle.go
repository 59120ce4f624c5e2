package parquet

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// settling decides for the rows of one pile, of each key in one partition, which of them take the place of what is there.
// Those are written into files that wait: one a partition, sorted by key. Later merging decides nothing any more; what
// waits longest counts least.
type settling struct {
	*change
	keys   []pileRow         // by key
	rows   []pileRow         // that are left to be settled, by partition and key
	strays map[string]*stray // by key
}

// settle settles what was written so far. Where a key comes in several partitions, the rows behind the first of them
// wait for the next turn: what is written later counts more.
func (c *change) settle() error {
	defer c.clear()
	for rows := c.pile.rows; len(rows) > 0; {
		now, later := firstTurn(rows)
		if err := c.settleRows(now); err != nil {
			return err
		}
		rows = later
	}
	return nil
}

// firstTurn sorts rows by key, in the order in which they were written, and takes those apart that can't be settled yet.
func firstTurn(rows []pileRow) (now, later []pileRow) {
	slices.SortFunc(rows, func(a, b pileRow) int { return cmp.Or(compareKeys(a.key, b.key), cmp.Compare(a.batch, b.batch)) })
	moved := false
	for i, r := range rows {
		same := i > 0 && compareKeys(rows[i-1].key, r.key) == 0
		moved = same && (moved || rows[i-1].month != r.month)
		if moved {
			later = append(later, r)
		} else {
			now = append(now, r)
		}
	}
	return now, later
}

func (c *change) settleRows(keys []pileRow) error {
	c.piles++
	c.layout.askClock()
	name := fmt.Sprintf("%s-%d", c.name, c.piles)
	s := &settling{change: c, keys: keys, rows: slices.Clone(keys), strays: map[string]*stray{}}
	slices.SortStableFunc(s.rows, func(a, b pileRow) int { return cmp.Compare(a.month, b.month) })
	if err := s.findStrays(); err != nil {
		return err
	}
	for len(s.rows) > 0 {
		at := s.rows[0].month
		if err := c.wait(at, name, &winners{settling: s, month: at}, false); err != nil {
			return err
		}
	}
	return s.leave(name)
}

// wait writes rows, if there are any, into a file that waits for its partition.
func (c *change) wait(at month, name string, rows source, removes bool) error {
	first, err := rows.next()
	if first == nil || err != nil {
		return errors.Join(err, rows.close())
	}
	path := filepath.Join(waiting, c.layout.name, name+"."+cmp.Or(at.String(), "all")+".parquet")
	c.made = append(c.made, path)
	w, err := c.sink.writeFile(c.layout, path, c.run, quick, &begun{rows, first})
	if err != nil {
		return err
	}
	w.Removes = removes
	c.view.parts[at] = append(c.view.parts[at], c.view.file(w.partFile, false))
	return c.fold(at)
}

// begun is a source whose first row was taken out already.
type begun struct {
	source
	first parquet.Row
}

func (b *begun) next() (row parquet.Row, err error) {
	if row, b.first = b.first, nil; row != nil {
		return row, nil
	}
	return b.source.next()
}

// manyWaiting is from how many waiting files of a partition on the smaller ones are taken together.
const manyWaiting = 12

// fold takes the latest files of a partition together as long as the one before is not much larger: many small
// commits leave few files, and no row is written often.
func (c *change) fold(at month) error {
	files := c.view.parts[at]
	from, rows := len(files)-1, files[len(files)-1].Rows
	for from > 0 && !files[from-1].base && files[from-1].Rows < 2*rows {
		from--
		rows += files[from].Rows
	}
	if len(c.view.waiting(at)) <= c.sink.manyWaiting || from == len(files)-1 {
		return nil
	}
	merged, err := readNewest(c.layout, c.sink.files(), at, c.view.files(at)[from:])
	if err != nil {
		return err
	}
	removes := slices.ContainsFunc(files[from:], func(f viewFile) bool { return f.Removes })
	last, _, _ := strings.Cut(filepath.Base(files[len(files)-1].Name), ".")
	c.view.parts[at] = files[:from:from]
	return c.wait(at, fmt.Sprintf("%s-%d", last, len(files)-from), merged, removes)
}
