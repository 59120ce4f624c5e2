package pipeline_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"desklake/schema"
)

// fields are the values of a record or a row by name, without those that are null: numbers as json.Number, times as
// RFC 3339 in UTC, JSON as what it stands for.
type fields map[string]any

// copied is what a lake's file holds.
type copied struct {
	t  *testing.T
	db *sql.DB
}

// read opens the file as an analyst's program would. It must be closed before the next run.
func (l *lake) read() copied {
	l.t.Helper()
	db, err := sql.Open("duckdb", l.path+"?access_mode=READ_ONLY")
	if err != nil {
		l.t.Fatal(err)
	}
	return copied{l.t, db}
}

func (c copied) close() {
	c.t.Helper()
	if err := c.db.Close(); err != nil {
		c.t.Fatal(err)
	}
}

// rows reads a table by its keys. Two rows with one key fail the test.
func (c copied) rows(table *schema.Table) map[string]fields {
	c.t.Helper()
	columns := table.AllColumns()
	expressions := make([]string, len(columns))
	for i, column := range columns {
		expressions[i] = expression(column)
	}
	found := map[string]fields{}
	c.query("SELECT "+strings.Join(expressions, ", ")+" FROM "+table.Name, func(values []any) {
		row := fields{}
		for i, column := range columns {
			if values[i] != nil {
				row[column.Name] = c.value(column, values[i])
			}
		}
		key := text(row[table.Key])
		if _, twice := found[key]; twice {
			c.t.Errorf("%s %s stands in the table twice", table.Name, key)
		}
		found[key] = row
	})
	return found
}

// expression selects a column in a form that loses nothing on the way through the driver.
func expression(c schema.Column) string {
	name := strconv.Quote(c.Name)
	switch c.Type {
	case schema.Time, schema.Unix:
		return "epoch_us(" + name + ")"
	case schema.JSON:
		return name + "::VARCHAR"
	case schema.Ints, schema.Texts, schema.Struct:
		return "to_json(" + name + ")::VARCHAR"
	}
	return name
}

func (c copied) value(column schema.Column, v any) any {
	c.t.Helper()
	switch column.Type {
	case schema.Int:
		return json.Number(strconv.FormatInt(v.(int64), 10))
	case schema.Time, schema.Unix:
		return time.UnixMicro(v.(int64)).UTC().Format(time.RFC3339Nano)
	case schema.JSON, schema.Ints, schema.Texts:
		return parse(c.t, []byte(v.(string)))
	case schema.Struct:
		return withoutNulls(parse(c.t, []byte(v.(string))).(map[string]any))
	}
	return v
}

// query runs a query and calls row with the values of each row.
func (c copied) query(query string, row func(values []any), args ...any) {
	c.t.Helper()
	rows, err := c.db.Query(query, args...)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		c.t.Fatal(err)
	}
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range places {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			c.t.Fatal(err)
		}
		row(values)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
}

// list returns the rows of a query, each as its values with spaces between them.
func (l *lake) list(query string, args ...any) (rows []string) {
	l.t.Helper()
	c := l.read()
	defer c.close()
	c.query(query, func(values []any) { rows = append(rows, strings.TrimSuffix(fmt.Sprintln(values...), "\n")) }, args...)
	return rows
}

// number returns the one number of a query.
func (l *lake) number(query string, args ...any) (n int64) {
	l.t.Helper()
	c := l.read()
	defer c.close()
	c.query(query, func(values []any) { n, _ = values[0].(int64) }, args...)
	return n
}

// parse reads JSON with exact numbers.
func parse(t *testing.T, raw []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return v
}

func withoutNulls(object map[string]any) map[string]any {
	for name, v := range object {
		if v == nil {
			delete(object, name)
		}
	}
	return object
}

// text is a key as the helpdesk writes it.
func text(key any) string { return fmt.Sprint(key) }
