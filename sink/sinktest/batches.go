package sinktest

import (
	"fmt"
	"testing"

	"desklake/sink"
)

// manyBatches is several times as many as a transaction can have if each holds on to something until the commit.
const manyBatches = 2000

// thousandsOfBatches writes small batches in one transaction under the sink's own limit of memory. Each has a row that is
// new, one that is the same, and one that changed.
func thousandsOfBatches(t *testing.T, p *place) {
	if testing.Short() {
		t.Skip("thousands of batches take their time")
	}
	p.open(pets)
	row := func(i, version int) string { return pet(int64(i), fmt.Sprint("in version ", version), version) }
	var before []string
	for i := range manyBatches {
		before = append(before, row(3*i, 1), row(3*i+1, 1))
	}
	tx := p.begin(pets)
	p.write(tx, pets, 10, before...)
	p.commit(tx, pets, "before")

	tx = p.begin(pets)
	for i := range manyBatches {
		p.write(tx, pets, 11, row(3*i, 1), row(3*i+1, 2), row(3*i+2, 1))
	}
	want := sink.Counts{Read: 3 * manyBatches, Inserted: manyBatches, Updated: manyBatches, Unchanged: manyBatches}
	if got := p.commit(tx, pets, "after"); got != want {
		t.Errorf("%+v", got)
	}
}
