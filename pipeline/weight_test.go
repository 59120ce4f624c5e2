package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
)

// Large pages of many streams are not under way all at once, and each stream comes to its end.
func TestLargePagesOfManyStreamsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const large = 15 << 20
		padding := strings.Repeat(" ", large)
		var decoding, most atomic.Int32
		dst := &slow{kept: &kept{}, under: &decoding}
		var source []script
		for i := range 8 {
			source = append(source, script{Name: fmt.Sprint("stream ", i),
				Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
					for n := range 3 {
						p := page(n+1, 10*i+n)
						p.Body = append(p.Body, padding...)
						if !yield(p, nil) {
							return
						}
					}
				},
				Decode: func(extract.Page) error {
					most.Store(max(most.Load(), decoding.Add(1)))
					return nil
				}, Bytes: large})
		}
		result := run(t, dst, pipeline.Job{}, source...)
		if result.Run.Status != sink.Done || len(dst.rows()) != 24 {
			t.Errorf("%s, %d rows", result.Run.Status, len(dst.rows()))
		}
		if n := most.Load(); n > 2 {
			t.Errorf("%d large pages were under way at once", n)
		}
	})
}

// A source that asks for room reads one large body at a time, and what it took for one that did not come is given back.
func TestLargeBodiesAreNotReadAllAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		padding := strings.Repeat(" ", 15<<20)
		var reading, most atomic.Int32
		var source []script
		for i := range 12 {
			source = append(source, script{Name: fmt.Sprint("stream ", i),
				Observed: func(ctx context.Context, room extract.Observer, yield func(extract.Page, error) bool) {
					for _, comes := range []bool{false, true} {
						if err := room.Take(ctx, 16<<20); err != nil {
							yield(extract.Page{}, err)
							return
						}
						most.Store(max(most.Load(), reading.Add(1)))
						time.Sleep(time.Second)
						if !comes {
							reading.Add(-1)
							room.Leave()
						}
					}
					p := page(1, i)
					p.Body = append(p.Body, padding...)
					yield(p, nil)
				},
				Decode: func(extract.Page) error {
					reading.Add(-1)
					return nil
				}})
		}
		dst := &kept{}
		result := run(t, dst, pipeline.Job{}, source...)
		if result.Run.Status != sink.Done || len(dst.rows()) != 12 {
			t.Errorf("%s, %d rows", result.Run.Status, len(dst.rows()))
		}
		if n := most.Load(); n > 1 {
			t.Errorf("%d large bodies were there at once", n)
		}
	})
}

// A stream that ends with pages that nobody took leaves room to the others.
func TestAStreamThatCantBeDecodedLeavesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		padding := strings.Repeat(" ", 100<<20)
		endless := func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
			for n := 1; ; n++ {
				p := page(n, n)
				p.Body = append(p.Body, padding...)
				if !yield(p, nil) {
					return
				}
			}
		}
		broken := errors.New("not as documented")
		dst := &kept{}
		result := run(t, dst, pipeline.Job{}, script{Name: "broken", Pages: endless, Decode: func(extract.Page) error { return broken }},
			script{Name: "whole", Pages: func(ctx context.Context, from extract.Position, yield func(extract.Page, error) bool) {
				time.Sleep(time.Minute) // until the other has ended
				pages(2, nil)(ctx, from, func(p extract.Page, err error) bool {
					p.Body = append(p.Body, padding...)
					return yield(p, err)
				})
			}})
		if !errors.Is(result.Streams[0].Err, broken) || result.Streams[1].Err != nil || len(dst.rows()) != 2 {
			t.Errorf("%v, %v, rows %v", result.Streams[0].Err, result.Streams[1].Err, dst.rows())
		}
	})
}

// slow is a sink that takes its time for each page, and counts down when one is written.
type slow struct {
	*kept
	under *atomic.Int32
}

func (s *slow) Begin(ctx context.Context, run, stream string) (sink.Tx, error) {
	tx, err := s.kept.Begin(ctx, run, stream)
	return &slowTx{tx, s.under}, err
}

type slowTx struct {
	sink.Tx
	under *atomic.Int32
}

func (t *slowTx) Write(ctx context.Context, b schema.Batch) error {
	time.Sleep(time.Second)
	t.under.Add(-1)
	return t.Tx.Write(ctx, b)
}
