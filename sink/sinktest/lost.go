package sinktest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"desklake/sink"
	"desklake/state"
)

// lostTable drops a table behind the sink's back: it is to be read again, and the others of its stream are not, also if the runs
// that notice it are killed.
func lostTable(t *testing.T, p *place) {
	both := []string{"pets", "words"}
	load := func(lost map[string]int64) {
		t.Helper()
		p.open(pets, words)
		for m, written := range []string{"abc", "b", "a"} { // of which c stays deleted
			tx := p.begin(words)
			for _, word := range written {
				p.write(tx, words, m, fmt.Sprintf(`{"word":"%c","count":1}`, word))
			}
			if m == 1 {
				if err := tx.MarkMissing(t.Context(), words, minute(1)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := tx.Commit(t.Context(), sink.Commit{At: minute(m)}); err != nil {
				t.Fatal(err)
			}
		}
		tx := p.begin(pets)
		p.write(tx, pets, 1, pet(1, "Rex", 1))
		c := commitOf(pets, "c")
		c.Checkpoint.Tables, c.Checkpoint.Lost, c.Load.Tables = both, lost, both
		if _, err := tx.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		p.close()
	}
	covers := func(when string, tables []string, lost map[string]int64) {
		t.Helper()
		var err error
		if p.sink, err = p.Open(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		stored, err := p.sink.Checkpoints(t.Context())
		p.close()
		report, unread := p.inspect(sink.Look{})
		if err != nil || unread != nil {
			t.Fatal(err, unread)
		}
		for _, c := range []state.Checkpoint{stored["pets"], report.Checkpoints["pets"]} {
			if !slices.Equal(c.Tables, tables) || !maps.Equal(c.Lost, lost) {
				t.Errorf("%s: %v, and %v lost; want %v, and %v", when, c.Tables, c.Lost, tables, lost)
			}
		}
	}
	load(nil)
	covers("at first", both, nil)
	if err := p.Drop("words"); err != nil {
		t.Fatal(err)
	}
	lost := map[string]int64{"words": 2}
	covers("dropped", both[:1], lost)
	p.open(pets, words)
	p.close()
	covers("there again, without its rows", both[:1], lost)
	load(lost)
	covers("read again, and not believed yet", both, lost)
	if err := p.Drop("words"); err != nil {
		t.Fatal(err)
	}
	covers("dropped again", both[:1], lost)
	load(nil)
	covers("read again", both, nil)
	if rows := sorted(t, p.rows, "words"); len(rows) != 3 {
		t.Errorf("read again: %v", rows)
	}
}
