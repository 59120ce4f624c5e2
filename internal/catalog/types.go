package catalog

import (
	"strings"

	"desklake/schema"
)

// How a type is called in DuckDB and in Parquet. A Struct is spelt out by its fields.
var (
	duckDBTypes = map[schema.Type]string{
		schema.Int:   "BIGINT",
		schema.Float: "DOUBLE",
		schema.Text:  "VARCHAR",
		schema.Bool:  "BOOLEAN",
		schema.Time:  "TIMESTAMPTZ",
		schema.Unix:  "TIMESTAMPTZ",
		schema.Ints:  "BIGINT[]",
		schema.Texts: "VARCHAR[]",
		schema.JSON:  "JSON",
	}
	parquetTypes = map[schema.Type]string{
		schema.Int:    "INT64",
		schema.Float:  "DOUBLE",
		schema.Text:   "UTF8",
		schema.Bool:   "BOOLEAN",
		schema.Time:   "TIMESTAMP(MICROS, UTC)",
		schema.Unix:   "TIMESTAMP(MICROS, UTC)",
		schema.Ints:   "LIST of INT64",
		schema.Texts:  "LIST of UTF8",
		schema.Struct: "group",
		schema.JSON:   "UTF8 holding JSON",
	}
)

func duckDB(c schema.Column) string {
	if c.Type != schema.Struct {
		return duckDBTypes[c.Type]
	}
	fields := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		fields[i] = f.Name + " " + duckDB(f)
	}
	return "STRUCT(" + strings.Join(fields, ", ") + ")"
}

func parquet(c schema.Column) string { return parquetTypes[c.Type] }
