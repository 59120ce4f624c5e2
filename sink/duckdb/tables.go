package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"desklake/schema"
	"desklake/sink"
)

// Prepare creates the tables that are missing, adds the columns that are new and sets the comments that differ: each table and
// column of ours has one.
// A table of ours that is not ours, or a column of another type, is an error that names it.
func (s *Sink) Prepare(ctx context.Context, tables []*schema.Table) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, err := s.layoutOf(ctx, catalog)
	if err != nil {
		return explain(s.path, err)
	}
	b, err := s.readBooks(ctx, there)
	if err != nil {
		return explain(s.path, err)
	}
	if err := s.checkTables(tables, b.source); err != nil {
		return err
	}
	earlier, err := s.ofEarlierVersion(ctx, b, there)
	if err != nil {
		return explain(s.path, err)
	}
	keys := map[string]string{}
	for _, t := range tables {
		keys[t.Name] = t.Key
	}
	if s.constraints, err = s.readConstraints(ctx, keys); err != nil {
		return explain(s.path, err)
	}
	return s.inTransaction(ctx, func() error {
		if err := s.createBookkeeping(ctx, b.own); err != nil {
			return err
		}
		if err := earlier(); err != nil {
			return err
		}
		if err := s.createSchema(ctx); err != nil {
			return err
		}
		for _, t := range tables {
			if err := s.fitTable(ctx, t, b.source[t.Name]); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
		return s.remember(ctx, b, tables)
	})
}

// column is a column as the file has it.
type column struct {
	sqlType string // without quotation marks, which DuckDB sets around some names of fields
	comment string
}

// tableColumns are a table's columns by name, and under the empty name the table itself (its comment).
type tableColumns map[string]column

// layout is what a database has: by the names of schemas and tables.
type layout map[string]map[string]tableColumns

// layoutOf reads what a database has. DuckDB goes through everything in all that is attached, whatever is asked for: what several
// need is asked once.
func (s *Sink) layoutOf(ctx context.Context, database string) (layout, error) {
	found := layout{}
	err := s.own.query(ctx, `
		SELECT schema_name, table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns() WHERE database_name = $1
		UNION ALL SELECT schema_name, table_name, '', '', coalesce(comment, '') FROM duckdb_tables() WHERE database_name = $1
		UNION ALL SELECT schema_name, view_name, '', 'VIEW', '' FROM duckdb_views() WHERE database_name = $1`,
		[]any{database}, func(v []any) error {
			in, table := v[0].(string), v[1].(string)
			if found[in] == nil {
				found[in] = map[string]tableColumns{}
			}
			if found[in][table] == nil {
				found[in][table] = tableColumns{}
			}
			found[in][table][v[2].(string)] = column{strings.ReplaceAll(v[3].(string), `"`, ""), v[4].(string)}
			return nil
		})
	return found, err
}

// checkTables refuses, before anything is changed, tables of our names that desklake did not make.
func (s *Sink) checkTables(tables []*schema.Table, present map[string]tableColumns) error {
	for _, t := range tables {
		columns := present[t.Name]
		if columns == nil {
			continue
		}
		if _, ours := columns[schema.RunID]; !ours || columns[""].sqlType == "VIEW" {
			return sink.Refused(s.path, "has a table or view "+t.Name+" that desklake did not make",
				"Choose another sink.path, or rename that table; nothing was changed.")
		}
		if _, keyed := columns[t.Key]; !keyed {
			return sink.Refused(s.path, fmt.Sprintf("%s has lost the column %s, by which desklake knows its rows", t.Name, t.Key),
				"Rename or drop the table: it is read again then.")
		}
		for _, c := range t.AllColumns() {
			if have, ok := columns[c.Name]; ok && have.sqlType != strings.ReplaceAll(sqlType(c), `"`, "") {
				return sink.Refused(s.path, fmt.Sprintf("%s.%s is %s in the file, this version of desklake writes %s",
					t.Name, c.Name, have.sqlType, sqlType(c)), "Choose another sink.path, or rename the table.")
			}
		}
	}
	return nil
}

// createSchema makes the schema of one of several sources, where it is missing.
func (s *Sink) createSchema(ctx context.Context) error {
	if s.options.Source == "" {
		return nil
	}
	_, err := s.own.exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+catalog+"."+quote(s.options.Source))
	return err
}

func (s *Sink) fitTable(ctx context.Context, t *schema.Table, present tableColumns) error {
	name := s.options.target(t.Name)
	columns := t.AllColumns()
	if present == nil {
		if _, err := s.own.exec(ctx, createTable(name, t.Key, columns)); err != nil {
			return err
		}
	}
	for _, c := range columns {
		if _, ok := present[c.Name]; present != nil && !ok {
			if _, err := s.own.exec(ctx, "ALTER TABLE "+name+" ADD COLUMN "+quote(c.Name)+" "+sqlType(c)); err != nil {
				return err
			}
		}
		if doc := cmp.Or(c.Doc, c.Name); present[c.Name].comment != doc {
			if _, err := s.own.exec(ctx, "COMMENT ON COLUMN "+name+"."+quote(c.Name)+" IS "+literal(doc)); err != nil {
				return err
			}
		}
	}
	if doc := cmp.Or(t.Doc, t.Name); present[""].comment != doc {
		if _, err := s.own.exec(ctx, "COMMENT ON TABLE "+name+" IS "+literal(doc)); err != nil {
			return err
		}
	}
	return nil
}

func createTable(name, key string, columns []schema.Column) string {
	var b strings.Builder
	b.WriteString("CREATE TABLE " + name + " (")
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c.Name) + " " + sqlType(c))
		if c.Name == key {
			b.WriteString(" NOT NULL")
		}
	}
	return b.String() + ")"
}

// sqlType is the column's type, spelled as DuckDB's catalog spells it but for quotation marks.
func sqlType(c schema.Column) string {
	switch c.Type {
	case schema.Int:
		return "BIGINT"
	case schema.Float:
		return "DOUBLE"
	case schema.Text:
		return "VARCHAR"
	case schema.Bool:
		return "BOOLEAN"
	case schema.Time, schema.Unix:
		return "TIMESTAMP WITH TIME ZONE"
	case schema.Ints:
		return "BIGINT[]"
	case schema.Texts:
		return "VARCHAR[]"
	case schema.JSON:
		return "JSON"
	case schema.Struct:
		fields := make([]string, len(c.Fields))
		for i, f := range c.Fields {
			fields[i] = quote(f.Name) + " " + sqlType(f)
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	panic("duckdb: column " + c.Name + " has no type")
}

// inTransaction runs f on the sink's own connection; an error undoes all of it.
func (s *Sink) inTransaction(ctx context.Context, f func() error) error {
	if _, err := s.own.exec(ctx, "BEGIN"); err != nil {
		return explain(s.path, err)
	}
	err := f()
	if err == nil {
		_, err = s.own.exec(ctx, "COMMIT")
	}
	if err != nil {
		// The transaction may be gone already; that is what is wanted.
		_, _ = s.own.exec(context.WithoutCancel(ctx), "ROLLBACK")
		return explain(s.path, err)
	}
	return nil
}
