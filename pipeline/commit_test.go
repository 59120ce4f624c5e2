package pipeline_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/sink"
)

func TestWhatWasReceivedIsCommittedWhenItIsOldEnough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		go run(t, dst, pipeline.Job{}, script{
			Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
				for i := 1; i <= 40 && yield(page(i, i), nil); i++ {
					time.Sleep(time.Second)
				}
			},
		})
		time.Sleep(14*time.Second + time.Second/2)
		if dst.stored() > 0 {
			t.Errorf("committed after %s", dst.cursor("things"))
		}
		time.Sleep(time.Second)
		if got := dst.cursor("things"); got != "15" && got != "16" {
			t.Errorf("after 15 s the cursor is %q", got)
		}
		time.Sleep(time.Minute)
		if got := dst.rows(); len(got) != 40 || dst.stored() != 3 {
			t.Errorf("%d rows, %d commits", len(got), dst.stored())
		}
	})
}

// A process that is killed while it waits repeats no page.
func TestWhatWasReceivedIsCommittedWhenNothingFollows(t *testing.T) {
	t.Parallel()
	for name, ids := range map[string][]int{"rows": {1, 2}, "a page without rows": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dst := &kept{}
				go run(t, dst, pipeline.Job{}, script{
					Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
						if yield(page(1, ids...), nil) {
							time.Sleep(time.Hour) // waiting for quota
							yield(page(2, 3), nil)
						}
					},
				})
				time.Sleep(time.Second)
				if dst.cursor("things") != "" {
					t.Error("committed at once")
				}
				time.Sleep(2 * time.Second)
				if got := dst.rows(); len(got) != len(ids) || dst.cursor("things") != "1" {
					t.Errorf("after 3 s rows %v, cursor %q", got, dst.cursor("things"))
				}
				time.Sleep(time.Hour)
				if got := dst.rows(); len(got) != len(ids)+1 || dst.cursor("things") != "2" || dst.stored() != 2 {
					t.Errorf("rows %v, cursor %q, %d commits", got, dst.cursor("things"), dst.stored())
				}
			})
		})
	}
}

func TestWhatWasReceivedIsCommittedWhenThereIsEnoughOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		result := run(t, dst, pipeline.Job{CommitRows: 10}, script{
			Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
				for i := range 8 {
					synctest.Wait() // so that each page is written by itself
					if !yield(page(i, 3*i, 3*i+1, 3*i+2), nil) {
						return
					}
				}
			},
		})
		if !slices.Equal(dst.sizes, []int{12, 12, 0}) || len(dst.rows()) != 24 {
			t.Errorf("transactions of %v rows", dst.sizes)
		}
		if got := result.Streams[0].Counts["things"]; got != (sink.Counts{Read: 24, Inserted: 24}) {
			t.Errorf("counts %+v", got)
		}
		for i, c := range dst.commits {
			if before := c.Load.CursorBefore; before != "" || c.Load.CursorAfter != c.Checkpoint.Cursor {
				t.Errorf("commit %d: from %q to %q, checkpoint %q", i, before, c.Load.CursorAfter, c.Checkpoint.Cursor)
			}
		}
	})
}

func TestAPassIsOneTransactionHoweverLongItTakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{live: 5}
		run(t, dst, pipeline.Job{CommitRows: 1}, script{
			Pass: true,
			Pages: func(_ context.Context, from extract.Position, yield func(extract.Page, error) bool) {
				for i := range 3 {
					if from.Cursor != "" || !yield(page(i, i), nil) {
						return
					}
					time.Sleep(time.Hour)
				}
			},
		})
		if len(dst.commits) != 1 || len(distinct(dst.rows())) != 3 || dst.marked != 2 || len(dst.checkpoints) != 1 || dst.cursor("things") != "" {
			t.Errorf("%d commits, rows %v, %d marked, checkpoints %v", len(dst.commits), dst.rows(), dst.marked, dst.checkpoints)
		}
	})
}

func TestAStreamGoesOnFromItsCheckpoint(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		source, begun := starts()
		run(t, dst, pipeline.Job{}, source)
		run(t, dst, pipeline.Job{}, source)
		run(t, dst, pipeline.Job{FullRefresh: true}, source)
		run(t, dst, pipeline.Job{}, source)
		if !slices.Equal(*begun, []string{"", "1", "", "3"}) {
			t.Errorf("began at %q", *begun)
		}
	})
}
