package zendesk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"desklake/internal/durable"
)

// shared is a ledger in a file, for all processes of this machine that read the same account. Where the file
// can't be used the process goes by what it knows itself: the answers' headers still tell it what is left.
type shared struct {
	path string
	log  *slog.Logger
	own  private
	told bool // that the file can't be used
}

func (s *shared) update(change func(*quotas)) {
	if err := s.exchange(change); err != nil && !s.told {
		s.told = true
		s.log.Warn("rate limits are not shared with other processes of this machine", "err", err)
	}
}

// exchange changes the quotas in the file, under its lock; if it can't, in memory.
func (s *shared) exchange(change func(*quotas)) (err error) {
	changed := false
	defer func() {
		if !changed {
			s.own.update(change)
		}
	}()
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	f, err := durable.OpenOwn(s.path)
	if err != nil {
		return err
	}
	defer f.Close() // which gives the lock back
	if err := lock(f); err != nil {
		return fmt.Errorf("lock %s: %w", s.path, err)
	}
	before, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	var q quotas
	if json.Unmarshal(before, &q) != nil {
		q = quotas{} // it is new, or the machine went down while it was written
	}
	change(&q)
	s.own.quotas, changed = q, true
	after, err := json.Marshal(q)
	if err != nil || bytes.Equal(before, after) {
		return err
	}
	if _, err := f.WriteAt(after, 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(after)))
}
