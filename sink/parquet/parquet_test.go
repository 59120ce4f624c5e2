package parquet_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"desklake/sink/parquet"
	"desklake/sink/sinktest"
)

func TestSinkKeepsTheContract(t *testing.T) {
	t.Parallel()
	sinktest.Run(t, func(folder string) sinktest.Destination {
		path := filepath.Join(folder, "lake")
		return sinktest.Destination{
			Destination: parquet.Destination{Options: parquet.Options{Path: path}},
			Rows:        func(source, table string) ([]string, error) { return rows(filepath.Join(path, source), table) },
			Drop:        func(table string) error { return os.RemoveAll(filepath.Join(path, table)) },
		}
	})
}

// files are what an analyst reads for a table.
func files(path, table string) string {
	if name, ours := strings.CutPrefix(table, "desklake."); ours {
		table = "_desklake/" + name
	}
	return fmt.Sprintf("read_parquet('%s/**/*.parquet', hive_partitioning = false)", filepath.Join(path, table))
}

// rows reads a table with DuckDB, as an analyst would.
func rows(path, table string) ([]string, error) {
	db, err := parquet.Analyst()
	if err != nil {
		return nil, err
	}
	columns, err := columnsOf(db, files(path, table))
	if err != nil {
		return nil, err
	}
	found, err := db.Query("SELECT json_merge_patch('{}', to_json(t))::VARCHAR FROM (SELECT " + strings.Join(columns, ", ") + " FROM " + files(path, table) + ") t")
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []string
	for found.Next() {
		var row string
		if err := found.Scan(&row); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, found.Err()
}

// columnsOf lists the columns, times as RFC 3339.
func columnsOf(db *sql.DB, from string) ([]string, error) {
	found, err := db.Query("SELECT column_name, column_type FROM (DESCRIBE FROM " + from + ")")
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var columns []string
	for found.Next() {
		var column, dataType string
		if err := found.Scan(&column, &dataType); err != nil {
			return nil, err
		}
		expression := fmt.Sprintf("%q", column)
		if dataType == "TIMESTAMP WITH TIME ZONE" {
			expression = fmt.Sprintf("strftime(%s AT TIME ZONE 'UTC', '%%Y-%%m-%%dT%%H:%%M:%%SZ') AS %[1]s", expression)
		}
		columns = append(columns, expression)
	}
	return columns, found.Err()
}
