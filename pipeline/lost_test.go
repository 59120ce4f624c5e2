package pipeline_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"

	"desklake/extract"
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/sink"
	"desklake/state"
)

// A table that was lost is empty, whatever it had: that an answer is cut short in the same night can only be told by what was there
// before it was lost.
func TestATableThatWasLostIsReadAgainUntilItsRowsCome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		had, live, come int // before, before tonight, and tonight
		accept, doubted bool
	}{
		"all come":                         {had: 12, come: 12},
		"most come":                        {had: 12, come: 6},
		"some come":                        {had: 12, come: 5, doubted: true},
		"none comes":                       {had: 12, come: 0, doubted: true},
		"the only one does not come":       {had: 1, come: 0, doubted: true},
		"one of a handful comes":           {had: 5, come: 1},
		"none comes, and the user agrees":  {had: 12, come: 0, accept: true},
		"more come":                        {had: 12, come: 30},
		"it had none":                      {had: 0, come: 0},
		"only a column was lost, all come": {had: 12, live: 12, come: 12},
		"only a column was lost":           {had: 12, live: 12, come: 0, doubted: true},
	} {
		for kind, pass := range map[string]bool{"a list": true, "an export": false} {
			t.Run(kind+": "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					lost := map[string]int64{"things": int64(c.had)}
					dst := &kept{live: int64(c.live), checkpoints: map[string]state.Checkpoint{"things": {Stream: "things", Cursor: "c", Lost: lost}}}
					for range 2 { // nights
						if !pass && c.live == 0 {
							dst.live = int64(c.come)
						}
						result := run(t, dst, pipeline.Job{AcceptDeletes: c.accept}, script{Pass: pass, Pages: again(t, pass, c.come)})
						var doubted *pipeline.Doubted
						if err := result.Streams[0].Err; errors.As(err, &doubted) != c.doubted {
							t.Fatalf("%v", err)
						}
						after := dst.checkpoints["things"]
						if want := map[bool]map[string]int64{true: lost}[c.doubted]; !maps.Equal(after.Lost, want) || after.CompleteAt.IsZero() != c.doubted {
							t.Errorf("afterwards %+v", after)
						}
						outcome := dst.commits[len(dst.commits)-1].Load.Outcome
						if !c.doubted {
							if outcome != sink.Complete || !after.Covers([]string{"things"}) {
								t.Errorf("%s, %+v", outcome, after)
							}
							return
						}
						if want := "The next run reads it again."; outcome != sink.Broken || words.Hint(doubted)[:len(want)] != want {
							t.Errorf("%s, %s", outcome, words.Hint(doubted))
						}
						if !pass && after.Covers([]string{"things"}) {
							t.Errorf("it would go on: %+v", after)
						}
					}
				})
			})
		}
	}
}

// again gives so many rows, from the start.
func again(t *testing.T, pass bool, n int) func(context.Context, extract.Position, func(extract.Page, error) bool) {
	return func(ctx context.Context, from extract.Position, yield func(extract.Page, error) bool) {
		if !pass && from.Cursor != "" {
			t.Errorf("it goes on at %q", from.Cursor)
		}
		var ids []int
		for id := range n {
			ids = append(ids, id)
		}
		yield(page(1, ids...), nil)
	}
}
