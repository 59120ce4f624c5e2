package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"desklake/extract"
	"desklake/internal/progress"
	"desklake/pipeline"
	"desklake/sink"
)

// However long the history, a page is made of what is drawn: the latest runs, and a sum of each other one.
func TestALongHistoryIsWorkedOutOnce(t *testing.T) {
	t.Parallel()
	b := NewBoard("")
	now := time.Now()
	r := sink.Report{Tables: []sink.TableReport{{Name: "nightly"}, {Name: "often"}}}
	for i := range 2880 {
		run := sink.RunReport{Run: sink.Run{ID: fmt.Sprint(i), Started: now.Add(-time.Duration(i) * 15 * time.Minute), Status: sink.Done}}
		run.Loads = append(run.Loads, sink.LoadReport{Table: "often", Counts: sink.Counts{Inserted: 1}}, sink.LoadReport{Table: "often", Counts: sink.Counts{Updated: 2}})
		if i%96 == 0 {
			run.Loads = append(run.Loads, sink.LoadReport{Table: "nightly", Counts: sink.Counts{Deleted: 4}})
		}
		r.Runs = append(r.Runs, run)
	}
	b.Report(r, nil)
	k := b.known()
	loads := 0
	for _, run := range append(k.report.Runs, k.shown.totals...) {
		loads += len(run.Loads)
	}
	if len(k.report.Runs) != maxRuns || loads > 3*maxRuns+len(r.Runs) {
		t.Errorf("%d runs and %d loads are kept", len(k.report.Runs), loads)
	}
	if n := len(k.shown.barsOf("nightly").Bars); n != barRuns {
		t.Errorf("%d bars of a table that is read seldom", n)
	}
	if got, want := newHistory(k.shown.totals, now), newHistory(r.Runs, now); got.Title != want.Title || !slices.Equal(got.Table, want.Table) {
		t.Errorf("%+v, want %+v", got.Table, want.Table)
	}
}

// planOf is a plan of streams of these names.
func planOf(names ...string) (p pipeline.Plan) {
	for _, name := range names {
		p.Streams = append(p.Streams, pipeline.PlannedStream{Stream: extract.Stream{Name: name}})
	}
	return p
}

func TestARunShowsWhileItIsUnderWay(t *testing.T) {
	t.Parallel()
	b := NewBoard("")
	b.Moved("tickets", pipeline.Step{Rows: 1}) // of a run that was not announced
	if b.known().live != nil {
		t.Error("a run is under way that nobody began")
	}
	b.Began("nightly", planOf("tickets", "users"))
	b.Started("tickets", extract.Position{})
	b.Moved("tickets", pipeline.Step{Rows: 10, Requests: 1})
	b.Moved("tickets", pipeline.Step{Rows: 5, Requests: 2, At: noon})
	b.Started("tags", extract.Position{})
	b.Finished(pipeline.StreamResult{Stream: "tags", Unavailable: &extract.Unavailable{Reason: "it needs more"}})
	b.Finished(pipeline.StreamResult{Stream: "users", Err: errors.Join(pipeline.ErrStopped)})
	got := b.known().live
	want := []progress.Track{{Stream: "tickets", Rows: 15, Requests: 3, At: noon, State: progress.Reading}, {Stream: "users", State: progress.Stopped},
		{Stream: "tags", State: progress.Skipped, Problem: "it needs more"}}
	for i := range got.streams {
		got.streams[i].Began, got.streams[i].End = time.Time{}, time.Time{}
		if got.streams[i] != want[i] {
			t.Errorf("%+v, want %+v", got.streams[i], want[i])
		}
	}
	b.Ended(pipeline.Result{Run: sink.Run{Status: sink.Done}}, nil)
	if b.known().live != nil || len(got.streams) != 3 {
		t.Error("the run is still under way")
	}
}

// The race detector watches.
func TestManyWriteAndReadAtOnce(t *testing.T) {
	t.Parallel()
	s := duringRun(t, time.Now())
	h := s.handler()
	r := monthOfRuns(time.Now())
	var all sync.WaitGroup
	for _, name := range []string{"tickets", "users", "tags", "new"} {
		all.Go(func() {
			for range 50 {
				s.board.Started(name, extract.Position{})
				s.board.Moved(name, pipeline.Step{Rows: 1})
				s.board.Waiting(name, extract.Wait{For: "quota", Until: time.Now().Add(time.Minute)})
				s.board.Responded(extract.Response{Code: 200, Quotas: []extract.Quota{{Name: name, Limit: 1}}})
				s.board.Finished(pipeline.StreamResult{Stream: name})
			}
		})
	}
	all.Go(func() {
		for range 20 {
			s.board.Ended(pipeline.Result{}, nil)
			s.board.Report(r, nil)
			s.board.Began("nightly", planOf())
		}
	})
	for _, path := range []string{"/", "/metrics", "/api/status.json"} {
		all.Go(func() {
			for range 10 {
				if w := get(t, h, path); w.Code != http.StatusOK {
					t.Errorf("%s: %d", path, w.Code)
				}
			}
		})
	}
	all.Wait()
}

func TestServingEndsWithTheAnswersUnderWay(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked, answer := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		_, _ = io.WriteString(w, "whole")
	})
	ctx, stop := context.WithCancel(t.Context())
	ended, said := make(chan error, 1), make(chan string, 1)
	go func() { ended <- Serve(ctx, l, slow, slog.New(slog.DiscardHandler)) }()
	go func() {
		resp, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			said <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		said <- string(body)
	}()
	within(t, asked)
	stop()
	for late := time.Now().Add(time.Minute); ; { // until nobody listens any more
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
		if time.Now().After(late) {
			t.Fatal("somebody listens still")
		}
	}
	close(answer)
	if got := within(t, said); got != "whole" {
		t.Errorf("the answer under way was %q", got)
	}
	if err := within(t, ended); err != nil {
		t.Error(err)
	}
}

// within returns what comes, which must be within a minute.
func within[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(time.Minute):
		t.Fatal("nothing came within a minute")
	}
	return v
}

func TestServingSaysWhyItCanNot(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := Serve(t.Context(), l, http.NotFoundHandler(), slog.New(slog.DiscardHandler)); err == nil || !strings.HasPrefix(err.Error(), "status page: ") {
		t.Error(err)
	}
}

// The source can name any number of limits.
func TestTheLimitsOnTheBoardAreBounded(t *testing.T) {
	t.Parallel()
	b := NewBoard("")
	for i := range 2000 {
		b.Responded(extract.Response{Code: 200, Quotas: []extract.Quota{{Name: fmt.Sprint("limit ", i), Limit: 10, Left: 9, Resets: time.Now().Add(time.Duration(i) * time.Second)}}})
	}
	if n := len(b.known().quotas); n != maxQuotas {
		t.Errorf("%d limits", n)
	}
}
