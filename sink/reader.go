package sink

import (
	"context"
	"errors"
	"iter"

	"desklake/schema"
)

// Reader is what was committed to a destination when it was asked for: what others commit and settle meanwhile changes nothing of
// its rows. It is used by one goroutine at a time.
type Reader interface {
	// Report says what is there. Nothing of the history but what the Look asks for is read; that may be younger than the rows.
	Report(ctx context.Context, look Look) (Report, error)

	// Rows gives the rows with the chosen keys of one of the tables that the Reader was asked for, rows that are gone at the source
	// as well, each once, in the order of their keys, in batches of some megabytes at the most or of one row. It reads the
	// columns of the table that it is given, which may be some of the stored one's (Table.Only), and the system columns; those
	// that are not stored yet are null. An error ends the sequence. Whoever is given a batch releases it.
	Rows(ctx context.Context, table *schema.Table, keys schema.Keys) iter.Seq2[schema.Batch, error]

	// Close ends the reading.
	Close() error
}

// Inspect reads what a destination holds, without rows. A run that is said to be Running was killed if nobody has the destination,
// and it still is Running then.
func Inspect(ctx context.Context, d Destination, look Look) (Report, error) {
	r, err := report(ctx, d, look)
	if err != nil || r.LastRun == nil || r.LastRun.Status != Running || d.InUse() {
		return r, err
	}
	run := r.LastRun.ID
	if r, err = report(ctx, d, look); err == nil {
		r.killed(run)
	}
	return r, err
}

func report(ctx context.Context, d Destination, look Look) (Report, error) {
	r, err := d.Read(ctx)
	if err != nil {
		return Report{}, err
	}
	report, err := r.Report(ctx, look)
	return report, errors.Join(err, r.Close())
}
