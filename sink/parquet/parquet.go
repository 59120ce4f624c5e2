// Package parquet keeps the tables in Parquet files below a folder, the lake.
//
// <lake>/<table>/**/*.parquet holds exactly the current rows, one a key. A partition - a month of creation of a large
// table, the whole of a small one - is one file, replaced by one rename. Rows are decided on as they come, a pile at a
// time: sorted by key they meet the current ones, whose keys, versions and, where those are equal, contents are looked up by
// page index; what takes the place of something is written, a sorted file a partition, to _desklake/waiting. One rename of
// _desklake/manifest.json, which names those files and has checkpoints, loads and issues, commits all of it. A file that
// the manifest does not name was never committed, and its name will be used again. Merging, at Settle or when much
// waits, decides nothing: of each key it keeps the row that came last, streaming sorted files into a new one; so it can be
// broken off anywhere and repeated, and what waits is forgotten only behind it. Memory is bounded by blocks of files, not
// by rows; the cost follows the partitions with changes. The kernel's lock on _desklake/lock makes runs take turns.
// Start with Open, then tx.go, settle.go, commit.go and merge.go; desklake's own tables are in books.go and history.go.
package parquet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parquet-go/parquet-go/bloom"

	"desklake/internal/durable"
	"desklake/sink"
)

// Below the lake's folder, in this package's own one.
const (
	own          = "_desklake"
	drafts       = own + "/drafts"  // what is not finished
	waiting      = own + "/waiting" // what is committed and not merged yet
	manifestName = own + "/manifest.json"
	lockName     = own + "/lock"
)

// Options say how a lake is opened. Path is required, the zero of everything else is a good default.
type Options struct {
	Path   string // a folder, which is made where there is none
	Source string // whose tables these are, where there are several, each with a lake of its own; empty for the only one

	// LockWait is how long to wait for a lake that another process has open. 0 does not wait.
	LockWait time.Duration

	// Waiting is called once when waiting begins, with who has the lake open ("" where that is not known).
	Waiting func(holder string)

	disk        disk
	mergeRows   int64 // manyRows
	manyWaiting int   // manyWaiting
	chapterRuns int   // chapterRuns
}

// Sink is an open lake. It implements sink.Sink.
type Sink struct {
	path        string
	source      string // by the name that the configuration gives it
	disk        disk
	mergeRows   int64
	manyWaiting int
	chapterRuns int
	lock        *durable.Lock
	filters     filters
	compared    compared
	piled       atomic.Int64 // bytes in the piles of all transactions

	mu       sync.Mutex // guards what follows
	manifest *manifest  // as it is stored; replaced, never changed
	books
	prepared bool   // Prepare has looked at the files
	run      string // the one under way, for the files' metadata
	unmerged error  // of merging in the middle of the run
	broken   error  // set once the manifest could not be stored
}

var _ sink.Sink = (*Sink)(nil)

// Open opens the lake, or creates it, and takes its lock. Errors: *sink.Locked when another process still has it open
// after LockWait; every other one is about the path and says what to do.
func Open(ctx context.Context, o Options) (*Sink, error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, err
	}
	if err := o.check(path); err != nil {
		return nil, err
	}
	s := &Sink{path: path, source: o.Source, disk: o.disk, mergeRows: cmp.Or(o.mergeRows, manyRows), manyWaiting: cmp.Or(o.manyWaiting, manyWaiting),
		chapterRuns: cmp.Or(o.chapterRuns, chapterRuns),
		filters:     filters{byFile: map[string][]bloom.SplitBlockFilter{}}, compared: compared{whole: map[string]string{}}}
	if err := s.disk.makeFolder(filepath.Join(path, drafts)); err != nil {
		return nil, explain(path, err)
	}
	if s.lock, err = sink.TakeLock(ctx, path, filepath.Join(path, lockName), o.LockWait, o.Waiting); err != nil {
		return nil, explain(path, err)
	}
	if s.manifest, err = readManifest(path); err == nil {
		err = s.disk.syncFolder(filepath.Join(path, own)) // a run that was killed may not have come to that
	}
	if err == nil {
		err = s.carryOver()
	}
	if err == nil {
		for name, t := range s.manifest.Tables {
			s.manifest.Tables[name] = s.files().current(t)
		}
		err = errors.Join(s.clear(), s.setOldAside())
	}
	if err != nil {
		return nil, errors.Join(explain(path, err), s.lock.Unlock())
	}
	return s, nil
}

// clear removes what an earlier run that was killed left behind: drafts, and waiting files that were never committed
// or are merged already.
func (s *Sink) clear() error {
	named := map[string]bool{}
	for name, t := range s.manifest.Tables {
		for at, p := range t.Partitions {
			if draft := draftName(name, at); !s.isMissing(draft) {
				s.remove(draft)
			}
			for _, f := range p.Waiting {
				named[f.Name] = true
			}
		}
	}
	for _, folder := range []string{drafts, waiting} {
		err := filepath.WalkDir(filepath.Join(s.path, folder), func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(s.path, path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && (d.IsDir() || named[name] || name == filepath.FromSlash(folder)) { // which may be a link
				return nil
			}
			if err == nil && folder == waiting && d.Type()&fs.ModeSymlink != 0 { // the folder of a table
				return nil
			}
			if err == nil {
				err = s.disk.remove(path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Settle merges what waits, and writes desklake's own tables into their files.
func (s *Sink) Settle(ctx context.Context) error {
	if s.broken != nil || len(s.manifest.Tables) == 0 {
		return nil // the error was told when it happened; and where nothing was prepared nothing was written
	}
	if err := s.locked(); err != nil {
		return err
	}
	var failed error
	for _, name := range slices.Sorted(maps.Keys(s.manifest.Tables)) {
		failed = errors.Join(failed, s.merge(ctx, name, s.run))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(failed, cmp.Or(ctx.Err(), s.writeBooks()))
}

// Close releases the lock.
func (s *Sink) Close() error { return s.lock.Unlock() }

func (s *Sink) files() files { return files{root: s.path} }

// table is a table as it is committed.
func (s *Sink) table(name string) (*tableState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.manifest.Tables[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%s: the table was not prepared", name)
}

// DeleteCheckpoint forgets a stream's checkpoint. Files of its tables that are missing or cut off are forgotten with it:
// the stream is read again from its start. Behind Prepare, which found all of them, it is the end of a window that is
// forgotten, and the next Prepare has to tell what was harmed meanwhile.
func (s *Sink) DeleteCheckpoint(_ context.Context, stream string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, stored := s.manifest.Checkpoints[stream]
	if !stored {
		return nil
	}
	if err := cmp.Or(s.broken, s.locked()); err != nil {
		return err
	}
	tables := s.manifest.clone().Tables
	for _, name := range c.Tables {
		if t := tables[name]; t != nil && !s.prepared {
			if err := s.forgetBroken(t); err != nil {
				return err
			}
		}
	}
	return s.update(func(m *manifest) {
		delete(m.Checkpoints, stream)
		m.Tables = tables
	})
}
