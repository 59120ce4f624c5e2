package sinktest

import (
	"fmt"
	"testing"

	"desklake/sink"
)

// manyBatches is more than a transaction may have if each holds on to something until the commit.
const manyBatches = 5000

// thousandsOfBatches writes small batches, new ones and then the same again, each time in one transaction under the sink's
// own limit of memory.
func thousandsOfBatches(t *testing.T, p *place) {
	if testing.Short() {
		t.Skip("thousands of batches take their time")
	}
	p.open(pets)
	for round, want := range []sink.Counts{
		{Read: 3 * manyBatches, Inserted: 3 * manyBatches},
		{Read: 3 * manyBatches, Unchanged: 3 * manyBatches},
		{Read: 3 * manyBatches, Updated: 3 * manyBatches},
	} {
		tx := p.begin(pets)
		for i := range manyBatches {
			var records []string
			for j := range 3 {
				records = append(records, pet(int64(3*i+j), fmt.Sprint("in round ", round/2), 1+round/2))
			}
			p.write(tx, pets, 10+round, records...)
		}
		if got := p.commit(tx, pets, fmt.Sprint(round)); got != want {
			t.Errorf("round %d: %+v", round, got)
		}
	}
}
