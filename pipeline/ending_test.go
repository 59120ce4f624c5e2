package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/sink"
)

// endless yields two pages and then waits for something that never comes.
func endless(ctx context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
	if yield(page(1, 1), nil) && yield(page(2, 2), nil) {
		<-ctx.Done()
		yield(extract.Page{}, ctx.Err())
	}
}

func TestStopCommitsWhatWasReceived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst, stop := &kept{}, make(chan struct{})
		go func() {
			synctest.Wait()
			close(stop)
		}()
		result := run(t, dst, pipeline.Job{Stop: stop}, script{Pages: endless})
		if got := dst.rows(); !slices.Equal(got, []int64{1, 2}) || dst.cursor("things") != "2" {
			t.Errorf("rows %v, cursor %q", got, dst.cursor("things"))
		}
		if !errors.Is(result.Streams[0].Err, pipeline.ErrStopped) || result.Run.Status != sink.Interrupted {
			t.Errorf("%v, %s", result.Streams[0].Err, result.Run.Status)
		}
	})
}

func TestAfterStopNoPageIsAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst, stop, asked := &kept{}, make(chan struct{}), 0
		result := run(t, dst, pipeline.Job{Stop: stop}, script{
			Pages: func(ctx context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
				for {
					asked++
					if asked == 3 {
						close(stop)
						<-ctx.Done() // a source that gets its page nevertheless
					}
					if !yield(page(asked, asked), nil) {
						return
					}
				}
			},
		})
		if got := dst.rows(); asked != 3 || len(got) != 3 || !errors.Is(result.Streams[0].Err, pipeline.ErrStopped) {
			t.Errorf("%d pages were asked for, rows %v, %v", asked, got, result.Streams[0].Err)
		}
	})
}

func TestACancelledRunCommitsNothingAndBlamesNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		dst := &kept{OnWrite: func() error {
			cancel()
			return ctx.Err() // as a sink says it
		}}
		result := runUnder(t, ctx, dst, pipeline.Job{}, script{Pages: endless}, script{Name: "other", Pages: endless})
		for _, s := range result.Streams {
			var broken *pipeline.SinkError
			if !errors.Is(s.Err, pipeline.ErrStopped) || errors.As(s.Err, &broken) {
				t.Errorf("%s: %v", s.Stream, s.Err)
			}
		}
		if result.Run.Status != sink.Interrupted || len(dst.commits) != 0 || dst.open != 0 {
			t.Errorf("%s, %d commits, %d open transactions", result.Run.Status, len(dst.commits), dst.open)
		}
		if last := dst.runs[len(dst.runs)-1]; last.Status != sink.Interrupted || last.Finished.IsZero() {
			t.Errorf("the run is stored as %+v", last)
		}
	})
}

func TestARunIsNotOverBeforeItsSourceHasLetGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reading := false
		slow := script{Pages: func(ctx context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
			reading = true
			defer func() { reading = false }()
			if yield(page(1, 1), nil) {
				<-ctx.Done()
				time.Sleep(time.Second) // a request that does not end at once
			}
		}}
		run(t, &kept{OnWrite: func() error { return errors.New("the disk is full") }}, pipeline.Job{}, slow)
		if reading {
			t.Error("the source is still read from")
		}
	})
}

func TestAnErrorOfTheSourceCommitsThePagesInFrontOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst, broken := &kept{}, errors.New("things: page 3: it is gone")
		result := run(t, dst, pipeline.Job{}, script{Pages: pages(2, broken)}, script{Name: "other", Pages: pages(1, nil)})
		if dst.cursor("things") != "2" || dst.cursor("other") != "1" || len(dst.rows()) != 3 {
			t.Errorf("rows %v, cursors %q %q", dst.rows(), dst.cursor("things"), dst.cursor("other"))
		}
		first := result.Streams[0]
		if !errors.Is(first.Err, broken) || result.Streams[1].Err != nil || result.Run.Status != sink.Partial || result.Run.Error != broken.Error() {
			t.Errorf("%v, %s: %s", first.Err, result.Run.Status, result.Run.Error)
		}
		if first.Requests != 3 || first.Retries != 2 {
			t.Errorf("%d requests and %d retries, those of the error included", first.Requests, first.Retries)
		}
	})
}

func TestAPageThatCanNotBeDecodedIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		result := run(t, dst, pipeline.Job{}, script{Pages: endless, Decode: func(p extract.Page) error {
			if p.Next.Cursor == "2" {
				return errors.New("the page is no object")
			}
			return nil
		}})
		if err := result.Streams[0].Err; err == nil || err.Error() != "things: page 2: decode: the page is no object" {
			t.Error(err)
		}
		if got := dst.rows(); !slices.Equal(got, []int64{1}) || dst.cursor("things") != "1" || result.Run.Status != sink.Failed {
			t.Errorf("rows %v, cursor %q, %s", got, dst.cursor("things"), result.Run.Status)
		}
	})
}

func TestAnErrorOfTheSinkEndsAllStreams(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	for name, dst := range map[string]*kept{
		"write":  {OnWrite: func() error { return full }},
		"commit": {OnCommit: func() error { return full }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				result := run(t, dst, pipeline.Job{CommitRows: 1}, script{Pages: endless}, script{Name: "other", Pages: endless})
				asked := 0
				for _, s := range result.Streams {
					var broken *pipeline.SinkError
					if !errors.As(s.Err, &broken) || !errors.Is(s.Err, full) {
						t.Errorf("%s: %v", s.Stream, s.Err)
					}
					asked += s.Requests
				}
				if asked == 0 {
					t.Error("the requests whose rows could not be stored are not counted")
				}
				if result.Run.Status != sink.Failed || dst.open != 0 {
					t.Errorf("%s, %d open transactions", result.Run.Status, dst.open)
				}
			})
		})
	}
}

func TestAStreamThatTheAccountDoesNotHaveIsAFailureOnlyIfItWasNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := &extract.Unavailable{Stream: "things", Reason: "it needs a larger plan", Err: errors.New("403")}
		for _, pass := range []bool{false, true} {
			dst := &kept{}
			source := []script{{Pass: pass, Pages: pages(0, refused)}, {Name: "other", Pages: pages(1, nil)}}
			result := run(t, dst, pipeline.Job{}, source...)
			if s := result.Streams[0]; s.Err != nil || s.Unavailable != refused || s.Failure(false) != nil || !errors.Is(s.Failure(true), refused) {
				t.Errorf("%+v", s)
			}
			if result.Run.Status != sink.Done || len(dst.issues()) != 1 {
				t.Errorf("%s, issues %v", result.Run.Status, dst.issues())
			}
			if !slices.ContainsFunc(dst.commits, func(c sink.Commit) bool { return c.Load.Outcome == sink.Unavailable && c.Load.Error == refused.Reason }) {
				t.Errorf("commits %+v", dst.commits)
			}
			named := run(t, dst, pipeline.Job{Named: true}, source...)
			if named.Run.Status != sink.Partial {
				t.Errorf("named: %s", named.Run.Status)
			}
		}
	})
}

// That the account lacks a stream is not believed of one that could be read before, nor of an account that answers nothing.
func TestARefusalThatCantMeanThePlanIsAFailure(t *testing.T) {
	t.Parallel()
	refused := &extract.Unavailable{Stream: "things", Reason: "it needs a larger plan", Err: errors.New("403")}
	other := script{Name: "other", Pages: pages(1, nil)}
	for name, c := range map[string]struct {
		before script // read by an earlier run
		others []script
		known  bool
	}{
		"read to its end before":      {before: script{Pages: pages(1, nil)}, others: []script{other}, known: true},
		"a list that was read":        {before: script{Pass: true, Pages: pages(1, nil)}, others: []script{other}, known: true},
		"begun before":                {before: script{Pages: pages(1, errors.New("no"))}, others: []script{other}, known: true},
		"nothing else":                {},
		"others that are refused":     {others: []script{{Name: "other", Pages: pages(0, refused)}}},
		"others that do not answer":   {others: []script{{Name: "other", Pages: pages(0, extract.ErrUnreachable)}}},
		"an empty list that was read": {before: script{Pass: true, Pages: pages(0, nil)}, others: []script{other}, known: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dst := &kept{}
				if c.before.Pages != nil {
					run(t, dst, pipeline.Job{}, c.before)
				}
				result := run(t, dst, pipeline.Job{}, append([]script{{Pass: c.before.Pass, Pages: pages(0, refused)}}, c.others...)...)
				var kept *pipeline.Refused
				if s := result.Streams[0]; s.Unavailable != nil || !errors.As(s.Err, &kept) || kept.Known != c.known || !errors.Is(s.Err, extract.ErrPermission) {
					t.Errorf("%+v", s)
				}
				if result.Run.Status == sink.Done || dst.commits[len(dst.commits)-1].Load.Outcome == sink.Unavailable {
					t.Errorf("%s", result.Run.Status)
				}
			})
		})
	}
}
