package duckdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"desklake/sink/book"
)

// ownSchema is the schema of desklake's own tables; what is in front of their names in statements is ours.
const (
	ownSchema = "desklake"
	ours      = catalog + "." + ownSchema + "."
)

// bookkeeping are desklake's own tables: those of every sink, and what it knows of each table.
var bookkeeping = append(slices.Clone(book.Tables), knownTables.Schema())

// createBookkeeping makes desklake's own tables, and columns of them, where they are missing. It needs a transaction around
// it.
func (s *Sink) createBookkeeping(ctx context.Context, present map[string]tableColumns) error {
	if present[copyMark.Name] != nil { // it was one, and is the sink now
		if _, err := s.own.exec(ctx, "DROP TABLE "+ours+copyMark.Name); err != nil {
			return err
		}
	}
	for _, t := range bookkeeping {
		columns, name := present[t.Name], ours+t.Name
		var sql []string
		if columns == nil {
			sql = append(sql, "CREATE SCHEMA IF NOT EXISTS "+catalog+".desklake", createTable(name, "", t.Columns),
				"COMMENT ON TABLE "+name+" IS "+literal(t.Doc))
		}
		for _, c := range t.Columns {
			if _, there := columns[c.Name]; there {
				continue
			}
			if columns != nil { // an earlier version of desklake made it
				sql = append(sql, "ALTER TABLE "+name+" ADD COLUMN "+quote(c.Name)+" "+sqlType(c))
			}
			sql = append(sql, "COMMENT ON COLUMN "+name+"."+quote(c.Name)+" IS "+literal(c.Doc))
		}
		for _, q := range sql {
			if _, err := s.own.exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
	}
	return nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func number(v any) int64 {
	n, _ := v.(int64)
	return n
}

func instant(v any) time.Time {
	t, _ := v.(time.Time)
	return t
}
