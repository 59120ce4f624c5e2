package pipeline_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"desklake/extract"
	"desklake/pipeline"
)

// Writing the first page waits for the conversion of the second, which waits until the third is asked for. Were
// any of it done one after the other, all would wait for ever, and synctest says so.
func TestFetchingConvertingAndWritingOverlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		converting, fetching := make(chan struct{}), make(chan struct{})
		dst := &kept{}
		writes := 0
		dst.OnWrite = func() error {
			if writes++; writes == 1 {
				<-converting
			}
			return nil
		}
		run(t, dst, pipeline.Job{}, script{
			Bytes: 16 << 20,
			Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
				if yield(page(1, 1), nil) && yield(page(2, 2), nil) {
					close(fetching)
					yield(page(3, 3), nil)
				}
			},
			Decode: func(p extract.Page) error {
				if p.Next.Cursor == "2" {
					close(converting)
					<-fetching
				}
				return nil
			},
		})
		if got := dst.rows(); !slices.Equal(got, []int64{1, 2, 3}) {
			t.Errorf("rows %v", got)
		}
	})
}

func TestASinkThatIsSlowHoldsTheSourceBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow, asked := make(chan struct{}), 0
		dst := &kept{OnWrite: func() error {
			<-slow
			return nil
		}}
		go run(t, dst, pipeline.Job{}, script{
			Bytes: 16 << 20, // each page is a chunk of its own
			Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
				for asked < 100 {
					asked++
					if !yield(page(asked, asked), nil) {
						return
					}
				}
			},
		})
		synctest.Wait()
		// One is being written, six wait for that, one is converted; two wait for the conversion, one to join them.
		if asked != 11 {
			t.Errorf("%d pages were read while the sink was busy with the first, want 11", asked)
		}
		close(slow)
		synctest.Wait()
		if got := len(dst.rows()); got != 100 {
			t.Errorf("%d rows, want 100", got)
		}
	})
}
