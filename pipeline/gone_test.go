package pipeline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/pipeline"
)

func TestAPassThatMissesTooManyRowsMarksNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		met, live int
		accept    bool
		marked    int64
	}{
		{name: "the only one", met: 0, live: 1},
		{name: "both of two", met: 0, live: 2},
		{name: "one of two", met: 1, live: 2, marked: 1},
		{name: "all of five", met: 0, live: 5},
		{name: "four of five", met: 1, live: 5, marked: 4},
		{name: "four of six", met: 2, live: 6},
		{name: "half of six", met: 3, live: 6, marked: 3},
		{name: "all of nineteen", met: 0, live: 19},
		{name: "ten of nineteen", met: 9, live: 19},
		{name: "nine of nineteen", met: 10, live: 19, marked: 9},
		{name: "half of twenty", met: 10, live: 20, marked: 10},
		{name: "more than half of twenty", met: 9, live: 20},
		{name: "half of a thousand", met: 500, live: 1000, marked: 500},
		{name: "more than half of a thousand", met: 499, live: 1000},
		{name: "all of a thousand", met: 0, live: 1000},
		{name: "none", met: 30, live: 30},
		{name: "none of none", met: 0, live: 0},
		{name: "the only one, and the user agrees", met: 0, live: 1, accept: true, marked: 1},
		{name: "all, and the user agrees", met: 0, live: 500, accept: true, marked: 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dst := &kept{live: int64(c.live)}
				result := run(t, dst, pipeline.Job{AcceptDeletes: c.accept}, script{Pass: true, Pages: pages(c.met, nil)})
				refused := c.marked == 0 && c.met < c.live
				var doubted *pipeline.Doubted
				if errors.As(result.Streams[0].Err, &doubted) != refused || len(dst.issues()) > 0 != refused {
					t.Errorf("%v, issues %v", result.Streams[0].Err, dst.issues())
				}
				if dst.marked != c.marked || len(distinct(dst.rows())) != c.met {
					t.Errorf("%d rows were marked, want %d; %d were stored", dst.marked, c.marked, len(distinct(dst.rows())))
				}
			})
		})
	}
}

func TestAPassThatDoesNotReachItsEndMarksNoneAndSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("things: page 3: it is gone")
		dst := &kept{live: 5}
		result := run(t, dst, pipeline.Job{AcceptDeletes: true}, script{Pass: true, Pages: pages(2, broken)})
		if !errors.Is(result.Streams[0].Err, broken) || dst.marked != 0 || len(dst.rows()) != 2 {
			t.Errorf("%v, %d marked, rows %v", result.Streams[0].Err, dst.marked, dst.rows())
		}
		if issues := dst.issues(); len(issues) != 1 || issues[0].Value != broken.Error() {
			t.Errorf("issues %+v", issues)
		}
	})
}

// The source's clock says when rows are gone, where it can be right.
func TestNoRowIsGoneBeforeItIsKnownOrLongAgo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ said, want time.Duration }{
		{-time.Hour, -time.Hour}, {0, 0}, {time.Hour, 0}, {9 * 365 * 24 * time.Hour, 0}, {-40 * 365 * 24 * time.Hour, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(24 * time.Hour) // from the beginning of the year 2000 on
			dst := &kept{live: 3}
			run(t, dst, pipeline.Job{}, script{Pass: true, Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
				p := page(1, 1, 2)
				p.Received = time.Now().Add(c.said)
				yield(p, nil)
			}})
			if got := time.Until(dst.markedAt); dst.marked != 1 || got != c.want {
				t.Errorf("the clock is %v ahead, and the rows are gone since %v", c.said, got)
			}
		})
	}
}
