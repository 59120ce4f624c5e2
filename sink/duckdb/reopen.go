package duckdb

import (
	"context"
	"fmt"
)

// reopenRows is after how many new rows the file is opened anew. For every column of every row group that was written or
// looked at, DuckDB keeps a description in memory for as long as the file is open, and does not count it against its
// limit: about 150 bytes a row of tickets. So without this the memory of a first sync would grow with the helpdesk.
const reopenRows = 2_000_000

// between is called while the file is closed. Tests take it away there.
var between = func() {}

// grown counts rows that were committed, and opens the file anew when there were many. It waits for the transactions of
// other streams to end, and lets none begin meanwhile. Called outside of any transaction. What goes wrong is met by the
// next one to begin: what was committed is durable, whatever happens here.
func (s *Sink) grown(ctx context.Context, rows int64) {
	if s.rows.Add(rows) < s.reopenRows {
		return
	}
	s.transactions.Lock()
	defer s.transactions.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows.Load() >= s.reopenRows { // no other stream was here first
		s.rows.Store(0)
		s.lost = s.reopen(ctx)
	}
}

// heal opens the file anew if its instance is broken. What was committed is read back from the file and its log. It waits
// for the transactions under way, which can only fail.
func (s *Sink) heal(ctx context.Context) error {
	s.mu.Lock()
	whole := s.db == nil || s.db.broken() == nil
	s.mu.Unlock()
	if whole {
		return nil
	}
	s.transactions.Lock()
	defer s.transactions.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows.Store(0)
	s.lost = s.reattach(ctx)
	return s.lost
}

func (s *Sink) reopen(ctx context.Context) error {
	if err := s.checkpoint(); err != nil {
		return err
	}
	return s.reattach(ctx)
}

func (s *Sink) reattach(ctx context.Context) error {
	s.detach()
	between()
	// For a moment somebody else can open the file. Then this waits, as Open does.
	if err := s.attach(ctx); err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	return nil
}
