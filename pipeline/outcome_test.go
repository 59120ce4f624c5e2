package pipeline_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/sink"
)

func TestTheLastCommitOfAStreamTellsHowItEnded(t *testing.T) {
	t.Parallel()
	type told struct {
		outcome sink.Outcome
		err     string
	}
	window := extract.Window{From: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}
	stopped := make(chan struct{})
	close(stopped)
	for name, c := range map[string]struct {
		source script
		job    pipeline.Job
		live   int64
		want   told
	}{
		"read to its end":        {source: script{Pages: pages(3, nil)}, want: told{sink.Complete, ""}},
		"read to the window's":   {source: script{Pages: pages(3, nil)}, job: pipeline.Job{Window: window}, want: told{sink.WindowRead, ""}},
		"a complete pass":        {source: script{Pages: pages(3, nil), Pass: true}, want: told{sink.Complete, ""}},
		"a pass cut short":       {source: script{Pages: pages(3, errors.New("no")), Pass: true}, want: told{sink.Broken, "no"}},
		"a pass too short":       {source: script{Pages: pages(3, nil), Pass: true}, live: 100, want: told{sink.Broken, "things: 97 of 100 rows are missing at the source; none was marked as deleted"}},
		"failed":                 {source: script{Pages: pages(3, errors.New("no"))}, want: told{sink.Broken, "no"}},
		"stopped":                {source: script{Pages: endless}, job: pipeline.Job{Stop: stopped}, want: told{sink.Stopped, ""}},
		"refused":                {source: script{Pages: pages(0, &extract.Unavailable{Reason: "it needs more", Err: errors.New("403")})}, want: told{sink.Broken, "things: refused, like everything of this account: 403"}},
		"the helpdesk went away": {source: script{Pages: pages(0, extract.ErrUnreachable)}, want: told{sink.Broken, "source unavailable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dst := &kept{live: c.live}
				c.job.CommitRows = 1
				run(t, dst, c.job, c.source)
				if len(dst.commits) == 0 {
					t.Error("nothing was committed")
				}
				for i, commit := range dst.commits {
					want := told{}
					if i == len(dst.commits)-1 {
						want = c.want
					}
					if got := (told{commit.Load.Outcome, commit.Load.Error}); got != want {
						t.Errorf("commit %d tells %q, want %q", i, got, want)
					}
				}
			})
		})
	}
}
