package duckdb_test

import (
	"testing"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/state"
)

// A table that does not hold what its checkpoint says is read again, and no other one, also if the run that noticed is killed.
func TestATableWithoutItsRowsUnderACursorIsNoticed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm string
		lost bool
	}{
		"untouched":                       {"SELECT 1", false},
		"dropped":                         {"DROP TABLE words", true},
		"dropped, not counted before":     {"UPDATE desklake.tables SET live = NULL; DROP TABLE words", true},
		"renamed":                         {"ALTER TABLE words RENAME TO words_of_2025", true},
		"emptied":                         {"DELETE FROM words", true},
		"truncated":                       {"TRUNCATE words", true},
		"a column dropped":                {"ALTER TABLE words DROP COLUMN count", true},
		"a column of ours dropped":        {"ALTER TABLE words DROP COLUMN _desklake_extra", true},
		"a column renamed":                {"ALTER TABLE words RENAME COLUMN count TO counted", true},
		"an older copy put back":          {"CREATE TABLE older AS FROM words; DROP TABLE words; ALTER TABLE older RENAME TO words", true},
		"replaced by what was selected":   {"CREATE OR REPLACE TABLE words AS FROM words", true},
		"a column dropped and added":      {"ALTER TABLE words DROP COLUMN count; ALTER TABLE words ADD COLUMN count BIGINT", true},
		"renamed there and back":          {"ALTER TABLE words RENAME TO w; ALTER TABLE w RENAME TO words; ALTER TABLE words RENAME count TO c; ALTER TABLE words RENAME c TO count", false},
		"an index and a default":          {"CREATE INDEX i ON words (word); ALTER TABLE words ALTER count SET DEFAULT 1", false},
		"another comment":                 {"COMMENT ON TABLE words IS 'mine'; COMMENT ON COLUMN words.count IS 'mine'", false},
		"some rows deleted":               {"DELETE FROM words WHERE word = 'a'", false},
		"a column of the user's":          {"ALTER TABLE words ADD COLUMN mine BIGINT", false},
		"a table that never had rows":     {"DELETE FROM notes", false},
		"a table that is no table's name": {"CREATE TABLE other (id BIGINT)", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			kept := state.Checkpoint{Stream: "stream", Cursor: "c", HighWater: night, Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night, CompleteAt: night}
			f.sync(kept, sink.Complete, `{"word":"a","count":1}`, `{"word":"b","count":2}`)
			f.run(c.harm)
			noticed := kept
			if c.lost {
				noticed.Tables, noticed.Lost = []string{"notes"}, map[string]int64{"words": 2}
			}
			f.want("at the start of a run", noticed)
			f.want("of one that was killed then", noticed)
			if _, err := duckdb.Inspect(t.Context(), duckdb.Options{Path: f.path}, sink.All); err != nil {
				t.Error(err)
			}
			f.prepare()
			f.want("of one that was killed after it had begun", noticed)
			f.sync(kept, sink.Complete, `{"word":"a","count":1}`, `{"word":"b","count":2}`)
			f.want("after the next one", kept)
			f.prepare()
			f.want("ever after", kept)
		})
	}
}

// An earlier version writes without counting live rows: the next one counts them.
func TestLiveRowsThatWereNotCountedAreCounted(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	kept := state.Checkpoint{Stream: "stream", Cursor: "c", HighWater: night, Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night, CompleteAt: night}
	f.sync(kept, sink.Complete, `{"word":"a","count":1}`, `{"word":"b","count":2}`, `{"word":"c","count":3}`)
	f.run("UPDATE words SET _desklake_deleted_at = now() WHERE word = 'c'", "UPDATE desklake.tables SET live = NULL")
	f.prepare()
	f.run("DROP TABLE words")
	kept.Tables, kept.Lost = []string{"notes"}, map[string]int64{"words": 2}
	f.want("dropped", kept)
}

// What a newer version of desklake brings was never there, and what a table has no more is not missed.
func TestAColumnThatANewVersionBringsIsNotLost(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	c := state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"words"}, RunID: "run", SavedAt: night}
	f.sync(c, "", `{"word":"a","count":1}`)
	newer, older := *words, *words
	newer.Columns = append(newer.Columns[:2:2], schema.Column{Name: "language", Type: schema.Text})
	older.Columns = words.Columns[:1]
	for _, table := range []*schema.Table{&newer, &older, words, &newer} {
		f.use(func(s *duckdb.Sink) error { return s.Prepare(t.Context(), []*schema.Table{table}) })
		f.want("another version", c)
	}
	f.run("ALTER TABLE words DROP COLUMN language")
	c.Tables, c.Lost = nil, map[string]int64{"words": 1}
	f.want("dropped", c)
}
