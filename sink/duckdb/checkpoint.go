package duckdb

import (
	"context"
	"fmt"
)

// extent is how much a file holds.
type extent struct {
	rows     int64 // those that were replaced, and still take room, included
	inserted int64 // of them since the file was made, without replacements
	changed  int64 // replaced or marked since the file was made
}

// dead estimates how many rows take room that were replaced.
func (e extent) dead() int64 { return e.rows - e.inserted }

func (s *Sink) extent(ctx context.Context) (e extent, err error) {
	rows := map[string]int64{} // by schema
	prepared := false
	err = s.own.query(ctx, "SELECT schema_name, table_name, estimated_size::BIGINT FROM duckdb_tables() WHERE database_name = $1", []any{catalog}, func(v []any) error {
		rows[text(v[0])] += number(v[2])
		prepared = prepared || text(v[0]) == ownSchema && text(v[1]) == knownTables.Name
		return nil
	})
	if err != nil || !prepared {
		return e, err
	}
	var tables []known
	err = selectRows(ctx, s.own, knownTables, "SELECT * FROM "+ours+knownTables.Name, nil, func(k *known) error {
		e.inserted, e.changed = e.inserted+k.inserted, e.changed+k.changed
		tables = append(tables, *k)
		return nil
	})
	for _, name := range schemas(tables) {
		e.rows += rows[name]
	}
	return e, err
}

// checkpoint writes what is still in the write-ahead log into the file, which is closed next.
//
// Where more than a twentieth of the rows are dead it merges row groups that have lost rows, as many as make up for what was
// changed since the last one. Left alone, DuckDB merges all that it can at once, which costs one night a lot of time, and
// the file room for the old and the new ones together, which it keeps. The setting counts every row group of a merge, three
// as a rule.
func (s *Sink) checkpoint() error {
	if s.unsettled != nil {
		return s.unsettled
	}
	ctx := context.Background()
	e, err := s.extent(ctx)
	if err == nil {
		err = s.versions.allowCheckpoint(ctx, s.own, e)
	}
	tasks := int64(0)
	if changed := s.changed.Swap(0); changed > 0 && e.dead() > e.rows/20 {
		tasks = 1 + 3*changed/groupRows
	}
	if err == nil {
		_, err = s.own.exec(ctx, fmt.Sprintf("SET max_vacuum_tasks = %d", tasks))
	}
	if err == nil {
		_, err = s.own.exec(ctx, "CHECKPOINT "+catalog)
	}
	if err != nil {
		s.unsettled = fmt.Errorf("checkpoint: %w", explain(s.path, err))
		_, _ = s.own.exec(ctx, "SET checkpoint_threshold = '1TB'") // a broken instance makes none anyway
	}
	return s.unsettled
}
