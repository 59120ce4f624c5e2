package parquet

import (
	"fmt"
	"path/filepath"

	"desklake/sink"
)

// update changes the manifest and makes that durable: the commit point. After an error nobody knows what the disk
// holds, so that nothing more can be stored by this process; the next one reads what is there.
func (s *Sink) update(change func(m *manifest)) error {
	if s.broken == nil {
		s.broken = s.locked()
	}
	if s.broken != nil {
		return s.broken
	}
	m := s.manifest.clone()
	change(m)
	s.keepBooks(m)
	if err := s.disk.replace(filepath.Join(s.path, manifestName), filepath.Join(s.path, drafts), m.write); err != nil {
		s.broken = fmt.Errorf("store manifest: %w", explain(s.path, err))
		return s.broken
	}
	s.manifest = m
	return nil
}

// commit names the files of a transaction, which are durable, in the manifest, and removes those that they replace.
func (s *Sink) commit(t *tx, c sink.Commit, changes map[string]*change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.openBooks()
	err := s.issues.add(s.path, t.run, c.At, c.Issues)
	if err == nil {
		err = s.addLoads(t, c, changes)
	}
	if err != nil {
		return err
	}
	err = s.update(func(m *manifest) {
		for name := range changes {
			m.Tables[name].Fresh = m.fresh(name, m.Checkpoints)
		}
		m.Commits[t.stream]++
		if c.Checkpoint.Stream != "" {
			m.Checkpoints[c.Checkpoint.Stream] = c.Checkpoint
		}
		for name, change := range changes {
			for at := range change.view.parts {
				m.Tables[name].part(at).Waiting = change.view.waiting(at)
			}
		}
	})
	if err != nil {
		return err
	}
	for _, change := range changes {
		for _, name := range change.replaced() {
			s.remove(name)
		}
	}
	return nil
}
