package duckdb_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/state"
)

var (
	night = time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	words = &schema.Table{Name: "words", Doc: "Words.", Key: "word", Columns: []schema.Column{{Name: "word", Type: schema.Text}, {Name: "count", Type: schema.Int}}}
	notes = &schema.Table{Name: "notes", Doc: "Notes.", Key: "id", Columns: []schema.Column{{Name: "id", Type: schema.Int}}}
)

// file is a DuckDB file of a test.
type file struct {
	t    *testing.T
	path string
}

func newFile(t *testing.T) file { return file{t, filepath.Join(t.TempDir(), "lake.duckdb")} }

// use opens the sink, for words and notes unless told otherwise.
func (f file) use(do func(s *duckdb.Sink) error) {
	f.t.Helper()
	s, err := duckdb.Open(f.t.Context(), duckdb.Options{Path: f.path})
	if err != nil {
		f.t.Fatal(err)
	}
	if err := errors.Join(do(s), s.Close()); err != nil {
		f.t.Fatal(err)
	}
}

// sync commits words, and no notes, as one stream that was read to its end.
func (f file) sync(checkpoint state.Checkpoint, outcome sink.Outcome, rows ...string) {
	f.t.Helper()
	f.use(func(s *duckdb.Sink) error {
		if err := s.Prepare(f.t.Context(), []*schema.Table{words, notes}); err != nil {
			return err
		}
		tx, err := s.Begin(f.t.Context(), "run", "stream")
		if err != nil {
			return err
		}
		d := schema.NewDecoder(words)
		d.Page(night, "run")
		for _, row := range rows {
			d.Decode(jsonscan.New([]byte(row)))
		}
		batches, _ := d.Flush()
		for _, b := range batches {
			if err := tx.Write(f.t.Context(), b); err != nil {
				return err
			}
		}
		_, err = tx.Commit(f.t.Context(), sink.Commit{At: night, Checkpoint: checkpoint, Load: sink.Load{Tables: []string{"words", "notes"}, Outcome: outcome}})
		return err
	})
}

// run runs statements as somebody else does who has the file.
func (f file) run(statements ...string) {
	f.t.Helper()
	db, err := sql.Open("duckdb", f.path)
	for _, statement := range statements {
		if err == nil {
			_, err = db.Exec(statement)
		}
	}
	if err = errors.Join(err, db.Close()); err != nil {
		f.t.Fatal(err)
	}
}

// makeOld takes away what the version before did not have.
func (f file) makeOld(more ...string) {
	f.t.Helper()
	f.run(append([]string{"DROP TABLE desklake.tables", "ALTER TABLE desklake.runs DROP COLUMN account", "ALTER TABLE desklake.checkpoints DROP COLUMN account",
		"ALTER TABLE desklake.checkpoints DROP COLUMN start", "ALTER TABLE desklake.checkpoints DROP COLUMN complete_at",
		"ALTER TABLE desklake.checkpoints DROP COLUMN reader", "ALTER TABLE desklake.runs DROP COLUMN source", "ALTER TABLE desklake.loads DROP COLUMN source",
		"ALTER TABLE desklake.checkpoints DROP COLUMN source", "ALTER TABLE desklake.issues DROP COLUMN source"}, more...)...)
}

// stored are the checkpoints at the start of a run.
func (f file) stored() (stored map[string]state.Checkpoint) {
	f.t.Helper()
	f.use(func(s *duckdb.Sink) (err error) {
		stored, err = s.Checkpoints(f.t.Context())
		return err
	})
	return stored
}

