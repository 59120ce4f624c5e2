package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the driver of sql.Open

	"desklake/extract/zendesk"
	"desklake/schema"
)

// recordsCommand writes what the helpdesk holds, for read_json.
type recordsCommand struct {
	URL string `required:""`
	To  string `required:"" help:"The folder for the files; it must not exist."`
}

const recordsPerFile = 50_000

// Run writes files of recordsPerFile records, each with its metric set inside.
func (c *recordsCommand) Run(ctx context.Context) error {
	if err := os.Mkdir(c.To, 0o755); err != nil {
		return err
	}
	var out *os.File
	var buffer *bufio.Writer
	written, number := 0, 0
	finish := func() error {
		if out == nil {
			return nil
		}
		if err := buffer.Flush(); err != nil {
			return err
		}
		return out.Close()
	}
	err := walk(ctx, http.DefaultClient, c.URL, func(_ string, body []byte) (err error) {
		var page struct{ Tickets []json.RawMessage }
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, record := range page.Tickets {
			if written%recordsPerFile == 0 {
				if err := finish(); err != nil {
					return err
				}
				number++
				if out, err = os.Create(filepath.Join(c.To, fmt.Sprintf("tickets-%03d.ndjson", number))); err != nil {
					return err
				}
				buffer = bufio.NewWriterSize(out, 1<<20)
			}
			written++
			if _, err := buffer.Write(append(record, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return finish()
}

// referenceCommand is what desklake is measured against: DuckDB alone, reading the records from files.
type referenceCommand struct {
	From    string `required:"" help:"The folder that records wrote."`
	To      string `required:"" help:"The file to write."`
	Threads int    `default:"2"`
}

// Run loads the records into one table with the columns and types of tickets, and behind them those of ticket_metrics.
func (c *referenceCommand) Run(ctx context.Context) error {
	db, err := sql.Open("duckdb", c.To)
	if err != nil {
		return err
	}
	defer db.Close()
	tickets, metrics := table("tickets"), table("ticket_metrics")
	declared := append(columns(tickets), fmt.Sprintf(`'metric_set': 'STRUCT(%s)'`, fields(metrics.Columns)))
	selected := append(values("", tickets.Columns), values("metric_set.", metrics.Columns)...)
	for _, q := range []string{
		fmt.Sprintf("SET threads = %d", c.Threads),
		"SET TimeZone = 'UTC'",
		fmt.Sprintf("CREATE TABLE tickets AS SELECT %s FROM read_json('%s', format = 'newline_delimited', columns = {%s})",
			strings.Join(selected, ", "), filepath.Join(c.From, "*.ndjson"), strings.Join(declared, ", ")),
		"CHECKPOINT",
	} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q[:min(len(q), 60)], err)
		}
	}
	return nil
}

func table(name string) *schema.Table {
	for _, t := range zendesk.Tables() {
		if t.Name == name {
			return t
		}
	}
	panic("bench: there is no table " + name)
}

// columns declares a table's columns to read_json.
func columns(t *schema.Table) []string {
	var list []string
	for _, c := range t.Columns {
		list = append(list, fmt.Sprintf(`'%s': '%s'`, c.Name, duckDBType(c)))
	}
	return list
}

// duckDBType is the type of a column as its JSON has it: unix seconds are numbers there.
func duckDBType(c schema.Column) string {
	switch c.Type {
	case schema.Int, schema.Unix:
		return "BIGINT"
	case schema.Float:
		return "DOUBLE"
	case schema.Bool:
		return "BOOLEAN"
	case schema.Time:
		return "TIMESTAMPTZ"
	case schema.Ints:
		return "BIGINT[]"
	case schema.Texts:
		return "VARCHAR[]"
	case schema.JSON:
		return "JSON"
	case schema.Struct:
		return "STRUCT(" + fields(c.Fields) + ")"
	}
	return "VARCHAR"
}

func fields(columns []schema.Column) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = fmt.Sprintf(`"%s" %s`, c.Name, duckDBType(c))
	}
	return strings.Join(list, ", ")
}

// values selects the columns, with unix seconds as times. A name that both tables have gets the second's in front.
func values(from string, columns []schema.Column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		value := fmt.Sprintf(`%s"%s"`, from, c.Name)
		if c.Type == schema.Unix {
			value = "to_timestamp(" + value + ")"
		}
		list[i] = fmt.Sprintf(`%s AS "%s%s"`, value, strings.ReplaceAll(from, ".", "_"), c.Name)
	}
	return list
}
