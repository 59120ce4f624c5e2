package progress

import (
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/pipeline"
)

func TestAStreamsLineTellsWhereItIsAndWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // where time begins at 2000-01-01
		year := extract.Window{From: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
		all := NewTracks(pipeline.Plan{Streams: []pipeline.PlannedStream{{Stream: extract.Stream{Name: "tickets", Window: year}}}})
		want := func(width int, line string) {
			t.Helper()
			if got := all.Snapshot()[0].line(width); got != line {
				t.Errorf("got  %q\nwant %q", got, line)
			}
		}
		all.Started("tickets", extract.Position{})
		time.Sleep(10 * time.Second)
		all.Moved("tickets", pipeline.Step{Rows: 12_000, Requests: 12, At: time.Date(1999, 4, 2, 6, 0, 0, 0, time.UTC)})
		want(80, "tickets                   12,000 rows    1,200/s     12 requests  1999-04-02")
		want(0, "tickets                   12,000 rows    1,200/s     12 requests  1999-04-02 of 2000-01-01, about 30 s left")

		all.Moved("tickets", pipeline.Step{Quota: &extract.Quota{Name: "incremental-exports", Limit: 10, Left: 7}})
		want(120, "tickets                   12,000 rows    1,200/s     12 requests  1999-04-02 of 2000-01-01, about 30 s left")
		want(160, "tickets                   12,000 rows    1,200/s     12 requests  1999-04-02 of 2000-01-01, about 30 s left, quota left 7 of 10")

		all.Waiting("tickets", extract.Wait{For: "export quota", Until: time.Now().Add(41 * time.Second)})
		want(80, "tickets                   12,000 rows  waiting 41 s for export quota, at 1999-04-02")
		want(0, "tickets                   12,000 rows  waiting 41 s for export quota, at 1999-04-02 of 2000-01-01, about 30 s left, quota left 7 of 10")
		time.Sleep(40 * time.Second)
		want(80, "tickets                   12,000 rows      240/s     12 requests  1999-04-02")

		all.Finished(pipeline.StreamResult{Stream: "tickets", Elapsed: time.Minute})
		want(0, "tickets                   12,000 rows     60.0 s     12 requests  1999-04-02")
	})
}
