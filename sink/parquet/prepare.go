package parquet

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// Prepare creates the tables that are missing, or lost, each with an empty file, and notes columns that are new. A file that
// is not ours among ours, one of many that somebody removed or cut off, or a column of another type is an error that names it.
func (s *Sink) Prepare(_ context.Context, tables []*schema.Table) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.openBooks()
	m := s.manifest.clone()
	for _, t := range tables {
		if err := s.fitTable(m, t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, explain(s.path, err))
		}
	}
	s.prepared = true
	// The files follow: one that no manifest knows is nobody's.
	if err := s.update(func(stored *manifest) { stored.Tables, stored.Checkpoints = m.clone().Tables, m.Checkpoints }); err != nil {
		return err
	}
	for _, t := range tables {
		if err := s.firstFile(t.Name, m.Tables[t.Name]); err != nil {
			return fmt.Errorf("%s: create: %w", t.Name, explain(s.path, err))
		}
	}
	if err := s.writeBooks(); err != nil {
		return err
	}
	return s.update(func(stored *manifest) { stored.Tables = m.Tables })
}

// fitTable makes the manifest fit a table, and looks whether its files are what they should be.
func (s *Sink) fitTable(m *manifest, t *schema.Table) error {
	stored := m.Tables[t.Name]
	if err := s.checkStrays(t.Name, stored); err != nil {
		return err
	}
	if stored != nil {
		if err := s.forgetEmpty(stored); err != nil {
			return err
		}
	}
	if err := s.checkFiles(stored); err != nil {
		if err := s.forgetHarmed(m, t.Name, err); err != nil {
			return err
		}
	}
	if stored == nil || !stored.hasFiles() {
		stored = &tableState{Partitions: map[month]*partition{}}
		stored.part(firstPart(t.Month))
		m.Tables[t.Name] = stored
	}
	columns, err := s.columns(t, stored.Columns)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(stored.Columns, columns, column.sameType) {
		stored.Schema++
	}
	if stored.Month != t.Month && stored.Columns != nil {
		return sink.Refused(filepath.Join(s.path, t.Name), "is partitioned by "+stored.Month+", this version of desklake does it by "+t.Month,
			"Choose another sink.path.")
	}
	stored.Doc, stored.Key, stored.Version, stored.Month, stored.Columns = t.Doc, t.Key, t.Version, t.Month, columns
	return nil
}

// forgetHarmed makes a table whose files are not what they should be one that is read again, if that can be.
func (s *Sink) forgetHarmed(m *manifest, name string, harm error) error {
	t := m.Tables[name]
	lost := s.isLost(t)
	if !lost && m.covered(name) {
		return harm
	}
	had := t.live()
	if err := s.forgetBroken(t); err != nil {
		return err
	}
	if m.uncover(name, had) && lost {
		return nil // as Checkpoints told
	}
	return s.issues.add(s.path, s.run, time.Now(), []schema.Issue{{Table: name,
		Reason: "a file of the table was missing or cut off: its rows are read again", Value: harm.Error()}})
}

// columns are the table's, and behind them those that the lake has from another version of desklake.
func (s *Sink) columns(t *schema.Table, stored []column) ([]column, error) {
	var columns []column
	for _, c := range t.AllColumns() {
		columns = append(columns, newColumn(c))
	}
	for _, have := range stored {
		i := slices.IndexFunc(columns, func(c column) bool { return c.Name == have.Name })
		if i < 0 {
			columns = append(columns, have)
		} else if !columns[i].sameType(have) {
			return nil, sink.Refused(filepath.Join(s.path, t.Name), fmt.Sprintf("column %s is %s in the files, this version of desklake writes %s",
				have.Name, typeNames[have.Type], typeNames[columns[i].Type]), "Choose another sink.path. Or move that folder away and desklake state reset "+t.Name+": the next sync reads everything again.")
		}
	}
	return columns, nil
}

// firstPart is the partition that every table has, so that there is a file to read: of rows without a time of creation,
// or of all.
func firstPart(column string) month {
	if column == "" {
		return whole
	}
	return noMonth
}

// firstFile makes the file of the first partition, if there is none, and the folder for what waits.
func (s *Sink) firstFile(name string, t *tableState) error {
	if err := s.disk.makeFolder(filepath.Join(s.path, waiting, name)); err != nil {
		return err
	}
	p := t.part(firstPart(t.Month))
	if p.Name != "" {
		return nil
	}
	l, at := newLayout(name, t), firstPart(t.Month)
	first, err := s.writeDraft(l, at, &rowList{}, s.run)
	if err == nil {
		err = s.place(l, []month{at}, map[month]*partition{at: first})
	}
	if err != nil {
		return err
	}
	first.Waiting = p.Waiting
	*p = *first
	return nil
}
