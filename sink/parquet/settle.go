package parquet

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"desklake/sink"
)

// settling decides for the rows that a transaction wrote into one table which of them take the place of what is
// there, and writes those into files that wait: one a partition, sorted by key. Later merging decides nothing any
// more; what waits longest counts least.
type settling struct {
	sink   *Sink
	layout *layout
	pile   *pile
	view   *view
	name   string // of the files: stream and number of the commit
	run    string
	counts sink.Counts
	strays map[string]*stray // by key

	markAt  *time.Time // mark what is live and not among seen as gone at that time
	seen    []parquet.Value
	written []string // names of files that are there because of this transaction
}

// months settles one partition after another.
func (s *settling) months() error {
	if err := s.findStrays(); err != nil {
		return err
	}
	rows, err := s.pile.sorted()
	if err != nil {
		return errors.Join(err, closeAll(rows))
	}
	defer func() { _ = rows.close() }() // it was read only
	var marked []month
	if s.markAt != nil {
		for at := range s.view.parts {
			marked = append(marked, at)
		}
		slices.Sort(marked)
	}
	for {
		at, more := whole, len(marked) > 0
		if more {
			at = marked[0]
		}
		if first := rows.first(); first != nil {
			if m := s.layout.monthOf(first.row); !more || m < at {
				at, more = m, true
			}
		}
		if !more {
			return s.leave()
		}
		marks := len(marked) > 0 && marked[0] == at
		if marks {
			marked = marked[1:]
		}
		if err := s.month(at, rows, marks); err != nil {
			return err
		}
	}
}

func closeAll(h *heads) error {
	if h == nil {
		return nil
	}
	return h.close()
}

// month writes the file of one partition, if there is anything for it.
func (s *settling) month(at month, rows *heads, marks bool) error {
	sources := []source{&winners{settling: s, rows: rows, month: at}}
	if marks {
		current, err := s.view.current(at)
		if err != nil {
			return err
		}
		sources = append(sources, &gone{settling: s, current: current, month: at})
	}
	merged, err := newNewest(s.layout, sources...)
	if err == nil && merged.first() != nil {
		return s.wait(at, s.name, merged, false)
	}
	return errors.Join(err, merged.close())
}

// wait writes rows into a file that waits for its partition.
func (s *settling) wait(at month, name string, rows source, removes bool) error {
	path := filepath.Join(waiting, s.layout.name, name+"."+cmp.Or(at.String(), "all")+".parquet")
	s.written = append(s.written, path)
	w, err := s.sink.write(s.layout, path, s.run)
	if err != nil {
		return errors.Join(err, rows.close())
	}
	if err := w.copyAll(rows, nil); err != nil {
		w.abandon()
		return err
	}
	if err := w.finish(); err != nil {
		return err
	}
	w.Removes = removes
	s.view.parts[at] = append(s.view.parts[at], s.view.file(w.partFile, false))
	return s.fold(at)
}

// manyWaiting is from how many waiting files of a partition on the smaller ones are taken together.
const manyWaiting = 4

// fold takes the latest files of a partition together as long as the one before is not much larger: many small
// commits leave few files, and no row is written often.
func (s *settling) fold(at month) error {
	files := s.view.parts[at]
	from, rows := len(files)-1, files[len(files)-1].Rows
	for from > 0 && !files[from-1].base && files[from-1].Rows < 2*rows {
		from--
		rows += files[from].Rows
	}
	if len(s.view.waiting(at)) <= manyWaiting || from == len(files)-1 {
		return nil
	}
	var names []string
	removes := false
	for _, f := range slices.Backward(files[from:]) {
		names, removes = append(names, f.Name), removes || f.Removes
	}
	merged, err := readNewest(s.layout, s.sink.path, names)
	if err != nil {
		return err
	}
	s.view.parts[at] = files[:from:from]
	last, _, _ := strings.Cut(filepath.Base(files[len(files)-1].Name), ".")
	name := fmt.Sprintf("%s-%d", last, len(files)-from)
	return s.wait(at, name, merged, removes)
}

// abandon removes what was written.
func (s *settling) abandon() {
	for _, name := range s.written {
		s.sink.remove(name)
	}
}
