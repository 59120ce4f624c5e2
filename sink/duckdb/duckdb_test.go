package duckdb_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"desklake/sink/duckdb"
	"desklake/sink/sinktest"
)

func TestSinkKeepsTheContract(t *testing.T) {
	t.Parallel()
	sinktest.Run(t, func(folder string) sinktest.Destination {
		path := filepath.Join(folder, "lake.duckdb")
		return sinktest.Destination{
			Destination: duckdb.Destination{Options: duckdb.Options{Path: path}},
			Rows:        func(source, table string) ([]string, error) { return rowsOf(path, source, table) },
			Drop:        func(table string) error { return drop(path, table) },
		}
	})
}

// drop drops a table as an analyst's program would.
func drop(path, table string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	_, err = db.Exec("DROP TABLE " + table)
	return errors.Join(err, db.Close())
}

// rowsOf reads a table of a source, or its rows in one of desklake's own.
func rowsOf(path, source, table string) ([]string, error) {
	own := strings.HasPrefix(table, "desklake.")
	if !own && source != "" {
		table = source + "." + table
	}
	all, err := rows(path, table)
	if !own {
		return all, err
	}
	return slices.DeleteFunc(all, func(row string) bool {
		var of struct{ Source string }
		return json.Unmarshal([]byte(row), &of) != nil || of.Source != source
	}), err
}

// rows reads a table as an analyst's program would.
func rows(path, table string) ([]string, error) {
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	columns, err := columnsOf(db, table)
	if err != nil {
		return nil, err
	}
	found, err := db.Query("SELECT json_merge_patch('{}', to_json(t))::VARCHAR FROM (SELECT " + strings.Join(columns, ", ") + " FROM " + table + ") t")
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

// columnsOf lists a table's columns, times as RFC 3339 and JSON as the text that it is.
func columnsOf(db *sql.DB, table string) ([]string, error) {
	schemaName, name, ours := strings.Cut(table, ".")
	if !ours {
		schemaName, name = "main", table
	}
	found, err := db.Query("SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY column_index", schemaName, name)
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
		switch dataType {
		case "TIMESTAMP WITH TIME ZONE":
			expression = fmt.Sprintf("strftime(%s AT TIME ZONE 'UTC', '%%Y-%%m-%%dT%%H:%%M:%%SZ') AS %[1]s", expression)
		case "JSON":
			expression = fmt.Sprintf("%s::VARCHAR AS %[1]s", expression)
		}
		columns = append(columns, expression)
	}
	return columns, found.Err()
}
