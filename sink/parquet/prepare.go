package parquet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

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
	// The files follow: one that no manifest knows is nobody's.
	err := s.update(func(stored *manifest) { stored.Tables = m.clone().Tables })
	for _, t := range tables {
		if err == nil {
			err = s.firstFile(t.Name, m.Tables[t.Name])
		}
		if err != nil {
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
	if stored == nil || stored.isEmpty() {
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
				have.Name, typeNames[have.Type], typeNames[columns[i].Type]), "Choose another sink.path. Or move that folder away and desklake state reset " + t.Name + ": the next sync reads everything again."}
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
	if t != nil {
		for at := range t.Partitions {
			known[partName(name, at)] = true
		}
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
		if err := s.checkFile(t, p); err != nil {
			return err
		}
	}
	return nil
}

// checkFile looks at a partition's file without reading its rows. A merge that was broken off may have replaced it
// already.
func (s *Sink) checkFile(t *tableState, p *partition) error {
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
	case info.Size() != p.Bytes && len(p.Waiting) == 0 && !(p.Schema < t.Schema && hasColumns(path, t.Schema, p.Rows)):
		return &PathError{path, fmt.Sprintf("has %d bytes, desklake wrote %d", info.Size(), p.Bytes), restore}
	}
	return nil
}

// hasColumns reports whether a file is whole and has so many rows, with the columns as they were at a number.
func hasColumns(path string, number int, rows int64) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false
	}
	content, err := parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return false
	}
	written, _ := content.Lookup(schemaKey)
	return written == strconv.Itoa(number) && content.NumRows() == rows
}

// forgetBroken drops what is known of files that are missing or cut off, and moves what is left of them out of the way.
func (s *Sink) forgetBroken(t *tableState) {
	for _, p := range t.Partitions {
		if err := s.checkFile(t, p); err == nil {
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
