package toy

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"time"

	"desklake/internal/durable"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
	"desklake/state"
)

// box is a Box that is open.
type box struct {
	Box
	lock *durable.Lock

	mu      sync.Mutex
	stored  []byte // what is in the file
	content *content
}

// update changes the content, and the file: both, or neither.
func (s *box) update(change func(*content)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.content)
	text, err := json.Marshal(s.content)
	if err == nil {
		err = s.write(text)
	}
	if err != nil {
		s.content, _ = parse(s.stored) // it was read before
		return err
	}
	s.stored = text
	return nil
}

// write puts a whole file in the place of the one before.
func (s *box) write(text []byte) error {
	draft := s.file() + ".draft"
	f, err := durable.CreateOwn(draft)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(draft, s.file())
	}
	if err != nil {
		return err
	}
	return durable.SyncFolder(s.path)
}

// Prepare implements sink.Sink.
func (s *box) Prepare(_ context.Context, tables []*schema.Table) error {
	return s.update(func(c *content) {
		for _, t := range tables {
			c.prepare(t)
		}
	})
}

// Checkpoints implements sink.Sink.
func (s *box) Checkpoints(context.Context) (map[string]state.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.content.checkpoints(), nil
}

// DeleteCheckpoint implements sink.Sink.
func (s *box) DeleteCheckpoint(_ context.Context, stream string) error {
	return s.update(func(c *content) {
		for i, p := range c.Checkpoints {
			if p.Stream == stream {
				c.Checkpoints = append(c.Checkpoints[:i], c.Checkpoints[i+1:]...)
				return
			}
		}
	})
}

// SaveRun implements sink.Sink.
func (s *box) SaveRun(_ context.Context, r sink.Run) error {
	return s.update(func(c *content) {
		for i, other := range c.Runs {
			if r.Status == sink.Running && other.Status == sink.Running {
				c.Runs[i].Status = sink.Killed
			}
		}
		c.Runs = put(book.Runs, c.Runs, book.Run{Source: s.source, Run: r})
	})
}

// Forget implements sink.Sink.
func (s *box) Forget(_ context.Context, before time.Time) error {
	return s.update(func(c *content) { c.forget(before) })
}

// Settle implements sink.Sink: what is committed is in its place.
func (s *box) Settle(context.Context) error { return nil }

// Read implements sink.Sink.
func (s *box) Read(_ context.Context, tables ...string) (sink.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return read(s.stored, tables)
}

// Close implements sink.Sink.
func (s *box) Close() error { return s.lock.Unlock() }
