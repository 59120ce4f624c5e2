package duckdb

import (
	"context"
	"fmt"
	"math"
	"time"
)

// reopenRows is after how many new rows the file is opened anew. For every column of every row group that was written or
// looked at, DuckDB keeps a description in memory for as long as the file is open, and does not count it against its
// limit: about 150 bytes a row of tickets. So without this the memory of a first sync would grow with the helpdesk.
const reopenRows = 2_000_000

// What opening the file anew waits for.
const (
	// patience is for how long a transaction may last that is waited for. Feeds commit more often; a list is one transaction,
	// however long, and what is added beside it takes memory until it ends.
	patience = 30 * time.Second
	// reopenWait is, at the least, how long to wait for somebody who has taken the file in the moment when it was closed: it is
	// DuckDB's lock, which goes with the file. A look at the status does that, and ends.
	reopenWait = time.Minute
)

// between is called while the file is closed. Tests take it away there.
var between = func() {}

// grown counts rows that were committed, and opens the file anew when there were many. It waits for the transactions of
// other streams to end, and lets none begin meanwhile; where one lasts, a later commit tries again. Called outside of any
// transaction. While somebody reads the file stays open. What goes wrong is met by the next one to begin: what was committed is durable, whatever happens here.
func (s *Sink) grown(ctx context.Context, rows int64) {
	if s.rows.Add(rows) < s.options.reopenRows {
		return
	}
	open, done := s.transactions.shut(ctx, s.options.patience, func() bool { return s.rows.Load() >= s.options.reopenRows && !s.isRead() })
	if !done {
		return
	}
	defer open()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows.Load() >= s.options.reopenRows && len(s.readers) == 0 { // no other stream was here first
		s.rows.Store(0)
		s.lost = s.reopen(ctx)
	}
}

func (s *Sink) isRead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.readers) > 0
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
	open, done := s.transactions.shut(ctx, math.MaxInt64, func() bool { return true })
	if !done {
		return ctx.Err()
	}
	defer open()
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
	o := s.options
	o.LockWait = max(o.LockWait, o.reopenWait)
	if err := s.attach(ctx, o); err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	return nil
}