func (f file) want(what string, want ...state.Checkpoint) {
	f.t.Helper()
	byStream := map[string]state.Checkpoint{}
	for _, c := range want {
		byStream[c.Stream] = c
	}
	if diff := cmp.Diff(byStream, f.stored()); diff != "" {
		f.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (f file) prepare() {
	f.t.Helper()
	f.use(func(s *duckdb.Sink) error { return s.Prepare(f.t.Context(), []*schema.Table{words, notes}) })
}

func (f file) freshAt() time.Time {
	f.t.Helper()
	r, err := duckdb.Inspect(f.t.Context(), duckdb.Options{Path: f.path}, sink.All)
	if err != nil || len(r.Tables) != 2 {
		f.t.Fatalf("%d tables, %v", len(r.Tables), err)
	}
	return r.Tables[1].FreshAt
}

// A file of the version before says of feeds and of lists when they were read to their ends, before its next run and after.
func TestAFileOfTheVersionBeforeIsReadAndCompleted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, after state.Checkpoint }{
		"a feed": {state.Checkpoint{Stream: "stream", Cursor: "c", HighWater: night, Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night},
			state.Checkpoint{Stream: "stream", Cursor: "c", HighWater: night, Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night, CompleteAt: night}},
		"a list": {state.Checkpoint{}, state.Checkpoint{Stream: "stream", Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night, CompleteAt: night}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			f.sync(c.before, sink.Complete, `{"word":"a"}`)
			f.makeOld()
			for _, when := range []string{"before the next run", "after it began"} {
				if got := f.freshAt(); !got.Equal(night) {
					t.Errorf("%s: fresh at %s", when, got)
				}
				f.want(when, c.after)
				f.prepare()
			}
			f.run("DELETE FROM words")
			c.after.Tables, c.after.Lost = []string{"notes"}, map[string]int64{"words": 1}
			f.want("emptied later", c.after)
		})
	}
}

// What a version does not know yet of its checkpoints is empty, and stored from the next commit on.
func TestAFileWithoutReadersIsReadAndCompleted(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	c := state.Checkpoint{Stream: "stream", Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night, CompleteAt: night, Account: "acme", Reader: "user 1, admin"}
	f.sync(c, sink.Complete, `{"word":"a"}`)
	f.run("ALTER TABLE desklake.checkpoints DROP COLUMN reader")
	old := c
	old.Reader = ""
	f.want("the file", old)
	f.sync(c, sink.Complete)
	f.want("after the next run", c)
}

// What a version stored that knew no names of sources is the only source's, and stays so when others come.
func TestAFileOfOneSourceTakesOthers(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	c := state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"words"}, RunID: "run", SavedAt: night, CompleteAt: night}
	f.sync(c, sink.Complete, `{"word":"a"}`)
	f.use(func(s *duckdb.Sink) error {
		return s.SaveRun(t.Context(), sink.Run{ID: "run", Started: night, Status: sink.Running})
	})
	for _, table := range []string{"runs", "loads", "checkpoints", "issues", "tables"} {
		f.run("ALTER TABLE desklake." + table + " DROP COLUMN source")
	}
	acme := duckdb.Destination{Options: duckdb.Options{Path: f.path}}.For("acme")
	if r, err := sink.Inspect(t.Context(), acme, sink.All); err != nil || len(r.Tables)+len(r.Runs)+len(r.Checkpoints) > 0 || r.LastRun != nil {
		t.Errorf("acme has %+v, %v", r, err)
	}
	s, err := acme.Open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := s.Checkpoints(t.Context())
	if len(stored) > 0 {
		t.Errorf("acme has checkpoints: %v", stored)
	}
	err = errors.Join(err, s.DeleteCheckpoint(t.Context(), "stream"), s.Prepare(t.Context(), []*schema.Table{words}),
		s.SaveRun(t.Context(), sink.Run{ID: "acme's", Started: night, Status: sink.Running}), s.Forget(t.Context(), night.Add(time.Hour)), s.Close())
	if err != nil {
		t.Fatal(err)
	}
	f.want("beside acme", c)
	r, err := duckdb.Inspect(t.Context(), duckdb.Options{Path: f.path}, sink.All)
	if err != nil || len(r.Runs) != 1 || r.Runs[0].Status != sink.Killed || len(r.Runs[0].Loads) != 2 || !r.Tables[1].FreshAt.Equal(night) {
		t.Errorf("%+v, %v", r, err)
	}
}

