package parquet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"desklake/schema"
)

// Prepare creates the tables that are missing, each with an empty file, and notes columns that are new. A file that is
// not ours among ours, one that somebody removed or cut off, or a column of another type is an error that names it.
func (s *Sink) Prepare(_ context.Context, tables []*schema.Table) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.openBooks(); err != nil {
		return err
	}
	m := s.manifest.clone()
	for _, t := range tables {
		if err := s.fitTable(m, t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, explain(s.path, err))
		}
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
	if err := s.checkFiles(stored); err != nil && m.covered(t.Name) {
		return err
	} else if err != nil {
		s.forgetBroken(stored)
		s.addIssues(s.run, time.Now(), []schema.Issue{{Table: t.Name, Reason: "a file of the table was missing or cut off: its rows are read again", Value: err.Error()}})
	}
	if stored == nil {
		stored = &tableState{Partitions: map[month]*partition{}}
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
		return &PathError{filepath.Join(s.path, t.Name), "is partitioned by " + stored.Month + ", this version of desklake does it by " + t.Month,
			"Choose another sink.path."}
	}
	stored.Doc, stored.Key, stored.Version, stored.Month, stored.Columns = t.Doc, t.Key, t.Version, t.Month, columns
	return nil
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
			return nil, &PathError{filepath.Join(s.path, t.Name), fmt.Sprintf("column %s is %s in the files, this version of desklake writes %s",
				have.Name, typeNames[have.Type], typeNames[columns[i].Type]), "Choose another sink.path, or move that folder away."}
		}
	}
	return columns, nil
}

// firstFile makes sure that there is a file to read in a table's folder: of rows without a time of creation, or of all.
func (s *Sink) firstFile(name string, t *tableState) error {
	if err := s.disk.makeFolder(filepath.Join(s.path, waiting, name)); err != nil {
		return err
	}
	at := whole
	if t.Month != "" {
		at = noMonth
	}
	if p := t.part(at); p.Name != "" {
		return nil
	}
	w, err := s.write(newLayout(name, t), draftName(name), s.run)
	if err != nil {
		return err
	}
	p, err := s.place(w, partName(name, at))
	if err != nil {
		return err
	}
	p.Schema, p.Waiting = t.Schema, t.part(at).Waiting
	t.Partitions[at] = p
	return nil
}

// covered reports whether a checkpoint says that the table holds what is in front of it. Where none does, everything
// is read again anyway.
func (m *manifest) covered(table string) bool {
	for _, c := range m.Checkpoints {
		if slices.Contains(c.Tables, table) {
			return true
		}
	}
	return false
}

// checkStrays looks for files in a table's folder that the manifest does not know.
func (s *Sink) checkStrays(name string, t *tableState) error {
	known := map[string]bool{}
	if t == nil { // the first run may have been killed before it could store the manifest
		t = &tableState{Partitions: map[month]*partition{whole: nil, noMonth: nil}}
	}
	for at := range t.Partitions {
		known[partName(name, at)] = true
	}
	root := filepath.Join(s.path, name)
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".parquet") {
			return err
		}
		if file, _ := filepath.Rel(s.path, path); !known[file] {
			return &PathError{path, "is not a file that desklake made, and readers would take it for a part of the table", "Move it elsewhere."}
		}
		return nil
	})
}

// checkFiles looks whether the files that the manifest knows are there and whole.
func (s *Sink) checkFiles(t *tableState) error {
	if t == nil {
		return nil
	}
	for _, p := range t.Partitions {
		if err := s.checkFile(p); err != nil {
			return err
		}
	}
	return nil
}

// checkFile looks at a partition's file without reading it. Where something waits a merge may have replaced it already.
func (s *Sink) checkFile(p *partition) error {
	if p.Name == "" {
		return nil
	}
	path := filepath.Join(s.path, p.Name)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &PathError{path, "is missing", restore}
	case err != nil:
		return err
	case info.Size() != p.Bytes && len(p.Waiting) == 0:
		return &PathError{path, fmt.Sprintf("has %d bytes, desklake wrote %d", info.Size(), p.Bytes), restore}
	}
	return nil
}

// forgetBroken drops what is known of files that are missing or cut off, and moves what is left of them out of the way.
func (s *Sink) forgetBroken(t *tableState) {
	for _, p := range t.Partitions {
		if err := s.checkFile(p); err == nil {
			continue
		}
		path := filepath.Join(s.path, p.Name)
		_ = s.disk.rename(path, path+".damaged") // it may be missing
		p.partFile, p.Live, p.Bytes = partFile{}, 0, 0
	}
}

// checkPath refuses what the operating system would report in its own words, or what would be created in the wrong place.
func checkPath(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return &PathError{path, "is not a folder", "Give sink.path the name of a folder, or of one that is to be made."}
	case err == nil:
		return nil
	}
	dir := filepath.Dir(path)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return &PathError{path, "its folder does not exist", "Create it: mkdir -p " + dir}
	case err == nil && !info.IsDir():
		return &PathError{path, dir + " is not a folder", "Give sink.path a place in a folder."}
	}
	return nil
}
