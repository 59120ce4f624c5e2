package rest

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"desklake/internal/durable"
)

const (
	ledgerWait  = time.Second // for another process that holds the file: it changes it in a moment, or it hangs
	ledgerPause = time.Minute // without the file, after it could not be used
	ledgerSize  = 1 << 20     // bytes; what is larger is none of ours
)

// ledger keeps the quotas: in memory, or in a file that several processes share.
type ledger interface{ update(func(*quotas)) }

// private is a ledger that is not shared.
type private struct{ quotas quotas }

func (p *private) update(change func(*quotas)) { change(&p.quotas) }

// shared is a ledger in a file, for all processes of this machine that read the same account. Where the file
// can't be used the process goes by what it knows itself: the answers' headers still tell it what is left.
type shared struct {
	path  string
	log   *slog.Logger
	own   private
	told  bool      // that the file can't be used
	again time.Time // when to look at it again
}

func (s *shared) update(change func(*quotas)) {
	if time.Now().Before(s.again) {
		s.own.update(change)
		return
	}
	err := s.exchange(change)
	if err == nil {
		return
	}
	s.again = time.Now().Add(ledgerPause)
	if !s.told {
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
	f, err := durable.OpenLocked(s.path, ledgerWait)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // its content goes by what was written, and counts for minutes
	before, err := io.ReadAll(io.LimitReader(f, ledgerSize))
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
