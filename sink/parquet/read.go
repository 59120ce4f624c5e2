package parquet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"reflect"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// reader is a lake as a manifest has it. The files of the tables that it was asked for are open, as a merge takes their names away.
type reader struct {
	look        *Sink
	checkpoints map[string]state.Checkpoint
	tables      map[string]*tableState
	files       files
	known       *compared
}

// Read implements sink.Sink.
func (s *Sink) Read(_ context.Context, tables ...string) (sink.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return newReader(&Sink{path: s.path, source: s.source, manifest: s.manifest}, &s.compared, tables)
}

// read opens a lake for reading, also beside a run that is under way: where a table changes while its files are opened, they
// are opened again.
func read(ctx context.Context, o Options, tables []string) (sink.Reader, error) {
	look, err := lookAt(o)
	for err == nil && ctx.Err() == nil {
		r, failed := newReader(look, &compared{whole: map[string]string{}}, tables)
		before := look
		if look, err = lookAt(o); err == nil && look.manifest.same(before.manifest, tables) {
			return r, failed
		}
		if failed == nil {
			err = errors.Join(err, r.Close())
		}
	}
	return nil, cmp.Or(err, ctx.Err())
}

// same reports whether tables stand in two manifests as they do in the other.
func (m *manifest) same(o *manifest, tables []string) bool {
	for _, name := range tables {
		if !reflect.DeepEqual(m.Tables[name], o.Tables[name]) {
			return false
		}
	}
	return true
}

// newReader holds what the tables are made of. A run that is under way may have replaced a file by now: which bytes it has says nothing
// of what is lost.
func newReader(look *Sink, known *compared, tables []string) (sink.Reader, error) {
	checkpoints := look.checkpoints(func(_ string, t *tableState) bool { return look.isLost(t) })
	r := &reader{look: look, checkpoints: checkpoints, tables: map[string]*tableState{}, files: files{look.path, map[string]*os.File{}}, known: known}
	for _, name := range tables {
		if err := r.hold(name); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: read: %w", name, explain(look.path, err)), r.Close())
		}
	}
	return r, nil
}

// hold opens the files of a table. Those that a merge is putting into their places just now may be there or not.
func (r *reader) hold(name string) error {
	t := r.look.manifest.Tables[name]
	if t == nil {
		return &sink.NotYet{Path: r.files.path(name)}
	}
	for _, p := range t.Partitions {
		named := p.files()
		if p.Next != nil {
			named = append(named, p.Next.partFile)
		}
		for _, f := range named {
			if r.files.held[f.Name] != nil {
				continue
			}
			opened, err := os.Open(r.files.path(f.Name))
			switch {
			case err == nil:
				r.files.held[f.Name] = opened
			case errors.Is(err, fs.ErrNotExist) && p.Name == "" && p.Next != nil && f.Name == p.Next.Name: // as it never was there
			default:
				return err
			}
		}
	}
	r.tables[name] = r.files.current(t)
	return nil
}

// Report implements sink.Reader.
func (r *reader) Report(_ context.Context, look sink.Look) (sink.Report, error) {
	s := &Sink{path: r.look.path, source: r.look.source, manifest: r.look.manifest}
	return s.report(r.checkpoints, look)
}

// Close implements sink.Reader.
func (r *reader) Close() (err error) {
	for _, f := range r.files.held {
		err = errors.Join(err, f.Close())
	}
	return err
}

// Rows implements sink.Reader.
func (r *reader) Rows(ctx context.Context, table *schema.Table, keys schema.Keys) iter.Seq2[schema.Batch, error] {
	return func(yield func(schema.Batch, error) bool) {
		t := r.tables[table.Name]
		err := errors.New("the reader was not asked for the table")
		if t != nil {
			_, err = r.look.columns(table, t.Columns)
		}
		if err == nil {
			of := &committed{r.files, t, newNarrow(table, t), r.known}
			err = of.read(ctx, table, keys, func(b schema.Batch) bool { return yield(b, nil) })
		}
		if err != nil {
			yield(schema.Batch{}, fmt.Errorf("%s: read: %w", table.Name, explain(r.look.path, err)))
		}
	}
}