// A version of desklake that knows no sources would take the checkpoints of one of several for its own: it knows format 1.
func TestCheckpointsOfSeveralSourcesAreRefusedByTheVersionBefore(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.sync(state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"words"}}, "", `{"word":"a"}`)
	s, err := duckdb.Destination{Options: duckdb.Options{Path: f.path}}.For("acme").Open(t.Context(), nil)
	if err == nil {
		err = s.Prepare(t.Context(), []*schema.Table{words})
	}
	if err != nil {
		t.Fatal(err)
	}
	tx, err := s.Begin(t.Context(), "run", "stream")
	if err == nil {
		_, err = tx.Commit(t.Context(), sink.Commit{At: night, Checkpoint: state.Checkpoint{Stream: "stream", Cursor: "acme's"}})
	}
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := rows(f.path, "desklake.checkpoints")
	if err != nil || len(got) != 2 || !strings.Contains(got[0], `"format":1`) || !strings.Contains(got[1], `"format":2`) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAnEmptiedTableOfTheVersionBeforeIsLost(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	c := state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night}
	f.sync(c, "", `{"word":"a"}`)
	f.makeOld("DELETE FROM words")
	c.Tables, c.Lost = []string{"notes"}, map[string]int64{"words": 1}
	f.want("at the start", c)
	f.prepare()
	f.want("after the run began", c)
}

// A file of a version that knew no outcomes is read, and gets the columns with the next run.
func TestAFileWithoutOutcomesIsReadAndCompleted(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	c := state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night}
	f.sync(c, sink.Complete, `{"word":"a"}`)
	f.makeOld("ALTER TABLE desklake.loads DROP COLUMN outcome", "ALTER TABLE desklake.loads DROP COLUMN error")
	if got := f.freshAt(); !got.IsZero() {
		t.Errorf("fresh at %s, which the file does not tell", got)
	}
	f.want("the file", c)
	c.CompleteAt = night
	f.sync(c, sink.Complete)
	if got := f.freshAt(); !got.Equal(night) {
		t.Errorf("fresh at %s, want %s", got, night)
	}
}

// A newer version may have given desklake's own tables more columns.
func TestAFileOfANewerVersionIsUsed(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	c := state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"words"}, RunID: "run", SavedAt: night, CompleteAt: night}
	f.sync(c, sink.Complete, `{"word":"a"}`)
	for _, table := range []string{"runs", "loads", "checkpoints", "issues", "tables"} {
		f.run("ALTER TABLE desklake."+table+" ADD COLUMN newer BIGINT", "ALTER TABLE desklake."+table+" ADD COLUMN newest VARCHAR")
	}
	f.sync(c, sink.Complete, `{"word":"a"}`, `{"word":"b"}`)
	f.use(func(s *duckdb.Sink) error {
		tx, err := s.Begin(t.Context(), "run", "stream")
		if err != nil {
			return err
		}
		_, err = tx.Commit(t.Context(), sink.Commit{At: night, Issues: []schema.Issue{{Table: "words", Reason: "odd"}}})
		return errors.Join(err, s.SaveRun(t.Context(), sink.Run{ID: "run", Started: night, Status: sink.Running}), s.Forget(t.Context(), night.Add(time.Hour)))
	})
	f.want("the file", c)
	if got := f.freshAt(); !got.Equal(night) {
		t.Errorf("fresh at %s", got)
	}
}

func TestAFileOfANewerFormatIsRefused(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.sync(state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"words"}}, "", `{"word":"a"}`)
	f.run("UPDATE desklake.checkpoints SET format = 3")
	f.use(func(s *duckdb.Sink) error {
		_, read := s.Checkpoints(t.Context())
		for what, err := range map[string]error{"Checkpoints": read, "Prepare": s.Prepare(t.Context(), []*schema.Table{words})} {
			var refused *duckdb.PathError
			if !errors.As(err, &refused) || refused.Problem != "was written by a newer version of desklake (format 3, this version knows 2)" {
				t.Errorf("%s: %v", what, err)
			}
		}
		return nil
	})
}
