package sinktest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"
)

// version is a row of the model that anyHistory compares with.
type version struct {
	version, extracted int
	record             string
}

// beats reports that the version takes the place of one that was written before it.
func (v version) beats(old version) bool {
	return v.version >= old.version || old.version > old.extracted && v.version >= old.extracted
}

// anyHistory writes random rows in random transactions, some of which are rolled back, and compares the table with a
// map that follows the rules one batch after another.
func anyHistory(t *testing.T, p *place) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	model := map[int64]version{}
	p.open(pets)
	for step := range 40 {
		tx := p.begin(pets)
		after := maps.Clone(model)
		for range 1 + r.IntN(4) {
			extracted := r.IntN(step + 3)
			records := make([]string, r.IntN(200))
			latest := map[int64]version{} // of this batch, which is merged as a whole
			for i := range records {
				id, v := int64(r.IntN(150)), r.IntN(20)
				records[i] = pet(id, fmt.Sprint(r.IntN(3)), v)
				row := version{v, extracted, records[i]}
				if old, ok := latest[id]; !ok || row.beats(old) {
					latest[id] = row
				}
			}
			for id, row := range latest {
				if old, ok := after[id]; !ok || row.beats(old) && row.record != old.record {
					after[id] = row
				}
			}
			p.write(tx, pets, extracted, records...)
		}
		if r.IntN(4) == 0 {
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		p.commit(tx, pets, fmt.Sprint(step))
		model = after
		if r.IntN(8) == 0 {
			p.close()
			p.open(pets)
		}
	}
	var want []string
	for _, v := range model {
		want = append(want, canonical(t, v.record, nil))
	}
	p.close()
	compareRows(t, fmt.Sprint("seed ", seed), want, p.rows, pets)
}
