package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// ours is the schema of desklake's own tables.
const ours = catalog + ".desklake."

// bookkeeping are desklake's own tables: those of every sink, and what it knows of each table.
var bookkeeping = append(slices.Clone(sink.Bookkeeping), &schema.Table{Name: "tables", Doc: "What desklake has done to each table in all.", Columns: []schema.Column{
	{Name: "table_name", Type: schema.Text, Doc: "The table."},
	{Name: "columns", Type: schema.Texts, Doc: "The columns that desklake gave it. One that is missing was dropped by somebody; the table is read again then."},
	{Name: "inserted", Type: schema.Int, Doc: "Rows that were new. Where there were some and the table is empty, somebody emptied it; it is read again then."},
	{Name: "changed", Type: schema.Int, Doc: "Rows that were replaced, or marked as deleted."},
	{Name: "changed_by", Type: schema.Text, Doc: "The run that changed it last."},
	{Name: "stream", Type: schema.Text, Doc: "The stream that was committed last."},
	{Name: "run_id", Type: schema.Text, Doc: "The run that did it."},
	{Name: "committed_at", Type: schema.Time, Doc: "When that was; null if never."},
	{Name: "outcome", Type: schema.Text, Doc: "As in desklake.loads."},
	{Name: "error", Type: schema.Text, Doc: "As in desklake.loads."},
}})

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

// Rows of these tables are replaced, never updated: many transactions write them at once, and DuckDB 1.5 unlinks the
// updates of a transaction that was undone twice, which breaks the chains of updates of the others.

// insert inserts a row into one of desklake's own tables. Columns that a newer version has added stay null.
func (c *conn) insert(ctx context.Context, table, columns string, values ...any) error {
	places := make([]string, len(values))
	for i := range values {
		places[i] = fmt.Sprint("$", i+1)
	}
	_, err := c.exec(ctx, "INSERT INTO "+ours+table+" ("+columns+") VALUES ("+strings.Join(places, ", ")+")", values...)
	return err
}

// orNull is a text, or null for an empty one.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
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

// words are a list that a statement has joined.
func words(v any) []string {
	if joined := text(v); joined != "" {
		return strings.Split(joined, ",")
	}
	return nil
}
