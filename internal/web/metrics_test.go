package web

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/sink"
)

func TestMetricsFollowTheRules(t *testing.T) {
	t.Parallel()
	s := duringRun(t, time.Now())
	text := get(t, s.handler(), "/metrics").Body.String()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	ours := 0
	for line := range strings.Lines(text) {
		name := strings.TrimPrefix(line, "# HELP ")
		if name == line {
			continue
		}
		if strings.HasPrefix(name, "desklake_") {
			ours++
		} else if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
			t.Errorf("not ours: %s", line)
		}
	}
	if ours < 18 {
		t.Errorf("only %d metrics of ours", ours)
	}
}

func TestMetricsTellWhatHappened(t *testing.T) {
	t.Parallel()
	inTheMorning(t, func(t *testing.T, now time.Time) {
		s := withData(t, now)
		b := s.board
		for _, code := range []int{200, 200, 429, 0} {
			b.Responded(extract.Response{Code: code, Bytes: 1000})
		}
		b.Responded(extract.Response{Code: 200, Quotas: []extract.Quota{{Name: "account", Limit: 700, Left: 500, Resets: now.Add(time.Second)}}})
		b.Began("nightly", planOf("tags"))
		b.Moved("tags", pipeline.Step{Rows: 42})
		s.service.Jobs[0].Since = now
		time.Sleep(90 * time.Second)
		b.Ended(pipeline.Result{Run: sink.Run{Status: sink.Partial}, Streams: []pipeline.StreamResult{{Retries: 2, Waited: 3 * time.Second}, {Retries: 1, Waited: time.Second}}}, nil)
		b.Began("nightly", planOf())
		b.Ended(pipeline.Result{}, errors.New("no sink"))
		b.report.Tables[3].FreshAt = now.Add(-30 * time.Hour)
		b.report.Tables = keep(b.report.Tables, []string{"tickets", "organizations", "sla_policies"})
		s.service.Sources[0].Tables = []string{"tickets", "organizations", "sla_policies", "tags"}
		text := get(t, s.handler(), "/metrics").Body.String()
		for line := range strings.Lines(`
desklake_issues 5
desklake_job_running{job="nightly"} 1
desklake_job_running{job="tickets-hourly"} 0
desklake_quota_left_requests{quota="account"} 700
desklake_quota_left_requests{quota="incremental-exports"} 10
desklake_ready 1
desklake_received_bytes_total 1.052576e+06
desklake_requests_total{code="200"} 4
desklake_requests_total{code="429"} 1
desklake_requests_total{code="none"} 1
desklake_retries_total 3
desklake_rows_read_total 42
desklake_runs_total{status="done"} 0
desklake_runs_total{status="failed"} 1
desklake_runs_total{status="interrupted"} 0
desklake_runs_total{status="partial"} 1
desklake_table_age_seconds{table="organizations"} 108090
desklake_table_age_seconds{table="tickets"} 1587.692
desklake_table_rows{table="organizations"} 3120
desklake_table_rows{table="sla_policies"} 0
desklake_table_rows{table="tags"} 0
desklake_table_rows{table="tickets"} 184213
desklake_table_last_success_timestamp_seconds{table="organizations"} 9.466116e+08
desklake_table_last_success_timestamp_seconds{table="tickets"} 9.46718102308e+08
desklake_waited_seconds_total 4
desklake_run_duration_seconds_bucket{le="60"} 1
desklake_run_duration_seconds_bucket{le="300"} 2
desklake_run_duration_seconds_sum 90
desklake_table_state{state="stale",table="organizations"} 1
desklake_table_state{state="never",table="tags"} 1
desklake_table_state{state="unavailable",table="sla_policies"} 1
desklake_table_state{state="fresh",table="organizations"} 0
`) {
			if !strings.Contains(text, "\n"+line) && line != "\n" {
				t.Errorf("missing: %s", line)
			}
		}
		if !strings.Contains(text, `version="1.4.0"} 1`) {
			t.Error("the version is missing")
		}
	})
}
