package parquet

import (
	"path/filepath"

	"desklake/sink"
)

// locked returns an error if the lock is the lake's no more: somebody has removed its file, and another run may be at
// work.
func (s *Sink) locked() error {
	if s.lock.Held() {
		return nil
	}
	return sink.Refused(filepath.Join(s.path, lockName), "was removed while the run wrote to the lake",
		"Run again when no other run is under way: it goes on from what is there.")
}
