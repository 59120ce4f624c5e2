package web

import (
	"fmt"
	"strings"
	"time"

	"desklake/internal/health"
	"desklake/internal/words"
)

// headline is the state of everything in one sentence, and what happened last in another.
type headline struct {
	State  health.State
	Text   string
	Detail string
}

func newHeadline(s Status) headline {
	tables := map[health.State]int{}
	for _, t := range s.Tables {
		tables[t.State]++
	}
	configured := len(s.Tables) - tables[health.Unconfigured]
	h := headline{State: health.Fresh, Detail: lastRun(s)}
	bad := func(state health.State, one, many string) string {
		n := tables[state]
		if n == 0 {
			return ""
		}
		if h.State == health.Fresh {
			h.State = state
		}
		if n == 1 {
			return fmt.Sprintf("1 table %s", one)
		}
		return fmt.Sprintf("%d tables %s", n, many)
	}
	var parts []string
	for _, part := range []string{bad(health.Failed, "failed", "failed"), bad(health.Stale, "is stale", "are stale"), bad(health.Never, "was never synced", "were never synced")} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	switch {
	case !s.Ready:
		h.State, h.Text, h.Detail = health.Failed, "desklake is not ready", s.Problem
	case configured > 0 && tables[health.Never] == configured:
		h.Text = "Nothing has been synced yet"
	case len(parts) > 0:
		h.Text = words.List(parts)
	case configured == 0:
		h.State, h.Text = health.Never, "No table is configured"
	case tables[health.Fresh] == 0:
		h.State, h.Text = health.Unavailable, "The account has none of the tables"
	default:
		h.Text = fmt.Sprintf("All %s are fresh", words.Count(tables[health.Fresh], "table"))
		if tables[health.Fresh] == 1 {
			h.Text = "The table is fresh"
		}
	}
	return h
}

// lastRun tells of the last run that ended, and when the next is due.
func lastRun(s Status) (text string) {
	for _, r := range s.Runs {
		if r.Finished == nil {
			continue
		}
		of := ""
		if r.Source != "" {
			of = ", of " + r.Source + ","
		}
		text = fmt.Sprintf("The last run%s ended %s (%s) after %s with %s changed.", of, ago(r.Finished, s.Now), r.Status,
			span(r.Finished.Sub(r.Started)), words.Count(r.Inserted+r.Updated+r.Deleted, "row"))
		break
	}
	var next *time.Time
	job := ""
	for _, j := range s.Jobs {
		if j.Next != nil && (next == nil || j.Next.Before(*next)) {
			next, job = j.Next, j.Job
		}
	}
	if next != nil {
		text += fmt.Sprintf(" The next run, %s, is due %s.", job, until(next, s.Now))
	}
	return strings.TrimSpace(text)
}
