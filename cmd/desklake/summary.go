package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"desklake/pipeline"
	"desklake/sink"
)

// printSummary prints what a run did to each table, and what it cost.
func printSummary(w io.Writer, r pipeline.Result, path string, elapsed time.Duration) {
	var rows sink.Counts
	var requests, retries, issues int
	var waited time.Duration
	for _, s := range r.Streams {
		for _, n := range s.Counts {
			rows.Add(n)
		}
		requests, retries, waited, issues = requests+s.Requests, retries+s.Retries, waited+s.Waited, issues+s.Issues
	}
	if rows.Read > 0 || r.Run.Status == sink.Done {
		printTables(w, r.Streams)
	}
	fmt.Fprintf(w, "%s %s: %s new, %s changed, %s deleted in %.1f s; %s %s", path, r.Run.Status,
		thousands(rows.Inserted), thousands(rows.Updated), thousands(rows.Deleted), elapsed.Seconds(),
		thousands(int64(requests)), plural(requests, "request"))
	if retries > 0 {
		fmt.Fprintf(w, ", %s of them repeated", thousands(int64(retries)))
	}
	if waited >= time.Second {
		fmt.Fprintf(w, "; waited %s in all streams together", waited.Round(time.Second))
	}
	if issues > 0 {
		fmt.Fprintf(w, "; %s %s of issues (FROM desklake.issues)", thousands(int64(issues)), plural(issues, "kind"))
	}
	fmt.Fprintln(w)
}

// printTables prints a line a table. Requests and seconds are the stream's, at the first of its tables.
func printTables(w io.Writer, streams []pipeline.StreamResult) {
	widest := len("table")
	for _, s := range streams {
		for _, table := range s.Tables {
			widest = max(widest, len(table))
		}
	}
	out := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%-*s\tread\tnew\tchanged\tunchanged\tdeleted\trequests\tseconds\t\n", widest, "table")
	for _, s := range streams {
		for i, table := range s.Tables {
			n := s.Counts[table]
			fmt.Fprintf(out, "%-*s\t", widest, table)
			for _, count := range []int64{n.Read, n.Inserted, n.Updated, n.Unchanged, n.Deleted} {
				fmt.Fprint(out, thousands(count), "\t")
			}
			if i == 0 {
				fmt.Fprintf(out, "%s\t%.1f\t\n", thousands(int64(s.Requests)), s.Elapsed.Seconds())
			} else {
				fmt.Fprintln(out, "\t\t")
			}
		}
	}
	fmt.Fprintln(out)
	_ = out.Flush() // an error of w shows in what is printed next
}

// thousands writes a number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
