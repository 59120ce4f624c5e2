package duckdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	capi "github.com/duckdb/duckdb-go-bindings"

	"desklake/schema"
	"desklake/sink/book"
)

// Rows of desklake's own tables are replaced, never updated: many transactions write them at once, and DuckDB 1.5 unlinks the
// updates of a transaction that was undone twice, which breaks the chains of updates of the others.

// selectRows runs a statement that gives rows of one of desklake's own tables, with all of its columns. They are known by their
// names: a column that an earlier version did not have is empty, one that a newer version has is not looked at.
func selectRows[T any](ctx context.Context, c *conn, t *book.Table[T], sql string, args []any, use func(row *T) error) error {
	return c.run(ctx, sql, args, func(r *capi.Result) error {
		columns, err := match(t, r)
		if err != nil {
			return err
		}
		return eachChunk(r, func(chunk capi.DataChunk) error {
			for i := range int(capi.DataChunkGetSize(chunk)) {
				row := new(T)
				for _, s := range columns {
					s.column.Set(row, value(capi.DataChunkGetVector(chunk, s.at), s.kind, i))
				}
				if err := use(row); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// selected is a column as a result has it.
type selected[T any] struct {
	column *book.Column[T]
	at     capi.IdxT
	kind   capi.Type
}

func match[T any](t *book.Table[T], r *capi.Result) (columns []selected[T], err error) {
	at := map[string]capi.IdxT{}
	for i := range capi.ColumnCount(r) {
		at[capi.ColumnName(r, i)] = i
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		place, there := at[c.Name]
		switch {
		case there:
			columns = append(columns, selected[T]{c, place, capi.ColumnType(r, place)})
		case !c.Added:
			return nil, &statementError{fmt.Sprintf("Table %q does not have a column with name %q", t.Name, c.Name)}
		}
	}
	return columns, nil
}

// insertRow inserts a row. Columns that a newer version has added stay null.
func insertRow[T any](ctx context.Context, c *conn, t *book.Table[T], row *T) error {
	var names, places []string
	var values []any
	for i := range t.Columns {
		names, places = append(names, quote(t.Columns[i].Name)), append(places, fmt.Sprint("$", i+1))
		values = append(values, t.Columns[i].Value(row))
	}
	_, err := c.exec(ctx, insertInto(t, names)+"VALUES ("+strings.Join(places, ", ")+")", values...)
	return err
}

func insertInto[T any](t *book.Table[T], names []string) string {
	return "INSERT INTO " + ours + t.Name + " (" + strings.Join(names, ", ") + ") "
}

// insertRows inserts rows of texts, numbers and times in one statement, however many there are.
func insertRows[T any](ctx context.Context, c *conn, t *book.Table[T], rows []*T) error {
	if len(rows) == 0 {
		return nil
	}
	var names, places []string
	var lists []any
	for i := range t.Columns {
		c, place := &t.Columns[i], fmt.Sprint("$", i+1)
		switch c.Type {
		case schema.Int:
			place = "unnest(" + intList(place) + ")"
			lists = append(lists, listOf(c, rows, func(n int64) int64 { return n }))
		case schema.Time:
			place = "make_timestamptz(unnest(" + intList(place) + "))"
			lists = append(lists, listOf(c, rows, time.Time.UnixMicro))
		default:
			place = "unnest(" + place + "::VARCHAR[])"
			if c.Null {
				place = "nullif(" + place + ", '')"
			}
			lists = append(lists, listOf(c, rows, func(text string) string { return text }))
		}
		names, places = append(names, quote(c.Name)), append(places, place)
	}
	_, err := c.exec(ctx, insertInto(t, names)+"SELECT "+strings.Join(places, ", "), lists...)
	return err
}

// listOf are the values of a column, as they are bound.
func listOf[T, V, B any](c *book.Column[T], rows []*T, bound func(V) B) (list []B) {
	for _, r := range rows {
		v, _ := c.Value(r).(V)
		list = append(list, bound(v))
	}
	return list
}

// mine is the condition that a row of desklake's own is of the sink's source, where the tables are complete.
func (s *Sink) mine() string {
	if s.options.Source == "" {
		return "source IS NULL"
	}
	return "source = " + literal(s.options.Source)
}

// mineIn is mine for a table that an earlier version may have made: for a single source.
func (s *Sink) mineIn(columns tableColumns) string {
	if _, there := columns["source"]; there {
		return s.mine()
	}
	return fmt.Sprint(s.options.Source == "")
}
