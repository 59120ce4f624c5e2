package duckdb_test

import (
	"errors"
	"strings"
	"testing"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/state"
)

// What a user asks of our tables can keep rows out: it is named, with the table, the column and what to do, and without values.
func TestAConstraintOfTheUsersIsNamed(t *testing.T) {
	t.Parallel()
	const again = `CREATE TABLE new (word VARCHAR NOT NULL, count BIGINT, _desklake_extracted_at TIMESTAMPTZ, _desklake_run_id VARCHAR,
		_desklake_deleted_at TIMESTAMPTZ, _desklake_extra JSON, `
	const instead = `); INSERT INTO new BY NAME FROM words; DROP TABLE words; ALTER TABLE new RENAME TO words`
	for name, c := range map[string]struct {
		add  string
		want []string
	}{
		"not null":     {"ALTER TABLE words ADD COLUMN team VARCHAR DEFAULT 'x'; ALTER TABLE words ALTER team SET NOT NULL; ALTER TABLE words ALTER team DROP DEFAULT", []string{"words", "NOT NULL", "team"}},
		"of ours":      {"ALTER TABLE words ALTER count SET NOT NULL", []string{"words", "NOT NULL", "count"}},
		"check":        {again + "CHECK (count < 5)" + instead, []string{"words", "CHECK", "count"}},
		"unique":       {again + "UNIQUE (count)" + instead, []string{"words", "UNIQUE", "count"}},
		"index":        {"CREATE UNIQUE INDEX mine ON words (count)", []string{"words", "UNIQUE", "count"}},
		"foreign key":  {"CREATE TABLE counts (n BIGINT PRIMARY KEY); INSERT INTO counts VALUES (1), (2);" + again + "FOREIGN KEY (count) REFERENCES counts (n)" + instead, []string{"words", "FOREIGN KEY", "count"}},
		"generated":    {again + "double INTEGER GENERATED ALWAYS AS (count::INTEGER * 2)" + instead, nil},
		"with default": {"ALTER TABLE words ADD COLUMN team VARCHAR DEFAULT 'x'; ALTER TABLE words ALTER team SET NOT NULL", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			k := state.Checkpoint{Stream: "stream", Cursor: "c", Tables: []string{"words"}, RunID: "run", SavedAt: night}
			f.sync(k, sink.Complete, `{"word":"a","count":1}`, `{"word":"b","count":2}`)
			f.run(c.add)
			err := f.write(`{"word":"secret"}`, `{"word":"hidden","count":91827364}`, `{"word":"twice","count":91827364}`)
			if c.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var told *duckdb.PathError
			if !errors.As(err, &told) {
				t.Fatalf("%v", err)
			}
			for _, part := range append(c.want, "desklake did not make") {
				if !strings.Contains(told.Error(), part) {
					t.Errorf("%q is not in: %v", part, err)
				}
			}
			for _, value := range []string{"secret", "hidden", "91827364"} {
				if strings.Contains(err.Error(), value) {
					t.Errorf("a value is told: %v", err)
				}
			}
			if !strings.Contains(told.Hint(), "view") {
				t.Errorf("hint: %s", told.Hint())
			}
		})
	}
}

// write writes records into words, and commits.
func (f file) write(records ...string) (err error) {
	s, err := duckdb.Open(f.t.Context(), duckdb.Options{Path: f.path})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Prepare(f.t.Context(), []*schema.Table{words}); err != nil {
		return err
	}
	tx, err := s.Begin(f.t.Context(), "run", "stream")
	if err != nil {
		return err
	}
	d := schema.NewDecoder(words)
	d.Page(night, "run")
	for _, record := range records {
		d.Decode(jsonscan.New([]byte(record)))
	}
	batches, _ := d.Flush()
	for _, b := range batches {
		if err := tx.Write(f.t.Context(), b); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	_, err = tx.Commit(f.t.Context(), sink.Commit{At: night})
	return err
}
