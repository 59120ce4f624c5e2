package duckdb

import (
	"context"
	"fmt"
	"sync"

	"desklake/schema"
)

const (
	// memoryBytes is what DuckDB may use unless the options say otherwise: what is larger goes to disk.
	memoryBytes = 160 << 20
	// groupRows is the size of a row group.
	groupRows = 61_440
	// versionBytes is what DuckDB holds in memory, where it can't be put on disk, for each row group that has lost a row,
	// until the file is closed.
	versionBytes = 256 << 10
	// largeBatch is the size of a batch, in bytes, from which on it leaves enough behind to be given back at once. It has a large
	// page then: see extract.LargePage.
	largeBatch = 10 << 20
)

// versions are the row groups that have lost rows since the file was opened, for which DuckDB is allowed as much memory
// as it needs for them on top.
type versions struct {
	fixed bool // the limit was chosen by the user, and stays

	mu     sync.Mutex
	groups map[string]map[int64]bool // by table
	count  int64
}

// forget begins anew, with a file that was just opened.
func (v *versions) forget(fixed bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fixed, v.groups, v.count = fixed, map[string]map[int64]bool{}, 0
}

// lose notes that rows are to be deleted.
func (v *versions) lose(ctx context.Context, c *conn, table string, rowIDs []int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.groups[table] == nil {
		v.groups[table] = map[int64]bool{}
	}
	before := v.count
	for _, id := range rowIDs {
		if group := id / groupRows; !v.groups[table][group] {
			v.groups[table][group] = true
			v.count++
		}
	}
	if v.count == before {
		return nil
	}
	return v.allow(ctx, c, v.count)
}

// allow sets the limit to what that many row groups need on top.
func (v *versions) allow(ctx context.Context, c *conn, groups int64) error {
	if v.fixed {
		return nil
	}
	_, err := c.exec(ctx, "SET memory_limit = "+literal(memoryLimit(groups)))
	return err
}

// memoryLimit is how much DuckDB may use where so many row groups have lost rows.
func memoryLimit(groups int64) string {
	return fmt.Sprintf("%dKiB", (memoryBytes+groups*versionBytes)>>10)
}

// allowCheckpoint sets the limit for a checkpoint, which reads what earlier runs have deleted too and writes it anew.
func (v *versions) allowCheckpoint(ctx context.Context, c *conn, e extent) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.allow(ctx, c, 2*min(e.rows/groupRows+1, e.changed))
}

// giveBack has DuckDB's allocator return to the system what it holds of freed memory, which it does when a limit is set. Else it
// keeps that for ten seconds, beyond the limit: what large rows have left behind in copies, and what their commit takes.
func (s *Sink) giveBack(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions.mu.Lock()
	defer s.versions.mu.Unlock()
	limit := s.options.MemoryLimit
	if limit == "" {
		limit = memoryLimit(s.versions.count)
	}
	_, _ = s.own.exec(ctx, "SET memory_limit = "+literal(limit)) // as it is; at worst nothing comes back
}

// sizeOf is about how much memory the columns of a batch take, in bytes.
func sizeOf(b schema.Batch) int64 {
	size := uint64(1)
	for _, column := range b.Record.Columns() {
		size += column.Data().SizeInBytes()
	}
	return int64(size)
}
