package duckdb

import (
	"cmp"
	"context"
	"sync"

	"desklake/sink"
)

// reader is a transaction that only reads, on a connection of its own.
type reader struct {
	there  layout
	tables map[string]tableColumns // those that it was asked for
	end    func()

	mu   sync.Mutex // guards look: the file can be opened anew, which ends the reading
	look *Sink      // whose own connection is the reader's; nil at the end
}

// Read implements sink.Sink.
func (s *Sink) Read(ctx context.Context, tables ...string) (sink.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil, cmp.Or(s.lost, errNotOpen)
	}
	c, err := s.db.connect()
	if err != nil {
		return nil, err
	}
	r := &reader{look: &Sink{path: s.path, options: s.options, db: s.db, own: c}}
	r.end = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.readers, r)
		r.leave()
	}
	if err := r.begin(ctx, tables); err != nil {
		r.leave()
		return nil, explain(s.path, err)
	}
	s.readers[r] = true
	return r, nil
}

// read opens a file for reading only; beside a run that is under way it fails with *sink.Locked.
func read(ctx context.Context, o Options, tables []string) (sink.Reader, error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, &sink.NotYet{Path: o.Path}
	}
	r := &reader{look: s, end: s.detach}
	if err := r.begin(ctx, tables); err != nil {
		s.detach()
		return nil, explain(s.path, err)
	}
	return r, nil
}

// begin begins the transaction. What it sees is what is committed when it looks at the file for the first time.
func (r *reader) begin(ctx context.Context, tables []string) error {
	if _, err := r.look.own.exec(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
		return err
	}
	there, err := r.look.layoutOf(ctx, catalog)
	if err != nil {
		return err
	}
	r.there = there
	present := there[r.look.options.schema()]
	r.tables = map[string]tableColumns{}
	for _, name := range tables {
		if present[name] == nil {
			return &sink.NotYet{Path: r.look.path + ": " + name}
		}
		r.tables[name] = present[name]
	}
	return nil
}

// leave closes a connection of the sink's instance.
func (r *reader) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.look != nil {
		r.look.own.close()
		r.look = nil
	}
}

// use calls do with what is seen in the transaction.
func (r *reader) use(do func(s *Sink) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.look == nil {
		return errNotOpen
	}
	return explain(r.look.path, do(r.look))
}

// Report implements sink.Reader.
func (r *reader) Report(ctx context.Context, look sink.Look) (report sink.Report, err error) {
	err = r.use(func(s *Sink) error {
		report, err = s.report(ctx, r.there, look)
		return err
	})
	return report, err
}

// Close implements sink.Reader.
func (r *reader) Close() error {
	r.end()
	return nil
}
