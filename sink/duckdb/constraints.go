package duckdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"desklake/sink"
)

// constraints are what users ask of our tables, by table: such as NOT NULL of a column. desklake itself asks for a key only.
type constraints map[string][]constraint

type constraint struct{ kind, columns string }

// readConstraints reads what is asked of the tables beside their keys.
func (s *Sink) readConstraints(ctx context.Context, keys map[string]string) (constraints, error) {
	found := constraints{}
	err := s.own.query(ctx, `
		SELECT table_name, constraint_type, array_to_string(constraint_column_names, ', ') FROM duckdb_constraints()
		WHERE database_name = $1 AND schema_name = $2
		UNION ALL SELECT table_name, 'UNIQUE', trim(expressions, '[]') FROM duckdb_indexes()
		WHERE database_name = $1 AND schema_name = $2 AND is_unique
		ORDER BY ALL`, []any{catalog, s.options.schema()}, func(v []any) error {
		table, c := text(v[0]), constraint{text(v[1]), text(v[2])}
		if key, ours := keys[table]; ours && c != (constraint{"NOT NULL", key}) {
			found[table] = append(found[table], c)
		}
		return nil
	})
	return found, err
}

// explain explains an error of writing to tables. What DuckDB says of a constraint can have values of the rows in it.
func (c constraints) explain(path string, err error, tables ...string) error {
	var refused *statementError
	if !errors.As(err, &refused) || !violated(refused.message) {
		return explain(path, err)
	}
	var kept []string
	for _, table := range tables {
		for _, one := range c[table] {
			if named(refused.message, table, one) {
				kept = append(kept, fmt.Sprintf("%s: %s (%s)", table, one.kind, one.columns))
			}
		}
	}
	if len(kept) == 0 {
		kept = tables
	}
	return sink.Refused(path, "a constraint that desklake did not make keeps rows out: "+strings.Join(kept, "; "),
		"Drop the constraint, or the column that has it, and ask for it in a view or a table of your own. What was committed is whole, and the next run goes on from there.")
}

func violated(message string) bool {
	return slices.ContainsFunc([]string{"Constraint Error", "constraint failed", "constraint violation", "foreign key constraint", "unique constraint"},
		func(part string) bool { return strings.Contains(message, part) })
}

// named reports that DuckDB's message can mean the constraint.
func named(message, table string, c constraint) bool {
	switch {
	case strings.Contains(message, "NOT NULL constraint failed"):
		return c.kind == "NOT NULL" && strings.HasSuffix(message, "failed: "+table+"."+c.columns)
	case strings.Contains(message, "CHECK constraint failed"):
		return c.kind == "CHECK"
	case strings.Contains(message, "foreign key constraint"):
		return c.kind == "FOREIGN KEY" || c.kind == "PRIMARY KEY" || c.kind == "UNIQUE" // of another table, on one of ours
	}
	return c.kind == "UNIQUE" || c.kind == "PRIMARY KEY"
}

// names are the tables that a transaction writes to.
func (t *tx) names() []string { return slices.Sorted(maps.Keys(t.merges)) }
