package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"desklake/sink"
)

// copied is the name under which the analysts' copy is attached while it is compared and replaced. Held open for
// reading, it lets other readers in and keeps out whoever would write: their log must not come to lie beside another
// file than theirs.
const copied = "copied"

// step is told what Publish has done. Tests kill the process there.
var step = func(string) {}

// Publish brings the analysts' copy up to date and reports whether it was replaced; it is not where it holds the same
// rows and columns already. Readers see the whole old file or the whole new one, and whoever has the old one open keeps
// it. Unless forced, the old copy is kept where a table lost too many rows: *sink.Shrunk. Nothing that goes wrong here
// touches what was committed, and the next call makes up for it. Called after the run's end, before Close.
func (s *Sink) Publish(ctx context.Context, force bool) (replaced bool, err error) {
	if s.copy.path == "" {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.vanished(); err != nil {
		return false, err
	}
	replaced, err = s.publish(ctx, force)
	// The sink is closed soon: a copy that is still attached then does no harm.
	_, _ = s.own.exec(context.WithoutCancel(ctx), "DETACH DATABASE IF EXISTS "+copied)
	var path *PathError
	var shrunk *sink.Shrunk
	if err != nil && !errors.As(err, &path) && !errors.As(err, &shrunk) {
		err = fmt.Errorf("publish %s: %w", s.copy.path, err)
	}
	return replaced, err
}

func (s *Sink) publish(ctx context.Context, force bool) (replaced bool, err error) {
	if err := s.copy.removeDraft(); err != nil {
		return false, err
	}
	due, err := s.compare(ctx, force)
	if err != nil || !due {
		return false, err
	}
	step("compared")
	if !force {
		if err := s.guard(ctx); err != nil {
			return false, err
		}
	}
	if err := s.checkpoint(); err != nil {
		return false, err
	}
	step("checkpointed")
	// Closing a file releases every lock that the process has on it, DuckDB's too. So detach closes this one.
	if s.source == nil {
		if s.source, err = os.Open(s.path); err != nil {
			return false, explainOS(s.path, err)
		}
	}
	return true, s.copy.replace(ctx, s.source, func(made time.Time, whole bool) error { return s.mark(ctx, made, whole) })
}

// compare attaches the copy, if there is one, and reports whether it holds anything else than the file, or was changed.
func (s *Sink) compare(ctx context.Context, force bool) (differs bool, err error) {
	want, err := s.contents(ctx, catalog)
	err = explain(s.path, err)
	if err == nil && want == "" {
		err = sink.Refused(s.path, "holds no tables yet", "Run desklake sync first.")
	}
	if err != nil || !exists(s.copy.path) {
		return true, err
	}
	if _, err := s.own.exec(ctx, "ATTACH "+literal(s.copy.path)+" AS "+copied+" (READ_ONLY)"); err != nil {
		return false, s.copy.explain(err)
	}
	have, err := s.contents(ctx, copied)
	if err == nil && have == "" {
		err = sink.Refused(s.copy.path, "is not a copy that desklake made", "Choose another sink.publish; this file was left as it is.")
	}
	if err != nil {
		return false, s.copy.explain(err)
	}
	touched, err := s.checkMark(ctx, force)
	return touched || have != want, err
}

// contents is a text that two files share if they hold the same rows and columns: of each table which run changed it last, how
// many changes there ever were, and the columns. It is empty for a file that desklake did not make.
func (s *Sink) contents(ctx context.Context, database string) (string, error) {
	there, err := s.layoutOf(ctx, database)
	if err != nil || there[ownSchema]["loads"] == nil {
		return "", err
	}
	tables, err := s.readKnown(ctx, database, there)
	if err != nil {
		return "", err
	}
	slices.SortFunc(tables, func(a, b known) int {
		return cmp.Or(strings.Compare(a.source, b.source), strings.Compare(a.table, b.table))
	})
	var b strings.Builder
	for _, k := range tables {
		if k.changedBy != "" {
			fmt.Fprintf(&b, "%s %s %s %d %d\n", k.source, k.table, k.changedBy, k.inserted, k.changed)
		}
	}
	err = s.own.query(ctx, `SELECT string_agg(concat_ws(' ', schema_name, table_name, column_name, data_type), ',' ORDER BY schema_name, table_name, column_index)
		FROM duckdb_columns() WHERE database_name = $1 AND schema_name IN (SELECT unnest($2::VARCHAR[]))`, []any{database, schemas(tables)}, func(v []any) error {
		b.WriteString("columns " + text(v[0]))
		return nil
	})
	return b.String(), err
}
