package sink_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// The clock that judges a batch is that of its beginning, for all its rows.
func TestTheAgesOfABatchAreToldByOneClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ahead := time.Now().Add(time.Hour).UnixMicro()
		age := sink.NewAges(schema.Time)
		before := age(&ahead, ahead)
		time.Sleep(2 * time.Hour)
		if after := age(&ahead, ahead); before.Bound != math.MinInt64 || after.Bound != before.Bound {
			t.Errorf("%d, and %d two hours later", before.Bound, after.Bound)
		}
		if later := sink.NewAges(schema.Time)(&ahead, ahead); later.Bound != ahead {
			t.Errorf("%d in a later batch", later.Bound)
		}
	})
}
