package parquet

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/parquet-go/parquet-go"

	"desklake/schema"
	"desklake/sink"
)

// book is one of desklake's own tables. It is small enough to be held in memory. A changed row is stored whole in the
// manifest, with what it belongs to; at the end of a run all rows are written into the table's file. Doing that twice
// changes nothing.
type book[R any] struct {
	name  string
	key   func(*R) [4]string
	rows  []R
	at    map[[4]string]int
	dirty map[int]bool
}

func newBook[R any](name string, key func(*R) [4]string) *book[R] {
	return &book[R]{name: name, key: key, at: map[[4]string]int{}, dirty: map[int]bool{}}
}

func newBooks() (*book[runRow], *book[loadRow], *book[issueRow]) {
	return newBook("runs", func(r *runRow) [4]string { return [4]string{r.ID} }),
		newBook("loads", func(r *loadRow) [4]string { return [4]string{r.Run, r.Stream, r.Table} }),
		newBook("issues", func(r *issueRow) [4]string { return [4]string{r.Table, r.Key, r.Column, r.Reason} })
}

func (b *book[R]) path(root string) string {
	return filepath.Join(root, own, b.name, b.name+".parquet")
}

// open reads the table's file, and the rows that are in the manifest only.
func (b *book[R]) open(root string, changed []R) error {
	f, err := os.Open(b.path(root))
	if err == nil {
		err = b.read(f)
		f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return damaged(b.path(root), err)
	}
	for _, r := range changed {
		b.put(r)
	}
	return nil
}

func (b *book[R]) read(f *os.File) error {
	r := parquet.NewGenericReader[R](f)
	b.rows = make([]R, r.NumRows())
	n, err := r.Read(b.rows)
	if n < len(b.rows) {
		return errors.Join(err, io.ErrUnexpectedEOF, r.Close())
	}
	if err := r.Close(); err != nil {
		return err
	}
	for i := range b.rows {
		b.at[b.key(&b.rows[i])] = i
	}
	return nil
}

// get returns the row with r's key as it stands; false where there is none.
func (b *book[R]) get(r R) (R, bool) {
	i, found := b.at[b.key(&r)]
	if !found {
		return r, false
	}
	return b.rows[i], true
}

// put stores a row, in the place of the one with its key.
func (b *book[R]) put(r R) {
	i, found := b.at[b.key(&r)]
	if !found {
		i = len(b.rows)
		b.at[b.key(&r)] = i
		b.rows = append(b.rows, r)
	}
	b.rows[i] = r
	b.dirty[i] = true
}

// changed are the rows that are not in the table's file yet.
func (b *book[R]) changed() (rows []R) {
	for i := range b.rows {
		if b.dirty[i] {
			rows = append(rows, b.rows[i])
		}
	}
	return rows
}

// write writes the table's file if a row has changed.
func (b *book[R]) write(d disk, root string) error {
	if _, err := os.Stat(b.path(root)); err == nil && len(b.dirty) == 0 {
		return nil
	}
	if err := d.makeFolder(filepath.Dir(b.path(root))); err != nil {
		return err
	}
	err := d.replace(b.path(root), filepath.Join(root, drafts), func(to io.Writer) error {
		w := parquet.NewGenericWriter[R](to, parquet.Compression(&parquet.Zstd))
		_, err := w.Write(b.rows)
		return errors.Join(err, w.Close())
	})
	if err == nil {
		clear(b.dirty)
	}
	return err
}

// openBooks reads desklake's own tables, once.
func (s *Sink) openBooks() error {
	if s.booksOpen {
		return nil
	}
	err := errors.Join(s.runs.open(s.path, s.manifest.Runs), s.loads.open(s.path, s.manifest.Loads),
		s.issues.open(s.path, s.manifest.Issues))
	s.booksOpen = err == nil
	return err
}

// writeBooks writes desklake's own tables into their files.
func (s *Sink) writeBooks() error {
	err := s.openBooks()
	if err == nil {
		err = errors.Join(s.runs.write(s.disk, s.path), s.loads.write(s.disk, s.path), s.issues.write(s.disk, s.path))
	}
	return explain(s.path, err)
}

func (s *Sink) addIssues(run string, at time.Time, issues []schema.Issue) {
	for _, i := range issues {
		r := issueRow{Table: i.Table, Key: i.Key, Column: i.Column, Reason: i.Reason, First: at.UTC()}
		r, _ = s.issues.get(r)
		r.Value, r.Last, r.Run = i.Value, at.UTC(), run
		r.Count += max(i.Count, 1)
		s.issues.put(r)
	}
}

// addLoads adds what a transaction did to the run's rows.
func (s *Sink) addLoads(t *tx, c sink.Commit, changes map[string]*change) {
	cost := c.Load
	for _, table := range c.Load.Tables {
		r, _ := s.loads.get(loadRow{Run: t.run, Stream: t.stream, Table: table, CursorBefore: cost.CursorBefore})
		var n sink.Counts
		if changes[table] != nil {
			n = changes[table].counts
		}
		r.Read += n.Read
		r.Inserted += n.Inserted
		r.Updated += n.Updated
		r.Unchanged += n.Unchanged
		r.Deleted += n.Deleted
		r.Requests += int64(cost.Requests)
		r.Retries += int64(cost.Retries)
		r.Waited += cost.Waited.Seconds()
		r.CursorAfter, r.Committed = cost.CursorAfter, c.At.UTC()
		r.Outcome, r.Error = string(c.Load.Outcome), c.Load.Error
		s.loads.put(r)
		cost = sink.Load{CursorBefore: cost.CursorBefore, CursorAfter: cost.CursorAfter}
	}
}
