package parquet

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // reads the files as an analyst would

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// pets has partitions; words has none.
var (
	pets = &schema.Table{
		Name: "pets", Doc: "Pets.", Key: "id", Version: "updated_at", Month: "created_at",
		Columns: []schema.Column{
			{Name: "id", Type: schema.Int, Doc: "The pet."},
			{Name: "name", Type: schema.Text, Doc: "What it's called."},
			{Name: "tags", Type: schema.Texts, Doc: "What it is like."},
			{Name: "created_at", Type: schema.Time, Doc: "When it came."},
			{Name: "updated_at", Type: schema.Time, Doc: "When it changed."},
		},
	}
	words = &schema.Table{
		Name: "words", Doc: "Words.", Key: "word",
		Columns: []schema.Column{{Name: "word", Type: schema.Text, Doc: "The word."}, {Name: "count", Type: schema.Int, Doc: "How often."}},
	}
)

// pet is a record: created in a month of 2026, at version minutes past midnight; month 0 is none.
func pet(id, month, version int, name string) string {
	created := "null"
	if month > 0 {
		created = fmt.Sprintf(`"2026-%02d-03T00:00:00Z"`, month)
	}
	return fmt.Sprintf(`{"id":%d,"name":%q,"tags":["a",null,"tag %d"],"created_at":%s,"updated_at":%q}`, id, name, id, created, at(version).Format(time.RFC3339))
}

func at(minute int) time.Time {
	return time.Date(2026, 11, 20, 0, minute, 0, 0, time.UTC)
}

// lake is a folder in a test.
type lake struct {
	testing.TB
	Options
	tables  []*schema.Table
	noteRun bool // runs are noted as the pipeline does
}

func newLake(t testing.TB) *lake {
	return &lake{TB: t, Options: Options{Path: filepath.Join(folder(t), "lake")}, tables: []*schema.Table{pets, words}}
}

// folder is in memory where the system has a place for that: these tests sync more than they write.
func folder(t testing.TB) string {
	path, err := os.MkdirTemp("/dev/shm", "desklake-test-") //nolint:usetesting // t.TempDir is on a disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(path) })
	return path
}

// run opens the lake, writes the records of pets in transactions of one batch each and closes it.
func (l *lake) run(transactions ...[]string) {
	l.Helper()
	if err := l.tryRun(transactions...); err != nil {
		l.Fatal(err)
	}
}

func (l *lake) tryRun(transactions ...[]string) (err error) {
	s, err := Open(context.Background(), l.Options)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, s.Close()) }()
	if err := s.Prepare(context.Background(), l.tables); err != nil {
		return err
	}
	run := sink.Run{ID: "run", Started: at(0), Status: sink.Running}
	if l.noteRun {
		if err := s.SaveRun(context.Background(), run); err != nil {
			return err
		}
	}
	for _, records := range transactions {
		if _, failed := l.commit(s, l.tables[0], records...); failed != nil {
			err = cmp.Or(err, failed)
		}
	}
	err = cmp.Or(err, s.Settle(context.Background()))
	if l.noteRun {
		run.Finished, run.Status = at(1), sink.Done
		if err != nil {
			run.Status, run.Error = sink.Failed, err.Error()
		}
		err = cmp.Or(err, s.SaveRun(context.Background(), run))
	}
	return err
}

// prepared opens the lake for its tables.
func (l *lake) prepared() *Sink {
	l.Helper()
	s, err := Open(l.Context(), l.Options)
	if err == nil {
		err = s.Prepare(l.Context(), l.tables)
	}
	if err != nil {
		l.Fatal(err)
	}
	return s
}

// commit writes one batch; its checkpoint is the number of commits.
func (l *lake) commit(s *Sink, table *schema.Table, records ...string) (sink.Counts, error) {
	tx, err := s.Begin(context.Background(), "run", table.Name)
	if err != nil {
		return sink.Counts{}, err
	}
	defer tx.Rollback()
	for _, b := range batches(table, records...) {
		err := tx.Write(context.Background(), b)
		b.Release()
		if err != nil {
			return sink.Counts{}, err
		}
	}
	stored, err := s.Checkpoints(context.Background())
	if err != nil {
		return sink.Counts{}, err
	}
	next := fmt.Sprint(len(stored[table.Name].Cursor) + 1)
	counts, err := tx.Commit(context.Background(), sink.Commit{At: at(1), Load: sink.Load{Tables: []string{table.Name}, Requests: 1},
		Checkpoint: state.Checkpoint{Stream: table.Name, Cursor: stored[table.Name].Cursor + "x", Tables: []string{table.Name}, RunID: next},
		Issues:     []schema.Issue{{Table: table.Name, Column: "legs", Reason: "unknown field", Count: 1}}})
	return counts[table.Name], err
}

func batches(table *schema.Table, records ...string) []schema.Batch {
	d := schema.NewDecoder(table)
	defer d.Release()
	d.Page(at(3*24*60), "run") // behind all versions
	for _, r := range records {
		d.Decode(jsonscan.New([]byte(r)))
	}
	found, _ := d.Flush()
	return found
}

// query asks DuckDB; FILES stands for the files of pets. Rows come as their values joined by blanks, sorted.
func (l *lake) query(text string) []string {
	l.Helper()
	rows, err := l.tryQuery(text)
	if err != nil {
		l.Fatal(err)
	}
	return rows
}

// Analyst is a DuckDB that reads the files as an analyst would, and keeps nothing of them from one query to the next. To open one
// takes longer than most queries.
var Analyst = sync.OnceValues(func() (*sql.DB, error) { return sql.Open("duckdb", "?enable_external_file_cache=false") })

func (l *lake) tryQuery(text string) ([]string, error) {
	db, err := Analyst()
	if err != nil {
		return nil, err
	}
	found, err := db.Query(strings.ReplaceAll(text, "FILES", "'"+filepath.Join(l.Path, l.tables[0].Name)+"/**/*.parquet'"))
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	var rows []string
	for found.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := found.Scan(places...); err != nil {
			return nil, err
		}
		rows = append(rows, strings.TrimSpace(fmt.Sprintln(values...)))
	}
	slices.Sort(rows)
	return rows, found.Err()
}

// finish ends the use of a sink as a run does.
func finish(s *Sink) error { return errors.Join(s.Settle(context.Background()), s.Close()) }

// Inspect reads what a lake holds.
func Inspect(ctx context.Context, o Options, look sink.Look) (sink.Report, error) {
	return sink.Inspect(ctx, Destination{o}, look)
}
