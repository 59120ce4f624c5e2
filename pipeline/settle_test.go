package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
)

// onePage is a stream of one page.
var onePage = scripts{{Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
	yield(page(1, 1), nil)
}}}

// What is committed and can't be put into its place is no success for anybody: result, error and stored run agree.
func TestARunWhoseRowsCantBePutIntoTheirPlaceHasFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		dst.OnSettle = func(context.Context) error {
			if len(dst.rows()) != 1 || len(dst.runs) != 1 {
				t.Errorf("settled with rows %v and %d runs stored", dst.rows(), len(dst.runs))
			}
			return errFlaky
		}
		result, err := pipeline.Run(t.Context(), onePage, dst, pipeline.Job{Tables: []string{"things"}, Progress: silent{}})
		var broken *pipeline.SinkError
		if !errors.As(err, &broken) || result.Run.Status != sink.Failed || result.Run.Error != errFlaky.Error() || result.Run.Finished.IsZero() {
			t.Errorf("%+v, %v", result.Run, err)
		}
		if last := dst.runs[len(dst.runs)-1]; last != result.Run {
			t.Errorf("stored %+v, told %+v", last, result.Run)
		}
		if result.Streams[0].Err != nil {
			t.Errorf("the stream: %v", result.Streams[0].Err)
		}
	})
}

// Who ends a run is not kept waiting by large amounts that are to be put into their place.
func TestARunThatIsToldToStopLeavesSettlingToTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		began := time.Now()
		dst := &kept{OnSettle: func(ctx context.Context) error {
			time.Sleep(time.Minute)
			close(stop)
			<-ctx.Done()
			return ctx.Err()
		}}
		result, err := pipeline.Run(t.Context(), onePage, dst, pipeline.Job{Tables: []string{"things"}, Stop: stop, Progress: silent{}})
		if took := time.Since(began); took > time.Minute+10*time.Second {
			t.Errorf("took %s", took)
		}
		if last := dst.runs[len(dst.runs)-1]; !errors.Is(err, pipeline.ErrStopped) || last.Status != sink.Interrupted || result.Run != last {
			t.Errorf("%+v, stored %+v, %v", result.Run, last, err)
		}
	})
}

// unclosed is a destination that can't be closed in an orderly way.
type unclosed struct {
	sink.Destination
	*kept
}

func (u unclosed) Open(context.Context, func(string)) (sink.Sink, error) { return u, nil }
func (u unclosed) Read(context.Context, ...string) (sink.Reader, error)  { return nil, errFlaky }
func (u unclosed) Close() error                                          { return errFlaky }
func (u unclosed) Changes(context.Context, []*schema.Table) ([]sink.Change, error) {
	return nil, nil
}

func TestARunWhoseSinkCantBeClosedHasFailedForEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		result, err := pipeline.Execute(t.Context(), pipeline.Execution{
			Open:        func(*slog.Logger) (extract.Source, error) { return onePage, nil },
			Destination: unclosed{kept: dst}, Job: pipeline.Job{Tables: []string{"things"}}, Log: slog.New(slog.DiscardHandler), Patience: t.Context(),
			Begin: func(pipeline.Plan, *slog.Logger) pipeline.Progress { return silent{} },
		})
		if !errors.Is(err, errFlaky) || result.Run.Status != sink.Failed || result.Run.Error == "" || result.Run.Finished.IsZero() {
			t.Errorf("%+v, %v", result.Run, err)
		}
		if !slices.ContainsFunc(dst.runs, func(r sink.Run) bool { return r.Status == sink.Done }) {
			t.Errorf("stored %+v", dst.runs)
		}
	})
}
