package web

import (
	"strings"
	"testing"

	"desklake/internal/health"
)

func TestTheHeadline(t *testing.T) {
	t.Parallel()
	for states, want := range map[string]string{
		"fresh fresh":             "All 2 tables are fresh",
		"fresh":                   "The table is fresh",
		"fresh unavailable":       "The table is fresh",
		"never never":             "Nothing has been synced yet",
		"failed fresh":            "1 table failed",
		"failed failed stale":     "2 tables failed and 1 table is stale",
		"stale stale fresh":       "2 tables are stale",
		"failed stale never":      "1 table failed, 1 table is stale and 1 table was never synced",
		"never fresh unavailable": "1 table was never synced",
		"unavailable":             "The account has none of the tables",
		"fresh unconfigured":      "The table is fresh",
		"unconfigured":            "No table is configured",
		"never unconfigured":      "Nothing has been synced yet",
		"":                        "No table is configured",
	} {
		s := Status{Ready: true}
		worst := health.Fresh
		for i, state := range strings.Fields(states) {
			s.Tables = append(s.Tables, TableStatus{State: health.State(state)})
			if i == 0 {
				worst = health.State(state)
			}
		}
		got := newHeadline(s)
		if got.Text != want {
			t.Errorf("%s: %q, want %q", states, got.Text, want)
		}
		if len(s.Tables) > 1 && got.State != worst {
			t.Errorf("%s: %s, want %s", states, got.State, worst)
		}
	}
	if got := newHeadline(Status{Problem: "no disk"}); got.State != health.Failed || got.Detail != "no disk" {
		t.Errorf("not ready: %+v", got)
	}
}
