package sinktest

import (
	"slices"
	"testing"

	"desklake/sink"
)

// lostTable drops a table behind the sink's back: it is to be read again, and the others of its stream are not, also if the runs
// that notice it are killed.
func lostTable(t *testing.T, p *place) {
	both := []string{"pets", "words"}
	load := func() {
		t.Helper()
		p.open(pets, words)
		tx := p.begin(pets)
		p.write(tx, pets, 1, pet(1, "Rex", 1))
		p.write(tx, words, 1, `{"word":"a","count":1}`)
		c := commitOf(pets, "c")
		c.Checkpoint.Tables, c.Load.Tables = both, both
		if _, err := tx.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		p.close()
	}
	covers := func(when string, tables, lost []string) {
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
		for _, c := range []struct{ tables, lost []string }{
			{stored["pets"].Tables, stored["pets"].Lost}, {report.Checkpoints["pets"].Tables, report.Checkpoints["pets"].Lost},
		} {
			if !slices.Equal(c.tables, tables) || !slices.Equal(c.lost, lost) {
				t.Errorf("%s: %v, and %v lost; want %v, and %v", when, c.tables, c.lost, tables, lost)
			}
		}
	}
	load()
	covers("at first", both, nil)
	if err := p.Drop("words"); err != nil {
		t.Fatal(err)
	}
	covers("dropped", both[:1], both[1:])
	p.open(pets, words)
	p.close()
	covers("there again, without its rows", both[:1], nil)
	load()
	covers("read again", both, nil)
	compareRows(t, "read again", []string{canonical(t, `{"word":"a","count":1}`, nil)}, p.rows, words)
}
