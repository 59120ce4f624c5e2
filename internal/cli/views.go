package cli

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"desklake/pipeline"
	"desklake/sink"
)

type viewsCommand struct {
	sourceFlag

	Output string `short:"o" default:"lake.duckdb" type:"path" help:"The file to write; what else it has stays."`
}

// Help is shown by --help.
func (*viewsCommand) Help() string {
	return `Example: desklake views -o lake.duckdb

The file is small: the rows stay in the Parquet files, and every query sees what the last sync left there. While a sync
replaces files a query can meet one at that moment. It fails almost always, and is to be asked again; docs/deploy.md tells
how to read old and new rows never mixed. Write the views again when a new version of desklake has more tables or columns.
Of several sources, each has its views in the schema of its name.`
}

// Run writes the views.
func (c *viewsCommand) Run(a *app) error {
	conf, sources, err := c.choose(a)
	if err != nil {
		return err
	}
	var views []sink.View
	for _, s := range sources {
		files, ok := s.Destination().(sink.Viewed)
		if !ok {
			return &usageError{fmt.Errorf("sink.type is %s: its tables are in %s itself", conf.Sink.Type, conf.Destination().Location())}
		}
		its, err := files.Views(a.ctx)
		if err != nil {
			return about(s.Name, &pipeline.SinkError{Err: err})
		}
		views = withViews(views, its)
	}
	if err == nil {
		err = writeViews(a.ctx, c.Output, views)
	}
	if err != nil {
		return &pipeline.SinkError{Err: err}
	}
	fmt.Fprintf(a.stdout, "%s has %d views over the files in %s\n", c.Output, len(views), conf.Destination().Location())
	return nil
}

// withViews adds views. Desklake's own tables of several sources are one view.
func withViews(views, more []sink.View) []sink.View {
	for _, v := range more {
		i := slices.IndexFunc(views, func(o sink.View) bool { return o.Schema == v.Schema && o.Name == v.Name })
		if i < 0 {
			views = append(views, v)
		} else {
			views[i].Files = append(views[i].Files, v.Files...)
		}
	}
	return views
}

// writeViews creates or replaces the views in one transaction.
func writeViews(ctx context.Context, path string, views []sink.View) (err error) {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return &viewsError{path, err}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return &viewsError{path, err}
	}
	for _, v := range views {
		for _, statement := range viewStatements(v) {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return errors.Join(&viewsError{path, fmt.Errorf("view %s: %w", v.Name, err)}, tx.Rollback())
			}
		}
	}
	return tx.Commit()
}

// viewsError is a file into which the views can't be written.
type viewsError struct {
	path string
	err  error
}

func (e *viewsError) Error() string {
	problem, _, _ := strings.Cut(e.err.Error(), "\n") // a piece of SQL follows
	return e.path + ": " + strings.TrimPrefix(problem, "database/sql/driver: could not connect to database: ")
}

func (e *viewsError) Unwrap() error { return e.err }

// Hint says what to do.
func (e *viewsError) Hint() string {
	return "Close the program that has the file open, or choose another one with --output."
}

// viewStatements create a view with its comments. Files may lack columns that others of the table have already.
func viewStatements(v sink.View) []string {
	name := quote(v.Name)
	var statements []string
	if v.Schema != "" {
		statements = append(statements, "CREATE SCHEMA IF NOT EXISTS "+quote(v.Schema))
		name = quote(v.Schema) + "." + name
	}
	files := make([]string, len(v.Files))
	for i, f := range v.Files {
		files[i] = literal(f)
	}
	columns := make([]string, len(v.Columns))
	for i, c := range v.Columns {
		columns[i] = quote(c.Name)
		if c.JSON {
			columns[i] += "::JSON AS " + quote(c.Name)
		}
	}
	statements = append(statements, fmt.Sprintf("CREATE OR REPLACE VIEW %s AS SELECT %s FROM read_parquet([%s], union_by_name = true, hive_partitioning = false)",
		name, strings.Join(columns, ", "), strings.Join(files, ", ")), "COMMENT ON VIEW "+name+" IS "+literal(v.Doc))
	for _, c := range v.Columns {
		statements = append(statements, "COMMENT ON COLUMN "+name+"."+quote(c.Name)+" IS "+literal(c.Doc))
	}
	return statements
}

// quote makes an SQL identifier of a name, literal a string of a text.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
